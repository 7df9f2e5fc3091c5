/** Puts the mock in place of the network: fetch, uploads and the live socket. Only in mode "mock". */
import type { CallSummary, LogEvent } from "../src/api/types";
import * as data from "./data";
import { type Answer, MockServer } from "./server";

const KEY = "voxanne.mock";

function flags(): Set<string> {
  const asked = new URLSearchParams(location.search).get("mock");
  if (asked !== null) sessionStorage.setItem(KEY, asked);
  return new Set((sessionStorage.getItem(KEY) ?? "").split(",").filter(Boolean));
}

const sockets = new Set<MockSocket>();
let server: MockServer;
/** The server's process has ended: nothing is answered, not even refused. */
let gone = false;

/** Ends the server, or starts it again. */
function power(on: boolean): void {
  gone = !on;
  if (gone) for (const s of [...sockets]) s.cut();
}

class MockSocket {
  readyState = 0;
  onopen: (() => void) | null = null;
  onmessage: ((e: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;
  onerror: (() => void) | null = null;
  private cursor = 0;
  private topics = new Set<string>();
  private readonly beat: ReturnType<typeof setInterval>;

  constructor() {
    sockets.add(this);
    const dead = gone || server.flags.has("offline");
    this.beat = setInterval(() => this.frame({ t: "beat", head: server.head, at: Date.now() }), 5_000);
    setTimeout(() => {
      if (dead) {
        this.onerror?.();
        return;
      }
      this.readyState = 1;
      this.onopen?.();
    }, 20);
  }
  send(text: string): void {
    const frame = JSON.parse(text) as { t: string; cursor: number; topics: string[] };
    if (frame.t !== "hello") return;
    this.cursor = frame.cursor;
    this.topics = new Set(frame.topics);
    this.frame({ t: "welcome", head: server.head, floor: 0, beat_s: 5, max_batch: 200 });
  }
  close(): void {
    clearInterval(this.beat);
    this.readyState = 3;
    sockets.delete(this);
  }
  batch(events: LogEvent[]): void {
    const to = events.at(-1)?.s ?? this.cursor;
    const from = this.cursor;
    this.cursor = to;
    this.frame({ t: "batch", from, to, events });
  }
  now(call: string, role: string, text: string): void {
    if (this.topics.has(`call:${call}`)) this.frame({ t: "now", k: "partial", call, role, text });
  }
  cut(): void {
    this.onclose?.();
  }
  private frame(frame: object): void {
    if (this.readyState === 1) this.onmessage?.({ data: JSON.stringify(frame) });
  }
}

function emit(events: LogEvent[]): void {
  for (const s of sockets) s.batch(events);
}

function respond(a: Answer): Response {
  const headers = { "Content-Type": "application/json", "X-Voxanne-Seq": String(server.head) };
  if (a.lines) {
    const text = new TextEncoder();
    const rest = [...a.lines];
    const body = new ReadableStream<Uint8Array>({
      async pull(c) {
        await new Promise((r) => setTimeout(r, 120));
        const line = rest.shift();
        if (line) c.enqueue(text.encode(`${JSON.stringify(line)}\n`));
        else c.close();
      },
    });
    return new Response(body, { status: 200, headers });
  }
  const status = a.status ?? 200;
  return new Response(status === 204 ? null : JSON.stringify(a.body ?? {}), { status, headers });
}

async function read(body: BodyInit | null | undefined): Promise<unknown> {
  if (typeof body === "string") return JSON.parse(body);
  if (body instanceof FormData) {
    const file = body.get("file");
    return { title: file instanceof File ? file.name : "" };
  }
  return undefined;
}

async function mockFetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const url = new URL(String(input instanceof Request ? input.url : input), location.href);
  const path = url.pathname.replace("/api/v1", "");
  await new Promise((r) => setTimeout(r, 30));
  if (gone) throw new TypeError("Failed to fetch");
  return respond(server.handle(init?.method ?? "GET", path, url.searchParams, await read(init?.body)));
}

/** Enough of XMLHttpRequest for an upload. */
class MockUpload {
  upload: { onprogress: ((e: { loaded: number; total: number }) => void) | null } = { onprogress: null };
  onload: (() => void) | null = null;
  onerror: (() => void) | null = null;
  onabort: (() => void) | null = null;
  status = 0;
  responseText = "";
  private path = "";
  open(_method: string, path: string): void {
    this.path = path.replace("/api/v1", "");
  }
  setRequestHeader(): void {}
  abort(): void {
    this.onabort?.();
  }
  async send(form: FormData): Promise<void> {
    for (const loaded of [20, 60, 100]) {
      await new Promise((r) => setTimeout(r, 150));
      this.upload.onprogress?.({ loaded, total: 100 });
    }
    const a = server.handle("POST", this.path, new URLSearchParams(), await read(form));
    this.status = a.status ?? 200;
    this.responseText = JSON.stringify(a.body);
    this.onload?.();
  }
}

/** One phone call after the other, as it would come in. */
async function story(): Promise<void> {
  const wait = (ms: number) => new Promise((r) => setTimeout(r, ms));
  for (let n = 0; ; n += 1) {
    await wait(6_000);
    const [made] = data.makeCalls(Date.now(), 1);
    if (!made) return;
    let call: CallSummary = {
      ...made,
      id: `call_story_${n}`,
      life: "ringing",
      state: "ringing",
      outcome: null,
      words: "Ringing",
      started_at: Date.now(),
      answered_at: null,
      ended_at: null,
      duration_ms: null,
      recording: null,
    };
    const show = (change: Partial<CallSummary>) => {
      call = { ...call, ...change };
      server.calls = [call, ...server.calls.filter((c) => c.id !== call.id)];
      emit([server.event("call.changed", call.id, call)]);
    };
    show({});
    await wait(2_000);
    show({ life: "live", state: "talking", answered_at: Date.now(), words: "Asks about the opening hours" });
    for (const segment of data.makeSegments(Date.now(), 3)) {
      const words = segment.text.split(" ");
      for (let i = 1; i < words.length; i += 2) {
        for (const s of sockets) s.now(call.id, segment.role, words.slice(0, i).join(" "));
        await wait(150);
      }
      emit([
        server.event("transcript.added", call.id, {
          call: call.id,
          segments: [{ ...segment, started_at: Date.now() }],
        }),
      ]);
      await wait(900);
    }
    show({
      life: "reported",
      state: "closed",
      outcome: "answered",
      ended_at: Date.now(),
      duration_ms: Date.now() - call.started_at,
    });
  }
}

export function install(): void {
  server = new MockServer(flags(), emit);
  window.fetch = mockFetch as typeof fetch;
  window.WebSocket = MockSocket as unknown as typeof WebSocket;
  window.XMLHttpRequest = MockUpload as unknown as typeof XMLHttpRequest;
  Object.assign(window, {
    mock: { server, emit, power, calls: (n: number) => data.makeCalls(Date.now(), n) },
  });
  if (!server.flags.has("still")) void story();
}
