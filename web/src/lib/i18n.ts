/** The language of the page: the reader's choice, else the browser's, else the clinic's. */
import { useSyncExternalStore } from "react";
import type { Messages } from "./messages/en";

export const LANGUAGES = { en: "English", es: "Español" } as const;
export type Language = keyof typeof LANGUAGES;
const KEY = "voxanne.language";

let current: Messages | null = null;
const listeners = new Set<() => void>();

function known(code: string | null | undefined): Language | null {
  const two = code?.slice(0, 2).toLowerCase();
  return two === "en" || two === "es" ? two : null;
}

function chosen(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

/** Loads a catalogue and shows it; without an argument, the one that fits this reader. */
export async function loadLanguage(code?: Language): Promise<void> {
  const want = code ?? known(chosen()) ?? known(navigator.language) ?? "en";
  current = want === "es" ? (await import("./messages/es")).es : (await import("./messages/en")).en;
  document.documentElement.lang = want;
  for (const f of listeners) f();
}

export async function chooseLanguage(code: Language): Promise<void> {
  try {
    localStorage.setItem(KEY, code);
  } catch {
    // Without storage the choice lasts as long as the page.
  }
  await loadLanguage(code);
}

function subscribe(f: () => void): () => void {
  listeners.add(f);
  return () => listeners.delete(f);
}

/** The words of the page. The catalogue is loaded before the first render. */
export function useText(): Messages {
  const text = useSyncExternalStore(subscribe, () => current);
  if (!text) throw new Error("no message catalogue");
  return text;
}

/** A word for an enumeration value; a value of a newer server is shown as it came, in plain letters. */
export function wordFor(table: Record<string, string>, value: string | null | undefined): string {
  if (!value) return "";
  return table[value] ?? value.replaceAll("_", " ");
}
