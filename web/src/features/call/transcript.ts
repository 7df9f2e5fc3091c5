/** How a transcript is read: pieces joined by speaker, and each decision beside what it was about. */
import type { Ms, Segment, Turn } from "@/api/types";

export interface Group {
  id: string;
  role: Segment["role"];
  segments: Segment[];
  turns: Turn[];
}

/** Longer runs of one speaker are cut, so that one row never grows without bound. */
const MAX_JOINED = 12;

const plain = (s: string) =>
  s
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();

/**
 * The ordinal of the caller's segment each turn decided about: by its words where they are found (in order, so
 * that the same words said twice keep their own decision), else the last thing said before the decision.
 */
export function placeTurns(segments: Segment[], turns: Turn[]): Map<number, Turn[]> {
  const placed = new Map<number, Turn[]>();
  const spoken = segments.filter((s) => s.role === "caller");
  let from = 0;
  for (const turn of [...turns].sort((a, b) => a.no - b.no || a.attempt - b.attempt)) {
    const said = plain(turn.said);
    const fits = (s: Segment) => {
      const words = plain(s.text);
      return words !== "" && said !== "" && (said === words || said.endsWith(words) || words.endsWith(said));
    };
    let at = spoken.findIndex((s, i) => i >= from && fits(s));
    if (at >= 0) {
      // A turn may have been cut into several pieces by the provider; the mark stands at the last of them.
      while (said !== plain(spoken[at]?.text ?? "") && spoken[at + 1] && fits(spoken[at + 1] as Segment))
        at += 1;
      from = at + 1;
    } else {
      at = spoken.findLastIndex((s) => s.started_at <= turn.at);
    }
    const segment = spoken[Math.max(at, 0)];
    if (!segment) continue;
    placed.set(segment.ordinal, [...(placed.get(segment.ordinal) ?? []), turn]);
  }
  return placed;
}

/** Consecutive pieces of one speaker as one group. */
export function groups(segments: Segment[], turns: Turn[]): Group[] {
  const placed = placeTurns(segments, turns);
  const out: Group[] = [];
  for (const s of segments) {
    let last = out.at(-1);
    if (!last || last.role !== s.role || last.segments.length >= MAX_JOINED) {
      last = { id: `${s.rev}-${s.ordinal}`, role: s.role, segments: [], turns: [] };
      out.push(last);
    }
    last.segments.push(s);
    last.turns.push(...(placed.get(s.ordinal) ?? []));
  }
  return out;
}

/** Where in the recording a moment of the call is, in seconds. */
export function offset(at: Ms, call: { answered_at: Ms | null; started_at: Ms }): number {
  return Math.max(0, (at - (call.answered_at ?? call.started_at)) / 1000);
}
