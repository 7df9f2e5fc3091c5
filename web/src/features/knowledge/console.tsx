import { type FormEvent, useState } from "react";
import { api } from "@/api/endpoints";
import type { AskAnswer } from "@/api/types";
import { DecisionState, Quote, Reasons, Stages } from "@/features/call/turn-note";
import { degradedWords } from "@/features/call/words";
import { useText } from "@/lib/i18n";
import { useAct } from "@/ui/act";
import { Button } from "@/ui/button";
import { Field, Input } from "@/ui/field";
import { Section } from "@/ui/page";
import { State } from "@/ui/state";

/** Asks as a caller would and shows all that led to the answer. */
export function Console() {
  const t = useText();
  const [question, setQuestion] = useState("");
  const act = useAct((words: string) => api.ask(words));
  const submit = (e: FormEvent) => {
    e.preventDefault();
    if (question.trim() && !act.isPending) act.mutate(question.trim());
  };
  return (
    <Section title={t.knowledge.console}>
      <form onSubmit={submit} className="flex items-end gap-2">
        <Field label={t.knowledge.ask} className="flex-1">
          <Input
            data-search
            value={question}
            maxLength={1000}
            placeholder={t.knowledge.askPlaceholder}
            onChange={(e) => setQuestion(e.target.value)}
          />
        </Field>
        <Button type="submit" busy={act.isPending}>
          {act.isPending ? t.knowledge.asking : t.knowledge.askGo}
        </Button>
      </form>
      <div className="mt-4" aria-live="polite" data-answer={act.data ? act.data.decision : undefined}>
        {act.data ? <Answer answer={act.data} /> : <p className="text-s text-ink3">{t.knowledge.askNone}</p>}
      </div>
    </Section>
  );
}

function Answer({ answer }: { answer: AskAnswer }) {
  const t = useText();
  return (
    <div className="grid gap-3">
      <div>
        {answer.decision === "answer" && answer.answer === null ? (
          <State shape="half" tone="warn" strong>
            {t.knowledge.notFound}
          </State>
        ) : (
          <DecisionState decision={answer.decision} />
        )}
        <p className="mt-1">
          {answer.answer ?? (answer.decision === "answer" ? t.knowledge.notFoundDo : t.knowledge.noAnswer)}
        </p>
      </div>
      <Reasons reasons={answer.reasons} confidence={answer.confidence} />
      {answer.cites.length > 0 && (
        <div>
          <h3 className="text-s text-ink3">{t.call.cites}</h3>
          <ul className="grid gap-2">
            {answer.cites.map((c) => (
              <Quote key={`${c.document}-${c.span[0]}`} cite={c} />
            ))}
          </ul>
        </div>
      )}
      <details>
        <summary className="text-s text-ink2">
          {t.knowledge.passagesFound}: {answer.passages.length}
        </summary>
        {answer.passages.length === 0 ? (
          <p className="text-ink2">{t.knowledge.passagesNone}</p>
        ) : (
          <ul className="mt-2 grid gap-3">
            {answer.passages.map((p) => (
              <Quote key={`${p.document}-${p.span[0]}`} cite={p}>
                <p className="text-s text-ink3">
                  {t.knowledge.score(p.score.toFixed(3))},{" "}
                  {t.knowledge.scoreParts(p.dense.toFixed(2), p.lexical.toFixed(2))}
                </p>
              </Quote>
            ))}
          </ul>
        )}
      </details>
      {answer.degraded.length > 0 && (
        <p className="text-s">
          <State shape="half" tone="warn">
            {t.call.turnDegraded}: {degradedWords(t, answer.degraded)}
          </State>
        </p>
      )}
      <Stages stages={answer.stages_ms} />
    </div>
  );
}
