import { describe, expect, it } from "vitest";
import type { Escalation, Segment } from "@/api/types";
import { heard, noted, SILENCE, searched, streamed, type Talk, youSaid } from "@/features/call/talk";
import { makeEscalation } from "../../mock/data";

const seg = (ordinal: number, role: Segment["role"], text: string): Segment => ({
  ordinal,
  rev: 0,
  role,
  text,
  started_at: ordinal,
  ended_at: ordinal,
});
const lines = (talk: Talk) => talk.entries.map((e) => `${e.kind}: ${e.text}`);

describe("a text call", () => {
  const greeting = seg(0, "receptionist", "Hello.");
  const asked = youSaid(streamed(SILENCE, "Hello."), "Can I take this pill?");

  it("shows what the log and the answer to a turn bring of the same words once", () => {
    const answered = streamed(asked, "I am reaching a nurse.");
    const all = [
      greeting,
      seg(1, "caller", "Can I take this pill?"),
      seg(2, "receptionist", "I am reaching a nurse."),
    ];
    const once = heard(answered, all, false);
    expect(lines(once)).toEqual(lines(answered));
    expect(heard(once, all, false)).toBe(once);
  });

  it("of a call found again, shows also what the caller had said, each once", () => {
    const all = [greeting, seg(1, "caller", "Can I take this pill?"), seg(2, "receptionist", "Please wait.")];
    const found = heard({ ...SILENCE, found: true }, all, false);
    expect(lines(found)).toEqual([
      "receptionist: Hello.",
      "you: Can I take this pill?",
      "receptionist: Please wait.",
    ]);
    const on = heard(youSaid(found, "Hello?"), [...all, seg(3, "caller", "Hello?")], false);
    expect(lines(on).filter((l) => l === "you: Hello?")).toHaveLength(1);
  });

  it("f7_2_words_between_turns_reach_the_caller", () => {
    // Nobody was reached: the receptionist says so and asks the first question of the message, outside any turn.
    const all = [
      greeting,
      seg(1, "caller", "Can I take this pill?"),
      seg(2, "receptionist", "Trying another person."),
      seg(3, "receptionist", "I could not reach Dr. Ode."),
      seg(4, "receptionist", "May I have your name?"),
    ];
    expect(lines(heard(asked, all, false)).at(-1)).toBe(
      "receptionist: Trying another person. I could not reach Dr. Ode. May I have your name?",
    );
  });

  it("waits for the stream while a turn runs, and does not say twice what it brings", () => {
    const all = [greeting, seg(1, "caller", "Can I take this pill?"), seg(2, "receptionist", "Please wait.")];
    const during = heard(asked, all, true);
    expect(lines(during)).toEqual(["receptionist: Hello.", "you: Can I take this pill?"]);
    const after = heard(streamed(during, "Please wait."), all, false);
    expect(lines(after).filter((l) => l.includes("Please wait."))).toHaveLength(1);
  });

  it("puts words that came late before what the caller said after them", () => {
    const before = heard(asked, [greeting, seg(1, "caller", "Can I take this pill?")], false);
    const typing = youSaid(before, "Hello?");
    const all = [
      greeting,
      seg(1, "caller", "Can I take this pill?"),
      seg(2, "receptionist", "Trying another person."),
      seg(3, "caller", "Hello?"),
    ];
    // The caller spoke before the log brought the words in between: a turn runs by then.
    const during = heard(typing, all, true);
    expect(lines(heard(during, all, false))).toEqual([
      "receptionist: Hello.",
      "you: Can I take this pill?",
      "receptionist: Trying another person.",
      "you: Hello?",
    ]);
  });

  it("keeps the same words said twice apart", () => {
    const twice = streamed(youSaid(streamed(SILENCE, "Sorry?"), "Mm"), "Sorry?");
    const all = [seg(0, "receptionist", "Sorry?"), seg(1, "caller", "Mm"), seg(2, "receptionist", "Sorry?")];
    const shown = heard(twice, all, false);
    expect(lines(shown)).toEqual(lines(twice));
    const third = heard(shown, [...all, seg(3, "receptionist", "Sorry?")], false);
    expect(lines(third).at(-1)).toBe("receptionist: Sorry? Sorry?");
  });

  it("f7_2_says_each_step_of_the_search_once_and_the_second_person_too", () => {
    const word = (e: Escalation): [string, "arrows" | "cross", "calm"] => [
      e.steps.at(-1)?.words ?? "",
      e.state === "failed" ? "cross" : "arrows",
      "calm",
    ];
    const step = (words: string) => ({ at: 0, what: "", target: null, words });
    const esc = (state: Escalation["state"], ...steps: string[]): Escalation => ({
      ...makeEscalation("c", 0, state),
      state,
      steps: steps.map(step),
    });
    const called = noted(asked, "Calling Kim", "arrows", "accent");
    // The answer to the turn has said it; while it runs nothing of the log comes before it.
    expect(searched(asked, [esc("dialing", "calling Kim")], true, word)).toBe(asked);
    let now = searched(called, [esc("dialing", "calling Kim")], false, word);
    now = searched(now, [esc("failed", "calling Kim", "Kim is busy")], false, word);
    now = searched(now, [esc("dialing", "calling Kim", "Kim is busy", "calling Ode")], false, word);
    now = searched(now, [esc("dialing", "calling Kim", "Kim is busy", "calling Ode")], false, word);
    expect(lines(now).filter((l) => l.startsWith("note"))).toEqual([
      "note: Calling Kim",
      "note: Kim is busy",
      "note: calling Ode",
    ]);
  });

  it("shows the words of a person, and lines of what happens between them", () => {
    const joined = noted(asked, "A person has joined.", "dot", "accent");
    const all = [greeting, seg(1, "caller", "Can I take this pill?"), seg(2, "staff", "This is the nurse.")];
    expect(lines(heard(joined, all, true)).slice(-2)).toEqual([
      "note: A person has joined.",
      "staff: This is the nurse.",
    ]);
  });
});
