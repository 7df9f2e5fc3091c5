/** What the server would refuse, said before it is sent, in the reader's language and with its place. */
import type { Receptionist } from "@/api/types";
import type { Messages } from "@/lib/messages/en";

/** Something that may not be saved: which input, and what to do. */
export interface Bad {
  field: string;
  words: string;
}

/** The server's limits. */
export const LIMITS = {
  name: 80,
  greeting: 600,
  prompt: 8_000,
  hours: 42,
  holidays: 100,
  targets: 50,
  target: 60,
  services: 100,
  service: 80,
  emergency: 6,
  blocked: 1_000,
};
export const E164 = "\\+[0-9]{3,15}";
const VARIABLES = ["clinic", "emergency_number", "hours"];

/** Characters as the server counts them. */
const long = (text: string, most: number) => [...text].length > most;

/** The first placeholder in a text that nobody would fill in. */
export function unknownVariable(text: string): string | null {
  for (const [, name = ""] of text.matchAll(/\{\{(.*?)(?:\}\}|$)/gs))
    if (!VARIABLES.includes(name)) return name.trim().slice(0, 40);
  return null;
}

export function check(body: Receptionist, t: Messages): Bad | null {
  const b = t.receptionist.bad;
  const bad = (field: string, words: string): Bad => ({ field, words });
  if (!body.name.trim() || long(body.name, LIMITS.name)) return bad("name", b.name);
  const texts: [keyof Receptionist & string, string, number][] = [
    ["greeting", body.greeting, LIMITS.greeting],
    ["greeting_es", body.greeting_es, LIMITS.greeting],
    ["prompt", body.prompt, LIMITS.prompt],
  ];
  for (const [field, text, most] of texts) {
    if (long(text, most)) return bad(field, b.long(most));
    const unknown = unknownVariable(text);
    if (unknown !== null) return bad(field, b.variable(unknown, VARIABLES));
  }
  if (body.languages.length === 0) return bad("languages", b.languages);
  if (body.hours.some((h) => h.open >= h.close)) return bad("hours", b.hours);
  for (const target of body.targets) {
    if (!target.name.trim() || long(target.name, LIMITS.target)) return bad("targets", b.targetName);
    if (target.kinds.length === 0) return bad("targets", b.targetKinds(target.name));
  }
  if (body.services.length > LIMITS.services || body.services.some((s) => long(s, LIMITS.service)))
    return bad("services", b.services);
  if (body.blocked_callers.length > LIMITS.blocked) return bad("blocked_callers", b.blocked);
  return null;
}
