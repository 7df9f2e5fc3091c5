/** The state of a thing: a shape, a colour and words, never colour alone. */
import type { ReactNode } from "react";

export type Shape = "ring" | "dot" | "arrows" | "triangle" | "check" | "dash" | "cross" | "half" | "clock";
export type Tone = "calm" | "accent" | "urgent" | "warn";

const PATHS: Record<Shape, ReactNode> = {
  ring: <circle cx="6" cy="6" r="4" fill="none" strokeWidth="2" />,
  dot: <circle cx="6" cy="6" r="4.5" stroke="none" fill="currentColor" />,
  arrows: <path d="M1 4h9M7.5 1.5 10 4 7.5 6.5M11 9H2m2.5-2.5L2 9l2.5 2.5" fill="none" strokeWidth="1.4" />,
  triangle: <path d="M6 1 11.4 11H.6z" stroke="none" fill="currentColor" />,
  check: <path d="m1.5 6.5 3 3 6-7" fill="none" strokeWidth="2" />,
  dash: <path d="M2 6h8" fill="none" strokeWidth="2" />,
  cross: <path d="m2 2 8 8m0-8-8 8" fill="none" strokeWidth="2" />,
  half: (
    <>
      <circle cx="6" cy="6" r="4.5" fill="none" strokeWidth="1.5" />
      <path d="M6 1.5a4.5 4.5 0 0 1 0 9z" stroke="none" fill="currentColor" />
    </>
  ),
  clock: (
    <path d="M6 1.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM6 3.5V6l1.7 1.2" fill="none" strokeWidth="1.4" />
  ),
};

const TONES: Record<Tone, string> = {
  calm: "text-ink2",
  accent: "text-accent",
  urgent: "text-urgent",
  warn: "text-warn",
};

export function Mark({ shape, tone = "calm" }: { shape: Shape; tone?: Tone }) {
  return (
    <svg
      viewBox="0 0 12 12"
      className={`size-3 shrink-0 translate-y-px ${TONES[tone]}`}
      stroke="currentColor"
      aria-hidden="true"
    >
      {PATHS[shape]}
    </svg>
  );
}

export function State({
  shape,
  tone = "calm",
  strong,
  children,
}: {
  shape: Shape;
  tone?: Tone;
  strong?: boolean;
  children: ReactNode;
}) {
  return (
    <span className={`inline-flex items-baseline gap-1.5 ${TONES[tone]} ${strong ? "font-semibold" : ""}`}>
      <Mark shape={shape} tone={tone} />
      <span>{children}</span>
    </span>
  );
}

const CALL: Record<string, [Shape, Tone]> = {
  ringing: ["ring", "accent"],
  talking: ["dot", "accent"],
  transferring: ["arrows", "accent"],
  waiting_for_person: ["triangle", "urgent"],
  acknowledged: ["check", "calm"],
  closed: ["dash", "calm"],
  failed: ["cross", "warn"],
};
const ESCALATION: Record<string, [Shape, Tone]> = {
  decided: ["clock", "accent"],
  dialing: ["arrows", "accent"],
  connected: ["dot", "accent"],
  failed: ["cross", "urgent"],
  unconfirmed: ["triangle", "urgent"],
  message: ["triangle", "urgent"],
  acknowledged: ["check", "calm"],
  closed: ["dash", "calm"],
};
const RECORDING: Record<string, [Shape, Tone]> = {
  waiting: ["clock", "calm"],
  fetching: ["half", "accent"],
  stored: ["check", "calm"],
  failed: ["cross", "warn"],
  none: ["dash", "calm"],
};
const DOCUMENT: Record<string, [Shape, Tone]> = { ready: ["check", "calm"], failed: ["cross", "warn"] };
const DECISION: Record<string, [Shape, Tone]> = {
  answer: ["check", "accent"],
  escalate_medical: ["triangle", "warn"],
  escalate_emergency: ["triangle", "warn"],
  escalate_human: ["arrows", "accent"],
  clarify: ["half", "calm"],
};

const look = (table: Record<string, [Shape, Tone]>, other: [Shape, Tone]) => (value: string) =>
  table[value] ?? other;
export const callLook = look(CALL, ["dash", "calm"]);
export const escalationLook = look(ESCALATION, ["clock", "calm"]);
export const recordingLook = look(RECORDING, ["clock", "calm"]);
export const documentLook = look(DOCUMENT, ["half", "accent"]);
export const decisionLook = look(DECISION, ["half", "calm"]);
