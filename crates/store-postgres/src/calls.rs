//! Calls and what is said in them: rows, segments, turns, counts.

use crate::{
    escalations, inbox,
    sql::{Cells, Id, clean, column, cursor, failed, sealed},
    tenant::Scope,
};
use sqlx::{PgConnection, postgres::PgRow};
use std::collections::HashMap;
use uuid::Uuid;
use voxanne_core::{
    call::{
        Call, Channel, Flags, Frozen, Life, Outcome, Provider, ProviderCallId, RecordingState,
        Segment, Speaker, TurnRow, fold::CallState,
    },
    ids::{CallId, IntegrationId},
    page::{Limit, Page},
    phone,
    pii::Pii,
    ports::store::{DayCounts, StoreError},
    seal::OrgKeys,
    time::Millis,
};

/// Turns shown at most.
const MOST_TURNS: i64 = 200;

macro_rules! columns {
    () => {
        "c.id, c.org, c.provider, c.provider_call_id, c.integration, c.channel, c.life, c.outcome, c.ended_reason, \
         c.started_at, c.answered_at, c.ended_at, c.agent, c.agent_version, c.policy_version, c.knowledge_rev, c.number, \
         c.flags, c.transcript_rev, c.live_segments, c.last_event_at, c.ring_closed_at, c.recording, c.private"
    };
}
pub(crate) use columns;

/// The connection as stored: the nil id stands for the built-in engine, so that uniqueness holds there too.
pub(crate) fn integration(id: Option<IntegrationId>) -> Uuid {
    id.map_or(Uuid::nil(), Id::uuid)
}

/// The blind hash a caller is found by; nothing when it is no number.
pub(crate) fn caller_key(keys: &OrgKeys, number: &Pii<String>) -> Option<Vec<u8>> {
    phone::normalize(number.expose()).map(|number| keys.blind("number", &number).to_vec())
}

/// A call of a row.
pub(crate) fn of_row(row: &PgRow, keys: &OrgKeys) -> Result<Call, StoreError> {
    let cells = Cells(row);
    let integration: Uuid = cells.get("integration")?;
    let frozen = match cells.opt_id("agent")? {
        None => None,
        Some(agent) => Some(Frozen {
            agent,
            agent_version: cells.opt_u32("agent_version")?.unwrap_or_default(),
            policy_version: cells.opt_u32("policy_version")?.unwrap_or_default(),
            knowledge_rev: cells.opt_u64("knowledge_rev")?.unwrap_or_default(),
        }),
    };
    Ok(Call {
        id: cells.id("id")?,
        org: cells.id("org")?,
        provider: cells.word("provider", Provider::from_word)?,
        provider_call_id: ProviderCallId(cells.get("provider_call_id")?),
        integration: (!integration.is_nil()).then(|| IntegrationId::of(integration)),
        channel: cells.word("channel", Channel::from_word)?,
        life: cells.word("life", Life::from_word)?,
        outcome: cells.opt_word("outcome", Outcome::from_word)?,
        ended_reason: cells.get("ended_reason")?,
        started_at: cells.at("started_at")?,
        answered_at: cells.opt_at("answered_at")?,
        ended_at: cells.opt_at("ended_at")?,
        frozen,
        number: cells.opt_id("number")?,
        flags: Flags::from_bits(cells.get("flags")?),
        transcript_rev: cells.u32("transcript_rev")?,
        live_segments: cells.u32("live_segments")?,
        last_event_at: cells.at("last_event_at")?,
        ring_closed_at: cells.opt_at("ring_closed_at")?,
        recording: cells.word("recording", RecordingState::from_word)?,
        private: keys
            .open_json("calls.private", &cells.get::<Vec<u8>>("private")?)
            .map_err(sealed)?,
    })
}

/// A call with the keys it is sealed with.
pub(crate) type Keyed<'a> = (&'a Call, &'a OrgKeys);

macro_rules! put {
    ($conflict:literal) => {
        concat!(
            "insert into calls (id, org, provider, provider_call_id, integration, channel, life, outcome, ended_reason,
                                started_at, answered_at, ended_at, agent, agent_version, policy_version, knowledge_rev,
                                number, flags, transcript_rev, live_segments, last_event_at, ring_closed_at, recording,
                                caller_key, private)
             select * from unnest(
                $1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::uuid[], $6::text[], $7::text[], $8::text[], $9::text[],
                $10::bigint[], $11::bigint[], $12::bigint[], $13::uuid[], $14::integer[], $15::integer[], $16::bigint[],
                $17::uuid[], $18::bigint[], $19::integer[], $20::integer[], $21::bigint[], $22::bigint[], $23::text[],
                $24::bytea[], $25::bytea[]) ",
            $conflict
        )
    };
}

/// Inserts calls, or changes what may change of them. `only_new` leaves those alone whose provider id is known already.
pub(crate) async fn put(
    on: &mut PgConnection,
    calls: &[Keyed<'_>],
    only_new: bool,
) -> Result<(), sqlx::Error> {
    if calls.is_empty() {
        return Ok(());
    }
    let statement = if only_new {
        put!("on conflict (org, integration, provider_call_id) do nothing")
    } else {
        put!(
            "on conflict (org, id) do update set
               life = excluded.life, outcome = excluded.outcome, ended_reason = excluded.ended_reason,
               started_at = excluded.started_at, answered_at = excluded.answered_at, ended_at = excluded.ended_at,
               agent = excluded.agent, agent_version = excluded.agent_version, policy_version = excluded.policy_version,
               knowledge_rev = excluded.knowledge_rev, number = excluded.number, flags = excluded.flags,
               transcript_rev = excluded.transcript_rev, live_segments = excluded.live_segments,
               last_event_at = excluded.last_event_at, ring_closed_at = excluded.ring_closed_at,
               recording = excluded.recording, caller_key = excluded.caller_key, private = excluded.private"
        )
    };
    sqlx::query(statement)
        .bind(column!(calls, (c, _) => c.id.uuid()))
        .bind(column!(calls, (c, _) => c.org.uuid()))
        .bind(column!(calls, (c, _) => c.provider.word()))
        .bind(column!(calls, (c, _) => clean(&c.provider_call_id.0).into_owned()))
        .bind(column!(calls, (c, _) => integration(c.integration)))
        .bind(column!(calls, (c, _) => c.channel.word()))
        .bind(column!(calls, (c, _) => c.life.word()))
        .bind(column!(calls, (c, _) => c.outcome.map(Outcome::word)))
        .bind(column!(calls, (c, _) => c.ended_reason.as_deref().map(|r| clean(r).into_owned())))
        .bind(column!(calls, (c, _) => c.started_at.0))
        .bind(column!(calls, (c, _) => c.answered_at.map(|at| at.0)))
        .bind(column!(calls, (c, _) => c.ended_at.map(|at| at.0)))
        .bind(column!(calls, (c, _) => c.frozen.map(|f| f.agent.uuid())))
        .bind(column!(calls, (c, _) => c.frozen.map(|f| f.agent_version as i32)))
        .bind(column!(calls, (c, _) => c.frozen.map(|f| f.policy_version as i32)))
        .bind(column!(calls, (c, _) => c.frozen.map(|f| f.knowledge_rev as i64)))
        .bind(column!(calls, (c, _) => c.number.map(Id::uuid)))
        .bind(column!(calls, (c, _) => c.flags.bits()))
        .bind(column!(calls, (c, _) => c.transcript_rev as i32))
        .bind(column!(calls, (c, _) => c.live_segments as i32))
        .bind(column!(calls, (c, _) => c.last_event_at.0))
        .bind(column!(calls, (c, _) => c.ring_closed_at.map(|at| at.0)))
        .bind(column!(calls, (c, _) => c.recording.word()))
        .bind(column!(calls, (c, k) => c.private.caller.as_ref().and_then(|n| caller_key(k, n))))
        .bind(column!(calls, (c, k) => k.seal_json("calls.private", &c.private)))
        .execute(on)
        .await
        .map(|_| ())
}

/// Writes of calls how far they have come: most messages change nothing else, and no index holds it.
pub(crate) async fn go_on(on: &mut PgConnection, calls: &[&Call]) -> Result<(), sqlx::Error> {
    if calls.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "update calls c set last_event_at = v.at, live_segments = v.said
         from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::int[]) as v(org, id, at, said)
         where c.org = v.org and c.id = v.id",
    )
    .bind(column!(calls, c => c.org.uuid()))
    .bind(column!(calls, c => c.id.uuid()))
    .bind(column!(calls, c => c.last_event_at.0))
    .bind(column!(calls, c => c.live_segments as i32))
    .execute(on)
    .await
    .map(|_| ())
}

/// One call; locked when the transaction writes.
pub(crate) async fn one(of: Scope<'_>, id: CallId) -> Result<Option<Call>, StoreError> {
    let statement = if of.lock {
        concat!(
            "select ",
            columns!(),
            " from calls c where c.org = $1 and c.id = $2 for update"
        )
    } else {
        concat!(
            "select ",
            columns!(),
            " from calls c where c.org = $1 and c.id = $2"
        )
    };
    let row = sqlx::query(statement)
        .bind(of.org)
        .bind(id.uuid())
        .fetch_optional(of.on)
        .await
        .map_err(failed)?;
    row.map(|row| of_row(&row, of.keys)).transpose()
}

/// Several calls by id.
pub(crate) async fn several(
    of: Scope<'_>,
    ids: &[CallId],
) -> Result<HashMap<CallId, Call>, StoreError> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = sqlx::query(concat!(
        "select ",
        columns!(),
        " from calls c where c.org = $1 and c.id = any($2)"
    ))
    .bind(of.org)
    .bind(column!(ids, id => id.uuid()))
    .fetch_all(of.on)
    .await
    .map_err(failed)?;
    rows.iter()
        .map(|row| of_row(row, of.keys).map(|call| (call.id, call)))
        .collect()
}

/// The call with the provider's id.
pub(crate) async fn by_provider(
    of: Scope<'_>,
    by: Option<IntegrationId>,
    id: &ProviderCallId,
) -> Result<Option<Call>, StoreError> {
    let row = sqlx::query(concat!(
        "select ",
        columns!(),
        " from calls c where c.org = $1 and c.integration = $2 and c.provider_call_id = $3"
    ))
    .bind(of.org)
    .bind(integration(by))
    .bind(clean(&id.0).into_owned())
    .fetch_optional(of.on)
    .await
    .map_err(failed)?;
    row.map(|row| of_row(&row, of.keys)).transpose()
}

/// What the fold works on; the call's row is locked first when the transaction writes.
pub(crate) async fn state(mut of: Scope<'_>, id: CallId) -> Result<Option<CallState>, StoreError> {
    let Some(call) = one(of.again(), id).await? else {
        return Ok(None);
    };
    let org = of.org;
    let wanted = [(org, id.uuid())];
    let escalation = escalations::latest(of.on, &wanted).await?.remove(&id);
    let item = inbox::of_calls(
        of.on,
        &[(org, id.uuid(), escalation.as_ref().map(|e| e.id.uuid()))],
        |_| Some(of.keys),
    )
    .await?
    .remove(&id);
    Ok(Some(CallState {
        call,
        escalation,
        inbox: item,
    }))
}

/// A segment with its tenant, its call and the keys it is sealed with.
pub(crate) type Said<'a> = (Uuid, CallId, &'a Segment, &'a OrgKeys);

/// Inserts segments.
pub(crate) async fn add_segments(
    on: &mut PgConnection,
    said: &[Said<'_>],
) -> Result<(), sqlx::Error> {
    if said.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "insert into segments (org, call, rev, ordinal, speaker, started_at, ended_at, text)
         select * from unnest($1::uuid[], $2::uuid[], $3::integer[], $4::integer[], $5::text[], $6::bigint[], $7::bigint[],
                              $8::bytea[])",
    )
    .bind(column!(said, s => s.0))
    .bind(column!(said, s => s.1.uuid()))
    .bind(column!(said, s => s.2.rev as i32))
    .bind(column!(said, s => s.2.ordinal as i32))
    .bind(column!(said, s => s.2.speaker.word()))
    .bind(column!(said, s => s.2.started_at.0))
    .bind(column!(said, s => s.2.ended_at.map(|at| at.0)))
    .bind(column!(said, s => s.3.seal("segments.text", s.2.text.expose().as_bytes())))
    .execute(on)
    .await
    .map(|_| ())
}

/// Segments of one revision by (start, ordinal).
pub(crate) async fn segments(
    of: Scope<'_>,
    call: CallId,
    rev: u32,
    after: Option<&str>,
    limit: Limit,
) -> Result<Page<Segment>, StoreError> {
    let after: Option<(i64, u32)> = cursor(after)?;
    let (at, ordinal) = after.map_or((i64::MIN, -1), |(at, n)| (at, i64::from(n)));
    let rows = sqlx::query(
        "select rev, ordinal, speaker, started_at, ended_at, text from segments
         where org = $1 and call = $2 and rev = $3 and (started_at, ordinal) > ($4, $5)
         order by started_at, ordinal limit $6",
    )
    .bind(of.org)
    .bind(call.uuid())
    .bind(rev as i32)
    .bind(at)
    .bind(ordinal)
    .bind(i64::from(limit.get()) + 1)
    .fetch_all(of.on)
    .await
    .map_err(failed)?;
    let segments = rows
        .iter()
        .map(|row| {
            let cells = Cells(row);
            Ok(Segment {
                rev: cells.u32("rev")?,
                ordinal: cells.u32("ordinal")?,
                speaker: cells.word("speaker", Speaker::from_word)?,
                started_at: cells.at("started_at")?,
                ended_at: cells.opt_at("ended_at")?,
                text: text(of.keys, "segments.text", &cells.get::<Vec<u8>>("text")?)?,
            })
        })
        .collect::<Result<Vec<_>, StoreError>>()?;
    Ok(Page::from_rows(segments, limit, |s| {
        (s.started_at.0, s.ordinal)
    }))
}

/// Sealed text, opened.
pub(crate) fn text(keys: &OrgKeys, column: &str, bytes: &[u8]) -> Result<Pii<String>, StoreError> {
    let plain = keys.open(column, bytes).map_err(sealed)?;
    String::from_utf8(plain)
        .map(Pii::new)
        .map_err(|_| StoreError::Corrupt(format!("{column} is not text")))
}

/// Writes a turn; the same number is replaced.
pub(crate) async fn put_turn(
    of: Scope<'_>,
    call: CallId,
    turn: &TurnRow,
) -> Result<(), StoreError> {
    sqlx::query(
        "insert into turns (org, call, no, body) values ($1, $2, $3, $4)
         on conflict (org, call, no) do update set body = excluded.body",
    )
    .bind(of.org)
    .bind(call.uuid())
    .bind(turn.no as i32)
    .bind(of.keys.seal_json("turns.body", turn))
    .execute(of.on)
    .await
    .map_err(failed)?;
    Ok(())
}

/// Turns, oldest first, the newest of them.
pub(crate) async fn turns(of: Scope<'_>, call: CallId) -> Result<Vec<TurnRow>, StoreError> {
    let rows = sqlx::query(
        "select body from turns where org = $1 and call = $2 order by no desc limit $3",
    )
    .bind(of.org)
    .bind(call.uuid())
    .bind(MOST_TURNS)
    .fetch_all(of.on)
    .await
    .map_err(failed)?;
    rows.iter()
        .rev()
        .map(|row| {
            of.keys
                .open_json("turns.body", &Cells(row).get::<Vec<u8>>("body")?)
                .map_err(sealed)
        })
        .collect()
}

/// Calls begun in `from..to` counted by outcome.
pub(crate) async fn day_counts(
    of: Scope<'_>,
    from: Millis,
    to: Millis,
) -> Result<DayCounts, StoreError> {
    let rows = sqlx::query(
        "select outcome, count(*) as rings, count(ring_closed_at) as closed from calls
         where org = $1 and started_at >= $2 and started_at < $3 group by outcome order by outcome",
    )
    .bind(of.org)
    .bind(from.0)
    .bind(to.0)
    .fetch_all(of.on)
    .await
    .map_err(failed)?;
    let mut counts = DayCounts::default();
    for row in &rows {
        let cells = Cells(row);
        let rings = cells.u64("rings")?;
        counts.rings += rings;
        counts.closed += cells.u64("closed")?;
        if let Some(outcome) = cells.get::<Option<String>>("outcome")? {
            counts.outcomes.push((outcome, rings));
        }
    }
    Ok(counts)
}

/// How many calls ring and how many are live.
pub(crate) async fn live_counts(of: Scope<'_>) -> Result<(u64, u64), StoreError> {
    let row = sqlx::query(
        "select count(*) filter (where life = 'ringing') as ringing, count(*) filter (where life = 'live') as live
         from calls where org = $1 and life in ('ringing', 'live')",
    )
    .bind(of.org)
    .fetch_one(of.on)
    .await
    .map_err(failed)?;
    Ok((Cells(&row).u64("ringing")?, Cells(&row).u64("live")?))
}
