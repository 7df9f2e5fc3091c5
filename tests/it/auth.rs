//! F9: nobody gets in without a credential, nobody reaches another clinic, low roles cannot write, forged forms fail.

use crate::routes::{self, Route};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use voxanne_core::{
    call::{Recording, RecordingState, Track},
    ids::{
        ApiKeyId, CallId, DocumentId, EscalationId, InboxId, JobId, OrgId, PhoneNumberId,
        RecordingId, SessionId, UserId,
    },
    ports::store::Session,
    seal::{random_token, token_hash},
    tenancy::{Actor, Role, Scope},
};
use voxanne_testkit::server::{Client, TestServer};

const CALLER: &str = "+1 415 555 0142";
const CALLER_NAME: &str = "Zebulon Quill";

/// Ids of things that belong to one clinic, by what stands before them in a path.
struct Things(BTreeMap<&'static str, String>);

impl Things {
    /// The address of a route with these ids in it.
    fn fill(&self, template: &str) -> String {
        let mut out = String::new();
        let mut place = "";
        for part in template.split('/').skip(1) {
            out.push('/');
            if part.starts_with('{') {
                match self.0.get(place) {
                    Some(id) => out.push_str(id),
                    None => {
                        panic!("the tests know no id for `{template}` after `{place}`: add one")
                    }
                }
            } else {
                out.push_str(part);
                place = part;
            }
        }
        out
    }

    /// Ids that nobody has.
    fn of_nobody() -> Self {
        Self(BTreeMap::from([
            ("calls", CallId::new().to_string()),
            ("browser-calls", CallId::new().to_string()),
            ("inbox", InboxId::new().to_string()),
            ("escalations", EscalationId::new().to_string()),
            ("recordings", RecordingId::new().to_string()),
            ("documents", DocumentId::new().to_string()),
            ("members", UserId::new().to_string()),
            ("api-keys", ApiKeyId::new().to_string()),
            ("numbers", PhoneNumberId::new().to_string()),
            ("jobs", JobId::new().to_string()),
            ("versions", "1".to_owned()),
            ("links", random_token()),
        ]))
    }

    /// A clinic with one of everything: a call with an emergency, its item, a recording, a document, a member, a key,
    /// a number.
    async fn of_clinic(server: &TestServer, org: OrgId, owner: &Client) -> Self {
        let mut things = Self::of_nobody();
        let started = owner
            .post(
                "/browser-calls",
                &json!({"caller_number": CALLER, "caller_name": CALLER_NAME}),
            )
            .await
            .unwrap();
        let call = started["call"].as_str().unwrap().to_owned();
        let spoken = owner
            .ask(Method::POST, &format!("/browser-calls/{call}/turns"))
            .json(&json!({"text": "My chest hurts badly and I can hardly breathe"}))
            .send()
            .await
            .unwrap();
        assert_eq!(spoken.status(), StatusCode::OK);
        spoken.bytes().await.unwrap();
        let detail = owner.get(&format!("/calls/{call}")).await.unwrap();
        let id = |of: &Value| of["id"].as_str().unwrap().to_owned();
        things
            .0
            .insert("escalations", id(&detail["escalations"][0]));
        things.0.insert("inbox", id(&detail["inbox"][0]));
        things.0.insert(
            "recordings",
            recording(server, org, call.parse().unwrap()).await,
        );
        things.0.insert("calls", call.clone());
        things.0.insert("browser-calls", call);
        let text = json!({"title": "Parking", "text": "The garage is on Ember Street."});
        things.0.insert(
            "documents",
            id(&owner.post("/documents/text", &text).await.unwrap()),
        );
        let invited = json!({"email": format!("{}@example.org", UserId::new()), "name": "Ivy", "role": "staff"});
        things.0.insert(
            "members",
            id(&owner.post("/members", &invited).await.unwrap()["member"]),
        );
        let key = json!({"name": "k", "scopes": ["read"]});
        things.0.insert(
            "api-keys",
            id(&owner.post("/api-keys", &key).await.unwrap()["key"]),
        );
        owner
            .send(
                Method::PUT,
                "/settings/provider",
                &json!({"secret": "a secret of this clinic's".replace(' ', "-")}),
            )
            .await
            .unwrap();
        let number = json!({"provider_id": UserId::new().to_string(), "number": "+14155550177"});
        let settings = owner
            .post("/settings/provider/numbers", &number)
            .await
            .unwrap();
        things.0.insert("numbers", id(&settings["numbers"][0]));
        things
    }
}

async fn recording(server: &TestServer, org: OrgId, call: CallId) -> String {
    let row = Recording {
        id: RecordingId::new(),
        call,
        track: Track::Stereo,
        state: RecordingState::Failed,
        object: None,
        storage_key: None,
        plain_len: Some(44),
        fetched: 0,
        sha256: None,
        duration_ms: None,
        attempts: 1,
        next_try: None,
        error: Some("not reachable".to_owned()),
        created_at: server.app.now(),
    };
    let mut tx = server
        .app
        .store
        .write(&Actor::system(org, "test"))
        .await
        .unwrap();
    tx.put_recording(&row).await.unwrap();
    tx.commit().await.unwrap();
    row.id.to_string()
}

/// Sends a route as a client of the dashboard would, with a body the route takes.
async fn send(client: &Client, route: &Route, path: &str) -> (StatusCode, Value) {
    let mut request = client.ask(route.method.clone(), path);
    if let Some(body) = route.body() {
        request = request.json(&body);
    }
    let answer = request.send().await.unwrap();
    let status = answer.status();
    let text = answer.text().await.unwrap();
    (
        status,
        serde_json::from_str(&text).unwrap_or(Value::String(text)),
    )
}

/// A session that was valid once.
async fn session(server: &TestServer, user: UserId, expires_in: i64, revoked: bool) -> String {
    let (token, now, id) = (random_token(), server.app.now(), SessionId::new());
    let row = Session {
        id,
        token_hash: token_hash(&token),
        user,
        org: server.org,
        family: id,
        parent: None,
        created_at: now.plus(-1_000_000),
        expires_at: now.plus(expires_in),
        revoked_at: None,
        seen_at: now,
    };
    server
        .app
        .store
        .system()
        .create_session(&row)
        .await
        .unwrap();
    if revoked {
        server
            .app
            .store
            .system()
            .revoke_session(id, now)
            .await
            .unwrap();
    }
    format!("voxanne={token}")
}

#[tokio::test(flavor = "multi_thread")]
async fn f9_1_every_route_refuses_who_has_no_valid_credential() {
    let server = TestServer::start().await.unwrap();
    let owner = server.person(Role::Owner).await.unwrap();
    let user = owner.user.unwrap();
    let revoked_key = server.program(server.org, &[Scope::Admin]).await.unwrap();
    let keys = owner.get("/api-keys").await.unwrap();
    let id = keys["items"][0]["id"].as_str().unwrap();
    owner
        .send(Method::DELETE, &format!("/api-keys/{id}"), &Value::Null)
        .await
        .unwrap();

    let with_cookie = |cookie: String| {
        let mut client = server.nobody().unwrap();
        client.cookie = Some(cookie);
        client.csrf.clone_from(&owner.csrf);
        client
    };
    let with_bearer = |bearer: &str| {
        let mut client = server.nobody().unwrap();
        client.bearer = Some(bearer.to_owned());
        client
    };
    let strangers = [
        ("nothing", server.nobody().unwrap()),
        (
            "a malformed cookie",
            with_cookie("voxanne=%00;;=".to_owned()),
        ),
        (
            "an unknown session",
            with_cookie(format!("voxanne={}", random_token())),
        ),
        (
            "an expired session",
            with_cookie(session(&server, user, -1, false).await),
        ),
        (
            "a revoked session",
            with_cookie(session(&server, user, 1_000_000, true).await),
        ),
        (
            "a cookie of another name",
            with_cookie(owner.cookie.clone().unwrap().replace("voxanne", "session")),
        ),
        ("a malformed key", with_bearer("vxk_")),
        (
            "an unknown key",
            with_bearer(&format!("vxk_{}", random_token())),
        ),
        ("a revoked key", revoked_key),
        (
            "a session as a key",
            with_bearer(
                owner
                    .cookie
                    .as_ref()
                    .unwrap()
                    .trim_start_matches("voxanne="),
            ),
        ),
        (
            "an unsigned token",
            with_bearer("eyJhbGciOiJub25lIn0.eyJzdWIiOiJvd25lciIsInJvbGUiOiJvd25lciJ9."),
        ),
    ];
    let nobodys = Things::of_nobody();
    for route in routes::all() {
        let path = nobodys.fill(&route.template);
        for (what, stranger) in &strangers {
            let (status, body) = send(stranger, &route, &path).await;
            if route.open {
                assert!(
                    [401, 404, 429].contains(&status.as_u16()),
                    "{} with {what}: {status} {body}",
                    route.name()
                );
            } else {
                assert_eq!(
                    status,
                    StatusCode::UNAUTHORIZED,
                    "{} with {what}: {body}",
                    route.name()
                );
                assert_eq!(
                    body["type"],
                    "not-signed-in",
                    "{} with {what}",
                    route.name()
                );
            }
        }
    }
    let open: Vec<String> = routes::all()
        .iter()
        .filter(|r| r.open)
        .map(Route::name)
        .collect();
    assert_eq!(
        open,
        ["get /links/{token}", "post /links/{token}", "post /session"]
    );
    server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn f9_3_no_route_reaches_another_clinic() {
    let server = TestServer::start().await.unwrap();
    let owner = server.person(Role::Owner).await.unwrap();
    let theirs = Things::of_clinic(&server, server.org, &owner).await;
    let other = server.organization("Inland Clinic").await.unwrap();
    let stranger = server.person_of(other, Role::Owner).await.unwrap();
    let program = server
        .program(other, &[Scope::Read, Scope::Write, Scope::Admin])
        .await
        .unwrap();
    // The stranger's own connection, so that a missing one does not hide a reachable number.
    stranger
        .send(
            Method::PUT,
            "/settings/provider",
            &json!({"secret": "a secret of this clinic's".replace(' ', "-")}),
        )
        .await
        .unwrap();

    let all = routes::all();
    let foreign = |route: &&Route| {
        route.template.contains("{id}")
            && !["jobs", "versions"]
                .iter()
                .any(|w| route.template.contains(w))
    };
    let mut reached = Vec::new();
    for route in all.iter().filter(foreign) {
        let path = theirs.fill(&route.template);
        for (who, client) in [("a session", &stranger), ("a key", &program)] {
            let (status, body) = send(client, route, &path).await;
            let by_person = who == "a key" && status == StatusCode::FORBIDDEN;
            if status != StatusCode::NOT_FOUND && !by_person {
                reached.push(format!("{} with {who}: {status} {body}", route.name()));
            }
        }
    }
    assert!(
        reached.is_empty(),
        "reached from another clinic: {reached:#?}"
    );
    // The ids are real: their owner reaches them.
    for route in all
        .iter()
        .filter(foreign)
        .filter(|r| !r.writes() && !r.template.contains("audio"))
    {
        let (status, body) = send(&owner, route, &theirs.fill(&route.template)).await;
        assert_eq!(
            status,
            StatusCode::OK,
            "{} of the owner: {body}",
            route.name()
        );
    }
    // Lists hold nothing of theirs, whatever a query or a header says about the organization.
    for route in all
        .iter()
        .filter(|r| !r.writes() && !r.template.contains('{') && r.template != "/live")
    {
        let answer = stranger
            .ask(Method::GET, &route.template)
            .header("x-organization", server.org.to_string())
            .header("x-voxanne-org", server.org.to_string())
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{}", route.name());
        let text = answer.text().await.unwrap();
        for (what, id) in &theirs.0 {
            assert!(
                *what == "versions" || !text.contains(id),
                "{} shows a foreign id of {what}",
                route.name()
            );
        }
        assert!(!text.contains(&server.org.to_string()), "{}", route.name());
        let asked = stranger
            .ask(
                Method::GET,
                &format!(
                    "{}?org={}&organization={}",
                    route.template, server.org, server.org
                ),
            )
            .send()
            .await
            .unwrap();
        assert!(
            asked.status() == StatusCode::BAD_REQUEST
                || !asked
                    .text()
                    .await
                    .unwrap()
                    .contains(&server.org.to_string())
        );
    }
    let body = json!({"question": "Where is the garage?", "organization": server.org});
    assert!(stranger.post("/knowledge/ask", &body).await.is_err());
    let answer = stranger
        .post(
            "/knowledge/ask",
            &json!({"question": "Where is the garage?"}),
        )
        .await
        .unwrap();
    assert!(!answer.to_string().contains("Ember"), "{answer}");
    server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_viewer_writes_nothing_and_sees_callers_masked_everywhere() {
    let server = TestServer::start().await.unwrap();
    let owner = server.person(Role::Owner).await.unwrap();
    let things = Things::of_clinic(&server, server.org, &owner).await;
    let viewer = server.person(Role::Viewer).await.unwrap();
    let own = [
        "post /session",
        "post /links/{token}",
        "post /session/password",
        "delete /session",
        "post /knowledge/ask",
    ];
    let (own_writes, others): (Vec<Route>, Vec<Route>) = routes::all()
        .into_iter()
        .filter(Route::writes)
        .partition(|r| own.contains(&r.name().as_str()));
    assert_eq!(own_writes.len(), own.len());
    for route in others {
        let (status, body) = send(&viewer, &route, &things.fill(&route.template)).await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{}: {body}", route.name());
        assert_eq!(body["type"], "not-allowed", "{}", route.name());
    }
    let mut seen = 0;
    for path in [
        "/overview",
        "/calls",
        "/inbox",
        &format!("/calls/{}", things.0["calls"]),
    ] {
        let (whole, masked) = (
            owner.get(path).await.unwrap().to_string(),
            viewer.get(path).await.unwrap().to_string(),
        );
        seen += usize::from(whole.contains("555-0142"));
        assert!(
            !masked.contains("555-0142") && !masked.contains("4155550142"),
            "{path}: {masked}"
        );
        assert!(!masked.contains(CALLER_NAME), "{path}: {masked}");
    }
    assert!(
        seen >= 3,
        "the number stands in {seen} of the owner's pages"
    );
    assert!(viewer.get("/calls?caller=4155550142").await.is_err());
    assert_eq!(
        owner.get("/calls?caller=4155550142").await.unwrap()["items"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert!(
        viewer
            .get(&format!("/recordings/{}/audio", things.0["recordings"]))
            .await
            .is_err()
    );
    server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn f9_4_writes_from_elsewhere_are_refused() {
    let server = TestServer::start().await.unwrap();
    let owner = server.person(Role::Owner).await.unwrap();
    let nobodys = Things::of_nobody();
    let mut bare = owner.clone();
    bare.csrf = None;
    let mut wrong = owner.clone();
    wrong.csrf = Some(random_token());
    let other = server.person(Role::Owner).await.unwrap();
    let mut borrowed = owner.clone();
    borrowed.csrf.clone_from(&other.csrf);
    for route in routes::all().iter().filter(|r| r.writes() && !r.open) {
        let path = nobodys.fill(&route.template);
        for client in [&bare, &wrong, &borrowed] {
            let (status, body) = send(client, route, &path).await;
            assert_eq!(
                (status, &body["type"]),
                (StatusCode::FORBIDDEN, &json!("csrf")),
                "{}",
                route.name()
            );
        }
        for (name, value) in [
            ("origin", "https://evil.example"),
            ("origin", "null"),
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
        ] {
            let answer = owner.ask(route.method.clone(), &path).header(name, value);
            let answer = match route.body() {
                Some(body) => answer.json(&body),
                None => answer,
            };
            let status = answer.send().await.unwrap().status();
            assert_eq!(
                status,
                StatusCode::FORBIDDEN,
                "{} with {name}: {value}",
                route.name()
            );
        }
    }
    let same = owner
        .ask(Method::PUT, "/phone-line")
        .header("origin", &server.url)
        .header("sec-fetch-site", "same-origin")
        .json(&json!({"mode": "closed"}))
        .send()
        .await
        .unwrap();
    assert_eq!(same.status(), StatusCode::OK);
    // A sign-in forged by another site is refused before the password is looked at.
    let forged = server.nobody().unwrap();
    let answer = forged
        .ask(Method::POST, "/session")
        .header("origin", "https://evil.example")
        .json(&json!({"email": "a@b", "password": "x"}))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
    server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn passwords_links_and_sessions_live_as_long_as_they_should() {
    let server = TestServer::start().await.unwrap();
    let mut person = server.person(Role::Staff).await.unwrap();
    let session = person.get("/session").await.unwrap();
    let email = session["user"]["email"].as_str().unwrap().to_owned();
    assert_eq!(session["user"]["has_password"], false);
    let short = person
        .post("/session/password", &json!({"new": "short"}))
        .await
        .unwrap_err();
    assert!(short.to_string().contains("12 characters"), "{short}");
    person
        .post(
            "/session/password",
            &json!({"new": "a long first password"}),
        )
        .await
        .unwrap();

    let mut again = server.nobody().unwrap();
    assert!(again.sign_in(&email, "a wrong password").await.is_err());
    again
        .sign_in(&email, "a long first password")
        .await
        .unwrap();
    // A new password ends the person's other sessions, and the old one opens nothing.
    let change = json!({"current": "a long first password", "new": "a long second password"});
    again.post("/session/password", &change).await.unwrap();
    assert!(person.get("/session").await.is_err());
    assert!(
        person
            .sign_in(&email, "a long first password")
            .await
            .is_err()
    );
    again
        .send(Method::DELETE, "/session", &Value::Null)
        .await
        .unwrap();
    assert!(again.get("/session").await.is_err());

    // An invitation is used once.
    let owner = server.person(Role::Owner).await.unwrap();
    let invited = owner
        .post(
            "/members",
            &json!({"email": "ivy@example.org", "name": "Ivy", "role": "staff"}),
        )
        .await
        .unwrap();
    let token = invited["link"]
        .as_str()
        .unwrap()
        .rsplit('/')
        .next()
        .unwrap()
        .to_owned();
    let newcomer = server.nobody().unwrap();
    let shown = newcomer.get(&format!("/links/{token}")).await.unwrap();
    assert_eq!(
        (&shown["kind"], &shown["needs_password"]),
        (&json!("invitation"), &json!(true))
    );
    let given = json!({"name": "Ivy Moss", "password": "ivy's own password"});
    newcomer
        .post(&format!("/links/{token}"), &given)
        .await
        .unwrap();
    assert!(
        newcomer
            .post(&format!("/links/{token}"), &given)
            .await
            .is_err()
    );
    assert!(newcomer.get(&format!("/links/{token}")).await.is_err());
    // A removed member is out at once.
    let mut ivy = server.nobody().unwrap();
    ivy.sign_in("ivy@example.org", "ivy's own password")
        .await
        .unwrap();
    let id = invited["member"]["id"].as_str().unwrap();
    owner
        .send(Method::DELETE, &format!("/members/{id}"), &Value::Null)
        .await
        .unwrap();
    assert!(ivy.get("/session").await.is_err());
    server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_passwords_is_stopped_and_tells_nothing_about_accounts() {
    let server = TestServer::start_with(
        &[("limits.sign_in_attempts", "3")],
        voxanne_server::Parts::default(),
    )
    .await
    .unwrap();
    let person = server.person(Role::Staff).await.unwrap();
    let email = person.get("/session").await.unwrap()["user"]["email"]
        .as_str()
        .unwrap()
        .to_owned();
    let guess = |email: String| {
        let client = server.nobody().unwrap();
        async move {
            let body = json!({"email": email, "password": "one of many guesses"});
            let answer = client
                .ask(Method::POST, "/session")
                .json(&body)
                .send()
                .await
                .unwrap();
            (answer.status(), answer.json::<Value>().await.unwrap())
        }
    };
    let (known, unknown) = (
        guess(email.clone()).await,
        guess("nobody@example.org".to_owned()).await,
    );
    assert_eq!(known, unknown, "the answers differ");
    for _ in 0..2 {
        assert_eq!(guess(email.clone()).await.0, StatusCode::UNAUTHORIZED);
    }
    let (status, body) = guess(email).await;
    assert_eq!(status, StatusCode::TOO_MANY_REQUESTS);
    assert!(body["retry_after_ms"].as_u64().unwrap() > 0);
    server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_owner_stays_and_only_owners_make_owners() {
    let server = TestServer::start().await.unwrap();
    let owner = server.person(Role::Owner).await.unwrap();
    let admin = server.person(Role::Admin).await.unwrap();
    let me = format!("/members/{}", owner.user.unwrap());
    let refused = |error: anyhow::Error, status: &str| {
        assert!(error.to_string().contains(status), "{error}");
    };
    refused(
        owner
            .send(Method::DELETE, &me, &Value::Null)
            .await
            .unwrap_err(),
        "409",
    );
    refused(
        owner
            .send(Method::PATCH, &me, &json!({"role": "admin"}))
            .await
            .unwrap_err(),
        "409",
    );
    refused(
        admin
            .send(Method::PATCH, &me, &json!({"role": "staff"}))
            .await
            .unwrap_err(),
        "403",
    );
    let new = json!({"email": "o@example.org", "name": "O", "role": "owner"});
    refused(admin.post("/members", &new).await.unwrap_err(), "403");
    owner.post("/members", &new).await.unwrap();
    owner
        .send(Method::PATCH, &me, &json!({"role": "admin"}))
        .await
        .unwrap();
    server.stop().await.unwrap();
}
