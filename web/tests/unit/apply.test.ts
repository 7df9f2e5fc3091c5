import { QueryClient } from "@tanstack/react-query";
import { beforeEach, describe, expect, it } from "vitest";
import {
  callEvent,
  callFits,
  cutBack,
  keepsUnfit,
  listEvent,
  MOST_ROWS,
  mergeSegments,
  overviewEvent,
  step,
} from "@/api/apply";
import type { Snap } from "@/api/client";
import { applyEvents, forgetAll, replay } from "@/api/events";
import type { CallSummary, InboxItem, LogEvent, Overview, Page, Segment } from "@/api/types";
import { makeCalls, makeDetail, makeInbox, makeTurns } from "../../mock/data";

const NOW = 1_767_225_600_000;
const ev = (s: number, k: string, id: string, d: unknown): LogEvent => ({ s, k, v: 1, at: NOW, id, d });
beforeEach(forgetAll);

const calls = makeCalls(NOW, 8);
const call = calls[0] as CallSummary;
const page = (seq: number, items: CallSummary[]): Snap<Page<CallSummary>> => ({
  seq,
  value: { items, next: null },
});

describe("events on lists", () => {
  it("changes a row in place, adds a new one on top, and skips what the snapshot has", () => {
    const before = [page(5, calls.slice(0, 3)), page(5, calls.slice(3, 6))];
    const changed = { ...(calls[4] as CallSummary), words: "changed" };
    const after = listEvent(before, ev(6, "call.changed", changed.id, changed), changed, true, true);
    expect(after[1]?.value.items[1]?.words).toBe("changed");
    expect(after[0]).toBe(before[0]);
    const fresh = { ...call, id: "call_new" };
    expect(
      listEvent(after, ev(7, "call.changed", fresh.id, fresh), fresh, true, true)[0]?.value.items[0],
    ).toBe(fresh);
    expect(listEvent(before, ev(5, "call.changed", fresh.id, fresh), fresh, true, true)).toBe(before);
  });

  it("judges only the filters that it can", () => {
    expect(callFits({ ...call, life: "live" }, { life: "open" })).toBe(true);
    expect(callFits(call, { life: "open" })).toBe(false);
    expect(callFits(call, { q: "hours" })).toBe(false);
    expect(callFits(call, { outcome: "abandoned" })).toBe(false);
    const at = call.started_at;
    expect(callFits(call, { from: at, to: at + 1 })).toBe(true);
    expect(callFits(call, { to: at })).toBe(false);
  });

  it("lets ended calls go from those that are open now, and keeps them in every other list", () => {
    expect(keepsUnfit({ life: "open" })).toBe(false);
    expect(keepsUnfit({})).toBe(true);
    const live = { ...call, life: "live" as const };
    const client = new QueryClient();
    const key = ["calls", { life: "open" }];
    client.setQueryData(key, { pages: [page(3_000, [live])], pageParams: [null] });
    applyEvents(client, [ev(3_001, "call.changed", live.id, { ...live, life: "reported" })], () => {});
    const data = client.getQueryData<{ pages: Snap<Page<CallSummary>>[] }>(key);
    expect(data?.pages[0]?.value.items).toEqual([]);
  });

  it("cuts a list back that grew all day, unless somebody reads further down", () => {
    const many = Array.from({ length: MOST_ROWS }, (_, i) => ({ ...call, id: `call_many_${i}` }));
    const full = [{ seq: 1, value: { items: many, next: "c" } }];
    expect(cutBack(full)).toBe(full);
    const more = [...full, page(1, [{ ...call, id: "call_one_more" }])];
    const cut = cutBack(more);
    expect(cut).toHaveLength(1);
    expect(cut[0]?.value.items.length).toBeLessThan(MOST_ROWS);
    expect(cut[0]?.value.items[0]?.id).toBe("call_many_0");
    // The cursor belongs to the longer list.
    expect(cut[0]?.value.next).toBeNull();

    const client = new QueryClient();
    client.setQueryData(["calls", {}], { pages: [page(3_100, many)], pageParams: [null] });
    const fresh = { ...call, id: "call_fresh" };
    applyEvents(client, [ev(3_101, "call.changed", fresh.id, fresh)], () => {});
    const data = client.getQueryData<{ pages: Snap<Page<CallSummary>>[] }>(["calls", {}]);
    expect(data?.pages[0]?.value.items[0]?.id).toBe("call_fresh");
    expect(data?.pages[0]?.value.items.length).toBeLessThan(MOST_ROWS);
    expect(client.getQueryState(["calls", {}])?.isInvalidated).toBe(true);
  });

  it("leaves what an event does not change as it was, also when it was read", () => {
    const client = new QueryClient();
    client.setQueryData(["overview"], { seq: 1, value: { emergencies: [] } }, { updatedAt: 5 });
    applyEvents(client, [ev(3_200, "members.changed", "o", {})], () => {});
    expect(client.getQueryState(["overview"])?.dataUpdatedAt).toBe(5);
  });
});

describe("events on the overview", () => {
  it("adds an emergency and takes it away once somebody acknowledges it", () => {
    const item = makeInbox(NOW)[0] as InboxItem;
    const empty = { emergencies: [] as InboxItem[] } as Overview;
    const up = overviewEvent(empty, ev(1, "inbox.changed", item.id, item));
    expect(up.emergencies).toHaveLength(1);
    const done = { ...item, acknowledged_at: NOW };
    expect(overviewEvent(up, ev(2, "inbox.changed", item.id, done)).emergencies).toHaveLength(0);
  });
});

describe("events on one call", () => {
  const detail = makeDetail(call, []);
  const at = (s: number): Snap<typeof detail> => ({ seq: s, value: detail });
  const segment = (ordinal: number, text: string, rev = 1): Segment => ({
    ordinal,
    rev,
    role: "caller",
    text,
    started_at: NOW,
    ended_at: null,
  });

  it("f3_1_the_same_words_said_twice_are_two_segments_and_a_repeat_is_one", () => {
    const twice = mergeSegments([], [segment(0, "Yes"), segment(1, "Yes")]);
    expect(twice).toHaveLength(2);
    expect(mergeSegments(twice, [segment(1, "Yes")])).toHaveLength(2);
  });

  it("takes a higher revision as the whole truth", () => {
    const old = [segment(0, "a"), segment(1, "b")];
    expect(mergeSegments(old, [segment(0, "A", 2)]).map((s) => s.text)).toEqual(["A"]);
    expect(mergeSegments([segment(0, "A", 2)], old).map((s) => s.text)).toEqual(["A"]);
  });

  it("f8_3_an_event_that_comes_twice_changes_nothing", () => {
    const e = ev(11, "transcript.added", call.id, { call: call.id, segments: [segment(90, "new")] });
    const once = step(at(10), e, callEvent(call.id));
    expect(once.value.segments.at(-1)?.text).toBe("new");
    expect(step(once, e, callEvent(call.id))).toBe(once);
    expect(step(at(11), e, callEvent(call.id)).value).toBe(detail);
  });

  it("keeps turns by number and leaves other calls alone", () => {
    const turn = { ...makeTurns(NOW)[0], spoken: "again" };
    const next = callEvent(call.id)(detail, ev(12, "turn.recorded", call.id, { call: call.id, turn }));
    expect(next.turns).toHaveLength(detail.turns.length);
    expect(next.turns[0]?.spoken).toBe("again");
    expect(callEvent(call.id)(detail, ev(13, "turn.recorded", "x", { call: "x", turn }))).toBe(detail);
  });
});

describe("a snapshot read while events come", () => {
  it("f8_3_is_brought_forward_by_the_events_it_missed", () => {
    const client = new QueryClient();
    const changed = { ...call, words: "later" };
    applyEvents(client, [ev(1_001, "call.changed", call.id, changed)], () => {});
    const late = replay(["calls", {}], page(1_000, [call]));
    expect(late.value.items[0]?.words).toBe("later");
    const other = { ...call, id: "call_other" };
    applyEvents(client, [ev(1_002, "call.changed", other.id, other)], () => {});
    expect(replay(["calls", {}], page(1_000, [call])).value.items).toHaveLength(2);
    // A later page of the list is no place for a new row.
    expect(replay(["calls", {}], page(1_000, [call]), false).value.items).toHaveLength(1);
  });

  it("applies a batch to every cached list", () => {
    const client = new QueryClient();
    const pages = { pages: [page(2_000, calls)], pageParams: [null] };
    client.setQueryData(["calls", {}], pages);
    let asked = 0;
    applyEvents(client, [ev(2_001, "call.changed", call.id, { ...call, words: "now" })], () => {
      asked += 1;
    });
    const data = client.getQueryData<typeof pages>(["calls", {}]);
    expect(data?.pages[0]?.value.items[0]?.words).toBe("now");
    expect(asked).toBe(1);
  });
});
