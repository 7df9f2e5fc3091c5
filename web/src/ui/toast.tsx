/** One line that says what an action did, where a screen reader hears it too. */
import { useEffect, useSyncExternalStore } from "react";
import { useText } from "@/lib/i18n";
import { Button } from "./button";
import { errorWords } from "./note";

type Said = { n: number; text?: string; error?: unknown } | null;
let said: Said = null;
let count = 0;
const listeners = new Set<() => void>();

function set(next: Said): void {
  said = next;
  for (const f of listeners) f();
}
export function say(text: string): void {
  count += 1;
  set({ n: count, text });
}
export function sayError(error: unknown): void {
  count += 1;
  set({ n: count, error });
}

export function Toast() {
  const t = useText();
  const now = useSyncExternalStore(
    (f) => {
      listeners.add(f);
      return () => listeners.delete(f);
    },
    () => said,
  );
  useEffect(() => {
    if (!now || now.error) return;
    const timer = setTimeout(() => set(null), 5_000);
    return () => clearTimeout(timer);
  }, [now]);
  const w = now?.error ? errorWords(t, now.error) : null;
  return (
    <div
      role={w ? "alert" : "status"}
      className="pointer-events-none fixed inset-x-0 bottom-20 z-40 grid justify-items-center px-4 lg:bottom-6"
    >
      {now && (
        <div className="pointer-events-auto flex max-w-xl items-center gap-3 rounded-lg border border-line bg-ink px-4 py-2 text-bg shadow-lg">
          <p>{w ? [w.what, w.safe, w.remedy].filter(Boolean).join(" ") : now.text}</p>
          <Button kind="quiet" className="text-bg!" onClick={() => set(null)}>
            {t.common.close}
          </Button>
        </div>
      )}
    </div>
  );
}
