/**
 * A text call with the receptionist, from this browser. It lives outside the page, so that somebody who looks
 * into the inbox meanwhile finds the call again.
 */
import { useEffect, useRef, useSyncExternalStore } from "react";
import { api } from "@/api/endpoints";
import type { Cite } from "@/api/types";
import { useText, wordFor } from "@/lib/i18n";
import type { Messages } from "@/lib/messages/en";
import type { Shape, Tone } from "@/ui/state";
import { sayError } from "@/ui/toast";
import { useCall } from "./segments";

export type Entry =
  | { key: number; kind: "you" | "receptionist" | "staff"; text: string; cites: Cite[] }
  | { key: number; kind: "note"; text: string; shape: Shape; tone: Tone };
type Said = Exclude<Entry, { kind: "note" }>;

interface State {
  id: string | null;
  phase: "idle" | "talking" | "ended";
  busy: boolean;
  entries: Entry[];
  /** Segments and escalation states already shown. */
  seen: ReadonlySet<string>;
}

const IDLE: State = { id: null, phase: "idle", busy: false, entries: [], seen: new Set() };
let state = IDLE;
let count = 0;
let turn: AbortController | null = null;
const listeners = new Set<() => void>();

function set(change: Partial<State>): void {
  state = { ...state, ...change };
  for (const f of listeners) f();
}

function merge(a: Cite[], b: Cite[]): Cite[] {
  const key = (c: Cite) => `${c.document}:${c.span[0]}`;
  return [...new Map([...a, ...b].map((c) => [key(c), c])).values()];
}

function said(kind: Said["kind"], text: string, cites: Cite[] = []): void {
  const last = state.entries.at(-1);
  // Sentences of one answer come one by one and are read as one.
  if (kind === "receptionist" && last?.kind === "receptionist") {
    const joined: Said = { ...last, text: `${last.text} ${text}`, cites: merge(last.cites, cites) };
    set({ entries: [...state.entries.slice(0, -1), joined] });
    return;
  }
  count += 1;
  set({ entries: [...state.entries, { key: count, kind, text, cites }] });
}

function note(text: string, shape: Shape, tone: Tone): void {
  count += 1;
  set({ entries: [...state.entries, { key: count, kind: "note", text, shape, tone }] });
}

async function start(name: string, number: string): Promise<void> {
  set({ busy: true });
  try {
    const made = await api.startCall({ caller_name: name || undefined, caller_number: number || undefined });
    set({ ...IDLE, id: made.call, phase: "talking" });
    said("receptionist", made.greeting);
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
  said("you", text);
  set({ busy: true });
  try {
    for await (const line of api.turn(call, text, mine.signal)) {
      if (mine.signal.aborted || state.id !== call) return;
      if (line.t === "say") said("receptionist", line.text, line.cites ?? []);
      else if (line.t === "transfer") note(line.words || t.browser.waiting, "arrows", "accent");
      else if (line.t === "take_message") note(line.words || t.browser.message, "half", "calm");
      else if (line.t === "end") {
        if (line.words) note(line.words, "dash", "calm");
        set({ phase: "ended" });
      }
    }
  } catch (e) {
    if (mine.signal.aborted) return;
    note(t.browser.failed, "cross", "warn");
    sayError(e);
  } finally {
    if (turn === mine) set({ busy: false });
  }
}

async function hangUp(): Promise<void> {
  turn?.abort();
  const call = state.id;
  set({ phase: "ended", busy: false });
  if (call) await api.hangUp(call).catch(sayError);
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

/** What others do in the call comes through the log: a person joins, speaks, or the call ends. */
export function useOthers(id: string): void {
  const t = useText();
  const { call, segments } = useCall(id);
  const words = useRef(t);
  words.current = t;
  useEffect(() => {
    if (state.id !== id) return;
    const seen = new Set(state.seen);
    const first = (key: string) => !seen.has(key) && Boolean(seen.add(key));
    for (const s of segments) {
      if (s.role === "staff" && first(`segment ${s.ordinal}`)) said("staff", s.text);
    }
    for (const esc of call?.escalations ?? []) {
      if (!first(`${esc.id} ${esc.state}`)) continue;
      const t = words.current;
      if (esc.state === "connected") note(t.browser.joined, "dot", "accent");
      else if (esc.state === "dialing" || esc.state === "failed")
        note(
          esc.steps.at(-1)?.words || wordFor(t.call.escState, esc.state),
          esc.state === "dialing" ? "arrows" : "cross",
          "calm",
        );
    }
    const over = call?.life === "ended" || call?.life === "reported";
    if (seen.size !== state.seen.size) set({ seen });
    if (over && state.phase !== "ended") set({ phase: "ended" });
  }, [id, call, segments]);
}
