/** When the page may say how things are. */
import { describe, expect, it } from "vitest";
import { holds, type Knowledge, OLD_MS } from "@/features/known";

const live: Knowledge = { link: "live", failed: false, failing: false, asOf: 1_000, now: 1_500 };

describe("what is shown", () => {
  it("holds while the server is heard, by the log or by reading", () => {
    expect(holds(live)).toBe(true);
    expect(holds({ ...live, now: 1_000_000 })).toBe(true);
    expect(holds({ ...live, link: "offline" })).toBe(true);
    expect(holds({ ...live, link: "connecting" })).toBe(true);
  });

  it("f8_1_does_not_hold_once_the_server_is_silent", () => {
    for (const link of ["reconnecting", "offline"] as const) {
      expect(holds({ ...live, link, failing: true })).toBe(false);
      expect(holds({ ...live, link, now: 1_000 + OLD_MS + 1 })).toBe(false);
    }
  });

  it("does not hold when the figures cannot be read, even if the log is there", () => {
    expect(holds({ ...live, failing: true })).toBe(true);
    expect(holds({ ...live, failed: true })).toBe(false);
  });
});
