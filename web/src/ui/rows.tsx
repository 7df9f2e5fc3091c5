/** Long lists: only what is visible is in the page, and nothing moves while somebody reads. */
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useEffect, useLayoutEffect, useRef, useState } from "react";
import { useText } from "@/lib/i18n";
import { Button } from "./button";
import { useReading } from "./reading";

/**
 * Keeps the order and holds new rows back while the list is being read (scrolled, or the pointer over it).
 * Rows already shown change in place; what older pages bring is added at the end.
 */
export function hold<T extends { id: string }>(
  items: T[],
  order: readonly string[],
  reading: boolean,
): { shown: T[]; fresh: number; order: string[] } {
  const ids = items.map((i) => i.id);
  const place = new Map(order.map((id, i) => [id, i] as const));
  const lastKnown = ids.findLastIndex((id) => place.has(id));
  if (!reading || lastKnown < 0) return { shown: items, fresh: 0, order: ids };
  const known = items.filter((i) => place.has(i.id));
  known.sort((a, b) => (place.get(a.id) ?? 0) - (place.get(b.id) ?? 0));
  const shown = [...known, ...items.slice(lastKnown + 1)];
  return { shown, fresh: items.length - shown.length, order: shown.map((i) => i.id) };
}

function useHeld<T extends { id: string }>(items: T[], reading: boolean, scope: string) {
  const kept = useRef<{ scope: string; order: string[] }>({ scope, order: [] });
  const [, redraw] = useState(0);
  const order = kept.current.scope === scope ? kept.current.order : [];
  const held = hold(items, order, reading);
  useEffect(() => {
    kept.current = { scope, order: held.order };
  });
  return {
    shown: held.shown,
    fresh: held.fresh,
    show: () => {
      kept.current = { scope, order: [] };
      redraw((v) => v + 1);
    },
  };
}

/** The pages of a list that are not here yet. */
export interface More {
  has: boolean;
  busy: boolean;
  /** The last try to load more failed; another is the reader's to start. */
  failed: boolean;
  load: () => void;
}

/** What a list that is read page by page says about its further pages. */
export function moreOf(list: {
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  isFetchNextPageError: boolean;
  fetchNextPage: () => Promise<unknown>;
}): More {
  return {
    has: list.hasNextPage,
    busy: list.isFetchingNextPage,
    failed: list.isFetchNextPageError,
    load: () => void list.fetchNextPage(),
  };
}

/** Whether the next page is fetched by itself: the reader is near the end, and the last try did not fail. */
export function loadsMore(more: More | undefined, last: number, count: number): boolean {
  return Boolean(more?.has && !more.busy && !more.failed && last >= count - 5);
}

/** What stands below the rows: how much is here, or that the rest could not be loaded. */
export function RowsEnd({ count, more }: { count: number; more?: More }) {
  const t = useText();
  return (
    <div className="flex flex-wrap items-center gap-3 px-1 pt-2 text-s text-ink3">
      <p role="status">
        {more?.busy
          ? t.common.loading
          : more?.failed
            ? t.common.moreFailed
            : more?.has
              ? t.common.loaded(count)
              : t.common.end}
      </p>
      {more?.failed && !more.busy && <Button onClick={more.load}>{t.common.retry}</Button>}
    </div>
  );
}

export function Rows<T extends { id: string }>({
  items,
  label,
  height,
  render,
  scope,
  more,
  end,
}: {
  items: T[];
  label: string;
  /** Expected height of a row in px; the real one is measured. */
  height: number;
  render: (item: T) => ReactNode;
  scope: string;
  more?: More;
  /** What stands below the rows, where it is more than how many there are. */
  end?: ReactNode;
}) {
  const t = useText();
  const { reading, handlers } = useReading();
  const held = useHeld(items, reading, scope);
  const box = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  useLayoutEffect(() => {
    const at = box.current ? box.current.getBoundingClientRect().top + window.scrollY : 0;
    if (Math.abs(at - top) > 1) setTop(at);
  });
  const virtual = useWindowVirtualizer({
    count: held.shown.length,
    estimateSize: () => height,
    overscan: 6,
    scrollMargin: top,
    getItemKey: (i) => held.shown[i]?.id ?? i,
  });
  const rows = virtual.getVirtualItems();
  const last = rows.at(-1)?.index ?? 0;
  const load = more && loadsMore(more, last, held.shown.length) ? more.load : null;
  useEffect(() => {
    load?.();
  }, [load]);
  return (
    <div {...handlers}>
      {held.fresh > 0 && (
        <div className="sticky top-[calc(var(--head,7.5rem)+0.5rem)] z-10 mb-2 grid justify-items-center">
          <Button
            kind="primary"
            onClick={() => {
              held.show();
              window.scrollTo({ top: 0 });
            }}
          >
            {t.common.fresh(held.fresh)}
          </Button>
        </div>
      )}
      <div ref={box} className="card overflow-hidden">
        <ul aria-label={label} className="relative" style={{ height: virtual.getTotalSize() }}>
          {rows.map((row) => {
            const item = held.shown[row.index];
            return item ? (
              <li
                key={row.key}
                data-index={row.index}
                ref={virtual.measureElement}
                aria-setsize={held.shown.length}
                aria-posinset={row.index + 1}
                className="absolute inset-x-0 top-0 border-line not-first:border-t"
                style={{ transform: `translateY(${row.start - virtual.options.scrollMargin}px)` }}
              >
                {render(item)}
              </li>
            ) : null;
          })}
        </ul>
      </div>
      {end || <RowsEnd count={items.length} more={more} />}
    </div>
  );
}
