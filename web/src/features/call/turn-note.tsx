/** Why it said that: decision, reasons, quotations, time taken. */

import type { Cite, Decision, StagesMs, Turn } from "@/api/types";
import { useText, wordFor } from "@/lib/i18n";
import { Link } from "@/lib/router";
import { decisionLook, State } from "@/ui/state";
import { degradedWords, reasonWords } from "./words";

export function DecisionState({ decision }: { decision: Decision }) {
  const t = useText();
  const [shape, tone] = decisionLook(decision);
  return (
    <State shape={shape} tone={tone} strong>
      {wordFor(t.decision, decision)}
    </State>
  );
}

export function Quote({ cite, children }: { cite: Cite; children?: React.ReactNode }) {
  const t = useText();
  return (
    <li className="border-l-2 border-line pl-3">
      <Link to="/knowledge" search={{ doc: cite.document }} className="font-medium underline">
        {cite.title}
        {cite.page !== null && `, ${t.call.page(cite.page)}`}
      </Link>
      <p className="text-ink2">{cite.text}</p>
      {children}
    </li>
  );
}

export function Stages({ stages }: { stages: StagesMs }) {
  const t = useText();
  // A stage that did not run took no time.
  const order = ["gate", "retrieve", "first_words", "total"] as const;
  const rows = order.map((name) => [name, stages[name]] as const).filter(([, ms]) => ms > 0);
  if (rows.length === 0) return null;
  return (
    <dl className="flex flex-wrap gap-x-4 text-s text-ink2">
      {rows.map(([name, ms]) => (
        <div key={name} className="flex gap-1">
          <dt>{wordFor(t.call.stage, name)}</dt>
          <dd className="text-ink">{t.call.ms(ms)}</dd>
        </div>
      ))}
    </dl>
  );
}

export function Reasons({ reasons, confidence }: { reasons: string[]; confidence: number }) {
  const t = useText();
  return (
    <p className="text-s text-ink2">
      {reasons.length > 0 && (
        <>
          {t.call.reasons}: {reasons.map((r) => reasonWords(t, r)).join("; ")} ·{" "}
        </>
      )}
      {t.call.confidence} {Math.round(confidence * 100)} %
    </p>
  );
}

export function TurnNote({ turn, id }: { turn: Turn; id: string }) {
  const t = useText();
  return (
    <aside id={id} className="mt-2 grid gap-2 rounded-md border border-line bg-surface p-3">
      <DecisionState decision={turn.decision} />
      <Reasons reasons={turn.reasons} confidence={turn.confidence} />
      {turn.cites.length > 0 ? (
        <div>
          <p className="text-s text-ink3">{t.call.cites}</p>
          <ul className="grid gap-2">
            {turn.cites.map((c) => (
              <Quote key={`${c.document}-${c.span[0]}`} cite={c} />
            ))}
          </ul>
        </div>
      ) : (
        <p className="text-s text-ink3">{t.call.citesNone}</p>
      )}
      {turn.degraded.length > 0 && (
        <p className="text-s">
          <State shape="half" tone="warn">
            {t.call.turnDegraded}: {degradedWords(t, turn.degraded)}
          </State>
        </p>
      )}
      {turn.interrupted && <p className="text-s text-ink2">{t.call.interrupted}</p>}
      <Stages stages={turn.stages_ms} />
    </aside>
  );
}
