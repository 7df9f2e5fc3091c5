/** Emergencies stay above everything until somebody says that they deal with them. */

import type { InboxItem } from "@/api/types";
import { useItemActs } from "@/features/inbox/acts";
import { useDenied, useTimes } from "@/lib/hooks";
import { useText } from "@/lib/i18n";
import { Link } from "@/lib/router";
import { Button, buttonClass } from "@/ui/button";

export function EmergencyBanner({ items }: { items: InboxItem[] }) {
  const t = useText();
  const { when } = useTimes();
  const denied = useDenied("inbox.act");
  const acts = useItemActs();
  if (items.length === 0) return null;
  return (
    <section
      aria-label={t.emergency.title(items.length)}
      className="max-h-[40dvh] overflow-y-auto bg-urgent-fill text-white"
    >
      {/* Apart from the list, whose times change: only the number of emergencies interrupts a screen reader. */}
      <p role="alert" className="sr-only">
        {t.emergency.title(items.length)}
      </p>
      <div className="mx-auto w-full max-w-6xl px-4 py-2 sm:px-6">
        <h2 className="flex items-center gap-2 font-semibold">
          <svg viewBox="0 0 12 12" className="size-4 shrink-0" aria-hidden="true">
            <path d="M6 1 11.4 11H.6z" fill="currentColor" />
          </svg>
          {t.emergency.title(items.length)}
        </h2>
        <ul className="grid gap-2 pt-1">
          {items.slice(0, 3).map((i) => (
            <li key={i.id} className="flex flex-wrap items-center gap-x-4 gap-y-1">
              <p className="min-w-0 flex-1 basis-60">
                {i.title} <span className="opacity-90">· {when(i.created_at)}</span>
              </p>
              {i.call && (
                <Link
                  to="/calls/$id"
                  params={{ id: i.call }}
                  className={buttonClass(
                    "plain",
                    "bg-transparent! text-white! border-white! hover:underline",
                  )}
                >
                  {t.emergency.open}
                </Link>
              )}
              {i.can_accept ? (
                <Button why={denied} busy={acts.accept.isPending} onClick={() => acts.accept.mutate(i)}>
                  {t.emergency.accept}
                </Button>
              ) : (
                <Button
                  why={denied}
                  title={t.emergency.consequence}
                  busy={acts.acknowledge.isPending}
                  onClick={() => acts.acknowledge.mutate(i)}
                >
                  {t.emergency.acknowledge}
                </Button>
              )}
            </li>
          ))}
        </ul>
        {items.length > 3 && (
          <Link to="/inbox" className="underline">
            {t.nav.inbox}
          </Link>
        )}
      </div>
    </section>
  );
}
