/** All addresses of the dashboard; each page is its own file to load. */
import type { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from "@tanstack/react-router";
import { q } from "./api/queries";
import { enter } from "./api/session";
import type { Session } from "./api/types";
import { Crash, Lost, Pending } from "./shell/failures";
import { Shell } from "./shell/shell";

interface Context {
  client: QueryClient;
}

const text = (v: unknown): string | undefined => (typeof v === "string" && v !== "" ? v : undefined);

const root = createRootRouteWithContext<Context>()({
  notFoundComponent: Lost,
  errorComponent: Crash,
});

const app = createRoute({
  getParentRoute: () => root,
  id: "app",
  component: Shell,
  pendingComponent: Pending,
  errorComponent: Crash,
  beforeLoad: async ({ context, location }) => {
    let session = context.client.getQueryData<Session>(q.session().queryKey);
    if (session) return;
    try {
      session = await context.client.fetchQuery(q.session());
    } catch (e) {
      if ((e as { status?: number }).status !== 401) throw e;
      throw redirect({ to: "/sign-in", search: { next: location.href } });
    }
    enter(context.client, session);
  },
});

export interface CallsSearch {
  life?: string;
  outcome?: string;
  escalated?: true;
  caller?: string;
  q?: string;
  from?: string;
  to?: string;
}
export interface InboxSearch {
  state?: "closed";
  kind?: string;
}

const page = <P extends string>(path: P, load: () => Promise<Record<"Page", () => React.ReactNode>>) =>
  createRoute({ getParentRoute: () => app, path, component: lazyRouteComponent(load, "Page") });

const overview = page("/", () => import("./routes/overview"));
const calls = createRoute({
  getParentRoute: () => app,
  path: "/calls",
  component: lazyRouteComponent(() => import("./routes/calls"), "Page"),
  validateSearch: (s: Record<string, unknown>): CallsSearch => ({
    life: text(s.life),
    outcome: text(s.outcome),
    escalated: s.escalated === true || s.escalated === "true" ? true : undefined,
    caller: text(s.caller) ?? (typeof s.caller === "number" ? String(s.caller) : undefined),
    q: text(s.q) ?? (typeof s.q === "number" ? String(s.q) : undefined),
    from: text(s.from),
    to: text(s.to),
  }),
});
const call = page("/calls/$id", () => import("./routes/call"));
const inbox = createRoute({
  getParentRoute: () => app,
  path: "/inbox",
  component: lazyRouteComponent(() => import("./routes/inbox"), "Page"),
  validateSearch: (s: Record<string, unknown>): InboxSearch => ({
    state: s.state === "closed" ? "closed" : undefined,
    kind: text(s.kind),
  }),
});
const knowledge = createRoute({
  getParentRoute: () => app,
  path: "/knowledge",
  component: lazyRouteComponent(() => import("./routes/knowledge"), "Page"),
  validateSearch: (s: Record<string, unknown>): { doc?: string } => ({ doc: text(s.doc) }),
});
const receptionist = page("/receptionist", () => import("./routes/receptionist"));
const browserCall = page("/call", () => import("./routes/browser-call"));
const team = page("/team", () => import("./routes/team"));
const settings = page("/settings", () => import("./routes/settings"));
const audit = page("/audit", () => import("./routes/audit"));
const system = page("/system", () => import("./routes/system"));
const demo = page("/demo", () => import("./routes/demo"));

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  component: lazyRouteComponent(() => import("./routes/sign-in"), "Page"),
  validateSearch: (s: Record<string, unknown>): { next?: string } => {
    const next = text(s.next);
    // Only back to a path of this site.
    return { next: next && /^\/(?![/\\])/.test(next) ? next : undefined };
  },
});
const welcome = createRoute({
  getParentRoute: () => root,
  path: "/welcome/$token",
  component: lazyRouteComponent(() => import("./routes/welcome"), "Page"),
});

const tree = root.addChildren([
  app.addChildren([
    overview,
    calls,
    call,
    inbox,
    knowledge,
    receptionist,
    browserCall,
    team,
    settings,
    audit,
    system,
    demo,
  ]),
  signIn,
  welcome,
]);

export function makeRouter(client: QueryClient) {
  return createRouter({
    routeTree: tree,
    context: { client },
    defaultPreload: "intent",
    defaultPendingMs: 300,
    defaultPendingComponent: Pending,
    defaultErrorComponent: Crash,
    defaultNotFoundComponent: Lost,
    scrollRestoration: true,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
