/** Events of the log on everything that is cached, and what is kept of them for reads under way. */
import type { InfiniteData, QueryClient } from "@tanstack/react-query";
import {
  callFits,
  callStep,
  cutBack,
  documentEvent,
  itemFits,
  keepsUnfit,
  listEvent,
  overviewEvent,
  step,
  topicSeq,
} from "./apply";
import type { Snap } from "./client";
import type { CallFilter, InboxFilter } from "./endpoints";
import type { CallDetail, CallSummary, DocumentList, InboxItem, LogEvent, Overview, Page } from "./types";

/** Events kept for snapshots whose read was overtaken by them. */
const KEPT = 2_000;
/** Figures are read again at most this often, however much changes. */
const REFRESH_MS = 1_000;
/** Further down the page than this, somebody reads. */
const READING_PX = 120;
/** What is shown as a list, page by page. */
const LISTS = ["calls", "inbox", "documents"];

let recent: LogEvent[] = [];
/** `recent` holds all events after this number, of the topics that are always followed. */
let covered = 0;

/** Whether a snapshot was read so long ago that events after it are gone; it must be read again. */
export function tooOld(seq: number): boolean {
  return seq > 0 && seq < covered;
}

/** A snapshot brought forward by the events that came while it was being read. */
export function replay<T>(key: readonly unknown[], snap: Snap<T>, firstPage = true): Snap<T> {
  let now = snap as Snap<unknown>;
  // What is replayed raises the number of the other topics, never that of the call's own, which may not be followed yet.
  if (key[0] === "call") now = { ...now, topicSeq: topicSeq(now as Snap<CallDetail>) };
  for (const e of recent) {
    if (e.s <= snap.seq) continue;
    if (key[0] === "overview") now = step(now as Snap<Overview>, e, overviewEvent);
    else if (key[0] === "call") now = callStep(now as Snap<CallDetail>, e, String(key[1]));
    else if (key[0] === "calls" || key[0] === "inbox" || key[0] === "documents") {
      now = onList(key, [now as never], e, firstPage)[0] as Snap<unknown>;
    }
  }
  return now as Snap<T>;
}

/** New rows belong on top of the first page only (`insert`). */
function onList(
  key: readonly unknown[],
  pages: Snap<Page<never>>[],
  e: LogEvent,
  insert = true,
): Snap<Page<unknown>>[] {
  if (key[0] === "calls" && e.k === "call.changed") {
    const call = e.d as CallSummary;
    const filter = (key[1] ?? {}) as CallFilter;
    const fits = callFits(call, filter);
    return listEvent(pages as Snap<Page<CallSummary>>[], e, call, fits, keepsUnfit(filter), insert);
  }
  if (key[0] === "inbox" && e.k === "inbox.changed") {
    const item = e.d as InboxItem;
    const filter = (key[1] ?? { state: "open" }) as InboxFilter;
    return listEvent(pages as Snap<Page<InboxItem>>[], e, item, itemFits(item, filter), false, insert);
  }
  if (key[0] === "documents" && (e.k === "document.changed" || e.k === "knowledge.changed"))
    return documentEvent(pages as unknown as Snap<DocumentList>[], e, insert);
  return pages;
}

/** Keeps a batch for reads under way; what was kept before is not new. A followed call brings older numbers late. */
function remember(events: LogEvent[]): LogEvent[] {
  const known = new Set(recent.map((e) => e.s));
  const fresh = events.filter((e) => !known.has(e.s));
  const all = [...recent, ...fresh].sort((a, b) => a.s - b.s);
  recent = all.slice(-KEPT);
  const dropped = all.at(-KEPT - 1);
  if (dropped) covered = Math.max(covered, dropped.s);
  return fresh;
}

/** Writes only what changed: writing marks data as just read, and an unchanged copy is not. */
function change<T>(client: QueryClient, key: readonly unknown[], apply: (data: T) => T): void {
  const data = client.getQueryData<T>(key);
  if (data === undefined) return;
  const next = apply(data);
  if (next !== data) client.setQueryData<T>(key, next);
}

/** Applies a batch to everything cached. */
export function applyEvents(client: QueryClient, events: LogEvent[], refresh: () => void): void {
  for (const e of remember(events)) {
    for (const kind of LISTS) {
      for (const query of client.getQueryCache().findAll({ queryKey: [kind] })) {
        change<InfiniteData<Snap<Page<unknown>>>>(client, query.queryKey, (data) => {
          const pages = onList(query.queryKey, data.pages as Snap<Page<never>>[], e);
          return pages === data.pages ? data : { ...data, pages };
        });
      }
    }
    change<Snap<Overview>>(client, ["overview"], (s) => step(s, e, overviewEvent));
    for (const query of client.getQueryCache().findAll({ queryKey: ["call"] })) {
      change<Snap<CallDetail>>(client, query.queryKey, (s) => callStep(s, e, String(query.queryKey[1])));
    }
    settle(client, e, refresh);
  }
  trim(client);
}

/** Cuts long lists back while nobody looks further down than their top. */
function trim(client: QueryClient): void {
  for (const kind of LISTS) {
    for (const query of client.getQueryCache().findAll({ queryKey: [kind] })) {
      const data = query.state.data as InfiniteData<Snap<Page<unknown>>> | undefined;
      if (!data || (query.isActive() && window.scrollY > READING_PX)) continue;
      const pages = cutBack(data.pages);
      if (pages === data.pages) continue;
      client.setQueryData(query.queryKey, { pages, pageParams: data.pageParams.slice(0, 1) });
      void client.invalidateQueries({ queryKey: query.queryKey, exact: true });
    }
  }
}

const waiting = new Map<string, ReturnType<typeof setTimeout>>();

/** Reads something again soon, however often that is asked for meanwhile. */
export function soon(client: QueryClient, queryKey: readonly unknown[]): void {
  const name = JSON.stringify(queryKey);
  if (waiting.has(name)) return;
  const act = () => {
    waiting.delete(name);
    // A read under way began before the change: it must not be the last one.
    if (client.isFetching({ queryKey }) > 0) soon(client, queryKey);
    else void client.invalidateQueries({ queryKey });
  };
  waiting.set(name, setTimeout(act, REFRESH_MS));
}

/** Events that say "read again" rather than what changed. */
function settle(client: QueryClient, e: LogEvent, refresh: () => void): void {
  const again = (...key: unknown[]) => void client.invalidateQueries({ queryKey: key });
  switch (e.k) {
    case "call.changed":
    case "inbox.changed":
      return refresh();
    case "transcript.replaced":
      return again("call", (e.d as { call: string }).call);
    case "receptionist.changed":
      // Whether calls can be sent to the desk depends on the receptionist's numbers.
      refresh();
      again("receptionist");
      return again("versions");
    case "knowledge.changed":
      return soon(client, ["documents"]);
    case "members.changed":
      return again("members");
    case "settings.changed":
      // The clinic's day, and with it what "today" counts, depends on its time zone.
      refresh();
      again("settings");
      return again("session");
  }
}

/** The lowest number among the snapshots in hand; the log must go on from there. */
function lowest(client: QueryClient, seq: number): number {
  let low = seq;
  for (const query of client.getQueryCache().getAll()) {
    const data = query.state.data as Snap<unknown> | InfiniteData<Snap<unknown>> | undefined;
    const snaps = data && "pages" in data ? data.pages : [data as Snap<unknown> | undefined];
    for (const s of snaps)
      if (typeof s?.seq === "number" && s.seq > 0) low = Math.min(low, s.seq, s.topicSeq ?? s.seq);
  }
  return low;
}

/** The number from which the log must be read, given that of the overview; events before it are in all that is shown. */
export function cover(client: QueryClient, seq: number): number {
  covered = lowest(client, seq);
  return covered;
}

/** Forgets the events at hand: all that is shown is about to be read again. */
export function forgetRecent(): void {
  recent = [];
}

/** Forgets everything: there is no log any more. */
export function forgetAll(): void {
  recent = [];
  covered = 0;
  for (const timer of waiting.values()) clearTimeout(timer);
  waiting.clear();
}
