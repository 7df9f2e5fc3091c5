/** Times, durations and sizes as people read them. */
import { useSyncExternalStore } from "react";
import type { Ms } from "@/api/types";
import type { Messages } from "./messages/en";
import { dayAfter, dayOf, dayStart, moments } from "./zone";

const MIN = 60_000;
const HOUR = 60 * MIN;

/** `m:ss`, or `h:mm:ss` from an hour on. */
export function duration(ms: Ms | null | undefined): string {
  if (ms === null || ms === undefined || !Number.isFinite(ms) || ms < 0) return "–";
  const s = Math.floor(ms / 1000);
  const two = (v: number) => String(v).padStart(2, "0");
  const h = Math.floor(s / 3600);
  const m = Math.floor((s % 3600) / 60);
  return h > 0 ? `${h}:${two(m)}:${two(s % 60)}` : `${m}:${two(s % 60)}`;
}

/** Sizes in powers of 1000, one decimal under 10. */
export function bytes(count: number | null | undefined): string {
  if (count === null || count === undefined) return "–";
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = count;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value < 10 && unit > 0 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

function parts(at: Ms, locale: string, zone: string): { day: string; clock: string; date: string } {
  const f = (o: Intl.DateTimeFormatOptions) => {
    try {
      return new Intl.DateTimeFormat(locale, { ...o, timeZone: zone }).format(at);
    } catch {
      return new Intl.DateTimeFormat(locale, o).format(at);
    }
  };
  return {
    day: f({ year: "numeric", month: "2-digit", day: "2-digit" }),
    clock: f({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" }),
    date: f({ month: "short", day: "numeric" }),
  };
}

/** Clock time in the clinic's zone, with the date unless it is today. */
export function clock(at: Ms, now: Ms, t: Messages, zone: string): string {
  const p = parts(at, t.code, zone);
  return p.day === parts(now, t.code, zone).day ? p.clock : `${p.date}, ${p.clock}`;
}

/** Relative up to an hour, then clock time. */
export function when(at: Ms | null | undefined, now: Ms, t: Messages, zone: string): string {
  if (at === null || at === undefined) return t.time.never;
  const gone = now - at;
  if (gone < -HOUR || gone >= HOUR) return clock(at, now, t, zone);
  if (gone < -MIN) return t.time.inMins(Math.round(-gone / MIN));
  if (gone < 5_000) return t.time.now;
  if (gone < MIN) return t.time.secs(Math.floor(gone / 1000));
  return t.time.mins(Math.floor(gone / MIN));
}

let now = Date.now();
let timer: ReturnType<typeof setInterval> | null = null;
const watchers = new Set<() => void>();

/** One clock for the whole page, a tick a second; it rests while nobody looks at it. */
function watch(f: () => void): () => void {
  watchers.add(f);
  timer ??= setInterval(() => {
    now = Date.now();
    for (const w of watchers) w();
  }, 1_000);
  return () => {
    watchers.delete(f);
    if (watchers.size === 0 && timer) {
      clearInterval(timer);
      timer = null;
    }
  };
}

/** The time, coarse enough that a page does not redraw more often than it must. */
export function useNow(step: Ms = 10_000): Ms {
  return useSyncExternalStore(watch, () => {
    const value = timer ? now : Date.now();
    return Math.floor(value / step) * step + step;
  });
}

/** The next time the zone's clocks show `hh:mm`, for "until 18:00". */
export function todayAt(hhmm: string, zone: string, from: Ms): Ms | null {
  const m = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(hhmm);
  if (!m) return null;
  const minutes = Number(m[1]) * 60 + Number(m[2]);
  const today = dayOf(from, zone);
  const next = [...moments(today, minutes, zone), ...moments(dayAfter(today), minutes, zone)];
  return next.find((at) => at > from) ?? null;
}

/** The end of the zone's present day. */
export function endOfDay(zone: string, from: Ms): Ms | null {
  return dayStart(dayAfter(dayOf(from, zone)), zone) ?? null;
}
