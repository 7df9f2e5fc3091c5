/** Whether what the page shows is how things are, or only how they were when the server was last heard. */
import { useQuery } from "@tanstack/react-query";
import type { LinkState } from "@/api/live";
import { q } from "@/api/queries";
import { useLink } from "@/api/session";
import type { Ms } from "@/api/types";
import { useNow } from "@/lib/format";

/** Without the log it is read again every 15 s; older than this, nobody has answered. */
export const OLD_MS = 40_000;

export interface Knowledge {
  link: LinkState;
  /** A read of the figures failed for good, or failed once just now. */
  failed: boolean;
  failing: boolean;
  /** When the server was last heard. */
  asOf: Ms;
  now: Ms;
}

/** A page that cannot reach its server must not say that calls are answered. Pure. */
export function holds({ link, failed, failing, asOf, now }: Knowledge): boolean {
  if (failed) return false;
  if (link !== "reconnecting" && link !== "offline") return true;
  return !failing && now - asOf <= OLD_MS;
}

export function useKnown(): { known: boolean; asOf: Ms } {
  const link = useLink();
  const now = useNow(1_000);
  const { data, dataUpdatedAt, isError, failureCount } = useQuery(q.overview());
  const asOf = Math.max(link.heard_at ?? 0, dataUpdatedAt);
  const known =
    data === undefined || holds({ link: link.state, failed: isError, failing: failureCount > 0, asOf, now });
  return { known, asOf };
}
