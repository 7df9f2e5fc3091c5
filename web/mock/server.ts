/** Answers of a server that is not there, typed by the contract. Scenario flags come from `?mock=`. */
import { itemFits } from "../src/api/apply";
import type {
  AskAnswer,
  CallSummary,
  Demo,
  Document as Doc,
  Escalation,
  InboxItem,
  LogEvent,
  Overview,
  PhoneLine,
  ReceptionistVersion,
  Role,
  Segment,
  Session,
  TurnLine,
} from "../src/api/types";
import * as data from "./data";
import { manyCalls, manyItems, manyMembers } from "./many";

export interface Answer {
  status?: number;
  body?: unknown;
  /** Lines of an ndjson answer, with a pause before each. */
  lines?: TurnLine[];
}

/** What any of the writes may carry. */
interface Form {
  text?: string;
  title?: string;
  outcome?: string;
  note?: string;
  question?: string;
  count?: number;
  expected_version?: number;
  body?: ReceptionistVersion["body"];
  role?: Role;
}

const VIEWER = ["calls.read"];
const OWNER = [
  ...VIEWER,
  "calls.listen",
  "calls.full",
  "calls.act",
  "inbox.act",
  "knowledge.write",
  "receptionist.write",
  "members.write",
  "settings.write",
  "audit.read",
];

const URGENCY: Record<string, number> = { emergency: 0, urgent: 1 };

/** Inbox items as the server lists them: open ones by urgency, then age; closed ones newest first. */
function listed(items: InboxItem[], state: string): InboxItem[] {
  const rank = (i: InboxItem) => URGENCY[i.urgency] ?? 2;
  return [...items].sort((a, b) =>
    state === "closed"
      ? (b.closed_at ?? 0) - (a.closed_at ?? 0)
      : rank(a) - rank(b) || a.created_at - b.created_at,
  );
}

const missing: Answer = {
  status: 404,
  body: { type: "not-found", title: "Not found", status: 404, detail: "" },
};

/** One page of a list; the cursor is the place in it. */
function paged<T>(items: T[], query: URLSearchParams, size = 50) {
  const from = Number(query.get("cursor") ?? 0);
  return {
    items: items.slice(from, from + size),
    next: from + size < items.length ? String(from + size) : null,
  };
}

export class MockServer {
  readonly now = Date.now();
  head = 100;
  calls: CallSummary[];
  inbox: InboxItem[];
  documents: Doc[];
  line: PhoneLine;
  version: ReceptionistVersion;
  readonly session: Session;
  readonly emit: (events: LogEvent[]) => void;
  private demo: Demo;
  private settings = data.settings;
  private members = data.members;
  /** Text calls begun here, each with what was said. */
  private readonly talks = new Map<string, { segments: Segment[]; escalations: Escalation[] }>();
  /** How often each request was answered, for tests that wait for one. */
  readonly answered: Record<string, number> = {};
  /** Set by a test: answers in place of the server for the requests it knows. */
  refuse: ((method: string, path: string) => Answer | null) | null = null;

  constructor(
    readonly flags: ReadonlySet<string>,
    emit: (events: LogEvent[]) => void,
  ) {
    this.emit = emit;
    const none = flags.has("none");
    const first = data.makeCalls(this.now, none ? 0 : 400);
    this.calls = none ? [] : [...this.live(), ...first];
    this.inbox = none ? [] : data.makeInbox(this.now);
    this.documents = none ? [] : data.makeDocuments(this.now);
    if (flags.has("many")) {
      this.calls = [...this.calls.slice(0, 2), ...manyCalls(this.now), ...this.calls.slice(2)];
      this.inbox = [...this.inbox, ...manyItems(this.now)];
      this.members = manyMembers;
    }
    if (flags.has("calm")) this.inbox = this.inbox.filter((i) => i.urgency !== "emergency");
    if (flags.has("hostile")) this.poison();
    this.line = {
      mode: "receptionist",
      until: null,
      words: "The receptionist answers every call.",
      changed_at: this.now - 86_400_000,
      changed_by: "Jo Field",
      can_transfer_to_desk: true,
    };
    this.version = {
      version: 4,
      author: "Jo Field",
      at: this.now - 2 * 86_400_000,
      body: data.receptionist,
    };
    this.session = {
      user: { id: "usr_1", name: "Jo Field", email: "jo@lakeside.example", has_password: true },
      organization: { id: "org_1", ...data.settings.organization },
      role: flags.has("viewer") ? "viewer" : "owner",
      permissions: flags.has("viewer") ? VIEWER : OWNER,
      csrf: "mock",
      demo: true,
      version: "0.1.0",
    };
    if (flags.has("asleep"))
      this.refuse = () => ({
        status: 503,
        body: { type: "unavailable", status: 503, title: "", detail: "" },
      });
    this.demo = {
      scripts: [
        { name: "hours", title: "Opening hours", words: "Asks when the clinic is open, then says goodbye." },
        {
          name: "medical",
          title: "Medical question",
          words: "Asks about a medicine and must reach a person.",
        },
      ],
      faults: ["none", "duplicate", "reorder", "drop", "delay", "5xx", "429", "cut", "mixed"],
      transfers: ["connected", "no_answer", "busy", "voicemail", "refused", "never_confirmed"],
      runs: [],
    };
  }

  private live(): CallSummary[] {
    const [a] = data.makeCalls(this.now, 1);
    if (!a) return [];
    return [
      {
        ...a,
        id: "call_live_1",
        life: "live",
        state: "waiting_for_person",
        outcome: null,
        channel: "browser",
        provider: "builtin",
        caller: null,
        words: "Asks about two medicines; a nurse is being reached",
        started_at: this.now - 58_000,
        answered_at: this.now - 57_000,
        ended_at: null,
        duration_ms: null,
        escalated: true,
        recording: null,
      },
      {
        ...a,
        id: "call_live_2",
        life: "ringing",
        state: "ringing",
        outcome: null,
        words: "Ringing",
        started_at: this.now - 2_000,
        answered_at: null,
        ended_at: null,
        duration_ms: null,
        recording: null,
      },
    ];
  }

  /** Hostile text in every field a caller or a document can fill. */
  private poison(): void {
    this.calls = this.calls.map((c) => ({ ...c, words: data.XSS, caller: data.XSS }));
    this.inbox = this.inbox.map((i) => ({
      ...i,
      title: data.XSS,
      words: data.XSS,
      caller_name: data.XSS,
      caller_number: data.XSS,
      reason: data.XSS,
      note: data.XSS,
    }));
    this.documents = this.documents.map((d) => ({ ...d, title: data.XSS, error: data.XSS }));
  }

  event(k: string, id: string, d: unknown): LogEvent {
    this.head += 1;
    return { s: this.head, k, v: 1, at: Date.now(), id, d };
  }

  private overview(): Overview {
    const open = this.calls.filter((c) => c.life === "live" || c.life === "ringing");
    const waiting = this.inbox.filter((i) => i.closed_at === null);
    return {
      line: this.line,
      ringing: open.filter((c) => c.life === "ringing").length,
      live: open.filter((c) => c.life === "live").length,
      inbox_open: waiting.length,
      emergencies: listed(waiting, "open").filter(
        (i) => i.urgency === "emergency" && i.acknowledged_at === null,
      ),
      today: {
        rings: this.calls.length === 0 ? 0 : 42,
        closed: this.calls.length === 0 ? 0 : 39,
        open: [...this.calls.filter((c) => c.outcome === "transfer_unconfirmed").slice(0, 1)],
        outcomes:
          this.calls.length === 0
            ? {}
            : {
                answered: 27,
                transferred_connected: 5,
                message_acknowledged: 4,
                message_open: 1,
                abandoned: 2,
              },
      },
      degraded: this.flags.has("degraded")
        ? [
            {
              part: "model",
              words: "The language model does not answer. Answers are quoted from your documents.",
            },
            { part: "recordings", words: "Recordings arrive late: the provider limits requests." },
          ]
        : [],
    };
  }

  private changed(item: InboxItem, change: Partial<InboxItem>): Answer {
    const next = { ...item, ...change };
    this.inbox = this.inbox.map((i) => (i.id === next.id ? next : i));
    this.emit([this.event("inbox.changed", next.id, next)]);
    return { body: next };
  }

  handle(method: string, path: string, query: URLSearchParams, body: unknown): Answer {
    const [, a = "", b = "", c = ""] = path.split("/");
    const refused = this.refuse?.(method, path);
    if (refused) return refused;
    this.answered[`${method} ${path}`] = (this.answered[`${method} ${path}`] ?? 0) + 1;
    if (this.flags.has("error") && a !== "session" && a !== "overview")
      return {
        status: 503,
        body: { type: "unavailable", title: "Unavailable", status: 503, detail: "", retry_after_ms: 2_000 },
      };
    if (this.flags.has("signedout") && method === "GET" && a === "session")
      return { status: 401, body: { type: "not-signed-in", title: "", status: 401, detail: "" } };
    const form = (body ?? {}) as Form;
    const me = { id: this.session.user.id, name: this.session.user.name };
    switch (`${method} ${a}`) {
      case "GET session":
      case "POST session":
        return b === "password" ? { status: 204 } : { body: this.session };
      case "POST links":
        return { body: this.session };
      case "DELETE session":
        return { status: 204 };
      case "GET links":
        if (b === "gone") return missing;
        return {
          body: {
            kind: "first_owner",
            email: "jo@lakeside.example",
            name: "Jo",
            organization_name: "Lakeside Family Clinic",
            needs_password: false,
            has_password: false,
          },
        };
      case "GET overview":
        return { body: this.overview() };
      case "PUT phone-line":
        this.line = { ...this.line, ...form, changed_at: Date.now(), changed_by: me.name };
        this.emit([this.event("phone_line.changed", "org_1", this.line)]);
        return { body: this.line };
      case "GET calls":
        return this.getCalls(b, c, query);
      case "POST calls":
        return { status: 202 };
      case "POST recordings":
        return missing;
      case "POST escalations": {
        const item = this.inbox.find((i) => i.escalation === b);
        if (!item) return missing;
        this.changed(item, { can_accept: false, acknowledged_at: Date.now(), acknowledged_by: me });
        return { body: { ...data.makeEscalation(item.call ?? "", Date.now(), "connected") } };
      }
      case "POST browser-calls":
        return c === "turns" ? this.talk(b, String(form.text)) : this.begin();
      case "DELETE browser-calls":
        this.put(b, { life: "reported", state: "closed", outcome: "answered", ended_at: Date.now() });
        return { status: 204 };
      case "GET inbox": {
        const state = query.get("state") === "closed" ? "closed" : "open";
        const kind = query.get("kind") ?? undefined;
        return {
          body: paged(
            listed(
              this.inbox.filter((i) => itemFits(i, { state, kind })),
              state,
            ),
            query,
          ),
        };
      }
      case "POST inbox": {
        const item = this.inbox.find((i) => i.id === b);
        if (!item) return missing;
        if (c === "take") return this.changed(item, { owner: me });
        if (c === "acknowledge")
          return this.changed(item, { acknowledged_at: Date.now(), acknowledged_by: me });
        return this.changed(item, {
          closed_at: Date.now(),
          outcome: form.outcome ?? null,
          note: form.note ?? null,
        });
      }
      case "GET documents":
        return this.getDocuments(b, query);
      case "POST documents": {
        const doc: Doc = {
          ...(data.makeDocuments(Date.now())[2] as Doc),
          id: `doc_${this.head}`,
          title: String(form.title ?? "Uploaded file"),
          created_at: Date.now(),
        };
        this.documents = [doc, ...this.documents];
        this.emit([this.event("document.changed", doc.id, doc)]);
        return { status: 202, body: doc };
      }
      case "DELETE documents":
        this.documents = this.documents.filter((d) => d.id !== b);
        this.emit([this.event("document.changed", b, { id: b, deleted: true })]);
        return { status: 204 };
      case "POST knowledge":
        return { body: this.answer(String(form.question)) };
      case "GET receptionist":
        if (b === "versions" && !c)
          return {
            body: {
              items: [4, 3, 2, 1].map((version) => ({
                version,
                author: "Jo Field",
                at: this.now - (5 - version) * 86_400_000,
                note: null,
              })),
              next: null,
            },
          };
        return { body: this.version };
      case "PUT receptionist":
        if (Number(form.expected_version) !== this.version.version || this.flags.has("conflict"))
          return { status: 409, body: { type: "conflict", title: "Conflict", status: 409, detail: "" } };
        this.version = {
          version: this.version.version + 1,
          author: me.name,
          at: Date.now(),
          body: form.body ?? this.version.body,
        };
        return { body: this.version };
      default:
        return this.rest(method, a, b, form, query);
    }
  }

  private rest(method: string, a: string, b: string, form: Form, query: URLSearchParams): Answer {
    switch (`${method} ${a}`) {
      case "GET members":
        return { body: paged(this.members, query) };
      case "PATCH members":
        this.members = this.members.map((m) => (m.id === b ? { ...m, role: form.role ?? m.role } : m));
        return { body: this.members.find((m) => m.id === b) };
      case "POST members":
        return { body: { member: data.members[3], link: "/welcome/mock-invitation" } };
      case "GET api-keys":
        return { body: { items: data.makeKeys(this.now), next: null } };
      case "POST api-keys":
        return { body: { key: data.makeKeys(this.now)[0], secret: "vxk_example_not_a_real_key" } };
      case "GET settings":
        return { body: this.settings };
      case "PUT settings":
        if (b === "provider") return { body: this.settings.provider };
        this.settings = { ...this.settings, ...form };
        return { body: this.settings };
      case "GET audit":
        return { body: { items: data.makeAudit(this.now, 40), next: null } };
      case "GET system":
        return {
          body: {
            version: "0.1.0",
            checks: [
              { name: "store", ok: true, degraded: false, words: "Writes take 3 ms." },
              { name: "knowledge", ok: true, degraded: false, words: "All passages are findable." },
              {
                name: "language_model",
                ok: true,
                degraded: true,
                words: "Not answering; answers are quoted.",
              },
            ],
            jobs: [{ kind: "fetch_recording", open: 2, dead: 1, oldest_ms: 42_000 }],
            dead: [
              {
                id: "job_1",
                kind: "fetch_recording",
                attempts: 8,
                error: "The provider answers 404 for this recording.",
                at: this.now - 7 * 60_000,
              },
            ],
          },
        };
      case "GET demo":
        return { body: this.demo };
      case "POST demo": {
        const count = Number(form.count);
        const run = {
          id: "run_1",
          state: "running",
          placed: count,
          finished: 0,
          count,
          words: "Placing calls",
        } as const;
        this.demo = { ...this.demo, runs: [run, ...this.demo.runs] };
        return { status: 202, body: run };
      }
      default:
        return method === "GET" ? missing : { status: 204 };
    }
  }

  private getCalls(id: string, part: string, query: URLSearchParams): Answer {
    if (!id) {
      const life = query.get("life");
      const outcome = query.get("outcome");
      const fits = this.calls.filter(
        (c) =>
          (!life || (life === "open" ? c.life !== "reported" : c.life === life)) &&
          (!outcome || c.outcome === outcome) &&
          (!query.get("escalated") || c.escalated) &&
          (!query.get("q") || c.words.toLowerCase().includes(String(query.get("q")).toLowerCase())),
      );
      return { body: paged(fits, query) };
    }
    const call = this.calls.find((c) => c.id === id);
    if (!call) return missing;
    const long = this.flags.has("long");
    const talk = this.talks.get(id);
    const all = talk?.segments ?? data.makeSegments(call.started_at, long ? 10_000 : 6);
    if (part === "segments") {
      const page = paged(all, query, 500);
      return { body: { rev: 1, ...page } };
    }
    const detail = data.makeDetail(call, this.inbox, all.slice(0, 200));
    if (talk) Object.assign(detail, { turns: [], escalations: talk.escalations });
    if (this.flags.has("hostile")) {
      detail.segments = detail.segments.map((s) => ({ ...s, text: data.XSS }));
      detail.turns = detail.turns.map((t) => ({
        ...t,
        said: data.XSS,
        reasons: [data.XSS],
        cites: data.cites.map((x) => ({ ...x, title: data.XSS, text: data.XSS })),
      }));
    }
    return { body: { ...detail, segments_next: all.length > 200 ? "200" : null } };
  }

  private getDocuments(id: string, query: URLSearchParams): Answer {
    if (!id) {
      const page = paged(this.documents, query);
      const chunks = this.documents.reduce((sum, d) => sum + d.chunks, 0);
      return { body: { ...page, revision: 12, chunks, embedded: chunks } };
    }
    const doc = this.documents.find((d) => d.id === id);
    if (!doc) return missing;
    return {
      body: {
        ...doc,
        passages: data.cites.map((c, i) => ({
          id: `psg_${i}`,
          title_path: "Opening hours",
          page: c.page,
          text: c.text,
        })),
      },
    };
  }

  private answer(question: string): AskAnswer {
    const medical = /pill|pain|medicine|ibuprofen/i.test(question);
    return {
      decision: medical ? "escalate_medical" : "answer",
      reasons: [`classifier ${medical ? "0.97" : "0.04"} (medical from 0.35)`],
      confidence: 0.93,
      answer: medical ? null : "On Friday we are open until 2 pm.",
      cites: medical ? [] : data.cites,
      passages: data.cites.map((c) => ({ ...c, dense: 0.71, lexical: 4.2 })),
      degraded: [],
      stages_ms: { gate: 6, retrieve: 9, first_words: 21, total: 22 },
    };
  }

  private put(id: string, change: Partial<CallSummary>): void {
    const call = this.calls.find((c) => c.id === id);
    if (!call) return;
    const next = { ...call, ...change };
    this.calls = this.calls.map((c) => (c.id === id ? next : c));
    this.emit([this.event("call.changed", id, next)]);
  }

  /** Something said in a text call; the log brings it. */
  speak(id: string, role: Segment["role"], text: string): void {
    const talk = this.talks.get(id);
    if (!talk) return;
    const at = Date.now();
    const segment = { ordinal: talk.segments.length, rev: 1, role, text, started_at: at, ended_at: at };
    talk.segments.push(segment);
    this.emit([this.event("transcript.added", id, { call: id, segments: [segment] })]);
  }

  /** A text call's search for a person moves on. */
  search(id: string, state: Escalation["state"], words: string): void {
    const talk = this.talks.get(id);
    if (!talk) return;
    const now = Date.now();
    const before = talk.escalations[0] ?? { ...data.makeEscalation(id, now, "dialing"), steps: [] };
    const step = { at: now, what: state, target: null, words };
    const next = { ...before, state, steps: [...before.steps, step] };
    talk.escalations = [next];
    this.emit([this.event("escalation.changed", next.id, { ...next, steps: [step] })]);
  }

  private begin(): Answer {
    const [made] = data.makeCalls(Date.now(), 1);
    const id = `call_talk_${this.talks.size + 1}`;
    const call = {
      ...(made as CallSummary),
      id,
      life: "live" as const,
      state: "talking" as const,
      outcome: null,
      channel: "browser" as const,
      provider: "builtin" as const,
      caller: null,
      words: "Talks with the receptionist",
      started_at: Date.now(),
      answered_at: Date.now(),
      ended_at: null,
      duration_ms: null,
      recording: null,
    };
    this.calls = [call, ...this.calls];
    this.talks.set(id, { segments: [], escalations: [] });
    this.emit([this.event("call.changed", id, call)]);
    this.speak(id, "receptionist", data.receptionist.greeting);
    return { body: { call: id, greeting: data.receptionist.greeting } };
  }

  private talk(id: string, text: string): Answer {
    this.speak(id, "caller", text);
    const lines = this.turn(text);
    for (const line of lines) {
      if (line.t === "say") this.speak(id, "receptionist", line.text);
      if (line.t === "transfer") this.search(id, "dialing", "Calling Nurse Kim");
    }
    return { lines };
  }

  private turn(text: string): TurnLine[] {
    if (/bye/i.test(text)) return [{ t: "end", words: "Goodbye." }, { t: "done" }];
    const a = this.answer(text);
    if (a.decision !== "answer")
      return [
        { t: "say", text: "I cannot advise on medicines. I am reaching a nurse.", cites: [] },
        { t: "transfer", escalation: "esc_talk", words: "Reaching Nurse Kim" },
        { t: "done" },
      ];
    return [{ t: "say", text: a.answer ?? "", cites: a.cites }, { t: "done" }];
  }
}
