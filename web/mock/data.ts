/** Made-up clinic for development and the page tests: the same numbers every time. */
import type {
  ApiKey,
  AuditEntry,
  CallDetail,
  CallSummary,
  Cite,
  Document as Doc,
  Escalation,
  InboxItem,
  Member,
  Outcome,
  Receptionist,
  Segment,
  Settings,
  Turn,
} from "../src/api/types";

/** A small seeded generator, so that a picture taken twice is the same picture. */
export function dice(seed: number): () => number {
  let s = seed >>> 0;
  return () => {
    s = (s + 0x6d2b79f5) >>> 0;
    let v = Math.imul(s ^ (s >>> 15), 1 | s);
    v = (v + Math.imul(v ^ (v >>> 7), 61 | v)) ^ v;
    return ((v ^ (v >>> 14)) >>> 0) / 4294967296;
  };
}

const MIN = 60_000;
export const XSS = `<img src=x onerror="window.__xss=1">"'><script>window.__xss=1</script>{{7*7}}`;

export const cites: Cite[] = [
  {
    document: "doc_hours",
    title: "Opening hours and holidays",
    page: 2,
    span: [120, 240],
    text: "The clinic is open Monday to Thursday from 8 am to 5 pm and on Friday until 2 pm.",
    score: 0.83,
  },
];

const STORIES: [string, Outcome, Partial<CallSummary>][] = [
  ["Asked about the opening hours on Friday", "answered", {}],
  [
    "Asked whether a new pill may be taken with blood pressure tablets",
    "transferred_connected",
    { escalated: true },
  ],
  ["Wants to move Thursday's appointment", "message_acknowledged", { has_message: true }],
  ["Wants a call back about a bill", "message_open", { has_message: true, state: "waiting_for_person" }],
  ["Hung up while it rang", "abandoned", {}],
  [
    "Asked for a person; the transfer was never confirmed",
    "transfer_unconfirmed",
    { escalated: true, state: "waiting_for_person" },
  ],
  ["Asked where to park", "answered", { channel: "browser", provider: "builtin" }],
  ["The provider was down; sent to the clinic's own line", "failed_over", { degraded: true }],
];

export function makeCalls(now: number, count: number): CallSummary[] {
  const roll = dice(7);
  return Array.from({ length: count }, (_, i) => {
    const [words, outcome, more] = STORIES[i % STORIES.length] as (typeof STORIES)[number];
    const started_at = now - (i * 11 + 4) * MIN - Math.floor(roll() * 40_000);
    const duration_ms = outcome === "abandoned" ? 9_000 : 45_000 + Math.floor(roll() * 240_000);
    return {
      id: `call_${String(i).padStart(6, "0")}`,
      life: "reported",
      outcome,
      words,
      provider: "vapi",
      channel: "phone",
      caller: i % 9 === 5 ? null : `(512) 555-0${String(100 + (i % 90))}`,
      started_at,
      answered_at: started_at + 1_200,
      ended_at: started_at + duration_ms,
      duration_ms,
      ended_reason: "customer-ended-call",
      escalated: false,
      emergency: false,
      has_message: false,
      recovered: false,
      state: "closed",
      degraded: false,
      recording: outcome === "abandoned" ? "none" : "stored",
      ...more,
    } satisfies CallSummary;
  });
}

const SCRIPT: [Segment["role"], string][] = [
  [
    "receptionist",
    "Good afternoon, Lakeside Family Clinic. I am the automated receptionist and this call is recorded.",
  ],
  ["caller", "Hi. Are you open on Friday afternoon?"],
  ["receptionist", "On Friday we are open until 2 pm."],
  ["caller", "Thanks."],
  ["caller", "I also have a question about my new pills. Can I take them with my blood pressure tablets?"],
  [
    "receptionist",
    "I cannot advise on medicines. I am connecting you to a nurse now. Please stay on the line.",
  ],
];

export function makeSegments(start: number, count = SCRIPT.length): Segment[] {
  return Array.from({ length: count }, (_, i) => {
    const [role, text] = SCRIPT[i % SCRIPT.length] as (typeof SCRIPT)[number];
    const at = start + 1_500 + i * 6_000;
    return { ordinal: i, rev: 1, role, text, started_at: at, ended_at: at + 3_000 };
  });
}

export function makeTurns(start: number): Turn[] {
  return [
    {
      no: 1,
      attempt: 1,
      said: SCRIPT[1]?.[1] ?? "",
      spoken: SCRIPT[2]?.[1] ?? "",
      decision: "answer",
      reasons: ["classifier 0.06 (medical from 0.35)"],
      confidence: 0.94,
      cites,
      degraded: [],
      stages_ms: { gate: 6, retrieve: 9, first_words: 41, total: 63 },
      at: start + 8_000,
      interrupted: false,
    },
    {
      no: 2,
      attempt: 1,
      said: SCRIPT[4]?.[1] ?? "",
      spoken: SCRIPT[5]?.[1] ?? "",
      decision: "escalate_medical",
      reasons: ["rule: asks for a diagnosis", "classifier 0.98 (medical from 0.35)"],
      confidence: 0.98,
      cites: [],
      degraded: [],
      stages_ms: { gate: 7, retrieve: 0, first_words: 12, total: 14 },
      at: start + 27_000,
      interrupted: false,
    },
  ];
}

export function makeEscalation(call: string, at: number, state: Escalation["state"]): Escalation {
  const steps = [
    { at, what: "decided", target: null, words: "Medical question: a nurse is needed" },
    { at: at + 1_000, what: "dialing", target: "Nurse Kim", words: "Calling Nurse Kim" },
    {
      at: at + 21_000,
      what: "no_answer",
      target: "Nurse Kim",
      words: "Could not reach Nurse Kim, trying Dr. Ode",
    },
    { at: at + 33_000, what: "connected", target: "Dr. Ode", words: "Dr. Ode answered" },
  ];
  return {
    id: `esc_${call}`,
    call,
    kind: "medical",
    state,
    opened_at: at,
    target: state === "connected" ? "Dr. Ode" : "Nurse Kim",
    human_at: state === "connected" ? at + 33_000 : null,
    closed_at: null,
    steps: state === "dialing" ? steps.slice(0, 2) : steps,
  };
}

export function makeDetail(call: CallSummary, inbox: InboxItem[], segments?: Segment[]): CallDetail {
  const open = call.life === "live" || call.life === "ringing";
  return {
    ...call,
    agent_version: 4,
    knowledge_rev: 12,
    transcript_rev: 1,
    escalations: call.escalated
      ? [makeEscalation(call.id, call.started_at + 27_000, open ? "dialing" : "connected")]
      : [],
    inbox: inbox.filter((i) => i.call === call.id),
    recordings:
      call.recording === null || call.recording === "none"
        ? []
        : [
            {
              id: `rec_${call.id}`,
              track: "stereo",
              state: call.recording,
              bytes: 4_816_044,
              fetched_bytes: call.recording === "stored" ? 4_816_044 : 1_204_000,
              sha256: null,
              duration_ms: call.duration_ms,
              words: call.recording === "stored" ? "Stored" : "Fetching the recording",
              next_try_at: null,
            },
          ],
    turns: makeTurns(call.started_at),
    segments: segments ?? makeSegments(call.started_at),
    segments_next: null,
  };
}

export function makeInbox(now: number): InboxItem[] {
  const base: InboxItem = {
    id: "",
    kind: "message",
    urgency: "normal",
    call: null,
    escalation: null,
    title: "",
    words: "",
    caller_name: null,
    caller_number: null,
    reason: null,
    appointment: null,
    owner: null,
    created_at: now,
    due_at: null,
    acknowledged_at: null,
    acknowledged_by: null,
    closed_at: null,
    outcome: null,
    note: null,
    escalation_state: null,
    can_accept: false,
  };
  return [
    {
      ...base,
      id: "inb_1",
      kind: "escalation",
      urgency: "emergency",
      call: "call_000001",
      escalation: "esc_call_000001",
      title: "Chest pain: caller was told to dial 911",
      words: "Nobody answered on the line. The caller left a number.",
      caller_name: "Maria Lopez",
      caller_number: "(512) 555-0142",
      created_at: now - 3 * MIN,
      due_at: now - MIN,
      escalation_state: "message",
    },
    {
      ...base,
      id: "inb_2",
      kind: "escalation",
      urgency: "urgent",
      call: "call_live_1",
      escalation: "esc_call_live_1",
      title: "Question about two medicines",
      words: "The caller waits in the browser for a nurse.",
      caller_name: "Sam",
      created_at: now - 40_000,
      escalation_state: "dialing",
      can_accept: true,
    },
    {
      ...base,
      id: "inb_3",
      kind: "appointment",
      call: "call_000002",
      title: "Wants to move Thursday's appointment",
      words: "Follow-up with Dr. Ode, any morning next week.",
      caller_name: "Tom Becker",
      caller_number: "(512) 555-0102",
      reason: "Has to work on Thursday",
      appointment: { service: "Follow-up", days: "Mornings next week", returning: true, wish: "change" },
      owner: { id: "usr_2", name: "Ana Ruiz" },
      created_at: now - 46 * MIN,
    },
    {
      ...base,
      id: "inb_4",
      call: "call_000003",
      title: "Call back about a bill",
      words: "Would like to know why the bill of October is higher.",
      caller_name: "Ruth Hall",
      caller_number: "(512) 555-0103",
      created_at: now - 130 * MIN,
      due_at: now + 30 * MIN,
      acknowledged_at: now - 100 * MIN,
      acknowledged_by: { id: "usr_2", name: "Ana Ruiz" },
      owner: { id: "usr_2", name: "Ana Ruiz" },
    },
    {
      ...base,
      id: "inb_5",
      kind: "unconfirmed_transfer",
      urgency: "urgent",
      call: "call_000005",
      title: "Did this transfer reach somebody?",
      words: "The call was passed on, but nobody confirmed that a person answered.",
      caller_number: "(512) 555-0105",
      created_at: now - 60 * MIN,
    },
    {
      ...base,
      id: "inb_6",
      call: "call_000010",
      title: "Asked for a copy of a receipt",
      words: "By mail is fine.",
      caller_name: "Lee Park",
      created_at: now - 300 * MIN,
      acknowledged_at: now - 290 * MIN,
      acknowledged_by: { id: "usr_1", name: "Jo Field" },
      closed_at: now - 200 * MIN,
      outcome: "resolved",
      note: "Sent this morning.",
    },
  ];
}

export function makeDocuments(now: number): Doc[] {
  const doc = (id: string, title: string, kind: Doc["kind"], more: Partial<Doc> = {}): Doc => ({
    id,
    title,
    kind,
    bytes: 48_200,
    state: "ready",
    progress: { done: 14, total: 14 },
    chunks: 14,
    pages: kind === "pdf" ? 6 : null,
    created_at: now - 3 * 86_400_000,
    ready_at: now - 3 * 86_400_000 + 4_000,
    words: "14 of 14 passages findable.",
    error: null,
    ...more,
  });
  return [
    doc("doc_new", "Leaflet for new patients", "pdf", {
      state: "embedding",
      progress: { done: 9, total: 22 },
      created_at: now - 8_000,
      ready_at: null,
    }),
    doc("doc_scan", "Scanned price list", "pdf", {
      state: "failed",
      error: "The pages are pictures without text. Upload a version with text.",
      chunks: 0,
      created_at: now - 4 * MIN,
    }),
    doc("doc_hours", "Opening hours and holidays", "pdf"),
    doc("doc_park", "Parking and how to find us", "md", { bytes: 2_300, chunks: 3 }),
    doc("doc_ins", "Insurance and payment", "docx"),
  ];
}

export const members: Member[] = [
  {
    id: "usr_1",
    name: "Jo Field",
    email: "jo@lakeside.example",
    role: "owner",
    state: "active",
    last_seen_at: null,
  },
  {
    id: "usr_2",
    name: "Ana Ruiz",
    email: "ana@lakeside.example",
    role: "staff",
    state: "active",
    last_seen_at: null,
  },
  {
    id: "usr_3",
    name: "Nurse Kim",
    email: "kim@lakeside.example",
    role: "staff",
    state: "active",
    last_seen_at: null,
  },
  {
    id: "usr_4",
    name: "",
    email: "desk@lakeside.example",
    role: "viewer",
    state: "invited",
    last_seen_at: null,
  },
];

export const receptionist: Receptionist = {
  name: "Lakeside Family Clinic",
  greeting:
    "Lakeside Family Clinic, this is Robin, an automated receptionist. This call is recorded. How can I help?",
  greeting_es: "Clínica Lakeside, le atiende Robin, recepcionista automática. Esta llamada se graba.",
  announce_automated: true,
  announce_recording: true,
  prompt: "Be brief and warm. Offer to take a message before the caller asks twice.",
  languages: ["en", "es"],
  hours: [0, 1, 2, 3, 4].map((day) => ({ day, open: "08:00", close: day === 4 ? "14:00" : "17:00" })),
  holidays: [{ date: "2026-12-25", name: "Christmas" }],
  targets: [
    {
      id: "tgt_1",
      name: "Nurse Kim",
      role: "nurse",
      number: "+15125550111",
      kinds: ["medical", "emergency"],
      when: "open",
      order: 0,
    },
    {
      id: "tgt_2",
      name: "Dr. Ode",
      role: "on_call",
      number: "+15125550112",
      kinds: ["medical", "emergency"],
      when: "always",
      order: 1,
    },
    {
      id: "tgt_3",
      name: "Front desk",
      role: "front_desk",
      number: "",
      kinds: ["human"],
      when: "open",
      order: 2,
    },
  ],
  services: ["Check-up", "Follow-up", "Vaccination"],
  emergency_number: "911",
  overflow_number: "+15125550100",
  blocked_callers: [],
};

export const settings: Settings = {
  organization: {
    name: "Lakeside Family Clinic",
    time_zone: "America/Chicago",
    language: "en",
    country: "US",
  },
  recording: { enabled: true, retention_days: 365 },
  provider: {
    kind: "vapi",
    configured: true,
    base_url: "https://api.vapi.example",
    public_url: "https://phone.lakeside.example",
    hook_url: "https://phone.lakeside.example/hooks/vapi/org_01k",
    llm_url: "https://phone.lakeside.example/llm/org_01k",
    auth: "hmac",
    has_api_key: true,
    has_public_key: false,
    numbers: [
      {
        id: "num_1",
        number: "+1 512 555 0100",
        provider_id: "pn_1",
        seen: "Last call 4 minutes ago",
        set_up: false,
        set_up_words: "The number has no fallback destination.",
      },
    ],
    checks: [
      { name: "key", ok: true, words: "The key is accepted." },
      { name: "hook", ok: true, words: "The number points to the hook address." },
      { name: "fallback", ok: false, words: "The number has no fallback destination." },
    ],
  },
};

export function makeKeys(now: number): ApiKey[] {
  return [
    {
      id: "key_1",
      name: "Monthly report",
      prefix: "vxk_7Qm2",
      scopes: ["read"],
      created_at: now - 40 * 86_400_000,
      last_used_at: now - 9 * MIN,
      revoked_at: null,
    },
  ];
}

export function makeAudit(now: number, count: number): AuditEntry[] {
  const rows: [string, string, string | null][] = [
    ["Jo Field", "Signed in", null],
    ["Ana Ruiz", "Played a recording", "call_000001"],
    ["Ana Ruiz", "Acknowledged an emergency", "inb_1"],
    ["Jo Field", "Saved receptionist version 4", null],
  ];
  return Array.from({ length: count }, (_, i) => {
    const [actor, words, object] = rows[i % rows.length] as (typeof rows)[number];
    return { n: count - i, at: now - i * 7 * MIN, actor, action: "act", object, words };
  });
}
