/** Until when the phone line stays switched: the choices, what each means, and how it is said. */
import type { LineMode, Ms, PhoneLine } from "@/api/types";
import { endOfDay, todayAt } from "@/lib/format";
import { useSession, useTimes } from "@/lib/hooks";
import { useText } from "@/lib/i18n";

/** As it is now, to the end of today, to a time of day, or until somebody switches back. */
export type Until = "kept" | "today" | "time" | "open";

/**
 * What is chosen first. An end that is set stays; what somebody left open stays open. Else it ends with the day: a
 * line that was closed for an afternoon and then forgotten must not stay closed for ever.
 */
export function firstUntil(line: PhoneLine, mode: LineMode, zone: string, now: Ms): Until {
  if (line.mode !== mode) return "today";
  if (line.until === null) return "open";
  return keeps(line, zone, now) ? "kept" : "today";
}

/** Whether an end is set that no other choice names. */
function keeps(line: PhoneLine, zone: string, now: Ms): boolean {
  return line.until !== null && line.until > now && line.until !== endOfDay(zone, now);
}

/** The choices there are. */
export function untilChoices(line: PhoneLine, zone: string, now: Ms): Until[] {
  const all: Until[] = ["today", "time", "open"];
  return keeps(line, zone, now) ? ["kept", ...all] : all;
}

/** The moment a choice means; `null` is "until somebody switches back", `undefined` that a time is still missing. */
export function untilAt(
  choice: Until,
  time: string,
  line: PhoneLine,
  zone: string,
  now: Ms,
): Ms | null | undefined {
  switch (choice) {
    case "kept":
      return line.until;
    case "today":
      return endOfDay(zone, now);
    case "time":
      return todayAt(time, zone, now) ?? undefined;
    case "open":
      return null;
  }
}

/** The state of the line in the words of this page, in the reader's language and with its clock. */
export function useLineWords(): (line: PhoneLine) => { short: string; until: string; whole: string } {
  const t = useText();
  const { clock, now } = useTimes();
  const zone = useSession().organization.time_zone;
  return (line) => {
    const short = t.line.short[line.mode] ?? line.words;
    if (line.mode === "receptionist") return { short, until: "", whole: t.line.receptionistWhat };
    const until =
      line.until === null
        ? t.line.untilSwitched
        : line.until === endOfDay(zone, now)
          ? t.line.untilToday
          : t.time.until(clock(line.until));
    const what = line.mode === "desk" ? t.line.deskWhat : t.line.closedWhat;
    return { short, until, whole: `${short} ${until}. ${what}` };
  };
}
