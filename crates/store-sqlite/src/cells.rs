//! Rows handed to the engine as they are, one parameter a cell: for the tables of the intake, where reading rows out of
//! JSON costs more than writing them (`make bench-intake`).

use sqlx::{
    AssertSqlSafe, SqliteConnection,
    query::Query,
    sqlite::{Sqlite, SqliteArguments},
};
use voxanne_core::time::Millis;

/// Rows of one statement. A power of two: the statements for fewer rows are the halves, and few enough to stay prepared.
const MOST_ROWS: usize = 32;

/// One value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Cell {
    /// Nothing.
    Null,
    /// A number, a time, a flag.
    Int(i64),
    /// Text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
}

/// One row, in the order of the statement's columns.
pub(crate) type Row = Vec<Cell>;

impl From<i64> for Cell {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<u32> for Cell {
    fn from(value: u32) -> Self {
        Self::Int(i64::from(value))
    }
}

impl From<u64> for Cell {
    fn from(value: u64) -> Self {
        Self::Int(i64::try_from(value).unwrap_or(i64::MAX))
    }
}

impl From<Millis> for Cell {
    fn from(value: Millis) -> Self {
        Self::Int(value.0)
    }
}

impl From<&str> for Cell {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<Vec<u8>> for Cell {
    fn from(value: Vec<u8>) -> Self {
        Self::Bytes(value)
    }
}

impl<const N: usize> From<[u8; N]> for Cell {
    fn from(value: [u8; N]) -> Self {
        Self::Bytes(value.to_vec())
    }
}

impl<T: Into<Self>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// A row of values.
macro_rules! row {
    ($($value:expr),* $(,)?) => { vec![$($crate::cells::Cell::from($value)),*] };
}
pub(crate) use row;

type Bound<'q> = Query<'q, Sqlite, SqliteArguments>;

fn bind(query: Bound<'_>, cell: Cell) -> Bound<'_> {
    match cell {
        Cell::Null => query.bind(None::<i64>),
        Cell::Int(value) => query.bind(value),
        Cell::Text(value) => query.bind(value),
        Cell::Bytes(value) => query.bind(value),
    }
}

/// Runs `head (?, ..), (?, ..) tail` over all rows, which have the same number of cells.
pub(crate) async fn run(
    conn: &mut SqliteConnection,
    head: &'static str,
    tail: &'static str,
    rows: Vec<Row>,
) -> Result<(), sqlx::Error> {
    let mut rows = rows.into_iter();
    while rows.len() > 0 {
        let left = rows.len();
        let take = if left >= MOST_ROWS {
            MOST_ROWS
        } else {
            // The largest power of two that is left: six statements for any number of rows.
            1 << left.ilog2()
        };
        let part: Vec<Row> = rows.by_ref().take(take).collect();
        let marks = vec!["?"; part.first().map_or(0, Vec::len)].join(",");
        let all = vec![format!("({marks})"); take].join(",");
        let statement = AssertSqlSafe(format!("{head} {all} {tail}"));
        let mut query = sqlx::query(statement);
        for cell in part.into_iter().flatten() {
            query = bind(query, cell);
        }
        query.execute(&mut *conn).await?;
    }
    Ok(())
}
