/** One line that says what an action did, where a screen reader hears it too. */
import { type ReactNode, useEffect } from "react";
import { createPortal } from "react-dom";
import { useText } from "@/lib/i18n";
import { Button } from "./button";
import { useTopDialog } from "./dialog";
import { errorWords } from "./note";
import { unsay, useSaid } from "./say";

/**
 * The line stands in the last open dialog, if there is one: a modal dialog covers all the rest and makes it dead. The
 * place on the page is always there, empty, so that words put into it are heard.
 */
export function Toast() {
  const t = useText();
  const now = useSaid();
  const dialog = useTopDialog();
  useEffect(() => {
    if (!now || now.error) return;
    const timer = setTimeout(unsay, 5_000);
    return () => clearTimeout(timer);
  }, [now]);
  const w = now?.error ? errorWords(t, now.error) : null;
  const line = now && (
    <div className="pointer-events-auto flex max-w-xl items-center gap-3 rounded-lg border border-line bg-ink px-4 py-2 text-bg shadow-lg">
      <p>{w ? [w.what, w.safe, w.remedy].filter(Boolean).join(" ") : now.text}</p>
      <Button kind="quiet" className="text-bg!" onClick={unsay}>
        {t.common.close}
      </Button>
    </div>
  );
  return (
    <>
      {createPortal(<Place urgent={Boolean(w)}>{dialog ? null : line}</Place>, document.body)}
      {dialog && createPortal(<Place urgent={Boolean(w)}>{line}</Place>, dialog)}
    </>
  );
}

function Place({ urgent, children }: { urgent: boolean; children: ReactNode }) {
  return (
    <div className="pointer-events-none fixed inset-x-0 bottom-20 z-40 grid justify-items-center px-4 lg:bottom-6">
      <div role="status">{urgent ? null : children}</div>
      <div role="alert">{urgent ? children : null}</div>
    </div>
  );
}
