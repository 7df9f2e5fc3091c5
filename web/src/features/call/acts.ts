/** What may be done with a call and its inbox items, judged by their state alone. */
import type { CallSummary, InboxItem } from "@/api/types";

/** Whether a person still has to say what became of the caller. */
export function canCloseRing(call: CallSummary): boolean {
  const over = call.life === "ended" || call.life === "reported";
  const open = call.outcome === "message_open" || call.outcome === "transfer_unconfirmed";
  return over && open && call.state === "waiting_for_person";
}

const SEARCHING = new Set(["decided", "dialing", "failed"]);

/**
 * Whether a person is still being looked for while the caller is on the line: then an item cannot be closed. A call
 * that ends takes its escalation out of these states, so the state alone tells.
 */
export function isSearching(item: InboxItem): boolean {
  return item.escalation_state !== null && SEARCHING.has(item.escalation_state);
}
