/** The socket and the snapshots together: what one of them alone gets right can still be lost between them. */
import { QueryClient } from "@tanstack/react-query";
import { describe, expect, it, vi } from "vitest";
import { topicSeq } from "@/api/apply";
import type { Snap } from "@/api/client";
import { applyEvents, cover, forgetAll, replay, soon, tooOld } from "@/api/events";
import { Live, type SocketLike } from "@/api/live";
import type { CallDetail, CallSummary, Escalation, InboxItem, LogEvent, Segment } from "@/api/types";
import { makeCalls, makeDetail, makeEscalation, makeInbox, makeSegments } from "../../mock/data";

const NOW = 1_767_225_600_000;
const ev = (s: number, k: string, id: string, d: unknown): LogEvent => ({ s, k, v: 1, at: NOW, id, d });

/** A server's end of a socket that answers each hello from a log, with the topics the hello names. */
class Socket implements SocketLike {
  readyState = 0;
  onopen: (() => void) | null = null;
  onmessage: ((e: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;
  onerror: (() => void) | null = null;
  private topics: string[] = [];
  private at = 0;
  constructor(readonly log: { topic: string; event: LogEvent }[]) {}
  open(): void {
    this.readyState = 1;
    this.onopen?.();
  }
  send(text: string): void {
    const frame = JSON.parse(text) as { t: string; cursor: number; topics: string[] };
    if (frame.t !== "hello") return;
    this.topics = frame.topics;
    this.at = frame.cursor;
    this.flush();
  }
  /** Everything after the cursor, of the topics that are followed. */
  flush(): void {
    const head = this.log.at(-1)?.event.s ?? 0;
    if (head <= this.at) return;
    const events = this.log
      .filter((l) => l.event.s > this.at && this.topics.includes(l.topic))
      .map((l) => l.event);
    const from = this.at;
    this.at = head;
    this.onmessage?.({ data: JSON.stringify({ t: "batch", from, to: head, events }) });
  }
  close(): void {
    this.readyState = 3;
  }
}

const calls = makeCalls(NOW, 2);
const call = { ...(calls[0] as CallSummary), id: "call_x", life: "live", outcome: null } as CallSummary;
const detail = makeDetail({ ...call, escalated: false }, [], makeSegments(NOW, 1));
const item = { ...(makeInbox(NOW)[1] as InboxItem), call: call.id };
const esc = makeEscalation(call.id, NOW, "dialing");
const said: Segment = {
  ordinal: 1,
  rev: 1,
  role: "caller",
  text: "A medical question",
  started_at: NOW,
  ended_at: null,
};

function setUp() {
  forgetAll();
  const client = new QueryClient();
  const log: { topic: string; event: LogEvent }[] = [];
  const socket = new Socket(log);
  const live = new Live({
    cursor: cover(client, 15),
    topics: ["calls", "inbox"],
    open: () => socket,
    onEvents: (events) => applyEvents(client, events, () => {}),
    onStatus: () => {},
    onResync: async () => 0,
    target: null,
  });
  socket.open();
  /** One commit of the server: all its events, then what the socket brings of them. */
  const commit = (...events: [topic: string, event: LogEvent][]) => {
    for (const [topic, event] of events) log.push({ topic, event });
    socket.flush();
  };
  /** The answer to a read, taken as the page takes it. */
  const take = (seq: number) => {
    const snap = replay(["call", call.id], { seq, value: detail });
    client.setQueryData(["call", call.id], snap);
    return snap;
  };
  const shown = () => client.getQueryData<Snap<CallDetail>>(["call", call.id]);
  return { client, live, commit, take, shown };
}

describe("the log and a call's page", () => {
  it("f8_3_a_handover_committed_while_the_page_is_read_is_not_lost", () => {
    const { live, commit, take, shown } = setUp();
    // The read left the server at 15; in one commit come the handover (not followed yet) and two base events.
    commit(
      [`call:${call.id}`, ev(16, "escalation.changed", esc.id, esc)],
      ["inbox", ev(17, "inbox.changed", item.id, item)],
      ["calls", ev(18, "call.changed", call.id, { ...call, state: "transferring", escalated: true })],
    );
    const snap = take(15);
    expect(snap.seq).toBe(18);
    expect(snap.value.inbox).toHaveLength(1);
    expect(snap.value.escalations).toHaveLength(0);
    expect(topicSeq(snap)).toBe(15);
    live.follow(`call:${call.id}`, topicSeq(snap));
    expect(shown()?.value.escalations.map((e: Escalation) => e.id)).toEqual([esc.id]);
    expect(shown()?.value.state).toBe("transferring");
    live.dispose();
  });

  it("f8_3_base_events_between_two_events_of_the_topic_hide_neither", () => {
    const { live, commit, take, shown } = setUp();
    const snap = take(15);
    // A base event arrives before the page follows the call.
    commit(
      [`call:${call.id}`, ev(16, "transcript.added", call.id, { call: call.id, segments: [said] })],
      ["calls", ev(17, "call.changed", call.id, { ...call, words: "later" })],
    );
    expect(shown()?.value.segments).toHaveLength(1);
    live.follow(`call:${call.id}`, topicSeq(snap));
    expect(shown()?.value.segments).toHaveLength(2);
    expect(shown()?.value.words).toBe("later");
    // Followed now: both kinds go on, and what comes again changes nothing.
    const next = { ...said, ordinal: 2, text: "Hello?" };
    commit(
      ["calls", ev(18, "call.changed", call.id, { ...call, words: "latest" })],
      [`call:${call.id}`, ev(19, "transcript.added", call.id, { call: call.id, segments: [next] })],
    );
    expect(shown()?.value.segments.map((s) => s.ordinal)).toEqual([0, 1, 2]);
    expect(shown()?.value.words).toBe("latest");
    live.dispose();
  });

  it("f8_3_a_read_again_takes_what_the_followed_topic_brought_meanwhile", () => {
    const { live, commit, take, shown } = setUp();
    live.follow(`call:${call.id}`, topicSeq(take(15)));
    commit([`call:${call.id}`, ev(16, "transcript.added", call.id, { call: call.id, segments: [said] })]);
    // The page is read again; the answer was made before the event.
    take(15);
    expect(shown()?.value.segments).toHaveLength(2);
    live.dispose();
  });

  it("f8_3_numbers_that_come_late_are_kept_in_order_and_once", () => {
    const { client, live, commit, take } = setUp();
    const settled: string[] = [];
    const spy = vi.spyOn(client, "invalidateQueries").mockImplementation(async (f) => {
      settled.push(String(f?.queryKey?.[0]));
    });
    const snap = take(15);
    commit(["calls", ev(16, "receptionist.changed", "a", { version: 2 })]);
    live.follow(`call:${call.id}`, topicSeq(snap));
    expect(settled.filter((k) => k === "receptionist")).toHaveLength(1);
    expect(tooOld(15)).toBe(false);
    expect(tooOld(14)).toBe(true);
    spy.mockRestore();
    live.dispose();
  });
});

describe("what is read again because of events", () => {
  it("f4_5_knowledge_figures_are_read_once_a_second_and_after_the_last_change", async () => {
    vi.useFakeTimers();
    forgetAll();
    const client = new QueryClient();
    let reading = 0;
    const again = vi.spyOn(client, "invalidateQueries").mockResolvedValue();
    vi.spyOn(client, "isFetching").mockImplementation(() => reading);
    for (let i = 0; i < 30; i += 1) {
      applyEvents(client, [ev(100 + i, "knowledge.changed", "k", { revision: i })], () => {});
      vi.advanceTimersByTime(100);
    }
    expect(again.mock.calls.length).toBeLessThanOrEqual(3);
    expect(again.mock.calls.every(([f]) => f?.queryKey?.[0] === "documents")).toBe(true);
    // A read that began before the change is not the last one.
    vi.advanceTimersByTime(2_000);
    again.mockClear();
    reading = 1;
    soon(client, ["documents"]);
    vi.advanceTimersByTime(1_000);
    expect(again).not.toHaveBeenCalled();
    reading = 0;
    vi.advanceTimersByTime(1_000);
    expect(again).toHaveBeenCalledTimes(1);
    vi.useRealTimers();
  });

  it("reads the overview again when the numbers or the zone changed", () => {
    forgetAll();
    const client = new QueryClient();
    let asked = 0;
    const ask = () => {
      asked += 1;
    };
    applyEvents(client, [ev(1, "receptionist.changed", "a", { version: 2 })], ask);
    applyEvents(client, [ev(2, "settings.changed", "o", {})], ask);
    applyEvents(client, [ev(3, "members.changed", "o", {})], ask);
    expect(asked).toBe(2);
  });
});
