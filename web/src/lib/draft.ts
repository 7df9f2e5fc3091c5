/**
 * What is being edited: a copy of something read. It follows what is read until the reader changes it; from then on
 * only the reader changes it. It is kept outside its page, so that a look elsewhere does not throw it away.
 */
import { useEffect, useState } from "react";
import { whenLeaving } from "@/api/session";

export interface Draft<T> {
  /** What the editing began from. */
  base: T;
  /** Which version of it that was, where there are versions. */
  version: number;
  value: T;
}

function same(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

export function begin<T>(base: T, version = 0): Draft<T> {
  return { base, version, value: base };
}

/** After another read: what was read, unless the reader has changed something or saved a newer version meanwhile. */
export function follow<T>(d: Draft<T>, dirty: boolean, current: T, version = 0): Draft<T> {
  if (dirty || version < d.version || (d.version === version && same(d.base, current))) return d;
  return begin(current, version);
}

/** After `sent` was saved as `result`: what was typed meanwhile stays and is not saved yet. */
export function saved<T>(d: Draft<T>, sent: T, result: T, version = 0): Draft<T> {
  return { base: result, version, value: same(d.value, sent) ? result : d.value };
}

const kept = new Map<string, Draft<unknown>>();
const ask = (e: BeforeUnloadEvent) => e.preventDefault();

/** While anything is unsaved, on whichever page, the browser asks before it closes. */
function keep(key: string, draft: Draft<unknown> | null): void {
  if (draft) kept.set(key, draft);
  else kept.delete(key);
  if (kept.size > 0) window.addEventListener("beforeunload", ask);
  else window.removeEventListener("beforeunload", ask);
}

whenLeaving(() => {
  for (const key of [...kept.keys()]) keep(key, null);
});

interface Options<T> {
  /** Where it is kept while its page is not shown; without, it goes with the page (secrets). */
  key?: string;
  version?: number;
  /** What of it counts: empty lines that are dropped at saving are no change. */
  tidy?: (value: T) => T;
}

export function useDraft<T>(current: T, { key, version = 0, tidy = (v) => v }: Options<T> = {}) {
  const [draft, setDraft] = useState<Draft<T>>(
    () => ((key && kept.get(key)) as Draft<T> | undefined) ?? begin(current, version),
  );
  const dirty = !same(tidy(draft.value), draft.base);
  const now = follow(draft, dirty, current, version);
  if (now !== draft) setDraft(now);
  useEffect(() => {
    if (key) keep(key, dirty ? now : null);
  }, [key, dirty, now]);
  return {
    ...now,
    dirty,
    set: (change: (value: T) => T) => setDraft((d) => ({ ...d, value: change(d.value) })),
    take: (value: T, no = 0) => setDraft(begin(value, no)),
    saved: (sent: T, result: T, no = 0) => setDraft((d) => saved(d, sent, result, no)),
  };
}
