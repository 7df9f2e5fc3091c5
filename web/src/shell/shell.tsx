/** What every signed-in page has around it. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { keys, q } from "@/api/queries";
import { startLive, useLink } from "@/api/session";
import { useText } from "@/lib/i18n";
import { useAddress } from "@/lib/router";
import { Toast } from "@/ui/toast";
import { CallBar } from "./call-bar";
import { EmergencyBanner } from "./emergency";
import { Keys } from "./keys";
import { LineSwitch } from "./line";
import { BottomNav, SideNav } from "./nav";
import { Degraded, Strip } from "./strip";

/** Without the log, what is shown is read again now and then: slower, but not frozen. */
const FALLBACK_MS = 15_000;

function useFallback(): void {
  const client = useQueryClient();
  const state = useLink().state;
  const down = state === "reconnecting" || state === "offline";
  useEffect(() => {
    if (!down) return;
    // Whether the server is there at all is asked at once.
    void client.refetchQueries({ queryKey: keys.overview });
    const timer = setInterval(() => void client.refetchQueries({ type: "active" }), FALLBACK_MS);
    return () => clearInterval(timer);
  }, [client, down]);
}

/** After going to another page, keyboard and screen reader begin at its content. */
function useArrival(): void {
  const path = useAddress().split("?")[0];
  const before = useRef(path);
  useEffect(() => {
    if (before.current === path) return;
    before.current = path;
    const content = document.getElementById("content");
    const at = document.activeElement;
    // A field that took the focus by itself keeps it.
    if (at?.matches("input, textarea, select") && content?.contains(at)) return;
    content?.focus({ preventScroll: true });
  }, [path]);
}

/** Tells the style sheet how much of the page the head covers, so that nothing is scrolled to behind it. */
function useHead() {
  const head = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const el = head.current;
    if (!el) return;
    const watch = new ResizeObserver(() =>
      document.documentElement.style.setProperty("--head", `${el.offsetHeight}px`),
    );
    watch.observe(el);
    return () => watch.disconnect();
  }, []);
  return head;
}

export function Shell({ children }: { children: ReactNode }) {
  const t = useText();
  const client = useQueryClient();
  const overview = useQuery(q.overview());
  const seq = overview.data?.seq;
  const [line, setLine] = useState(false);
  useEffect(() => {
    if (seq !== undefined) startLive(client, seq);
  }, [client, seq]);
  useFallback();
  useArrival();
  const head = useHead();
  const state = overview.data?.value ?? null;
  return (
    <div className="min-h-dvh lg:grid lg:grid-cols-[240px_minmax(0,1fr)]">
      <a href="#content" className="sr-only z-50 focus:not-sr-only focus:fixed focus:bg-surface focus:p-3">
        {t.nav.skip}
      </a>
      <SideNav inboxOpen={state?.inbox_open ?? 0} />
      <div className="min-w-0 pb-20 lg:pb-8">
        <div ref={head} className="sticky top-0 z-20">
          <EmergencyBanner items={state?.emergencies ?? []} />
          <CallBar />
          <Strip overview={state} onLine={() => setLine(true)} />
        </div>
        <Degraded parts={state?.degraded ?? []} />
        <main id="content" tabIndex={-1} className="mx-auto w-full max-w-6xl p-4 outline-none sm:p-6">
          {children}
        </main>
      </div>
      <BottomNav inboxOpen={state?.inbox_open ?? 0} />
      {line && state && <LineSwitch line={state.line} onClose={() => setLine(false)} />}
      <Keys />
      <Toast />
    </div>
  );
}
