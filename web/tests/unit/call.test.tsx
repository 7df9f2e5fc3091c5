/** One call's page: its whole transcript, and what may be done with it. */
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, renderHook, waitFor } from "@testing-library/react";
import type { ReactNode } from "react";
import { beforeEach, describe, expect, it } from "vitest";
import { applyEvents, forgetAll } from "@/api/events";
import { keys } from "@/api/queries";
import type { CallSummary, InboxItem, Segment } from "@/api/types";
import { canCloseRing, isSearching } from "@/features/call/acts";
import { useCall } from "@/features/call/segments";
import { degradedWords, endWords, reasonWords } from "@/features/call/words";
import { en } from "@/lib/messages/en";
import { es } from "@/lib/messages/es";
import { dialable } from "@/lib/tel";
import { makeCalls, makeDetail, makeInbox, makeSegments } from "../../mock/data";

const NOW = 1_767_225_600_000;
const call = { ...(makeCalls(NOW, 1)[0] as CallSummary), id: "call_x" };
const all = makeSegments(NOW, 250).map((s, i) => ({ ...s, text: `words ${i}` }));

let client: QueryClient;
function Around({ children }: { children: ReactNode }) {
  return <QueryClientProvider client={client}>{children}</QueryClientProvider>;
}

/** A server with one call, whose transcript comes in pages of 20 after the first 200 pieces. */
let server: { seq: number; rev: number; segments: Segment[]; broken: boolean; asked: string[] };
beforeEach(() => {
  forgetAll();
  client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  server = { seq: 10, rev: 1, segments: all, broken: false, asked: [] };
  globalThis.fetch = (async (input: string) => {
    const url = new URL(input, "http://x");
    const headers = { "X-Voxanne-Seq": String(server.seq) };
    const { segments, rev } = server;
    if (url.pathname.endsWith("/segments")) {
      const from = Number(url.searchParams.get("cursor"));
      server.asked.push(String(from));
      if (server.broken) return new Response("{}", { status: 503 });
      const next = from + 20 < segments.length ? String(from + 20) : null;
      return Response.json({ rev, items: segments.slice(from, from + 20), next });
    }
    const first = segments.slice(0, 200);
    const detail = { ...makeDetail(call, [], first), transcript_rev: rev };
    const segments_next = segments.length > 200 ? "200" : null;
    return Response.json({ ...detail, segments_next }, { headers });
  }) as typeof fetch;
});
const open = () => renderHook(() => useCall(call.id), { wrapper: Around });
const readAgain = () => act(() => client.invalidateQueries({ queryKey: keys.call(call.id) }));
const numbers = (list: Segment[]) => list.map((s) => s.ordinal);

describe("a long transcript", () => {
  it("says that its rest could not be loaded, keeps what it has, and goes on when asked", async () => {
    server.broken = true;
    const { result } = open();
    await waitFor(() => expect(result.current.cut).not.toBeNull());
    expect(result.current.loading).toBe(false);
    expect(result.current.segments).toHaveLength(200);
    server.broken = false;
    act(() => result.current.again());
    await waitFor(() => expect(result.current.segments).toHaveLength(250));
    expect(result.current.cut).toBeNull();
  });

  it("f8_3_another_read_drops_no_row_that_was_loaded_or_came_by_the_log", async () => {
    const { result } = open();
    await waitFor(() => expect(result.current.segments).toHaveLength(250));
    const heard = { ...(all[0] as Segment), ordinal: 250, text: "just said" };
    act(() =>
      applyEvents(
        client,
        [
          {
            s: 11,
            k: "transcript.added",
            v: 1,
            at: NOW,
            id: call.id,
            d: { call: call.id, segments: [heard] },
          },
        ],
        () => {},
      ),
    );
    await waitFor(() => expect(result.current.segments).toHaveLength(251));
    // The server has it too by now, but the read brings only the first 200, and the rest breaks.
    server.segments = [...all, heard];
    server.seq = 12;
    server.broken = true;
    await readAgain();
    await waitFor(() => expect(result.current.cut).not.toBeNull());
    expect(numbers(result.current.segments)).toEqual(numbers(server.segments));
    server.broken = false;
    server.asked = [];
    await readAgain();
    await waitFor(() => expect(result.current.cut).toBeNull());
    expect(result.current.segments).toHaveLength(251);
    // Read on from the last page, not from the beginning.
    expect(server.asked).toEqual(["240"]);
  });

  it("is replaced as a whole by a later revision", async () => {
    const { result } = open();
    await waitFor(() => expect(result.current.segments).toHaveLength(250));
    server.rev = 2;
    server.segments = all.slice(0, 3).map((s) => ({ ...s, rev: 2, text: "better" }));
    await readAgain();
    await waitFor(() =>
      expect(result.current.segments.map((s) => s.text)).toEqual(["better", "better", "better"]),
    );
    expect(result.current.loading).toBe(false);
  });
});

describe("what may be done", () => {
  const item = makeInbox(NOW)[0] as InboxItem;
  it("f7_2_a_ring_is_closed_by_a_person_only_when_it_waits_for_one", () => {
    const open = { ...call, state: "waiting_for_person" as const, outcome: "message_open" as const };
    expect(canCloseRing(open)).toBe(true);
    expect(canCloseRing({ ...open, life: "ended", outcome: "transfer_unconfirmed" })).toBe(true);
    expect(canCloseRing({ ...open, life: "live" })).toBe(false);
    expect(canCloseRing({ ...open, state: "closed", outcome: "transfer_unconfirmed" })).toBe(false);
    expect(canCloseRing({ ...open, outcome: "message_acknowledged" })).toBe(false);
  });
  it("f7_2_an_item_is_not_closed_while_a_person_is_looked_for", () => {
    for (const state of ["decided", "dialing", "failed"] as const)
      expect(isSearching({ ...item, escalation_state: state })).toBe(true);
    for (const state of ["message", "unconfirmed", "connected", "acknowledged", null] as const)
      expect(isSearching({ ...item, escalation_state: state })).toBe(false);
  });
  it("dials whole numbers only", () => {
    expect(dialable("(512) 555-0142")).toBe("tel:5125550142");
    expect(dialable("+34 912 345 678")).toBe("tel:+34912345678");
    for (const no of ["... 0142", "•••0142", "", null, "911", "javascript:alert(1)", "512-CALL-NOW"])
      expect(dialable(no)).toBeNull();
  });
});

describe("the server's marks in words", () => {
  it("are plain where they are known and plain letters where not", () => {
    expect(reasonWords(en, "rule: chest")).toBe("the words point to chest pain");
    expect(reasonWords(en, "rule: something_new")).toBe("the words point to something new");
    expect(reasonWords(en, "classifier 0.98 (medical from 0.35)")).toContain("98 %");
    expect(reasonWords(es, "a part of the turn 0.40 (medical from 0.35)")).toContain("40 %");
    expect(reasonWords(es, "no vector, judged by words alone")).toBe("juzgado solo por las palabras");
    expect(reasonWords(en, "asked_for_it")).toBe("asked for it");
    expect(degradedWords(en, ["vectors", "new_part"])).toBe("searched by words alone, new part");
    expect(endWords(en, "customer-ended-call")).toBe("The caller");
    expect(endWords(en, "pipeline-error_custom-llm.failed")).toBe("pipeline error custom llm failed");
  });
});
