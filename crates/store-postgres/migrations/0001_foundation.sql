-- Runs as the role that owns the schema `voxanne`; roles and schema are made before (src/open.rs).
-- Ids are uuid, times are milliseconds since 1970 UTC, sealed content is bytea, JSON is text.

create table organizations (
  id uuid primary key,
  name text not null,
  time_zone text not null,
  language text not null,
  country text not null,
  created_at bigint not null
);

-- Narrow and updated by each commit: free room in the page keeps the updates from touching the index.
create table org_heads (
  org uuid primary key,
  seq bigint not null default 0,
  floor bigint not null default 0,
  audit_seq bigint not null default 0,
  audit_hash bytea not null,
  knowledge_rev bigint not null default 0
) with (fillfactor = 50);

create table key_ring (
  org uuid primary key,
  wrapped bytea not null
);

create table users (
  id uuid primary key,
  email text not null,
  name text not null,
  password text,
  created_at bigint not null
);
create unique index users_by_email on users (email);

create table memberships (
  org uuid not null,
  member uuid not null,
  role text not null,
  last_seen_at bigint,
  primary key (org, member),
  foreign key (member) references users (id)
);
create index memberships_by_user on memberships (member);

create table sessions (
  id uuid primary key,
  token_hash bytea not null,
  member uuid not null,
  org uuid not null,
  family uuid not null,
  parent uuid,
  created_at bigint not null,
  expires_at bigint not null,
  revoked_at bigint,
  seen_at bigint not null,
  foreign key (member) references users (id)
);
create unique index sessions_by_token on sessions (token_hash);
create index sessions_by_user on sessions (member);
create index sessions_by_expiry on sessions (expires_at);

create table links (
  token_hash bytea primary key,
  kind text not null,
  member uuid not null,
  org uuid not null,
  expires_at bigint not null,
  foreign key (member) references users (id)
);
create index links_by_user on links (member, kind);
create index links_by_expiry on links (expires_at);

create table api_keys (
  org uuid not null,
  id uuid not null,
  name text not null,
  prefix text not null,
  hash bytea not null,
  scopes text not null,
  created_at bigint not null,
  last_used_at bigint,
  revoked_at bigint,
  primary key (org, id)
);
create unique index api_keys_by_hash on api_keys (hash);
create index api_keys_by_age on api_keys (org, created_at, id);

create table integrations (
  org uuid not null,
  id uuid not null,
  kind text not null,
  base_url text not null,
  mode text not null,
  hook uuid not null,
  secrets bytea not null,
  primary key (org, id)
);
create unique index integrations_by_hook on integrations (hook);

create table phone_numbers (
  org uuid not null,
  id uuid not null,
  integration uuid not null,
  provider_id text not null,
  number bytea not null,
  seen_at bigint,
  primary key (org, id),
  foreign key (org, integration) references integrations (org, id)
);
create unique index phone_numbers_by_provider on phone_numbers (org, integration, provider_id);

create table agent_versions (
  org uuid not null,
  no integer not null,
  agent uuid not null,
  body bytea not null,
  author text not null,
  at bigint not null,
  primary key (org, no)
);

-- `integration` is the nil id for calls of the built-in engine, so that the unique index holds for them too.
create table calls (
  org uuid not null,
  id uuid not null,
  provider text not null,
  provider_call_id text not null,
  integration uuid not null,
  channel text not null,
  life text not null,
  outcome text,
  ended_reason text,
  started_at bigint not null,
  answered_at bigint,
  ended_at bigint,
  agent uuid,
  agent_version integer,
  policy_version integer,
  knowledge_rev bigint,
  number uuid,
  flags bigint not null,
  transcript_rev integer not null,
  live_segments integer not null,
  last_event_at bigint not null,
  ring_closed_at bigint,
  recording text not null,
  caller_key bytea,
  private bytea not null,
  primary key (org, id)
) with (fillfactor = 80);
create unique index calls_by_provider on calls (org, integration, provider_call_id);
create index calls_by_start on calls (org, started_at, id) include (life, outcome, flags, ring_closed_at, caller_key);
create index calls_by_outcome on calls (org, outcome, started_at, id);
create index calls_by_caller on calls (org, caller_key, started_at, id);
create index calls_escalated on calls (org, started_at, id) where (flags & 1) = 1;
create index calls_open on calls (org, started_at, id)
  where ring_closed_at is null and life in ('ended', 'reported');
create index calls_going on calls (org, started_at, id) where life in ('ringing', 'live');
create index calls_unreported on calls (last_event_at) where life <> 'reported';

create table segments (
  org uuid not null,
  call uuid not null,
  rev integer not null,
  ordinal integer not null,
  speaker text not null,
  started_at bigint not null,
  ended_at bigint,
  text bytea not null,
  primary key (org, call, rev, ordinal),
  foreign key (org, call) references calls (org, id)
);
create index segments_by_start on segments (org, call, rev, started_at, ordinal);

create table turns (
  org uuid not null,
  call uuid not null,
  no integer not null,
  body bytea not null,
  primary key (org, call, no),
  foreign key (org, call) references calls (org, id)
);

create table intake_keys (
  org uuid not null,
  key bytea not null,
  call uuid,
  at bigint not null,
  reply bytea,
  primary key (org, key)
) with (fillfactor = 80);
create index intake_keys_by_age on intake_keys (at);

create table events (
  org uuid not null,
  seq bigint not null,
  at bigint not null,
  call uuid,
  kind text not null,
  version integer not null,
  topic text not null,
  id text not null,
  body bytea not null,
  primary key (org, seq)
);
create index events_by_call on events (org, call) where call is not null;
create index events_by_age on events (at);

create table call_search (
  org uuid not null,
  call uuid not null,
  started_at bigint not null,
  terms bigint[] not null,
  primary key (org, call)
);
create index call_search_by_start on call_search (org, started_at, call);
create index call_search_terms on call_search using gin (terms);

create table escalations (
  org uuid not null,
  id uuid not null,
  call uuid not null,
  kind text not null,
  state text not null,
  opened_at bigint not null,
  tried text not null,
  target text,
  since bigint not null,
  step_deadline bigint,
  human_at bigint,
  closed_at bigint,
  steps integer not null,
  primary key (org, id),
  foreign key (org, call) references calls (org, id)
);
create index escalations_by_call on escalations (org, call, opened_at, id);
create unique index escalations_open on escalations (org, call) where closed_at is null;
create index escalations_overdue on escalations (step_deadline)
  where step_deadline is not null and closed_at is null;

create table escalation_steps (
  org uuid not null,
  escalation uuid not null,
  no integer not null,
  what text not null,
  target text,
  words text not null,
  at bigint not null,
  primary key (org, escalation, no),
  foreign key (org, escalation) references escalations (org, id)
);

-- `urgency` is a number to sort by: 2 is an emergency.
create table inbox (
  org uuid not null,
  id uuid not null,
  kind text not null,
  urgency integer not null,
  call uuid,
  escalation uuid,
  created_at bigint not null,
  due_at bigint,
  acknowledged_at bigint,
  closed_at bigint,
  body bytea not null,
  primary key (org, id),
  foreign key (org, call) references calls (org, id),
  foreign key (org, escalation) references escalations (org, id)
);
create index inbox_waiting on inbox (org, urgency desc, created_at, id) where closed_at is null;
create index inbox_closed on inbox (org, closed_at, id) where closed_at is not null;
create index inbox_by_call on inbox (org, call, created_at, id);

create table recordings (
  org uuid not null,
  id uuid not null,
  call uuid not null,
  track text not null,
  state text not null,
  object uuid,
  storage_key text,
  plain_len bigint,
  fetched bigint not null,
  sha256 bytea,
  duration_ms bigint,
  attempts integer not null,
  next_try bigint,
  error text,
  created_at bigint not null,
  primary key (org, id),
  foreign key (org, call) references calls (org, id)
);
create unique index recordings_by_track on recordings (org, call, track);

create table documents (
  org uuid not null,
  id uuid not null,
  title text not null,
  kind text not null,
  content_hash bytea not null,
  bytes bigint not null,
  state text not null,
  done integer not null,
  total integer not null,
  chunks integer not null,
  pages integer,
  storage_key text not null,
  error text,
  created_at bigint not null,
  ready_at bigint,
  removed_at bigint,
  primary key (org, id)
);
create unique index documents_by_hash on documents (org, content_hash) where removed_at is null;
create index documents_by_age on documents (org, created_at, id) where removed_at is null;

create table chunks (
  org uuid not null,
  id uuid not null,
  document uuid not null,
  ordinal integer not null,
  title_path bytea not null,
  page integer,
  span_from integer not null,
  span_to integer not null,
  text bytea not null,
  tokens integer not null,
  added_rev bigint not null,
  removed_rev bigint,
  primary key (org, id),
  foreign key (org, document) references documents (org, id)
);
create index chunks_by_document on chunks (org, document, ordinal);

create table chunk_vectors (
  org uuid not null,
  chunk uuid not null,
  model text not null,
  vectors bytea not null,
  primary key (org, chunk, model),
  foreign key (org, chunk) references chunks (org, id) on delete cascade
);

-- A job is open until it is dead; done ones are deleted. `due_at` is when a worker may take it: its time to run, or the end
-- of the lease while one holds it. `lease_token` only grows, so that an old lease never fits again.
create table jobs (
  id uuid primary key,
  org uuid not null,
  kind text not null,
  key text not null,
  lane text not null,
  payload text not null,
  run_at bigint not null,
  due_at bigint not null,
  attempts integer not null,
  lease_owner uuid,
  lease_token bigint,
  error text,
  dead_at bigint
) with (fillfactor = 70);
create unique index jobs_open on jobs (org, kind, key) where dead_at is null;
create index jobs_lane on jobs (lane, org, due_at, id) where dead_at is null;
create index jobs_due on jobs (due_at) where dead_at is null;
create index jobs_dead on jobs (org, dead_at, id) where dead_at is not null;

-- When an organization was last served in a lane: the fair order of claims.
create table job_orgs (
  lane text not null,
  org uuid not null,
  served_at bigint not null,
  primary key (lane, org)
);

create table leases (
  name text primary key,
  worker uuid not null,
  until bigint not null
);

create table audit (
  org uuid not null,
  n bigint not null,
  at bigint not null,
  actor text not null,
  action text not null,
  object text,
  prev bytea not null,
  hash bytea not null,
  primary key (org, n)
);

create table settings (
  org uuid not null,
  key text not null,
  value bytea not null,
  primary key (org, key)
);

-- Who may reach what. `voxanne_app` works for one tenant at a time and sees nothing without one; `voxanne_system` claims
-- jobs, routes and takes in webhooks of all tenants, and has no right at all on the content it does not need for that.
grant usage on schema voxanne to voxanne_app, voxanne_system;

grant select, insert, update, delete on
  organizations, org_heads, memberships, sessions, api_keys, integrations, phone_numbers, agent_versions, calls, segments,
  turns, events, escalations, escalation_steps, inbox, recordings, documents, chunks, chunk_vectors, jobs, audit, settings
  to voxanne_app;
grant select on users to voxanne_app;

grant select, insert, update, delete on
  organizations, org_heads, key_ring, users, memberships, sessions, links, api_keys, integrations, calls, segments,
  intake_keys, events, escalations, escalation_steps, inbox, recordings, jobs, job_orgs, leases
  to voxanne_system;
grant select on _sqlx_migrations to voxanne_system;

do $$
declare
  tenant_table text;
begin
  foreach tenant_table in array array[
    'org_heads', 'memberships', 'sessions', 'api_keys', 'integrations', 'phone_numbers', 'agent_versions', 'calls',
    'segments', 'turns', 'intake_keys', 'events', 'escalations', 'escalation_steps', 'inbox', 'recordings', 'documents',
    'chunks', 'chunk_vectors', 'jobs', 'job_orgs', 'audit', 'settings', 'key_ring', 'links'
  ] loop
    execute format('alter table %I enable row level security', tenant_table);
    execute format('alter table %I force row level security', tenant_table);
    execute format(
      'create policy tenant on %I using (org = (select nullif(current_setting(''voxanne.org'', true), '''')::uuid))',
      tenant_table);
    execute format('create policy everywhere on %I to voxanne_system using (true)', tenant_table);
  end loop;
end
$$;

alter table organizations enable row level security;
alter table organizations force row level security;
create policy tenant on organizations
  using (id = (select nullif(current_setting('voxanne.org', true), '')::uuid));
create policy everywhere on organizations to voxanne_system using (true);

-- People belong to no tenant; a tenant sees those who are its members.
alter table users enable row level security;
alter table users force row level security;
create policy tenant on users
  using (id in (select member from memberships
                where org = (select nullif(current_setting('voxanne.org', true), '')::uuid)));
create policy everywhere on users to voxanne_system using (true);

-- Row level security would keep the word index from being used (its operators are not leakproof), so nobody but the owner
-- reads this table and two functions stand before it, which take the tenant from the transaction.
alter table call_search enable row level security;
revoke all on call_search from public;

create function call_search_find(wanted bigint[], before_at bigint, before_id uuid, from_at bigint, most bigint)
returns table (call uuid, started_at bigint)
language plpgsql stable security definer set search_path = voxanne, pg_temp
as $$
begin
  -- Executed as text, so that each call is planned for its own words: rare ones by the words, common ones by time.
  return query execute
    'select s.call, s.started_at from call_search s
      where s.org = $1 and s.terms @> $2 and (s.started_at, s.call) < ($3, $4) and s.started_at >= $5
      order by s.started_at desc, s.call desc limit $6'
    using nullif(current_setting('voxanne.org', true), '')::uuid, wanted, before_at, before_id, from_at, most;
end
$$;

create function call_search_put(of_call uuid, at bigint, words bigint[])
returns void
language sql volatile security definer set search_path = voxanne, pg_temp
as $$
  insert into call_search (org, call, started_at, terms)
  values (nullif(current_setting('voxanne.org', true), '')::uuid, of_call, at, words)
  on conflict (org, call) do update set started_at = excluded.started_at, terms = excluded.terms
$$;

revoke all on function call_search_find(bigint[], bigint, uuid, bigint, bigint) from public;
revoke all on function call_search_put(uuid, bigint, bigint[]) from public;
grant execute on function call_search_find(bigint[], bigint, uuid, bigint, bigint) to voxanne_app;
grant execute on function call_search_put(uuid, bigint, bigint[]) to voxanne_app;
