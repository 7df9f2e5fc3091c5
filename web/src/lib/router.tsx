/**
 * Addresses: which page is shown, links, and moving between pages.
 *
 * Our own small part instead of a router library, which would weigh more than all our pages together in the
 * first load. State that a reader may want to share or come back to (filters, the open document) is in the
 * search part of the address and nowhere else.
 */
import {
  type ComponentProps,
  type ComponentType,
  createContext,
  lazy,
  type MouseEvent,
  startTransition,
  useContext,
  useLayoutEffect,
  useMemo,
  useSyncExternalStore,
} from "react";

import { ApiError } from "@/api/client";

export type Path =
  | "/"
  | "/calls"
  | "/calls/$id"
  | "/inbox"
  | "/knowledge"
  | "/receptionist"
  | "/call"
  | "/team"
  | "/settings"
  | "/audit"
  | "/system"
  | "/demo"
  | "/sign-in"
  | "/welcome/$token";

type Params = Record<string, string>;
export type Search = Record<string, string | undefined>;
export interface Target {
  to: Path;
  params?: Params;
  search?: Search;
}

export interface Page {
  path: Path;
  /** Whether the page stands inside the shell and needs a signed-in person. */
  inside: boolean;
  View: ComponentType;
  preload: () => void;
}

/** A page loaded when it is first needed. */
export function page(path: Path, inside: boolean, load: () => Promise<{ Page: ComponentType }>): Page {
  const once = () =>
    load().then(
      (m) => ({ default: m.Page }),
      // The file comes from the server: where it does not, the page itself has not failed.
      () => Promise.reject(new ApiError("unreachable", 0, "", "")),
    );
  return { path, inside, View: lazy(once), preload: () => void load().catch(() => {}) };
}

/** The address of a target; values can never add a path segment. */
export function href({ to, params, search }: Target): string {
  const path = to.replace(/\$(\w+)/g, (_, name: string) => encodeURIComponent(params?.[name] ?? ""));
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(search ?? {})) if (value) query.set(key, value);
  const text = query.toString();
  return text ? `${path}?${text}` : path;
}

/** The page at a path and what its `$names` stand for. */
export function match<P extends { path: string }>(
  pages: readonly P[],
  pathname: string,
): { page: P; params: Params } | null {
  const have = pathname.split("/").filter(Boolean);
  for (const p of pages) {
    const want = p.path.split("/").filter(Boolean);
    if (want.length !== have.length) continue;
    const params: Params = {};
    const fits = want.every((part, i) => {
      const value = have[i] ?? "";
      if (!part.startsWith("$")) return part === value;
      try {
        params[part.slice(1)] = decodeURIComponent(value);
      } catch {
        return false;
      }
      return true;
    });
    if (fits) return { page: p, params };
  }
  return null;
}

/** Only a path of this site may follow a sign-in. */
export function safeNext(next: string | undefined): string {
  return next && /^\/(?![/\\])/.test(next) ? next : "/";
}

const listeners = new Set<() => void>();
const scrolls = new Map<string, number>();
let here = location.pathname + location.search;

function place(): string {
  return String((history.state as { key?: string } | null)?.key ?? "first");
}

function moved(): void {
  here = location.pathname + location.search;
  startTransition(() => {
    for (const f of listeners) f();
  });
}

let restore: number | null = null;
window.addEventListener("popstate", () => {
  restore = scrolls.get(place()) ?? 0;
  moved();
});
history.scrollRestoration = "manual";

/** Goes to an address of this site. */
export function go(to: string, replace = false): void {
  if (to === here && !replace) return;
  scrolls.set(place(), window.scrollY);
  const samePage = to.split("?")[0] === here.split("?")[0];
  restore = samePage ? null : 0;
  const state = { key: replace ? place() : crypto.randomUUID() };
  if (replace) history.replaceState(state, "", to);
  else history.pushState(state, "", to);
  moved();
}

export function navigate(target: Target & { replace?: boolean }): void {
  go(href(target), target.replace);
}

function subscribe(f: () => void): () => void {
  listeners.add(f);
  return () => listeners.delete(f);
}

export function useAddress(): string {
  return useSyncExternalStore(subscribe, () => here);
}

/** Puts the scroll where it belongs once the page of this address is drawn. */
export function useScroll(address: string): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs once for each address
  useLayoutEffect(() => {
    if (restore === null) return;
    window.scrollTo(0, restore);
    restore = null;
  }, [address]);
}

export const ParamsContext = createContext<Params>({});
export const PagesContext = createContext<readonly Page[]>([]);

export function useParams(): Params {
  return useContext(ParamsContext);
}

export function useSearch(): Search {
  const address = useAddress();
  return useMemo(() => Object.fromEntries(new URL(address, location.origin).searchParams), [address]);
}

interface LinkProps extends Omit<ComponentProps<"a">, "href">, Target {
  /** Current only at exactly this path, not below it. */
  exact?: boolean;
}

export function Link({ to, params, search, exact, onClick, ...rest }: LinkProps) {
  const address = useAddress();
  const pages = useContext(PagesContext);
  const at = href({ to, params, search });
  const [path = "", query = ""] = address.split("?");
  const mine = at.split("?");
  const current = exact || to === "/" ? path === mine[0] : path === mine[0] || path.startsWith(`${mine[0]}/`);
  const preload = () => match(pages, mine[0] ?? "")?.page.preload();
  const click = (e: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(e);
    if (e.defaultPrevented || e.button !== 0 || e.metaKey || e.ctrlKey || e.shiftKey || e.altKey) return;
    e.preventDefault();
    go(at);
  };
  return (
    <a
      {...rest}
      href={at}
      data-status={current ? "active" : undefined}
      aria-current={rest["aria-current"] ?? (current && (mine[1] ?? "") === query ? "page" : undefined)}
      onClick={click}
      onPointerEnter={preload}
      onFocus={preload}
    />
  );
}
