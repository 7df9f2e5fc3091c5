/** The server's own marks of why and how, in plain words where they are known. */
import { wordFor } from "@/lib/i18n";
import type { Messages } from "@/lib/messages/en";

const percent = (part: string) => Math.round(Number(part) * 100);

/** Why the receptionist decided as it did. */
export function reasonWords(t: Messages, reason: string): string {
  const w = t.call.because;
  const rule = /^rule: (.+)$/.exec(reason);
  if (rule) return w.rule(wordFor(w.rules, rule[1]));
  const judged = /^(classifier|a part of the turn) ([\d.]+) \(medical from ([\d.]+)\)$/.exec(reason);
  if (judged) {
    const [, what, is = "", from = ""] = judged;
    return (what === "classifier" ? w.whole : w.part)(percent(is), percent(from));
  }
  return wordFor(w.other, reason);
}

/** Which part of the answer did not work as it should. */
export function degradedWords(t: Messages, parts: string[]): string {
  return parts.map((p) => wordFor(t.call.degraded, p)).join(", ");
}

/** How a call came to its end. */
export function endWords(t: Messages, reason: string): string {
  return (t.call.ends as Record<string, string>)[reason] ?? reason.replaceAll(/[-_.]/g, " ");
}
