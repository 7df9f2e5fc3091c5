/**
 * A text call with the receptionist, from this browser. It lives outside the page, so that somebody who looks
 * into the inbox meanwhile finds the call again.
 */
import { useEffect, useRef, useSyncExternalStore } from "react";
import { ApiError } from "@/api/client";
import { api } from "@/api/endpoints";
import { whenLeaving } from "@/api/session";
import type { Escalation } from "@/api/types";
import { useText, wordFor } from "@/lib/i18n";
import type { Messages } from "@/lib/messages/en";
import { sayError } from "@/ui/say";
import type { Shape, Tone } from "@/ui/state";
import { useCall } from "./segments";
import { heard, noted, SILENCE, searched, streamed, type Talk, youSaid } from "./talk";

export type { Entry } from "./talk";

interface State extends Talk {
  id: string | null;
  phase: "idle" | "talking" | "ended";
  /** A turn runs: the receptionist is about to speak. */
  busy: boolean;
  ending: boolean;
}

const IDLE: State = { ...SILENCE, id: null, phase: "idle", busy: false, ending: false };
/** The call this tab is in, kept so that a page loaded anew is still in it. */
const KEY = "voxanne.text-call";
let state = found();
let turn: AbortController | null = null;
const listeners = new Set<() => void>();

/** The call that this tab was in before the page was loaded. */
function found(): State {
  const id = sessionStorage.getItem(KEY);
  return id ? { ...IDLE, id, phase: "talking", found: true } : IDLE;
}

function set(change: Partial<State>): void {
  state = { ...state, ...change };
  if (state.id !== null && state.phase === "talking") sessionStorage.setItem(KEY, state.id);
  else sessionStorage.removeItem(KEY);
  for (const f of listeners) f();
}

whenLeaving(() => {
  turn?.abort();
  set(IDLE);
});

async function start(name: string, number: string): Promise<void> {
  set({ busy: true });
  try {
    const made = await api.startCall({ caller_name: name || undefined, caller_number: number || undefined });
    set({ ...IDLE, ...streamed(SILENCE, made.greeting), id: made.call, phase: "talking" });
  } catch (e) {
    sayError(e);
  } finally {
    set({ busy: false });
  }
}

async function speak(text: string, t: Messages): Promise<void> {
  const call = state.id;
  if (!call) return;
  // Speaking again interrupts the answer under way, as on a phone.
  turn?.abort();
  const mine = new AbortController();
  turn = mine;
  set({ ...youSaid(state, text), busy: true });
  try {
    for await (const line of api.turn(call, text, mine.signal)) {
      if (mine.signal.aborted || state.id !== call) return;
      if (line.t === "say") set(streamed(state, line.text, line.cites ?? []));
      else if (line.t === "transfer") set(noted(state, line.words || t.browser.waiting, "arrows", "accent"));
      else if (line.t === "take_message") set(noted(state, line.words || t.browser.message, "half", "calm"));
      else if (line.t === "end") {
        if (line.words) set(noted(state, line.words, "dash", "calm"));
        set({ phase: "ended" });
      }
    }
  } catch (e) {
    if (mine.signal.aborted) return;
    set(noted(state, t.browser.failed, "cross", "warn"));
    sayError(e);
  } finally {
    if (turn === mine) set({ busy: false });
  }
}

/** The call has ended only when the server says so: a caller still on the line must not look gone. */
async function hangUp(): Promise<void> {
  const call = state.id;
  if (!call || state.ending) return;
  turn?.abort();
  set({ ending: true, busy: false });
  try {
    await api.hangUp(call).catch((e: unknown) => {
      if (!(e instanceof ApiError && e.status === 404)) throw e;
    });
    if (state.id === call) set({ phase: "ended" });
  } catch (e) {
    sayError(e);
  } finally {
    set({ ending: false });
  }
}

function subscribe(f: () => void): () => void {
  listeners.add(f);
  return () => listeners.delete(f);
}

export function useBrowserCall() {
  const t = useText();
  const now = useSyncExternalStore(subscribe, () => state);
  return { ...now, start, say: (text: string) => speak(text, t), hangUp, reset: () => set(IDLE) };
}

/** What a new state of handing over says to the caller; nothing for those that only staff care about. */
function handingOver(t: Messages, esc: Escalation): [string, Shape, Tone] | null {
  const words = esc.steps.at(-1)?.words || wordFor(t.call.escState, esc.state);
  switch (esc.state) {
    case "connected":
      return [t.browser.joined, "dot", "accent"];
    case "dialing":
      return [words, "arrows", "calm"];
    case "failed":
      return [words, "cross", "calm"];
    case "message":
      // It also stands for a caller who left, who needs no such line.
      return esc.steps.at(-1)?.what === "message" ? [t.browser.messageTaken, "check", "calm"] : null;
    default:
      return null;
  }
}

/** What others do in the call comes through the log: a person joins, speaks, nobody is reached, or the call ends. */
function useOthers(id: string): void {
  const t = useText();
  const { query, call, segments } = useCall(id);
  const none = query.error instanceof ApiError && query.error.status === 404;
  const busy = useSyncExternalStore(subscribe, () => state.busy);
  const words = useRef(t);
  words.current = t;
  useEffect(() => {
    if (state.id !== id) return;
    const said: Talk = heard(state, segments, busy);
    const talk = searched(said, call?.escalations ?? [], busy, (esc) => handingOver(words.current, esc));
    if (talk.seen !== state.seen) set({ entries: talk.entries, streamed: talk.streamed, seen: talk.seen });
    const over = call?.life === "ended" || call?.life === "reported";
    if (none && !call) set(IDLE);
    else if (over && state.phase !== "ended") set({ phase: "ended" });
  }, [id, call, none, segments, busy]);
}

/** Listens, wherever it stands, for what others do in the call. */
export function Others({ id }: { id: string }): null {
  useOthers(id);
  return null;
}
