/** The switch of the phone line: who answers, and until when. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { Snap } from "@/api/client";
import { api } from "@/api/endpoints";
import { keys } from "@/api/queries";
import type { LineMode, Overview, PhoneLine } from "@/api/types";
import { todayAt } from "@/lib/format";
import { useDenied, useSession, useTimes } from "@/lib/hooks";
import { useText } from "@/lib/i18n";
import { useAct } from "@/ui/act";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Field, Input } from "@/ui/field";

export function LineSwitch({ line, onClose }: { line: PhoneLine; onClose: () => void }) {
  const t = useText();
  const client = useQueryClient();
  const { when } = useTimes();
  const zone = useSession().organization.time_zone;
  const denied = useDenied("calls.act");
  const [mode, setMode] = useState<LineMode>(line.mode);
  const [until, setUntil] = useState("");
  const act = useAct(
    () => api.setLine(mode, mode === "receptionist" ? null : todayAt(until, zone, Date.now())),
    (next) => {
      client.setQueryData<Snap<Overview>>(
        keys.overview,
        (s) => s && { ...s, value: { ...s.value, line: next } },
      );
      onClose();
      return t.line.applied;
    },
  );
  const options: [LineMode, string, string][] = [
    ["receptionist", t.line.receptionist, t.line.receptionistWhat],
    ["desk", t.line.desk, line.can_transfer_to_desk ? t.line.deskWhat : t.line.noDesk],
    ["closed", t.line.closed, t.line.closedWhat],
  ];
  return (
    <Dialog title={t.line.title} onClose={onClose}>
      <form
        className="grid gap-4"
        onSubmit={(e) => {
          e.preventDefault();
          if (!denied) act.mutate(undefined);
        }}
      >
        <p className="text-ink2">
          {line.words}{" "}
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
                  onChange={() => setMode(value)}
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
          <Field label={`${t.line.untilLabel} (${t.common.optional})`} hint={t.line.untilHint}>
            <Input
              type="time"
              value={until}
              onChange={(e) => setUntil(e.target.value)}
              className="max-w-40"
            />
          </Field>
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
