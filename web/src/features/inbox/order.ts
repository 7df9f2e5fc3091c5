/** Which item a person should look at first. Pure. */
import type { InboxItem } from "@/api/types";
import { isSearching } from "@/features/call/acts";

const RANK: Record<string, number> = { emergency: 0, urgent: 1, normal: 2 };
const rank = (i: InboxItem) => RANK[i.urgency] ?? 2;

/** Whether the caller is on the line at this moment and no person has come yet. */
export function waitsNow(item: InboxItem): boolean {
  return item.closed_at === null && (item.can_accept || isSearching(item));
}

/** The gravest first, and of these who has waited longest. */
function byGravity(a: InboxItem, b: InboxItem): number {
  return rank(a) - rank(b) || a.created_at - b.created_at || (a.id < b.id ? -1 : 1);
}

/**
 * The open list: on top all who wait on the line, wherever they stand; below them each page in its own order. A later
 * page adds below what is being read, never between.
 */
export function listed(waiting: readonly InboxItem[], pages: readonly InboxItem[][]): InboxItem[] {
  const read = new Map(pages.flat().map((i) => [i.id, i]));
  const top = byNeed([...waiting.filter((i) => !read.has(i.id)), ...read.values()].filter(waitsNow));
  const all = [...top, ...pages.flatMap(byNeed)];
  return [...new Map(all.map((i) => [i.id, i])).values()];
}

/** Who waits on the line, then what nobody has acknowledged, then the rest. */
export function byNeed(items: readonly InboxItem[]): InboxItem[] {
  const group = (i: InboxItem) => (waitsNow(i) ? 0 : i.acknowledged_at === null ? 1 : 2);
  return [...items].sort((a, b) => group(a) - group(b) || byGravity(a, b));
}
