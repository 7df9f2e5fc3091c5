/**
 * What is shown of a text call. Words come by two ways: the answer to a turn is streamed, and the log brings all
 * that was said, also what nobody asked for just then ("trying another person"). Each is shown once. Pure.
 */
import type { Cite, Escalation, Segment } from "@/api/types";
import type { Shape, Tone } from "@/ui/state";

export type Entry =
  | {
      key: number;
      kind: "you" | "receptionist" | "staff";
      text: string;
      cites: Cite[];
      /** Its place in the transcript, once the log has told it. */
      ordinal?: number;
    }
  | { key: number; kind: "note"; text: string; shape: Shape; tone: Tone };
export type Said = Exclude<Entry, { kind: "note" }>;

export interface Talk {
  entries: Entry[];
  /** Streamed words that the log has not brought yet. */
  streamed: readonly string[];
  /** Segments and escalation states already shown. */
  seen: ReadonlySet<string>;
  /** Begun before this page was loaded: what the caller said until then is known from the log alone. */
  found?: boolean;
}

export const SILENCE: Talk = { entries: [], streamed: [], seen: new Set() };

let count = 0;
function key(): number {
  count += 1;
  return count;
}

function merge(a: Cite[], b: Cite[]): Cite[] {
  const id = (c: Cite) => `${c.document}:${c.span[0]}`;
  return [...new Map([...a, ...b].map((c) => [id(c), c])).values()];
}

/** Adds words before the entry at `at`, or at the end. Sentences of one answer come one by one and are read as one. */
function put(entries: Entry[], said: Omit<Said, "key">, at = entries.length): Entry[] {
  const last = entries[at - 1];
  if (said.kind === "receptionist" && last?.kind === "receptionist") {
    const joined = { ...last, text: `${last.text} ${said.text}`, cites: merge(last.cites, said.cites) };
    return entries.with(at - 1, joined);
  }
  return entries.toSpliced(at, 0, { ...said, key: key() });
}

/** The caller's own words, shown as soon as they are sent. */
export function youSaid(talk: Talk, text: string): Talk {
  return { ...talk, entries: put(talk.entries, { kind: "you", text, cites: [] }) };
}

/** Words that came as the answer to a turn. */
export function streamed(talk: Talk, text: string, cites: Cite[] = []): Talk {
  const entries = put(talk.entries, { kind: "receptionist", text, cites });
  return { ...talk, entries, streamed: [...talk.streamed, text.trim()] };
}

/** What happened, in a line of its own. */
export function noted(talk: Talk, text: string, shape: Shape, tone: Tone): Talk {
  return { ...talk, entries: [...talk.entries, { key: key(), kind: "note", text, shape, tone }] };
}

/** Tells the caller's own words their place; in a call found again, they may not be here yet. */
function place(entries: Entry[], s: Segment, found: boolean): Entry[] {
  const text = s.text.trim();
  const at = entries.findIndex((e) => e.kind === "you" && e.ordinal === undefined && e.text.trim() === text);
  const own = entries[at];
  if (own) return entries.with(at, { ...(own as Said), ordinal: s.ordinal });
  return found ? put(entries, { kind: "you", text: s.text, cites: [], ordinal: s.ordinal }) : entries;
}

/**
 * Takes the transcript as the log has it. While a turn runs, words of the receptionist that were not streamed yet are
 * left for later: they are on their way.
 */
export function heard(talk: Talk, segments: Segment[], turnRuns: boolean): Talk {
  let { entries } = talk;
  const left = [...talk.streamed];
  const seen = new Set(talk.seen);
  for (const s of segments) {
    const id = `segment ${s.ordinal}`;
    if (seen.has(id)) continue;
    if (s.role === "caller") entries = place(entries, s, talk.found === true);
    else if (s.role === "staff") entries = put(entries, { kind: "staff", text: s.text, cites: [] });
    else if (s.role === "receptionist") {
      const known = left.indexOf(s.text.trim());
      if (known >= 0) left.splice(known, 1);
      else if (turnRuns) continue;
      else {
        const after = entries.findIndex((e) => e.kind === "you" && (e.ordinal ?? 0) > s.ordinal);
        const at = after < 0 ? entries.length : after;
        entries = put(entries, { kind: "receptionist", text: s.text, cites: [] }, at);
      }
    }
    seen.add(id);
  }
  return seen.size === talk.seen.size ? talk : { ...talk, entries, streamed: left, seen };
}

/** Whether the same was noted since the caller spoke last: the answer to a turn and the log both say who is called. */
function notedBefore(entries: Entry[], text: string): boolean {
  const from = entries.findLastIndex((e) => e.kind === "you");
  return entries
    .slice(from + 1)
    .some((e) => e.kind === "note" && e.text.toLowerCase() === text.toLowerCase());
}

/** Takes each step of the search for a person as the log has it; `word` says what of it the caller is told. */
export function searched(
  talk: Talk,
  escalations: Escalation[],
  turnRuns: boolean,
  word: (esc: Escalation) => [text: string, shape: Shape, tone: Tone] | null,
): Talk {
  let now = talk;
  for (const esc of escalations) {
    const id = `${esc.id} ${esc.steps.length} ${esc.state}`;
    // While a turn runs the receptionist says it herself, and first.
    if (now.seen.has(id) || (turnRuns && esc.state !== "connected")) continue;
    now = { ...now, seen: new Set(now.seen).add(id) };
    const line = word(esc);
    if (line && !notedBefore(now.entries, line[0])) now = noted(now, ...line);
  }
  return now;
}
