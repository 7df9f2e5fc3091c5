/** Every request the dashboard makes, by name. */
import { lines, type Snap, send, snapshot } from "./client";
import type {
  ApiKey,
  AskAnswer,
  AuditEntry,
  CallDetail,
  CallPage,
  Demo,
  DemoRun,
  Document as Doc,
  DocumentDetail,
  DocumentList,
  Escalation,
  InboxItem,
  LineMode,
  LinkInfo,
  Member,
  Ms,
  Overview,
  Page,
  PhoneLine,
  ProviderChange,
  ProviderSettings,
  Receptionist,
  ReceptionistVersion,
  Recording,
  Role,
  Scope,
  SegmentPage,
  Session,
  Settings,
  SettingsChange,
  SystemState,
  TurnLine,
  VersionRow,
} from "./types";

type Opt = { signal?: AbortSignal };
type Cursor = string | null;

export interface CallFilter {
  life?: string;
  outcome?: string;
  escalated?: boolean;
  caller?: string;
  q?: string;
  from?: Ms;
  to?: Ms;
}
export interface InboxFilter {
  state: "open" | "closed";
  kind?: string;
}

export const api = {
  session: (o?: Opt) => send<Session>("GET", "/session", o),
  signIn: (email: string, password: string) =>
    send<Session>("POST", "/session", { body: { email, password } }),
  signOut: () => send<void>("DELETE", "/session"),
  setPassword: (next: string, current?: string) =>
    send<void>("POST", "/session/password", { body: { current, new: next } }),
  link: (token: string) => send<LinkInfo>("GET", "/links/{token}", { path: { token } }),
  openLink: (token: string, body: { name?: string; password?: string; email?: string }) =>
    send<Session>("POST", "/links/{token}", { path: { token }, body }),

  members: (cursor: Cursor, o?: Opt) => snapshot<Page<Member>>("/members", { ...o, query: { cursor } }),
  invite: (body: { email: string; name: string; role: Role }) =>
    send<{ member: Member; link: string }>("POST", "/members", { body }),
  setRole: (id: string, role: Role) =>
    send<Member>("PATCH", "/members/{id}", { path: { id }, body: { role } }),
  removeMember: (id: string) => send<void>("DELETE", "/members/{id}", { path: { id } }),
  keys: (o?: Opt) => send<Page<ApiKey>>("GET", "/api-keys", o),
  createKey: (body: { name: string; scopes: Scope[] }) =>
    send<{ key: ApiKey; secret: string }>("POST", "/api-keys", { body }),
  revokeKey: (id: string) => send<void>("DELETE", "/api-keys/{id}", { path: { id } }),

  overview: (o?: Opt) => snapshot<Overview>("/overview", o),
  setLine: (mode: LineMode, until: Ms | null) =>
    send<PhoneLine>("PUT", "/phone-line", { body: { mode, until } }),

  calls: (filter: CallFilter, cursor: Cursor, o?: Opt): Promise<Snap<CallPage>> =>
    snapshot("/calls", { ...o, query: { ...filter, cursor } }),
  call: (id: string, o?: Opt) => snapshot<CallDetail>("/calls/{id}", { ...o, path: { id } }),
  segments: (id: string, cursor: Cursor, o?: Opt) =>
    send<SegmentPage>("GET", "/calls/{id}/segments", { ...o, path: { id }, query: { cursor, limit: 100 } }),
  endCall: (id: string) => send<void>("POST", "/calls/{id}/end", { path: { id } }),
  closeCall: (id: string, note: string) =>
    send<CallDetail>("POST", "/calls/{id}/close", { path: { id }, body: { note } }),
  say: (id: string, text: string) => send<void>("POST", "/calls/{id}/say", { path: { id }, body: { text } }),
  retryRecording: (id: string) => send<Recording>("POST", "/recordings/{id}/retry", { path: { id } }),

  startCall: (body: { caller_name?: string; caller_number?: string }) =>
    send<{ call: string; greeting: string }>("POST", "/browser-calls", { body }),
  turn: (id: string, text: string, signal: AbortSignal) =>
    lines<TurnLine>("POST", "/browser-calls/{id}/turns", { path: { id }, body: { text }, signal }),
  hangUp: (id: string) => send<void>("DELETE", "/browser-calls/{id}", { path: { id } }),
  accept: (id: string) => send<Escalation>("POST", "/escalations/{id}/accept", { path: { id } }),

  inbox: (filter: InboxFilter, cursor: Cursor, o?: Opt): Promise<Snap<Page<InboxItem>>> =>
    snapshot("/inbox", { ...o, query: { ...filter, cursor } }),
  take: (id: string) => send<InboxItem>("POST", "/inbox/{id}/take", { path: { id } }),
  acknowledge: (id: string) => send<InboxItem>("POST", "/inbox/{id}/acknowledge", { path: { id } }),
  closeItem: (id: string, body: { outcome: string; note?: string }) =>
    send<InboxItem>("POST", "/inbox/{id}/close", { path: { id }, body }),

  documents: (cursor: Cursor, o?: Opt) => snapshot<DocumentList>("/documents", { ...o, query: { cursor } }),
  document: (id: string, o?: Opt) => send<DocumentDetail>("GET", "/documents/{id}", { ...o, path: { id } }),
  addText: (body: { title: string; text: string }) => send<Doc>("POST", "/documents/text", { body }),
  deleteDocument: (id: string) => send<void>("DELETE", "/documents/{id}", { path: { id } }),
  ask: (question: string, o?: Opt) => send<AskAnswer>("POST", "/knowledge/ask", { ...o, body: { question } }),

  receptionist: (o?: Opt) => snapshot<ReceptionistVersion>("/receptionist", o),
  saveReceptionist: (expected_version: number, body: Receptionist) =>
    send<ReceptionistVersion>("PUT", "/receptionist", { body: { expected_version, body } }),
  versions: (cursor: Cursor, o?: Opt) =>
    send<Page<VersionRow>>("GET", "/receptionist/versions", { ...o, query: { cursor } }),
  version: (no: number, o?: Opt) =>
    send<ReceptionistVersion>("GET", "/receptionist/versions/{no}", { ...o, path: { no } }),

  settings: (o?: Opt) => snapshot<Settings>("/settings", o),
  saveSettings: (body: SettingsChange) => send<Settings>("PUT", "/settings", { body }),
  saveProvider: (body: ProviderChange) => send<ProviderSettings>("PUT", "/settings/provider", { body }),
  addNumber: (body: { provider_id: string; number: string }) =>
    send<ProviderSettings>("POST", "/settings/provider/numbers", { body }),
  removeNumber: (id: string) =>
    send<ProviderSettings>("DELETE", "/settings/provider/numbers/{id}", { path: { id } }),

  audit: (cursor: Cursor, o?: Opt) => send<Page<AuditEntry>>("GET", "/audit", { ...o, query: { cursor } }),
  system: (o?: Opt) => send<SystemState>("GET", "/system", o),
  retryJob: (id: string) => send<void>("POST", "/system/jobs/{id}/retry", { path: { id } }),

  demo: (o?: Opt) => send<Demo>("GET", "/demo", o),
  placeCalls: (body: { script: string; count: number; faults: string; transfer: string }) =>
    send<DemoRun>("POST", "/demo/calls", { body }),
  demoRun: (id: string, o?: Opt) => send<DemoRun>("GET", "/demo/runs/{id}", { ...o, path: { id } }),
};
