import { useInfiniteQuery } from "@tanstack/react-query";
import { type FormEvent, useMemo, useState } from "react";
import type { CallFilter } from "@/api/endpoints";
import { q } from "@/api/queries";
import type { CallSummary } from "@/api/types";
import { CallRow } from "@/features/calls/row";
import { useTimes } from "@/lib/hooks";
import { useText } from "@/lib/i18n";
import { Link, navigate, type Search, useSearch } from "@/lib/router";
import { Button, buttonClass } from "@/ui/button";
import { Field, Input, Select } from "@/ui/field";
import { Empty, ErrorNote, Loading } from "@/ui/note";
import { PageHead } from "@/ui/page";
import { Rows } from "@/ui/rows";

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

/** Days of the address as the edges of a filter, in the reader's own zone. */
function edge(day: string | undefined, after: number): number | undefined {
  if (!day) return undefined;
  const at = new Date(`${day}T00:00:00`).getTime();
  return Number.isFinite(at) ? at + after : undefined;
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
  const filter: CallFilter = useMemo(
    () => ({
      life: search.life,
      outcome: search.outcome,
      escalated: search.escalated ? true : undefined,
      caller: search.caller,
      q: search.q,
      from: edge(search.from, 0),
      to: edge(search.to, 86_400_000),
    }),
    [search],
  );
  const list = useInfiniteQuery(q.calls(filter));
  const set = (change: Partial<CallsSearch>) =>
    navigate({ to: "/calls", search: { ...search, ...change }, replace: true });
  const filtered = FILTERS.some((name) => search[name]);
  const items = useMemo(() => {
    const all = list.data?.pages.flatMap((p) => p.value.items) ?? [];
    return liveFirst([...new Map(all.map((c) => [c.id, c])).values()]);
  }, [list.data]);
  const searched = list.data?.pages.at(-1)?.value.searched_back_to;
  return (
    <>
      <PageHead title={t.calls.title}>
        <Link to="/call" className={buttonClass("plain")}>
          {t.nav.call}
        </Link>
      </PageHead>
      <Filters
        key={`${search.q ?? ""}|${search.caller ?? ""}`}
        search={search}
        set={set}
        filtered={filtered}
      />
      {list.isPending ? (
        <Loading />
      ) : list.isError && items.length === 0 ? (
        <ErrorNote error={list.error} onRetry={() => void list.refetch()} />
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
              <Link to="/call" className={buttonClass("primary")}>
                {t.nav.call}
              </Link>
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
          scope={JSON.stringify(filter)}
          render={(call) => <CallRow call={call} />}
          more={{
            has: list.hasNextPage && !searched,
            busy: list.isFetchingNextPage,
            load: () => void list.fetchNextPage(),
          }}
        />
      )}
      {searched && list.hasNextPage && (
        <div className="mt-3 flex flex-wrap items-center gap-3">
          <p className="text-ink2">{t.common.searchedTo(clock(searched))}</p>
          <Button busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            {t.common.searchOn}
          </Button>
        </div>
      )}
    </>
  );
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
  const [words, setWords] = useState(search.q ?? "");
  const [caller, setCaller] = useState(search.caller ?? "");
  const submit = (e: FormEvent) => {
    e.preventDefault();
    set({ q: words.trim() || undefined, caller: caller.trim() || undefined });
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
          <Input
            type="search"
            data-search
            value={words}
            onChange={(e) => setWords(e.target.value)}
            onBlur={() => words.trim() !== (search.q ?? "") && set({ q: words.trim() || undefined })}
          />
        </Field>
        <Field label={t.calls.caller} className={fold}>
          <Input
            type="search"
            inputMode="tel"
            value={caller}
            onChange={(e) => setCaller(e.target.value)}
            onBlur={() =>
              caller.trim() !== (search.caller ?? "") && set({ caller: caller.trim() || undefined })
            }
          />
        </Field>
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
        <button type="submit" className="sr-only">
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
