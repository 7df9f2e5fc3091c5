import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { q } from "@/api/queries";
import type { CallSummary, Outcome } from "@/api/types";
import { CallRow } from "@/features/calls/row";
import { useKnown } from "@/features/known";
import { useLineWords } from "@/features/line";
import { useDenied, useSession, useTimes } from "@/lib/hooks";
import { useText, wordFor } from "@/lib/i18n";
import { Link } from "@/lib/router";
import { dayOf } from "@/lib/zone";
import { buttonClass } from "@/ui/button";
import { Empty, Unread } from "@/ui/note";
import { PageHead, Section } from "@/ui/page";
import { State } from "@/ui/state";

function Figure({ label, value, note }: { label: string; value: ReactNode; note: ReactNode }) {
  return (
    <div className="card p-4">
      <p className="text-s text-ink2">{label}</p>
      <p className="text-xl font-semibold">{value}</p>
      <div className="text-s text-ink3">{note}</div>
    </div>
  );
}

function CallList({
  title,
  calls,
  none,
  unread,
}: {
  title: string;
  /** `null` while they are not known. */
  calls: CallSummary[] | null;
  none: string;
  unread?: ReactNode;
}) {
  return (
    <section aria-label={title}>
      <h2 className="mb-2 text-l font-semibold">{title}</h2>
      {calls === null ? (
        unread
      ) : calls.length === 0 ? (
        <p className="card p-4 text-ink2">{none}</p>
      ) : (
        <ul className="card divide-y divide-line overflow-hidden">
          {calls.map((call) => (
            <li key={call.id}>
              <CallRow call={call} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

export function Page() {
  const t = useText();
  const overview = useQuery(q.overview());
  const open = useInfiniteQuery(q.calls({ life: "open" }));
  const words = useLineWords();
  const { known } = useKnown();
  const { now: time } = useTimes(60_000);
  const zone = useSession().organization.time_zone;
  const noCall = useDenied("calls.act");
  // Not known yet is not the same as nobody.
  const now =
    open.data?.pages[0]?.value.items.filter((c) => c.life === "ringing" || c.life === "live") ?? null;
  if (!overview.data)
    return (
      <>
        <PageHead title={t.overview.title} />
        <Unread query={overview} />
      </>
    );
  const o = overview.data.value;
  const outcomes = Object.entries(o.today.outcomes).filter(([, count]) => (count ?? 0) > 0);
  const quiet = o.today.rings === 0 && o.today.open.length === 0 && now?.length === 0;
  const all = o.today.closed >= o.today.rings;
  return (
    <>
      <PageHead title={t.overview.title} sub={known ? words(o.line).whole : t.overview.notKnown}>
        <Link to="/inbox" className={buttonClass("primary")}>
          {t.overview.inboxGo}
        </Link>
      </PageHead>
      <div className="mb-5 grid grid-cols-2 gap-3 max-sm:*:last:col-span-2 sm:grid-cols-3">
        <Figure
          label={t.overview.now}
          value={known ? o.ringing + o.live : "–"}
          note={
            !known
              ? t.overview.notKnown
              : o.ringing + o.live > 0
                ? `${t.strip.ringing(o.ringing)}, ${t.strip.live(o.live)}`
                : t.overview.nowNone
          }
        />
        <Figure
          label={t.overview.inboxOpen}
          value={o.inbox_open}
          note={o.inbox_open === 0 ? t.inbox.none : t.nav.waiting(o.inbox_open)}
        />
        <Figure
          label={t.overview.todayRings}
          value={t.overview.allClosed(o.today.closed, o.today.rings)}
          note={
            <State shape={all ? "check" : "clock"} tone={all ? "accent" : "calm"}>
              {all ? t.overview.openNone : t.overview.closedWhat}
            </State>
          }
        />
      </div>
      {quiet ? (
        <Empty
          title={t.overview.first}
          action={
            !noCall && (
              <Link to="/call" className={buttonClass("plain")}>
                {t.overview.firstCall}
              </Link>
            )
          }
        >
          {t.overview.firstDo}
        </Empty>
      ) : (
        <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
          <div className="grid gap-5">
            <CallList
              title={t.overview.now}
              calls={now}
              none={t.overview.nowNone}
              unread={<Unread query={open} rows={2} />}
            />
            <CallList title={t.overview.openRings} calls={o.today.open} none={t.overview.openNone} />
          </div>
          <div className="grid gap-5">
            <Section title={t.overview.outcomes}>
              {outcomes.length === 0 ? (
                <p className="text-ink2">{t.overview.outcomesNone}</p>
              ) : (
                <ul className="grid gap-1">
                  {outcomes.map(([outcome, count]) => (
                    <li key={outcome}>
                      <Link
                        to="/calls"
                        search={{ outcome: outcome as Outcome, from: dayOf(time, zone) }}
                        className="flex justify-between gap-3 hover:underline"
                      >
                        <span>{wordFor(t.outcome, outcome)}</span>
                        <span>{count}</span>
                      </Link>
                    </li>
                  ))}
                </ul>
              )}
            </Section>
            <Section title={t.overview.parts}>
              {!known ? (
                <State shape="half" tone="warn">
                  {t.overview.notKnown}
                </State>
              ) : o.degraded.length === 0 ? (
                <State shape="check">{t.overview.degradedNone}</State>
              ) : (
                <ul className="grid gap-1">
                  {o.degraded.map((d) => (
                    <li key={d.part}>
                      <State shape="half" tone="warn">
                        {d.words}
                      </State>
                    </li>
                  ))}
                </ul>
              )}
            </Section>
          </div>
        </div>
      )}
    </>
  );
}
