import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { api } from "@/api/endpoints";
import { keys, q } from "@/api/queries";
import type { Settings } from "@/api/types";
import { Keys } from "@/features/settings/keys";
import { Password } from "@/features/settings/password";
import { Provider } from "@/features/settings/provider";
import { useDenied } from "@/lib/hooks";
import { useText } from "@/lib/i18n";
import { useAct } from "@/ui/act";
import { Button } from "@/ui/button";
import { Check, Field, Input, Select } from "@/ui/field";
import { ErrorNote, Loading } from "@/ui/note";
import { PageHead, Section } from "@/ui/page";

export function Page() {
  const t = useText();
  const settings = useQuery(q.settings());
  const denied = useDenied("settings.write");
  return (
    <>
      <PageHead title={t.settings.title} />
      {denied && (
        <p className="card mb-4 p-3 text-ink2">
          {denied}. {t.perms.need}
        </p>
      )}
      <div className="grid max-w-3xl gap-5">
        {settings.isPending ? (
          <Loading />
        ) : settings.isError ? (
          <ErrorNote error={settings.error} onRetry={() => void settings.refetch()} />
        ) : (
          <>
            <Clinic key={settings.data.seq} settings={settings.data.value} denied={denied} />
            <Provider provider={settings.data.value.provider} denied={denied} />
          </>
        )}
        <Keys denied={denied} />
        <Password />
      </div>
    </>
  );
}

const ZONES: string[] = Intl.supportedValuesOf("timeZone");

function Clinic({ settings, denied }: { settings: Settings; denied: string | null }) {
  const t = useText();
  const client = useQueryClient();
  const [org, setOrg] = useState(settings.organization);
  const [rec, setRec] = useState(settings.recording);
  const act = useAct(
    () => api.saveSettings({ organization: org, recording: rec }),
    () => {
      void client.invalidateQueries({ queryKey: keys.settings });
      void client.invalidateQueries({ queryKey: keys.session });
      return t.common.saved;
    },
  );
  const submit = (e: FormEvent) => {
    e.preventDefault();
    if (!denied && !act.isPending) act.mutate(undefined);
  };
  return (
    <form onSubmit={submit}>
      <fieldset disabled={Boolean(denied)} className="grid gap-5">
        <Section title={t.settings.clinic}>
          <div className="grid gap-4 sm:grid-cols-2">
            <Field label={t.settings.clinicName} className="sm:col-span-2">
              <Input
                required
                maxLength={120}
                value={org.name}
                onChange={(e) => setOrg({ ...org, name: e.target.value })}
              />
            </Field>
            <Field label={t.settings.zone}>
              <Select value={org.time_zone} onChange={(e) => setOrg({ ...org, time_zone: e.target.value })}>
                {!ZONES.includes(org.time_zone) && <option>{org.time_zone}</option>}
                {ZONES.map((z) => (
                  <option key={z}>{z}</option>
                ))}
              </Select>
            </Field>
            <Field label={t.settings.language}>
              <Select value={org.language} onChange={(e) => setOrg({ ...org, language: e.target.value })}>
                <option value="en">{t.receptionist.langs.en}</option>
                <option value="es">{t.receptionist.langs.es}</option>
              </Select>
            </Field>
            <Field label={t.settings.country}>
              <Input
                required
                pattern="[A-Z]{2}"
                maxLength={2}
                value={org.country}
                onChange={(e) => setOrg({ ...org, country: e.target.value.toUpperCase() })}
              />
            </Field>
          </div>
          <div className="mt-4 grid gap-2 border-t border-line pt-4">
            <Check
              label={t.settings.recordingOn}
              checked={rec.enabled}
              onChange={(e) => setRec({ ...rec, enabled: e.target.checked })}
            />
            <Field label={t.settings.retention} hint={t.settings.retentionHint} className="max-w-60">
              <Input
                type="number"
                min={1}
                max={3650}
                required
                value={rec.retention_days}
                onChange={(e) => setRec({ ...rec, retention_days: Number(e.target.value) })}
              />
            </Field>
          </div>
          <div className="mt-4">
            <Button type="submit" kind="primary" why={denied} busy={act.isPending}>
              {t.common.save}
            </Button>
          </div>
        </Section>
      </fieldset>
    </form>
  );
}
