import { describe, expect, it } from "vitest";
import { ApiError, address, lines, send, setCsrf, snapshot } from "@/api/client";
import type { Segment, Turn } from "@/api/types";
import { groups, offset, placeTurns } from "@/features/call/transcript";
import { bytes, clock, duration, todayAt, when } from "@/lib/format";
import { en } from "@/lib/messages/en";
import { es } from "@/lib/messages/es";
import { href, match, safeNext } from "@/lib/router";
import { hold } from "@/ui/rows";
import { makeSegments, makeTurns } from "../../mock/data";

const NOW = Date.UTC(2026, 10, 23, 18, 0, 0);

describe("figures", () => {
  it("writes durations and sizes", () => {
    expect(duration(0)).toBe("0:00");
    expect(duration(61_900)).toBe("1:01");
    expect(duration(3_600_000)).toBe("1:00:00");
    expect(duration(null)).toBe("–");
    expect(bytes(999)).toBe("999 B");
    expect(bytes(4_816_044)).toBe("4.8 MB");
  });

  it("is relative up to an hour, then clock time in the clinic's zone", () => {
    expect(when(NOW - 59 * 60_000, NOW, en, "America/Chicago")).toBe("59 min ago");
    expect(when(NOW - 60 * 60_000, NOW, en, "America/Chicago")).toBe("11:00");
    expect(when(NOW - 30 * 3_600_000, NOW, en, "America/Chicago")).toBe("Nov 22, 06:00");
    expect(when(null, NOW, en, "America/Chicago")).toBe("never");
    expect(clock(NOW, NOW, es, "Europe/Madrid")).toBe("19:00");
    expect(clock(NOW, NOW, en, "No/Such_Zone")).toMatch(/^\d\d:\d\d$/);
  });

  it("finds the next such time of the clinic's day", () => {
    expect(todayAt("13:30", "America/Chicago", NOW)).toBe(NOW + 90 * 60_000);
    expect(todayAt("12:00", "America/Chicago", NOW)).toBe(NOW + 24 * 3_600_000);
    expect(todayAt("", "America/Chicago", NOW)).toBeNull();
    expect(todayAt("25:00", "America/Chicago", NOW)).toBeNull();
  });
});

describe("addresses", () => {
  const pages = [{ path: "/" }, { path: "/calls" }, { path: "/calls/$id" }] as const;
  it("finds pages and what their names stand for", () => {
    expect(match(pages, "/calls/call_1")?.params).toEqual({ id: "call_1" });
    expect(match(pages, "/calls/")?.page.path).toBe("/calls");
    expect(match(pages, "/calls/a/b")).toBeNull();
    expect(match(pages, "/calls/%E0%A4")).toBeNull();
    expect(href({ to: "/calls/$id", params: { id: "a/b?c" } })).toBe("/calls/a%2Fb%3Fc");
    expect(href({ to: "/calls", search: { life: "open", q: undefined } })).toBe("/calls?life=open");
  });
  it("goes back only to a path of this site after signing in", () => {
    expect(safeNext("/calls?x=1")).toBe("/calls?x=1");
    for (const bad of ["https://evil.example", "//evil.example", "/\\evil.example", "", undefined])
      expect(safeNext(bad)).toBe("/");
  });
  it("keeps an id inside its part of the API path", () => {
    expect(address("/calls/{id}", { path: { id: "../members" } })).toBe("/api/v1/calls/..%2Fmembers");
    expect(address("/calls/{id}", { path: { id: ".." } })).toBe("/api/v1/calls/_");
    expect(address("/calls", { query: { a: 1, b: null, c: "", d: false } })).toBe(
      "/api/v1/calls?a=1&d=false",
    );
  });
});

describe("catalogues", () => {
  it("have the same shape, and the Spanish one is translated", () => {
    const walk = (a: unknown, b: unknown, path: string, same: string[]): void => {
      expect(typeof b, path).toBe(typeof a);
      if (typeof a === "object" && a !== null) {
        expect(Object.keys(b as object), path).toEqual(Object.keys(a));
        for (const key of Object.keys(a)) {
          walk((a as never)[key], (b as never)[key], `${path}.${key}`, same);
        }
      } else if (typeof a === "string" && a === b && a.length > 9) same.push(path);
    };
    const same: string[] = [];
    walk(en, es, "t", same);
    expect(same).toEqual([]);
  });
});

describe("transcript", () => {
  const segments = makeSegments(NOW);
  it("f3_4_pieces_are_kept_apart_and_shown_joined", () => {
    const list = groups(segments, []);
    expect(list.map((g) => g.segments.length)).toEqual([1, 1, 1, 2, 1]);
  });
  it("puts each decision beside what it was about", () => {
    const placed = placeTurns(segments, makeTurns(NOW));
    expect([...placed.keys()]).toEqual([1, 4]);
  });
  it("gives the same words said twice their own decisions", () => {
    const say = (ordinal: number): Segment => ({
      ordinal,
      rev: 1,
      role: "caller",
      text: "Yes.",
      started_at: NOW + ordinal,
      ended_at: null,
    });
    const turn = (no: number): Turn => ({ ...(makeTurns(NOW)[0] as Turn), no, said: "yes" });
    const placed = placeTurns([say(0), say(1)], [turn(2), turn(1)]);
    expect(placed.get(0)?.[0]?.no).toBe(1);
    expect(placed.get(1)?.[0]?.no).toBe(2);
  });
  it("counts from the answer", () => {
    expect(offset(5_000, { answered_at: 2_000, started_at: 0 })).toBe(3);
    expect(offset(5_000, { answered_at: null, started_at: 1_000 })).toBe(4);
    expect(offset(0, { answered_at: 2_000, started_at: 0 })).toBe(0);
  });
});

describe("a list that is being read", () => {
  const rows = (...ids: string[]) => ids.map((id) => ({ id }));
  it("holds new rows on top back and lets older pages come", () => {
    const held = hold(rows("new", "a", "b", "older"), ["a", "b"], true);
    expect(held.shown.map((r) => r.id)).toEqual(["a", "b", "older"]);
    expect(held.fresh).toBe(1);
  });
  it("keeps its order under the pointer and takes the new one afterwards", () => {
    expect(hold(rows("b", "a"), ["a", "b"], true).shown.map((r) => r.id)).toEqual(["a", "b"]);
    expect(hold(rows("b", "a"), ["a", "b"], false).shown.map((r) => r.id)).toEqual(["b", "a"]);
  });
});

describe("requests", () => {
  const answer = (body: BodyInit | null, init: ResponseInit = {}) => {
    const seen: { url: string; init: RequestInit }[] = [];
    globalThis.fetch = (async (url: string, i: RequestInit) => {
      seen.push({ url, init: i });
      return new Response(body, init);
    }) as typeof fetch;
    return seen;
  };
  it("f9_4_every_write_carries_the_token_and_no_read_does", async () => {
    setCsrf("tok");
    const seen = answer("{}");
    await send("POST", "/members", { body: {} });
    await send("GET", "/members");
    expect(new Headers(seen[0]?.init.headers).get("X-CSRF-Token")).toBe("tok");
    expect(new Headers(seen[1]?.init.headers).get("X-CSRF-Token")).toBeNull();
    expect(seen[0]?.init.credentials).toBe("same-origin");
  });
  it("reads problems, snapshot numbers and streamed lines", async () => {
    answer(
      JSON.stringify({ type: "https://voxanne.dev/problems/too-many", status: 429, retry_after_ms: 800 }),
      {
        status: 429,
      },
    );
    const error = await send("GET", "/calls").catch((e: unknown) => e);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ kind: "too-many", status: 429, retry_after_ms: 800 });
    answer("{}", { headers: { "X-Voxanne-Seq": "77" } });
    expect((await snapshot("/overview")).seq).toBe(77);
    answer('{"t":"say","text":"a"}\n\n{"t":"done"}');
    const got: unknown[] = [];
    for await (const line of lines("POST", "/browser-calls/{id}/turns")) got.push(line);
    expect(got).toEqual([{ t: "say", text: "a" }, { t: "done" }]);
  });
});
