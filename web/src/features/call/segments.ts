import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { mergeSegments } from "@/api/apply";
import { api } from "@/api/endpoints";
import { q } from "@/api/queries";
import { followCall, useLiveReady } from "@/api/session";
import type { CallDetail, Segment } from "@/api/types";

/** One call with its whole transcript, kept current by the log. */
export function useCall(id: string) {
  const query = useQuery(q.call(id));
  const ready = useLiveReady();
  const seq = query.data?.seq;
  const known = seq !== undefined;
  // The topic starts where this snapshot was first read; later numbers come through the topic itself.
  const [from, setFrom] = useState<{ id: string; seq: number } | null>(null);
  if (known && from?.id !== id) setFrom({ id, seq: query.data?.seq ?? 0 });
  const start = from?.id === id ? from.seq : null;
  useEffect(() => {
    if (!ready || start === null) return;
    return followCall(id, start);
  }, [ready, id, start]);
  const call = query.data?.value;
  const rest = useRest(call);
  const segments = useMemo(
    () => mergeSegments(call?.segments ?? [], rest.items),
    [call?.segments, rest.items],
  );
  return { query, call, segments, loading: rest.loading };
}

/** The pages of the transcript after the first, read one after the other. */
function useRest(call: CallDetail | undefined) {
  const id = call?.id;
  const rev = call?.transcript_rev;
  const first = call?.segments_next ?? null;
  const [state, set] = useState<{ items: Segment[]; loading: boolean }>({ items: [], loading: false });
  useEffect(() => {
    if (!id || first === null || rev === undefined) {
      set({ items: [], loading: false });
      return;
    }
    const stop = new AbortController();
    const read = async () => {
      let cursor: string | null = first;
      set({ items: [], loading: true });
      while (cursor !== null && !stop.signal.aborted) {
        const page = await api.segments(id, cursor, { signal: stop.signal });
        cursor = page.next;
        set((s) => ({ items: [...s.items, ...page.items], loading: page.next !== null }));
      }
    };
    read().catch(() => set((s) => ({ ...s, loading: false })));
    return () => stop.abort();
  }, [id, first, rev]);
  return state;
}
