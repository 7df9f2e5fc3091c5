/** Long lists: only what is visible is in the page, and nothing moves while somebody reads. */
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useEffect, useLayoutEffect, useRef, useState } from "react";
import { useText } from "@/lib/i18n";
import { Button } from "./button";

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

/** Whether the list is being read: the page is scrolled into it or the pointer rests on it. */
export function useReading() {
  const [over, setOver] = useState(false);
  const [scrolled, setScrolled] = useState(false);
  useEffect(() => {
    const look = () => setScrolled(window.scrollY > 120);
    look();
    window.addEventListener("scroll", look, { passive: true });
    return () => window.removeEventListener("scroll", look);
  }, []);
  return {
    reading: over || scrolled,
    handlers: {
      onPointerEnter: (e: React.PointerEvent) => e.pointerType === "mouse" && setOver(true),
      onPointerLeave: () => setOver(false),
    },
  };
}

export function Rows<T extends { id: string }>({
  items,
  label,
  height,
  render,
  scope,
  more,
}: {
  items: T[];
  label: string;
  /** Expected height of a row in px; the real one is measured. */
  height: number;
  render: (item: T) => ReactNode;
  scope: string;
  more?: { has: boolean; busy: boolean; load: () => void };
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
  const load = more?.has && !more.busy && last >= held.shown.length - 5 ? more.load : null;
  useEffect(() => {
    load?.();
  }, [load]);
  return (
    <div {...handlers}>
      {held.fresh > 0 && (
        <div className="sticky top-32 z-10 mb-2 grid justify-items-center">
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
      <p role="status" className="px-1 pt-2 text-s text-ink3">
        {more?.busy ? t.common.loading : more?.has ? t.common.loaded(items.length) : t.common.end}
      </p>
    </div>
  );
}
