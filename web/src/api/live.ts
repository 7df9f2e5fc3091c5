/**
 * The live log: one socket, resumed by number for as long as the page is open.
 *
 * A socket that only looks alive, a client that gives up, and events lost or doubled across a reconnect are
 * the three ways a dashboard lies. So: every frame feeds a watchdog, retries never end, and a batch is taken
 * only when it starts at or before the cursor. Everything the client holds is in one object and goes with
 * `dispose`.
 */
import type { LogEvent, Ms } from "./types";

export const PROTOCOL = "voxanne.log.v1";
/** Without a frame for this long the link counts as dead (the server beats every 5 s). */
export const WATCHDOG_MS = 10_000;
const BACKOFF_BASE_MS = 500;
const BACKOFF_CAP_MS = 15_000;
/** Failed attempts after which the state reads "offline" instead of "reconnecting". */
const OFFLINE_AFTER = 3;
/** Shorter breaks are not worth a line about what arrived meanwhile. */
const NOTICE_AFTER_MS = 5_000;

export type LinkState = "connecting" | "live" | "reconnecting" | "offline" | "closed";

export interface LiveStatus {
  state: LinkState;
  /** When the last frame came; the age of what the page shows. */
  heard_at: Ms | null;
}

/** What happened while the link was down. */
export interface Missed {
  calls: number;
  inbox: number;
  away_ms: Ms;
}

export interface Partial {
  call: string;
  role: string;
  text: string;
}

/** The part of WebSocket in use, so that tests can bring their own. */
export interface SocketLike {
  readyState: number;
  onopen: (() => void) | null;
  onmessage: ((e: { data: unknown }) => void) | null;
  onclose: (() => void) | null;
  onerror: (() => void) | null;
  send(data: string): void;
  close(): void;
}

export interface LiveOptions {
  cursor: number;
  topics: readonly string[];
  open: () => SocketLike;
  onEvents: (events: LogEvent[]) => void;
  onStatus: (status: LiveStatus) => void;
  /** Fetch snapshots again; resolves to the lowest `X-Voxanne-Seq` among them. */
  onResync: (reason: string) => Promise<number>;
  onPartial?: (partial: Partial) => void;
  onMissed?: (missed: Missed) => void;
  onBye?: (reason: string) => void;
  /** Called after repeated failures: the place to ask whether the session still stands. */
  onTrouble?: (attempts: number) => void;
  random?: () => number;
  now?: () => Ms;
  /** Where focus, online and offline are heard; none in tests that do not need it. */
  target?: EventTarget | null;
}

type Frame =
  | { t: "welcome"; head: number; floor: number }
  | { t: "batch"; from: number; to: number; events: LogEvent[] }
  | { t: "now"; k: string; call: string; role: string; text: string }
  | { t: "resync"; reason: string; head: number }
  | { t: "beat"; head: number; at: Ms }
  | { t: "bye"; reason: string; retry_ms?: number };

/** Delay before attempt `n` (0 is the first retry): full jitter under a capped exponential. */
export function backoff(n: number, random: () => number): Ms {
  return Math.round(random() * Math.min(BACKOFF_CAP_MS, BACKOFF_BASE_MS * 2 ** Math.min(n, 20)));
}

export class Live {
  private readonly o: LiveOptions;
  private readonly random: () => number;
  private readonly now: () => Ms;
  private readonly target: EventTarget | null;
  private readonly topics = new Map<string, number>();
  private socket: SocketLike | null = null;
  private watchdog: ReturnType<typeof setTimeout> | null = null;
  private retry: ReturnType<typeof setTimeout> | null = null;
  private attempts = 0;
  private cursorAt: number;
  private state: LinkState = "connecting";
  private heardAt: Ms | null = null;
  private lostAt: Ms | null = null;
  private catchUp: { head: number; away: Ms; calls: Set<string>; inbox: Set<string> } | null = null;
  /** Where a followed topic must be read from; kept until a batch from there has come. */
  private owed: number | null = null;
  private resyncing = false;
  private disposed = false;

  constructor(options: LiveOptions) {
    this.o = options;
    this.random = options.random ?? Math.random;
    this.now = options.now ?? Date.now;
    this.target = options.target === undefined ? globalThis.window : options.target;
    this.cursorAt = options.cursor;
    for (const topic of options.topics) this.topics.set(topic, 1);
    for (const name of ["online", "focus", "pageshow"]) this.target?.addEventListener(name, this.wake);
    this.target?.addEventListener("offline", this.cut);
    this.connect();
  }

  /** Number of the last event taken. */
  get cursor(): number {
    return this.cursorAt;
  }

  status(): LiveStatus {
    return { state: this.state, heard_at: this.heardAt };
  }

  /** Adds a topic whose snapshot was read at `seq`; the answer takes it away again. */
  follow(topic: string, seq: number): () => void {
    const users = this.topics.get(topic) ?? 0;
    this.topics.set(topic, users + 1);
    if (users === 0) {
      if (seq < this.cursorAt) this.owed = Math.min(this.owed ?? seq, seq);
      this.hello();
    }
    let gone = false;
    return () => {
      if (gone) return;
      gone = true;
      const left = (this.topics.get(topic) ?? 1) - 1;
      if (left > 0) {
        this.topics.set(topic, left);
        return;
      }
      this.topics.delete(topic);
      this.hello();
    };
  }

  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    for (const name of ["online", "focus", "pageshow"]) this.target?.removeEventListener(name, this.wake);
    this.target?.removeEventListener("offline", this.cut);
    this.drop();
    if (this.retry) clearTimeout(this.retry);
    this.retry = null;
    this.topics.clear();
    this.set("closed");
  }

  private connect(): void {
    if (this.disposed) return;
    if (this.retry) clearTimeout(this.retry);
    this.retry = null;
    this.drop();
    const socket = this.o.open();
    this.socket = socket;
    this.feed();
    socket.onopen = () => this.hello();
    socket.onmessage = (e) => {
      if (this.socket === socket) this.take(e.data);
    };
    const lost = () => {
      if (this.socket === socket) this.lost();
    };
    socket.onclose = lost;
    socket.onerror = lost;
  }

  /** Forgets the socket; its late callbacks find nobody. */
  private drop(): void {
    if (this.watchdog) clearTimeout(this.watchdog);
    this.watchdog = null;
    const socket = this.socket;
    this.socket = null;
    if (!socket) return;
    socket.onopen = null;
    socket.onmessage = null;
    socket.onclose = null;
    socket.onerror = null;
    try {
      socket.close();
    } catch {
      // A socket that never opened may refuse to close; it is forgotten either way.
    }
  }

  private feed(): void {
    if (this.watchdog) clearTimeout(this.watchdog);
    this.watchdog = setTimeout(() => this.lost(), WATCHDOG_MS);
  }

  private lost(after?: Ms): void {
    this.drop();
    if (this.disposed || this.retry) return;
    this.lostAt ??= this.heardAt ?? this.now();
    this.catchUp = null;
    const failed = this.attempts;
    this.attempts += 1;
    this.set(this.attempts > OFFLINE_AFTER ? "offline" : "reconnecting");
    if (this.attempts % OFFLINE_AFTER === 0) this.o.onTrouble?.(this.attempts);
    this.retry = setTimeout(() => this.connect(), after ?? backoff(failed, this.random));
  }

  private readonly wake = (): void => {
    if (this.disposed) return;
    const silent = this.heardAt === null || this.now() - this.heardAt > WATCHDOG_MS;
    if (this.retry || (this.socket && this.state === "live" && silent)) this.connect();
  };

  private readonly cut = (): void => {
    if (this.disposed) return;
    this.lost();
    this.set("offline");
  };

  private hello(): void {
    const cursor = Math.min(this.owed ?? this.cursorAt, this.cursorAt);
    this.send({ t: "hello", cursor, topics: [...this.topics.keys()] });
  }

  private send(frame: object): void {
    if (this.socket?.readyState === 1) this.socket.send(JSON.stringify(frame));
  }

  private take(data: unknown): void {
    let frame: Frame;
    try {
      frame = JSON.parse(String(data)) as Frame;
    } catch {
      return;
    }
    this.heardAt = this.now();
    this.feed();
    switch (frame.t) {
      case "welcome":
        return this.welcome(frame.head);
      case "batch":
        return this.batch(frame);
      case "now":
        if (frame.k === "partial")
          this.o.onPartial?.({ call: frame.call, role: frame.role, text: frame.text });
        return;
      case "beat":
        if (!this.resyncing) this.set("live");
        return;
      case "resync":
        return this.resync(frame.reason);
      case "bye":
        return this.bye(frame.reason, frame.retry_ms);
    }
  }

  private welcome(head: number): void {
    this.attempts = 0;
    this.set("live");
    if (this.lostAt === null) return;
    const away = this.now() - this.lostAt;
    this.lostAt = null;
    if (away < NOTICE_AFTER_MS) return;
    this.catchUp = { head, away, calls: new Set(), inbox: new Set() };
    this.reportMissed();
  }

  private batch(frame: { from: number; to: number; events: LogEvent[] }): void {
    if (this.resyncing) return;
    // A batch that starts later than the cursor hides events: read again from the cursor. One that starts
    // earlier is the answer to `follow`; whoever applies it skips what it has.
    if (frame.from > this.cursorAt) return this.lost(0);
    if (this.owed !== null && frame.from <= this.owed) this.owed = null;
    this.cursorAt = Math.max(this.cursorAt, frame.to);
    if (this.catchUp) {
      for (const e of frame.events) {
        if (e.k === "call.changed") this.catchUp.calls.add(e.id);
        if (e.k === "inbox.changed") this.catchUp.inbox.add(e.id);
      }
    }
    this.o.onEvents(frame.events);
    this.send({ t: "ack", cursor: frame.to });
    this.set("live");
    this.reportMissed();
  }

  private reportMissed(): void {
    const c = this.catchUp;
    if (!c || this.cursorAt < c.head) return;
    this.catchUp = null;
    if (c.calls.size + c.inbox.size > 0)
      this.o.onMissed?.({ calls: c.calls.size, inbox: c.inbox.size, away_ms: c.away });
  }

  private resync(reason: string): void {
    if (this.resyncing) return;
    this.resyncing = true;
    this.catchUp = null;
    this.o.onResync(reason).then(
      (seq) => {
        this.resyncing = false;
        if (this.disposed) return;
        this.cursorAt = seq;
        this.owed = null;
        this.hello();
      },
      () => {
        this.resyncing = false;
        this.lost();
      },
    );
  }

  private bye(reason: string, retry_ms?: number): void {
    if (reason === "signed_out" || reason === "revoked") {
      this.dispose();
      this.o.onBye?.(reason);
      return;
    }
    // Spread the return of everybody who was told to leave at once.
    this.lost((retry_ms ?? 800) * (1 + this.random()));
  }

  private set(state: LinkState): void {
    const same = state === this.state;
    this.state = state;
    if (!same || state === "live") this.o.onStatus({ state, heard_at: this.heardAt });
  }
}
