/** How reads and writes behave when the network does not. */
import { onlineManager, QueryClient, QueryClientProvider, useQuery } from "@tanstack/react-query";
import { act, render, renderHook, screen } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError } from "@/api/client";
import { DEFAULTS } from "@/api/queries";
import { loadLanguage } from "@/lib/i18n";
import { useAct } from "@/ui/act";
import { Unread } from "@/ui/note";
import { loadsMore, moreOf } from "@/ui/rows";

/** What stands around a tested part: one client, of the test that runs. */
let client: QueryClient;
function Around({ children }: { children: ReactNode }) {
  return <QueryClientProvider client={client}>{children}</QueryClientProvider>;
}

/** A page whose read fails until the server is up. */
let up = false;
function Page() {
  const query = useQuery({
    queryKey: ["x"],
    queryFn: async () => {
      await new Promise((r) => setTimeout(r, 500));
      if (!up) throw new ApiError("unreachable", 0, "", "");
      return "it works";
    },
  });
  return query.data ? <p>{query.data}</p> : <Unread query={query} />;
}

beforeEach(async () => {
  await loadLanguage("en");
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  onlineManager.setOnline(true);
});

describe("without a network", () => {
  it("f8_2_an_action_fails_at_once_instead_of_happening_later", async () => {
    onlineManager.setOnline(false);
    client = new QueryClient({ defaultOptions: DEFAULTS });
    let ran = 0;
    const failed: unknown[] = [];
    const { result } = renderHook(
      () =>
        useAct(
          async () => {
            ran += 1;
            throw new ApiError("unreachable", 0, "", "");
          },
          undefined,
          (e) => {
            failed.push(e);
            return true;
          },
        ),
      { wrapper: Around },
    );
    act(() => result.current.mutate(undefined));
    await act(() => vi.advanceTimersByTimeAsync(0));
    expect(ran).toBe(1);
    expect(failed).toHaveLength(1);
    onlineManager.setOnline(true);
    await act(() => vi.advanceTimersByTimeAsync(60_000));
    expect(ran).toBe(1);
  });

  it("f8_2_a_page_whose_first_read_failed_recovers_by_itself_and_says_why_meanwhile", async () => {
    client = new QueryClient({ defaultOptions: { queries: { ...DEFAULTS.queries, retry: false } } });
    render(<Page />, { wrapper: Around });
    await act(() => vi.advanceTimersByTimeAsync(600));
    expect(screen.getByRole("alert").textContent).toContain("cannot be reached");
    up = true;
    // The next try is under way: what went wrong stays to be read.
    await act(() => vi.advanceTimersByTimeAsync(5_000));
    expect(screen.getByRole("alert").textContent).toContain("cannot be reached");
    await act(() => vi.advanceTimersByTimeAsync(600));
    expect(screen.getByText("it works")).toBeTruthy();
  });

  it("tries again by itself only what may pass", async () => {
    client = new QueryClient({ defaultOptions: DEFAULTS });
    let asked = 0;
    renderHook(
      () =>
        useQuery({
          queryKey: ["gone"],
          queryFn: async () => {
            asked += 1;
            throw new ApiError("not-found", 404, "", "");
          },
        }),
      { wrapper: Around },
    );
    await act(() => vi.advanceTimersByTimeAsync(60_000));
    expect(asked).toBe(1);
  });
});

describe("the next page of a list", () => {
  const list = (change: object) =>
    moreOf({
      hasNextPage: true,
      isFetchingNextPage: false,
      isFetchNextPageError: false,
      fetchNextPage: async () => {},
      ...change,
    });
  it("f4_5_is_not_asked_for_again_by_itself_after_it_failed", () => {
    expect(loadsMore(list({}), 48, 50)).toBe(true);
    expect(loadsMore(list({}), 10, 50)).toBe(false);
    expect(loadsMore(list({ isFetchingNextPage: true }), 48, 50)).toBe(false);
    expect(loadsMore(list({ isFetchNextPageError: true }), 48, 50)).toBe(false);
    expect(loadsMore(list({ hasNextPage: false }), 48, 50)).toBe(false);
  });
});
