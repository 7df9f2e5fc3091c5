//! Taking in a batch of messages in one transaction, with a number of statements that does not depend on its size: keys,
//! calls, a pure fold in memory, then one statement a table, the heads last.

use crate::{
    Inner, calls, escalations, inbox, jobs,
    log::{self, Outgoing},
    recordings,
    sql::{Cells, Id, clean, column, commit_failed, failed, is_collision, is_data, sealed},
};
use sqlx::PgConnection;
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};
use uuid::Uuid;
use voxanne_core::{
    call::{
        Call, Recording, Segment,
        escalation::Step,
        fold::{CallState, Effects, Fold},
        message::{IntakeKey, IntakeOp, Reply},
    },
    ids::{CallId, EscalationId, OrgId},
    jobs::NewJob,
    log::Seq,
    ports::store::{Receipt, StoreError},
    seal::OrgKeys,
};

type Taken = Result<Receipt, StoreError>;
type KeyRing = HashMap<OrgId, Arc<OrgKeys>>;

/// Why a batch was not taken in.
enum Refused {
    /// The rows are at fault; alone, each of them shows whose fault it is.
    Data(StoreError),
    /// The server gave it up for another transaction; the same again may work at once.
    Collision(StoreError),
    /// Anything else.
    All(StoreError),
}

impl From<sqlx::Error> for Refused {
    fn from(error: sqlx::Error) -> Self {
        if is_collision(&error) {
            Self::Collision(failed(error))
        } else if is_data(&error) {
            Self::Data(failed(error))
        } else {
            Self::All(failed(error))
        }
    }
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotApplied(_) | StoreError::Unknown(_) => Self::All(error),
            _ => Self::Data(error),
        }
    }
}

/// See [`voxanne_core::ports::store::Store::intake`].
pub(crate) async fn take_in(inner: &Inner, batch: &[IntakeOp], fold: &dyn Fold) -> Vec<Taken> {
    let mut keys = KeyRing::new();
    let mut out: Vec<Option<Taken>> = Vec::with_capacity(batch.len());
    for op in batch {
        let known = match keys.get(&op.org) {
            Some(_) => Ok(()),
            None => inner
                .keys
                .of(&inner.system, op.org)
                .await
                .map(|found| drop(keys.insert(op.org, found))),
        };
        out.push(known.err().map(Err));
    }
    let ops: Vec<&IntakeOp> = batch
        .iter()
        .zip(&out)
        .filter_map(|(op, done)| done.is_none().then_some(op))
        .collect();
    let mut results = together(inner, &keys, &ops, fold).await.into_iter();
    out.into_iter()
        .map(|done| {
            done.or_else(|| results.next())
                .unwrap_or_else(|| Err(StoreError::NotApplied("no answer".to_owned())))
        })
        .collect()
}

async fn together(inner: &Inner, keys: &KeyRing, ops: &[&IntakeOp], fold: &dyn Fold) -> Vec<Taken> {
    if ops.is_empty() {
        return Vec::new();
    }
    let refused = match attempt(inner, keys, ops, fold).await {
        Err(Refused::Collision(_)) => attempt(inner, keys, ops, fold).await,
        other => other,
    };
    match refused {
        Ok(receipts) => receipts,
        Err(Refused::Data(_)) if ops.len() > 1 => {
            let mut out = Vec::with_capacity(ops.len());
            for op in ops {
                out.push(match attempt(inner, keys, &[op], fold).await {
                    Ok(mut one) => one
                        .pop()
                        .unwrap_or_else(|| Err(StoreError::NotApplied("no answer".to_owned()))),
                    Err(Refused::Data(e) | Refused::Collision(e) | Refused::All(e)) => Err(e),
                });
            }
            out
        }
        Err(Refused::Data(e) | Refused::Collision(e) | Refused::All(e)) => {
            ops.iter().map(|_| Err(e.clone())).collect()
        }
    }
}

/// The identity a provider knows a call by.
type Line = (OrgId, Uuid, String);

fn line(op: &IntakeOp) -> Line {
    (
        op.org,
        calls::integration(op.integration),
        clean(&op.call.0).into_owned(),
    )
}

/// What the fold of one fresh message left behind.
struct Folded {
    at: usize,
    org: OrgId,
    call: CallId,
    effects: Effects,
}

async fn attempt(
    inner: &Inner,
    keys: &KeyRing,
    ops: &[&IntakeOp],
    fold: &dyn Fold,
) -> Result<Vec<Taken>, Refused> {
    let now = (inner.clock)();
    let mut tx = inner.system.begin().await?;
    let mut claimed = claim_keys(&mut tx, ops).await?;
    // What brought its key was proved in that very statement; of the others, some are repeats. A connection that changes
    // between the two statements must not refuse a message whose key is in: sent again, it would count as a repeat.
    let without: Vec<(usize, &IntakeOp)> = ops
        .iter()
        .enumerate()
        .filter(|(_, op)| !claimed.contains(&(op.org, op.key)))
        .map(|(at, op)| (at, *op))
        .collect();
    let stale = stale(&mut tx, &without).await?;
    let first: Vec<(usize, &IntakeOp)> = ops
        .iter()
        .enumerate()
        .filter(|(at, op)| !stale.contains(at) && claimed.remove(&(op.org, op.key)))
        .map(|(at, op)| (at, *op))
        .collect();
    let mut replies: HashMap<(OrgId, IntakeKey), Option<Reply>> = HashMap::new();
    let mut states = load(&mut tx, keys, &first, fold).await?;
    let loaded: HashMap<CallId, Call> = states
        .values()
        .map(|state| (state.call.id, state.call.clone()))
        .collect();
    let mut folded = Vec::with_capacity(first.len());
    for (at, op) in &first {
        let state = states.get_mut(&line(op)).ok_or(StoreError::Stale("call"))?;
        let effects = fold.apply(state, op);
        replies.insert((op.org, op.key), effects.reply.clone());
        folded.push(Folded {
            at: *at,
            org: op.org,
            call: state.call.id,
            effects,
        });
    }
    write(&mut tx, keys, ops, &states, &loaded, &folded, now).await?;
    let (heads, seqs) = number(&mut tx, keys, &folded, now).await?;
    stored_replies(&mut tx, keys, ops, &mut replies).await?;
    tx.commit().await.map_err(|e| {
        if is_collision(&e) {
            Refused::Collision(failed(e))
        } else {
            Refused::All(commit_failed(e))
        }
    })?;
    wake(inner, &folded, &heads);
    let mut receipts: Vec<Taken> = ops
        .iter()
        .enumerate()
        .map(|(at, op)| {
            if stale.contains(&at) {
                return Err(StoreError::Stale("connection"));
            }
            Ok(Receipt::Repeat {
                reply: replies.get(&(op.org, op.key)).cloned().flatten(),
            })
        })
        .collect();
    for (one, seq) in folded.into_iter().zip(seqs) {
        receipts[one.at] = Ok(Receipt::Fresh {
            call: one.call,
            seq,
            reply: one.effects.reply,
        });
    }
    Ok(receipts)
}

type Route = (OrgId, Uuid);

fn route(op: &IntakeOp) -> Route {
    (op.org, calls::integration(op.integration))
}

/// The positions of messages whose connection is not any more what their sender was proved against.
async fn stale(
    on: &mut PgConnection,
    ops: &[(usize, &IntakeOp)],
) -> Result<HashSet<usize>, Refused> {
    let routes: HashSet<Route> = ops
        .iter()
        .filter(|(_, op)| op.proved.is_some())
        .map(|(_, op)| route(op))
        .collect();
    if routes.is_empty() {
        return Ok(HashSet::new());
    }
    let routes: Vec<Route> = routes.into_iter().collect();
    let rows = sqlx::query(
        "select i.org, i.id, i.rev from unnest($1::uuid[], $2::uuid[]) as r(org, id)
         join integrations i on i.org = r.org and i.id = r.id",
    )
    .bind(column!(routes, r => r.0.uuid()))
    .bind(column!(routes, r => r.1))
    .fetch_all(on)
    .await?;
    let mut standing: HashMap<Route, i64> = HashMap::with_capacity(rows.len());
    for row in &rows {
        let cells = Cells(row);
        standing.insert((cells.id("org")?, cells.get("id")?), cells.get("rev")?);
    }
    let is_stale = |op: &IntakeOp| {
        op.proved
            .is_some_and(|rev| standing.get(&route(op)) != Some(&(rev as i64)))
    };
    Ok(ops
        .iter()
        .filter(|(_, op)| is_stale(op))
        .map(|(at, _)| *at)
        .collect())
}

/// Inserts the keys that are not there yet, of messages whose sender was proved against the connection that stands; those
/// that were inserted.
async fn claim_keys(
    on: &mut PgConnection,
    ops: &[&IntakeOp],
) -> Result<HashSet<(OrgId, IntakeKey)>, Refused> {
    // Sorted: two nodes with the same keys wait for each other in one order.
    let mut rows: Vec<&IntakeOp> = ops.to_vec();
    rows.sort_by_key(|op| (op.org, op.key));
    let inserted = sqlx::query(
        "insert into intake_keys (org, key, at)
         select m.org, m.key, m.at
         from unnest($1::uuid[], $2::bytea[], $3::bigint[], $4::uuid[], $5::bigint[])
           with ordinality as m(org, key, at, route, rev, place)
         left join integrations i on i.org = m.org and i.id = m.route
         where m.rev is null or m.rev = i.rev order by m.place
         on conflict (org, key) do nothing returning org, key",
    )
    .bind(column!(rows, op => op.org.uuid()))
    .bind(column!(rows, op => op.key.0.to_vec()))
    .bind(column!(rows, op => op.received.0))
    .bind(column!(rows, op => calls::integration(op.integration)))
    .bind(column!(rows, op => op.proved.map(|rev| rev as i64)))
    .fetch_all(on)
    .await?;
    inserted
        .iter()
        .map(|row| {
            let cells = Cells(row);
            let key = <[u8; 16]>::try_from(cells.get::<Vec<u8>>("key")?)
                .map_err(|_| StoreError::Corrupt("a key is not 16 bytes".to_owned()))?;
            Ok((cells.id("org")?, IntakeKey(key)))
        })
        .collect()
}

/// The state of every call concerned, its row locked; unknown calls are opened and inserted first.
async fn load(
    on: &mut PgConnection,
    keys: &KeyRing,
    ops: &[(usize, &IntakeOp)],
    fold: &dyn Fold,
) -> Result<HashMap<Line, CallState>, Refused> {
    let mut wanted: BTreeMap<Line, &IntakeOp> = BTreeMap::new();
    for (_, op) in ops {
        wanted.entry(line(op)).or_insert(op);
    }
    let lines: Vec<&Line> = wanted.keys().collect();
    let mut found = locked(on, keys, &lines).await?;
    let opened: Vec<Call> = wanted
        .iter()
        .filter(|(line, _)| !found.contains_key(*line))
        .map(|(_, op)| fold.open(op))
        .collect();
    if !opened.is_empty() {
        let rows: Vec<calls::Keyed<'_>> = opened
            .iter()
            .filter_map(|call| Some((call, keys.get(&call.org)?.as_ref())))
            .collect();
        calls::put(on, &rows, true).await?;
        // Another node may have opened the same call first; whoever is in the table now is the one.
        let missing: Vec<&Line> = wanted
            .keys()
            .filter(|line| !found.contains_key(*line))
            .collect();
        let more = locked(on, keys, &missing).await?;
        found.extend(more);
    }
    let people: Vec<&Call> = found.values().filter(|c| c.concerns_people()).collect();
    let ids: Vec<(Uuid, Uuid)> = column!(people, call => (call.org.uuid(), call.id.uuid()));
    let (mut latest, mut items) = (HashMap::new(), HashMap::new());
    if !ids.is_empty() {
        latest = escalations::latest(on, &ids).await?;
        let asked: Vec<(Uuid, Uuid, Option<Uuid>)> = people
            .iter()
            .map(|call| {
                let escalation = latest.get(&call.id).map(|e| e.id.uuid());
                (call.org.uuid(), call.id.uuid(), escalation)
            })
            .collect();
        items = inbox::of_calls(on, &asked, |org| keys.get(&org).map(AsRef::as_ref)).await?;
    }
    Ok(found
        .into_iter()
        .map(|(line, call)| {
            let escalation = latest.remove(&call.id);
            let inbox = items.remove(&call.id);
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

/// The known calls of these lines, locked in the order of their ids.
async fn locked(
    on: &mut PgConnection,
    keys: &KeyRing,
    lines: &[&Line],
) -> Result<HashMap<Line, Call>, Refused> {
    let rows = sqlx::query(concat!(
        "select ",
        calls::columns!(),
        " from unnest($1::uuid[], $2::uuid[], $3::text[]) as w(org, integration, provider_call_id)
          join calls c on c.org = w.org and c.integration = w.integration and c.provider_call_id = w.provider_call_id
          order by c.id for update of c"
    ))
    .bind(column!(lines, l => l.0.uuid()))
    .bind(column!(lines, l => l.1))
    .bind(column!(lines, l => l.2.clone()))
    .fetch_all(on)
    .await?;
    let mut found = HashMap::with_capacity(rows.len());
    for row in &rows {
        let org: OrgId = Cells(row).id("org")?;
        let keys = keys.get(&org).ok_or(StoreError::Stale("organization"))?;
        let call = calls::of_row(row, keys)?;
        found.insert(
            (
                org,
                calls::integration(call.integration),
                call.provider_call_id.0.clone(),
            ),
            call,
        );
    }
    Ok(found)
}

/// One statement a table, in the order of the locks.
async fn write(
    on: &mut PgConnection,
    keys: &KeyRing,
    ops: &[&IntakeOp],
    states: &HashMap<Line, CallState>,
    loaded: &HashMap<CallId, Call>,
    folded: &[Folded],
    now: voxanne_core::time::Millis,
) -> Result<(), Refused> {
    let mut rows: Vec<(&CallState, &OrgKeys)> = states
        .values()
        .filter_map(|state| Some((state, keys.get(&state.call.org)?.as_ref())))
        .collect();
    rows.sort_by_key(|(state, _)| state.call.id);
    let went_on = |call: &Call| {
        let before = loaded.get(&call.id);
        before.is_some_and(|before| before.only_went_on_to(call))
    };
    let (mut whole, mut further): (Vec<calls::Keyed<'_>>, Vec<&Call>) = (Vec::new(), Vec::new());
    for (state, keys) in &rows {
        if went_on(&state.call) {
            further.push(&state.call);
        } else {
            whole.push((&state.call, *keys));
        }
    }
    calls::put(on, &whole, false).await?;
    calls::go_on(on, &further).await?;
    let mut said: Vec<(Uuid, CallId, &Segment, &OrgKeys)> = Vec::new();
    let mut tracks: Vec<(Uuid, &Recording)> = Vec::new();
    let mut work: Vec<(OrgId, &NewJob)> = Vec::new();
    let escalation_of: HashMap<CallId, EscalationId> = rows
        .iter()
        .filter_map(|(s, _)| Some((s.call.id, s.escalation.as_ref()?.id)))
        .collect();
    let mut steps: Vec<(Uuid, EscalationId, &Step)> = Vec::new();
    for one in folded {
        let org = one.org.uuid();
        if let Some(keys) = keys.get(&one.org) {
            let segments = one.effects.segments.iter();
            said.extend(segments.map(|s| (org, one.call, s, keys.as_ref())));
        }
        tracks.extend(one.effects.recordings.iter().map(|r| (org, r)));
        work.extend(one.effects.jobs.iter().map(|j| (one.org, j)));
        if let Some(escalation) = escalation_of.get(&one.call) {
            steps.extend(one.effects.steps.iter().map(|s| (org, *escalation, s)));
        }
    }
    calls::add_segments(on, &said).await?;
    let changed: Vec<_> = rows
        .iter()
        .filter_map(|(s, _)| Some((s.call.org.uuid(), s.escalation.as_ref()?)))
        .collect();
    escalations::put(on, &changed).await?;
    escalations::add_steps(on, &steps).await?;
    let items: Vec<_> = rows
        .iter()
        .filter_map(|(s, k)| Some((s.call.org.uuid(), s.inbox.as_ref()?, *k)))
        .collect();
    inbox::put(on, &items).await?;
    recordings::put(on, &tracks, true).await?;
    jobs::insert(on, &work, now).await?;
    keep_replies(on, keys, ops, folded).await?;
    Ok(())
}

/// Notes with the keys that were answered which call they belong to and what was said.
async fn keep_replies(
    on: &mut PgConnection,
    keys: &KeyRing,
    ops: &[&IntakeOp],
    folded: &[Folded],
) -> Result<(), sqlx::Error> {
    let folded: Vec<&Folded> = folded
        .iter()
        .filter(|one| one.effects.reply.is_some())
        .collect();
    if folded.is_empty() {
        return Ok(());
    }
    let sealed = |one: &Folded| {
        let reply = one.effects.reply.as_ref()?;
        Some(keys.get(&one.org)?.seal_json("intake_keys.reply", reply))
    };
    sqlx::query(
        "update intake_keys k set call = f.call, reply = f.reply
         from unnest($1::uuid[], $2::bytea[], $3::uuid[], $4::bytea[]) as f(org, key, call, reply)
         where k.org = f.org and k.key = f.key",
    )
    .bind(column!(folded, f => f.org.uuid()))
    .bind(column!(folded, f => ops[f.at].key.0.to_vec()))
    .bind(column!(folded, f => f.call.uuid()))
    .bind(column!(folded, f => sealed(f)))
    .execute(on)
    .await
    .map(|_| ())
}

/// Moves the heads on and writes the events: the new heads, and for each folded message the number of its last event.
async fn number(
    on: &mut PgConnection,
    keys: &KeyRing,
    folded: &[Folded],
    now: voxanne_core::time::Millis,
) -> Result<(HashMap<OrgId, Seq>, Vec<Option<Seq>>), Refused> {
    let mut counts: BTreeMap<OrgId, i64> = BTreeMap::new();
    for one in folded.iter().filter(|one| !one.effects.events.is_empty()) {
        *counts.entry(one.org).or_default() += one.effects.events.len() as i64;
    }
    let counts: Vec<(OrgId, i64)> = counts.into_iter().collect();
    if counts.is_empty() {
        return Ok((HashMap::new(), vec![None; folded.len()]));
    }
    let heads: HashMap<OrgId, Seq> = log::advance_many(on, &counts).await?.into_iter().collect();
    if heads.len() != counts.len() {
        return Err(Refused::Data(StoreError::Stale("organization")));
    }
    let mut next: HashMap<OrgId, Seq> = counts
        .iter()
        .map(|(org, n)| {
            (
                *org,
                heads.get(org).copied().unwrap_or_default() - *n as Seq,
            )
        })
        .collect();
    let mut numbers = Vec::new();
    let mut outgoing = Vec::new();
    let mut seqs = Vec::with_capacity(folded.len());
    for one in folded {
        let mut last = None;
        for event in &one.effects.events {
            let (Some(seq), Some(keys)) = (next.get_mut(&one.org), keys.get(&one.org)) else {
                continue;
            };
            *seq += 1;
            last = Some(*seq);
            numbers.push(*seq);
            outgoing.push(Outgoing {
                org: one.org,
                keys,
                event,
            });
        }
        seqs.push(last);
    }
    log::insert(on, &outgoing, &numbers, now).await?;
    Ok((heads, seqs))
}

/// Reads the replies that were given before, for keys this batch only repeats.
async fn stored_replies(
    on: &mut PgConnection,
    keys: &KeyRing,
    ops: &[&IntakeOp],
    replies: &mut HashMap<(OrgId, IntakeKey), Option<Reply>>,
) -> Result<(), Refused> {
    let repeated: Vec<&&IntakeOp> = ops
        .iter()
        .filter(|op| !replies.contains_key(&(op.org, op.key)))
        .collect();
    if repeated.is_empty() {
        return Ok(());
    }
    let rows = sqlx::query(
        "select k.org, k.key, k.reply from unnest($1::uuid[], $2::bytea[]) as r(org, key)
         join intake_keys k on k.org = r.org and k.key = r.key where k.reply is not null",
    )
    .bind(column!(repeated, op => op.org.uuid()))
    .bind(column!(repeated, op => op.key.0.to_vec()))
    .fetch_all(on)
    .await?;
    for row in &rows {
        let cells = Cells(row);
        let org: OrgId = cells.id("org")?;
        let key = <[u8; 16]>::try_from(cells.get::<Vec<u8>>("key")?)
            .map_err(|_| StoreError::Corrupt("a key is not 16 bytes".to_owned()))?;
        let keys = keys.get(&org).ok_or(StoreError::Stale("organization"))?;
        let reply: Reply = keys
            .open_json("intake_keys.reply", &cells.get::<Vec<u8>>("reply")?)
            .map_err(sealed)?;
        replies.insert((org, IntakeKey(key)), Some(reply));
    }
    Ok(())
}

fn wake(inner: &Inner, folded: &[Folded], heads: &HashMap<OrgId, Seq>) {
    let mut orgs: HashSet<OrgId> = heads.keys().copied().collect();
    orgs.extend(
        folded
            .iter()
            .filter(|one| !one.effects.jobs.is_empty())
            .map(|one| one.org),
    );
    for org in orgs {
        // Without new events the head stays where it was; zero says no more than that something moved.
        let head = heads.get(&org).copied().unwrap_or_default();
        inner.wakes.wake(org, head);
    }
}
