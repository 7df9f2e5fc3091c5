/** The transcript: caller left, receptionist right, decisions as thin marks in the margin. */
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { usePartial } from "@/api/session";
import type { CallDetail, Segment } from "@/api/types";
import { duration } from "@/lib/format";
import { useText, wordFor } from "@/lib/i18n";
import type { Messages } from "@/lib/messages/en";
import { Button } from "@/ui/button";
import { decisionLook, Mark, type Tone } from "@/ui/state";
import { type Group, groups, offset } from "./transcript";
import { TurnNote } from "./turn-note";

const BAR: Record<Tone, string> = {
  calm: "bg-edge",
  accent: "bg-accent",
  urgent: "bg-urgent",
  warn: "bg-warn",
};

const speakers = (t: Messages) => ({
  caller: t.call.caller,
  receptionist: t.call.receptionist,
  staff: t.call.staff,
  tool: t.call.tool,
});

export function Transcript({
  call,
  segments,
  loading,
  live,
  onSeek,
}: {
  call: CallDetail;
  segments: Segment[];
  /** Its rest is still being read. */
  loading: boolean;
  live: boolean;
  onSeek: ((seconds: number) => void) | null;
}) {
  const t = useText();
  const partial = usePartial(call.id);
  const list = useMemo(() => groups(segments, call.turns), [segments, call.turns]);
  const [open, setOpen] = useState<string | null>(null);
  const box = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  useLayoutEffect(() => {
    const at = box.current ? box.current.getBoundingClientRect().top + window.scrollY : 0;
    if (Math.abs(at - top) > 1) setTop(at);
  });
  const virtual = useWindowVirtualizer({
    count: list.length,
    estimateSize: () => 76,
    overscan: 8,
    scrollMargin: top,
    getItemKey: (i) => list[i]?.id ?? i,
  });
  const end = useRef<HTMLDivElement>(null);
  // Nothing scrolls until it is known where the reader looks.
  const [away, setAway] = useState(true);
  useEffect(() => {
    const el = end.current;
    if (!el || !live) return;
    const watch = new IntersectionObserver(([e]) => setAway(!e?.isIntersecting), { rootMargin: "160px" });
    watch.observe(el);
    return () => watch.disconnect();
  }, [live]);
  const shown = partial && live ? partial : null;
  const size = `${segments.length} ${shown?.text.length ?? 0}`;
  useEffect(() => {
    if (live && !away && size) end.current?.scrollIntoView({ block: "nearest" });
  }, [live, away, size]);

  return (
    <div>
      <div ref={box}>
        {list.length === 0 && !shown ? (
          <p className="p-2 text-ink2">{live ? t.call.transcriptNone : t.call.transcriptGone}</p>
        ) : (
          <ol aria-label={t.call.transcript} className="relative" style={{ height: virtual.getTotalSize() }}>
            {virtual.getVirtualItems().map((row) => {
              const group = list[row.index];
              return group ? (
                <li
                  key={row.key}
                  data-index={row.index}
                  ref={virtual.measureElement}
                  className="absolute inset-x-0 top-0 pb-3"
                  style={{ transform: `translateY(${row.start - virtual.options.scrollMargin}px)` }}
                >
                  <Bubble
                    call={call}
                    group={group}
                    open={open}
                    onOpen={(id) => setOpen(open === id ? null : id)}
                    onSeek={onSeek}
                  />
                </li>
              ) : null;
            })}
          </ol>
        )}
      </div>
      {shown && (
        <p
          className={`max-w-[85%] py-1 text-ink3 italic ${shown.role === "caller" ? "ml-7" : "mr-1 ml-auto text-right"}`}
        >
          {shown.text}…
        </p>
      )}
      <div ref={end} />
      {live && !loading && <Heard segments={segments} />}
      {live && away && (
        <div className="sticky bottom-20 grid justify-items-center lg:bottom-6">
          <Button kind="primary" onClick={() => end.current?.scrollIntoView({ block: "end" })}>
            {t.call.jump}
          </Button>
        </div>
      )}
    </div>
  );
}

/** How many of the latest pieces are kept to be read aloud. */
const ALOUD = 5;

/** New pieces of a call under way for a screen reader, one after the other; those that were there before stay silent. */
function Heard({ segments }: { segments: Segment[] }) {
  const t = useText();
  const [from] = useState(() => segments.at(-1)?.ordinal ?? -1);
  const fresh = segments.filter((s) => s.ordinal > from).slice(-ALOUD);
  return (
    <div role="log" aria-live="polite" aria-label={t.call.heard} className="sr-only">
      {fresh.map((s) => (
        <p key={s.ordinal}>
          {wordFor(speakers(t), s.role)}: {s.text}
        </p>
      ))}
    </div>
  );
}

function Bubble({
  call,
  group,
  open,
  onOpen,
  onSeek,
}: {
  call: CallDetail;
  group: Group;
  open: string | null;
  onOpen: (id: string) => void;
  onSeek: ((seconds: number) => void) | null;
}) {
  const t = useText();
  const left = group.role === "caller";
  const look = left
    ? "bg-sunken"
    : group.role === "staff"
      ? "border border-accent bg-surface"
      : group.role === "tool"
        ? "border border-dashed border-line text-ink2"
        : "bg-accent-soft";
  const start = group.segments[0];
  return (
    <div className="grid grid-cols-[24px_minmax(0,1fr)] gap-1">
      <div className="flex flex-col gap-1">
        {group.turns.map((turn) => {
          const id = `turn-${turn.no}-${turn.attempt}`;
          const [shape, tone] = decisionLook(turn.decision);
          return (
            <button
              key={id}
              type="button"
              aria-expanded={open === id}
              aria-controls={open === id ? id : undefined}
              onClick={() => onOpen(id)}
              title={t.call.why(wordFor(t.decision, turn.decision))}
              className="flex min-h-10 w-6 flex-1 flex-col items-center gap-1 rounded py-1 hover:bg-sunken"
            >
              <Mark shape={shape} tone={tone} />
              <span className={`w-0.5 flex-1 rounded ${BAR[tone]}`} />
              <span className="sr-only">{t.call.why(wordFor(t.decision, turn.decision))}</span>
            </button>
          );
        })}
      </div>
      <div
        className={`min-w-0 ${left ? "justify-self-start" : "justify-self-end"} max-w-[92%] sm:max-w-[85%]`}
      >
        <p className={`px-1 text-s text-ink3 ${left ? "" : "text-right"}`}>
          {wordFor(speakers(t), group.role)}{" "}
          {start && <span>{duration(offset(start.started_at, call) * 1000)}</span>}
        </p>
        <div className={`rounded-lg px-3 py-2 ${look}`}>
          {group.segments.map((s) => {
            const at = offset(s.started_at, call);
            return onSeek ? (
              <button
                key={s.ordinal}
                type="button"
                className="rounded text-left decoration-dotted underline-offset-4 hover:underline"
                title={t.call.hear(duration(at * 1000))}
                onClick={() => onSeek(at)}
              >
                {s.text}{" "}
              </button>
            ) : (
              <span key={s.ordinal}>{s.text} </span>
            );
          })}
        </div>
        {group.turns.map((turn) => {
          const id = `turn-${turn.no}-${turn.attempt}`;
          return open === id ? <TurnNote key={id} id={id} turn={turn} /> : null;
        })}
      </div>
    </div>
  );
}
