//! What nobody else may see: other organizations' rows, and the bytes of a copied database.

use super::{
    Line, T0, TestStore,
    calls::{recording, segment, turn},
    inbox::{escalated, sample_item},
    new_org, read, write,
};
use std::sync::Arc;
use voxanne_core::{
    call::{ProviderCallId, Speaker, Track, fold::CallFold, message::CallMessage},
    ids::DocumentId,
    inbox::Urgency,
    log::NewEvent,
    page::Limit,
    pii::{Pii, Secret},
    ports::store::{CallFilter, InboxFilter, Store},
};

/// The tests of this file.
#[macro_export]
macro_rules! suite_privacy {
    ($fresh:ident) => {
        $crate::suite_tests!(
            $fresh,
            privacy,
            [f9_3_no_read_reaches_another_organizations_rows],
            whole[f9_5_copied_bytes_show_nothing_a_caller_said]
        );
    };
}

pub async fn f9_3_no_read_reaches_another_organizations_rows(store: Arc<dyn Store>) {
    let mine = new_org(&*store).await;
    let theirs = new_org(&*store).await;
    let (state, step) = escalated(theirs, "p-1", T0);
    let call = state.call.id;
    let kept = recording(call, Track::Mono);
    let mut tx = write(&*store, theirs).await;
    tx.put_call_state(&state, &[step]).await.unwrap();
    tx.add_segments(call, &[segment(0, T0, "hello")])
        .await
        .unwrap();
    tx.put_turn(call, &turn(1, "hello")).await.unwrap();
    tx.put_recording(&kept).await.unwrap();
    tx.put_call_terms(call, &["hello".to_owned()])
        .await
        .unwrap();
    tx.put_setting("theme", "\"dark\"").await.unwrap();
    tx.emit(NewEvent::new("suite.event", "calls", Some(call), call, &1));
    tx.audit("suite.did", Some(call.to_string()));
    tx.commit().await.unwrap();
    let mut reads = [
        read(&*store, mine).await,
        write(&*store, mine).await as Box<dyn voxanne_core::ports::store::TenantRead>,
    ];
    for mine in &mut reads {
        let escalation = state.escalation.as_ref().unwrap().id;
        let item = state.inbox.as_ref().unwrap().id;
        let words = CallFilter {
            words: Some(Pii::from("hello")),
            ..CallFilter::default()
        };
        assert_eq!(mine.call(call).await.unwrap(), None);
        assert_eq!(mine.call_state(call).await.unwrap(), None);
        let id = ProviderCallId("p-1".to_owned());
        assert_eq!(mine.call_by_provider(None, &id).await.unwrap(), None);
        for filter in [CallFilter::default(), words] {
            let page = mine.calls(&filter, None, Limit::MAX).await.unwrap();
            assert_eq!(page.items, []);
        }
        let page = mine.segments(call, 0, None, Limit::MAX).await.unwrap();
        assert_eq!(page.items, []);
        assert_eq!(mine.turns(call).await.unwrap(), []);
        assert_eq!(mine.escalations(call).await.unwrap(), []);
        assert_eq!(mine.escalation(escalation).await.unwrap(), None);
        assert_eq!(mine.recordings(call).await.unwrap(), []);
        assert_eq!(mine.recording(kept.id).await.unwrap(), None);
        let of = mine.recording_of(call, Track::Mono).await.unwrap();
        assert_eq!(of, None);
        assert_eq!(mine.inbox_item(item).await.unwrap(), None);
        let filter = InboxFilter::default();
        let page = mine.inbox(filter, None, Limit::MAX).await.unwrap();
        assert_eq!(page.items, []);
        assert_eq!(mine.inbox_open().await.unwrap(), 0);
        assert_eq!(mine.setting("theme").await.unwrap(), None);
        assert_eq!(mine.head().await.unwrap(), 0);
        assert_eq!(mine.events(0, 100, 100).await.unwrap(), []);
        let trail = mine.audit_trail(None, Limit::MAX).await.unwrap();
        assert_eq!(trail.items, []);
        assert_eq!(mine.live_counts().await.unwrap(), (0, 0));
        assert_eq!(mine.document(DocumentId::new()).await.unwrap(), None);
    }
    drop(reads);
    // Nor does a write reach them.
    let mut tx = write(&*store, mine).await;
    assert!(tx.put_turn(call, &turn(1, "mine")).await.is_err());
    drop(tx);
    let mut tx = write(&*store, mine).await;
    assert!(tx.put_call_terms(call, &["mine".to_owned()]).await.is_err());
    drop(tx);
    let turns = read(&*store, theirs).await.turns(call).await.unwrap();
    assert_eq!(turns, [turn(1, "hello")]);
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|w| w == text.as_bytes())
}

pub async fn f9_5_copied_bytes_show_nothing_a_caller_said(kit: TestStore) {
    let store = &*kit.store;
    let org = new_org(store).await;
    let line = Line {
        caller: "+14157720931".to_owned(),
        ..Line::new(org, "p-1")
    };
    let mut named = line.words(T0, Speaker::Caller, "my zirconium crown came loose");
    named.seen.caller_name = Some(Pii::from("Philippa Quartz"));
    named.seen.control = Some(Secret::new("https://control.example/kestrel-4411"));
    let tool = CallMessage::ToolCall {
        id: "t-1".to_owned(),
        name: "hours".to_owned(),
        result: "heron at nine".to_owned(),
    };
    for receipt in store
        .intake(&[named, line.op("tool", T0.plus(1), tool)], &CallFold)
        .await
    {
        receipt.unwrap();
    }
    let mut tx = write(store, org).await;
    let call = tx
        .call_by_provider(None, &line.call)
        .await
        .unwrap()
        .unwrap();
    tx.put_turn(call.id, &turn(1, "is the ibuprofen dosage fine"))
        .await
        .unwrap();
    let mut item = sample_item(Urgency::Normal, T0);
    item.body.title = "Philippa Quartz asks for a call".to_owned();
    item.body.note = Some(Pii::from("has a tourmaline ring"));
    tx.put_inbox(&item).await.unwrap();
    tx.put_setting("mail", "\"smtp-secret-falcon\"")
        .await
        .unwrap();
    let words = voxanne_core::call::search::terms("zirconium");
    tx.put_call_terms(call.id, &words).await.unwrap();
    tx.emit(NewEvent::new(
        "suite.event",
        "calls",
        Some(call.id),
        call.id,
        &"said opalescent",
    ));
    let head = tx.commit().await.unwrap();

    // First each is there for whoever may ask,
    let mut snapshot = read(store, org).await;
    let call = snapshot.call(call.id).await.unwrap().unwrap();
    let heard = snapshot
        .segments(call.id, 0, None, Limit::MAX)
        .await
        .unwrap();
    let turns = snapshot.turns(call.id).await.unwrap();
    let (item, _, _) = snapshot.inbox_item(item.id).await.unwrap().unwrap();
    let events = snapshot.events(head - 1, head, 1).await.unwrap();
    let setting = snapshot.setting("mail").await.unwrap().unwrap();
    let found = [
        heard.items[0].text.expose().clone(),
        call.private.caller.unwrap().into_exposed(),
        call.private.caller_name.unwrap().into_exposed(),
        call.private.control.unwrap().expose().to_owned(),
        turns[0].said.expose().clone(),
        item.body.note.unwrap().into_exposed(),
        item.body.title,
        events[0].body.expose().clone(),
        setting,
    ]
    .join("\n");
    let canaries = [
        "zirconium",
        "4157720931",
        "Philippa",
        "Quartz",
        "kestrel-4411",
        "ibuprofen",
        "tourmaline",
        "opalescent",
        "smtp-secret-falcon",
    ];
    for canary in canaries {
        assert!(found.contains(canary), "{canary} is stored at all");
    }
    drop(snapshot);
    // then none of it in the bytes, while what is no secret is found there.
    let bytes = kit.guard.bytes_at_rest().await;
    assert!(contains(&bytes, "Harbour Dental"), "these are the bytes");
    for canary in canaries.into_iter().chain(["heron", "zirconi"]) {
        assert!(!contains(&bytes, canary), "{canary}");
    }
    let bare_key: String = kit
        .ring
        .to_text()
        .lines()
        .last()
        .and_then(|line| line.split(' ').nth(1))
        .unwrap()
        .to_owned();
    assert!(!contains(&bytes, &bare_key), "the ring is kept elsewhere");
}
