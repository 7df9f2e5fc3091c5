//! Calls and what is said in them: rows, the list within a budget of examined rows, segments, turns, the word index.

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
        Segment, Speaker, TurnRow, fold::CallState, search,
    },
    ids::{CallId, IntegrationId},
    page::{Limit, Page, encode_cursor},
    phone,
    pii::Pii,
    ports::store::{CallFilter, DayCounts, StoreError, tenant::ListedCall},
    seal::OrgKeys,
    time::Millis,
};

/// Rows of an index that one page may examine.
const BUDGET: i64 = 5_000;
/// Most words one search asks for.
const MOST_WORDS: usize = 16;
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
fn caller_key(keys: &OrgKeys, number: &Pii<String>) -> Option<Vec<u8>> {
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

// Parameters of a page: $1 org, ($2, $3) before this (began, id), $4 began at or after, $5 rows to examine, $6 rows wanted,
// $7 lives, $8 outcome, $9 escalated, $10 open rings, $11 caller. Each filter that can be rare has an index of its own to
// drive the page; the others are tested on what that index gives.
macro_rules! candidates {
    ($condition:literal) => {
        concat!(
            "(select id, started_at as key, life, outcome, flags, ring_closed_at, caller_key from calls
              where org = $1 and (started_at, id) < ($2, $3) and started_at >= $4",
            $condition,
            " order by started_at desc, id desc limit $5)"
        )
    };
}

macro_rules! found {
    ($candidates:expr) => {
        concat!(
            "select x.id, x.key from ",
            $candidates,
            " x where ($7::text[] is null or x.life = any($7)) and ($8::text is null or x.outcome = $8)
                and (not $9 or (x.flags & 1) = 1)
                and (not $10 or (x.ring_closed_at is null and x.life in ('ended', 'reported')))
                and ($11::bytea is null or x.caller_key = $11)
              order by x.key desc, x.id desc limit $6"
        )
    };
}

// The row the budget ends at, if there are so many: the parameters are the same, $6 is the budget less one.
macro_rules! edge {
    ($candidates:expr) => {
        concat!(
            "select x.id, x.key from ",
            $candidates,
            " x where $7::text[] is not distinct from $7 and $8::text is not distinct from $8
                and $9::bool is not distinct from $9 and $10::bool is not distinct from $10
                and $11::bytea is not distinct from $11
              order by x.key desc, x.id desc offset $6 limit 1"
        )
    };
}

macro_rules! page {
    ($name:ident, $candidates:expr) => {
        const $name: (&str, &str) = (found!($candidates), edge!($candidates));
    };
}

page!(BY_TIME, candidates!(""));
page!(BY_OUTCOME, candidates!(" and outcome = $8"));
page!(BY_CALLER, candidates!(" and caller_key = $11"));
page!(ESCALATED, candidates!(" and (flags & 1) = 1"));
page!(
    OPEN_RINGS,
    candidates!(" and ring_closed_at is null and life in ('ended', 'reported')")
);
page!(GOING, candidates!(" and life in ('ringing', 'live')"));
page!(
    BY_WORDS,
    "(select f.call as id, f.started_at as key, c.life, c.outcome, c.flags, c.ring_closed_at, c.caller_key
      from call_search_find($12, $2, $3, $4, $5) f join calls c on c.org = $1 and c.id = f.call)"
);

/// Every statement that finds the calls of a page, by name, for the test of their plans.
pub const CALL_LISTS: [(&str, &str); 6] = [
    ("by time", BY_TIME.0),
    ("by outcome", BY_OUTCOME.0),
    ("by caller", BY_CALLER.0),
    ("escalated", ESCALATED.0),
    ("open rings", OPEN_RINGS.0),
    ("going", GOING.0),
];

type Key = (i64, CallId);

/// The calls of a page, newest first.
pub(crate) async fn list(
    mut of: Scope<'_>,
    filter: &CallFilter,
    after: Option<&str>,
    limit: Limit,
) -> Result<Page<ListedCall>, StoreError> {
    let after: Option<Key> = cursor(after)?;
    let caller = match &filter.caller {
        None => None,
        Some(number) => match caller_key(of.keys, number) {
            Some(key) => Some(key),
            // What is no number has never called.
            None => return Ok(empty()),
        },
    };
    let terms: Option<Vec<i64>> = filter
        .words
        .as_ref()
        .map(|words| search::terms(words.expose()))
        .filter(|terms| !terms.is_empty())
        .map(|terms| {
            terms
                .iter()
                .take(MOST_WORDS)
                .map(|word| term(of.keys, word))
                .collect()
        });
    let going = |life: &Life| matches!(life, Life::Ringing | Life::Live);
    let (find, edge) = if terms.is_some() {
        BY_WORDS
    } else if caller.is_some() {
        BY_CALLER
    } else if filter.open_rings {
        OPEN_RINGS
    } else if filter.escalated {
        ESCALATED
    } else if filter.outcome.is_some() {
        BY_OUTCOME
    } else if !filter.lives.is_empty() && filter.lives.iter().all(going) {
        GOING
    } else {
        BY_TIME
    };
    // Strictly before (to, smallest id) is everything begun before `to`.
    let top = filter
        .to
        .map_or((i64::MAX, Uuid::max()), |to| (to.0, Uuid::nil()));
    let upper = after.map_or(top, |(at, id)| (at, id.uuid()).min(top));
    let lives: Option<Vec<&str>> =
        (!filter.lives.is_empty()).then(|| column!(filter.lives, life => life.word()));
    let ask = async |on: &mut PgConnection, statement: &'static str, wanted: i64| {
        let query = sqlx::query(statement)
            .bind(of.org)
            .bind(upper.0)
            .bind(upper.1)
            .bind(filter.from.map_or(i64::MIN, |from| from.0))
            .bind(BUDGET)
            .bind(wanted)
            .bind(lives.clone())
            .bind(filter.outcome.map(Outcome::word))
            .bind(filter.escalated)
            .bind(filter.open_rings)
            .bind(caller.clone());
        let query = match &terms {
            Some(terms) => query.bind(terms.clone()),
            None => query,
        };
        let rows = query.fetch_all(on).await.map_err(failed)?;
        rows.iter()
            .map(|row| Ok((Cells(row).get("key")?, Cells(row).id("id")?)))
            .collect::<Result<Vec<Key>, StoreError>>()
    };
    let size = limit.get() as usize;
    let mut keys = ask(&mut *of.on, find, i64::from(limit.get()) + 1).await?;
    let (next, searched_back_to) = if keys.len() > size {
        keys.truncate(size);
        (keys.last().map(encode_cursor), None)
    } else {
        // Fewer than wanted: either there are no more, or the budget ended the search.
        let last = ask(&mut *of.on, edge, BUDGET - 1).await?;
        let last = last.first();
        (last.map(encode_cursor), last.map(|(at, _)| *at))
    };
    let ids: Vec<CallId> = keys.into_iter().map(|(_, id)| id).collect();
    let mut calls = several(of.again(), &ids).await?;
    let wanted: Vec<(Uuid, Uuid)> = column!(ids, id => (of.org, id.uuid()));
    let mut escalations = escalations::latest(of.on, &wanted).await?;
    Ok(Page {
        items: ids
            .iter()
            .filter_map(|id| Some((calls.remove(id)?, escalations.remove(id))))
            .collect(),
        next,
        searched_back_to,
    })
}

fn empty<T>() -> Page<T> {
    Page {
        items: Vec::new(),
        next: None,
        searched_back_to: None,
    }
}

/// A word of the blind index: the first 8 bytes of its keyed hash.
fn term(keys: &OrgKeys, word: &str) -> i64 {
    let hash = keys.blind("word", word);
    i64::from_be_bytes([
        hash[0], hash[1], hash[2], hash[3], hash[4], hash[5], hash[6], hash[7],
    ])
}

/// Writes the word index of a call; words that were there before go.
pub(crate) async fn put_terms(
    of: Scope<'_>,
    call: CallId,
    words: &[String],
) -> Result<(), StoreError> {
    let at: Option<i64> =
        sqlx::query_scalar("select started_at from calls where org = $1 and id = $2")
            .bind(of.org)
            .bind(call.uuid())
            .fetch_optional(&mut *of.on)
            .await
            .map_err(failed)?;
    let at = at.ok_or(StoreError::Stale("call"))?;
    let mut terms: Vec<i64> = words
        .iter()
        .take(search::MOST_TERMS)
        .map(|word| term(of.keys, word))
        .collect();
    terms.sort_unstable();
    terms.dedup();
    sqlx::query("select call_search_put($1, $2, $3)")
        .bind(call.uuid())
        .bind(at)
        .bind(terms)
        .execute(of.on)
        .await
        .map_err(failed)?;
    Ok(())
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
