/**
 * Proof at compile time that the shapes of `types.ts`, whose enumerations are narrowed to what this client
 * knows, are those that the server describes: the same fields, and every value one the server may send.
 */
import type { components } from "./schema";
import type * as T from "./types";

type S = components["schemas"];
type Same<A, B> = [Exclude<keyof A, keyof B>, Exclude<keyof B, keyof A>];
type Fits<Mine, Theirs> =
  Same<Mine, Theirs> extends [never, never]
    ? Mine extends Theirs
      ? true
      : "values differ"
    : Same<Mine, Theirs>;
type Proven<List extends true[]> = List;

export type Contract = Proven<
  [
    Fits<T.Session, S["Session"]>,
    Fits<T.LinkInfo, S["LinkInfo"]>,
    Fits<T.Member, S["Member"]>,
    Fits<T.ApiKey, S["ApiKey"]>,
    Fits<T.PhoneLine, S["PhoneLineView"]>,
    Fits<T.Overview, S["Overview"]>,
    Fits<T.CallSummary, S["CallView"]>,
    Fits<T.CallDetail, S["CallDetail"]>,
    Fits<T.Segment, S["SegmentView"]>,
    Fits<T.SegmentPage, S["SegmentList"]>,
    Fits<T.Turn, S["TurnView"]>,
    Fits<T.Cite, S["CiteView"]>,
    Fits<T.Escalation, S["EscalationView"]>,
    Fits<T.EscalationStep, S["StepView"]>,
    Fits<T.Recording, S["RecordingView"]>,
    Fits<T.InboxItem, S["InboxView"]>,
    Fits<T.Appointment, S["AppointmentView"]>,
    Fits<T.Document, S["Document"]>,
    Fits<T.DocumentDetail, S["DocumentDetail"]>,
    Fits<T.DocumentList, S["DocumentList"]>,
    Fits<T.AskAnswer, S["AskAnswer"]>,
    Fits<T.Receptionist, S["Receptionist"]>,
    Fits<T.ReceptionistVersion, S["ReceptionistVersion"]>,
    Fits<T.VersionRow, S["VersionRow"]>,
    Fits<T.Settings, S["Settings"]>,
    Fits<T.ProviderSettings, S["ProviderSettings"]>,
    Fits<T.ProviderChange, S["ProviderChange"]>,
    Fits<T.AuditEntry, S["AuditEntry"]>,
    Fits<T.SystemState, S["SystemState"]>,
  ]
>;
