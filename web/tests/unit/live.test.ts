import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { backoff, Live, type LiveOptions, type Missed, type SocketLike } from "@/api/live";
import type { LogEvent } from "@/api/types";

class FakeSocket implements SocketLike {
  readyState = 0;
  onopen: (() => void) | null = null;
  onmessage: ((e: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;
  onerror: (() => void) | null = null;
  sent: Record<string, unknown>[] = [];
  closed = false;
  send(data: string): void {
    this.sent.push(JSON.parse(data));
  }
  close(): void {
    this.closed = true;
    this.readyState = 3;
  }
  accept(): void {
    this.readyState = 1;
    this.onopen?.();
  }
  frame(frame: object): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
  cut(): void {
    this.readyState = 3;
    this.onclose?.();
  }
}

function setUp(more: Partial<LiveOptions> = {}) {
  const sockets: FakeSocket[] = [];
  const events: LogEvent[] = [];
  const states: string[] = [];
  const missed: Missed[] = [];
  const live = new Live({
    cursor: 10,
    topics: ["calls", "inbox"],
    open: () => {
      const s = new FakeSocket();
      sockets.push(s);
      return s;
    },
    onEvents: (e) => events.push(...e),
    onStatus: (s) => states.push(s.state),
    onResync: async () => 50,
    onMissed: (m) => missed.push(m),
    random: () => 1,
    target: null,
    ...more,
  });
  const last = () => sockets.at(-1) as FakeSocket;
  return { live, sockets, events, states, missed, last };
}

const event = (s: number, k = "call.changed", id = `call_${s}`): LogEvent => ({
  s,
  k,
  v: 1,
  at: 0,
  id,
  d: {},
});
const batch = (from: number, to: number, events: LogEvent[] = []) => ({ t: "batch", from, to, events });
const welcome = (head: number) => ({ t: "welcome", head, floor: 0, beat_s: 5, max_batch: 200 });

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("live log client", () => {
  it("says hello with its cursor and topics, takes a batch and acknowledges it", () => {
    const { last, events, live } = setUp();
    last().accept();
    expect(last().sent[0]).toEqual({ t: "hello", cursor: 10, topics: ["calls", "inbox"] });
    last().frame(welcome(12));
    last().frame(batch(10, 12, [event(11), event(12)]));
    expect(events.map((e) => e.s)).toEqual([11, 12]);
    expect(live.cursor).toBe(12);
    expect(last().sent.at(-1)).toEqual({ t: "ack", cursor: 12 });
    live.dispose();
  });

  it("f8_1_a_socket_without_frames_is_left_within_ten_seconds", () => {
    const { last, sockets, states, live } = setUp();
    last().accept();
    last().frame(welcome(10));
    expect(states.at(-1)).toBe("live");
    vi.advanceTimersByTime(9_999);
    expect(states.at(-1)).toBe("live");
    vi.advanceTimersByTime(1);
    expect(states.at(-1)).toBe("reconnecting");
    expect(sockets[0]?.closed).toBe(true);
    live.dispose();
  });

  it("f8_1_beats_keep_a_quiet_socket", () => {
    const { last, sockets, live } = setUp();
    last().accept();
    last().frame(welcome(10));
    for (let i = 0; i < 20; i += 1) {
      vi.advanceTimersByTime(5_000);
      last().frame({ t: "beat", head: 10, at: 0 });
    }
    expect(sockets).toHaveLength(1);
    expect(live.status().state).toBe("live");
    live.dispose();
  });

  it("f8_1_a_socket_that_never_opens_is_left_too", () => {
    const { sockets, live } = setUp();
    vi.advanceTimersByTime(10_000 + 500);
    expect(sockets.length).toBe(2);
    live.dispose();
  });

  it("f8_2_it_never_stops_trying_and_its_waits_are_capped_and_jittered", () => {
    const { sockets, last, states, live } = setUp();
    // Fifteen minutes without a server.
    const end = Date.now() + 15 * 60_000;
    while (Date.now() < end) {
      last().cut();
      vi.advanceTimersByTime(15_000);
    }
    expect(sockets.length).toBeGreaterThan(50);
    expect(states.at(-1)).toBe("offline");
    last().accept();
    last().frame(welcome(10));
    expect(states.at(-1)).toBe("live");
    expect(backoff(0, () => 1)).toBe(500);
    expect(backoff(3, () => 1)).toBe(4_000);
    expect(backoff(1_000, () => 1)).toBe(15_000);
    expect(backoff(1_000, () => 0)).toBe(0);
    live.dispose();
  });

  it("f8_2_focus_and_online_try_at_once", () => {
    const target = new EventTarget();
    const { sockets, last, live } = setUp({ target });
    last().cut();
    target.dispatchEvent(new Event("focus"));
    expect(sockets).toHaveLength(2);
    last().cut();
    target.dispatchEvent(new Event("online"));
    expect(sockets).toHaveLength(3);
    last().accept();
    last().frame(welcome(10));
    target.dispatchEvent(new Event("focus"));
    expect(sockets).toHaveLength(3);
    live.dispose();
  });

  it("f8_2_losing_the_network_is_said_at_once", () => {
    const target = new EventTarget();
    const { last, states, live } = setUp({ target });
    last().accept();
    last().frame(welcome(10));
    target.dispatchEvent(new Event("offline"));
    expect(states.at(-1)).toBe("offline");
    live.dispose();
  });

  it("f8_2_trouble_asks_about_the_session_but_signs_nobody_out", () => {
    const trouble: number[] = [];
    const bye: string[] = [];
    const { last, live } = setUp({ onTrouble: (n) => trouble.push(n), onBye: (r) => bye.push(r) });
    for (let i = 0; i < 6; i += 1) {
      last().cut();
      vi.advanceTimersByTime(15_000);
    }
    expect(trouble).toEqual([3, 6]);
    expect(bye).toEqual([]);
    live.dispose();
  });

  it("f8_2_one_line_says_what_arrived_meanwhile", () => {
    const { last, missed, live } = setUp();
    last().accept();
    last().frame(welcome(10));
    last().cut();
    vi.advanceTimersByTime(30_000);
    last().accept();
    last().frame(welcome(14));
    last().frame(batch(10, 13, [event(11, "call.changed", "a"), event(12, "call.changed", "a"), event(13)]));
    expect(missed).toEqual([]);
    last().frame(batch(13, 14, [event(14, "inbox.changed", "i")]));
    expect(missed).toHaveLength(1);
    expect(missed[0]).toMatchObject({ calls: 2, inbox: 1 });
    live.dispose();
  });

  it("f8_3_a_batch_that_leaves_a_gap_is_refused_and_read_again_from_the_cursor", () => {
    const { last, sockets, events, live } = setUp();
    last().accept();
    last().frame(welcome(20));
    last().frame(batch(12, 14, [event(13), event(14)]));
    expect(events).toEqual([]);
    vi.advanceTimersByTime(0);
    expect(sockets).toHaveLength(2);
    last().accept();
    expect(last().sent[0]).toMatchObject({ t: "hello", cursor: 10 });
    live.dispose();
  });

  it("f8_3_random_cuts_lose_and_add_nothing", () => {
    // A server with 10,000 numbers that is cut at random places: what the client keeps equals what it wrote.
    let seed = 42;
    const random = () => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      return seed / 2 ** 32;
    };
    const kept = new Map<number, number>();
    const { last, live } = setUp({
      cursor: 0,
      random,
      onEvents: (list) => {
        for (const e of list) kept.set(e.s, (kept.get(e.s) ?? 0) + 1);
      },
    });
    while (live.cursor < 10_000) {
      const socket = last();
      if (socket.readyState !== 1) {
        socket.accept();
        socket.frame(welcome(10_000));
      }
      let at = Number(socket.sent.findLast((f) => f.t === "hello")?.cursor);
      while (at < 10_000 && last() === socket) {
        const to = Math.min(10_000, at + 1 + Math.floor(random() * 200));
        if (random() < 0.1) {
          socket.cut();
          vi.advanceTimersByTime(20_000);
          break;
        }
        socket.frame(
          batch(
            at,
            to,
            Array.from({ length: to - at }, (_, i) => event(at + i + 1)),
          ),
        );
        at = to;
      }
    }
    expect(kept.size).toBe(10_000);
    expect([...kept.values()].every((n) => n === 1)).toBe(true);
    live.dispose();
  });

  it("f8_3_a_resync_reads_snapshots_and_goes_on_from_their_number", async () => {
    const reasons: string[] = [];
    const { last, events, live } = setUp({
      onResync: async (reason) => {
        reasons.push(reason);
        return 50;
      },
    });
    last().accept();
    last().frame({ t: "resync", reason: "too_old", head: 60 });
    last().frame(batch(10, 12, [event(11)]));
    expect(events).toEqual([]);
    await vi.advanceTimersByTimeAsync(0);
    expect(reasons).toEqual(["too_old"]);
    expect(live.cursor).toBe(50);
    expect(last().sent.at(-1)).toEqual({ t: "hello", cursor: 50, topics: ["calls", "inbox"] });
    live.dispose();
  });

  it("f8_3_a_failed_resync_is_tried_again_over_a_new_socket", async () => {
    let tries = 0;
    const { last, sockets, live } = setUp({
      onResync: async () => {
        tries += 1;
        if (tries === 1) throw new Error("down");
        return 50;
      },
    });
    last().accept();
    last().frame({ t: "resync", reason: "too_slow", head: 60 });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(sockets).toHaveLength(2);
    last().accept();
    last().frame({ t: "resync", reason: "too_old", head: 60 });
    await vi.advanceTimersByTimeAsync(0);
    expect(live.cursor).toBe(50);
    live.dispose();
  });

  it("f8_3_following_a_call_reads_from_its_snapshot_without_moving_the_cursor_back", () => {
    const { last, live, events } = setUp();
    last().accept();
    last().frame(welcome(20));
    last().frame(batch(10, 20));
    const stop = live.follow("call:x", 15);
    expect(last().sent.at(-1)).toEqual({ t: "hello", cursor: 15, topics: ["calls", "inbox", "call:x"] });
    // A batch that was on its way, then the answer that begins earlier.
    last().frame(batch(20, 21));
    last().frame(batch(15, 21, [event(16, "transcript.added", "x")]));
    expect(events.map((e) => e.s)).toEqual([16]);
    expect(live.cursor).toBe(21);
    stop();
    expect(last().sent.at(-1)).toEqual({ t: "hello", cursor: 21, topics: ["calls", "inbox"] });
    live.dispose();
  });

  it("f8_3_a_call_followed_while_the_link_is_down_is_still_read_from_its_snapshot", () => {
    const { last, live, events } = setUp();
    last().accept();
    last().frame(welcome(20));
    last().frame(batch(10, 20));
    last().cut();
    live.follow("call:x", 15);
    vi.advanceTimersByTime(500);
    last().accept();
    last().frame(welcome(20));
    expect(last().sent[0]).toMatchObject({ t: "hello", cursor: 15 });
    // Cut again before the answer came: still owed.
    last().cut();
    vi.advanceTimersByTime(500);
    last().accept();
    last().frame(welcome(20));
    expect(last().sent[0]).toMatchObject({ t: "hello", cursor: 15 });
    last().frame(batch(15, 20, [event(16, "transcript.added", "x")]));
    expect(events.map((e) => e.s)).toEqual([16]);
    last().cut();
    vi.advanceTimersByTime(500);
    last().accept();
    expect(last().sent[0]).toMatchObject({ t: "hello", cursor: 20 });
    live.dispose();
  });

  it("f8_4_a_thousand_reconnects_keep_one_socket_and_one_set_of_listeners", () => {
    const target = new EventTarget();
    const add = vi.spyOn(target, "addEventListener");
    const remove = vi.spyOn(target, "removeEventListener");
    const { sockets, last, live } = setUp({ target });
    const listeners = add.mock.calls.length;
    for (let i = 0; i < 1_000; i += 1) {
      last().accept();
      last().frame(welcome(10));
      last().cut();
      vi.advanceTimersByTime(500);
    }
    expect(sockets).toHaveLength(1_001);
    expect(sockets.filter((s) => s.onmessage !== null)).toHaveLength(1);
    expect(add.mock.calls.length).toBe(listeners);
    expect(vi.getTimerCount()).toBeLessThanOrEqual(1);
    live.dispose();
    expect(remove.mock.calls.length).toBe(listeners);
    expect(sockets.filter((s) => s.onmessage !== null)).toHaveLength(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("f8_4_after_dispose_nothing_moves_any_more", () => {
    const { sockets, last, live, events } = setUp();
    last().accept();
    const dead = last();
    live.dispose();
    dead.frame(batch(10, 11, [event(11)]));
    dead.cut();
    vi.advanceTimersByTime(60_000);
    expect(sockets).toHaveLength(1);
    expect(events).toEqual([]);
  });

  it("leaves for good when signed out, and comes back later when the server drains", () => {
    const bye: string[] = [];
    const { sockets, last, live } = setUp({ onBye: (r) => bye.push(r) });
    last().accept();
    last().frame({ t: "bye", reason: "draining", retry_ms: 800 });
    vi.advanceTimersByTime(1_599);
    expect(sockets).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(sockets).toHaveLength(2);
    last().accept();
    last().frame({ t: "bye", reason: "signed_out" });
    expect(bye).toEqual(["signed_out"]);
    vi.advanceTimersByTime(60_000);
    expect(sockets).toHaveLength(2);
    live.dispose();
  });

  it("hands on partials and skips frames it does not understand", () => {
    const said: string[] = [];
    const { last, live } = setUp({ onPartial: (p) => said.push(p.text) });
    last().accept();
    last().frame({ t: "now", k: "partial", call: "c", role: "caller", text: "hel" });
    last().frame({ t: "now", k: "weather", call: "c", role: "caller", text: "rain" });
    last().frame({ t: "something_new" });
    last().onmessage?.({ data: "not json" });
    expect(said).toEqual(["hel"]);
    live.dispose();
  });
});
