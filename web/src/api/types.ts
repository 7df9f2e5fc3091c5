/** Shapes of `/api/v1`. Times are milliseconds UTC; enumerations may grow, so every reader has a default. */
export type Ms = number;
export type Role = "owner" | "admin" | "staff" | "viewer";
export type Permission =
  | "calls.read"
  | "calls.listen"
  | "calls.full"
  | "calls.act"
  | "inbox.act"
  | "knowledge.write"
  | "receptionist.write"
  | "members.write"
  | "settings.write"
  | "audit.read";

export interface Page<T> {
  items: T[];
  next: string | null;
}
export interface CallPage extends Page<CallSummary> {
  searched_back_to?: Ms | null;
}

export interface Session {
  user: { id: string; name: string; email: string; has_password: boolean };
  organization: { id: string; name: string; time_zone: string; language: string; country: string };
  role: Role;
  permissions: string[];
  csrf: string;
  demo: boolean;
  version: string;
}

export interface LinkInfo {
  kind: "first_owner" | "sign_in" | "invitation" | "reset";
  email: string;
  name: string;
  organization_name: string;
  needs_password: boolean;
  /** The person has a password here already, and that one is asked for. */
  has_password: boolean;
}

export interface Member {
  id: string;
  name: string;
  email: string;
  role: Role;
  state: "active" | "invited";
  last_seen_at: Ms | null;
}

export type Scope = "read" | "write" | "admin";
export interface ApiKey {
  id: string;
  name: string;
  prefix: string;
  scopes: Scope[];
  created_at: Ms;
  last_used_at: Ms | null;
  revoked_at: Ms | null;
}

export type LineMode = "receptionist" | "desk" | "closed";
export interface PhoneLine {
  mode: LineMode;
  until: Ms | null;
  words: string;
  changed_at: Ms;
  changed_by: string | null;
  can_transfer_to_desk: boolean;
}

export type Outcome =
  | "answered"
  | "transferred_connected"
  | "transfer_unconfirmed"
  | "message_acknowledged"
  | "message_open"
  | "abandoned"
  | "failed_over"
  | "declined";
export type Life = "ringing" | "live" | "ended" | "reported";
export type CallState =
  | "ringing"
  | "talking"
  | "transferring"
  | "waiting_for_person"
  | "acknowledged"
  | "closed"
  | "failed";
export type RecordingState = "waiting" | "fetching" | "stored" | "failed" | "none";

export interface CallSummary {
  id: string;
  life: Life;
  outcome: Outcome | null;
  words: string;
  provider: "vapi" | "builtin";
  channel: "phone" | "browser";
  caller: string | null;
  started_at: Ms;
  answered_at: Ms | null;
  ended_at: Ms | null;
  duration_ms: Ms | null;
  ended_reason: string | null;
  escalated: boolean;
  emergency: boolean;
  has_message: boolean;
  recovered: boolean;
  state: CallState;
  degraded: boolean;
  recording: RecordingState | null;
}

export interface Cite {
  document: string;
  title: string;
  page: number | null;
  span: [number, number];
  text: string;
  score: number;
}
export type Passage = Cite & { dense: number; lexical: number };

export type Speaker = "caller" | "receptionist" | "staff" | "tool";
export interface Segment {
  ordinal: number;
  rev: number;
  role: Speaker;
  text: string;
  started_at: Ms;
  ended_at: Ms | null;
}

export type Decision = "answer" | "escalate_medical" | "escalate_emergency" | "escalate_human" | "clarify";
export interface StagesMs {
  gate: number;
  retrieve: number;
  first_words: number;
  total: number;
}
export interface Turn {
  no: number;
  attempt: number;
  said: string;
  spoken: string;
  decision: Decision;
  reasons: string[];
  confidence: number;
  cites: Cite[];
  degraded: string[];
  stages_ms: StagesMs;
  at: Ms;
  interrupted: boolean;
}

export type EscalationState =
  | "decided"
  | "dialing"
  | "connected"
  | "failed"
  | "unconfirmed"
  | "message"
  | "acknowledged"
  | "closed";
export interface EscalationStep {
  at: Ms;
  what: string;
  target: string | null;
  words: string;
}
export interface Escalation {
  id: string;
  call: string;
  kind: "medical" | "emergency" | "human";
  state: EscalationState;
  opened_at: Ms;
  target: string | null;
  human_at: Ms | null;
  closed_at: Ms | null;
  steps: EscalationStep[];
}

export interface Recording {
  id: string;
  track: "mono" | "stereo";
  state: RecordingState;
  bytes: number | null;
  fetched_bytes: number | null;
  sha256: string | null;
  duration_ms: Ms | null;
  words: string;
  next_try_at: Ms | null;
}

export interface CallDetail extends CallSummary {
  agent_version: number;
  knowledge_rev: number;
  transcript_rev: number;
  escalations: Escalation[];
  inbox: InboxItem[];
  recordings: Recording[];
  turns: Turn[];
  segments: Segment[];
  segments_next: string | null;
}
export interface SegmentPage {
  rev: number;
  items: Segment[];
  next: string | null;
}

export type InboxKind = "escalation" | "message" | "appointment" | "unconfirmed_transfer" | "alarm";
export type Urgency = "emergency" | "urgent" | "normal";
export interface PersonRef {
  id: string;
  name: string;
}
export interface Appointment {
  service: string;
  days: string;
  returning: boolean | null;
  wish: "book" | "change" | "cancel";
}
export interface InboxItem {
  id: string;
  kind: InboxKind;
  urgency: Urgency;
  call: string | null;
  escalation: string | null;
  title: string;
  words: string;
  caller_name: string | null;
  caller_number: string | null;
  reason: string | null;
  appointment: Appointment | null;
  owner: PersonRef | null;
  created_at: Ms;
  due_at: Ms | null;
  acknowledged_at: Ms | null;
  acknowledged_by: PersonRef | null;
  closed_at: Ms | null;
  outcome: string | null;
  note: string | null;
  escalation_state: EscalationState | null;
  can_accept: boolean;
}

export interface Overview {
  line: PhoneLine;
  ringing: number;
  live: number;
  inbox_open: number;
  emergencies: InboxItem[];
  today: {
    rings: number;
    closed: number;
    open: CallSummary[];
    outcomes: Partial<Record<Outcome, number>>;
  };
  degraded: { part: string; words: string }[];
}

export type DocumentState = "received" | "parsing" | "chunking" | "embedding" | "ready" | "failed";
export interface Document {
  id: string;
  title: string;
  kind: "txt" | "md" | "html" | "pdf" | "docx";
  bytes: number;
  state: DocumentState;
  progress: { done: number; total: number };
  chunks: number;
  pages: number | null;
  created_at: Ms;
  ready_at: Ms | null;
  words: string;
  error: string | null;
}
export interface DocumentList extends Page<Document> {
  revision: number;
  chunks: number;
  embedded: number;
}
export interface DocumentDetail extends Document {
  passages: { id: string; title_path: string; page: number | null; text: string }[];
}
export interface AskAnswer {
  decision: Decision;
  reasons: string[];
  confidence: number;
  answer: string | null;
  cites: Cite[];
  passages: Passage[];
  degraded: string[];
  stages_ms: StagesMs;
}

export interface Hours {
  day: number;
  open: string;
  close: string;
}
export type TargetKind = "medical" | "emergency" | "human";
export interface Target {
  id?: string;
  name: string;
  role: "nurse" | "front_desk" | "on_call";
  number: string;
  kinds: TargetKind[];
  when: "always" | "open" | "closed";
  order: number;
}
export interface Receptionist {
  name: string;
  greeting: string;
  greeting_es: string;
  announce_automated: boolean;
  announce_recording: boolean;
  prompt: string;
  languages: ("en" | "es")[];
  hours: Hours[];
  holidays: { date: string; name: string }[];
  targets: Target[];
  services: string[];
  emergency_number: string;
  overflow_number: string;
  blocked_callers: string[];
}
export interface ReceptionistVersion {
  version: number;
  author: string;
  at: Ms;
  body: Receptionist;
}
export interface VersionRow {
  version: number;
  author: string;
  at: Ms;
  note: string | null;
}

export interface ProviderSettings {
  kind: "vapi";
  configured: boolean;
  base_url: string;
  public_url: string;
  hook_url: string;
  llm_url: string;
  auth: "hmac" | "bearer" | "legacy";
  has_api_key: boolean;
  has_public_key: boolean;
  numbers: {
    id: string;
    number: string;
    provider_id: string;
    seen: string;
    /** Whether it is set up at the provider as it should be; unknown until that was looked at. */
    set_up?: boolean | null;
    set_up_words: string;
  }[];
  checks: { name: string; ok: boolean; words: string }[];
}
export interface ProviderChange {
  base_url?: string;
  public_url?: string;
  api_key?: string;
  public_key?: string;
  org_id?: string;
  auth?: "hmac" | "bearer" | "legacy";
  secret?: string;
}
export interface Settings {
  organization: { name: string; time_zone: string; language: string; country: string };
  recording: { enabled: boolean; retention_days: number };
  provider: ProviderSettings;
}
export type SettingsChange = Partial<Pick<Settings, "organization" | "recording">>;

export interface AuditEntry {
  n: number;
  at: Ms;
  actor: string;
  action: string;
  object: string | null;
  words: string;
}
export interface SystemState {
  version: string;
  checks: { name: string; ok: boolean; degraded: boolean; words: string }[];
  jobs: { kind: string; open: number; dead: number; oldest_ms: Ms | null }[];
  dead: { id: string; kind: string; attempts: number; error: string; at: Ms }[];
}

export interface DemoRun {
  id: string;
  state: "running" | "done" | "failed";
  placed: number;
  finished: number;
  count: number;
  words: string;
}
export interface Demo {
  scripts: { name: string; title: string; words: string }[];
  faults: string[];
  transfers: string[];
  runs: DemoRun[];
}

/** One line of a browser call's turn. */
export type TurnLine =
  | { t: "say"; text: string; cites: Cite[] }
  | { t: "transfer"; escalation: string; words: string }
  | { t: "take_message"; words: string }
  | { t: "end"; words: string }
  | { t: "done" };

/** One numbered entry of the organization's log. */
export interface LogEvent {
  s: number;
  k: string;
  v: number;
  at: Ms;
  id: string;
  d: unknown;
}
