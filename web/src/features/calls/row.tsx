import type { CallSummary } from "@/api/types";
import { duration } from "@/lib/format";
import { useTimes } from "@/lib/hooks";
import { useText, wordFor } from "@/lib/i18n";
import { Link } from "@/lib/router";
import { callLook, Mark, State } from "@/ui/state";

/** How long it lasted, or has lasted so far. */
function Lasted({ call }: { call: CallSummary }) {
  const open = call.life === "ringing" || call.life === "live";
  const { now } = useTimes(open ? 1_000 : 60_000);
  return <>{duration(open ? Math.max(0, now - call.started_at) : call.duration_ms)}</>;
}

/** One call as a link: state, who, why, when, how long. */
export function CallRow({ call }: { call: CallSummary }) {
  const t = useText();
  const { when } = useTimes();
  const [shape, tone] = callLook(call.state);
  const open = call.life === "ringing" || call.life === "live";
  const marks = [
    call.emergency && t.calls.emergency,
    call.escalated && !call.emergency && t.calls.escalatedMark,
    call.has_message && t.calls.message,
    call.degraded && t.calls.degraded,
    call.recovered && t.calls.recovered,
  ].filter(Boolean);
  const ended = !open && call.outcome ? wordFor(t.outcome, call.outcome) : wordFor(t.callState, call.state);
  const who = call.caller ?? (call.channel === "browser" ? t.calls.browser : t.calls.unknownCaller);
  return (
    <Link
      to="/calls/$id"
      params={{ id: call.id }}
      data-row
      className={`grid grid-cols-[minmax(0,1fr)_auto] gap-x-4 px-4 py-3 hover:bg-sunken sm:grid-cols-[12.5rem_minmax(0,1fr)_6rem] ${open ? "arrived" : ""}`}
    >
      <span className="min-w-0 sm:order-1">
        <State shape={shape} tone={tone} strong={open || tone === "urgent"}>
          {ended}
        </State>
      </span>
      <span className="text-right text-s text-ink2 sm:order-3">
        <span className="block">{when(call.started_at)}</span>
        <span className="block">
          <Lasted call={call} />
        </span>
      </span>
      <span className="col-span-2 min-w-0 sm:order-2 sm:col-span-1">
        <span className="line-clamp-2">{call.words}</span>
        <span className="block truncate text-s text-ink2">
          {who}
          {marks.length > 0 && (
            <span className={call.emergency ? "text-urgent" : ""}>
              {" · "}
              {call.emergency && (
                <span className="mr-1 inline-block align-[-1px]">
                  <Mark shape="triangle" tone="urgent" />
                </span>
              )}
              {marks.join(", ")}
            </span>
          )}
        </span>
      </span>
    </Link>
  );
}
