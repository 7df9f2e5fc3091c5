/** The clinic itself: name, zone, language, country, and what is recorded for how long. */
import { useQueryClient } from "@tanstack/react-query";
import type { FormEvent } from "react";
import type { Snap } from "@/api/client";
import { api } from "@/api/endpoints";
import { keys } from "@/api/queries";
import type { Settings, SettingsChange } from "@/api/types";
import { useDraft } from "@/lib/draft";
import { useText } from "@/lib/i18n";
import { useAct } from "@/ui/act";
import { Button } from "@/ui/button";
import { Check, Field, Input, Select } from "@/ui/field";
import { Section } from "@/ui/page";

const ZONES: string[] = Intl.supportedValuesOf("timeZone");

type Form = Pick<Settings, "organization" | "recording">;
const formOf = ({ organization, recording }: Settings): Form => ({ organization, recording });

/** Only what was changed: the rest may be newer than this form. */
export function changes(base: Form, value: Form): SettingsChange {
  const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
  const out: SettingsChange = {};
  if (!same(base.organization, value.organization)) out.organization = value.organization;
  if (!same(base.recording, value.recording)) out.recording = value.recording;
  return out;
}

export function Clinic({ settings, denied }: { settings: Settings; denied: string | null }) {
  const t = useText();
  const client = useQueryClient();
  const draft = useDraft(formOf(settings), { key: "clinic" });
  const { organization: org, recording: rec } = draft.value;
  const setOrg = (change: Partial<Form["organization"]>) =>
    draft.set((v) => ({ ...v, organization: { ...v.organization, ...change } }));
  const setRec = (change: Partial<Form["recording"]>) =>
    draft.set((v) => ({ ...v, recording: { ...v.recording, ...change } }));
  const act = useAct(
    (sent: Form) => api.saveSettings(changes(draft.base, sent)),
    (result, sent) => {
      client.setQueryData<Snap<Settings>>(keys.settings, (s) => s && { ...s, value: result });
      draft.saved(sent, formOf(result));
      void client.invalidateQueries({ queryKey: keys.settings });
      void client.invalidateQueries({ queryKey: keys.session });
      return t.common.saved;
    },
  );
  const submit = (e: FormEvent) => {
    e.preventDefault();
    if (!denied && !act.isPending) act.mutate(draft.value);
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
                onChange={(e) => setOrg({ name: e.target.value })}
              />
            </Field>
            <Field label={t.settings.zone}>
              <Select value={org.time_zone} onChange={(e) => setOrg({ time_zone: e.target.value })}>
                {!ZONES.includes(org.time_zone) && <option>{org.time_zone}</option>}
                {ZONES.map((z) => (
                  <option key={z}>{z}</option>
                ))}
              </Select>
            </Field>
            <Field label={t.settings.language}>
              <Select value={org.language} onChange={(e) => setOrg({ language: e.target.value })}>
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
                onChange={(e) => setOrg({ country: e.target.value.toUpperCase() })}
              />
            </Field>
          </div>
          <div className="mt-4 grid gap-2 border-t border-line pt-4">
            <Check
              label={t.settings.recordingOn}
              checked={rec.enabled}
              onChange={(e) => setRec({ enabled: e.target.checked })}
            />
            <Field label={t.settings.retention} hint={t.settings.retentionHint} className="max-w-60">
              <Input
                type="number"
                min={1}
                max={3650}
                required
                value={rec.retention_days}
                onChange={(e) => setRec({ retention_days: Number(e.target.value) })}
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
