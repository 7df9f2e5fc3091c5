import { describe, expect, it } from "vitest";
import { overviewAgain } from "@/api/queries";
import type { Overview, PhoneLine } from "@/api/types";
import { firstUntil, untilAt, untilChoices } from "@/features/line";

const ZONE = "America/Chicago";
const NOW = Date.parse("2026-11-23T18:00:00Z");
const MIDNIGHT = Date.parse("2026-11-24T06:00:00Z");
const line = (change: Partial<PhoneLine>): PhoneLine => ({
  mode: "receptionist",
  until: null,
  words: "",
  changed_at: 0,
  changed_by: null,
  can_transfer_to_desk: true,
  ...change,
});

describe("until when the line stays switched", () => {
  it("is the end of today when it is closed, not for ever", () => {
    const now = line({});
    expect(firstUntil(now, "closed", ZONE, NOW)).toBe("today");
    expect(untilAt("today", "", now, ZONE, NOW)).toBe(MIDNIGHT);
    expect(untilChoices(now, ZONE, NOW)).toEqual(["today", "time", "open"]);
  });

  it("stays as it was set when it is only looked at", () => {
    const until = NOW + 30 * 3_600_000;
    const closed = line({ mode: "closed", until });
    expect(firstUntil(closed, "closed", ZONE, NOW)).toBe("kept");
    expect(untilAt("kept", "", closed, ZONE, NOW)).toBe(until);
    expect(untilChoices(closed, ZONE, NOW)[0]).toBe("kept");
    const today = line({ mode: "closed", until: MIDNIGHT });
    expect(firstUntil(today, "closed", ZONE, NOW)).toBe("today");
    const open = line({ mode: "desk", until: null });
    expect(firstUntil(open, "desk", ZONE, NOW)).toBe("open");
    expect(firstUntil(open, "closed", ZONE, NOW)).toBe("today");
  });

  it("has no end only when that was chosen, and none while a time is missing", () => {
    expect(untilAt("open", "", line({}), ZONE, NOW)).toBeNull();
    expect(untilAt("time", "", line({}), ZONE, NOW)).toBeUndefined();
    expect(untilAt("time", "18:00", line({}), ZONE, NOW)).toBe(Date.parse("2026-11-24T00:00:00Z"));
  });

  it("f4_4_the_strip_is_read_again_when_the_line_switches_back_by_itself", () => {
    const overview = (until: number | null) => ({ line: line({ mode: "closed", until }) }) as Overview;
    expect(overviewAgain(undefined, NOW)).toBe(30_000);
    expect(overviewAgain(overview(null), NOW)).toBe(30_000);
    expect(overviewAgain(overview(NOW + 5_000), NOW)).toBe(5_500);
    expect(overviewAgain(overview(NOW + 3_600_000), NOW)).toBe(30_000);
    expect(overviewAgain(overview(NOW - 1), NOW)).toBe(30_000);
  });
});
