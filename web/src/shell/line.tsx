/** The switch of the phone line: who answers, and until when. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { Snap } from "@/api/client";
import { api } from "@/api/endpoints";
import { keys } from "@/api/queries";
import type { LineMode, Overview, PhoneLine } from "@/api/types";
import { firstUntil, type Until, untilAt, untilChoices, useLineWords } from "@/features/line";
import { useDenied, useSession, useTimes } from "@/lib/hooks";
import { useText } from "@/lib/i18n";
import { useAct } from "@/ui/act";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Field, Input, Select } from "@/ui/field";

export function LineSwitch({ line, onClose }: { line: PhoneLine; onClose: () => void }) {
  const t = useText();
  const client = useQueryClient();
  const { when, clock, now } = useTimes();
  const zone = useSession().organization.time_zone;
  const denied = useDenied("calls.act");
  const words = useLineWords();
  const [mode, setMode] = useState<LineMode>(line.mode);
  const [until, setUntil] = useState<Until>(() => firstUntil(line, line.mode, zone, now));
  const [time, setTime] = useState("");
  const act = useAct(
    (at: number | null) => api.setLine(mode, at),
    (next) => {
      client.setQueryData<Snap<Overview>>(
        keys.overview,
        (s) => s && { ...s, value: { ...s.value, line: next } },
      );
      onClose();
      return t.line.applied;
    },
  );
  const choose = (next: LineMode) => {
    setMode(next);
    setUntil(firstUntil(line, next, zone, now));
  };
  const options: [LineMode, string, string][] = [
    ["receptionist", t.line.receptionist, t.line.receptionistWhat],
    ["desk", t.line.desk, line.can_transfer_to_desk ? t.line.deskWhat : t.line.noDesk],
    ["closed", t.line.closed, t.line.closedWhat],
  ];
  const ends: Record<Until, string> = {
    kept: line.until === null ? "" : clock(line.until),
    today: t.line.endOfToday,
    time: t.line.atTime,
    open: t.line.openEnd,
  };
  return (
    <Dialog title={t.line.title} onClose={onClose}>
      <form
        className="grid gap-4"
        onSubmit={(e) => {
          e.preventDefault();
          if (denied || act.isPending) return;
          const at = mode === "receptionist" ? null : untilAt(until, time, line, zone, Date.now());
          if (at !== undefined) act.mutate(at);
        }}
      >
        <p className="text-ink2">
          {words(line).whole}{" "}
          {line.changed_by && (
            <span className="text-s text-ink3">{t.line.changed(line.changed_by, when(line.changed_at))}</span>
          )}
        </p>
        <fieldset className="grid gap-2">
          <legend className="sr-only">{t.line.title}</legend>
          {options.map(([value, label, what]) => {
            const off = value === "desk" && !line.can_transfer_to_desk;
            return (
              <label
                key={value}
                className={`flex gap-3 rounded-md border p-3 ${mode === value ? "border-accent bg-accent-soft" : "border-line"} ${off ? "opacity-60" : ""}`}
              >
                <input
                  type="radio"
                  name="mode"
                  value={value}
                  checked={mode === value}
                  disabled={off}
                  onChange={() => choose(value)}
                  className="mt-1 size-4 accent-(--accent)"
                />
                <span>
                  <span className="block font-medium">{label}</span>
                  <span className="block text-s text-ink2">{what}</span>
                </span>
              </label>
            );
          })}
        </fieldset>
        {mode !== "receptionist" && (
          <div className="grid gap-3 sm:grid-cols-2">
            <Field label={t.line.untilLabel} hint={until === "open" ? t.line.openHint : t.line.untilHint}>
              <Select value={until} onChange={(e) => setUntil(e.target.value as Until)}>
                {untilChoices(line, zone, now).map((value) => (
                  <option key={value} value={value}>
                    {ends[value]}
                  </option>
                ))}
              </Select>
            </Field>
            {until === "time" && (
              <Field label={t.line.time}>
                <Input type="time" required value={time} onChange={(e) => setTime(e.target.value)} />
              </Field>
            )}
          </div>
        )}
        <div className="flex flex-wrap justify-end gap-2">
          <Button onClick={onClose}>{t.common.cancel}</Button>
          <Button type="submit" kind="primary" busy={act.isPending} why={denied}>
            {t.line.apply}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
