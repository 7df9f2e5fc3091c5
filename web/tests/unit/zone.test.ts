import { describe, expect, it } from "vitest";
import { clock, endOfDay, todayAt } from "@/lib/format";
import { en } from "@/lib/messages/en";
import { es } from "@/lib/messages/es";
import { dayAfter, dayOf, dayStart, moments } from "@/lib/zone";
import { filterOf } from "@/routes/calls";

const HOUR = 3_600_000;
const CHICAGO = "America/Chicago";
const at = (iso: string) => Date.parse(iso);

describe("days of a clinic's zone", () => {
  it("are those of the zone, with the hours they have", () => {
    expect(dayOf(at("2026-11-23T05:59:00Z"), CHICAGO)).toBe("2026-11-22");
    expect(dayAfter("2026-12-31")).toBe("2027-01-01");
    expect(dayStart("2026-11-23", CHICAGO)).toBe(at("2026-11-23T06:00:00Z"));
    // The clocks go forward on 8 March and back on 1 November 2026.
    const length = (day: string) => (dayStart(dayAfter(day), CHICAGO) ?? 0) - (dayStart(day, CHICAGO) ?? 0);
    expect(length("2026-03-08")).toBe(23 * HOUR);
    expect(length("2026-03-09")).toBe(24 * HOUR);
    expect(length("2026-11-01")).toBe(25 * HOUR);
  });

  it("begin after the gap where midnight is skipped, and at the first of two midnights", () => {
    // Santiago de Chile jumps from 00:00 to 01:00.
    expect(dayStart("2026-09-06", "America/Santiago")).toBe(at("2026-09-06T04:00:00Z"));
    // Havana goes back from 01:00 to 00:00.
    expect(dayStart("2026-11-01", "America/Havana")).toBe(at("2026-11-01T04:00:00Z"));
  });

  it("have times that come once, twice or late", () => {
    expect(moments("2026-11-23", 90, CHICAGO)).toEqual([at("2026-11-23T07:30:00Z")]);
    expect(moments("2026-11-01", 90, CHICAGO)).toEqual([
      at("2026-11-01T06:30:00Z"),
      at("2026-11-01T07:30:00Z"),
    ]);
    expect(moments("2026-03-08", 150, CHICAGO)).toEqual([at("2026-03-08T08:30:00Z")]);
    expect(moments("no day", 0, CHICAGO)).toEqual([]);
  });

  it("make filters that hold across a clock change, and ignore what is no day", () => {
    const f = filterOf({ from: "2026-11-01", to: "2026-11-01", escalated: "true" }, CHICAGO);
    expect(f.from).toBe(at("2026-11-01T05:00:00Z"));
    expect(f.to).toBe(at("2026-11-02T06:00:00Z"));
    expect(f.escalated).toBe(true);
    for (const bad of ["2026-13-45", "yesterday", "1"])
      expect(filterOf({ from: bad, to: bad }, CHICAGO)).toMatchObject({ from: undefined, to: undefined });
  });
});

describe("times of day", () => {
  it("are the next such time of the zone, also across a clock change", () => {
    const evening = at("2026-11-01T03:00:00Z"); // 22:00 on 31 October
    expect(todayAt("08:00", CHICAGO, evening)).toBe(at("2026-11-01T14:00:00Z"));
    expect(todayAt("08:00", CHICAGO, at("2026-03-08T04:00:00Z"))).toBe(at("2026-03-08T13:00:00Z"));
    // 01:30 comes twice; between the two the second is the next.
    expect(todayAt("01:30", CHICAGO, at("2026-11-01T06:45:00Z"))).toBe(at("2026-11-01T07:30:00Z"));
    expect(endOfDay(CHICAGO, evening)).toBe(at("2026-11-01T05:00:00Z"));
    expect(endOfDay(CHICAGO, at("2026-11-01T06:00:00Z"))).toBe(at("2026-11-02T06:00:00Z"));
  });

  it("are written in one form, midnight too", () => {
    const midnight = at("2026-11-23T06:00:00Z");
    expect(clock(midnight, midnight, en, CHICAGO)).toBe("00:00");
    expect(clock(midnight + 5 * 60_000, midnight, es, CHICAGO)).toBe("00:05");
    expect(clock(at("2026-11-23T23:05:00Z"), midnight, en, CHICAGO)).toBe("17:05");
  });
});
