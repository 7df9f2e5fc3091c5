//! People: users, members, sessions, one-time links, API keys.

use super::{T0, TestStore, new_org, read, write};
use std::sync::Arc;
use voxanne_core::{
    ids::{ApiKeyId, OrgId, SessionId, UserId},
    page::Limit,
    ports::store::{ApiKey, Link, LinkKind, Session, Store, StoreError, User},
    seal::{random_token, token_hash},
    tenancy::{Role, Scope},
    time::Millis,
};

/// The tests of this file.
#[macro_export]
macro_rules! suite_people {
    ($fresh:ident) => {
        $crate::suite_tests!(
            $fresh,
            people,
            [
                an_address_belongs_to_one_person,
                members_are_listed_by_name_and_only_in_their_organization,
                f9_2_a_session_ends_by_expiry_by_revocation_and_with_the_membership,
                f9_2_a_new_password_ends_all_other_sessions,
                a_session_used_moves_when_the_member_was_last_seen,
                a_link_works_once_and_a_newer_one_replaces_it,
                a_link_ends_with_its_time,
                owners_are_counted_in_the_transaction_that_changes_them,
                two_owners_cannot_take_each_other_out_at_once,
                an_api_key_is_found_by_its_hash_until_it_is_revoked,
                api_keys_are_listed_newest_first,
            ],
            whole[f9_5_no_token_is_stored_in_the_clear]
        );
    };
}

fn user(name: &str) -> User {
    let id = UserId::new();
    User {
        id,
        email: format!("{}@example.org", id.to_string().to_lowercase()),
        name: name.to_owned(),
        password: None,
        created_at: T0,
    }
}

async fn member(store: &dyn Store, org: OrgId, name: &str, role: Role) -> User {
    let user = user(name);
    store.system().create_user(&user).await.unwrap();
    let mut tx = write(store, org).await;
    tx.put_member(user.id, role).await.unwrap();
    tx.commit().await.unwrap();
    user
}

fn session(user: UserId, org: OrgId, token: &str) -> Session {
    let id = SessionId::new();
    Session {
        id,
        token_hash: token_hash(token),
        user,
        org,
        family: id,
        parent: None,
        created_at: T0,
        expires_at: T0.plus(3_600_000),
        revoked_at: None,
        seen_at: T0,
    }
}

async fn signed_in(store: &dyn Store, token: &str, now: Millis) -> bool {
    store
        .system()
        .signed_in(&token_hash(token), now)
        .await
        .unwrap()
        .is_some()
}

pub async fn an_address_belongs_to_one_person(store: Arc<dyn Store>) {
    let org = new_org(&*store).await;
    let ana = member(&*store, org, "Ana", Role::Owner).await;
    let twin = User {
        id: UserId::new(),
        ..ana.clone()
    };
    assert_eq!(
        store.system().create_user(&twin).await,
        Err(StoreError::Conflict("email"))
    );
    let second = new_org(&*store).await;
    let mut tx = write(&*store, second).await;
    tx.put_member(ana.id, Role::Viewer).await.unwrap();
    tx.commit().await.unwrap();
    let (found, mut orgs) = store
        .system()
        .user_by_email(&ana.email)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(found, ana);
    orgs.sort();
    let mut both = vec![org, second];
    both.sort();
    assert_eq!(orgs, both);
    assert_eq!(
        store
            .system()
            .user_by_email("nobody@example.org")
            .await
            .unwrap(),
        None
    );
    let alone = user("Bo");
    store.system().create_user(&alone).await.unwrap();
    assert_eq!(
        store.system().user_by_email(&alone.email).await.unwrap(),
        Some((alone.clone(), Vec::new()))
    );
    store
        .system()
        .update_user(alone.id, Some("Bodil"), None, None, T0)
        .await
        .unwrap();
    let renamed = store
        .system()
        .user_by_email(&alone.email)
        .await
        .unwrap()
        .unwrap()
        .0;
    assert_eq!((renamed.name.as_str(), renamed.password), ("Bodil", None));
}

pub async fn members_are_listed_by_name_and_only_in_their_organization(store: Arc<dyn Store>) {
    let (org, other) = (new_org(&*store).await, new_org(&*store).await);
    for name in ["Cleo", "Ana", "Bo", "Ana"] {
        member(&*store, org, name, Role::Staff).await;
    }
    let stranger = member(&*store, other, "Zoe", Role::Owner).await;
    let mut snapshot = read(&*store, org).await;
    let mut names = Vec::new();
    let mut cursor = None;
    loop {
        let page = snapshot
            .members(cursor.as_deref(), Limit::new(1))
            .await
            .unwrap();
        names.extend(page.items.iter().map(|m| m.user.name.clone()));
        assert!(
            page.items
                .iter()
                .all(|m| m.invited && m.last_seen_at.is_none())
        );
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(names, ["Ana", "Ana", "Bo", "Cleo"]);
    assert_eq!(snapshot.member(stranger.id).await.unwrap(), None);
    assert!(
        read(&*store, other)
            .await
            .member(stranger.id)
            .await
            .unwrap()
            .is_some()
    );
}

pub async fn f9_2_a_session_ends_by_expiry_by_revocation_and_with_the_membership(
    store: Arc<dyn Store>,
) {
    let org = new_org(&*store).await;
    let ana = member(&*store, org, "Ana", Role::Admin).await;
    let (first, second) = (random_token(), random_token());
    let one = session(ana.id, org, &first);
    let two = session(ana.id, org, &second);
    store.system().create_session(&one).await.unwrap();
    store.system().create_session(&two).await.unwrap();
    let found = store
        .system()
        .signed_in(&token_hash(&first), T0)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(found.session, one);
    assert_eq!(found.user, ana);
    assert_eq!(found.role, Role::Admin);
    assert_eq!(found.organization.id, org);
    assert!(!signed_in(&*store, "no such token", T0).await);
    assert!(signed_in(&*store, &first, one.expires_at.plus(-1)).await);
    assert!(!signed_in(&*store, &first, one.expires_at).await);
    store.system().revoke_session(one.id, T0).await.unwrap();
    assert!(!signed_in(&*store, &first, T0).await);
    assert!(signed_in(&*store, &second, T0).await);
    let mut tx = write(&*store, org).await;
    tx.remove_member(ana.id).await.unwrap();
    tx.commit().await.unwrap();
    assert!(!signed_in(&*store, &second, T0).await);
    let mut tx = write(&*store, org).await;
    tx.put_member(ana.id, Role::Admin).await.unwrap();
    tx.commit().await.unwrap();
    assert!(
        !signed_in(&*store, &second, T0).await,
        "coming back does not revive old sessions"
    );
}

pub async fn f9_2_a_new_password_ends_all_other_sessions(store: Arc<dyn Store>) {
    let org = new_org(&*store).await;
    let ana = member(&*store, org, "Ana", Role::Staff).await;
    let bo = member(&*store, org, "Bo", Role::Staff).await;
    let tokens = [random_token(), random_token(), random_token()];
    let kept = session(ana.id, org, &tokens[0]);
    store.system().create_session(&kept).await.unwrap();
    store
        .system()
        .create_session(&session(ana.id, org, &tokens[1]))
        .await
        .unwrap();
    store
        .system()
        .create_session(&session(bo.id, org, &tokens[2]))
        .await
        .unwrap();
    store
        .system()
        .update_user(ana.id, None, Some("$argon2id$x"), Some(kept.id), T0)
        .await
        .unwrap();
    assert!(signed_in(&*store, &tokens[0], T0).await);
    assert!(!signed_in(&*store, &tokens[1], T0).await);
    assert!(signed_in(&*store, &tokens[2], T0).await);
    let found = store
        .system()
        .user_by_email(&ana.email)
        .await
        .unwrap()
        .unwrap()
        .0;
    assert_eq!(found.password.as_deref(), Some("$argon2id$x"));
    assert_eq!(found.name, "Ana");
}

pub async fn a_session_used_moves_when_the_member_was_last_seen(store: Arc<dyn Store>) {
    let org = new_org(&*store).await;
    let ana = member(&*store, org, "Ana", Role::Staff).await;
    let token = random_token();
    let signed = session(ana.id, org, &token);
    store.system().create_session(&signed).await.unwrap();
    let seen = read(&*store, org)
        .await
        .member(ana.id)
        .await
        .unwrap()
        .unwrap();
    assert!(!seen.invited);
    assert_eq!(seen.last_seen_at, Some(T0));
    let later = T0.plus(90_000);
    store
        .system()
        .touch_session(signed.id, later)
        .await
        .unwrap();
    let seen = read(&*store, org)
        .await
        .member(ana.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(seen.last_seen_at, Some(later));
    let found = store
        .system()
        .signed_in(&token_hash(&token), later)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(found.session.seen_at, later);
}

fn link(user: UserId, org: OrgId, kind: LinkKind, token: &str) -> Link {
    Link {
        token_hash: token_hash(token),
        kind,
        user,
        org,
        expires_at: T0.plus(60_000),
    }
}

pub async fn a_link_works_once_and_a_newer_one_replaces_it(store: Arc<dyn Store>) {
    let org = new_org(&*store).await;
    let ana = member(&*store, org, "Ana", Role::Staff).await;
    let [old, new, other] = [random_token(), random_token(), random_token()];
    for (token, kind) in [
        (&old, LinkKind::Reset),
        (&other, LinkKind::SignIn),
        (&new, LinkKind::Reset),
    ] {
        store
            .system()
            .create_link(&link(ana.id, org, kind, token))
            .await
            .unwrap();
    }
    assert_eq!(
        store.system().link(&token_hash(&old), T0).await.unwrap(),
        None
    );
    let (found, person, organization) = store
        .system()
        .link(&token_hash(&new), T0)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(found, link(ana.id, org, LinkKind::Reset, &new));
    assert_eq!(person, ana);
    assert_eq!(organization.id, org);
    let hash = token_hash(&new);
    let (one, two) = tokio::join!(
        store.system().take_link(&hash, T0),
        store.system().take_link(&hash, T0)
    );
    let taken: Vec<Link> = [one.unwrap(), two.unwrap()].into_iter().flatten().collect();
    assert_eq!(taken, [found]);
    assert_eq!(store.system().take_link(&hash, T0).await.unwrap(), None);
    assert_eq!(store.system().link(&hash, T0).await.unwrap(), None);
    assert!(
        store
            .system()
            .take_link(&token_hash(&other), T0)
            .await
            .unwrap()
            .is_some(),
        "a link of another kind stays"
    );
}

pub async fn a_link_ends_with_its_time(store: Arc<dyn Store>) {
    let org = new_org(&*store).await;
    let ana = member(&*store, org, "Ana", Role::Staff).await;
    let token = random_token();
    let made = link(ana.id, org, LinkKind::Invitation, &token);
    store.system().create_link(&made).await.unwrap();
    let hash = token_hash(&token);
    assert_eq!(
        store.system().link(&hash, made.expires_at).await.unwrap(),
        None
    );
    assert_eq!(
        store
            .system()
            .take_link(&hash, made.expires_at)
            .await
            .unwrap(),
        None
    );
    assert!(
        store
            .system()
            .take_link(&hash, made.expires_at.plus(-1))
            .await
            .unwrap()
            .is_some()
    );
}

pub async fn owners_are_counted_in_the_transaction_that_changes_them(store: Arc<dyn Store>) {
    let (org, other) = (new_org(&*store).await, new_org(&*store).await);
    let ana = member(&*store, org, "Ana", Role::Owner).await;
    member(&*store, org, "Bo", Role::Admin).await;
    member(&*store, other, "Cleo", Role::Owner).await;
    let mut tx = write(&*store, org).await;
    assert_eq!(tx.owners().await.unwrap(), 1);
    tx.put_member(ana.id, Role::Staff).await.unwrap();
    assert_eq!(
        tx.owners().await.unwrap(),
        0,
        "the caller sees it and rolls back"
    );
    drop(tx);
    assert_eq!(read(&*store, org).await.owners().await.unwrap(), 1);
}

pub async fn two_owners_cannot_take_each_other_out_at_once(store: Arc<dyn Store>) {
    let org = new_org(&*store).await;
    let ana = member(&*store, org, "Ana", Role::Owner).await;
    let bo = member(&*store, org, "Bo", Role::Owner).await;
    let demote = |who: UserId| {
        let store = store.clone();
        tokio::spawn(async move {
            let mut tx = write(&*store, org).await;
            if tx.owners().await.unwrap() < 2 {
                return false;
            }
            tx.put_member(who, Role::Staff).await.unwrap();
            tx.commit().await.is_ok()
        })
    };
    let (one, two) = tokio::join!(demote(ana.id), demote(bo.id));
    let done = [one.unwrap(), two.unwrap()];
    assert_eq!(done.iter().filter(|ok| **ok).count(), 1);
    assert_eq!(read(&*store, org).await.owners().await.unwrap(), 1);
}

fn api_key(org: OrgId, secret: &str, at: Millis) -> ApiKey {
    ApiKey {
        id: ApiKeyId::new(),
        org,
        name: "Front desk import".to_owned(),
        prefix: secret.chars().take(6).collect(),
        hash: token_hash(secret),
        scopes: vec![Scope::Read, Scope::Write],
        created_at: at,
        last_used_at: None,
        revoked_at: None,
    }
}

pub async fn an_api_key_is_found_by_its_hash_until_it_is_revoked(store: Arc<dyn Store>) {
    let (org, other) = (new_org(&*store).await, new_org(&*store).await);
    let secret = random_token();
    let key = api_key(org, &secret, T0);
    let mut tx = write(&*store, org).await;
    tx.add_api_key(&key).await.unwrap();
    tx.commit().await.unwrap();
    let hash = token_hash(&secret);
    let now = T0.plus(5_000);
    let (found, organization) = store.system().api_key(&hash, now).await.unwrap().unwrap();
    assert_eq!(
        (found.id, found.org, found.scopes),
        (key.id, org, key.scopes.clone())
    );
    assert_eq!(organization.id, org);
    // The use is noted, but at most once a minute.
    let noted = async || {
        read(&*store, org)
            .await
            .api_keys(None, Limit::DEFAULT)
            .await
            .unwrap()
            .items
            .remove(0)
            .last_used_at
    };
    assert_eq!(noted().await, Some(now));
    store
        .system()
        .api_key(&hash, now.plus(30_000))
        .await
        .unwrap();
    assert_eq!(noted().await, Some(now));
    store
        .system()
        .api_key(&hash, now.plus(61_000))
        .await
        .unwrap();
    assert_eq!(noted().await, Some(now.plus(61_000)));

    let mut foreign = write(&*store, other).await;
    assert!(!foreign.revoke_api_key(key.id).await.unwrap());
    foreign.commit().await.unwrap();
    assert!(store.system().api_key(&hash, now).await.unwrap().is_some());
    let mut tx = write(&*store, org).await;
    assert!(tx.revoke_api_key(key.id).await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(store.system().api_key(&hash, now).await.unwrap(), None);
    let listed = read(&*store, org)
        .await
        .api_keys(None, Limit::DEFAULT)
        .await
        .unwrap();
    assert!(listed.items[0].revoked_at.is_some());
}

pub async fn api_keys_are_listed_newest_first(store: Arc<dyn Store>) {
    let org = new_org(&*store).await;
    let keys: Vec<ApiKey> = (0..3)
        .map(|n| api_key(org, &random_token(), T0.plus(n)))
        .collect();
    let mut tx = write(&*store, org).await;
    for key in &keys {
        tx.add_api_key(key).await.unwrap();
    }
    tx.commit().await.unwrap();
    let mut snapshot = read(&*store, org).await;
    let first = snapshot.api_keys(None, Limit::new(2)).await.unwrap();
    let rest = snapshot
        .api_keys(first.next.as_deref(), Limit::new(2))
        .await
        .unwrap();
    let ids: Vec<ApiKeyId> = first
        .items
        .iter()
        .chain(&rest.items)
        .map(|k| k.id)
        .collect();
    assert_eq!(ids, [keys[2].id, keys[1].id, keys[0].id]);
    assert_eq!(rest.next, None);
}

pub async fn f9_5_no_token_is_stored_in_the_clear(fresh: TestStore) {
    let store = fresh.store.clone();
    let org = new_org(&*store).await;
    let ana = member(&*store, org, "Ana", Role::Owner).await;
    let [in_session, in_link, in_key] = [random_token(), random_token(), random_token()];
    store
        .system()
        .create_session(&session(ana.id, org, &in_session))
        .await
        .unwrap();
    store
        .system()
        .create_link(&link(ana.id, org, LinkKind::Reset, &in_link))
        .await
        .unwrap();
    let mut tx = write(&*store, org).await;
    tx.add_api_key(&api_key(org, &in_key, T0)).await.unwrap();
    tx.commit().await.unwrap();
    let bytes = fresh.guard.bytes_at_rest().await;
    let holds = |what: &[u8]| bytes.windows(what.len()).any(|w| w == what);
    assert!(
        holds(ana.email.as_bytes()),
        "what is read are the bytes of the database"
    );
    for secret in [in_session, in_link, in_key] {
        assert!(!holds(secret.as_bytes()));
    }
}
