import { useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "@/api/endpoints";
import { keys, q } from "@/api/queries";
import { duration } from "@/lib/format";
import { useDenied, useTimes } from "@/lib/hooks";
import { useText } from "@/lib/i18n";
import { useAct } from "@/ui/act";
import { Button } from "@/ui/button";
import { Unread } from "@/ui/note";
import { PageHead, Section } from "@/ui/page";
import { State } from "@/ui/state";

export function Page() {
  const t = useText();
  const client = useQueryClient();
  const { when } = useTimes();
  const denied = useDenied("settings.write");
  const system = useQuery(q.system());
  const retry = useAct(
    (id: string) => api.retryJob(id),
    () => {
      void client.invalidateQueries({ queryKey: keys.system });
      return t.system.retried;
    },
  );
  if (!system.data)
    return (
      <>
        <PageHead title={t.system.title} />
        <Unread query={system} />
      </>
    );
  const s = system.data;
  return (
    <>
      <PageHead title={t.system.title} sub={t.system.version(s.version)} />
      <div className="grid gap-5">
        <Section title={t.system.checks}>
          <ul className="grid gap-2">
            {s.checks.map((c) => (
              <li key={c.name} className="flex flex-wrap items-baseline gap-x-4">
                <span className="w-40 shrink-0">
                  <State
                    shape={!c.ok ? "cross" : c.degraded ? "half" : "check"}
                    tone={!c.ok || c.degraded ? "warn" : "accent"}
                  >
                    {!c.ok ? t.system.bad : c.degraded ? t.system.degraded : t.system.ok}
                  </State>
                </span>
                <span className="min-w-0 flex-1 basis-60">
                  <span className="inline-block font-medium first-letter:uppercase">
                    {c.name.replaceAll("_", " ")}:
                  </span>{" "}
                  <span className="text-ink2">{c.words}</span>
                </span>
              </li>
            ))}
          </ul>
        </Section>
        <Section title={t.system.jobs}>
          {s.jobs.length === 0 ? (
            <p className="text-ink2">{t.system.jobsNone}</p>
          ) : (
            <table className="w-full text-left">
              <thead className="text-s text-ink3">
                <tr>
                  <th className="py-1 font-medium">{t.system.kind}</th>
                  <th className="py-1 text-right font-medium">{t.system.open}</th>
                  <th className="py-1 text-right font-medium">{t.system.dead}</th>
                  <th className="py-1 text-right font-medium">{t.system.oldest}</th>
                </tr>
              </thead>
              <tbody>
                {s.jobs.map((j) => (
                  <tr key={j.kind} className="border-t border-line">
                    <td className="py-1.5 first-letter:uppercase">{j.kind.replaceAll("_", " ")}</td>
                    <td className="py-1.5 text-right">{j.open}</td>
                    <td className="py-1.5 text-right">{j.dead}</td>
                    <td className="py-1.5 text-right">{duration(j.oldest_ms)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
        </Section>
        <Section title={t.system.deadTitle}>
          {s.dead.length === 0 ? (
            <State shape="check">{t.system.deadNone}</State>
          ) : (
            <ul className="grid gap-3">
              {s.dead.map((d) => (
                <li key={d.id} className="flex flex-wrap items-center gap-3">
                  <div className="min-w-0 flex-1 basis-60">
                    <p className="font-medium first-letter:uppercase">
                      {d.kind.replaceAll("_", " ")}{" "}
                      <span className="font-normal text-ink3">
                        {t.system.attempts(d.attempts)}, {when(d.at)}
                      </span>
                    </p>
                    <p className="text-s text-ink2">{d.error}</p>
                  </div>
                  <Button
                    why={denied}
                    busy={retry.isPending && retry.variables === d.id}
                    onClick={() => retry.mutate(d.id)}
                  >
                    {t.system.retry}
                  </Button>
                </li>
              ))}
            </ul>
          )}
        </Section>
      </div>
    </>
  );
}
