import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { mergeSegments, topicSeq } from "@/api/apply";
import type { Snap } from "@/api/client";
import { keys, q } from "@/api/queries";
import { followCall, useLiveRun } from "@/api/session";
import type { CallDetail, Segment } from "@/api/types";
import { readRest } from "./rest";

/** One call with its whole transcript, kept current by the log. */
export function useCall(id: string) {
  const query = useQuery(q.call(id));
  const client = useQueryClient();
  const run = useLiveRun();
  const known = query.data !== undefined;
  useEffect(() => {
    if (run === 0 || !known) return;
    const snap = client.getQueryData<Snap<CallDetail>>(keys.call(id));
    return snap && followCall(id, topicSeq(snap));
  }, [client, run, id, known]);
  const call = query.data?.value;
  const rest = useRest(call, query.data?.read);
  const segments = useKept(id, call?.segments, rest.items);
  return { query, call, segments, loading: rest.loading, cut: rest.error, again: rest.again };
}

const NONE: Segment[] = [];

/** All that was ever read or heard of the transcript: another read of the call brings only its beginning. */
function useKept(id: string, first: Segment[] = NONE, rest: Segment[]): Segment[] {
  const kept = useRef({ id, all: NONE });
  return useMemo(() => {
    const before = kept.current.id === id ? kept.current.all : NONE;
    const all = mergeSegments(before, [...first, ...rest]);
    kept.current = { id, all };
    return all;
  }, [id, first, rest]);
}

interface Rest {
  items: Segment[];
  loading: boolean;
  /** Why the transcript ends before the call does. */
  error: unknown;
}

/** The pages of the transcript after the first, read one after the other; after another read, from the last one on. */
function useRest(call: CallDetail | undefined, read: number | undefined) {
  const client = useQueryClient();
  const id = call?.id;
  const rev = call?.transcript_rev ?? 0;
  const first = call?.segments_next ?? null;
  const [state, set] = useState<Rest>({ items: NONE, loading: false, error: null });
  const [tries, setTries] = useState(0);
  const last = useRef<{ of: string; cursor: string } | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another read or try continues where the last one ended
  useEffect(() => {
    if (!id || first === null) {
      set((s) => (s.loading || s.error ? { ...s, loading: false, error: null } : s));
      return;
    }
    const of = `${id} ${rev}`;
    const from = last.current?.of === of ? last.current.cursor : first;
    const stop = new AbortController();
    set((s) => ({ ...s, loading: true, error: null }));
    readRest(id, rev, from, stop.signal, (items, cursor) => {
      last.current = { of, cursor };
      set((s) => ({ ...s, items: mergeSegments(s.items, items) }));
    }).then(
      (whole) => {
        if (stop.signal.aborted) return;
        set((s) => ({ ...s, loading: false }));
        if (!whole) void client.invalidateQueries({ queryKey: keys.call(id) });
      },
      (error: unknown) => {
        if (!stop.signal.aborted) set((s) => ({ ...s, loading: false, error }));
      },
    );
    return () => stop.abort();
  }, [id, first, rev, read, tries]);
  return { ...state, again: useCallback(() => setTries((n) => n + 1), []) };
}
