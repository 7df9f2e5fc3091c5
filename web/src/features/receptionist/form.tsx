import type { Receptionist } from "@/api/types";
import { useText } from "@/lib/i18n";
import { Check, Field, Input, Textarea } from "@/ui/field";
import { Section } from "@/ui/page";
import { type Bad, E164, LIMITS } from "./check";
import { HolidayList, HoursList, TargetList } from "./lists";

const lines = (list: string[]) => list.join("\n");
const unlines = (text: string) => text.split("\n");

/** Empty lines are kept while typing and dropped when saving. */
export function tidy(body: Receptionist): Receptionist {
  const clean = (list: string[]) => list.map((s) => s.trim()).filter(Boolean);
  return { ...body, services: clean(body.services), blocked_callers: clean(body.blocked_callers) };
}

/** Says what is wrong with a part that is more than one input. */
function Trouble({ words }: { words: string | null }) {
  return (
    words && (
      <p role="alert" className="mb-2 text-s text-urgent">
        {words}
      </p>
    )
  );
}

/** Moves the reader to the part that may not be saved as it is. */
export function goToField(field: string): void {
  const part = document.querySelector(`[data-field="${CSS.escape(field)}"]`);
  const input = part?.querySelector<HTMLElement>("input, textarea, select, button");
  input?.focus({ preventScroll: true });
  part?.scrollIntoView({ block: "center" });
}

export function ReceptionistForm({
  body,
  set,
  off,
  bad = null,
}: {
  body: Receptionist;
  set: (change: Partial<Receptionist>) => void;
  off: string | null;
  bad?: Bad | null;
}) {
  const t = useText();
  const r = t.receptionist;
  const wrong = (field: string) => (bad?.field === field ? bad.words : null);
  return (
    <fieldset disabled={Boolean(off)} className="grid min-w-0 gap-5">
      <Section title={r.voice}>
        <div className="grid gap-4">
          <Field label={r.name} name="name" error={wrong("name")}>
            <Input
              required
              maxLength={LIMITS.name}
              value={body.name}
              onChange={(e) => set({ name: e.target.value })}
            />
          </Field>
          <Field label={r.greeting} name="greeting" hint={r.greetingHint} error={wrong("greeting")}>
            <Textarea
              maxLength={LIMITS.greeting}
              value={body.greeting}
              onChange={(e) => set({ greeting: e.target.value })}
            />
          </Field>
          <fieldset className="flex flex-wrap gap-x-5" data-field="languages">
            <legend className="text-s font-medium text-ink2">{r.languages}</legend>
            <Trouble words={wrong("languages")} />
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
            <Field label={r.greetingEs} name="greeting_es" error={wrong("greeting_es")}>
              <Textarea
                maxLength={LIMITS.greeting}
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
        <Field label={r.prompt} hideLabel name="prompt" error={wrong("prompt")}>
          <Textarea
            rows={8}
            maxLength={LIMITS.prompt}
            value={body.prompt}
            onChange={(e) => set({ prompt: e.target.value })}
          />
        </Field>
      </Section>
      <Section title={r.targets} hint={r.targetsHint} name="targets">
        <Trouble words={wrong("targets")} />
        <TargetList body={body} set={set} off={off} />
      </Section>
      <Section title={r.hours} hint={r.hoursHint} name="hours">
        <Trouble words={wrong("hours")} />
        <HoursList body={body} set={set} off={off} />
      </Section>
      <Section title={r.holidays} name="holidays">
        <Trouble words={wrong("holidays")} />
        <HolidayList body={body} set={set} off={off} />
      </Section>
      <Section title={r.services} hint={r.servicesHint}>
        <Field label={r.services} hideLabel name="services" error={wrong("services")}>
          <Textarea
            value={lines(body.services)}
            onChange={(e) => set({ services: unlines(e.target.value) })}
          />
        </Field>
      </Section>
      <Section title={r.numbers}>
        <div className="grid gap-4">
          <Field label={r.emergencyNumber} name="emergency_number" error={wrong("emergency_number")}>
            <Input
              required
              maxLength={LIMITS.emergency}
              pattern="[0-9]+"
              inputMode="numeric"
              value={body.emergency_number}
              onChange={(e) => set({ emergency_number: e.target.value })}
            />
          </Field>
          <Field label={r.overflow} name="overflow_number" error={wrong("overflow_number")}>
            <Input
              inputMode="tel"
              pattern={E164}
              placeholder="+1…"
              value={body.overflow_number}
              onChange={(e) => set({ overflow_number: e.target.value.replaceAll(/[\s()-]/g, "") })}
            />
          </Field>
          <Field
            label={r.blocked}
            hint={r.blockedHint}
            name="blocked_callers"
            error={wrong("blocked_callers")}
          >
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
