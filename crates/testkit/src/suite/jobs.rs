//! The job queue: leases, attempts, fairness, dead letters.

use super::{T0, actor, new_org, read, write};
use std::{collections::HashSet, sync::Arc};
use voxanne_core::{
    ids::{CallId, DocumentId, OrgId, WorkerId},
    jobs::{Claimed, JobPayload, Lane, LaneQuota, Lease, NewJob, Settled},
    ports::store::Store,
    time::Millis,
};

/// The tests of this file.
#[macro_export]
macro_rules! suite_jobs {
    ($fresh:ident) => {
        $crate::suite_tests!(
            $fresh,
            jobs,
            [
                claiming_counts_the_attempt_and_settling_needs_the_lease,
                an_expired_lease_goes_to_another_worker_and_the_first_one_loses,
                a_renewed_lease_stays_with_its_worker,
                a_spent_job_dies_and_is_never_claimed,
                an_organization_with_500_jobs_does_not_starve_another,
                organizations_are_served_longest_ago_first,
                the_same_open_key_is_kept_once,
                the_same_open_key_is_due_at_the_earlier_time,
                the_effect_and_the_end_of_a_job_are_one_transaction,
                a_job_waits_for_its_time_and_the_store_knows_when,
                a_dead_letter_can_be_opened_again,
                lanes_do_not_take_from_each_other,
                workers_that_claim_at_once_share_the_jobs,
            ]
        );
    };
}

const URGENT: LaneQuota = LaneQuota {
    lane: Lane::Urgent,
    total: 10,
    per_org: 10,
};

async fn enqueue(store: &dyn Store, org: OrgId, jobs: Vec<NewJob>) {
    let mut tx = write(store, org).await;
    for job in jobs {
        tx.enqueue(job);
    }
    tx.commit().await.unwrap();
}

fn index() -> NewJob {
    NewJob::index_call(CallId::new())
}

/// When jobs that were enqueued without a time are due: after the clock of the transaction.
const DUE: Millis = Millis(T0.0 + 60_000);

async fn claim(store: &dyn Store, worker: WorkerId, now: Millis) -> Vec<Claimed> {
    let bulk = LaneQuota {
        lane: Lane::Bulk,
        ..URGENT
    };
    let system = store.system();
    system.claim(worker, &[URGENT, bulk], now).await.unwrap()
}

pub async fn claiming_counts_the_attempt_and_settling_needs_the_lease(store: Arc<dyn Store>) {
    let org = new_org(&*store).await;
    let job = index();
    enqueue(&*store, org, vec![job.clone()]).await;
    let worker = WorkerId::new();
    let first = claim(&*store, worker, DUE).await;
    assert_eq!(first.len(), 1);
    assert_eq!(first[0].org, org);
    assert_eq!(first[0].payload, job.payload);
    assert_eq!(first[0].attempts, 1);
    assert!(
        claim(&*store, worker, DUE).await.is_empty(),
        "leased jobs are not claimed"
    );
    let stranger = Lease {
        worker: WorkerId::new(),
        ..first[0].lease.clone()
    };
    let stale = Lease {
        token: first[0].lease.token + 1,
        ..first[0].lease.clone()
    };
    for wrong in [stranger, stale] {
        assert!(
            !store
                .system()
                .settle(&wrong, &Settled::Done, DUE)
                .await
                .unwrap()
        );
        assert!(!store.system().renew(&wrong, DUE.plus(1)).await.unwrap());
    }
    let again = Settled::Again {
        run_at: DUE.plus(5_000),
        why: "the provider was busy".to_owned(),
    };
    assert!(
        store
            .system()
            .settle(&first[0].lease, &again, DUE)
            .await
            .unwrap()
    );
    assert!(
        !store
            .system()
            .settle(&first[0].lease, &Settled::Done, DUE)
            .await
            .unwrap(),
        "a settled lease is used up"
    );
    let second = claim(&*store, worker, DUE.plus(5_000)).await;
    assert_eq!(second[0].attempts, 2);
    assert_ne!(
        second[0].lease.token, first[0].lease.token,
        "each claim draws a new token"
    );
    assert!(
        store
            .system()
            .settle(&second[0].lease, &Settled::Done, DUE)
            .await
            .unwrap()
    );
    assert!(
        claim(&*store, worker, DUE.plus(900_000_000))
            .await
            .is_empty()
    );
    assert_eq!(store.system().next_job_at().await.unwrap(), None);
}

pub async fn an_expired_lease_goes_to_another_worker_and_the_first_one_loses(
    store: Arc<dyn Store>,
) {
    let org = new_org(&*store).await;
    enqueue(&*store, org, vec![index()]).await;
    let (slow, quick) = (WorkerId::new(), WorkerId::new());
    let lost = claim(&*store, slow, DUE).await.remove(0);
    let expiry = DUE.plus(lost.payload.lease_ms());
    assert!(claim(&*store, quick, expiry.plus(-1)).await.is_empty());
    let taken = claim(&*store, quick, expiry).await.remove(0);
    assert_eq!(taken.lease.job, lost.lease.job);
    assert_eq!(taken.attempts, 2);
    assert!(
        !store
            .system()
            .renew(&lost.lease, expiry.plus(60_000))
            .await
            .unwrap()
    );
    assert!(
        !store
            .system()
            .settle(&lost.lease, &Settled::Done, expiry)
            .await
            .unwrap()
    );
    assert!(
        store
            .system()
            .settle(&taken.lease, &Settled::Done, expiry)
            .await
            .unwrap()
    );
}

pub async fn a_renewed_lease_stays_with_its_worker(store: Arc<dyn Store>) {
    let org = new_org(&*store).await;
    enqueue(&*store, org, vec![index()]).await;
    let held = claim(&*store, WorkerId::new(), DUE).await.remove(0);
    let until = DUE.plus(10 * held.payload.lease_ms());
    assert!(store.system().renew(&held.lease, until).await.unwrap());
    assert!(
        claim(&*store, WorkerId::new(), until.plus(-1))
            .await
            .is_empty()
    );
    assert_eq!(store.system().next_job_at().await.unwrap(), Some(until));
    assert_eq!(claim(&*store, WorkerId::new(), until).await.len(), 1);
}

pub async fn a_spent_job_dies_and_is_never_claimed(store: Arc<dyn Store>) {
    let org = new_org(&*store).await;
    let job = index();
    enqueue(&*store, org, vec![job.clone()]).await;
    let most = job.payload.retry().attempts;
    let mut now = DUE;
    for attempt in 1..=most {
        let claimed = claim(&*store, WorkerId::new(), now).await;
        assert_eq!(claimed.len(), 1, "attempt {attempt}");
        assert_eq!(claimed[0].attempts, attempt);
        now = now.plus(job.payload.lease_ms());
    }
    assert!(claim(&*store, WorkerId::new(), now).await.is_empty());
    assert!(
        claim(&*store, WorkerId::new(), now.plus(900_000_000))
            .await
            .is_empty()
    );
    let dead = read(&*store, org).await.dead_jobs().await.unwrap();
    assert_eq!(dead.len(), 1);
    assert_eq!(dead[0].attempts, most);
    assert_eq!(dead[0].kind, "call.index");
    assert_eq!(dead[0].at, now);
    assert!(!dead[0].error.is_empty());
    let payload: JobPayload = serde_json::from_str(dead[0].payload.expose()).unwrap();
    assert_eq!(payload, job.payload);
}

pub async fn an_organization_with_500_jobs_does_not_starve_another(store: Arc<dyn Store>) {
    let (busy, quiet) = (new_org(&*store).await, new_org(&*store).await);
    for _ in 0..5 {
        enqueue(&*store, busy, (0..100).map(|_| index()).collect()).await;
    }
    enqueue(&*store, quiet, vec![index()]).await;
    let quota = LaneQuota {
        lane: Lane::Urgent,
        total: 8,
        per_org: 4,
    };
    let claimed = store
        .system()
        .claim(WorkerId::new(), &[quota], DUE)
        .await
        .unwrap();
    assert_eq!(claimed.iter().filter(|c| c.org == quiet).count(), 1);
    assert_eq!(
        claimed.iter().filter(|c| c.org == busy).count(),
        4,
        "no organization gets more than its part"
    );
    let counts = read(&*store, busy).await.job_counts().await.unwrap();
    assert_eq!(counts[0].open, 500);
    let all = store.system().all_job_counts().await.unwrap();
    assert_eq!(all.iter().map(|c| c.open).sum::<u64>(), 501);
}

pub async fn organizations_are_served_longest_ago_first(store: Arc<dyn Store>) {
    let orgs = [
        new_org(&*store).await,
        new_org(&*store).await,
        new_org(&*store).await,
    ];
    for org in orgs {
        enqueue(&*store, org, (0..4).map(|_| index()).collect()).await;
    }
    let one = LaneQuota {
        lane: Lane::Urgent,
        total: 1,
        per_org: 1,
    };
    let mut served = Vec::new();
    for round in 0..6 {
        let claimed = store
            .system()
            .claim(WorkerId::new(), &[one], DUE.plus(round))
            .await
            .unwrap();
        assert_eq!(claimed.len(), 1);
        served.push(claimed[0].org);
    }
    let first: HashSet<OrgId> = served[..3].iter().copied().collect();
    assert_eq!(first, orgs.into_iter().collect());
    assert_eq!(served[..3], served[3..], "the turn goes round");
}

pub async fn the_same_open_key_is_due_at_the_earlier_time(store: Arc<dyn Store>) {
    let org = new_org(&*store).await;
    let document = DocumentId::new();
    let at = |ms| NewJob::sweep_document(document, DUE.plus(ms));
    enqueue(&*store, org, vec![at(60_000)]).await;
    enqueue(&*store, org, vec![at(90_000)]).await;
    assert_eq!(
        store.system().next_job_at().await.unwrap(),
        Some(DUE.plus(60_000))
    );
    enqueue(&*store, org, vec![at(1_000), at(500), at(700)]).await;
    assert_eq!(
        store.system().next_job_at().await.unwrap(),
        Some(DUE.plus(500))
    );
    let held = claim(&*store, WorkerId::new(), DUE.plus(500)).await;
    enqueue(&*store, org, vec![at(0)]).await;
    let other = claim(&*store, WorkerId::new(), DUE.plus(600)).await;
    assert_eq!((held.len(), other.len()), (1, 0), "it is worked on");
}

pub async fn the_same_open_key_is_kept_once(store: Arc<dyn Store>) {
    let (org, other) = (new_org(&*store).await, new_org(&*store).await);
    let call = CallId::new();
    let document = DocumentId::new();
    enqueue(
        &*store,
        org,
        vec![
            NewJob::index_call(call),
            NewJob::index_call(call),
            NewJob::import_document(document),
            NewJob::sweep_document(document, DUE),
        ],
    )
    .await;
    enqueue(&*store, org, vec![NewJob::index_call(call)]).await;
    enqueue(&*store, other, vec![NewJob::index_call(call)]).await;
    let claimed = claim(&*store, WorkerId::new(), DUE).await;
    assert_eq!(claimed.iter().filter(|c| c.org == org).count(), 3);
    assert_eq!(claimed.iter().filter(|c| c.org == other).count(), 1);
    for one in &claimed {
        assert!(
            store
                .system()
                .settle(&one.lease, &Settled::Done, DUE)
                .await
                .unwrap()
        );
    }
    enqueue(&*store, org, vec![NewJob::index_call(call)]).await;
    assert_eq!(
        claim(&*store, WorkerId::new(), DUE).await.len(),
        1,
        "a done job does not hold its key"
    );
}

pub async fn the_effect_and_the_end_of_a_job_are_one_transaction(store: Arc<dyn Store>) {
    let org = new_org(&*store).await;
    enqueue(&*store, org, vec![index()]).await;
    let held = claim(&*store, WorkerId::new(), DUE).await.remove(0);

    let mut dropped = write(&*store, org).await;
    dropped.put_setting("effect", "1").await.unwrap();
    assert!(dropped.finish_job(&held.lease).await.unwrap());
    drop(dropped);
    assert_eq!(
        read(&*store, org).await.setting("effect").await.unwrap(),
        None
    );
    assert!(
        store
            .system()
            .renew(&held.lease, DUE.plus(60_000))
            .await
            .unwrap(),
        "what is not committed has not happened"
    );

    let mut done = write(&*store, org).await;
    done.put_setting("effect", "2").await.unwrap();
    assert!(done.finish_job(&held.lease).await.unwrap());
    done.commit().await.unwrap();
    assert_eq!(
        read(&*store, org)
            .await
            .setting("effect")
            .await
            .unwrap()
            .as_deref(),
        Some("2")
    );
    let mut late = write(&*store, org).await;
    assert!(!late.finish_job(&held.lease).await.unwrap());
    drop(late);
    assert!(
        claim(&*store, WorkerId::new(), DUE.plus(900_000_000))
            .await
            .is_empty()
    );

    let other = new_org(&*store).await;
    enqueue(&*store, org, vec![index()]).await;
    let held = claim(&*store, WorkerId::new(), DUE).await.remove(0);
    let mut foreign = write(&*store, other).await;
    assert!(
        !foreign.finish_job(&held.lease).await.unwrap(),
        "a job of another tenant cannot be finished"
    );
}

pub async fn a_job_waits_for_its_time_and_the_store_knows_when(store: Arc<dyn Store>) {
    let org = new_org(&*store).await;
    let at = DUE.plus(3_600_000);
    enqueue(
        &*store,
        org,
        vec![NewJob::sweep_document(DocumentId::new(), at)],
    )
    .await;
    assert_eq!(store.system().next_job_at().await.unwrap(), Some(at));
    assert!(
        claim(&*store, WorkerId::new(), at.plus(-1))
            .await
            .is_empty()
    );
    let held = claim(&*store, WorkerId::new(), at).await.remove(0);
    let later = at.plus(7_000);
    let again = Settled::Again {
        run_at: later,
        why: "a live call still uses it".to_owned(),
    };
    assert!(
        store
            .system()
            .settle(&held.lease, &again, at)
            .await
            .unwrap()
    );
    assert_eq!(store.system().next_job_at().await.unwrap(), Some(later));
    let counts = read(&*store, org).await.job_counts().await.unwrap();
    assert_eq!(counts.len(), 1);
    assert_eq!(
        (counts[0].kind.as_str(), counts[0].open, counts[0].dead),
        ("document.sweep", 1, 0)
    );
    assert_eq!(counts[0].oldest, Some(later));
}

pub async fn a_dead_letter_can_be_opened_again(store: Arc<dyn Store>) {
    let org = new_org(&*store).await;
    let job = index();
    enqueue(&*store, org, vec![job.clone()]).await;
    let held = claim(&*store, WorkerId::new(), DUE).await.remove(0);
    let never = Settled::Dead {
        why: "the call has no transcript".to_owned(),
    };
    assert!(
        store
            .system()
            .settle(&held.lease, &never, DUE)
            .await
            .unwrap()
    );
    assert!(
        claim(&*store, WorkerId::new(), DUE.plus(900_000_000))
            .await
            .is_empty()
    );
    let dead = read(&*store, org).await.dead_jobs().await.unwrap();
    assert_eq!(dead.len(), 1);
    assert_eq!(dead[0].id, held.lease.job);
    assert_eq!(dead[0].error, "the call has no transcript");
    let counts = read(&*store, org).await.job_counts().await.unwrap();
    assert_eq!((counts[0].open, counts[0].dead), (0, 1));

    let other = new_org(&*store).await;
    let mut foreign = write(&*store, other).await;
    assert!(!foreign.retry_job(dead[0].id).await.unwrap());
    drop(foreign);

    let mut wakes = store.wakes();
    let mut tx = store.write(&actor(org)).await.unwrap();
    assert!(tx.retry_job(dead[0].id).await.unwrap());
    assert!(!tx.retry_job(dead[0].id).await.unwrap());
    tx.commit().await.unwrap();
    wakes.changed().await;
    let again = claim(&*store, WorkerId::new(), DUE).await;
    assert_eq!(again.len(), 1);
    assert_eq!(again[0].attempts, 1, "it has all its attempts again");
    assert_eq!(again[0].payload, job.payload);
    assert!(
        read(&*store, org)
            .await
            .dead_jobs()
            .await
            .unwrap()
            .is_empty()
    );
}

pub async fn lanes_do_not_take_from_each_other(store: Arc<dyn Store>) {
    let org = new_org(&*store).await;
    enqueue(
        &*store,
        org,
        vec![
            index(),
            NewJob::fetch_recording(CallId::new(), voxanne_core::call::Track::Stereo),
        ],
    )
    .await;
    let recording = LaneQuota {
        lane: Lane::Recording,
        total: 5,
        per_org: 5,
    };
    let bulk = LaneQuota {
        lane: Lane::Bulk,
        ..recording
    };
    let claimed = store
        .system()
        .claim(WorkerId::new(), &[bulk, recording], DUE)
        .await
        .unwrap();
    assert_eq!(claimed.len(), 1);
    assert_eq!(claimed[0].payload.kind(), "recording.fetch");
    assert_eq!(claim(&*store, WorkerId::new(), DUE).await.len(), 1);
    let none = LaneQuota { total: 0, ..URGENT };
    assert!(
        store
            .system()
            .claim(WorkerId::new(), &[none], DUE)
            .await
            .unwrap()
            .is_empty()
    );
}

pub async fn workers_that_claim_at_once_share_the_jobs(store: Arc<dyn Store>) {
    let org = new_org(&*store).await;
    enqueue(&*store, org, (0..60).map(|_| index()).collect()).await;
    let workers: Vec<_> = (0..6)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move { claim(&*store, WorkerId::new(), DUE).await })
        })
        .collect();
    let mut seen = HashSet::new();
    for worker in workers {
        for claimed in worker.await.unwrap() {
            assert!(seen.insert(claimed.lease.job), "one job for two workers");
            assert_eq!(claimed.attempts, 1);
        }
    }
    // Workers that met may have got less than they asked for; nothing is lost by it.
    loop {
        let rest = claim(&*store, WorkerId::new(), DUE).await;
        if rest.is_empty() {
            break;
        }
        for claimed in rest {
            assert!(seen.insert(claimed.lease.job));
        }
    }
    assert_eq!(seen.len(), 60);
}
