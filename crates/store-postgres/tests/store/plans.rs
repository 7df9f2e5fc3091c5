//! The list of calls reads what it shows, whatever the filter.

use crate::{migrated, open, raw};
use sqlx::{AssertSqlSafe, Executor as _, Row as _};
use uuid::Uuid;
use voxanne_core::seal::MasterRing;
use voxanne_store_postgres::CALL_LISTS;
use voxanne_testkit::suite::{T0, new_org};

/// Calls of one organization, with what is rare in real life rare here.
const FILL: &str = "
insert into calls (org, id, provider, provider_call_id, integration, channel, life, outcome, started_at, flags,
                   transcript_rev, live_segments, last_event_at, ring_closed_at, recording, caller_key, private)
select $1, gen_random_uuid(), 'vapi', 'c' || n, '00000000-0000-0000-0000-000000000000', 'phone',
       case when n % 2000 = 0 then 'live' when n % 10 = 1 then 'ended' else 'reported' end,
       case when n % 2000 = 0 then null when n % 700 = 0 then 'declined' else 'answered' end,
       $2 + n * 1000, case when n % 500 = 0 then 1 else 0 end, 0, 0, $2,
       case when n % 900 = 0 then null else $2 end, 'none', decode(md5((n % 4000)::text), 'hex'),
       decode(repeat('00', 200), 'hex')
from generate_series(1, 20000) n";

#[tokio::test]
async fn f4_1_no_filter_of_the_list_of_calls_scans_the_table() {
    let database = migrated().await;
    let store = open(&database, &MasterRing::generate()).await;
    let org = Uuid::from_bytes(new_org(&store).await.bytes());
    let other = Uuid::from_bytes(new_org(&store).await.bytes());
    let mut connection = raw(&database).await;
    for org in [org, other] {
        sqlx::query(FILL)
            .bind(org)
            .bind(T0.0)
            .execute(&mut connection)
            .await
            .unwrap();
    }
    connection.execute("vacuum analyze calls").await.unwrap();
    connection.execute("set role voxanne_app").await.unwrap();
    sqlx::query("select set_config('voxanne.org', $1, false)")
        .bind(org.to_string())
        .execute(&mut connection)
        .await
        .unwrap();
    for (name, statement) in CALL_LISTS {
        let (outcome, caller, index) = match name {
            "by time" => (None, None, "calls_by_start"),
            "by outcome" => (Some("declined"), None, "calls_by_outcome"),
            "by caller" => (None, Some(vec![7_u8; 16]), "calls_by_caller"),
            "escalated" => (None, None, "calls_escalated"),
            "open rings" => (None, None, "calls_open"),
            _ => (None, None, "calls_going"),
        };
        let rows = sqlx::query(AssertSqlSafe(format!("explain {statement}")))
            .bind(org)
            .bind(i64::MAX)
            .bind(Uuid::max())
            .bind(i64::MIN)
            .bind(5_000_i64)
            .bind(51_i64)
            .bind(None::<Vec<String>>)
            .bind(outcome)
            .bind(name == "escalated")
            .bind(name == "open rings")
            .bind(caller)
            .fetch_all(&mut connection)
            .await
            .unwrap();
        let plan: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
        let plan = plan.join("\n");
        assert!(
            plan.contains(index) && !plan.contains("Seq Scan"),
            "{name}:\n{plan}"
        );
    }
}

#[tokio::test]
async fn rare_words_are_found_by_the_index_of_words() {
    let database = migrated().await;
    let store = open(&database, &MasterRing::generate()).await;
    let org = Uuid::from_bytes(new_org(&store).await.bytes());
    let mut connection = raw(&database).await;
    sqlx::query(
        "insert into call_search (org, call, started_at, terms)
         select $1, gen_random_uuid(), n, array[1, 100 + n % 1000, 5000 + n] from generate_series(1, 20000) n",
    )
    .bind(org)
    .execute(&mut connection)
    .await
    .unwrap();
    connection
        .execute("vacuum analyze call_search")
        .await
        .unwrap();
    connection.execute("set role voxanne_owner").await.unwrap();
    let explain = format!(
        "explain select call from call_search where org = '{org}' and terms @> array[101::bigint, 5001]
           and (started_at, call) < (9223372036854775807, 'ffffffff-ffff-ffff-ffff-ffffffffffff') and started_at >= 0
         order by started_at desc, call desc limit 5000"
    );
    let rows = connection.fetch_all(AssertSqlSafe(explain)).await.unwrap();
    let plan: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    assert!(
        plan.iter().any(|line| line.contains("call_search_terms")),
        "{}",
        plan.join("\n")
    );
}
