/** Days and wall-clock times of a clinic's zone, right across clock changes. */
import type { Ms } from "@/api/types";

const DAY = 86_400_000;
const MIN = 60_000;
const formats = new Map<string, Intl.DateTimeFormat>();

function format(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const o: Intl.DateTimeFormatOptions = {
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  };
  let made: Intl.DateTimeFormat;
  try {
    made = new Intl.DateTimeFormat("en-GB", { ...o, timeZone: zone });
  } catch {
    // A zone this browser does not know: its own is the nearest.
    made = new Intl.DateTimeFormat("en-GB", o);
  }
  formats.set(zone, made);
  return made;
}

/** What the zone's clocks show at a moment, as if that were UTC. */
function wall(at: Ms, zone: string): Ms {
  const p = Object.fromEntries(
    format(zone)
      .formatToParts(at)
      .map((x) => [x.type, Number(x.value)]),
  );
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = p;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/** The day of the zone that a moment lies in, `YYYY-MM-DD`. */
export function dayOf(at: Ms, zone: string): string {
  return new Date(wall(at, zone)).toISOString().slice(0, 10);
}

export function dayAfter(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + DAY).toISOString().slice(0, 10);
}

/**
 * The moments at which the zone's clocks show `minutes` after midnight of a day: one, or two when the clocks go back
 * over it. When they jump over it, it is as much later as they jump.
 */
export function moments(day: string, minutes: number, zone: string): Ms[] {
  const want = Date.parse(`${day}T00:00:00Z`) + minutes * MIN;
  if (!Number.isFinite(want)) return [];
  const before = wall(want - DAY, zone) - (want - DAY);
  const after = wall(want + DAY, zone) - (want + DAY);
  const fits = [...new Set([want - before, want - after])].filter((at) => wall(at, zone) === want);
  return fits.length > 0 ? fits.sort((a, b) => a - b) : [want - before];
}

/** The first moment of a day of the zone. */
export function dayStart(day: string, zone: string): Ms | undefined {
  return moments(day, 0, zone)[0];
}
