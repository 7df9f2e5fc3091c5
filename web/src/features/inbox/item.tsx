import type { InboxItem } from "@/api/types";
import { isSearching } from "@/features/call/acts";
import { useDenied, useTimes } from "@/lib/hooks";
import { useText, wordFor } from "@/lib/i18n";
import { Link } from "@/lib/router";
import { Button, buttonClass } from "@/ui/button";
import { type Shape, State, type Tone } from "@/ui/state";
import { Tel } from "@/ui/tel";
import type { useItemActs } from "./acts";
import { waitsNow } from "./order";

function look(item: InboxItem): [Shape, Tone] {
  if (item.closed_at !== null) return ["dash", "calm"];
  if (waitsNow(item)) return ["triangle", "urgent"];
  if (item.acknowledged_at !== null) return ["check", "calm"];
  if (item.urgency === "emergency") return ["triangle", "urgent"];
  if (item.urgency === "urgent" || item.kind === "alarm") return ["triangle", "warn"];
  return ["ring", "accent"];
}

/** One thing that a person must do, with the ways to do it. */
export function ItemCard({
  item,
  acts,
  heading: Heading = "h2",
  onClose,
}: {
  item: InboxItem;
  acts: ReturnType<typeof useItemActs>;
  heading?: "h2" | "h3";
  onClose?: () => void;
}) {
  const t = useText();
  const { when, now } = useTimes();
  const denied = useDenied("inbox.act");
  const [shape, tone] = look(item);
  const open = item.closed_at === null;
  const urgency = item.urgency === "normal" ? "" : `${wordFor(t.inbox.urgency, item.urgency)} · `;
  return (
    <article className="grid gap-2 px-4 py-3">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1 text-s">
        <State shape={shape} tone={tone} strong={tone === "urgent"}>
          {urgency}
          {wordFor(t.inbox.kinds, item.kind)}
          {waitsNow(item) && ` · ${t.inbox.onLine}`}
        </State>
        <span className="text-ink2">
          {when(item.created_at)}
          {open && item.due_at !== null && (
            <span className={item.due_at < now && item.acknowledged_at === null ? "text-urgent" : ""}>
              {" · "}
              {item.due_at < now ? t.inbox.overdue(when(item.due_at)) : t.inbox.due(when(item.due_at))}
            </span>
          )}
        </span>
      </div>
      <div>
        <Heading className="font-semibold">
          {item.call ? (
            <Link to="/calls/$id" params={{ id: item.call }} data-row className="hover:underline">
              {item.title}
            </Link>
          ) : (
            item.title
          )}
        </Heading>
        <p className="text-ink2">{item.words}</p>
        {item.reason && item.reason !== item.words && (
          <p>
            <span className="text-s text-ink3">{t.inbox.reason}: </span>
            {item.reason}
          </p>
        )}
        {item.appointment && <AppointmentLine item={item} />}
      </div>
      <div className="flex flex-wrap items-center justify-between gap-2">
        <p className="text-s text-ink2">
          {(item.caller_name || item.caller_number) && (
            <span className="block font-medium text-ink">
              {item.caller_name}
              {item.caller_name && item.caller_number && ", "}
              {item.caller_number && <Tel number={item.caller_number} />}
            </span>
          )}
          {!open
            ? t.inbox.closedAs(wordFor({ ...t.outcome, ...t.inbox.outcomes }, item.outcome) || t.common.none)
            : item.acknowledged_at !== null && item.acknowledged_by
              ? t.inbox.acknowledgedBy(item.acknowledged_by.name, when(item.acknowledged_at))
              : item.owner
                ? t.inbox.ownedBy(item.owner.name)
                : t.inbox.nobody}
          {!open && item.note && <span className="block">{item.note}</span>}
        </p>
        <div className="flex flex-wrap gap-2 sm:ml-auto">
          {item.call && (
            <Link
              to="/calls/$id"
              params={{ id: item.call }}
              className={buttonClass("quiet", "hidden! sm:inline-flex!")}
            >
              {t.inbox.openCall}
            </Link>
          )}
          {open && item.can_accept && (
            <Button
              kind="primary"
              why={denied}
              title={t.inbox.acceptWhy}
              busy={acts.accept.isPending}
              onClick={() => acts.accept.mutate(item)}
            >
              {t.inbox.accept}
            </Button>
          )}
          {open && !item.owner && item.acknowledged_at === null && (
            <Button why={denied} busy={acts.take.isPending} onClick={() => acts.take.mutate(item)}>
              {t.inbox.take}
            </Button>
          )}
          {open && item.acknowledged_at === null && (
            <Button
              why={denied}
              busy={acts.acknowledge.isPending}
              onClick={() => acts.acknowledge.mutate(item)}
            >
              {t.inbox.acknowledge}
            </Button>
          )}
          {open && onClose && (
            <Button why={denied ?? (isSearching(item) ? t.inbox.notYet : null)} onClick={onClose}>
              {t.inbox.closeItem}…
            </Button>
          )}
        </div>
      </div>
    </article>
  );
}

function AppointmentLine({ item }: { item: InboxItem }) {
  const t = useText();
  const a = item.appointment;
  if (!a) return null;
  const parts = [
    wordFor(t.inbox.wish, a.wish),
    a.service,
    a.days,
    a.returning === null ? null : a.returning ? t.inbox.returning : t.inbox.firstTime,
  ].filter(Boolean);
  return (
    <p>
      <span className="text-s text-ink3">{t.inbox.appointment}: </span>
      {parts.join(" · ")} <span className="text-s text-ink3">{t.inbox.notBooked}</span>
    </p>
  );
}
