//! Intake: a whole batch in one transaction, with a number of statements that does not depend on its size.
//!
//! Known keys and calls are loaded, the pure fold runs in memory, and each table is written once. Several messages of one
//! call in one batch see each other's changes.

use crate::{
    calls,
    cells::{self, Row, row},
    escalations,
    gate::Lane,
    inbox, log,
    rows::{Columns as _, db, integration_bytes, jhex, jid, json_rows, sealed},
    store::Shared,
};
use serde_json::{Value, json};
use sqlx::SqliteConnection;
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};
use voxanne_core::{
    call::{
        Call,
        escalation::Escalation,
        fold::{CallState, Effects, Fold},
        message::{IntakeOp, Reply},
    },
    ids::{CallId, IntegrationId, OrgId},
    inbox::InboxItem,
    log::{NewEvent, Seq},
    ports::store::{Receipt, StoreError},
    seal::OrgKeys,
    time::Millis,
};

type Keys = HashMap<OrgId, Arc<OrgKeys>>;
type KeyOf = (OrgId, [u8; 16]);
/// What a provider knows a call by.
pub(crate) type LineOf = (OrgId, [u8; 16], String);

/// Takes in a batch: one result for each operation, in order.
pub(crate) async fn run(
    shared: &Shared,
    batch: &[IntakeOp],
    fold: &dyn Fold,
) -> Vec<Result<Receipt, StoreError>> {
    let mut keys = Keys::new();
    let mut refused: HashMap<OrgId, StoreError> = HashMap::new();
    for op in batch {
        if keys.contains_key(&op.org) || refused.contains_key(&op.org) {
            continue;
        }
        match shared.keys(op.org).await {
            Ok(found) => {
                keys.insert(op.org, found);
            }
            Err(error) => {
                refused.insert(op.org, error);
            }
        }
    }
    let good: Vec<&IntakeOp> = batch
        .iter()
        .filter(|op| keys.contains_key(&op.org))
        .collect();
    let mut taken = all(shared, &good, fold, &keys).await.into_iter();
    batch
        .iter()
        .map(|op| match refused.get(&op.org) {
            Some(error) => Err(error.clone()),
            None => taken
                .next()
                .unwrap_or_else(|| Err(StoreError::NotApplied("no result".to_owned()))),
        })
        .collect()
}

async fn all(
    shared: &Shared,
    batch: &[&IntakeOp],
    fold: &dyn Fold,
    keys: &Keys,
) -> Vec<Result<Receipt, StoreError>> {
    match take(shared, batch, fold, keys).await {
        Ok(receipts) => receipts,
        // Down is down for each of them, and what may have happened must not be tried again here.
        Err(error) if batch.len() < 2 || error.is_retryable() => {
            batch.iter().map(|_| Err(error.clone())).collect()
        }
        Err(error) => {
            tracing::warn!(%error, size = batch.len(), "a batch is taken in one by one");
            let mut out = Vec::with_capacity(batch.len());
            for op in batch {
                let one = take(shared, std::slice::from_ref(op), fold, keys).await;
                out.push(one.and_then(|receipts| {
                    receipts
                        .into_iter()
                        .next()
                        .unwrap_or_else(|| Err(StoreError::NotApplied("no result".to_owned())))
                }));
            }
            out
        }
    }
}

/// One transaction.
async fn take(
    shared: &Shared,
    batch: &[&IntakeOp],
    fold: &dyn Fold,
    keys: &Keys,
) -> Result<Vec<Result<Receipt, StoreError>>, StoreError> {
    if batch.is_empty() {
        return Ok(Vec::new());
    }
    let mut writer = shared.begin(Lane::Intake).await?;
    let now = shared.now();
    let conn = writer.conn();
    let standing = connections(conn, batch).await?;
    let is_stale = |op: &IntakeOp| {
        op.proved
            .is_some_and(|rev| standing.get(&route_of(op)) != Some(&rev))
    };
    let mut answered = known_keys(conn, batch, keys).await?;
    let fresh: Vec<&IntakeOp> = batch
        .iter()
        .copied()
        .filter(|op| !is_stale(op) && !answered.contains_key(&key_of(op)))
        .collect();
    let lines: HashSet<LineOf> = fresh.iter().map(|op| line_of(op)).collect();
    let mut states = HashMap::with_capacity(lines.len());
    let mut unknown = Vec::new();
    for line in lines {
        match shared.hot.take(&line) {
            Some(state) => drop(states.insert(line, state)),
            None => unknown.push(line),
        }
    }
    states.extend(load(conn, &unknown, keys).await?);
    let loaded: HashMap<CallId, Call> = states
        .values()
        .map(|state| (state.call.id, state.call.clone()))
        .collect();
    let mut work = Work::new(now);
    let mut receipts = Vec::with_capacity(batch.len());
    for op in batch {
        if is_stale(op) {
            receipts.push(Err(StoreError::Stale("connection")));
            continue;
        }
        if let Some(reply) = answered.get(&key_of(op)) {
            receipts.push(Ok(Receipt::Repeat {
                reply: reply.clone(),
            }));
            continue;
        }
        let line = line_of(op);
        let state = states.entry(line).or_insert_with(|| CallState {
            call: fold.open(op),
            escalation: None,
            inbox: None,
        });
        let before = (state.escalation.clone(), state.inbox.clone());
        let effects = fold.apply(state, op);
        answered.insert(key_of(op), effects.reply.clone());
        receipts.push(Ok(Receipt::Fresh {
            call: state.call.id,
            seq: None,
            reply: effects.reply.clone(),
        }));
        let keys = keys.get(&op.org).ok_or(StoreError::Stale("organization"))?;
        work.note(op, state, before, effects, receipts.len() - 1, keys)?;
    }
    if fresh.is_empty() {
        // Nothing to write; the transaction ends with the writer.
        return Ok(receipts);
    }
    let heads = work.write(conn, &states, &loaded, keys).await?;
    writer.commit().await?;
    shared.hot.keep(states.into_iter());
    for (at, seq) in work.numbered(&heads) {
        if let Some(Ok(Receipt::Fresh { seq: slot, .. })) = receipts.get_mut(at) {
            *slot = Some(seq);
        }
    }
    for org in &work.stirred {
        shared
            .wakes
            .wake(*org, heads.get(org).copied().unwrap_or(0));
    }
    Ok(receipts)
}

fn key_of(op: &IntakeOp) -> KeyOf {
    (op.org, op.key.0)
}

fn line_of(op: &IntakeOp) -> LineOf {
    (op.org, integration_bytes(op.integration), op.call.0.clone())
}

type Route = (OrgId, [u8; 16]);

fn route_of(op: &IntakeOp) -> Route {
    (op.org, integration_bytes(op.integration))
}

/// The revisions of the connections that senders were proved against.
async fn connections(
    conn: &mut SqliteConnection,
    batch: &[&IntakeOp],
) -> Result<HashMap<Route, u64>, StoreError> {
    let routes: HashSet<Route> = batch
        .iter()
        .filter(|op| op.proved.is_some())
        .map(|op| route_of(op))
        .collect();
    if routes.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = sqlx::query(
        "SELECT i.org, i.id, i.rev FROM json_each(?1) j CROSS JOIN integrations i
             ON i.org = unhex(j.value ->> 0) AND i.id = unhex(j.value ->> 1)",
    )
    .bind(json_rows(
        routes
            .iter()
            .map(|(org, id)| json!([jid(*org), jhex(id)]))
            .collect(),
    ))
    .fetch_all(conn)
    .await
    .map_err(db)?;
    rows.iter()
        .map(|row| {
            let id: IntegrationId = row.id("id")?;
            Ok(((row.id("org")?, id.bytes()), row.count("rev")?))
        })
        .collect()
}

/// Keys taken in before, with the replies given then.
async fn known_keys(
    conn: &mut SqliteConnection,
    batch: &[&IntakeOp],
    keys: &Keys,
) -> Result<HashMap<KeyOf, Option<Reply>>, StoreError> {
    let rows = sqlx::query(
        "SELECT k.org, k.key, k.reply FROM json_each(?1) j CROSS JOIN intake_keys k
         ON k.org = unhex(j.value ->> 0) AND k.key = unhex(j.value ->> 1)",
    )
    .bind(json_rows(
        batch
            .iter()
            .map(|op| json!([jid(op.org), jhex(&op.key.0)]))
            .collect(),
    ))
    .fetch_all(conn)
    .await
    .map_err(db)?;
    let mut out = HashMap::new();
    for row in &rows {
        let org: OrgId = row.id("org")?;
        let key: [u8; 16] = row
            .blob("key")?
            .try_into()
            .map_err(|_| StoreError::Corrupt("column key".to_owned()))?;
        let reply = match (row.blob_opt("reply")?, keys.get(&org)) {
            (Some(reply), Some(keys)) => Some(
                keys.open_json("intake_keys.reply", &reply)
                    .map_err(sealed)?,
            ),
            _ => None,
        };
        out.insert((org, key), reply);
    }
    Ok(out)
}

/// What is known of the calls these operations belong to.
async fn load(
    conn: &mut SqliteConnection,
    lines: &[LineOf],
    keys: &Keys,
) -> Result<HashMap<LineOf, CallState>, StoreError> {
    if lines.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = sqlx::query(
        "SELECT c.* FROM json_each(?1) j CROSS JOIN calls c ON c.org = unhex(j.value ->> 0)
             AND c.integration = unhex(j.value ->> 1) AND c.provider_call_id = j.value ->> 2",
    )
    .bind(json_rows(
        lines
            .iter()
            .map(|(org, integration, call)| json!([jid(*org), jhex(integration), call]))
            .collect(),
    ))
    .fetch_all(&mut *conn)
    .await
    .map_err(db)?;
    let mut found = Vec::with_capacity(rows.len());
    for row in &rows {
        let org: OrgId = row.id("org")?;
        let keys = keys.get(&org).ok_or(StoreError::Stale("organization"))?;
        found.push(calls::from_row(row, keys)?);
    }
    let pairs: Vec<Value> = found
        .iter()
        .filter(|call| call.concerns_people())
        .map(|call| json!([jid(call.org), jid(call.id)]))
        .collect();
    let mut latest: HashMap<CallId, Escalation> = HashMap::new();
    let mut items: HashMap<CallId, Vec<InboxItem>> = HashMap::new();
    if !pairs.is_empty() {
        for row in &escalations::latest_rows(conn, pairs.clone()).await? {
            let escalation = escalations::from_row(row)?;
            latest.insert(escalation.call, escalation);
        }
        for row in &inbox::rows_of(conn, pairs).await? {
            let org: OrgId = row.id("org")?;
            let keys = keys.get(&org).ok_or(StoreError::Stale("organization"))?;
            let item = inbox::from_row(row, keys)?;
            if let Some(call) = item.call {
                items.entry(call).or_default().push(item);
            }
        }
    }
    Ok(found
        .into_iter()
        .map(|call| {
            let escalation = latest.remove(&call.id);
            let inbox = inbox::pick(
                items.remove(&call.id).unwrap_or_default(),
                escalation.as_ref().map(|e| e.id),
            );
            let line = (
                call.org,
                integration_bytes(call.integration),
                call.provider_call_id.0.clone(),
            );
            (
                line,
                CallState {
                    call,
                    escalation,
                    inbox,
                },
            )
        })
        .collect())
}

/// What a batch writes, table by table.
struct Work {
    now: Millis,
    keys: Vec<Row>,
    changed: HashSet<LineOf>,
    segments: Vec<Row>,
    escalated: HashSet<LineOf>,
    steps: Vec<Value>,
    inbox: HashSet<LineOf>,
    recordings: Vec<Value>,
    jobs: Vec<Value>,
    /// Events in order with their organization and the receipt they belong to.
    events: Vec<(OrgId, usize, NewEvent)>,
    /// Organizations with news.
    stirred: HashSet<OrgId>,
}

impl Work {
    fn new(now: Millis) -> Self {
        Self {
            now,
            keys: Vec::new(),
            changed: HashSet::new(),
            segments: Vec::new(),
            escalated: HashSet::new(),
            steps: Vec::new(),
            inbox: HashSet::new(),
            recordings: Vec::new(),
            jobs: Vec::new(),
            events: Vec::new(),
            stirred: HashSet::new(),
        }
    }

    fn note(
        &mut self,
        op: &IntakeOp,
        state: &CallState,
        before: (Option<Escalation>, Option<InboxItem>),
        effects: Effects,
        receipt: usize,
        keys: &OrgKeys,
    ) -> Result<(), StoreError> {
        let line = line_of(op);
        let call = state.call.id;
        self.keys.push(row![
            op.org.bytes(),
            op.key.0,
            call.bytes(),
            op.received,
            effects
                .reply
                .as_ref()
                .map(|reply| keys.seal_json("intake_keys.reply", reply)),
        ]);
        for segment in &effects.segments {
            self.segments
                .push(calls::segment_row(op.org, call, segment, keys));
        }
        if let Some(escalation) = &state.escalation {
            for step in &effects.steps {
                self.steps
                    .push(escalations::step_json(op.org, escalation.id, step));
            }
        }
        if state.escalation.is_some() && state.escalation != before.0 {
            self.escalated.insert(line.clone());
        }
        if state.inbox.is_some() && state.inbox != before.1 {
            self.inbox.insert(line.clone());
        }
        self.changed.insert(line);
        for recording in &effects.recordings {
            self.recordings
                .push(calls::recording_json(op.org, recording));
        }
        for job in &effects.jobs {
            self.jobs.push(log::job_json(op.org, job, self.now)?);
        }
        if !effects.jobs.is_empty() || !effects.events.is_empty() {
            self.stirred.insert(op.org);
        }
        self.events.extend(
            effects
                .events
                .into_iter()
                .map(|event| (op.org, receipt, event)),
        );
        Ok(())
    }

    /// Writes all of it, heads and events last; the new heads.
    async fn write(
        &mut self,
        conn: &mut SqliteConnection,
        states: &HashMap<LineOf, CallState>,
        loaded: &HashMap<CallId, Call>,
        keys: &Keys,
    ) -> Result<HashMap<OrgId, Seq>, StoreError> {
        let states = |lines: &HashSet<LineOf>| -> Vec<&CallState> {
            let mut picked: Vec<&CallState> =
                lines.iter().filter_map(|line| states.get(line)).collect();
            picked.sort_by_key(|state| state.call.id);
            picked
        };
        let (mut whole, mut on) = (Vec::new(), Vec::new());
        for state in states(&self.changed) {
            let keys = keys
                .get(&state.call.org)
                .ok_or(StoreError::Stale("organization"))?;
            match loaded.get(&state.call.id) {
                Some(before) if before.only_went_on_to(&state.call) => {
                    on.push(calls::step_row(&state.call));
                }
                _ => whole.push(calls::to_row(&state.call, keys)),
            }
        }
        calls::upsert(conn, whole).await?;
        calls::go_on(conn, on).await?;
        if !self.segments.is_empty() {
            calls::insert_segments(conn, std::mem::take(&mut self.segments)).await?;
        }
        if !self.escalated.is_empty() {
            let rows = states(&self.escalated)
                .into_iter()
                .filter_map(|state| {
                    let escalation = state.escalation.as_ref()?;
                    Some(escalations::to_json(state.call.org, escalation))
                })
                .collect();
            escalations::upsert(conn, rows).await?;
        }
        if !self.steps.is_empty() {
            escalations::insert_steps(conn, std::mem::take(&mut self.steps)).await?;
        }
        if !self.inbox.is_empty() {
            let rows = states(&self.inbox)
                .into_iter()
                .filter_map(|state| {
                    let keys = keys.get(&state.call.org)?;
                    let item = state.inbox.as_ref()?;
                    Some(inbox::to_json(state.call.org, item, keys))
                })
                .collect();
            inbox::upsert(conn, rows).await?;
        }
        if !self.recordings.is_empty() {
            calls::insert_recordings(conn, std::mem::take(&mut self.recordings)).await?;
        }
        if !self.jobs.is_empty() {
            log::insert_jobs(conn, std::mem::take(&mut self.jobs)).await?;
        }
        cells::run(
            conn,
            "INSERT INTO intake_keys (org, key, call, at, reply) VALUES",
            "",
            std::mem::take(&mut self.keys),
        )
        .await
        .map_err(db)?;
        self.write_events(conn, keys).await
    }

    async fn write_events(
        &self,
        conn: &mut SqliteConnection,
        keys: &Keys,
    ) -> Result<HashMap<OrgId, Seq>, StoreError> {
        let mut counts: HashMap<OrgId, u64> = HashMap::new();
        for org in &self.stirred {
            counts.insert(*org, 0);
        }
        for (org, _, _) in &self.events {
            *counts.entry(*org).or_default() += 1;
        }
        if counts.is_empty() {
            return Ok(HashMap::new());
        }
        let rows = sqlx::query(
            "UPDATE org_heads SET seq = seq + (j.value ->> 1) FROM json_each(?1) j
             WHERE org_heads.org = unhex(j.value ->> 0) RETURNING org_heads.org AS org, seq",
        )
        .bind(json_rows(
            counts
                .iter()
                .map(|(org, count)| json!([jid(*org), count]))
                .collect(),
        ))
        .fetch_all(&mut *conn)
        .await
        .map_err(db)?;
        let mut heads: HashMap<OrgId, Seq> = HashMap::new();
        for row in &rows {
            heads.insert(row.id("org")?, row.count("seq")?);
        }
        let mut next: HashMap<OrgId, Seq> = HashMap::new();
        for (org, count) in &counts {
            let head = heads.get(org).ok_or(StoreError::Stale("organization"))?;
            next.insert(*org, head - count);
        }
        let mut out = Vec::with_capacity(self.events.len());
        for (org, _, event) in &self.events {
            let keys = keys.get(org).ok_or(StoreError::Stale("organization"))?;
            let seq = next.entry(*org).or_default();
            *seq += 1;
            out.push(log::event_row(*org, *seq, self.now, event, keys));
        }
        if !out.is_empty() {
            log::insert_events(conn, out).await?;
        }
        Ok(heads)
    }

    /// For each receipt with events the number of its last one.
    fn numbered(&self, heads: &HashMap<OrgId, Seq>) -> HashMap<usize, Seq> {
        let mut left: HashMap<OrgId, Seq> = heads.clone();
        let mut out = HashMap::new();
        for (org, receipt, _) in self.events.iter().rev() {
            let seq = left.entry(*org).or_default();
            out.entry(*receipt).or_insert(*seq);
            *seq = seq.saturating_sub(1);
        }
        out
    }
}
