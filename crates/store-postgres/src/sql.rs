//! Between rows and domain values: ids as uuid, words as enumerations, failures as [`StoreError`].

use sqlx::{
    Decode, Postgres, Row as _, Type,
    postgres::{PgDatabaseError, PgRow},
};
use std::borrow::Cow;
use uuid::Uuid;
use voxanne_core::{
    ids::{
        AgentId, ApiKeyId, CallId, ChunkId, DocumentId, EscalationId, HookId, InboxId,
        IntegrationId, JobId, ObjectId, OrgId, PhoneNumberId, RecordingId, SessionId, UserId,
        WorkerId,
    },
    ports::store::StoreError,
    seal::SealError,
    time::Millis,
};

/// An identifier as PostgreSQL keeps it.
pub(crate) trait Id: Copy {
    fn uuid(self) -> Uuid;
    fn of(uuid: Uuid) -> Self;
}

macro_rules! ids {
    ($($name:ident),*) => {$(
        impl Id for $name {
            fn uuid(self) -> Uuid {
                Uuid::from_bytes(self.bytes())
            }
            fn of(uuid: Uuid) -> Self {
                Self::from_bytes(*uuid.as_bytes())
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

/// One column of a set of rows, to bind for `unnest`.
macro_rules! column {
    ($rows:expr, $row:pat => $value:expr) => {
        $rows.iter().map(|$row| $value).collect::<Vec<_>>()
    };
}
pub(crate) use column;

/// A row whose columns are read by name.
#[derive(Clone, Copy)]
pub(crate) struct Cells<'r>(pub(crate) &'r PgRow);

impl Cells<'_> {
    pub(crate) fn get<T>(self, name: &str) -> Result<T, StoreError>
    where
        T: for<'q> Decode<'q, Postgres> + Type<Postgres>,
    {
        self.0
            .try_get(name)
            .map_err(|e| StoreError::Corrupt(format!("column {name}: {e}")))
    }

    pub(crate) fn id<I: Id>(self, name: &str) -> Result<I, StoreError> {
        self.get::<Uuid>(name).map(I::of)
    }

    pub(crate) fn opt_id<I: Id>(self, name: &str) -> Result<Option<I>, StoreError> {
        Ok(self.get::<Option<Uuid>>(name)?.map(I::of))
    }

    pub(crate) fn at(self, name: &str) -> Result<Millis, StoreError> {
        self.get(name).map(Millis)
    }

    pub(crate) fn opt_at(self, name: &str) -> Result<Option<Millis>, StoreError> {
        Ok(self.get::<Option<i64>>(name)?.map(Millis))
    }

    /// An `integer` column that is never negative.
    pub(crate) fn u32(self, name: &str) -> Result<u32, StoreError> {
        self.get::<i32>(name).map(|n| n.max(0) as u32)
    }

    pub(crate) fn opt_u32(self, name: &str) -> Result<Option<u32>, StoreError> {
        Ok(self.get::<Option<i32>>(name)?.map(|n| n.max(0) as u32))
    }

    /// A `bigint` column that is never negative.
    pub(crate) fn u64(self, name: &str) -> Result<u64, StoreError> {
        self.get::<i64>(name).map(|n| n.max(0) as u64)
    }

    pub(crate) fn opt_u64(self, name: &str) -> Result<Option<u64>, StoreError> {
        Ok(self.get::<Option<i64>>(name)?.map(|n| n.max(0) as u64))
    }

    pub(crate) fn word<T>(self, name: &str, of: fn(&str) -> Option<T>) -> Result<T, StoreError> {
        of(&self.get::<String>(name)?)
            .ok_or_else(|| StoreError::Corrupt(format!("unknown word in {name}")))
    }

    pub(crate) fn opt_word<T>(
        self,
        name: &str,
        of: fn(&str) -> Option<T>,
    ) -> Result<Option<T>, StoreError> {
        match self.get::<Option<String>>(name)? {
            None => Ok(None),
            Some(word) => of(&word)
                .map(Some)
                .ok_or_else(|| StoreError::Corrupt(format!("unknown word in {name}"))),
        }
    }

    pub(crate) fn hash(self, name: &str) -> Result<[u8; 32], StoreError> {
        hash32(name, &self.get::<Vec<u8>>(name)?)
    }

    pub(crate) fn opt_hash(self, name: &str) -> Result<Option<[u8; 32]>, StoreError> {
        self.get::<Option<Vec<u8>>>(name)?
            .map(|bytes| hash32(name, &bytes))
            .transpose()
    }

    pub(crate) fn json<T: serde::de::DeserializeOwned>(self, name: &str) -> Result<T, StoreError> {
        serde_json::from_str(&self.get::<String>(name)?)
            .map_err(|_| StoreError::Corrupt(format!("{name} is not the expected JSON")))
    }
}

fn hash32(name: &str, bytes: &[u8]) -> Result<[u8; 32], StoreError> {
    bytes
        .try_into()
        .map_err(|_| StoreError::Corrupt(format!("{name} is not 32 bytes")))
}

/// Text as PostgreSQL can hold it: it has no NUL character.
pub(crate) fn clean(text: &str) -> Cow<'_, str> {
    if text.contains('\0') {
        Cow::Owned(text.replace('\0', "\u{fffd}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// JSON of a value that always has one.
pub(crate) fn json<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_else(|_| "null".to_owned())
}

/// What a broken unique index is called in the port's words.
fn conflict(constraint: Option<&str>) -> &'static str {
    match constraint {
        Some("users_by_email") => "email",
        Some("calls_by_provider") => "call",
        Some("phone_numbers_by_provider") => "number",
        Some("integrations_by_hook") => "hook",
        Some("documents_by_hash") => "document",
        Some("segments_pkey") => "segment",
        Some("escalations_open") => "escalation",
        Some("agent_versions_pkey") => "version",
        Some("api_keys_by_hash" | "api_keys_pkey") => "key",
        Some("organizations_pkey") => "organization",
        Some("sessions_by_token" | "sessions_pkey") => "session",
        Some("chunks_pkey") => "passage",
        Some("jobs_open") => "job",
        _ => "row",
    }
}

/// A failure before the commit: certainly not applied, or the row's own fault.
pub(crate) fn failed(error: sqlx::Error) -> StoreError {
    match &error {
        sqlx::Error::Database(db) if db.is_unique_violation() => {
            StoreError::Conflict(conflict(db.constraint()))
        }
        sqlx::Error::Database(db) if db.is_foreign_key_violation() => {
            StoreError::Stale("reference")
        }
        sqlx::Error::RowNotFound => StoreError::Stale("row"),
        _ if is_data(&error) => StoreError::Corrupt(said(&error)),
        sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => {
            StoreError::Corrupt(said(&error))
        }
        _ => StoreError::NotApplied(said(&error)),
    }
}

/// A failure of the commit itself: only a refusal that comes before the commit tells that nothing was applied. A server
/// that ends the connection may have committed first.
pub(crate) fn commit_failed(error: sqlx::Error) -> StoreError {
    let refused = match &error {
        sqlx::Error::Database(db) => db.code().is_some_and(|code| {
            ["23", "25", "40001", "40P01"]
                .iter()
                .any(|known| code.starts_with(known))
        }),
        _ => false,
    };
    if refused {
        failed(error)
    } else {
        StoreError::Unknown(said(&error))
    }
}

/// Whether the rows themselves are at fault: repeating them gives the same answer.
pub(crate) fn is_data(error: &sqlx::Error) -> bool {
    let sqlx::Error::Database(db) = error else {
        return matches!(error, sqlx::Error::Encode(_));
    };
    db.code()
        .is_some_and(|code| code.starts_with("22") || code.starts_with("23"))
}

/// Whether the server gave the transaction up for the sake of another one.
pub(crate) fn is_collision(error: &sqlx::Error) -> bool {
    let sqlx::Error::Database(db) = error else {
        return false;
    };
    matches!(db.code().as_deref(), Some("40001" | "40P01"))
}

/// The failure in words that hold no value of a row: the server's detail may quote rows, its message does not.
fn said(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Database(db) => match db.try_downcast_ref::<PgDatabaseError>() {
            Some(pg) => format!("PostgreSQL {}", pg.code()),
            None => "PostgreSQL refused".to_owned(),
        },
        sqlx::Error::PoolTimedOut => "no free connection".to_owned(),
        sqlx::Error::Io(_) | sqlx::Error::Tls(_) => "the connection broke".to_owned(),
        sqlx::Error::ColumnDecode { index, .. } => format!("column {index}"),
        other => format!("{other}"),
    }
}

/// Sealed content that does not open.
pub(crate) fn sealed(error: SealError) -> StoreError {
    StoreError::Corrupt(error.to_string())
}

/// A cursor that is not one of ours points nowhere.
pub(crate) fn cursor<K: serde::de::DeserializeOwned>(
    text: Option<&str>,
) -> Result<Option<K>, StoreError> {
    text.map(voxanne_core::page::decode_cursor)
        .transpose()
        .map_err(|_| StoreError::Stale("cursor"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_without_nul_is_kept_and_nul_is_replaced() {
        assert_eq!(clean("plain"), "plain");
        assert_eq!(clean("a\0b"), "a\u{fffd}b");
    }

    #[test]
    fn only_a_refusal_of_the_server_tells_that_a_commit_was_not_applied() {
        let broken = || sqlx::Error::Io(std::io::ErrorKind::ConnectionReset.into());
        assert!(matches!(commit_failed(broken()), StoreError::Unknown(_)));
        assert!(matches!(failed(broken()), StoreError::NotApplied(_)));
    }
}
