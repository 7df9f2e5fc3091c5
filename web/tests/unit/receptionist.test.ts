import { describe, expect, it } from "vitest";
import { ApiError } from "@/api/client";
import type { Receptionist } from "@/api/types";
import { check, unknownVariable } from "@/features/receptionist/check";
import { en } from "@/lib/messages/en";
import { es } from "@/lib/messages/es";
import { errorWords } from "@/ui/note";
import { receptionist } from "../../mock/data";

const wrong = (change: Partial<Receptionist>) => check({ ...receptionist, ...change }, en)?.field ?? null;

describe("what a receptionist may not be saved with", () => {
  it("is found before it is sent, at the server's limits, with its place", () => {
    expect(wrong({})).toBeNull();
    expect(wrong({ name: "  " })).toBe("name");
    expect(wrong({ name: "é".repeat(80) })).toBeNull();
    expect(wrong({ greeting: "x".repeat(601) })).toBe("greeting");
    expect(wrong({ prompt: "x".repeat(8_000) })).toBeNull();
    expect(wrong({ prompt: "x".repeat(8_001) })).toBe("prompt");
    expect(wrong({ languages: [] })).toBe("languages");
    expect(wrong({ hours: [{ day: 0, open: "17:00", close: "08:00" }] })).toBe("hours");
    expect(wrong({ hours: [{ day: 0, open: "08:00", close: "24:00" }] })).toBeNull();
    const [target] = receptionist.targets;
    if (!target) throw new Error("no target");
    expect(wrong({ targets: [{ ...target, name: "x".repeat(61) }] })).toBe("targets");
    expect(wrong({ targets: [{ ...target, kinds: [] }] })).toBe("targets");
    expect(wrong({ services: ["x".repeat(81)] })).toBe("services");
    expect(wrong({ blocked_callers: Array.from({ length: 1_001 }, () => "+15125550100") })).toBe(
      "blocked_callers",
    );
  });

  it("f6_2_unknown_placeholders_are_named", () => {
    expect(unknownVariable("Welcome to {{clinic}}, we are open {{hours}}.")).toBeNull();
    expect(unknownVariable("Hello {{ clinic }}")).toBe("clinic");
    expect(unknownVariable("Hello {{name}}")).toBe("name");
    expect(unknownVariable("Hello {{clinic")).toBeNull();
    expect(check({ ...receptionist, greeting: "{{name}}" }, es)?.words).toContain("{{name}}");
  });

  it("says where the server found something wrong", () => {
    const error = new ApiError("bad-input", 400, "", "numbers begin with +", "targets");
    expect(errorWords(en, error).what).toBe("People to reach: numbers begin with +");
    expect(errorWords(es, error).what).toMatch(/^Personas a quienes llamar: /);
    const other = new ApiError("bad-input", 400, "", "at most 3", "some_field");
    expect(errorWords(en, other).what).toBe("some field: at most 3");
    const whole = new ApiError("bad-input", 400, "", "this is not JSON", "body");
    expect(errorWords(en, whole).what).toBe("this is not JSON");
  });
});
