-- As much as Voxanne keeps of the same messages: the key, the call, the words, the numbered event.
create table if not exists org_heads (org text primary key, seq bigint not null default 0);
create table if not exists calls (
  org text not null, provider_call_id text not null, status text not null, ended_reason text, caller text,
  started_at bigint not null, last_event_at bigint not null, segments int not null default 0,
  primary key (org, provider_call_id)
);
create index if not exists calls_by_time on calls (org, started_at);
create table if not exists intake_keys (org text not null, key bytea not null, at bigint not null, primary key (org, key));
create table if not exists segments (
  org text not null, call text not null, ordinal int not null, role text not null, at bigint not null, words text not null,
  primary key (org, call, ordinal)
);
create table if not exists events (
  org text not null, seq bigint not null, at bigint not null, kind text not null, call text not null, body text not null,
  primary key (org, seq)
);
