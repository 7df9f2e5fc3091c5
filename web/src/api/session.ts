/** Who is signed in, and the live connection that belongs to them: the only two things shared by all pages. */
import type { QueryClient } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { ApiError, setCsrf, whenSignedOut } from "./client";
import { api } from "./endpoints";
import { applyEvents, cover, forgetAll, forgetRecent, soon } from "./events";
import { Live, type LiveStatus, type Missed, type Partial, PROTOCOL, type SocketLike } from "./live";
import type { LogEvent, Session } from "./types";

export const TOPICS = ["calls", "inbox", "knowledge", "settings"] as const;

let live: Live | null = null;
/** Which connection this is, counted from 1; whoever follows a call follows it anew on the next one. */
let run = 0;
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

function socketUrl(): string {
  const at = new URL("/api/v1/live", location.href);
  at.protocol = at.protocol === "https:" ? "wss:" : "ws:";
  return at.href;
}

function take(client: QueryClient, events: LogEvent[]): void {
  // What was said for good takes the place of what was still being said.
  for (const e of events) if (e.k === "transcript.added") partials.delete((e.d as { call: string }).call);
  applyEvents(client, events, () => soon(client, ["overview"]));
}

/** Opens the live connection once; `seq` is that of the first snapshot. */
export function startLive(client: QueryClient, seq: number): void {
  if (live) return;
  const cursor = cover(client, seq);
  run += 1;
  // What the connection before this one said last ("signed out") is not true of this one.
  status = { state: "connecting", heard_at: null };
  live = new Live({
    cursor,
    topics: TOPICS,
    open: () => new WebSocket(socketUrl(), PROTOCOL) as unknown as SocketLike,
    onEvents: (events) => take(client, events),
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
  tell();
}

/** Reads again all that is shown; the lowest number among the answers is where the log goes on. */
async function resync(client: QueryClient): Promise<number> {
  forgetRecent();
  partials.clear();
  await client.refetchQueries({ type: "active" });
  client.removeQueries({ type: "inactive" });
  // What could not be read again has a gap behind it and would be shown as if it had none.
  void client.resetQueries({ predicate: (query) => query.state.status === "error" });
  const overview = await api.overview();
  client.setQueryData(["overview"], overview);
  return cover(client, overview.seq);
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
  forgetAll();
  missed = null;
  partials.clear();
  tell();
}

/** Which connection exists (it may still be down); 0 is none. */
export function useLiveRun(): number {
  return useSyncExternalStore(subscribe, () => (live ? run : 0));
}

/** Follows one call's transcript; a no-op until the connection exists. */
export function followCall(id: string, seq: number): () => void {
  const stop = live?.follow(`call:${id}`, seq);
  if (!stop) return () => {};
  return () => {
    stop();
    // Nobody will say when these words are over.
    if (partials.delete(id)) tell();
  };
}

const forgets = new Set<() => void>();

/** What a page keeps outside itself is the reader's own and must not meet the next one. */
export function whenLeaving(forget: () => void): void {
  forgets.add(forget);
}

/** Nobody is signed in any more, or not yet. */
export function forgetReader(): void {
  for (const forget of forgets) forget();
}

let leave: () => void = () => {};

/** Where the page goes when nobody is signed in any more. */
export function onLeave(go: () => void): void {
  leave = go;
}

function signedOut(client: QueryClient): void {
  stopLive();
  setCsrf("");
  forgetReader();
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

/** Leaves only when the session has ended: otherwise the next person at this desk would be somebody else. */
export async function signOut(client: QueryClient): Promise<void> {
  try {
    await api.signOut();
  } catch (e) {
    if (!(e instanceof ApiError && e.status === 401)) throw e;
  }
  signedOut(client);
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
