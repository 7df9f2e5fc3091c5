use super::*;
use proptest::prelude::*;

fn store() -> (tempfile::TempDir, FileBlobs) {
    let folder = tempfile::tempdir().unwrap();
    let blobs = FileBlobs::open(&folder.path().join("data")).unwrap();
    (folder, blobs)
}

async fn put(blobs: &FileBlobs, key: &str, parts: &[&[u8]]) -> u64 {
    let upload = blobs.begin(key).await.unwrap();
    for (number, part) in parts.iter().enumerate() {
        blobs
            .put_part(&upload, number as u32 + 1, part.to_vec())
            .await
            .unwrap();
    }
    blobs.complete(upload).await.unwrap()
}

async fn get(blobs: &FileBlobs, key: &str, from: u64, to: Option<u64>) -> Vec<u8> {
    let mut stream = blobs.read(key, from, to).await.unwrap();
    let mut out = Vec::new();
    while let Some(frame) = stream.next().await {
        let frame = frame.unwrap();
        assert!(!frame.is_empty() && frame.len() <= FRAME);
        out.extend(frame);
    }
    out
}

#[tokio::test]
async fn f2_3_an_object_appears_whole_and_only_when_complete() {
    let (_folder, blobs) = store();
    let upload = blobs.begin("org_1/recordings/rec_1").await.unwrap();
    blobs.put_part(&upload, 1, vec![1; 100_000]).await.unwrap();
    assert_eq!(blobs.len(&upload.key).await, Err(BlobError::NotFound));
    assert!(blobs.read(&upload.key, 0, None).await.is_err());
    assert!(blobs.list("", None).await.unwrap().is_empty());
    // The last part comes again, shorter, as after a failed attempt.
    blobs.put_part(&upload, 2, vec![2; 50_000]).await.unwrap();
    blobs.put_part(&upload, 2, vec![3; 40_000]).await.unwrap();
    assert!(blobs.put_part(&upload, 4, vec![4]).await.is_err());
    assert_eq!(blobs.complete(upload.clone()).await, Ok(140_000));
    let all = get(&blobs, &upload.key, 0, None).await;
    assert_eq!(all, [vec![1; 100_000], vec![3; 40_000]].concat());
    assert_eq!(blobs.len(&upload.key).await, Ok(140_000));
    assert!(blobs.complete(upload).await.is_err());
}

#[tokio::test]
async fn uploads_leave_nothing_behind() {
    let (folder, blobs) = store();
    let upload = blobs.begin("a/b").await.unwrap();
    blobs.put_part(&upload, 1, b"x".to_vec()).await.unwrap();
    blobs.abort(upload.clone()).await.unwrap();
    blobs.abort(upload.clone()).await.unwrap();
    assert!(blobs.put_part(&upload, 2, b"y".to_vec()).await.is_err());
    blobs.check().await.unwrap();
    let left = fs::read_dir(folder.path().join("data/uploads"))
        .unwrap()
        .count();
    assert_eq!(left, 0);
}

#[tokio::test]
async fn an_upload_of_a_process_that_died_is_refused_and_can_be_forgotten() {
    let (folder, blobs) = store();
    let upload = blobs.begin("a/b").await.unwrap();
    blobs.put_part(&upload, 1, b"x".to_vec()).await.unwrap();
    let after = FileBlobs::open(&folder.path().join("data")).unwrap();
    assert!(after.put_part(&upload, 2, b"y".to_vec()).await.is_err());
    assert!(after.complete(upload.clone()).await.is_err());
    after.abort(upload).await.unwrap();
    assert_eq!(
        fs::read_dir(folder.path().join("data/uploads"))
            .unwrap()
            .count(),
        0
    );
}

#[tokio::test]
async fn f2_4_a_moved_folder_still_has_its_objects() {
    let (folder, blobs) = store();
    put(&blobs, "org_1/doc/1", &[b"content"]).await;
    let moved = folder.path().join("moved");
    fs::rename(folder.path().join("data"), &moved).unwrap();
    let blobs = FileBlobs::open(&moved).unwrap();
    assert_eq!(get(&blobs, "org_1/doc/1", 0, None).await, b"content");
}

#[tokio::test]
async fn removing_is_final_and_may_be_repeated() {
    let (_folder, blobs) = store();
    assert_eq!(put(&blobs, "a/b/c", &[]).await, 0);
    assert_eq!(get(&blobs, "a/b/c", 0, None).await, b"");
    blobs.delete("a/b/c").await.unwrap();
    blobs.delete("a/b/c").await.unwrap();
    blobs.delete("x/y").await.unwrap();
    assert_eq!(blobs.len("a/b/c").await, Err(BlobError::NotFound));
    assert_eq!(blobs.len("a/b").await, Err(BlobError::NotFound));
    assert!(matches!(
        blobs.read("a/b", 0, None).await,
        Err(BlobError::NotFound)
    ));
}

#[tokio::test]
async fn keys_that_leave_the_folder_are_refused() {
    let (_folder, blobs) = store();
    let long = "a".repeat(600);
    for key in [
        "",
        "/etc/passwd",
        "../x",
        "a/../b",
        "a//b",
        "a/",
        ".hidden",
        "a/.b",
        "a\\b",
        "a\0b",
        "a b",
        "\u{e9}",
        &long,
    ] {
        assert!(
            matches!(blobs.begin(key).await, Err(BlobError::Failed(_))),
            "{key:?}"
        );
        assert!(
            matches!(blobs.read(key, 0, None).await, Err(BlobError::Failed(_))),
            "{key:?}"
        );
        assert!(
            matches!(blobs.delete(key).await, Err(BlobError::Failed(_))),
            "{key:?}"
        );
    }
    let foreign = Upload {
        key: "a/b".into(),
        id: "../objects/a".into(),
    };
    assert!(matches!(
        blobs.abort(foreign).await,
        Err(BlobError::Failed(_))
    ));
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_full_disk_is_told_apart() {
    let (folder, blobs) = store();
    let upload = blobs.begin("a/b").await.unwrap();
    let path = folder.path().join("data/uploads").join(&upload.id);
    fs::remove_file(&path).unwrap();
    std::os::unix::fs::symlink("/dev/full", &path).unwrap();
    assert_eq!(
        blobs.put_part(&upload, 1, vec![0; 4096]).await,
        Err(BlobError::Full)
    );
}

#[tokio::test]
async fn lists_are_sorted_by_key_and_go_on_after_one() {
    let (_folder, blobs) = store();
    for key in ["b/2", "a-1/x", "a/x", "a.1/x", "a/y/z", "b/10"] {
        put(&blobs, key, &[b"1"]).await;
    }
    let all = blobs.list("", None).await.unwrap();
    let mut sorted = all.clone();
    sorted.sort();
    assert_eq!((all.len(), &all), (6, &sorted));
    assert_eq!(blobs.list("a/", None).await.unwrap(), ["a/x", "a/y/z"]);
    assert_eq!(blobs.list("b/1", None).await.unwrap(), ["b/10"]);
    for (index, key) in all.iter().enumerate() {
        assert_eq!(blobs.list("", Some(key)).await.unwrap(), all[index + 1..]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn every_range_is_the_same_range_of_the_bytes(
        len in 0_usize..200_000, from in 0_u64..220_000, to in proptest::option::of(0_u64..220_000),
    ) {
        let bytes: Vec<u8> = (0..len).map(|at| (at * 31 % 251) as u8).collect();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let got = runtime.block_on(async {
            let (_folder, blobs) = store();
            put(&blobs, "k", &[&bytes]).await;
            get(&blobs, "k", from, to).await
        });
        let end = to.unwrap_or(u64::MAX).min(len as u64) as usize;
        let from = (from as usize).min(end);
        prop_assert_eq!(got, &bytes[from..end]);
    }

    #[test]
    fn pages_of_a_list_join_to_the_whole(keys in proptest::collection::btree_set("[ab][./-]?[ab]{1,2}(/[ab])?", 1..20), most in 1_usize..6) {
        let folder = tempfile::tempdir().unwrap();
        let mut made = std::collections::BTreeSet::new();
        for key in keys {
            let path = folder.path().join(&key);
            if keys::check(&key).is_ok() && fs::create_dir_all(path.parent().unwrap()).is_ok() && !path.exists() && fs::write(&path, b"").is_ok() {
                made.insert(key);
            }
        }
        let mut joined: Vec<String> = Vec::new();
        loop {
            let page = keys::list(folder.path(), "", joined.last().map(String::as_str), most).unwrap();
            if page.is_empty() { break; }
            joined.extend(page);
        }
        prop_assert_eq!(joined, made.into_iter().collect::<Vec<_>>());
    }
}
