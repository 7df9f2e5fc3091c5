import { api } from "@/api/endpoints";
import type { Segment } from "@/api/types";

/**
 * Reads a transcript from `cursor` to its end; each page is handed on with the cursor it was read at. The answer is
 * whether it came to the end: not so when the transcript was replaced meanwhile, and the call must be read again.
 */
export async function readRest(
  id: string,
  rev: number,
  cursor: string,
  signal: AbortSignal,
  take: (items: Segment[], cursor: string) => void,
): Promise<boolean> {
  let next: string | null = cursor;
  while (next !== null) {
    const page = await api.segments(id, next, { signal });
    if (signal.aborted) return true;
    if (page.rev !== rev) return false;
    take(page.items, next);
    next = page.next;
  }
  return true;
}
