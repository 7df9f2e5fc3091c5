import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { ApiError } from "@/api/client";
import { api } from "@/api/endpoints";
import { keys, q } from "@/api/queries";
import type { Demo } from "@/api/types";
import { useDenied } from "@/lib/hooks";
import { useText, wordFor } from "@/lib/i18n";
import { Link } from "@/lib/router";
import { useAct } from "@/ui/act";
import { Button, buttonClass } from "@/ui/button";
import { Field, Input, Select } from "@/ui/field";
import { Empty, Unread } from "@/ui/note";
import { PageHead, Section } from "@/ui/page";
import { State } from "@/ui/state";

export function Page() {
  const t = useText();
  const demo = useQuery(q.demo());
  if (!demo.data) {
    const gone = demo.error instanceof ApiError && demo.error.status === 404;
    return (
      <>
        <PageHead title={t.demo.title} />
        {gone ? <Empty title={t.demo.gone}>{t.demo.goneDo}</Empty> : <Unread query={demo} />}
      </>
    );
  }
  return (
    <>
      <PageHead title={t.demo.title} sub={t.demo.sub}>
        <Link to="/calls" className={buttonClass()}>
          {t.demo.watch}
        </Link>
      </PageHead>
      <div className="grid items-start gap-5 lg:grid-cols-2">
        <Place demo={demo.data} />
        <Section title={t.demo.runs}>
          {demo.data.runs.length === 0 ? (
            <p className="text-ink2">{t.demo.runsNone}</p>
          ) : (
            <ul className="grid gap-3" aria-live="polite">
              {demo.data.runs.map((r) => (
                <li key={r.id} data-run={r.state}>
                  <State
                    shape={r.state === "running" ? "half" : r.state === "done" ? "check" : "cross"}
                    tone={r.state === "running" ? "accent" : r.state === "failed" ? "warn" : "calm"}
                  >
                    {r.state === "running"
                      ? t.demo.running
                      : r.state === "done"
                        ? t.demo.done
                        : t.demo.failed}
                    , {t.demo.progress(r.finished, r.count)}
                  </State>
                  {r.words && <p className="text-s text-ink2">{r.words}</p>}
                </li>
              ))}
            </ul>
          )}
        </Section>
      </div>
    </>
  );
}

function Place({ demo }: { demo: Demo }) {
  const t = useText();
  const client = useQueryClient();
  const denied = useDenied("calls.act");
  const [script, setScript] = useState("mixed");
  const [count, setCount] = useState(1);
  const [faults, setFaults] = useState("none");
  const [transfer, setTransfer] = useState("connected");
  const act = useAct(
    () => api.placeCalls({ script, count, faults, transfer }),
    () => void client.invalidateQueries({ queryKey: keys.demo }),
  );
  const submit = (e: FormEvent) => {
    e.preventDefault();
    if (!act.isPending && !denied) act.mutate(undefined);
  };
  const what =
    script === "mixed" ? t.demo.mixedWhat : (demo.scripts.find((s) => s.name === script)?.words ?? "");
  return (
    <form onSubmit={submit} className="card grid gap-4 p-5">
      <Field label={t.demo.script} hint={what}>
        <Select value={script} onChange={(e) => setScript(e.target.value)}>
          <option value="mixed">{t.demo.mixed}</option>
          {demo.scripts.map((s) => (
            <option key={s.name} value={s.name}>
              {s.title}
            </option>
          ))}
        </Select>
      </Field>
      <Field label={t.demo.count}>
        <Input
          type="number"
          min={1}
          max={50}
          required
          value={count}
          onChange={(e) => setCount(Number(e.target.value))}
        />
      </Field>
      <Field label={t.demo.transfer}>
        <Select value={transfer} onChange={(e) => setTransfer(e.target.value)}>
          {demo.transfers.map((x) => (
            <option key={x} value={x}>
              {wordFor(t.demo.transferNames, x)}
            </option>
          ))}
        </Select>
      </Field>
      <Field label={t.demo.faults}>
        <Select value={faults} onChange={(e) => setFaults(e.target.value)}>
          {demo.faults.map((x) => (
            <option key={x} value={x}>
              {wordFor(t.demo.faultNames, x)}
            </option>
          ))}
        </Select>
      </Field>
      <div>
        <Button type="submit" kind="primary" why={denied} busy={act.isPending}>
          {act.isPending ? t.demo.placing : t.demo.place}
        </Button>
      </div>
    </form>
  );
}
