//! From columns to the port's types and back, and what a database error means.

use serde_json::Value;
use sqlx::{Row as _, SqliteConnection, sqlite::SqliteRow};
use voxanne_core::{
    ids::{
        AgentId, ApiKeyId, CallId, ChunkId, DocumentId, EscalationId, HookId, InboxId,
        IntegrationId, JobId, ObjectId, OrgId, PhoneNumberId, RecordingId, SessionId, UserId,
        WorkerId,
    },
    ports::store::StoreError,
    seal::{OrgKeys, SealError},
    time::Millis,
};

/// What a statement of one organization needs.
pub(crate) struct Cx<'a> {
    pub(crate) conn: &'a mut SqliteConnection,
    pub(crate) org: OrgId,
    pub(crate) keys: &'a OrgKeys,
}

impl Cx<'_> {
    /// The same once more, for one statement of several.
    pub(crate) fn again(&mut self) -> Cx<'_> {
        Cx {
            conn: self.conn,
            org: self.org,
            keys: self.keys,
        }
    }
}

/// An identifier as 16 stored bytes.
pub(crate) trait Id: Sized + Copy {
    fn of(bytes: &[u8]) -> Option<Self>;
    fn raw(self) -> [u8; 16];
}

macro_rules! ids {
    ($($name:ident),*) => {$(
        impl Id for $name {
            fn of(bytes: &[u8]) -> Option<Self> {
                Self::from_slice(bytes)
            }
            fn raw(self) -> [u8; 16] {
                self.bytes()
            }
        }
    )*};
}
ids!(
    AgentId,
    ApiKeyId,
    CallId,
    ChunkId,
    DocumentId,
    EscalationId,
    HookId,
    InboxId,
    IntegrationId,
    JobId,
    ObjectId,
    OrgId,
    PhoneNumberId,
    RecordingId,
    SessionId,
    UserId,
    WorkerId
);

/// An identifier to bind.
pub(crate) fn raw<T: Id>(id: T) -> Vec<u8> {
    id.raw().to_vec()
}

/// An identifier to bind, where there is one.
pub(crate) fn raw_opt<T: Id>(id: Option<T>) -> Option<Vec<u8>> {
    id.map(raw)
}

/// The connection's identifier as stored: zero bytes stand for the built-in engine, so that uniqueness holds there too.
pub(crate) fn integration_bytes(id: Option<IntegrationId>) -> [u8; 16] {
    id.map_or([0; 16], IntegrationId::bytes)
}

/// Bytes as hex text.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut out = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        out.push(char::from(DIGITS[usize::from(byte >> 4)]));
        out.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    out
}

/// Bytes as a JSON value that `unhex` turns back.
pub(crate) fn jhex(bytes: &[u8]) -> Value {
    Value::String(hex(bytes))
}

/// An identifier as a JSON value.
pub(crate) fn jid<T: Id>(id: T) -> Value {
    jhex(&id.raw())
}

/// An optional identifier as a JSON value.
pub(crate) fn jid_opt<T: Id>(id: Option<T>) -> Value {
    id.map_or(Value::Null, jid)
}

/// An optional time as a JSON value.
pub(crate) fn jat(at: Option<Millis>) -> Value {
    at.map_or(Value::Null, |at| Value::from(at.0))
}

/// Rows as one parameter for `json_each`.
pub(crate) fn json_rows(rows: Vec<Value>) -> String {
    Value::Array(rows).to_string()
}

fn corrupt(column: &str) -> StoreError {
    StoreError::Corrupt(format!("column {column}"))
}

/// Typed columns of a row.
pub(crate) trait Columns {
    fn id<T: Id>(&self, column: &str) -> Result<T, StoreError>;
    fn id_opt<T: Id>(&self, column: &str) -> Result<Option<T>, StoreError>;
    fn int(&self, column: &str) -> Result<i64, StoreError>;
    fn int_opt(&self, column: &str) -> Result<Option<i64>, StoreError>;
    fn text(&self, column: &str) -> Result<String, StoreError>;
    fn text_opt(&self, column: &str) -> Result<Option<String>, StoreError>;
    fn blob(&self, column: &str) -> Result<Vec<u8>, StoreError>;
    fn blob_opt(&self, column: &str) -> Result<Option<Vec<u8>>, StoreError>;

    fn at(&self, column: &str) -> Result<Millis, StoreError> {
        self.int(column).map(Millis)
    }

    fn at_opt(&self, column: &str) -> Result<Option<Millis>, StoreError> {
        Ok(self.int_opt(column)?.map(Millis))
    }

    fn count<T: TryFrom<i64>>(&self, column: &str) -> Result<T, StoreError> {
        T::try_from(self.int(column)?).map_err(|_| corrupt(column))
    }

    fn count_opt<T: TryFrom<i64>>(&self, column: &str) -> Result<Option<T>, StoreError> {
        self.int_opt(column)?
            .map(|n| T::try_from(n).map_err(|_| corrupt(column)))
            .transpose()
    }

    fn hash(&self, column: &str) -> Result<[u8; 32], StoreError> {
        self.blob(column)?.try_into().map_err(|_| corrupt(column))
    }

    fn word<T>(&self, column: &str, of: fn(&str) -> Option<T>) -> Result<T, StoreError> {
        of(&self.text(column)?).ok_or_else(|| corrupt(column))
    }

    fn word_opt<T>(
        &self,
        column: &str,
        of: fn(&str) -> Option<T>,
    ) -> Result<Option<T>, StoreError> {
        self.text_opt(column)?
            .map(|word| of(&word).ok_or_else(|| corrupt(column)))
            .transpose()
    }
}

impl Columns for SqliteRow {
    fn id<T: Id>(&self, column: &str) -> Result<T, StoreError> {
        let bytes: &[u8] = self.try_get(column).map_err(db)?;
        T::of(bytes).ok_or_else(|| corrupt(column))
    }

    fn id_opt<T: Id>(&self, column: &str) -> Result<Option<T>, StoreError> {
        let bytes: Option<&[u8]> = self.try_get(column).map_err(db)?;
        bytes
            .map(|bytes| T::of(bytes).ok_or_else(|| corrupt(column)))
            .transpose()
    }

    fn int(&self, column: &str) -> Result<i64, StoreError> {
        self.try_get(column).map_err(db)
    }

    fn int_opt(&self, column: &str) -> Result<Option<i64>, StoreError> {
        self.try_get(column).map_err(db)
    }

    fn text(&self, column: &str) -> Result<String, StoreError> {
        self.try_get(column).map_err(db)
    }

    fn text_opt(&self, column: &str) -> Result<Option<String>, StoreError> {
        self.try_get(column).map_err(db)
    }

    fn blob(&self, column: &str) -> Result<Vec<u8>, StoreError> {
        self.try_get(column).map_err(db)
    }

    fn blob_opt(&self, column: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.try_get(column).map_err(db)
    }
}

/// What an error of the engine means for whoever asked. Statements that can break a rule of their own say so before.
pub(crate) fn db(error: sqlx::Error) -> StoreError {
    match &error {
        sqlx::Error::Database(inner) => {
            // Extended codes keep the primary one in the low byte.
            let code = inner
                .code()
                .and_then(|code| code.parse::<i64>().ok())
                .map_or(0, |code| code & 0xff);
            match code {
                CONSTRAINT if inner.is_unique_violation() => StoreError::Conflict("value"),
                CONSTRAINT if inner.is_foreign_key_violation() => StoreError::Stale("reference"),
                ERROR | TOO_BIG | CONSTRAINT | MISMATCH => {
                    StoreError::Corrupt(inner.message().to_owned())
                }
                CORRUPT | NOT_A_DATABASE => StoreError::Corrupt(inner.message().to_owned()),
                _ => StoreError::NotApplied(inner.message().to_owned()),
            }
        }
        sqlx::Error::RowNotFound => StoreError::Stale("row"),
        sqlx::Error::ColumnDecode { .. }
        | sqlx::Error::Decode(_)
        | sqlx::Error::ColumnNotFound(_)
        | sqlx::Error::ColumnIndexOutOfBounds { .. } => StoreError::Corrupt(error.to_string()),
        _ => StoreError::NotApplied(error.to_string()),
    }
}

const ERROR: i64 = 1;
const CORRUPT: i64 = 11;
const TOO_BIG: i64 = 18;
const CONSTRAINT: i64 = 19;
const MISMATCH: i64 = 20;
const NOT_A_DATABASE: i64 = 26;

/// As [`db`], naming the unique value that exists already.
pub(crate) fn unique(word: &'static str) -> impl FnOnce(sqlx::Error) -> StoreError {
    move |error| match db(error) {
        StoreError::Conflict(_) => StoreError::Conflict(word),
        other => other,
    }
}

/// Sealed content that does not open.
pub(crate) fn sealed(error: SealError) -> StoreError {
    StoreError::Corrupt(error.to_string())
}

/// Stored JSON that does not read.
pub(crate) fn json(error: serde_json::Error) -> StoreError {
    StoreError::Corrupt(format!("stored JSON, line {}", error.line()))
}

/// A cursor of the caller, or nothing when it is not one of ours: the boundary has refused it before.
pub(crate) fn cursor<K: serde::de::DeserializeOwned>(
    text: Option<&str>,
) -> Result<Option<K>, StoreError> {
    text.map(voxanne_core::page::decode_cursor)
        .transpose()
        .map_err(|_| StoreError::Stale("cursor"))
}

/// How the engine would run a statement.
#[cfg(test)]
pub(crate) async fn plan(conn: &mut SqliteConnection, statement: &'static str) -> String {
    let explained = sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {statement}"));
    let rows = sqlx::query(explained).fetch_all(conn).await.unwrap();
    rows.iter()
        .map(|row| row.text("detail").unwrap())
        .collect::<Vec<_>>()
        .join("\n")
}
