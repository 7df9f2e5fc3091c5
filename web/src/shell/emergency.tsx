/** Emergencies stay above everything until somebody says that they deal with them. */

import type { InboxItem } from "@/api/types";
import { useItemActs } from "@/features/inbox/acts";
import { byNeed, waitsNow } from "@/features/inbox/order";
import { useDenied, useTimes } from "@/lib/hooks";
import { useText } from "@/lib/i18n";
import { Link } from "@/lib/router";
import { Button, buttonClass } from "@/ui/button";

/** On a phone the rest of the page must stay in sight. */
const SHOWN = 3;
const SHOWN_NARROW = 1;

export function EmergencyBanner({ items }: { items: InboxItem[] }) {
  const t = useText();
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
          {byNeed(items)
            .slice(0, SHOWN)
            .map((item, at) => (
              <Emergency key={item.id} item={item} className={at >= SHOWN_NARROW ? "max-sm:hidden" : ""} />
            ))}
        </ul>
        <Rest count={items.length - SHOWN} className="hidden sm:block" />
        <Rest count={items.length - SHOWN_NARROW} className="sm:hidden" />
      </div>
    </section>
  );
}

/** How many emergencies there are besides those shown, and where. */
function Rest({ count, className }: { count: number; className: string }) {
  const t = useText();
  if (count <= 0) return null;
  return (
    <p className={className}>
      <Link to="/inbox" className="inline-flex min-h-10 items-center underline">
        {t.emergency.more(count)}
      </Link>
    </p>
  );
}

function Emergency({ item, className }: { item: InboxItem; className: string }) {
  const t = useText();
  const { when } = useTimes();
  const denied = useDenied("inbox.act");
  const acts = useItemActs();
  return (
    <li className={`grid gap-x-4 gap-y-2 sm:grid-cols-[minmax(0,1fr)_auto] sm:items-center ${className}`}>
      <p className="line-clamp-3">
        {item.title}{" "}
        <span className="opacity-90">
          · {waitsNow(item) && `${t.emergency.onLine} · `}
          <span className="whitespace-nowrap">{when(item.created_at)}</span>
        </span>
      </p>
      {/* What to do stays in one row, of equal width under a thumb. */}
      <div className="flex gap-2 max-sm:*:flex-1">
        {item.call && (
          <Link
            to="/calls/$id"
            params={{ id: item.call }}
            aria-label={`${t.emergency.open}: ${item.title}`}
            className={buttonClass("plain", "bg-transparent! text-white! border-white! hover:underline")}
          >
            {t.emergency.open}
          </Link>
        )}
        {item.can_accept ? (
          <Button
            why={denied}
            aria-label={`${t.emergency.accept}: ${item.title}`}
            busy={acts.accept.isPending}
            onClick={() => acts.accept.mutate(item)}
          >
            {t.emergency.accept}
          </Button>
        ) : (
          <Button
            why={denied}
            title={t.emergency.consequence}
            aria-label={`${t.emergency.acknowledge}: ${item.title}`}
            busy={acts.acknowledge.isPending}
            onClick={() => acts.acknowledge.mutate(item)}
          >
            {t.emergency.acknowledge}
          </Button>
        )}
      </div>
    </li>
  );
}
