//! Both stores have the same migrations with the same tables and columns, as far as the engines allow.

use crate::{migrated, raw};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, Row as _, SqliteConnection};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};
use voxanne_store_postgres::MIGRATIONS;

/// Tables by name with their columns.
type Tables = BTreeMap<String, BTreeSet<String>>;

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../store-sqlite/migrations")
}

fn sqlite_migrations() -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| {
            let name = entry.unwrap().file_name();
            name.to_string_lossy().trim_end_matches(".sql").to_owned()
        })
        .collect();
    names.sort();
    names
}

async fn sqlite() -> Tables {
    let mut connection = SqliteConnection::connect("sqlite::memory:").await.unwrap();
    for name in sqlite_migrations() {
        let sql = std::fs::read_to_string(folder().join(format!("{name}.sql"))).unwrap();
        connection.execute(AssertSqlSafe(sql)).await.unwrap();
    }
    let rows = connection
        .fetch_all(
            "SELECT t.name, c.name FROM sqlite_schema t JOIN pragma_table_info(t.name) c
             WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'",
        )
        .await
        .unwrap();
    let mut tables = Tables::new();
    for row in rows {
        tables.entry(row.get(0)).or_default().insert(row.get(1));
    }
    tables
}

async fn postgres() -> Tables {
    let database = migrated().await;
    let rows = raw(&database)
        .await
        .fetch_all(
            "select table_name::text, column_name::text from information_schema.columns where table_schema = 'voxanne'",
        )
        .await
        .unwrap();
    let mut tables = Tables::new();
    for row in rows {
        tables.entry(row.get(0)).or_default().insert(row.get(1));
    }
    tables
}

/// What each engine needs for itself: row keys, the word index, the ledger of migrations.
fn shared(mut tables: Tables) -> Tables {
    tables.retain(|name, _| !name.starts_with("call_search") && name != "_sqlx_migrations");
    for columns in tables.values_mut() {
        columns.remove("row");
        columns.remove("search_key");
    }
    tables
}

#[tokio::test]
async fn both_stores_have_the_same_migrations_tables_and_columns() {
    let names: Vec<&str> = MIGRATIONS.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, sqlite_migrations());
    for (at, name) in names.iter().enumerate() {
        assert!(name.starts_with(&format!("{:04}_", at + 1)));
    }
    let (ours, theirs) = (shared(postgres().await), shared(sqlite().await));
    assert_eq!(
        ours.keys().collect::<Vec<_>>(),
        theirs.keys().collect::<Vec<_>>()
    );
    for (table, columns) in &ours {
        assert_eq!(columns, &theirs[table], "{table}");
    }
}
