import { useQueryClient } from "@tanstack/react-query";
import {
  Activity,
  BookOpen,
  FlaskConical,
  House,
  Inbox,
  type LucideIcon,
  Menu,
  MessageSquare,
  Phone,
  ScrollText,
  Settings,
  UserRound,
  Users,
} from "lucide-react";
import { useState } from "react";
import { signOut } from "@/api/session";
import type { Permission } from "@/api/types";
import { useSession } from "@/lib/hooks";
import { chooseLanguage, LANGUAGES, type Language, useText, wordFor } from "@/lib/i18n";
import { Link, type Path } from "@/lib/router";
import { useAct } from "@/ui/act";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Field, Select } from "@/ui/field";

type Name =
  | "inbox"
  | "overview"
  | "calls"
  | "knowledge"
  | "receptionist"
  | "call"
  | "team"
  | "settings"
  | "audit"
  | "system"
  | "demo";
interface Entry {
  to: Path;
  name: Name;
  icon: LucideIcon;
  /** Not shown to those who may not do what the page is for. */
  needs?: Permission;
}

const CLINIC: Entry[] = [
  { to: "/inbox", name: "inbox", icon: Inbox },
  { to: "/", name: "overview", icon: House },
  { to: "/calls", name: "calls", icon: Phone },
  { to: "/knowledge", name: "knowledge", icon: BookOpen },
  { to: "/receptionist", name: "receptionist", icon: UserRound },
  { to: "/call", name: "call", icon: MessageSquare, needs: "calls.act" },
];
const OPERATION: Entry[] = [
  { to: "/team", name: "team", icon: Users },
  { to: "/settings", name: "settings", icon: Settings },
  { to: "/audit", name: "audit", icon: ScrollText, needs: "audit.read" },
  { to: "/system", name: "system", icon: Activity, needs: "settings.write" },
];
/** Pages with a place of their own at the bottom of a phone. */
const TABS = 4;
const DEMO: Entry = { to: "/demo", name: "demo", icon: FlaskConical, needs: "calls.act" };

/** The pages this reader has a use for. */
function useEntries(): { clinic: Entry[]; operation: Entry[] } {
  const s = useSession();
  const mine = (e: Entry) => !e.needs || s.permissions.includes(e.needs);
  return {
    clinic: [...CLINIC, ...(s.demo ? [DEMO] : [])].filter(mine),
    operation: OPERATION.filter(mine),
  };
}

/** How many wait; `small` where it stands on an icon and must leave the icon and its neighbours to be seen. */
function Badge({ count, small }: { count: number; small?: boolean }) {
  const t = useText();
  if (count === 0) return null;
  const look = small
    ? "min-w-5 px-1 text-center whitespace-nowrap leading-[1.125rem]! ring-2 ring-surface"
    : "ml-auto px-2";
  return (
    <span className={`rounded-full bg-accent text-s font-semibold text-on-accent ${look}`}>
      <span aria-hidden="true">{count > 99 ? "99+" : count}</span>
      <span className="sr-only">{t.nav.waiting(count)}</span>
    </span>
  );
}

function Item({ entry, count = 0, onClick }: { entry: Entry; count?: number; onClick?: () => void }) {
  const t = useText();
  const Icon = entry.icon;
  return (
    <li>
      <Link
        to={entry.to}
        onClick={onClick}
        exact={entry.to === "/"}
        className="flex min-h-10 items-center gap-3 rounded-md px-3 text-ink2 hover:bg-sunken hover:text-ink data-[status=active]:bg-accent-soft data-[status=active]:font-medium data-[status=active]:text-ink"
      >
        <Icon size={18} aria-hidden="true" />
        <span className="truncate">{t.nav[entry.name]}</span>
        <Badge count={count} />
      </Link>
    </li>
  );
}

function Me() {
  const t = useText();
  const s = useSession();
  const client = useQueryClient();
  const out = useAct(() => signOut(client));
  return (
    <div className="grid gap-2 border-t border-line pt-3">
      <div className="min-w-0 px-3">
        <p className="truncate font-medium">{s.user.name}</p>
        <p className="text-s text-ink3">
          {wordFor(t.roles, s.role)}, {s.organization.name}
        </p>
      </div>
      <div className="grid gap-1">
        <Field label={t.nav.language} hideLabel className="px-3">
          <Select value={t.code} onChange={(e) => void chooseLanguage(e.target.value as Language)}>
            {Object.entries(LANGUAGES).map(([code, name]) => (
              <option key={code} value={code}>
                {name}
              </option>
            ))}
          </Select>
        </Field>
        <Button
          kind="quiet"
          className="justify-start!"
          busy={out.isPending}
          onClick={() => out.mutate(undefined)}
        >
          {t.nav.signOut}
        </Button>
      </div>
    </div>
  );
}

export function SideNav({ inboxOpen }: { inboxOpen: number }) {
  const t = useText();
  const { clinic, operation } = useEntries();
  return (
    <nav
      aria-label={t.nav.label}
      className="sticky top-0 hidden h-dvh flex-col gap-4 overflow-y-auto border-r border-line bg-surface p-3 lg:flex"
    >
      <p className="px-3 pt-2 text-l font-semibold">{t.product}</p>
      <ul className="flex flex-col gap-0.5">
        {clinic.map((e) => (
          <Item key={e.to} entry={e} count={e.name === "inbox" ? inboxOpen : 0} />
        ))}
      </ul>
      <div>
        <p className="px-3 pb-1 text-s text-ink3">{t.nav.operator}</p>
        <ul className="flex flex-col gap-0.5">
          {operation.map((e) => (
            <Item key={e.to} entry={e} />
          ))}
        </ul>
      </div>
      <div className="mt-auto">
        <Me />
      </div>
    </nav>
  );
}

export function BottomNav({ inboxOpen }: { inboxOpen: number }) {
  const t = useText();
  const { clinic, operation } = useEntries();
  const [more, setMore] = useState(false);
  const tab =
    "flex min-h-14 first:min-w-18 flex-auto flex-col items-center justify-center text-s text-ink2 data-[status=active]:text-accent data-[status=active]:shadow-[inset_0_2px_0_var(--accent)]";
  return (
    <>
      <nav
        aria-label={t.nav.label}
        className="fixed inset-x-0 bottom-0 z-20 flex border-t border-line bg-surface pb-[env(safe-area-inset-bottom)] lg:hidden"
      >
        {clinic.slice(0, TABS).map(({ to, name, icon: Icon }) => (
          <Link key={to} to={to} className={tab}>
            <span className="relative">
              <Icon size={20} aria-hidden="true" />
              {name === "inbox" && inboxOpen > 0 && (
                <span className="absolute -top-1.5 left-4 flex">
                  <Badge count={inboxOpen} small />
                </span>
              )}
            </span>
            {t.nav[name]}
          </Link>
        ))}
        <button type="button" className={tab} aria-haspopup="dialog" onClick={() => setMore(true)}>
          <Menu size={20} aria-hidden="true" />
          {t.nav.more}
        </button>
      </nav>
      {more && (
        <Dialog title={t.nav.more} onClose={() => setMore(false)}>
          <ul className="mb-3 flex flex-col gap-0.5">
            {[...clinic.slice(TABS), ...operation].map((e) => (
              <Item key={e.to} entry={e} onClick={() => setMore(false)} />
            ))}
          </ul>
          <Me />
          <div className="mt-3 flex justify-end">
            <Button onClick={() => setMore(false)}>{t.common.close}</Button>
          </div>
        </Dialog>
      )}
    </>
  );
}
