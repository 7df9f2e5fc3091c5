#!/usr/bin/env python3
"""Tries the smallest changes that docs/failure-map.md names: each must turn its proof red.

Works in a copy of the committed tree beside the build, so that the tree itself is never touched.
`mutations.py [WORD ...]` tries those whose row or file holds a word."""
import os
import pathlib
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")).resolve()
COPY = TARGET / "mutations"

# Row, file, text as it is, text as it becomes, the tests that must fail.
CHANGES = [
    ("F1.2 what was there already is not looked at", "crates/store-sqlite/src/intake.rs",
     "known_keys(conn, batch, keys).await?;", "HashMap::<KeyOf, Option<Reply>>::new();", "test(f1_2_repeated_and_shuffled) & package(voxanne-store-sqlite)"),
    ("F1.2 snapshots are part of the key", "crates/providers/src/vapi/keys.rs",
     '["call", "artifact", "assistant", "phoneNumber", "customer"]', '["c", "artifact", "assistant", "phoneNumber", "customer"]',
     "test(f1_2_a_redelivery_with_fresh)"),
    ("F1.2 all messages are asked about once more", "crates/store-postgres/src/intake.rs",
     ".filter(|(_, op)| !claimed.contains(&(op.org, op.key)))\n        .map(|(at, op)| (at, *op))\n        .collect();\n    let stale",
     ".map(|(at, op)| (at, *op))\n        .collect();\n    let stale", "test(f1_2_a_key_is_never)"),
    ("F1.1 missed calls of the last two hours only", "crates/app/src/reconcile.rs",
     "let mut since = mark.map_or(complete, |mark| mark.min(complete).max(oldest));", "let _ = oldest;\n    let mut since = complete;",
     "test(f1_1_calls_are_looked_for)"),
    ("F1.3 the wait is not compared with what is left", "crates/core/src/retry.rs",
     "Some(left) if wait >= left => None,", "Some(left) if wait >= left.saturating_mul(2) => None,", "test(f1_3_waits_never_pass)"),
    ("F1.4 the greeting of whichever clinic comes last", "crates/app/src/opening.rs",
     "let (plan, opening) = decide(app, integration, &clinic, call, &seen);",
     "static FIRST: std::sync::OnceLock<Arc<Clinic>> = std::sync::OnceLock::new();\n    let shared = FIRST.get_or_init(|| clinic.clone());\n    let (plan, opening) = decide(app, integration, shared, call, &seen);",
     "test(f1_4_each_concurrent)"),
    ("F2.2 who may not listen is not refused", "crates/server/src/http/api/v1/recordings.rs",
     "caller.require(Permission::CallsListen)?;", "let _ = caller.require(Permission::CallsListen);", "test(f2_2_only_who_may_listen)"),
    ("F2.3 a changed file is appended", "crates/providers/src/vapi/recording.rs",
     ".header(IF_RANGE, etag)", ".header(ETAG, etag)", "test(f2_3_a_changed_or_unproven) | test(f2_3_a_recording_comes)"),
    ("F3.1 the time is not part of a transcript's key", "crates/providers/src/vapi/keys.rs",
     '"transcript",\n                &at.0.to_string(),', '"transcript",\n                "",', "test(f3_1_equal_words_at_another) | test(f3_1_finals_are_read)"),
    ("F4.1 an index less", "crates/store-sqlite/migrations/0001_foundation.sql",
     "CREATE INDEX calls_outcome ON calls (org, outcome,", "CREATE INDEX calls_outcome ON calls (life, org, outcome,", "test(f4_1_no_filter_of_calls_scans)"),
    ("F5.1 characters instead of tokens", "crates/core/src/knowledge/chunk.rs",
     "let tokens = (self.count)(text);\n            if tokens <= self.limit || length <= 1 {",
     "let tokens = text.chars().count() / 4;\n            if tokens <= self.limit || length <= 1 {", "test(f5_1_no_chunk_is_over)"),
    ("F7.2 to be sent on is to be connected", "crates/core/src/call/escalation.rs",
     "S::Dialing => {\n                    self.state = S::Unconfirmed;", "S::Dialing => {\n                    self.state = S::Connected;",
     "test(f7_2_a_call_that_leaves_unconfirmed)"),
    ("F5.4 a lease is not renewed", "crates/app/src/jobs.rs",
     "if now < due {", "if now < due || lease_ms > 0 {", "test(f5_4_work_that_outlasts)"),
    ("F5.4 a document is written whatever became of it", "crates/app/src/knowledge/import.rs",
     "Ok((stands.as_ref() == Some(known)).then_some(tx))", "let _ = stands;\n    Ok(Some(tx))",
     "test(f5_4_several_workers) | test(f5_4_a_document_removed)"),
    ("F7.2 a message ends the search", "crates/core/src/call/escalation.rs",
     "S::Message => S::Decided,", "S::Message => S::Message,", "test(f7_2_a_graver_reason_reaches) | test(f7_2_an_emergency_told_after)"),
    ("F7.2 whoever is dialled is dialled to the end", "crates/core/src/call/escalation.rs",
     "S::Dialing => S::Failed,\n", "S::Dialing => S::Dialing,\n", "test(f7_2_a_medical_question_right_after)"),
    ("F7.2 every return is a failed transfer", "crates/core/src/call/escalation.rs",
     "Happening::Returned if self.state == S::Dialing && at > self.since", "Happening::Returned if self.state == S::Dialing", "test(law_1_)"),
    ("F7.1 emergency rules are not asked", "crates/core/src/safety/gate.rs",
     "if let Some(rule) = named(Escalation::Emergency) {", "if let Some(rule) = named(Escalation::Emergency).filter(|_| false) {", "test(f7_1_)"),
    ("F7.3 a policy raises the threshold", "crates/core/src/safety/gate.rs",
     "Self::Cautious => 0.7,", "Self::Cautious => -0.7,", "test(f7_3_a_clinic_can_only_make)"),
    ("F7.3 a draft needs no support", "crates/core/src/safety/answer.rs",
     "if !super::draft::is_supported(&text, grounding) {", "if text.is_empty() && !super::draft::is_supported(&text, grounding) {",
     "test(f7_3_no_bad_draft)"),
    ("F8.3 a batch from after the cursor", "crates/app/src/live.rs",
     "read.events(cursor, head, MAX_BATCH)", "read.events(cursor + 1, head, MAX_BATCH)", "test(f8_3_a_cursor_gets_exactly)"),
    ("F8.3 a batch of the ring from after the cursor", "crates/app/src/live.rs",
     "let start = (cursor + 1 - first) as usize;", "let start = (cursor + 2 - first) as usize;", "test(f8_3_after_any_disconnects)"),
    ("F9.3 a link chooses the password of somebody known", "crates/app/src/members/links.rs",
     "&& self.user.password.is_some()", "&& self.user.password.is_some() && false", "test(f9_3_an_invitation_gives_nobody)"),
    ("F9.3 a statement without its tenant", "crates/store-sqlite/src/calls.rs",
     '"SELECT * FROM calls WHERE org = ?1 AND id = ?2"', '"SELECT * FROM calls WHERE ?1 = ?1 AND id = ?2"',
     "test(f9_3_no_read_reaches) & package(voxanne-store-sqlite)"),
    ("F9.4 the token of a write is not compared", "crates/server/src/http/auth.rs",
     "if !bool::from(given.ct_eq(wanted.as_bytes())) {", "if !bool::from(given.ct_eq(wanted.as_bytes())) && given.len() > 99 {", "test(f9_4_writes_from_elsewhere)"),
    ("F9.5 a column in the clear", "crates/store-sqlite/src/calls.rs",
     'keys.seal("segments.text", segment.text.expose().as_bytes()),', "segment.text.expose().as_bytes().to_vec(),",
     "test(f9_5_copied_bytes) & package(voxanne-store-sqlite)"),
    ("F10.1 ready whatever the checks say", "crates/server/src/http/health.rs",
     "let ready = state.started.load(Ordering::Acquire) && checks.iter().all(|c| c.ok);", "let ready = state.started.load(Ordering::Acquire);",
     "test(f10_1_without_storage)"),
    ("F10.2 an unknown migration is passed over", "crates/store-sqlite/src/open.rs",
     "Err(MigrateError::VersionMissing(version)) => Err(OpenError::Newer(version)),", "Err(MigrateError::VersionMissing(_)) => Ok(()),",
     "test(a_newer_schema_is_refused) & package(voxanne-store-sqlite)"),
    ("X1 the body is read before the headers are looked at", "crates/server/src/http/webhooks.rs",
     "let claim = auth::before_body(", "drop(body.read().await?);\n        let claim = auth::before_body(", "test(x1_a_flood)"),
    ("X1 whoever comes first is taken first", "crates/app/src/intake.rs",
     "self.turn.push_back(org);\n            }\n        }\n        self.len", "self.turn.push_front(org);\n            }\n        }\n        self.len",
     "test(x1_a_burst) | test(each_organization_has_its_turn)"),
    ("X2 nobody is told that the database is gone", "crates/app/src/database.rs",
     "answers = tokio::select! {\n                asked = asked => matches!(asked, Ok(Ok(_))),", "answers = tokio::select! {\n                asked = asked => matches!(asked, Ok(Ok(_)) | Err(_)),",
     "test(x2_a_database_that_vanishes)"),
]


def run(tests):
    command = ["cargo", "nextest", "run", "--offline", "--locked", "--workspace", "--no-fail-fast", "-E", tests]
    # A folder of its own: cargo tells sources apart by their times, and takes another copy's build for this one's.
    env = dict(os.environ, CARGO_TARGET_DIR=str(COPY.with_name("mutations-target")))
    return subprocess.run(command, cwd=COPY, env=env, capture_output=True, text=True)


def main():
    words = sys.argv[1:]
    shutil.rmtree(COPY, ignore_errors=True)
    subprocess.run(["git", "clone", "-q", "--shared", str(ROOT), str(COPY)], check=True)
    shutil.copytree(ROOT / "models", COPY / "models", dirs_exist_ok=True)
    (COPY / "web" / "dist").mkdir(exist_ok=True)
    shutil.copytree(ROOT / "web" / "dist", COPY / "web" / "dist", dirs_exist_ok=True)
    failed = passed = 0
    for row, name, before, after, tests in CHANGES:
        if words and not any(w in row or w in name for w in words):
            continue
        began = time.monotonic()
        file = COPY / name
        text = file.read_text()
        if text.count(before) != 1:
            print(f"STALE    {row}: {name} does not hold the text once", flush=True)
            failed += 1
            continue
        file.write_text(text.replace(before, after))
        done = run(tests)
        file.write_text(text)
        # A test must have run and failed: a change that does not compile shows nothing.
        red = done.returncode == 100 and "failed" in done.stderr
        word = "red" if red else "NOT RED"
        passed, failed = passed + red, failed + (not red)
        print(f"{word:8} {row} ({time.monotonic() - began:.0f} s)", flush=True)
        if not red:
            print("\n".join(done.stderr.splitlines()[-12:]), flush=True)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
