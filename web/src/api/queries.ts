/** The queries behind the pages: one key and one reader each, so that events find what they change. */
import {
  type DefaultOptions,
  infiniteQueryOptions,
  type QueryClient,
  queryOptions,
} from "@tanstack/react-query";
import { ApiError, type Snap, setCsrf } from "./client";
import { api, type CallFilter, type InboxFilter } from "./endpoints";
import { replay, tooOld } from "./events";
import type { Ms, Overview, Page } from "./types";

export const keys = {
  session: ["session"] as const,
  overview: ["overview"] as const,
  calls: ["calls"] as const,
  call: (id: string) => ["call", id] as const,
  inbox: ["inbox"] as const,
  documents: ["documents"] as const,
  document: (id: string) => ["document", id] as const,
  receptionist: ["receptionist"] as const,
  versions: ["versions"] as const,
  settings: ["settings"] as const,
  members: ["members"] as const,
  apiKeys: ["api-keys"] as const,
  audit: ["audit"] as const,
  system: ["system"] as const,
  demo: ["demo"] as const,
};

type Ctx = { client: QueryClient; queryKey: readonly unknown[]; signal: AbortSignal; pageParam?: unknown };

/** A read whose result takes the events that came while it was under way. */
async function caught<T>(ctx: Ctx, read: () => Promise<Snap<T>>): Promise<Snap<T>> {
  let snap = await read();
  if (tooOld(snap.seq)) snap = await read();
  return replay(ctx.queryKey, snap, !ctx.pageParam);
}

/** Degraded parts have no event, and a lost one must not show for long. */
const OVERVIEW_MS = 30_000;

/** When the overview must be read again: now and then, and at the moment the line switches back by itself. */
export function overviewAgain(overview: Overview | undefined, now: Ms): Ms {
  const until = overview?.line.until ?? 0;
  return until > now ? Math.min(OVERVIEW_MS, until - now + 500) : OVERVIEW_MS;
}

let reads = 0;

const first = null as string | null;
const next = (last: Snap<Page<unknown>>) => last.value.next;

export const q = {
  session: () =>
    queryOptions({
      queryKey: keys.session,
      queryFn: async ({ signal }) => {
        const session = await api.session({ signal });
        setCsrf(session.csrf);
        return session;
      },
    }),
  overview: () =>
    queryOptions({
      queryKey: keys.overview,
      queryFn: (c) => caught(c, () => api.overview({ signal: c.signal })),
      refetchInterval: (s) => againAfterError(s) || overviewAgain(s.state.data?.value, Date.now()),
    }),
  calls: (filter: CallFilter) =>
    infiniteQueryOptions({
      queryKey: [...keys.calls, filter] as const,
      queryFn: (c) => caught(c, () => api.calls(filter, c.pageParam, { signal: c.signal })),
      initialPageParam: first,
      getNextPageParam: next,
    }),
  call: (id: string) =>
    queryOptions({
      queryKey: keys.call(id),
      queryFn: async (c) => {
        reads += 1;
        const read = reads;
        return { ...(await caught(c, () => api.call(id, { signal: c.signal }))), read };
      },
      // Its own events come only while it is shown; afterwards what is kept would be silently old.
      gcTime: 0,
    }),
  inbox: (filter: InboxFilter) =>
    infiniteQueryOptions({
      queryKey: [...keys.inbox, filter] as const,
      queryFn: (c) => caught(c, () => api.inbox(filter, c.pageParam, { signal: c.signal })),
      initialPageParam: first,
      getNextPageParam: next,
    }),
  documents: () =>
    infiniteQueryOptions({
      queryKey: keys.documents,
      queryFn: (c) => caught(c, () => api.documents(c.pageParam, { signal: c.signal })),
      initialPageParam: first,
      getNextPageParam: next,
    }),
  document: (id: string) =>
    queryOptions({ queryKey: keys.document(id), queryFn: ({ signal }) => api.document(id, { signal }) }),
  receptionist: () =>
    queryOptions({ queryKey: keys.receptionist, queryFn: ({ signal }) => api.receptionist({ signal }) }),
  versions: () =>
    infiniteQueryOptions({
      queryKey: keys.versions,
      queryFn: ({ pageParam, signal }) => api.versions(pageParam, { signal }),
      initialPageParam: first,
      getNextPageParam: (last) => last.next,
    }),
  settings: () =>
    queryOptions({ queryKey: keys.settings, queryFn: ({ signal }) => api.settings({ signal }) }),
  members: () =>
    infiniteQueryOptions({
      queryKey: keys.members,
      queryFn: ({ pageParam, signal }) => api.members(pageParam, { signal }),
      initialPageParam: first,
      getNextPageParam: next,
    }),
  apiKeys: () => queryOptions({ queryKey: keys.apiKeys, queryFn: ({ signal }) => api.keys({ signal }) }),
  audit: () =>
    infiniteQueryOptions({
      queryKey: keys.audit,
      queryFn: ({ pageParam, signal }) => api.audit(pageParam, { signal }),
      initialPageParam: first,
      getNextPageParam: (last) => last.next,
    }),
  system: () =>
    queryOptions({
      queryKey: keys.system,
      queryFn: ({ signal }) => api.system({ signal }),
      refetchInterval: 10_000,
    }),
  demo: () =>
    queryOptions({
      queryKey: keys.demo,
      queryFn: ({ signal }) => api.demo({ signal }),
      refetchInterval: (s) => {
        if (s.state.status === "error") return againAfterError(s);
        return s.state.data?.runs.some((r) => r.state === "running") ? 1_000 : 10_000;
      },
    }),
};

/** Whether a fault may pass by itself. */
function passing(error: unknown): boolean {
  return !(error instanceof ApiError && error.status > 0 && error.status < 500 && error.status !== 429);
}

/** Reads are tried again only when the fault may pass by itself. */
export function retryRead(failures: number, error: unknown): boolean {
  return passing(error) && failures < 2;
}

/** How long a page that has nothing to show waits before it tries again by itself. */
const RECOVER_MS = 5_000;
type Read = { state: { status: string; data: unknown; error: unknown } };

function againAfterError({ state }: Read): Ms | false {
  return state.status === "error" && state.data === undefined && passing(state.error) ? RECOVER_MS : false;
}

/**
 * How all reads and writes behave. Being offline is an error like any other, said at once: an action that waited
 * for the network would happen long after the reader had given it up.
 */
export const DEFAULTS: DefaultOptions = {
  queries: {
    // The log keeps what is shown current; reading again by age would only repeat it.
    staleTime: 30_000,
    retry: retryRead,
    refetchInterval: againAfterError,
    refetchOnWindowFocus: false,
    refetchOnReconnect: true,
    networkMode: "always",
    throwOnError: false,
  },
  mutations: { networkMode: "always" },
};
