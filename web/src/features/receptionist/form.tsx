import type { Receptionist } from "@/api/types";
import { useText } from "@/lib/i18n";
import { Check, Field, Input, Textarea } from "@/ui/field";
import { Section } from "@/ui/page";
import { HolidayList, HoursList, TargetList } from "./lists";

const lines = (list: string[]) => list.join("\n");
const unlines = (text: string) => text.split("\n");

/** Empty lines are kept while typing and dropped when saving. */
export function tidy(body: Receptionist): Receptionist {
  const clean = (list: string[]) => list.map((s) => s.trim()).filter(Boolean);
  return { ...body, services: clean(body.services), blocked_callers: clean(body.blocked_callers) };
}

export function ReceptionistForm({
  body,
  set,
  off,
}: {
  body: Receptionist;
  set: (change: Partial<Receptionist>) => void;
  off: string | null;
}) {
  const t = useText();
  const r = t.receptionist;
  return (
    <fieldset disabled={Boolean(off)} className="grid min-w-0 gap-5">
      <Section title={r.voice}>
        <div className="grid gap-4">
          <Field label={r.name}>
            <Input
              required
              maxLength={80}
              value={body.name}
              onChange={(e) => set({ name: e.target.value })}
            />
          </Field>
          <Field label={r.greeting} hint={r.greetingHint}>
            <Textarea
              maxLength={1000}
              value={body.greeting}
              onChange={(e) => set({ greeting: e.target.value })}
            />
          </Field>
          <fieldset className="flex flex-wrap gap-x-5">
            <legend className="text-s font-medium text-ink2">{r.languages}</legend>
            {(["en", "es"] as const).map((code) => (
              <Check
                key={code}
                label={r.langs[code]}
                checked={body.languages.includes(code)}
                onChange={(e) =>
                  set({
                    languages: e.target.checked
                      ? [...body.languages, code]
                      : body.languages.filter((l) => l !== code),
                  })
                }
              />
            ))}
          </fieldset>
          {body.languages.includes("es") && (
            <Field label={r.greetingEs}>
              <Textarea
                maxLength={1000}
                lang="es"
                value={body.greeting_es}
                onChange={(e) => set({ greeting_es: e.target.value })}
              />
            </Field>
          )}
          <div>
            <Check
              label={r.automated}
              checked={body.announce_automated}
              onChange={(e) => set({ announce_automated: e.target.checked })}
            />
            <Check
              label={r.recording}
              hint={r.announceHint}
              checked={body.announce_recording}
              onChange={(e) => set({ announce_recording: e.target.checked })}
            />
          </div>
        </div>
      </Section>
      <Section title={r.prompt} hint={r.promptHint}>
        <Field label={r.prompt} hideLabel>
          <Textarea
            rows={8}
            maxLength={20_000}
            value={body.prompt}
            onChange={(e) => set({ prompt: e.target.value })}
          />
        </Field>
      </Section>
      <Section title={r.targets} hint={r.targetsHint}>
        <TargetList body={body} set={set} off={off} />
      </Section>
      <Section title={r.hours} hint={r.hoursHint}>
        <HoursList body={body} set={set} off={off} />
      </Section>
      <Section title={r.holidays}>
        <HolidayList body={body} set={set} off={off} />
      </Section>
      <Section title={r.services} hint={r.servicesHint}>
        <Field label={r.services} hideLabel>
          <Textarea
            value={lines(body.services)}
            onChange={(e) => set({ services: unlines(e.target.value) })}
          />
        </Field>
      </Section>
      <Section title={r.numbers}>
        <div className="grid gap-4">
          <Field label={r.emergencyNumber}>
            <Input
              required
              maxLength={20}
              inputMode="tel"
              value={body.emergency_number}
              onChange={(e) => set({ emergency_number: e.target.value })}
            />
          </Field>
          <Field label={r.overflow}>
            <Input
              inputMode="tel"
              pattern="\+[0-9]{6,15}"
              placeholder="+1…"
              value={body.overflow_number}
              onChange={(e) => set({ overflow_number: e.target.value.replaceAll(/[\s()-]/g, "") })}
            />
          </Field>
          <Field label={r.blocked} hint={r.blockedHint}>
            <Textarea
              value={lines(body.blocked_callers)}
              onChange={(e) => set({ blocked_callers: unlines(e.target.value) })}
            />
          </Field>
        </div>
      </Section>
    </fieldset>
  );
}
