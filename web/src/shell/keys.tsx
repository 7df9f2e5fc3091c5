/** The keyboard: `/` search, `g i` inbox, `j k` rows, `?` help. */

import { useEffect, useRef, useState } from "react";
import { useText } from "@/lib/i18n";
import { navigate, type Path } from "@/lib/router";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";

const GO: Record<string, Path> = { i: "/inbox", o: "/", c: "/calls", k: "/knowledge", t: "/call" };

function typing(target: EventTarget | null): boolean {
  const el = target as HTMLElement | null;
  return Boolean(el?.closest?.("input, textarea, select, [contenteditable], dialog"));
}

/** Moves the focus among the rows of the page. */
function moveRow(by: 1 | -1): void {
  const rows = [...document.querySelectorAll<HTMLElement>("[data-row]")];
  const at = rows.indexOf(document.activeElement as HTMLElement);
  const next = rows[at < 0 ? (by > 0 ? 0 : rows.length - 1) : at + by];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

/** How long a page that is still on its way may take until it has a field to search with. */
const SEARCH_MS = 3_000;

function focusSearch(until: number): void {
  const field = document.querySelector<HTMLElement>("[data-search]");
  if (field) field.focus();
  else if (Date.now() < until) requestAnimationFrame(() => focusSearch(until));
}

export function Keys() {
  const t = useText();
  const [help, setHelp] = useState(false);
  const lead = useRef(0);
  useEffect(() => {
    const onKey = (e: KeyboardEvent) => {
      if (e.ctrlKey || e.metaKey || e.altKey || typing(e.target)) return;
      const followsG = Date.now() - lead.current < 1_500;
      lead.current = 0;
      const to = GO[e.key];
      if (followsG && to) {
        e.preventDefault();
        navigate({ to });
        return;
      }
      if (e.key === "g") lead.current = Date.now();
      else if (e.key === "?") setHelp(true);
      else if (e.key === "j") moveRow(1);
      else if (e.key === "k") moveRow(-1);
      else if (e.key === "/") {
        e.preventDefault();
        if (!document.querySelector("[data-search]")) navigate({ to: "/calls" });
        focusSearch(Date.now() + SEARCH_MS);
      }
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
  if (!help) return null;
  const rows: [string, string][] = [
    ["/", t.help.search],
    ["g i", t.help.inbox],
    ["g o", t.help.overview],
    ["g c", t.help.calls],
    ["g k", t.help.knowledge],
    ["g t", t.help.call],
    ["j", t.help.next],
    ["k", t.help.previous],
    ["Enter", t.help.open],
    ["?", t.help.this],
  ];
  return (
    <Dialog title={t.help.title} onClose={() => setHelp(false)}>
      <dl className="grid grid-cols-[5rem_1fr] gap-y-2">
        {rows.map(([key, what]) => (
          <div key={key} className="contents">
            <dt>
              <kbd className="rounded border border-edge px-1.5 text-s">{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <div className="mt-4 flex justify-end">
        <Button onClick={() => setHelp(false)}>{t.common.close}</Button>
      </div>
    </Dialog>
  );
}
