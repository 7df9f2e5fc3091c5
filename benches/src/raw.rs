//! The store's limit: the rows that a server has written, inserted again in groups of the same size by one writer that
//! does nothing else. Rows are prepared beforehand; what is timed is the database alone.

use anyhow::Context as _;
use serde_json::{Value, json};
use sqlx::{
    AssertSqlSafe, Connection as _, Row as _, SqliteConnection, TypeInfo as _, ValueRef as _,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteRow, SqliteSynchronous},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    path::Path,
    time::Instant,
};

#[derive(Clone)]
enum Cell {
    Null,
    Int(i64),
    Text(String),
    Blob(Vec<u8>),
}

type Cells = Vec<Cell>;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

impl Cell {
    fn of(row: &SqliteRow, n: usize) -> Option<Self> {
        let raw = row.try_get_raw(n).ok()?;
        if raw.is_null() {
            return None;
        }
        Some(match raw.type_info().name() {
            "BLOB" => Self::Blob(row.try_get(n).ok()?),
            "TEXT" => Self::Text(row.try_get(n).ok()?),
            _ => Self::Int(row.try_get(n).ok()?),
        })
    }

    fn json(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Int(n) => json!(n),
            Self::Text(text) => json!(text),
            Self::Blob(bytes) => json!(hex(bytes)),
        }
    }
}

struct Table {
    name: &'static str,
    columns: Vec<(String, String)>,
    rows: Vec<Cells>,
    /// Of each row the call it belongs to.
    calls: Vec<Vec<u8>>,
}

/// Which column of a table names the call, and in which order its rows came.
const TABLES: [(&str, &str, &str); 4] = [
    ("calls", "id", "last_event_at"),
    ("segments", "call", "started_at"),
    ("intake_keys", "call", "at"),
    ("events", "call", "at"),
];

/// How rows reach the engine.
#[derive(Clone, Copy)]
enum Way {
    /// One parameter for all rows of a statement, read by `json_each`.
    Json,
    /// A parameter for each cell.
    Cells,
}

/// Rows of one statement with a parameter for each cell.
const ROWS: usize = 32;

impl Table {
    async fn read(
        from: &mut SqliteConnection,
        name: &'static str,
        of: &str,
        by: &str,
    ) -> anyhow::Result<Self> {
        let info = format!(
            "SELECT name, type FROM pragma_table_info('{name}') WHERE name NOT IN ('row', 'search_key')"
        );
        let columns: Vec<(String, String)> = sqlx::query(AssertSqlSafe(info))
            .fetch_all(&mut *from)
            .await?
            .iter()
            .map(|row| (row.get(0), row.get(1)))
            .collect();
        let names: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
        let select = format!("SELECT {} FROM {name} ORDER BY {by}", names.join(", "));
        let at = names
            .iter()
            .position(|n| *n == of)
            .context("no call column")?;
        let found = sqlx::query(AssertSqlSafe(select)).fetch_all(from).await?;
        let rows: Vec<Cells> = found
            .iter()
            .map(|row| {
                (0..columns.len())
                    .map(|n| Cell::of(row, n).unwrap_or(Cell::Null))
                    .collect()
            })
            .collect();
        let calls = rows
            .iter()
            .map(|row: &Cells| match &row[at] {
                Cell::Blob(call) => call.clone(),
                _ => Vec::new(),
            })
            .collect();
        Ok(Self {
            name,
            columns,
            rows,
            calls,
        })
    }

    fn insert(&self, way: Way, rows: usize) -> String {
        let names: Vec<&str> = self.columns.iter().map(|(name, _)| name.as_str()).collect();
        let mut out = format!("INSERT INTO {} ({}) ", self.name, names.join(", "));
        match way {
            Way::Json => {
                let values: Vec<String> = self
                    .columns
                    .iter()
                    .enumerate()
                    .map(|(n, (_, kind))| match kind.as_str() {
                        "BLOB" => format!("unhex(value ->> {n})"),
                        _ => format!("value ->> {n}"),
                    })
                    .collect();
                let _ = write!(
                    out,
                    "SELECT {} FROM json_each(?1) WHERE true",
                    values.join(", ")
                );
            }
            Way::Cells => {
                let row = format!("({})", vec!["?"; names.len()].join(","));
                let _ = write!(out, "VALUES {}", vec![row; rows].join(","));
            }
        }
        out
    }

    fn cell(&self, row: &Cells, column: &str) -> Cell {
        let at = self.columns.iter().position(|(name, _)| name == column);
        at.map_or(Cell::Null, |at| row[at].clone())
    }

    fn prepared(&self, way: Way, rows: Vec<&Cells>) -> Vec<Ready> {
        let rows_of = |rows: &[&Cells]| match way {
            Way::Json => {
                let all: Vec<Value> = rows
                    .iter()
                    .map(|row| Value::Array(row.iter().map(Cell::json).collect()))
                    .collect();
                vec![Cell::Text(Value::Array(all).to_string())]
            }
            Way::Cells => rows.iter().flat_map(|row| row.iter().cloned()).collect(),
        };
        let most = match way {
            Way::Json => usize::MAX,
            Way::Cells => ROWS,
        };
        rows.chunks(most.min(rows.len().max(1)))
            .map(|rows| Ready {
                statement: self.insert(way, rows.len()),
                cells: rows_of(rows),
            })
            .collect()
    }
}

/// Statements that move calls on, which is what most messages do with them.
fn further(calls: &Table, rows: &[&Cells]) -> Vec<Ready> {
    rows.chunks(ROWS)
        .map(|rows| {
            let marks = vec!["(?,?,?,?)"; rows.len()].join(",");
            let columns = ["org", "id", "last_event_at", "live_segments"];
            Ready {
                statement: format!(
                    "WITH v (org, id, at, said) AS (VALUES {marks}) UPDATE calls SET last_event_at = v.at,
                         live_segments = v.said FROM v WHERE calls.org = v.org AND calls.id = v.id"
                ),
                cells: rows
                    .iter()
                    .flat_map(|row| columns.map(|column| calls.cell(row, column)))
                    .collect(),
            }
        })
        .collect()
}

/// A statement with its parameters.
struct Ready {
    statement: String,
    cells: Cells,
}

async fn open(path: &Path) -> anyhow::Result<SqliteConnection> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .pragma("wal_autocheckpoint", "16384")
        .pragma("cache_size", "-32768")
        .pragma("temp_store", "memory")
        .statement_cache_capacity(400);
    Ok(SqliteConnection::connect_with(&options).await?)
}

/// Messages a second that SQLite takes in as bare rows, in groups of `group`, by the better of two ways to hand rows
/// over. `written` is a server's database after it ended; it is emptied and filled again.
pub async fn sqlite(written: &Path, group: usize) -> anyhow::Result<f64> {
    let mut conn = open(written).await?;
    let mut tables = Vec::with_capacity(TABLES.len());
    for (name, of, by) in TABLES {
        tables.push(Table::read(&mut conn, name, of, by).await?);
    }
    let orgs: BTreeMap<Vec<u8>, String> = sqlx::query("SELECT id, hex(org) FROM calls")
        .fetch_all(&mut conn)
        .await?
        .iter()
        .map(|row| (row.get(0), row.get(1)))
        .collect();
    let [calls, segments, keys, events] = tables.as_slice() else {
        anyhow::bail!("four tables are compared");
    };
    let call_row: BTreeMap<&Vec<u8>, &Cells> = calls.calls.iter().zip(&calls.rows).collect();
    let messages = keys.rows.len();
    let groups = messages.div_ceil(group.max(1));
    let part = |table: &Table, n: usize| {
        let of = table.rows.len();
        (of * n / groups)..(of * (n + 1) / groups)
    };
    let mut best: f64 = 0.0;
    for way in [Way::Json, Way::Cells] {
        for name in ["events", "intake_keys", "segments", "jobs", "calls"] {
            sqlx::query(AssertSqlSafe(format!("DELETE FROM {name}")))
                .execute(&mut conn)
                .await?;
        }
        sqlx::query("VACUUM").execute(&mut conn).await?;
        // Everything the statements are given is ready before the clock starts.
        let mut known: BTreeSet<&Vec<u8>> = BTreeSet::new();
        let prepared: Vec<Vec<Ready>> = (0..groups)
            .map(|n| {
                let mut touched: BTreeSet<&Vec<u8>> = BTreeSet::new();
                for table in [segments, keys, events] {
                    touched.extend(&table.calls[part(table, n)]);
                }
                touched.retain(|call| !call.is_empty());
                let mut heads: BTreeMap<&String, u64> = BTreeMap::new();
                for call in &touched {
                    if let Some(org) = orgs.get(*call) {
                        *heads.entry(org).or_default() += 1;
                    }
                }
                let heads: Vec<Value> = heads.iter().map(|(org, n)| json!([org, n])).collect();
                let rows = |table: &Table| {
                    table.prepared(way, table.rows[part(table, n)].iter().collect())
                };
                // A call begins once; from then on it only goes on.
                let (on, new): (Vec<&Vec<u8>>, Vec<&Vec<u8>>) =
                    touched.iter().partition(|call| known.contains(*call));
                known.extend(&touched);
                let of = |calls: Vec<&Vec<u8>>| -> Vec<&Cells> {
                    let rows = calls.into_iter().filter_map(|call| call_row.get(call));
                    rows.copied().collect()
                };
                let mut all = calls.prepared(way, of(new));
                all.extend(further(calls, &of(on)));
                all.extend(rows(segments));
                all.extend(rows(keys));
                all.push(Ready {
                    statement:
                        "UPDATE org_heads SET seq = seq + (j.value ->> 1) FROM json_each(?1) j
                                WHERE org_heads.org = unhex(j.value ->> 0)"
                            .to_owned(),
                    cells: vec![Cell::Text(json!(heads).to_string())],
                });
                all.extend(rows(events));
                all
            })
            .collect();
        let began = Instant::now();
        for group in prepared {
            sqlx::query("BEGIN IMMEDIATE").execute(&mut conn).await?;
            for ready in group {
                let mut query = sqlx::query(AssertSqlSafe(ready.statement));
                for cell in ready.cells {
                    query = match cell {
                        Cell::Null => query.bind(None::<i64>),
                        Cell::Int(n) => query.bind(n),
                        Cell::Text(text) => query.bind(text),
                        Cell::Blob(bytes) => query.bind(bytes),
                    };
                }
                query.execute(&mut conn).await?;
            }
            sqlx::query("COMMIT").execute(&mut conn).await?;
        }
        let rate = messages as f64 / began.elapsed().as_secs_f64();
        if std::env::var_os("BENCH_WAYS").is_some() {
            voxanne_server::output::line(format!("{}: {rate:.0}", way as u8));
        }
        best = best.max(rate);
    }
    Ok(best)
}
