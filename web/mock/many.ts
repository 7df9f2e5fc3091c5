/** A very busy clinic: more of everything than fits a page, with long names. Flag `many`. */
import type { CallSummary, InboxItem, Member } from "../src/api/types";
import { makeCalls, makeInbox, members } from "./data";

const MIN = 60_000;
const LONG = "Maria-Fernanda Gutiérrez de la Fuente y Castellanos";

/** Somebody who asked for a person half a minute ago and is still on the line: of no special urgency. */
const WAITING = "call_waits";

export function manyCalls(now: number): CallSummary[] {
  const [made] = makeCalls(now, 1);
  return [
    {
      ...(made as CallSummary),
      id: WAITING,
      life: "live",
      state: "transferring",
      outcome: null,
      escalated: true,
      words: "Asks for a person",
      started_at: now - 50_000,
      ended_at: null,
      duration_ms: null,
      recording: null,
    },
  ];
}

export function manyItems(now: number): InboxItem[] {
  const base = makeInbox(now)[2] as InboxItem;
  const emergency = makeInbox(now)[0] as InboxItem;
  const messages = Array.from({ length: 150 }, (_, i) => ({
    ...base,
    id: `inb_many_${String(i).padStart(3, "0")}`,
    urgency: i < 20 ? ("urgent" as const) : ("normal" as const),
    title: `Call back about invoice ${i}`,
    caller_name: i % 7 === 0 ? LONG : "Tom Becker",
    owner: null,
    created_at: now - (i + 10) * 9 * MIN,
  }));
  const emergencies = Array.from({ length: 5 }, (_, i) => ({
    ...emergency,
    id: `inb_emergency_${i}`,
    call: `call_00001${i}`,
    title: `Emergency ${i}: trouble breathing after an injection, caller was told to dial 911`,
    caller_name: LONG,
    created_at: now - (20 + i) * MIN,
    can_accept: i === 0,
    escalation_state: i === 0 ? ("dialing" as const) : ("message" as const),
  }));
  const waiting: InboxItem = {
    ...base,
    id: "inb_waits",
    kind: "escalation",
    call: WAITING,
    escalation: "esc_waits",
    title: "Asked for a person",
    words: "The caller waits on the line.",
    owner: null,
    appointment: null,
    created_at: now - 30_000,
    escalation_state: "dialing",
  };
  return [...emergencies, ...messages, waiting];
}

export const manyMembers: Member[] = [
  ...members,
  ...Array.from({ length: 60 }, (_, i) => ({
    ...(members[1] as Member),
    id: `usr_many_${i}`,
    name: `${LONG} ${i}`,
    email: `maria-fernanda.gutierrez.de.la.fuente.${i}@a-long-name-of-a-clinic.example`,
  })),
];
