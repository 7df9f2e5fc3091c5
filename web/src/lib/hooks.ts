import { useQuery } from "@tanstack/react-query";
import { q } from "@/api/queries";
import type { Ms, Permission, Session } from "@/api/types";
import { clock, useNow, when } from "./format";
import { useText, wordFor } from "./i18n";

/** The session of a signed-in page. */
export function useSession(): Session {
  const { data } = useQuery({ ...q.session(), staleTime: Number.POSITIVE_INFINITY });
  if (!data) throw new Error("no session");
  return data;
}

/** `null` when allowed, else the reason to show. */
export function useDenied(permission: Permission): string | null {
  const t = useText();
  const s = useSession();
  if (s.permissions.includes(permission)) return null;
  return t.perms.why(wordFor(t.roles as Record<string, string>, s.role));
}

/** Times as this clinic reads them. */
export function useTimes(step: Ms = 10_000): {
  when: (at: Ms | null) => string;
  clock: (at: Ms) => string;
  now: Ms;
} {
  const t = useText();
  const zone = useSession().organization.time_zone;
  const now = useNow(step);
  return { now, when: (at) => when(at, now, t, zone), clock: (at) => clock(at, now, t, zone) };
}
