/** Who is signed in, and the one connection that belongs to them. */
import { QueryClient } from "@tanstack/react-query";
import { act, renderHook } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import { ApiError } from "@/api/client";
import {
  followCall,
  onLeave,
  signOut,
  startLive,
  stopLive,
  useLink,
  useLiveRun,
  usePartial,
  whenLeaving,
} from "@/api/session";

class Socket {
  static last: Socket;
  readyState = 1;
  onopen: (() => void) | null = null;
  onmessage: ((e: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;
  onerror: (() => void) | null = null;
  sent: { t: string; topics?: string[] }[] = [];
  constructor() {
    Socket.last = this;
  }
  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }
  close(): void {}
  frame(frame: object): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
}
globalThis.WebSocket = Socket as unknown as typeof WebSocket;

const client = new QueryClient();
afterEach(() => act(() => stopLive()));

describe("the connection", () => {
  it("f8_1_begins_as_connecting_after_signing_in_again", () => {
    const { result } = renderHook(() => ({ link: useLink(), run: useLiveRun() }));
    expect(result.current.run).toBe(0);
    act(() => startLive(client, 5));
    act(() => Socket.last.frame({ t: "welcome", head: 5, floor: 0 }));
    expect(result.current.link.state).toBe("live");
    const first = result.current.run;
    act(() => stopLive());
    expect(result.current.link.state).toBe("closed");
    expect(result.current.run).toBe(0);
    act(() => startLive(client, 9));
    expect(result.current.link).toEqual({ state: "connecting", heard_at: null });
    // A page that follows a call sees that this is another connection.
    expect(result.current.run).toBeGreaterThan(first);
  });

  it("drops words that were still being said when nobody follows the call any more", () => {
    const { result } = renderHook(() => usePartial("call_x"));
    act(() => startLive(client, 5));
    const stop = followCall("call_x", 5);
    act(() => Socket.last.frame({ t: "now", k: "partial", call: "call_x", role: "caller", text: "I wou" }));
    expect(result.current?.text).toBe("I wou");
    act(() => stop());
    expect(result.current).toBeNull();
  });
});

describe("signing out", () => {
  const answer = (status: number | null) => {
    globalThis.fetch = (async () => {
      if (status === null) throw new TypeError("no network");
      return new Response(status === 204 ? null : "{}", { status });
    }) as typeof fetch;
  };
  it("f9_2_leaves_only_when_the_session_has_ended", async () => {
    let left = 0;
    let forgot = 0;
    whenLeaving(() => {
      forgot += 1;
    });
    onLeave(() => {
      left += 1;
    });
    for (const status of [null, 500, 503, 403]) {
      answer(status);
      await expect(signOut(client)).rejects.toBeInstanceOf(ApiError);
    }
    expect([left, forgot]).toEqual([0, 0]);
    answer(204);
    await signOut(client);
    answer(401);
    await signOut(client);
    expect([left, forgot]).toEqual([2, 2]);
    onLeave(() => {});
  });
});
