/**
 * Events of the log applied to cached snapshots. Pure: a snapshot and an event give the next snapshot.
 *
 * Each snapshot carries the number it was read at; an event up to that number is already in it. An event that
 * comes twice (a resumed socket, a topic added later) therefore changes nothing.
 */
import type { Snap } from "./client";
import type { CallFilter, InboxFilter } from "./endpoints";
import type {
  CallDetail,
  CallSummary,
  Document as Doc,
  DocumentList,
  Escalation,
  EscalationStep,
  InboxItem,
  LogEvent,
  Overview,
  Page,
  PhoneLine,
  Recording,
  Segment,
  Turn,
} from "./types";

type Apply<T> = (value: T, event: LogEvent) => T;

/** Applies `event` to a snapshot unless the snapshot has it; the same object comes back when nothing changed. */
export function step<T>(snap: Snap<T>, event: LogEvent, apply: Apply<T>): Snap<T> {
  if (event.s <= snap.seq) return snap;
  const value = apply(snap.value, event);
  return value === snap.value ? snap : { ...snap, seq: event.s, value };
}

/** Kinds that come through the topic of one call and are counted apart from the rest. */
const OWN_KINDS = new Set([
  "transcript.added",
  "transcript.replaced",
  "turn.recorded",
  "escalation.changed",
  "recording.changed",
]);

/** Up to where the events of a call's own topic are in its snapshot: where following it must begin. */
export function topicSeq(snap: Snap<CallDetail>): number {
  return snap.topicSeq ?? snap.seq;
}

/** As `step`, for a call: its own topic and the others each have their number. */
export function callStep(snap: Snap<CallDetail>, event: LogEvent, id: string): Snap<CallDetail> {
  const own = OWN_KINDS.has(event.k);
  if (event.s <= (own ? topicSeq(snap) : snap.seq)) return snap;
  const value = callEvent(id)(snap.value, event);
  if (value === snap.value) return snap;
  return own
    ? { ...snap, value, topicSeq: event.s }
    : { ...snap, value, topicSeq: topicSeq(snap), seq: event.s };
}

function upsert<T>(list: T[], item: T, same: (a: T) => boolean): T[] {
  const at = list.findIndex(same);
  return at < 0 ? [...list, item] : list.with(at, item);
}

export const overviewEvent: Apply<Overview> = (o, e) => {
  if (e.k === "phone_line.changed") return { ...o, line: e.d as PhoneLine };
  if (e.k === "inbox.changed") {
    const item = e.d as InboxItem;
    const others = o.emergencies.filter((i) => i.id !== item.id);
    const open = item.urgency === "emergency" && item.acknowledged_at === null && item.closed_at === null;
    if (!open) return others.length === o.emergencies.length ? o : { ...o, emergencies: others };
    return { ...o, emergencies: [item, ...others] };
  }
  return o;
};

export const callEvent =
  (id: string): Apply<CallDetail> =>
  (call, e) => {
    if (e.k === "call.changed" && e.id === id) return { ...call, ...(e.d as CallSummary) };
    if (e.k === "inbox.changed") {
      const item = e.d as InboxItem;
      return item.call === id ? { ...call, inbox: upsert(call.inbox, item, (i) => i.id === item.id) } : call;
    }
    if (e.k === "escalation.changed") {
      const esc = e.d as Escalation;
      if (esc.call !== id) return call;
      // The log brings the new steps only.
      const steps = mergeSteps(call.escalations.find((x) => x.id === esc.id)?.steps ?? [], esc.steps);
      return { ...call, escalations: upsert(call.escalations, { ...esc, steps }, (x) => x.id === esc.id) };
    }
    const d = e.d as { call?: string };
    if (d?.call !== id) return call;
    switch (e.k) {
      case "transcript.added":
        return { ...call, segments: mergeSegments(call.segments, (e.d as { segments: Segment[] }).segments) };
      case "turn.recorded": {
        const turn = (e.d as { turn: Turn }).turn;
        return { ...call, turns: upsert(call.turns, turn, (t) => t.no === turn.no) };
      }
      case "recording.changed": {
        const rec = (e.d as { recording: Recording }).recording;
        return { ...call, recordings: upsert(call.recordings, rec, (r) => r.id === rec.id) };
      }
      default:
        return call;
    }
  };

function mergeSteps(have: EscalationStep[], more: EscalationStep[]): EscalationStep[] {
  const key = (s: EscalationStep) => `${s.at} ${s.what} ${s.target ?? ""}`;
  const by = new Map([...have, ...more].map((s) => [key(s), s]));
  return [...by.values()].sort((a, b) => a.at - b.at);
}

/** Joins by (revision, ordinal): the highest revision wins whole, the same ordinal is the same segment. */
export function mergeSegments(have: Segment[], more: Segment[]): Segment[] {
  if (more.length === 0) return have;
  const all = [...have, ...more];
  const rev = all.reduce((max, s) => Math.max(max, s.rev), 0);
  const by = new Map<number, Segment>();
  for (const s of all) if (s.rev === rev) by.set(s.ordinal, s);
  return [...by.values()].sort((a, b) => a.ordinal - b.ordinal);
}

/** Whether a call that is not on the page yet belongs at its top. Text searches are the server's to judge. */
export function callFits(call: CallSummary, f: CallFilter): boolean {
  if (f.q || f.caller) return false;
  if (f.life) {
    const fits = f.life === "open" ? call.life !== "reported" : call.life === f.life;
    if (!fits) return false;
  }
  if (f.outcome && call.outcome !== f.outcome) return false;
  if (f.escalated && !call.escalated) return false;
  if (f.to !== undefined && call.started_at >= f.to) return false;
  return f.from === undefined || call.started_at >= f.from;
}

export function itemFits(item: InboxItem, f: InboxFilter): boolean {
  return (item.closed_at === null) === (f.state === "open") && (!f.kind || item.kind === f.kind);
}

/** Whether a call that no longer fits stays in place. Of calls that are open now the ended ones go, or the list would grow all day. */
export function keepsUnfit(f: CallFilter): boolean {
  return f.life !== "open";
}

type Pages<T> = Snap<Page<T>>[];

/** Rows in hand beyond which a list that nobody reads is cut back, and what is kept of it then. */
export const MOST_ROWS = 500;
const KEPT_ROWS = 100;

/**
 * A list that grew all day without being read, cut back to its newest rows. It is then read again, because the
 * cursor in hand continues a longer list; until then there is no next page.
 */
export function cutBack<T>(pages: Pages<T>): Pages<T> {
  const rows = pages.reduce((sum, p) => sum + p.value.items.length, 0);
  const top = pages[0];
  if (!top || rows <= MOST_ROWS) return pages;
  const items = pages.flatMap((p) => p.value.items).slice(0, KEPT_ROWS);
  return [{ ...top, value: { ...top.value, items, next: null } }];
}

/** One event on a list read page by page: changed in place, added on top, or gone. */
export function listEvent<T extends { id: string }>(
  pages: Pages<T>,
  event: LogEvent,
  item: T,
  fits: boolean,
  keepUnfit: boolean,
  insert = true,
): Pages<T> {
  const at = pages.findIndex((p) => p.value.items.some((i) => i.id === item.id));
  const page = pages[at];
  const set = (n: number, items: T[]): Pages<T> =>
    pages.map((p, i) =>
      i === n ? { ...p, seq: Math.max(p.seq, event.s), value: { ...p.value, items } } : p,
    );
  if (page) {
    if (event.s <= page.seq) return pages;
    if (!fits && !keepUnfit)
      return set(
        at,
        page.value.items.filter((i) => i.id !== item.id),
      );
    return set(
      at,
      page.value.items.map((i) => (i.id === item.id ? item : i)),
    );
  }
  const top = pages[0];
  if (!insert || !top || !fits || event.s <= top.seq) return pages;
  return set(0, [item, ...top.value.items]);
}

/** One event on the documents. */
export function documentEvent(
  pages: Snap<DocumentList>[],
  event: LogEvent,
  insert = true,
): Snap<DocumentList>[] {
  if (event.k === "knowledge.changed") {
    const revision = (event.d as { revision: number }).revision;
    return pages.map((p, i) => (i === 0 && event.s > p.seq ? { ...p, value: { ...p.value, revision } } : p));
  }
  const d = event.d as Doc & { deleted?: boolean };
  return listEvent(pages, event, d, !d.deleted, false, insert) as Snap<DocumentList>[];
}
