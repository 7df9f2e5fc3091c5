/** Chooses the page for the address, inside the shell for those who are signed in. */
import { useQuery } from "@tanstack/react-query";
import { Component, type ReactNode, Suspense, useEffect } from "react";
import { ApiError } from "./api/client";
import { q } from "./api/queries";
import { forgetReader } from "./api/session";
import { go, match, PagesContext, ParamsContext, useAddress, useScroll } from "./lib/router";
import { PAGES } from "./pages";
import { Crash, Lost, Pending } from "./shell/failures";
import { Shell } from "./shell/shell";
import { Unread } from "./ui/note";

class Boundary extends Component<{ at: string; children: ReactNode }, { error: unknown; at: string }> {
  override state = { error: null as unknown, at: this.props.at };
  static getDerivedStateFromError(error: unknown) {
    return { error };
  }
  static getDerivedStateFromProps(props: { at: string }, state: { error: unknown; at: string }) {
    // Another address is another chance.
    return props.at === state.at ? null : { error: null, at: props.at };
  }
  override render() {
    return this.state.error === null ? this.props.children : <Crash error={this.state.error} />;
  }
}

export function App() {
  const address = useAddress();
  const path = address.split("?")[0] ?? "/";
  const found = match(PAGES, path);
  const View = found?.page.View ?? Lost;
  useScroll(address);
  const content = (
    <ParamsContext value={found?.params ?? {}}>
      <Boundary at={path}>
        <Suspense fallback={<Pending />}>
          <View />
        </Suspense>
      </Boundary>
    </ParamsContext>
  );
  return (
    <PagesContext value={PAGES}>
      <Boundary at={path}>
        {found && !found.page.inside ? content : <SignedIn address={address}>{content}</SignedIn>}
      </Boundary>
    </PagesContext>
  );
}

function SignedIn({ address, children }: { address: string; children: ReactNode }) {
  const session = useQuery({ ...q.session(), staleTime: Number.POSITIVE_INFINITY });
  const out = session.error instanceof ApiError && session.error.status === 401;
  useEffect(() => {
    if (!out) return;
    forgetReader();
    go(`/sign-in?next=${encodeURIComponent(address)}`, true);
  }, [out, address]);
  if (session.data) return <Shell>{children}</Shell>;
  if (out) return <Pending />;
  return (
    <div className="mx-auto w-full max-w-5xl p-6">
      <Unread query={session} />
    </div>
  );
}
