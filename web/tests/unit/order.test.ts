/** Which inbox item comes first. */
import { describe, expect, it } from "vitest";
import type { InboxItem } from "@/api/types";
import { byNeed, listed, waitsNow } from "@/features/inbox/order";
import { makeInbox } from "../../mock/data";

const NOW = 1_767_225_600_000;
const base = makeInbox(NOW)[2] as InboxItem;
const item = (id: string, o: Partial<InboxItem> = {}): InboxItem => ({ ...base, id, ...o });
const ids = (items: InboxItem[]) => byNeed(items).map((i) => i.id);

describe("the order of the inbox", () => {
  it("puts who waits on the line first, however they wait and whatever else is open", () => {
    const searching = item("phone", { escalation_state: "dialing" });
    const browser = item("browser", { can_accept: true, escalation_state: "message", created_at: NOW });
    const emergency = item("emergency", { urgency: "emergency", escalation_state: "message" });
    expect(ids([emergency, base, browser, searching])).toEqual(["phone", "browser", "emergency", base.id]);
    expect(waitsNow({ ...browser, closed_at: NOW })).toBe(false);
  });

  it("an acknowledgement does not take a caller off the line", () => {
    const known = { acknowledged_at: NOW };
    expect(ids([item("b"), item("a", known), item("c", { ...known, can_accept: true })])).toEqual([
      "c",
      "b",
      "a",
    ]);
  });

  it("a later page adds below, except who waits on the line", () => {
    const first = [item("a", { acknowledged_at: NOW }), item("b")];
    const waits = item("w", { can_accept: true });
    const list = (...pages: InboxItem[][]) => listed([waits], pages).map((i) => i.id);
    expect(list(first)).toEqual(["w", "b", "a"]);
    expect(list(first, [item("c"), waits, item("b")])).toEqual(["w", "b", "a", "c"]);
    // What the list knows of an item is newer than what is known of its call.
    expect(list([{ ...waits, can_accept: false }])).toEqual(["w"]);
    expect(list(first, [{ ...waits, can_accept: false }])).toEqual(["b", "a", "w"]);
  });

  it("then the gravest, and of these who has waited longest", () => {
    const at = (id: string, urgency: InboxItem["urgency"], ago: number) =>
      item(id, { urgency, created_at: NOW - ago });
    expect(
      ids([at("n", "normal", 99), at("u1", "urgent", 1), at("u2", "urgent", 2), at("e", "emergency", 0)]),
    ).toEqual(["e", "u2", "u1", "n"]);
  });
});
