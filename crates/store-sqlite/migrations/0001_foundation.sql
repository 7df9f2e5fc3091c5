-- Ids are 16 bytes, times are milliseconds since 1970 (UTC), flags are bits, structures are JSON. "Sealed" columns hold
-- bytes that only the organization's keys open.

CREATE TABLE organizations (
    id BLOB NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    language TEXT NOT NULL,
    country TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Narrow and locked last: numbers of the log and the audit trail, revision of the knowledge.
CREATE TABLE org_heads (
    org BLOB NOT NULL PRIMARY KEY REFERENCES organizations (id),
    seq INTEGER NOT NULL DEFAULT 0,
    floor INTEGER NOT NULL DEFAULT 0,
    audit_seq INTEGER NOT NULL DEFAULT 0,
    audit_hash BLOB NOT NULL DEFAULT (zeroblob(32)),
    knowledge_rev INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE key_ring (
    org BLOB NOT NULL PRIMARY KEY REFERENCES organizations (id),
    wrapped BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE users (
    row INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    password TEXT,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE memberships (
    org BLOB NOT NULL REFERENCES organizations (id),
    member BLOB NOT NULL REFERENCES users (id),
    role TEXT NOT NULL,
    last_seen_at INTEGER,
    PRIMARY KEY (org, member)
) STRICT, WITHOUT ROWID;
CREATE INDEX memberships_of ON memberships (member);

CREATE TABLE sessions (
    row INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    token_hash BLOB NOT NULL UNIQUE,
    member BLOB NOT NULL REFERENCES users (id),
    org BLOB NOT NULL REFERENCES organizations (id),
    family BLOB NOT NULL,
    parent BLOB,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    revoked_at INTEGER,
    seen_at INTEGER NOT NULL
) STRICT;
CREATE INDEX sessions_of ON sessions (member, org);
CREATE INDEX sessions_end ON sessions (expires_at);

CREATE TABLE links (
    token_hash BLOB NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    member BLOB NOT NULL REFERENCES users (id),
    org BLOB NOT NULL REFERENCES organizations (id),
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX links_of ON links (member, kind);
CREATE INDEX links_end ON links (expires_at);

CREATE TABLE api_keys (
    row INTEGER PRIMARY KEY,
    org BLOB NOT NULL REFERENCES organizations (id),
    id BLOB NOT NULL,
    name TEXT NOT NULL,
    prefix TEXT NOT NULL,
    hash BLOB NOT NULL UNIQUE,
    scopes TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    last_used_at INTEGER,
    revoked_at INTEGER,
    UNIQUE (org, id)
) STRICT;
CREATE INDEX api_keys_list ON api_keys (org, created_at, id);

CREATE TABLE integrations (
    row INTEGER PRIMARY KEY,
    org BLOB NOT NULL REFERENCES organizations (id),
    id BLOB NOT NULL,
    kind TEXT NOT NULL,
    base_url TEXT NOT NULL,
    mode TEXT NOT NULL,
    hook BLOB NOT NULL UNIQUE,
    secrets BLOB NOT NULL, -- sealed
    UNIQUE (org, id)
) STRICT;

CREATE TABLE phone_numbers (
    row INTEGER PRIMARY KEY,
    org BLOB NOT NULL,
    id BLOB NOT NULL,
    integration BLOB NOT NULL,
    provider_id TEXT NOT NULL,
    number BLOB NOT NULL, -- sealed
    seen_at INTEGER,
    UNIQUE (org, id),
    UNIQUE (org, integration, provider_id),
    FOREIGN KEY (org, integration) REFERENCES integrations (org, id)
) STRICT;

CREATE TABLE agent_versions (
    org BLOB NOT NULL REFERENCES organizations (id),
    no INTEGER NOT NULL,
    agent BLOB NOT NULL,
    body BLOB NOT NULL, -- sealed: it names people and their numbers
    author TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (org, no)
) STRICT;

CREATE TABLE calls (
    row INTEGER PRIMARY KEY,
    org BLOB NOT NULL REFERENCES organizations (id),
    id BLOB NOT NULL,
    provider TEXT NOT NULL,
    integration BLOB NOT NULL, -- zero bytes for the built-in engine
    provider_call_id TEXT NOT NULL,
    channel TEXT NOT NULL,
    life TEXT NOT NULL,
    outcome TEXT,
    ended_reason TEXT,
    started_at INTEGER NOT NULL,
    answered_at INTEGER,
    ended_at INTEGER,
    agent BLOB,
    agent_version INTEGER,
    policy_version INTEGER,
    knowledge_rev INTEGER,
    number BLOB,
    flags INTEGER NOT NULL,
    transcript_rev INTEGER NOT NULL,
    live_segments INTEGER NOT NULL,
    last_event_at INTEGER NOT NULL,
    ring_closed_at INTEGER,
    recording TEXT NOT NULL,
    caller_key BLOB, -- keyed hash of the normalized number
    search_key INTEGER UNIQUE, -- row of call_search: begin in ms, then the low bits of row
    private BLOB NOT NULL, -- sealed
    UNIQUE (org, id),
    UNIQUE (org, integration, provider_call_id)
) STRICT;
CREATE INDEX calls_time ON calls (org, started_at, id, life, outcome, flags, ring_closed_at);
CREATE INDEX calls_outcome ON calls (org, outcome, started_at, id, life, flags, ring_closed_at);
CREATE INDEX calls_caller ON calls (org, caller_key, started_at, id);
CREATE INDEX calls_escalated ON calls (org, started_at, id, life, outcome, flags, ring_closed_at) WHERE flags & 1 = 1;
CREATE INDEX calls_open_rings ON calls (org, started_at, id, life, outcome, flags, ring_closed_at)
    WHERE ring_closed_at IS NULL AND life IN ('ended', 'reported');
CREATE INDEX calls_now ON calls (org, life) WHERE life IN ('ringing', 'live');
CREATE INDEX calls_silent ON calls (last_event_at) WHERE life <> 'reported';

CREATE TABLE segments (
    org BLOB NOT NULL,
    call BLOB NOT NULL,
    rev INTEGER NOT NULL,
    ordinal INTEGER NOT NULL,
    speaker TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    ended_at INTEGER,
    text BLOB NOT NULL, -- sealed
    PRIMARY KEY (org, call, rev, ordinal),
    FOREIGN KEY (org, call) REFERENCES calls (org, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX segments_time ON segments (org, call, rev, started_at, ordinal);

CREATE TABLE turns (
    row INTEGER PRIMARY KEY,
    org BLOB NOT NULL,
    call BLOB NOT NULL,
    no INTEGER NOT NULL,
    body BLOB NOT NULL, -- sealed
    UNIQUE (org, call, no),
    FOREIGN KEY (org, call) REFERENCES calls (org, id)
) STRICT;

CREATE TABLE intake_keys (
    org BLOB NOT NULL,
    key BLOB NOT NULL,
    call BLOB NOT NULL,
    at INTEGER NOT NULL,
    reply BLOB, -- sealed
    PRIMARY KEY (org, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX intake_keys_age ON intake_keys (at);

CREATE TABLE events (
    org BLOB NOT NULL,
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    version INTEGER NOT NULL,
    topic TEXT NOT NULL,
    call BLOB,
    id TEXT NOT NULL,
    body BLOB NOT NULL, -- sealed
    PRIMARY KEY (org, seq)
) STRICT, WITHOUT ROWID;

-- Keyed hashes of words, and one word for the organization. Holds no text.
CREATE VIRTUAL TABLE call_search USING fts5 (
    terms, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii'
);

CREATE TABLE escalations (
    row INTEGER PRIMARY KEY,
    org BLOB NOT NULL,
    id BLOB NOT NULL,
    call BLOB NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    opened_at INTEGER NOT NULL,
    tried TEXT NOT NULL,
    target TEXT,
    since INTEGER NOT NULL,
    step_deadline INTEGER,
    human_at INTEGER,
    closed_at INTEGER,
    steps INTEGER NOT NULL,
    UNIQUE (org, id),
    FOREIGN KEY (org, call) REFERENCES calls (org, id)
) STRICT;
CREATE INDEX escalations_of ON escalations (org, call, opened_at, id);
CREATE UNIQUE INDEX escalations_open ON escalations (org, call) WHERE closed_at IS NULL;
CREATE INDEX escalations_due ON escalations (step_deadline) WHERE step_deadline IS NOT NULL AND closed_at IS NULL;

CREATE TABLE escalation_steps (
    org BLOB NOT NULL,
    escalation BLOB NOT NULL,
    no INTEGER NOT NULL,
    what TEXT NOT NULL,
    target TEXT,
    words TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (org, escalation, no),
    FOREIGN KEY (org, escalation) REFERENCES escalations (org, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE inbox (
    row INTEGER PRIMARY KEY,
    org BLOB NOT NULL REFERENCES organizations (id),
    id BLOB NOT NULL,
    kind TEXT NOT NULL,
    urgency INTEGER NOT NULL,
    call BLOB,
    escalation BLOB,
    created_at INTEGER NOT NULL,
    due_at INTEGER,
    acknowledged_at INTEGER,
    closed_at INTEGER,
    body BLOB NOT NULL, -- sealed
    UNIQUE (org, id),
    FOREIGN KEY (org, call) REFERENCES calls (org, id),
    FOREIGN KEY (org, escalation) REFERENCES escalations (org, id)
) STRICT;
CREATE INDEX inbox_open ON inbox (org, urgency DESC, created_at, id) WHERE closed_at IS NULL;
CREATE INDEX inbox_closed ON inbox (org, closed_at, id) WHERE closed_at IS NOT NULL;
CREATE INDEX inbox_of ON inbox (org, call) WHERE call IS NOT NULL;

CREATE TABLE recordings (
    row INTEGER PRIMARY KEY,
    org BLOB NOT NULL,
    id BLOB NOT NULL,
    call BLOB NOT NULL,
    track TEXT NOT NULL,
    state TEXT NOT NULL,
    object BLOB,
    storage_key TEXT,
    plain_len INTEGER,
    fetched INTEGER NOT NULL,
    sha256 BLOB,
    duration_ms INTEGER,
    attempts INTEGER NOT NULL,
    next_try INTEGER,
    error TEXT,
    created_at INTEGER NOT NULL,
    UNIQUE (org, id),
    UNIQUE (org, call, track),
    FOREIGN KEY (org, call) REFERENCES calls (org, id)
) STRICT;

CREATE TABLE documents (
    row INTEGER PRIMARY KEY,
    org BLOB NOT NULL REFERENCES organizations (id),
    id BLOB NOT NULL,
    title TEXT NOT NULL,
    kind TEXT NOT NULL,
    content_hash BLOB NOT NULL,
    bytes INTEGER NOT NULL,
    state TEXT NOT NULL,
    done INTEGER NOT NULL,
    total INTEGER NOT NULL,
    chunks INTEGER NOT NULL,
    pages INTEGER,
    storage_key TEXT NOT NULL,
    error TEXT,
    created_at INTEGER NOT NULL,
    ready_at INTEGER,
    removed_at INTEGER,
    UNIQUE (org, id)
) STRICT;
CREATE UNIQUE INDEX documents_hash ON documents (org, content_hash) WHERE removed_at IS NULL;
CREATE INDEX documents_list ON documents (org, created_at, id) WHERE removed_at IS NULL;

CREATE TABLE chunks (
    row INTEGER PRIMARY KEY,
    org BLOB NOT NULL,
    id BLOB NOT NULL,
    document BLOB NOT NULL,
    ordinal INTEGER NOT NULL,
    title_path BLOB NOT NULL, -- sealed
    page INTEGER,
    span_from INTEGER NOT NULL,
    span_to INTEGER NOT NULL,
    text BLOB NOT NULL, -- sealed
    tokens INTEGER NOT NULL,
    added_rev INTEGER NOT NULL,
    removed_rev INTEGER,
    UNIQUE (org, id),
    FOREIGN KEY (org, document) REFERENCES documents (org, id)
) STRICT;
CREATE INDEX chunks_of ON chunks (org, document, ordinal);

CREATE TABLE chunk_vectors (
    row INTEGER PRIMARY KEY,
    org BLOB NOT NULL,
    chunk BLOB NOT NULL,
    model TEXT NOT NULL,
    vectors BLOB NOT NULL,
    UNIQUE (org, chunk, model),
    FOREIGN KEY (org, chunk) REFERENCES chunks (org, id) ON DELETE CASCADE
) STRICT;

-- due_at is when a worker may take the job: its time to run, or the end of the lease while one holds it.
CREATE TABLE jobs (
    row INTEGER PRIMARY KEY,
    org BLOB NOT NULL REFERENCES organizations (id),
    id BLOB NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    lane TEXT NOT NULL,
    payload TEXT NOT NULL,
    run_at INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    lease_owner BLOB,
    lease_token INTEGER,
    error TEXT,
    dead_at INTEGER
) STRICT;
CREATE UNIQUE INDEX jobs_once ON jobs (org, kind, key) WHERE dead_at IS NULL;
CREATE INDEX jobs_lane ON jobs (lane, org, due_at) WHERE dead_at IS NULL;
CREATE INDEX jobs_due ON jobs (due_at) WHERE dead_at IS NULL;
CREATE INDEX jobs_dead ON jobs (org, dead_at) WHERE dead_at IS NOT NULL;

CREATE TABLE job_orgs (
    lane TEXT NOT NULL,
    org BLOB NOT NULL REFERENCES organizations (id),
    served_at INTEGER NOT NULL,
    PRIMARY KEY (lane, org)
) STRICT, WITHOUT ROWID;

CREATE TABLE leases (
    name TEXT NOT NULL PRIMARY KEY,
    worker BLOB NOT NULL,
    until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE audit (
    org BLOB NOT NULL REFERENCES organizations (id),
    n INTEGER NOT NULL,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    object TEXT,
    prev BLOB NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (org, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE settings (
    org BLOB NOT NULL REFERENCES organizations (id),
    key TEXT NOT NULL,
    value BLOB NOT NULL, -- sealed
    PRIMARY KEY (org, key)
) STRICT, WITHOUT ROWID;
