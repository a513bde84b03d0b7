//! The data file over its life: reopened, shared by mistake, made by another version, backed up, damaged.

#![expect(clippy::disallowed_methods, reason = "tests wait for their tasks")]

use std::{path::Path, sync::Arc};

use haechi_store::{Backend, Direction, LogQuery, LogRecord, Scope, Store, StoreError, Table, Txn};
use haechi_store_sqlite::{SqliteBackend, SqliteOptions};
use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, Deserialize)]
struct Count {
    value: u64,
}
const KEYS: Table<Count> = Table::new("kms", "keys", 1);

fn scope() -> Scope {
    Scope::new("aws", "000000000000", "eu-north-1")
}

fn open(directory: &Path) -> Result<Store, StoreError> {
    SqliteBackend::open(directory, &SqliteOptions::default()).map(|backend| Store::new(Arc::new(backend)))
}

async fn put(store: &Store, id: &str, value: u64) {
    store
        .txn(|t: Txn| {
            let id = id.to_owned();
            async move { t.put(&KEYS, &scope(), &id, &Count { value }).await }
        })
        .await
        .unwrap();
}

async fn value(store: &Store, id: &str) -> Option<u64> {
    store
        .get(&KEYS, &scope(), id)
        .await
        .unwrap()
        .map(|count| count.value)
}

#[tokio::test]
async fn what_was_written_is_there_when_the_directory_is_opened_again() {
    let directory = tempfile::tempdir().unwrap();
    let mut last = 0;
    for round in 1..=3 {
        let store = open(directory.path()).unwrap();
        assert_eq!(value(&store, "a").await, (round > 1).then_some(round - 1));
        put(&store, "a", round).await;
        let revision = store
            .get_with_revision(&KEYS, &scope(), "a")
            .await
            .unwrap()
            .unwrap()
            .revision;
        assert!(revision > last, "a revision must not come again after a restart");
        last = revision;
    }
}

#[tokio::test]
async fn a_directory_in_use_is_refused_and_free_again_afterwards() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path()).unwrap();
    let error = open(directory.path()).err().unwrap().to_string();
    assert!(error.contains("in use by another server"), "{error}");
    drop(store);
    open(directory.path()).unwrap();
}

#[tokio::test]
async fn a_data_file_of_schema_1_opens_and_is_current_afterwards() {
    let directory = tempfile::tempdir().unwrap();
    let file = rusqlite::Connection::open(directory.path().join("haechi.db")).unwrap();
    file.execute_batch(include_str!("fixtures/schema-1.sql")).unwrap();
    drop(file);
    for _ in 0..2 {
        let store = open(directory.path()).unwrap();
        assert_eq!(
            (value(&store, "a").await, value(&store, "b").await),
            (Some(1), Some(2))
        );
        let query = LogQuery {
            direction: Direction::Forward,
            ..LogQuery::newest("s")
        };
        let bodies: Vec<_> = store
            .scan(&query)
            .await
            .unwrap()
            .records
            .iter()
            .map(|r| r.body.clone())
            .collect();
        assert_eq!(bodies, [&b"a"[..], b"c", b"b"]);
        put(&store, "c", 3).await;
        assert!(
            store
                .get_with_revision(&KEYS, &scope(), "c")
                .await
                .unwrap()
                .unwrap()
                .revision
                > 65_537
        );
        assert!(store.integrity_check().await.unwrap().is_empty());
    }
    let file = rusqlite::Connection::open(directory.path().join("haechi.db")).unwrap();
    let schema: i64 = file
        .query_row("SELECT value FROM meta WHERE name = 'schema'", [], |row| {
            row.get(0)
        })
        .unwrap();
    assert_eq!(schema, 2);
}

#[tokio::test]
async fn a_data_file_of_a_newer_version_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    drop(open(directory.path()).unwrap());
    let file = rusqlite::Connection::open(directory.path().join("haechi.db")).unwrap();
    file.execute("UPDATE meta SET value = 99 WHERE name = 'schema'", [])
        .unwrap();
    drop(file);
    let error = open(directory.path()).err().unwrap().to_string();
    assert!(error.contains("has schema 99"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_under_load_opens_as_a_data_directory_with_one_moment_in_it() {
    let (directory, copy) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let store = open(directory.path()).unwrap();
    let writing = tokio::spawn({
        let store = store.clone();
        async move {
            for value in 1..=500 {
                store
                    .txn(|t: Txn| async move {
                        t.put(&KEYS, &scope(), "a", &Count { value }).await?;
                        t.put(&KEYS, &scope(), "b", &Count { value }).await?;
                        let body = value.to_string().into();
                        let id = u128::from(value).to_be_bytes();
                        t.log(LogRecord {
                            stream: "s".into(),
                            time: 0,
                            id,
                            terms: haechi_store::Terms::default(),
                            body,
                        })
                        .await;
                        Ok::<_, StoreError>(())
                    })
                    .await
                    .unwrap();
            }
        }
    });
    while value(&store, "a").await.unwrap_or(0) < 50 {
        tokio::task::yield_now().await;
    }
    store.backup(&copy.path().join("haechi.db")).await.unwrap();
    writing.await.unwrap();
    assert!(
        store.backup(&copy.path().join("haechi.db")).await.is_err(),
        "an existing file is not overwritten"
    );

    let restored = open(copy.path()).unwrap();
    let a = value(&restored, "a").await.unwrap();
    assert!(a >= 50);
    assert_eq!(value(&restored, "b").await, Some(a));
    let log = restored
        .scan(&LogQuery {
            limit: 1000,
            ..LogQuery::newest("s")
        })
        .await
        .unwrap();
    assert_eq!(log.records.len() as u64, a);
    assert!(restored.integrity_check().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_damaged_file_is_reported_by_the_integrity_check() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path()).unwrap();
    for number in 0..200 {
        put(&store, &format!("key-{number:04}"), number).await;
    }
    drop(store);
    let path = directory.path().join("haechi.db");
    let mut bytes = std::fs::read(&path).unwrap();
    let holds_the_key = |page: &&mut [u8]| page.windows(8).any(|window| window == b"key-0100");
    for page in bytes.chunks_mut(4096).filter(holds_the_key) {
        page[0] = 0xff;
    }
    std::fs::write(&path, bytes).unwrap();
    let backend = SqliteBackend::open(directory.path(), &SqliteOptions::default()).unwrap();
    let found = backend.integrity_check().await;
    assert!(found.is_err() || !found.unwrap().is_empty());
}

#[cfg(unix)]
#[tokio::test]
async fn the_files_can_be_read_by_their_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let store = open(&data).unwrap();
    put(&store, "a", 1).await;
    for name in ["", "haechi.db", "haechi.db-wal"] {
        let mode = data.join(name).metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{name}");
    }
}
