/** The lists inside the receptionist's form: hours, holidays, people. */
import type { Hours, Receptionist, Target, TargetKind } from "@/api/types";
import { useText } from "@/lib/i18n";
import { Button } from "@/ui/button";
import { Check, Field, Input, Select } from "@/ui/field";
import { E164, LIMITS } from "./check";

interface Part {
  body: Receptionist;
  set: (change: Partial<Receptionist>) => void;
  off: string | null;
}

/** Midnight at the end of a day: the server writes 24:00, a field for times of day knows only 00:00. */
const shown = (close: string) => (close === "24:00" ? "00:00" : close);
const stored = (close: string) => (close === "00:00" ? "24:00" : close);

/** Why no row can be added, when there are as many as the server takes. */
function useFull(off: string | null, count: number, most: number): string | null {
  const t = useText();
  return off ?? (count >= most ? t.receptionist.most(most) : null);
}

export function HoursList({ body, set, off }: Part) {
  const t = useText();
  const full = useFull(off, body.hours.length, LIMITS.hours);
  const patch = (i: number, change: Partial<Hours>) =>
    set({ hours: body.hours.map((h, n) => (n === i ? { ...h, ...change } : h)) });
  return (
    <div className="grid gap-2">
      {body.hours.map((h, i) => (
        <div
          // biome-ignore lint/suspicious/noArrayIndexKey: rows have no identity but their place
          key={i}
          className="grid grid-cols-2 items-end gap-2 sm:grid-cols-[1fr_8rem_8rem_auto]"
        >
          <Field label={t.receptionist.day} hideLabel className="col-span-2 sm:col-span-1">
            <Select value={h.day} onChange={(e) => patch(i, { day: Number(e.target.value) })}>
              {t.receptionist.days.map((name, day) => (
                <option key={name} value={day}>
                  {name}
                </option>
              ))}
            </Select>
          </Field>
          <Field label={`${t.receptionist.opens}, ${t.receptionist.item(i + 1)}`} hideLabel>
            <Input type="time" required value={h.open} onChange={(e) => patch(i, { open: e.target.value })} />
          </Field>
          <Field label={`${t.receptionist.closes}, ${t.receptionist.item(i + 1)}`} hideLabel>
            <Input
              type="time"
              required
              value={shown(h.close)}
              onChange={(e) => patch(i, { close: stored(e.target.value) })}
            />
          </Field>
          <Button
            kind="quiet"
            why={off}
            aria-label={`${t.common.remove}: ${t.receptionist.days[h.day] ?? ""} ${h.open}`}
            onClick={() => set({ hours: body.hours.filter((_, n) => n !== i) })}
          >
            {t.common.remove}
          </Button>
        </div>
      ))}
      <div>
        <Button
          why={full}
          onClick={() => {
            const day = body.hours.length === 0 ? 0 : ((body.hours.at(-1)?.day ?? 0) + 1) % 7;
            set({ hours: [...body.hours, { day, open: "08:00", close: "17:00" }] });
          }}
        >
          {t.receptionist.addHours}
        </Button>
      </div>
    </div>
  );
}

export function HolidayList({ body, set, off }: Part) {
  const t = useText();
  const full = useFull(off, body.holidays.length, LIMITS.holidays);
  const patch = (i: number, change: Partial<{ date: string; name: string }>) =>
    set({ holidays: body.holidays.map((h, n) => (n === i ? { ...h, ...change } : h)) });
  return (
    <div className="grid gap-2">
      {body.holidays.map((h, i) => (
        <div
          // biome-ignore lint/suspicious/noArrayIndexKey: rows have no identity but their place
          key={i}
          className="grid grid-cols-[10rem_minmax(0,1fr)_auto] items-end gap-2"
        >
          <Field label={`${t.receptionist.date}, ${t.receptionist.item(i + 1)}`} hideLabel>
            <Input type="date" required value={h.date} onChange={(e) => patch(i, { date: e.target.value })} />
          </Field>
          <Field label={`${t.receptionist.holidayName}, ${t.receptionist.item(i + 1)}`} hideLabel>
            <Input value={h.name} maxLength={80} onChange={(e) => patch(i, { name: e.target.value })} />
          </Field>
          <Button
            kind="quiet"
            why={off}
            aria-label={`${t.common.remove}: ${h.name || h.date}`}
            onClick={() => set({ holidays: body.holidays.filter((_, n) => n !== i) })}
          >
            {t.common.remove}
          </Button>
        </div>
      ))}
      <div>
        <Button why={full} onClick={() => set({ holidays: [...body.holidays, { date: "", name: "" }] })}>
          {t.receptionist.addHoliday}
        </Button>
      </div>
    </div>
  );
}

const KINDS: TargetKind[] = ["medical", "emergency", "human"];

export function TargetList({ body, set, off }: Part) {
  const t = useText();
  const full = useFull(off, body.targets.length, LIMITS.targets);
  const put = (list: Target[]) => set({ targets: list.map((x, order) => ({ ...x, order })) });
  const patch = (i: number, change: Partial<Target>) =>
    put(body.targets.map((x, n) => (n === i ? { ...x, ...change } : x)));
  return (
    <div className="grid gap-3">
      {body.targets.map((x, i) => (
        <fieldset key={x.id || `new-${i}`} className="grid gap-3 rounded-md border border-line p-3">
          <legend className="px-1 text-s text-ink2">
            {i + 1}. {x.name || t.receptionist.addTarget}
          </legend>
          <div className="grid gap-3 sm:grid-cols-2">
            <Field label={t.receptionist.targetName}>
              <Input
                required
                maxLength={LIMITS.target}
                value={x.name}
                onChange={(e) => patch(i, { name: e.target.value })}
              />
            </Field>
            <Field label={t.receptionist.targetNumber}>
              <Input
                inputMode="tel"
                placeholder="+1…"
                pattern={E164}
                value={x.number}
                onChange={(e) => patch(i, { number: e.target.value.replaceAll(/[\s()-]/g, "") })}
              />
            </Field>
            <Field label={t.receptionist.role}>
              <Select value={x.role} onChange={(e) => patch(i, { role: e.target.value as Target["role"] })}>
                {Object.entries(t.receptionist.roles).map(([value, label]) => (
                  <option key={value} value={value}>
                    {label}
                  </option>
                ))}
              </Select>
            </Field>
            <Field label={t.receptionist.when}>
              <Select value={x.when} onChange={(e) => patch(i, { when: e.target.value as Target["when"] })}>
                {Object.entries(t.receptionist.whens).map(([value, label]) => (
                  <option key={value} value={value}>
                    {label}
                  </option>
                ))}
              </Select>
            </Field>
          </div>
          <div className="flex flex-wrap items-center gap-x-4">
            <span className="text-s text-ink2">{t.receptionist.forWhat}</span>
            {KINDS.map((kind) => (
              <Check
                key={kind}
                label={t.receptionist.kinds[kind]}
                checked={x.kinds.includes(kind)}
                onChange={(e) =>
                  patch(i, {
                    kinds: e.target.checked ? [...x.kinds, kind] : x.kinds.filter((k) => k !== kind),
                  })
                }
              />
            ))}
            <span className="ml-auto flex gap-1">
              {i > 0 && (
                <Button
                  kind="quiet"
                  why={off}
                  aria-label={`${t.receptionist.up}: ${x.name}`}
                  onClick={() => {
                    const list = [...body.targets];
                    list.splice(i - 1, 0, ...list.splice(i, 1));
                    put(list);
                  }}
                >
                  {t.receptionist.up}
                </Button>
              )}
              <Button
                kind="quiet"
                why={off}
                aria-label={`${t.common.remove}: ${x.name}`}
                onClick={() => put(body.targets.filter((_, n) => n !== i))}
              >
                {t.common.remove}
              </Button>
            </span>
          </div>
        </fieldset>
      ))}
      <div>
        <Button
          why={full}
          onClick={() =>
            put([
              ...body.targets,
              { name: "", role: "nurse", number: "", kinds: ["medical"], when: "always", order: 0 },
            ])
          }
        >
          {t.receptionist.addTarget}
        </Button>
      </div>
    </div>
  );
}
