/** The state of the phone line and of this page's own connection, on every page. */

import { ChevronDown } from "lucide-react";
import { useLink, useMissed } from "@/api/session";
import type { LineMode, Ms, Overview } from "@/api/types";
import { useKnown } from "@/features/known";
import { useLineWords } from "@/features/line";
import { useTimes } from "@/lib/hooks";
import { useText, wordFor } from "@/lib/i18n";
import { Link } from "@/lib/router";
import { Button } from "@/ui/button";
import { Mark, type Shape, State, type Tone } from "@/ui/state";

const LINE: Record<LineMode, [Shape, Tone]> = {
  receptionist: ["dot", "accent"],
  desk: ["arrows", "warn"],
  closed: ["dash", "warn"],
};
const LINK: Record<string, [Shape, Tone]> = {
  live: ["dot", "accent"],
  connecting: ["ring", "calm"],
  reconnecting: ["half", "warn"],
  offline: ["cross", "warn"],
  closed: ["dash", "calm"],
};

export function Strip({ overview, onLine }: { overview: Overview | null; onLine: () => void }) {
  const t = useText();
  const words = useLineWords();
  const { known, asOf } = useKnown();
  const line = overview?.line;
  const said = line && words(line);
  const [shape, tone] = (line && LINE[line.mode]) ?? ["half", "calm"];
  return (
    <section
      aria-label={t.strip.label}
      className={`border-b border-line ${known ? "bg-surface" : "bg-warn-soft"}`}
    >
      <div className="mx-auto flex min-h-12 w-full max-w-6xl flex-wrap items-center gap-x-3 px-4 py-1 text-s sm:gap-x-4 sm:px-6 sm:text-m">
        {!known && said ? (
          <Lost was={said.short} asOf={asOf} />
        ) : line && said ? (
          <button
            type="button"
            onClick={onLine}
            aria-haspopup="dialog"
            title={said.whole}
            className="-ml-2 inline-flex min-h-10 items-center gap-1.5 rounded-md px-2 text-left font-semibold hover:bg-sunken"
          >
            <Mark shape={shape} tone={tone} />
            <span>
              {said.short}
              {said.until && <span className="font-normal text-ink2"> {said.until}</span>}
            </span>
            <ChevronDown size={16} aria-hidden="true" />
            <span className="sr-only">{t.line.open}</span>
          </button>
        ) : (
          <State shape="half">{t.strip.unknown}</State>
        )}
        {overview && known && (
          <Link
            to="/calls"
            search={{ life: "open" }}
            className={`order-3 gap-x-3 whitespace-nowrap hover:underline sm:order-none ${overview.ringing + overview.live > 0 ? "flex w-full pb-1 sm:w-auto sm:pb-0" : "hidden sm:flex"}`}
          >
            <State shape="ring" tone={overview.ringing > 0 ? "accent" : "calm"}>
              {t.strip.ringing(overview.ringing)}
            </State>
            <State shape="dot" tone={overview.live > 0 ? "accent" : "calm"}>
              {t.strip.live(overview.live)}
            </State>
          </Link>
        )}
        <LinkState asOf={known ? asOf : 0} />
      </div>
      <MissedLine />
    </section>
  );
}

/** The parts that work only in part, in words. Below the strip and not fixed: on a phone the page must stay in sight. */
export function Degraded({ parts }: { parts: Overview["degraded"] }) {
  const t = useText();
  if (parts.length === 0) return null;
  return (
    <section aria-label={t.overview.parts} className="border-b border-line bg-warn-soft">
      <ul className="mx-auto w-full max-w-6xl px-4 py-1.5 text-s sm:px-6">
        {parts.map((d) => (
          <li key={d.part}>
            <State shape="half" tone="warn">
              {d.words}
            </State>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** In the place of who answers the phone, while that cannot be known. */
function Lost({ was, asOf }: { was: string; asOf: Ms }) {
  const t = useText();
  const { when } = useTimes(1_000);
  return (
    <div className="min-w-0 py-1">
      <p role="alert" className="font-semibold">
        <State shape="half" tone="warn">
          {t.strip.lost}
        </State>
      </p>
      <p className="text-s text-ink2">
        {t.strip.lostDo} {t.strip.lostWas(when(asOf), was)}
      </p>
    </div>
  );
}

/** How the page hears of changes; `asOf`, when given, is how old it is without. */
function LinkState({ asOf }: { asOf: Ms }) {
  const t = useText();
  const link = useLink();
  const { when } = useTimes(1_000);
  const [shape, tone] = LINK[link.state] ?? ["half", "calm"];
  const fresh = link.state === "live";
  return (
    <p className="ml-auto text-s" role="status" data-link={link.state}>
      <State shape={shape} tone={tone}>
        {wordFor(t.strip.link, link.state)}
        {!fresh && asOf > 0 && (
          <span className="text-ink3" aria-live="off">
            {" "}
            · {t.strip.old(when(asOf))}
          </span>
        )}
      </State>
    </p>
  );
}

/** One line about what arrived while the link was down. */
function MissedLine() {
  const t = useText();
  const [missed, dismiss] = useMissed();
  if (!missed) return null;
  return (
    <div role="status" className="border-t border-line bg-accent-soft">
      <div className="mx-auto flex w-full max-w-6xl flex-wrap items-center gap-3 px-4 text-s sm:px-6">
        <p>{t.strip.missed(missed.calls, missed.inbox)}</p>
        <Link to="/calls" className="underline">
          {t.nav.calls}
        </Link>
        <Link to="/inbox" className="underline">
          {t.nav.inbox}
        </Link>
        <Button kind="quiet" className="ml-auto" onClick={dismiss}>
          {t.common.close}
        </Button>
      </div>
    </div>
  );
}
