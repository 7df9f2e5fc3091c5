import { type ReactNode, useEffect } from "react";
import { useText } from "@/lib/i18n";

/** The head of a page: title, one line, and its one primary action. */
export function PageHead({
  title,
  head = title,
  sub,
  children,
}: {
  title: string;
  /** The title as shown, where it is more than words. */
  head?: ReactNode;
  sub?: ReactNode;
  children?: ReactNode;
}) {
  const t = useText();
  useEffect(() => {
    document.title = `${title} · ${t.product}`;
  }, [title, t]);
  return (
    <header className="mb-5 flex flex-wrap items-start justify-between gap-3">
      <div className="min-w-0">
        <h1 className="text-xl font-semibold">{head}</h1>
        {sub && <p className="text-ink2">{sub}</p>}
      </div>
      {children && <div className="flex flex-wrap items-center gap-2">{children}</div>}
    </header>
  );
}

export function Section({
  title,
  hint,
  side,
  children,
  className = "",
  name,
}: {
  title: string;
  hint?: string;
  side?: ReactNode;
  children: ReactNode;
  className?: string;
  /** What the server calls this part, so that an error can be shown in it. */
  name?: string;
}) {
  return (
    <section className={`card p-4 sm:p-5 ${className}`} data-field={name}>
      <div className="mb-3 flex flex-wrap items-baseline justify-between gap-2">
        <h2 className="text-l font-semibold">{title}</h2>
        {side}
      </div>
      {hint && <p className="-mt-2 mb-3 text-s text-ink3">{hint}</p>}
      {children}
    </section>
  );
}
