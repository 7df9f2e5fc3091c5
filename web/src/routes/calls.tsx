import { useInfiniteQuery } from "@tanstack/react-query";
import { type FormEvent, useEffect, useMemo, useRef, useState } from "react";
import type { CallFilter } from "@/api/endpoints";
import { q } from "@/api/queries";
import type { CallSummary } from "@/api/types";
import { CallRow } from "@/features/calls/row";
import { useDenied, useSession, useTimes } from "@/lib/hooks";
import { useText } from "@/lib/i18n";
import { Link, navigate, type Search, useSearch } from "@/lib/router";
import { dayAfter, dayStart } from "@/lib/zone";
import { Button, buttonClass } from "@/ui/button";
import { Field, Input, Select } from "@/ui/field";
import { Empty, Unread } from "@/ui/note";
import { PageHead } from "@/ui/page";
import { Pager } from "@/ui/pager";
import { moreOf, Rows } from "@/ui/rows";

interface CallsSearch extends Search {
  life?: string;
  outcome?: string;
  escalated?: "true";
  caller?: string;
  q?: string;
  from?: string;
  to?: string;
}
const FILTERS = ["life", "outcome", "escalated", "caller", "q", "from", "to"] as const;

/** A day as an address may hold it; anything else filters nothing. */
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** The filter that an address stands for; its days are those of the clinic, with as many hours as they have. */
export function filterOf(search: CallsSearch, zone: string): CallFilter {
  const day = (text = "") => (DAY.test(text) && Number.isFinite(Date.parse(text)) ? text : undefined);
  const [from, to] = [day(search.from), day(search.to)];
  return {
    life: search.life,
    outcome: search.outcome,
    escalated: search.escalated ? true : undefined,
    caller: search.caller,
    q: search.q,
    from: from ? dayStart(from, zone) : undefined,
    to: to ? dayStart(dayAfter(to), zone) : undefined,
  };
}

/** Calls under way come first; within each part the newest is on top. */
function liveFirst(calls: CallSummary[]): CallSummary[] {
  const open = (c: CallSummary) => (c.life === "ringing" || c.life === "live" ? 0 : 1);
  return calls
    .map((c, i) => [c, i] as const)
    .sort(([a, i], [b, j]) => open(a) - open(b) || i - j)
    .map(([c]) => c);
}

export function Page() {
  const t = useText();
  const search: CallsSearch = useSearch();
  const { clock } = useTimes(60_000);
  const zone = useSession().organization.time_zone;
  const noCall = useDenied("calls.act");
  const filter = useMemo(() => filterOf(search, zone), [search, zone]);
  const list = useInfiniteQuery(q.calls(filter));
  const set = (change: Partial<CallsSearch>) =>
    navigate({ to: "/calls", search: { ...search, ...change }, replace: true });
  const filtered = FILTERS.some((name) => search[name]);
  const items = useMemo(() => {
    const all = list.data?.pages.flatMap((p) => p.value.items) ?? [];
    return liveFirst([...new Map(all.map((c) => [c.id, c])).values()]);
  }, [list.data]);
  const more = moreOf(list);
  const scope = JSON.stringify(filter);
  const searched = list.data?.pages.at(-1)?.value.searched_back_to;
  return (
    <>
      <PageHead title={t.calls.title}>
        {!noCall && (
          <Link to="/call" className={buttonClass("plain")}>
            {t.nav.call}
          </Link>
        )}
      </PageHead>
      <Filters search={search} set={set} filtered={filtered} />
      {!list.data ? (
        <Unread key={scope} query={list} />
      ) : items.length === 0 && !list.hasNextPage ? (
        filtered ? (
          <Empty
            title={t.calls.noneMatch}
            action={
              <Link to="/calls" className={buttonClass("plain")}>
                {t.calls.clear}
              </Link>
            }
          >
            {t.calls.noneMatchDo}
          </Empty>
        ) : (
          <Empty
            title={t.calls.none}
            action={
              !noCall && (
                <Link to="/call" className={buttonClass("primary")}>
                  {t.nav.call}
                </Link>
              )
            }
          >
            {t.calls.noneDo}
          </Empty>
        )
      ) : (
        <Rows
          items={items}
          label={t.calls.list}
          height={73}
          scope={scope}
          render={(call) => <CallRow call={call} />}
          more={{ ...more, has: more.has && !searched }}
          end={
            searched &&
            more.has && (
              <Pager more={more} act={t.common.searchOn} note={t.common.searchedTo(clock(searched))} />
            )
          }
        />
      )}
    </>
  );
}

/**
 * A field whose words go into the address when they are sent or left. The address writes back only what did not come
 * from here: a reader who types on meanwhile keeps every letter.
 */
function useSent(inAddress: string, send: (words: string | undefined) => void) {
  const [words, setWords] = useState(inAddress);
  const sent = useRef(inAddress);
  useEffect(() => {
    if (inAddress === sent.current) return;
    sent.current = inAddress;
    setWords(inAddress);
  }, [inAddress]);
  return {
    /** What is typed, to be put into the address; it counts as sent. */
    take: () => {
      sent.current = words.trim();
      return sent.current || undefined;
    },
    field: {
      value: words,
      onChange: (e: { target: { value: string } }) => setWords(e.target.value),
      onBlur: () => {
        if (words.trim() === sent.current) return;
        sent.current = words.trim();
        send(sent.current || undefined);
      },
    },
  };
}

function Filters({
  search,
  set,
  filtered,
}: {
  search: CallsSearch;
  set: (change: Partial<CallsSearch>) => void;
  filtered: boolean;
}) {
  const t = useText();
  const [open, setOpen] = useState(filtered);
  const fold = open ? "" : "max-sm:hidden";
  const noNumbers = useDenied("calls.full");
  const words = useSent(search.q ?? "", (q) => set({ q }));
  const caller = useSent(search.caller ?? "", (number) => set({ caller: number }));
  const submit = (e: FormEvent) => {
    e.preventDefault();
    set({ q: words.take(), caller: caller.take() });
  };
  const show = search.escalated ? "escalated" : (search.life ?? "");
  return (
    <search>
      <form
        aria-label={t.calls.searchLabel}
        onSubmit={submit}
        className="mb-4 grid grid-cols-2 items-end gap-3 sm:grid-cols-4 lg:grid-cols-[1.5fr_1fr_1.1fr_1.4fr_1.2fr_1.2fr]"
      >
        <Field label={t.calls.search} className="max-sm:col-span-2 sm:col-span-2 lg:col-span-1">
          <Input type="search" data-search maxLength={400} {...words.field} />
        </Field>
        {!noNumbers && (
          <Field label={t.calls.caller} className={fold}>
            <Input type="search" inputMode="tel" {...caller.field} />
          </Field>
        )}
        <Field label={t.calls.show} className={fold}>
          <Select
            value={show}
            onChange={(e) => {
              const v = e.target.value;
              set({
                escalated: v === "escalated" ? "true" : undefined,
                life: v === "open" || v === "reported" ? v : undefined,
              });
            }}
          >
            <option value="">{t.calls.all}</option>
            <option value="open">{t.calls.open}</option>
            <option value="reported">{t.calls.ended}</option>
            <option value="escalated">{t.calls.escalated}</option>
          </Select>
        </Field>
        <Field label={t.calls.outcome} className={fold}>
          <Select
            value={search.outcome ?? ""}
            onChange={(e) => set({ outcome: e.target.value || undefined })}
          >
            <option value="">{t.calls.anyOutcome}</option>
            {Object.entries(t.outcome).map(([value, label]) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </Select>
        </Field>
        <Field label={t.calls.from} className={fold}>
          <Input
            type="date"
            value={search.from ?? ""}
            onChange={(e) => set({ from: e.target.value || undefined })}
          />
        </Field>
        <Field label={t.calls.to} className={fold}>
          <Input
            type="date"
            value={search.to ?? ""}
            onChange={(e) => set({ to: e.target.value || undefined })}
          />
        </Field>
        {!open && (
          <Button kind="quiet" className="justify-self-start sm:hidden!" onClick={() => setOpen(true)}>
            {t.calls.filters}
          </Button>
        )}
        {/* Enter needs a button to press; the keyboard has no other use for one that cannot be seen. */}
        <button type="submit" className="sr-only" tabIndex={-1}>
          {t.calls.searchLabel}
        </button>
        {filtered && (
          <Link to="/calls" className={buttonClass("quiet", "justify-self-start")}>
            {t.calls.clear}
          </Link>
        )}
      </form>
    </search>
  );
}
