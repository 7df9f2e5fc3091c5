/** The one line that says what an action did; shown by `Toast`. */
import { useSyncExternalStore } from "react";

type Said = { text?: string; error?: unknown } | null;
let said: Said = null;
const listeners = new Set<() => void>();

function set(next: Said): void {
  said = next;
  for (const f of listeners) f();
}
export const say = (text: string) => set({ text });
export const sayError = (error: unknown) => set({ error });
export const unsay = () => set(null);

function subscribe(f: () => void): () => void {
  listeners.add(f);
  return () => listeners.delete(f);
}

export function useSaid(): Said {
  return useSyncExternalStore(subscribe, () => said);
}
