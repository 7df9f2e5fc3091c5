import { useInfiniteQuery, useQueries } from "@tanstack/react-query";
import { useCallback } from "react";
import { itemFits } from "@/api/apply";
import type { Snap } from "@/api/client";
import type { InboxFilter } from "@/api/endpoints";
import { q } from "@/api/queries";
import type { CallDetail, CallState, InboxItem } from "@/api/types";
import { waitsNow } from "./order";

const MAY_WAIT: ReadonlySet<CallState> = new Set(["transferring", "waiting_for_person"]);
const LIVE = { life: "live" };

/**
 * Items of the callers who wait on the line now. The list comes by urgency and age, page by page, and who asked for a
 * person just now may stand on a page that is not read yet: so they are found by their calls.
 */
export function useWaiting(filter: InboxFilter): InboxItem[] {
  const live = useInfiniteQuery({ ...q.calls(LIVE), enabled: filter.state === "open" });
  const calls = (live.data?.pages ?? [])
    .flatMap((p) => p.value.items)
    .filter((c) => c.life === "live" && MAY_WAIT.has(c.state));
  const combine = useCallback(
    (details: { data: Snap<CallDetail> | undefined }[]) =>
      details.flatMap((d) => d.data?.value.inbox ?? []).filter((i) => waitsNow(i) && itemFits(i, filter)),
    [filter],
  );
  return useQueries({ queries: calls.map((c) => q.call(c.id)), combine });
}
