/** Who is signed in, and the live connection that belongs to them: the only two things shared by all pages. */
import type { InfiniteData, QueryClient } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { callEvent, callFits, documentEvent, itemFits, listEvent, overviewEvent, step } from "./apply";
import { type Snap, setCsrf, whenSignedOut } from "./client";
import { api, type CallFilter, type InboxFilter } from "./endpoints";
import { Live, type LiveStatus, type Missed, type Partial, PROTOCOL, type SocketLike } from "./live";
import type {
  CallDetail,
  CallSummary,
  DocumentList,
  InboxItem,
  LogEvent,
  Overview,
  Page,
  Session,
} from "./types";

/** Events kept for snapshots whose read was overtaken by them. */
const KEPT = 2_000;
/** Counters are read again at most this often, however many calls change. */
const REFRESH_MS = 1_000;
export const TOPICS = ["calls", "inbox", "knowledge", "settings"] as const;

let recent: LogEvent[] = [];
/** `recent` holds all events after this number. */
let covered = 0;
let live: Live | null = null;
let status: LiveStatus = { state: "connecting", heard_at: null };
let missed: Missed | null = null;
const partials = new Map<string, Partial>();
const listeners = new Set<() => void>();

function tell(): void {
  for (const f of listeners) f();
}
function subscribe(f: () => void): () => void {
  listeners.add(f);
  return () => listeners.delete(f);
}

/** Whether a snapshot was read so long ago that events after it are gone; it must be read again. */
export function tooOld(seq: number): boolean {
  return live !== null && seq > 0 && seq < covered;
}

/** A snapshot brought forward by the events that came while it was being read. */
export function replay<T>(key: readonly unknown[], snap: Snap<T>, firstPage = true): Snap<T> {
  let now = snap as Snap<unknown>;
  for (const e of recent) {
    if (e.s <= snap.seq) continue;
    if (key[0] === "overview") now = step(now as Snap<Overview>, e, overviewEvent);
    else if (key[0] === "call") now = step(now as Snap<CallDetail>, e, callEvent(String(key[1])));
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
    return listEvent(pages as Snap<Page<CallSummary>>[], e, call, callFits(call, filter), true, insert);
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

/** Applies a batch to everything cached. */
export function applyEvents(client: QueryClient, events: LogEvent[], refresh: () => void): void {
  const all = [...recent, ...events];
  recent = all.slice(-KEPT);
  const dropped = all.at(-KEPT - 1);
  if (dropped) covered = Math.max(covered, dropped.s);
  for (const e of events) {
    if (e.k === "transcript.added") partials.delete((e.d as { call: string }).call);
    for (const kind of ["calls", "inbox", "documents"]) {
      for (const query of client.getQueryCache().findAll({ queryKey: [kind] })) {
        const data = query.state.data as InfiniteData<Snap<Page<never>>> | undefined;
        if (!data) continue;
        const pages = onList(query.queryKey, data.pages, e);
        if (pages !== data.pages) client.setQueryData(query.queryKey, { ...data, pages });
      }
    }
    client.setQueryData<Snap<Overview>>(["overview"], (s) => s && step(s, e, overviewEvent));
    for (const query of client.getQueryCache().findAll({ queryKey: ["call"] })) {
      const id = String(query.queryKey[1]);
      client.setQueryData<Snap<CallDetail>>(query.queryKey, (s) => s && step(s, e, callEvent(id)));
    }
    settle(client, e, refresh);
  }
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
      again("receptionist");
      return again("versions");
    case "members.changed":
      return again("members");
    case "settings.changed":
      again("settings");
      return again("session");
  }
}

function socketUrl(): string {
  const at = new URL("/api/v1/live", location.href);
  at.protocol = at.protocol === "https:" ? "wss:" : "ws:";
  return at.href;
}

let timer: ReturnType<typeof setTimeout> | null = null;

/** The lowest number among the snapshots in hand; the log must go on from there. */
function lowest(client: QueryClient, seq: number): number {
  let low = seq;
  for (const query of client.getQueryCache().getAll()) {
    const data = query.state.data as Snap<unknown> | InfiniteData<Snap<unknown>> | undefined;
    const snaps = data && "pages" in data ? data.pages : [data as Snap<unknown> | undefined];
    for (const s of snaps) if (typeof s?.seq === "number" && s.seq > 0) low = Math.min(low, s.seq);
  }
  return low;
}

/** Opens the live connection once; `seq` is that of the first snapshot. */
export function startLive(client: QueryClient, seq: number): void {
  if (live) return;
  covered = lowest(client, seq);
  const refresh = () => {
    timer ??= setTimeout(() => {
      timer = null;
      void client.invalidateQueries({ queryKey: ["overview"] });
    }, REFRESH_MS);
  };
  live = new Live({
    cursor: covered,
    topics: TOPICS,
    open: () => new WebSocket(socketUrl(), PROTOCOL) as unknown as SocketLike,
    onEvents: (events) => applyEvents(client, events, refresh),
    onStatus: (next) => {
      status = next;
      tell();
    },
    onPartial: (p) => {
      if (p.text) partials.set(p.call, p);
      else partials.delete(p.call);
      tell();
    },
    onMissed: (m) => {
      missed = m;
      tell();
    },
    onResync: () => resync(client),
    onBye: () => void recheck(client),
    onTrouble: () => {
      api.session().catch((e: { status?: number }) => {
        if (e.status === 401) signedOut(client);
      });
    },
  });
}

/** Reads again all that is shown; the lowest number among the answers is where the log goes on. */
async function resync(client: QueryClient): Promise<number> {
  recent = [];
  partials.clear();
  await client.refetchQueries({ type: "active" });
  client.removeQueries({ type: "inactive" });
  const overview = await api.overview();
  client.setQueryData(["overview"], overview);
  covered = lowest(client, overview.seq);
  return covered;
}

/**
 * The server closed the log for good: the session ended, or its role changed. Only a refused session signs out; a
 * server that cannot be asked is asked again.
 */
async function recheck(client: QueryClient): Promise<void> {
  stopLive();
  try {
    enter(client, await api.session());
    const overview = await api.overview();
    await client.invalidateQueries();
    client.setQueryData(["overview"], overview);
    startLive(client, overview.seq);
  } catch (e) {
    if ((e as { status?: number }).status === 401) signedOut(client);
    else setTimeout(() => void recheck(client), 2_000);
  }
}

export function stopLive(): void {
  live?.dispose();
  live = null;
  recent = [];
  missed = null;
  partials.clear();
  if (timer) clearTimeout(timer);
  timer = null;
}

/** Whether the connection exists (it may still be down). */
export function useLiveReady(): boolean {
  return useSyncExternalStore(subscribe, () => live !== null);
}

/** Follows one call's transcript; a no-op until the connection exists. */
export function followCall(id: string, seq: number): () => void {
  return live?.follow(`call:${id}`, seq) ?? (() => {});
}

let leave: () => void = () => {};

/** Where the page goes when nobody is signed in any more. */
export function onLeave(go: () => void): void {
  leave = go;
}

function signedOut(client: QueryClient): void {
  stopLive();
  setCsrf("");
  client.clear();
  leave();
}

export function watchSession(client: QueryClient): void {
  whenSignedOut(() => signedOut(client));
}

/** Takes a session as the one in use. */
export function enter(client: QueryClient, session: Session): void {
  setCsrf(session.csrf);
  client.setQueryData(["session"], session);
}

export async function signOut(client: QueryClient): Promise<void> {
  try {
    await api.signOut();
  } finally {
    signedOut(client);
  }
}

export function useLink(): LiveStatus {
  return useSyncExternalStore(subscribe, () => status);
}
export function useMissed(): [Missed | null, () => void] {
  const value = useSyncExternalStore(subscribe, () => missed);
  return [
    value,
    () => {
      missed = null;
      tell();
    },
  ];
}
export function usePartial(call: string): Partial | null {
  return useSyncExternalStore(subscribe, () => partials.get(call) ?? null);
}
