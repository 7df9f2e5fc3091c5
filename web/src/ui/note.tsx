/** What a page says when there is nothing, not yet anything, or something went wrong. */
import { type ReactNode, useEffect, useRef, useState } from "react";
import { ApiError } from "@/api/client";
import { useText } from "@/lib/i18n";
import type { Messages } from "@/lib/messages/en";
import { Button } from "./button";
import { Mark } from "./state";

export function Empty({
  title,
  children,
  action,
}: {
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}) {
  return (
    <div className="card grid justify-items-start gap-2 p-6">
      <h2 className="text-l font-semibold">{title}</h2>
      {children && <p className="max-w-prose text-ink2">{children}</p>}
      {action && <div className="mt-2">{action}</div>}
    </div>
  );
}

/** The input that an error is about, as the page calls it; nothing when it is about the whole request. */
export function fieldWord(t: Messages, field: string | null): string {
  if (!field || field === "body" || field === "query") return "";
  return (t.fields as Record<string, string>)[field] ?? field.replaceAll("_", " ");
}

/** What happened, what is safe, what to do. */
export function errorWords(t: Messages, error: unknown): { what: string; safe?: string; remedy?: string } {
  const e = t.errors;
  if (!(error instanceof ApiError)) return { what: e.crashWhat, remedy: e.crashDo };
  const said = error.detail || error.title;
  switch (error.kind) {
    case "unreachable":
      return { what: e.unreachable, safe: e.unreachableSafe, remedy: e.unreachableDo };
    case "not-found":
      return { what: e.notFound, remedy: e.notFoundDo };
    case "not-allowed":
      return { what: e.notAllowed, remedy: e.notAllowedDo };
    case "conflict":
      return { what: said || e.conflict, remedy: e.conflictDo };
    case "too-large":
      return { what: said || e.tooLarge };
    case "too-many":
      return { what: e.tooMany, remedy: e.tooManyDo(Math.ceil((error.retry_after_ms ?? 5_000) / 1000)) };
    case "csrf":
      return { what: e.csrf, remedy: e.csrfDo };
    case "late":
      return { what: e.late, safe: e.unavailableSafe, remedy: e.unavailableDo };
    case "bad-input":
      return { what: [fieldWord(t, error.field), said || e.badInput].filter(Boolean).join(": ") };
    default:
      return { what: e.unavailable, safe: e.unavailableSafe, remedy: e.unavailableDo };
  }
}

export function ErrorNote({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const t = useText();
  const w = errorWords(t, error);
  return (
    <div role="alert" className="card grid justify-items-start gap-1 border-l-4 border-l-warn p-5">
      <h2 className="flex items-center gap-2 text-l font-semibold">
        <Mark shape="cross" tone="warn" />
        {t.errors.title}
      </h2>
      <p>{w.what}</p>
      {w.safe && <p className="text-ink2">{w.safe}</p>}
      {w.remedy && <p className="text-ink2">{w.remedy}</p>}
      {onRetry && (
        <Button className="mt-2" onClick={onRetry}>
          {t.common.retry}
        </Button>
      )}
    </div>
  );
}

/**
 * In the place of something that was not read yet. It is tried again by itself; what went wrong stays to be read
 * meanwhile.
 */
export function Unread({
  query,
  rows,
}: {
  query: { error: unknown; refetch: () => Promise<unknown> };
  rows?: number;
}) {
  const last = useRef<unknown>(null);
  if (query.error) last.current = query.error;
  if (!last.current) return <Loading rows={rows} />;
  return <ErrorNote error={last.current} onRetry={() => void query.refetch()} />;
}

/** Keeps the place of rows that are on their way. */
export function Loading({ rows = 6 }: { rows?: number }) {
  const t = useText();
  return (
    <div role="status" aria-label={t.common.loading} className="grid gap-2">
      {Array.from({ length: rows }, (_, i) => i).map((i) => (
        <div key={i} className="card h-16 opacity-60" />
      ))}
    </div>
  );
}

/** Copies once and says so. */
export function Copy({ value, label }: { value: string; label?: string }) {
  const t = useText();
  const [done, setDone] = useState(false);
  useEffect(() => {
    if (!done) return;
    const timer = setTimeout(() => setDone(false), 2_000);
    return () => clearTimeout(timer);
  }, [done]);
  return (
    <Button
      aria-label={label ? `${t.common.copy}: ${label}` : undefined}
      onClick={() => {
        navigator.clipboard?.writeText(value).then(
          () => setDone(true),
          () => setDone(false),
        );
      }}
    >
      <span aria-live="polite">{done ? t.common.copied : t.common.copy}</span>
    </Button>
  );
}

/** A value to hand over: selectable, with a copy button. */
export function Secret({ value, label }: { value: string; label: string }) {
  return (
    <div className="flex items-center gap-2">
      <code className="min-w-0 flex-1 rounded-md bg-sunken px-3 py-2 text-s break-all select-all">
        {value}
      </code>
      <Copy value={value} label={label} />
    </div>
  );
}
