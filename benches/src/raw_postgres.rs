//! PostgreSQL's limit: the rows that a server has written, inserted again in groups of the same size by one writer, with
//! one array for each column.

use anyhow::{Context as _, bail};
use sqlx::{
    AssertSqlSafe, Connection as _, Executor as _, PgConnection, Postgres, Row as _,
    postgres::{PgArguments, PgRow},
    query::Query,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Instant,
};
use uuid::Uuid;

/// The values of one column.
#[derive(Clone)]
enum Column {
    Uuid(Vec<Option<Uuid>>),
    Text(Vec<Option<String>>),
    Int8(Vec<Option<i64>>),
    Int4(Vec<Option<i32>>),
    Bytea(Vec<Option<Vec<u8>>>),
}

impl Column {
    fn read(kind: &str, rows: &[PgRow], at: usize) -> anyhow::Result<Self> {
        Ok(match kind {
            "uuid" => Self::Uuid(
                rows.iter()
                    .map(|row| row.try_get(at))
                    .collect::<Result<_, _>>()?,
            ),
            "text" => Self::Text(
                rows.iter()
                    .map(|row| row.try_get(at))
                    .collect::<Result<_, _>>()?,
            ),
            "int8" => Self::Int8(
                rows.iter()
                    .map(|row| row.try_get(at))
                    .collect::<Result<_, _>>()?,
            ),
            "int4" => Self::Int4(
                rows.iter()
                    .map(|row| row.try_get(at))
                    .collect::<Result<_, _>>()?,
            ),
            "bytea" => Self::Bytea(
                rows.iter()
                    .map(|row| row.try_get(at))
                    .collect::<Result<_, _>>()?,
            ),
            other => bail!("a column of type {other} is not expected"),
        })
    }

    fn pick(&self, rows: &[usize]) -> Self {
        fn of<T: Clone>(all: &[T], rows: &[usize]) -> Vec<T> {
            rows.iter().map(|row| all[*row].clone()).collect()
        }
        match self {
            Self::Uuid(all) => Self::Uuid(of(all, rows)),
            Self::Text(all) => Self::Text(of(all, rows)),
            Self::Int8(all) => Self::Int8(of(all, rows)),
            Self::Int4(all) => Self::Int4(of(all, rows)),
            Self::Bytea(all) => Self::Bytea(of(all, rows)),
        }
    }

    fn bind(self, query: Query<'_, Postgres, PgArguments>) -> Query<'_, Postgres, PgArguments> {
        match self {
            Self::Uuid(all) => query.bind(all),
            Self::Text(all) => query.bind(all),
            Self::Int8(all) => query.bind(all),
            Self::Int4(all) => query.bind(all),
            Self::Bytea(all) => query.bind(all),
        }
    }
}

struct Table {
    insert: String,
    names: Vec<String>,
    columns: Vec<Column>,
    rows: usize,
    calls: Vec<Option<Uuid>>,
}

struct Ready {
    statement: String,
    columns: Vec<Column>,
}

impl Table {
    async fn read(on: &mut PgConnection, name: &str, of: &str, by: &str) -> anyhow::Result<Self> {
        let info: Vec<(String, String)> = sqlx::query_as(
            "select column_name::text, udt_name::text from information_schema.columns
             where table_schema = 'voxanne' and table_name = $1 and is_generated = 'NEVER' order by ordinal_position",
        )
        .bind(name)
        .fetch_all(&mut *on)
        .await?;
        let names: Vec<String> = info.iter().map(|(name, _)| name.clone()).collect();
        let list = names.join(", ");
        let select = format!("select {list} from {name} order by {by}");
        let rows = on.fetch_all(AssertSqlSafe(select)).await?;
        let columns = info
            .iter()
            .enumerate()
            .map(|(at, (_, kind))| Column::read(kind, &rows, at))
            .collect::<anyhow::Result<Vec<_>>>()?;
        let at = names
            .iter()
            .position(|n| n == of)
            .context("no call column")?;
        let Column::Uuid(calls) = columns[at].clone() else {
            bail!("a call's id is a uuid");
        };
        let arrays: Vec<String> = info
            .iter()
            .enumerate()
            .map(|(at, (_, kind))| format!("${}::{kind}[]", at + 1))
            .collect();
        Ok(Self {
            insert: format!(
                "insert into {name} ({list}) select * from unnest({})",
                arrays.join(", ")
            ),
            names,
            columns,
            rows: rows.len(),
            calls,
        })
    }

    fn part(&self, n: usize, groups: usize) -> Vec<usize> {
        ((self.rows * n / groups)..(self.rows * (n + 1) / groups)).collect()
    }

    fn ready(&self, rows: &[usize]) -> Ready {
        Ready {
            statement: self.insert.clone(),
            columns: self.columns.iter().map(|c| c.pick(rows)).collect(),
        }
    }

    fn column(&self, name: &str, rows: &[usize]) -> anyhow::Result<Column> {
        let at = self.names.iter().position(|n| n == name);
        Ok(self.columns[at.with_context(|| format!("no column {name}"))?].pick(rows))
    }
}

const EMPTY: &str = "truncate events, intake_keys, segments, turns, escalation_steps, escalations, jobs, calls cascade";

/// Messages a second that PostgreSQL takes in as bare rows, in groups of `group`. `url` is a server's database after it
/// ended, for a user who may do everything; it is emptied and filled again.
pub async fn postgres(url: &str, group: usize) -> anyhow::Result<f64> {
    let mut on = PgConnection::connect(url).await?;
    on.execute("set search_path to voxanne").await?;
    let calls = Table::read(&mut on, "calls", "id", "last_event_at").await?;
    let segments = Table::read(&mut on, "segments", "call", "started_at").await?;
    // The call is not kept with a key, so its words tell which calls a group touches.
    let keys = Table::read(&mut on, "intake_keys", "call", "at").await?;
    let events = Table::read(&mut on, "events", "call", "at").await?;
    let row_of: BTreeMap<Uuid, usize> = calls
        .calls
        .iter()
        .enumerate()
        .filter_map(|(row, call)| Some(((*call)?, row)))
        .collect();
    let orgs = calls.column("org", &(0..calls.rows).collect::<Vec<_>>())?;
    let Column::Uuid(orgs) = orgs else {
        bail!("an organization's id is a uuid");
    };
    let groups = keys.rows.div_ceil(group.max(1));
    let mut known: BTreeSet<usize> = BTreeSet::new();
    let mut prepared: Vec<Vec<Ready>> = Vec::with_capacity(groups);
    for n in 0..groups {
        let (of_segments, of_events) = (segments.part(n, groups), events.part(n, groups));
        let touched: BTreeSet<usize> = of_segments
            .iter()
            .map(|row| segments.calls[*row])
            .chain(of_events.iter().map(|row| events.calls[*row]))
            .filter_map(|call| row_of.get(&call?).copied())
            .collect();
        let mut heads: BTreeMap<Uuid, i64> = BTreeMap::new();
        for row in &touched {
            if let Some(org) = orgs[*row] {
                *heads.entry(org).or_default() += 1;
            }
        }
        let (on, new): (Vec<usize>, Vec<usize>) =
            touched.iter().partition(|row| known.contains(row));
        known.extend(&touched);
        let mut all = vec![keys.ready(&keys.part(n, groups)), calls.ready(&new)];
        all.push(Ready {
            statement: "update calls c set last_event_at = v.at, live_segments = v.said
                        from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::int[]) as v(org, id, at, said)
                        where c.org = v.org and c.id = v.id"
                .to_owned(),
            columns: ["org", "id", "last_event_at", "live_segments"]
                .iter()
                .map(|name| calls.column(name, &on))
                .collect::<anyhow::Result<_>>()?,
        });
        all.push(segments.ready(&of_segments));
        all.push(Ready {
            statement: "update org_heads h set seq = seq + v.n from unnest($1::uuid[], $2::bigint[]) as v(org, n)
                        where h.org = v.org"
                .to_owned(),
            columns: vec![
                Column::Uuid(heads.keys().map(|org| Some(*org)).collect()),
                Column::Int8(heads.values().map(|n| Some(*n)).collect()),
            ],
        });
        all.push(events.ready(&of_events));
        prepared.push(all);
    }
    let mut best: f64 = 0.0;
    for _ in 0..2 {
        on.execute(EMPTY).await?;
        on.execute("checkpoint").await?;
        let began = Instant::now();
        for group in &prepared {
            let mut tx = on.begin().await?;
            for ready in group {
                let mut query = sqlx::query(AssertSqlSafe(ready.statement.clone()));
                for column in &ready.columns {
                    query = column.clone().bind(query);
                }
                query.execute(&mut *tx).await?;
            }
            tx.commit().await?;
        }
        best = best.max(keys.rows as f64 / began.elapsed().as_secs_f64());
    }
    Ok(best)
}
