//! Row level security, seen from the roles the store works in.

use crate::{migrated, open, raw};
use sqlx::{AssertSqlSafe, Executor as _, PgConnection, Row as _};
use voxanne_core::{
    agent::Receptionist,
    call::{
        Speaker, Track,
        escalation::{Escalation, EscalationKind},
        fold::CallFold,
        message::{CallMessage, Report, Status},
    },
    ids::{
        AgentId, ApiKeyId, ChunkId, DocumentId, EscalationId, HookId, InboxId, IntegrationId,
        OrgId, PhoneNumberId, SessionId, UserId,
    },
    inbox::{InboxBody, InboxItem, InboxKind, Urgency},
    jobs::NewJob,
    pii::Pii,
    ports::store::{
        ApiKey, Chunk, Document, DocumentState, HookAuth, Integration, IntegrationSecrets, Link,
        LinkKind, PhoneNumber, Session, Store, StoredVectors, User,
    },
    seal::{MasterRing, token_hash},
    tenancy::{Role, Scope},
};
use voxanne_store_postgres::PostgresStore;
use voxanne_testkit::suite::{Line, T0, new_org, read, write};

/// Tables that hold no tenant's rows.
const SHARED: [&str; 2] = ["_sqlx_migrations", "leases"];

/// An organization with at least one row in each table.
async fn furnished(store: &PostgresStore) -> OrgId {
    let org = new_org(store).await;
    let line = Line::new(org, "c");
    let report = CallMessage::Report(Box::new(Report {
        tracks: vec![Track::Stereo],
        ended_at: Some(T0.plus(9_000)),
        ..Report::default()
    }));
    for op in [
        line.status(T0, Status::InProgress),
        line.words(
            T0.plus(1),
            Speaker::Caller,
            "do you have an opening on Friday",
        ),
        line.op("report", T0.plus(9_000), report),
    ] {
        store.intake(&[op], &CallFold).await.remove(0).unwrap();
    }
    let call = read(store, org)
        .await
        .call_by_provider(None, &line.call)
        .await
        .unwrap()
        .unwrap()
        .id;
    let user = User {
        id: UserId::new(),
        email: format!("{org}@example.org"),
        name: "Ana".to_owned(),
        password: None,
        created_at: T0,
    };
    store.system().create_user(&user).await.unwrap();
    let integration = Integration {
        id: IntegrationId::new(),
        org,
        kind: "vapi".to_owned(),
        base_url: "https://api.vapi.example".to_owned(),
        mode: "transient".to_owned(),
        hook: HookId::new(),
        rev: 0,
        secrets: IntegrationSecrets {
            api_key: None,
            public_key: None,
            account: None,
            auth: HookAuth::Hmac,
            secret: None,
            previous_secret: None,
            previous_until: None,
            signature_header: String::new(),
            timestamp_header: String::new(),
        },
    };
    let number = PhoneNumber {
        id: PhoneNumberId::new(),
        org,
        integration: integration.id,
        provider_id: "pn".to_owned(),
        number: Pii::from("+14155550199"),
        seen_at: None,
    };
    let document = Document {
        id: DocumentId::new(),
        org,
        title: "Prices".to_owned(),
        kind: "md".to_owned(),
        content_hash: [1; 32],
        bytes: 1,
        state: DocumentState::Ready,
        done: 0,
        total: 0,
        chunks: 1,
        pages: None,
        storage_key: "d".to_owned(),
        error: None,
        created_at: T0,
        ready_at: None,
        removed_at: None,
    };
    let chunk = Chunk {
        id: ChunkId::new(),
        document: document.id,
        ordinal: 0,
        title_path: String::new(),
        page: None,
        span: (0, 1),
        text: Pii::from("x"),
        tokens: 1,
        added_rev: 1,
        removed_rev: None,
    };
    let mut tx = write(store, org).await;
    let mut state = tx.call_state(call).await.unwrap().unwrap();
    let (escalation, step) = Escalation::open(EscalationId::new(), call, EscalationKind::Human, T0);
    state.inbox = Some(InboxItem {
        id: InboxId::new(),
        kind: InboxKind::Escalation,
        urgency: Urgency::Normal,
        call: Some(call),
        escalation: Some(escalation.id),
        created_at: T0,
        due_at: None,
        acknowledged_at: None,
        closed_at: None,
        body: InboxBody::default(),
    });
    state.escalation = Some(escalation);
    tx.put_call_state(&state, &[step]).await.unwrap();
    tx.put_call_terms(call, &["friday".to_owned()])
        .await
        .unwrap();
    tx.put_turn(call, &turn()).await.unwrap();
    tx.put_member(user.id, Role::Owner).await.unwrap();
    tx.add_api_key(&ApiKey {
        id: ApiKeyId::new(),
        org,
        name: "k".to_owned(),
        prefix: "k".to_owned(),
        hash: token_hash(&org.to_string()),
        scopes: vec![Scope::Read],
        created_at: T0,
        last_used_at: None,
        revoked_at: None,
    })
    .await
    .unwrap();
    tx.put_integration(&integration).await.unwrap();
    tx.put_phone_number(&number).await.unwrap();
    tx.add_agent_version(0, &version()).await.unwrap();
    tx.put_document(&document).await.unwrap();
    tx.add_chunks(std::slice::from_ref(&chunk)).await.unwrap();
    tx.put_vectors(&[StoredVectors {
        chunk: chunk.id,
        model: "m".to_owned(),
        blob: vec![1],
    }])
    .await
    .unwrap();
    tx.put_setting("k", "1").await.unwrap();
    tx.enqueue(NewJob::import_document(document.id));
    tx.audit("suite.furnished", None);
    tx.commit().await.unwrap();
    let id = SessionId::new();
    let session = Session {
        id,
        token_hash: token_hash(&format!("s{org}")),
        user: user.id,
        org,
        family: id,
        parent: None,
        created_at: T0,
        expires_at: T0.plus(9),
        revoked_at: None,
        seen_at: T0,
    };
    store.system().create_session(&session).await.unwrap();
    let link = Link {
        token_hash: token_hash(&format!("l{org}")),
        kind: LinkKind::Reset,
        user: user.id,
        org,
        expires_at: T0.plus(9),
    };
    store.system().create_link(&link).await.unwrap();
    let quota = voxanne_core::jobs::LaneQuota {
        lane: voxanne_core::jobs::Lane::Bulk,
        total: 1,
        per_org: 1,
    };
    store
        .system()
        .claim(
            voxanne_core::ids::WorkerId::new(),
            &[quota],
            T0.plus(60_000),
        )
        .await
        .unwrap();
    org
}

fn turn() -> voxanne_core::call::TurnRow {
    voxanne_core::call::TurnRow {
        no: 1,
        attempt: 1,
        at: T0,
        said: Pii::from("x"),
        spoken: Pii::from("y"),
        decision: "answer".to_owned(),
        reasons: Vec::new(),
        confidence: 1.0,
        cites: Vec::new(),
        degraded: Vec::new(),
        stages: voxanne_core::call::view::StagesView {
            gate: 0.0,
            retrieve: 0.0,
            first_words: 0.0,
            total: 0.0,
        },
        interrupted: false,
        talk: voxanne_core::call::talk::Talk::default(),
    }
}

fn version() -> voxanne_core::agent::AgentVersion {
    voxanne_core::agent::AgentVersion {
        agent: AgentId::new(),
        no: 1,
        body: Receptionist {
            name: "Harbour".to_owned(),
            greeting: String::new(),
            greeting_es: String::new(),
            announce_automated: true,
            announce_recording: false,
            prompt: String::new(),
            languages: vec!["en".to_owned()],
            hours: Vec::new(),
            holidays: Vec::new(),
            targets: Vec::new(),
            services: Vec::new(),
            emergency_number: "911".to_owned(),
            overflow_number: String::new(),
            blocked_callers: Vec::new(),
        },
        author: "system:suite".to_owned(),
        at: T0,
    }
}

async fn tables(on: &mut PgConnection) -> Vec<String> {
    let rows = on
        .fetch_all("select table_name::text from information_schema.tables where table_schema = 'voxanne' order by 1")
        .await
        .unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

/// How many rows a role sees, nothing when it may not look at all.
async fn seen(on: &mut PgConnection, table: &str) -> Option<i64> {
    let count = sqlx::query_scalar(AssertSqlSafe(format!("select count(*) from {table}")))
        .fetch_one(on)
        .await;
    if let Err(error) = &count {
        let code = error
            .as_database_error()
            .and_then(sqlx::error::DatabaseError::code);
        assert_eq!(code.as_deref(), Some("42501"), "{table}: {error}");
    }
    count.ok()
}

#[tokio::test]
async fn f9_3_without_a_tenant_every_table_is_empty_and_with_one_it_shows_only_its_rows() {
    let database = migrated().await;
    let store = open(&database, &MasterRing::generate()).await;
    let one = furnished(&store).await;
    let mut connection = raw(&database).await;
    let tables = tables(&mut connection).await;
    assert!(tables.len() > 25);
    let mut alone = Vec::new();
    for table in &tables {
        let count = seen(&mut connection, table).await.unwrap();
        // Vacuous proofs prove nothing: each table has something to hide.
        assert!(count > 0 || table == "leases", "{table} has no row to hide");
        alone.push(count);
    }
    furnished(&store).await;

    let app = connection
        .fetch_one(
            "select rolbypassrls or rolsuper, exists (select 1 from pg_class c join pg_namespace n on n.oid = c.relnamespace
               where n.nspname = 'voxanne' and c.relowner = r.oid) from pg_roles r where rolname = 'voxanne_app'",
        )
        .await
        .unwrap();
    assert!(
        !app.get::<bool, _>(0) && !app.get::<bool, _>(1),
        "neither owner nor above the rules"
    );
    connection.execute("set role voxanne_app").await.unwrap();
    let mut reachable = 0;
    for table in &tables {
        if let Some(count) = seen(&mut connection, table).await {
            assert_eq!(count, 0, "{table} shows rows without a tenant");
            reachable += 1;
        }
    }
    assert!(reachable > 20);
    connection
        .execute("select set_config('voxanne.org', '', false)")
        .await
        .unwrap();
    assert_eq!(
        seen(&mut connection, "calls").await,
        Some(0),
        "an empty setting is no tenant"
    );
    let uuid = uuid::Uuid::from_bytes(one.bytes());
    sqlx::query("select set_config('voxanne.org', $1, false)")
        .bind(uuid.to_string())
        .execute(&mut connection)
        .await
        .unwrap();
    for (table, alone) in tables.iter().zip(&alone) {
        if let Some(count) = seen(&mut connection, table).await {
            assert_eq!(count, *alone, "{table} shows another tenant's rows");
        }
    }
    let foreign = sqlx::query("insert into settings (org, key, value) values ($1, 'x', '')")
        .bind(uuid::Uuid::from_bytes(OrgId::new().bytes()))
        .execute(&mut connection)
        .await;
    assert!(foreign.is_err(), "rows of another tenant cannot be written");
}

#[tokio::test]
async fn f9_3_every_table_with_tenants_rows_forces_its_policy_on_its_owner_too() {
    let database = migrated().await;
    let mut connection = raw(&database).await;
    let rows = connection
        .fetch_all(
            "select c.relname::text, c.relrowsecurity, c.relforcerowsecurity from pg_class c
             join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'voxanne' and c.relkind = 'r'",
        )
        .await
        .unwrap();
    for row in rows {
        let table: String = row.get(0);
        if SHARED.contains(&table.as_str()) {
            continue;
        }
        assert!(row.get::<bool, _>(1), "{table} has no row level security");
        // The word index is the one exception: only its owner reads it, through a function that names the tenant.
        assert!(
            row.get::<bool, _>(2) || table == "call_search",
            "{table} does not force its policy"
        );
    }
}

#[tokio::test]
async fn f9_3_nobody_reads_the_word_index_but_its_function() {
    let database = migrated().await;
    let store = open(&database, &MasterRing::generate()).await;
    let org = furnished(&store).await;
    let mut connection = raw(&database).await;
    for role in ["voxanne_app", "voxanne_system"] {
        let set = format!("set role {role}");
        connection.execute(AssertSqlSafe(set)).await.unwrap();
        assert_eq!(seen(&mut connection, "call_search").await, None, "{role}");
    }
    for (role, hidden) in [
        ("voxanne_app", vec!["key_ring", "intake_keys", "links"]),
        (
            "voxanne_system",
            vec!["turns", "chunks", "documents", "settings", "audit"],
        ),
    ] {
        let set = format!("set role {role}");
        connection.execute(AssertSqlSafe(set)).await.unwrap();
        for table in hidden {
            assert_eq!(seen(&mut connection, table).await, None, "{role} {table}");
        }
    }
    connection.execute("set role voxanne_app").await.unwrap();
    let find = "select count(*) from call_search_find('{}', 9223372036854775807, \
                'ffffffff-ffff-ffff-ffff-ffffffffffff', 0, 10)";
    assert_eq!(
        sqlx::query_scalar::<_, i64>(find)
            .fetch_one(&mut connection)
            .await
            .unwrap(),
        0,
        "no tenant, no calls"
    );
    sqlx::query("select set_config('voxanne.org', $1, false)")
        .bind(uuid::Uuid::from_bytes(org.bytes()).to_string())
        .execute(&mut connection)
        .await
        .unwrap();
    assert_eq!(
        sqlx::query_scalar::<_, i64>(find)
            .fetch_one(&mut connection)
            .await
            .unwrap(),
        1
    );
}
