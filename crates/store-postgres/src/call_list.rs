//! The list of calls: newest first, by keyset, within a budget of examined rows; and the blind index of their words.

use crate::{
    calls::{caller_key, several},
    escalations,
    sql::{Cells, Id, column, cursor, failed},
    tenant::Scope,
};
use sqlx::PgConnection;
use uuid::Uuid;
use voxanne_core::{
    call::{Life, Outcome, search},
    ids::CallId,
    page::{Limit, Page, encode_cursor},
    ports::store::{CallFilter, StoreError, tenant::ListedCall},
    seal::OrgKeys,
};

/// Rows of an index that one page may examine.
const BUDGET: i64 = 5_000;
/// Most words one search asks for.
const MOST_WORDS: usize = 16;

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
