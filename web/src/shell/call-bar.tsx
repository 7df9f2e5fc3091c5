/** A text call goes on while its caller looks elsewhere: it stays in sight, to return to or to hang up. */
import { useEffect, useRef } from "react";
import { Others, useBrowserCall } from "@/features/call/browser-call";
import { useText } from "@/lib/i18n";
import { Link, useAddress } from "@/lib/router";
import { Button, buttonClass } from "@/ui/button";
import { say } from "@/ui/say";
import { State } from "@/ui/state";

export function CallBar() {
  const t = useText();
  const call = useBrowserCall();
  const away = useAddress().split("?")[0] !== "/call";
  const before = useRef(call.phase);
  useEffect(() => {
    if (away && before.current === "talking" && call.phase === "ended") say(t.browser.ended);
    before.current = call.phase;
  }, [away, call.phase, t]);
  if (!away || call.id === null || call.phase !== "talking") return null;
  const last = call.entries.at(-1);
  return (
    <section aria-label={t.browser.inProgress} className="border-b border-line bg-accent-soft">
      <Others key={call.id} id={call.id} />
      <div className="mx-auto flex w-full max-w-6xl flex-wrap items-center gap-x-4 gap-y-1 px-4 py-1.5 sm:px-6">
        <div className="min-w-0 flex-1 basis-52">
          <p>
            <State shape="dot" tone="accent" strong>
              {t.browser.inProgress}
            </State>
          </p>
          {last && last.kind !== "you" && (
            <p className="truncate text-s text-ink2" aria-live="polite">
              {last.text}
            </p>
          )}
        </div>
        <div className="flex gap-2 max-sm:w-full max-sm:*:flex-1">
          <Link to="/call" className={buttonClass("plain")}>
            {t.browser.back}
          </Link>
          <Button kind="danger" busy={call.ending} onClick={() => void call.hangUp()}>
            {t.browser.hangUp}
          </Button>
        </div>
      </div>
    </section>
  );
}
