//! The list of calls: newest first, by keyset, within a budget of examined rows.
//!
//! Each filter that can be rare drives an index of its own; the others are tested on what that index gives. A page looks at
//! most at [`BUDGET`] rows, so that no combination of filters can make it slow.

use crate::{
    calls, escalations,
    rows::{Columns as _, Cx, cursor, db, hex, json_rows, raw},
};
use serde_json::Value;
use std::{collections::HashMap, fmt::Write as _};
use voxanne_core::{
    call::{Call, Life, Outcome, search},
    ids::{CallId, OrgId},
    page::{Limit, Page, encode_cursor},
    ports::store::{CallFilter, StoreError, tenant::ListedCall},
    seal::OrgKeys,
    time::Millis,
};

/// Rows of an index that one page may examine.
const BUDGET: u32 = 5_000;
/// Most words one search asks for.
const MOST_WORDS: usize = 16;
/// Bits of a search key below the time.
const KEY_BITS: u32 = 20;

// Parameters: ?1 org, ?2 ?3 before this (key, id), ?4 from this key on, ?5 rows to examine, ?6 rows wanted, ?7 lives,
// ?8 outcome, ?9 escalated, ?10 open rings, ?11 caller, ?12 words. The key is the begin of the call, with words the search
// key. The last row tells how many rows were examined and the last of them.
macro_rules! page {
    ($($candidates:literal),*) => {
        concat!(
            "WITH cand AS MATERIALIZED (", $($candidates,)* ")
             SELECT 0 AS examined, row, key, id FROM (
                 SELECT row, key, id FROM cand
                 WHERE mine = ?1 AND (?7 IS NULL OR instr(?7, ',' || life || ',') > 0)
                     AND (?8 IS NULL OR outcome = ?8) AND (?9 = 0 OR flags & 1 = 1)
                     AND (?10 = 0 OR (ring_closed_at IS NULL AND life IN ('ended', 'reported')))
                     AND (?11 IS NULL OR caller = ?11)
                 ORDER BY key DESC, id DESC LIMIT ?6)
             UNION ALL
             SELECT (SELECT count(*) FROM cand), row, key, id FROM (
                 SELECT row, key, id FROM cand ORDER BY key, id LIMIT 1)"
        )
    };
}

macro_rules! by_time {
    ($caller:literal, $condition:literal) => {
        page!(
            "SELECT row, org AS mine, started_at AS key, id, life, outcome, flags, ring_closed_at, ",
            $caller,
            " AS caller FROM calls WHERE org = ?1 AND (started_at, id) < (?2, ?3) AND started_at >= ?4",
            $condition,
            " ORDER BY started_at DESC, id DESC LIMIT ?5"
        )
    };
}

const BY_TIME: &str = by_time!("NULL", "");
const BY_OUTCOME: &str = by_time!("NULL", " AND outcome = ?8");
const BY_CALLER: &str = by_time!("caller_key", " AND caller_key = ?11");
const ESCALATED: &str = by_time!("NULL", " AND flags & 1 = 1");
const OPEN_RINGS: &str = by_time!(
    "NULL",
    " AND ring_closed_at IS NULL AND life IN ('ended', 'reported')"
);
const BY_WORDS: &str = page!(
    "SELECT c.row, c.org AS mine, hits.key, c.id, c.life, c.outcome, c.flags, c.ring_closed_at, c.caller_key AS caller
     FROM (SELECT rowid AS key FROM call_search WHERE call_search MATCH ?12 AND rowid < ?2 AND rowid >= ?4
           AND ?3 IS NOT NULL ORDER BY rowid DESC LIMIT ?5) hits
     CROSS JOIN calls c ON c.search_key = hits.key"
);

/// What a page is asked with.
struct Question {
    statement: &'static str,
    by_words: bool,
    lives: Option<String>,
    outcome: Option<&'static str>,
    escalated: bool,
    open_rings: bool,
    caller: Option<Vec<u8>>,
    words: Option<String>,
}

impl Question {
    /// Nothing when the filter cannot match any call.
    fn of(org: OrgId, keys: &OrgKeys, filter: &CallFilter) -> Option<Self> {
        let caller = match &filter.caller {
            Some(number) => Some(calls::caller_key(keys, number)?.to_vec()),
            None => None,
        };
        let words = filter
            .words
            .as_ref()
            .map(|words| search::terms(words.expose()))
            .filter(|terms| !terms.is_empty())
            .map(|terms| {
                let mut query = format!("\"{}\"", org_term(org));
                for term in terms.iter().take(MOST_WORDS) {
                    let _ = write!(query, " AND \"{}\"", word_term(keys, term));
                }
                query
            });
        let statement = if words.is_some() {
            BY_WORDS
        } else if caller.is_some() {
            BY_CALLER
        } else if filter.open_rings {
            OPEN_RINGS
        } else if filter.escalated {
            ESCALATED
        } else if filter.outcome.is_some() {
            BY_OUTCOME
        } else {
            BY_TIME
        };
        Some(Self {
            statement,
            by_words: words.is_some(),
            lives: (!filter.lives.is_empty()).then(|| {
                let words: Vec<&str> = filter.lives.iter().copied().map(Life::word).collect();
                format!(",{},", words.join(","))
            }),
            outcome: filter.outcome.map(Outcome::word),
            escalated: filter.escalated,
            open_rings: filter.open_rings,
            caller,
            words,
        })
    }

    fn key_of(&self, at: Millis) -> i64 {
        if self.by_words {
            search_key(at, 0)
        } else {
            at.0
        }
    }
}

/// Where a page goes on: a key and, unless it is a search key, an id.
type Key = (i64, Option<CallId>);

/// Calls, newest first.
pub(crate) async fn list(
    mut cx: Cx<'_>,
    filter: &CallFilter,
    after: Option<&str>,
    limit: Limit,
) -> Result<Page<ListedCall>, StoreError> {
    let after: Option<Key> = cursor(after)?;
    let nothing = Page {
        items: Vec::new(),
        next: None,
        searched_back_to: None,
    };
    let Some(question) = Question::of(cx.org, cx.keys, filter) else {
        return Ok(nothing);
    };
    let mut upper: Key =
        after.unwrap_or_else(|| (filter.to.map_or(i64::MAX, |at| question.key_of(at)), None));
    let lower = filter.from.map_or(i64::MIN, |at| question.key_of(at));
    let wanted = limit.get() as usize;
    let mut found: Vec<(i64, Key)> = Vec::new();
    let mut examined = 0;
    let mut batch = (limit.get() * 4 + 1).min(BUDGET);
    let mut next = None;
    let mut searched_back_to = None;
    loop {
        let ask = batch.min(BUDGET - examined);
        let missing = (wanted + 1 - found.len()) as u32;
        let (rows, last) = scan(cx.again(), &question, upper, lower, ask, missing).await?;
        found.extend(rows);
        if found.len() > wanted {
            found.truncate(wanted);
            next = found.last().map(|(_, key)| *key);
            break;
        }
        let Some((count, last)) = last else { break };
        examined += count;
        if count < ask {
            break;
        }
        upper = last;
        if examined >= BUDGET {
            next = Some(last);
            searched_back_to = Some(if question.by_words {
                last.0 >> KEY_BITS
            } else {
                last.0
            });
            break;
        }
        batch = batch.saturating_mul(4);
    }
    if found.is_empty() && next.is_none() {
        return Ok(nothing);
    }
    Ok(Page {
        items: fetch(cx, &found).await?,
        next: next.map(|key| encode_cursor(&key)),
        searched_back_to,
    })
}

/// One batch: the matching rows with their keys, then how many were examined and the last of them.
async fn scan(
    cx: Cx<'_>,
    question: &Question,
    upper: Key,
    lower: i64,
    ask: u32,
    missing: u32,
) -> Result<(Vec<(i64, Key)>, Option<(u32, Key)>), StoreError> {
    let rows = sqlx::query(question.statement)
        .bind(raw(cx.org))
        .bind(upper.0)
        .bind(upper.1.map_or_else(Vec::new, raw))
        .bind(lower)
        .bind(ask)
        .bind(missing)
        .bind(question.lives.as_deref())
        .bind(question.outcome)
        .bind(question.escalated)
        .bind(question.open_rings)
        .bind(question.caller.as_deref())
        .bind(question.words.as_deref())
        .fetch_all(&mut *cx.conn)
        .await
        .map_err(db)?;
    let mut found = Vec::new();
    let mut last = None;
    for row in &rows {
        let examined: u32 = row.count("examined")?;
        let id = if question.by_words {
            None
        } else {
            Some(row.id("id")?)
        };
        let key = (row.int("key")?, id);
        if examined > 0 {
            last = Some((examined, key));
        } else {
            found.push((row.int("row")?, key));
        }
    }
    Ok((found, last))
}

async fn fetch(mut cx: Cx<'_>, found: &[(i64, Key)]) -> Result<Vec<ListedCall>, StoreError> {
    let rows = sqlx::query(
        "SELECT c.* FROM json_each(?1) j CROSS JOIN calls c ON c.row = j.value WHERE c.org = ?2",
    )
    .bind(json_rows(
        found.iter().map(|(row, _)| Value::from(*row)).collect(),
    ))
    .bind(raw(cx.org))
    .fetch_all(&mut *cx.conn)
    .await
    .map_err(db)?;
    let mut by_row: HashMap<i64, Call> = HashMap::new();
    for row in &rows {
        by_row.insert(row.int("row")?, calls::from_row(row, cx.keys)?);
    }
    let calls: Vec<Call> = found
        .iter()
        .filter_map(|(row, _)| by_row.remove(row))
        .collect();
    let ids: Vec<CallId> = calls.iter().map(|call| call.id).collect();
    let mut escalations = escalations::latest(cx.again(), &ids).await?;
    Ok(calls
        .into_iter()
        .map(|call| {
            let escalation = escalations.remove(&call.id);
            (call, escalation)
        })
        .collect())
}

/// The row of `call_search`: newer calls have higher ones, so that the index itself gives the newest first.
fn search_key(at: Millis, row: i64) -> i64 {
    let at = at.0.clamp(0, 1 << 42);
    at << KEY_BITS | row & ((1 << KEY_BITS) - 1)
}

fn org_term(org: OrgId) -> String {
    hex(&org.bytes())
}

fn word_term(keys: &OrgKeys, word: &str) -> String {
    hex(&keys.blind("word", word)[..8])
}

/// Writes the word index of a call; words that were there before go.
pub(crate) async fn put_terms(
    cx: Cx<'_>,
    call: CallId,
    words: &[String],
) -> Result<(), StoreError> {
    let row =
        sqlx::query("SELECT row, started_at, search_key FROM calls WHERE org = ?1 AND id = ?2")
            .bind(raw(cx.org))
            .bind(raw(call))
            .fetch_optional(&mut *cx.conn)
            .await
            .map_err(db)?
            .ok_or(StoreError::Stale("call"))?;
    let key = match row.int_opt("search_key")? {
        Some(key) => {
            sqlx::query("DELETE FROM call_search WHERE rowid = ?1")
                .bind(key)
                .execute(&mut *cx.conn)
                .await
                .map_err(db)?;
            key
        }
        None => search_key(row.at("started_at")?, row.int("row")?),
    };
    let terms = words
        .iter()
        .take(search::MOST_TERMS)
        .fold(org_term(cx.org), |mut all, word| {
            all.push(' ');
            all.push_str(&word_term(cx.keys, word));
            all
        });
    sqlx::query("INSERT INTO call_search (rowid, terms) VALUES (?1, ?2)")
        .bind(key)
        .bind(terms)
        .execute(&mut *cx.conn)
        .await
        .map_err(db)?;
    sqlx::query("UPDATE calls SET search_key = ?3 WHERE org = ?1 AND id = ?2")
        .bind(raw(cx.org))
        .bind(raw(call))
        .bind(key)
        .execute(&mut *cx.conn)
        .await
        .map_err(db)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn f4_1_no_filter_of_calls_scans_the_table() {
        let folder = tempfile::tempdir().unwrap();
        let mut conn = crate::open::writer(&folder.path().join("plans.db"))
            .await
            .unwrap();
        crate::open::migrate(&mut conn).await.unwrap();
        for (name, statement, index) in [
            ("by time", BY_TIME, "COVERING INDEX calls_time"),
            ("by outcome", BY_OUTCOME, "COVERING INDEX calls_outcome"),
            ("by caller", BY_CALLER, "INDEX calls_caller"),
            ("escalated", ESCALATED, "COVERING INDEX calls_escalated"),
            ("open rings", OPEN_RINGS, "COVERING INDEX calls_open_rings"),
            ("by words", BY_WORDS, "call_search VIRTUAL TABLE INDEX"),
        ] {
            let plan = crate::rows::plan(&mut conn, statement).await;
            assert!(plan.contains(index), "{name}: {plan}");
            for scanned in ["SCAN calls", "SCAN c "] {
                assert!(!plan.contains(scanned), "{name}: {plan}");
            }
            let sorts = plan.matches("USE TEMP B-TREE FOR ORDER BY").count();
            assert!(sorts <= 2, "{name}: only the candidates are sorted: {plan}");
        }
    }

    #[test]
    fn search_keys_order_by_time_and_leave_room_for_equal_times() {
        assert!(search_key(Millis(5), 1 << KEY_BITS) < search_key(Millis(6), 0));
        assert!(search_key(Millis(5), 1) < search_key(Millis(5), 2));
        assert_eq!(search_key(Millis(7), 9) >> KEY_BITS, 7);
    }
}
