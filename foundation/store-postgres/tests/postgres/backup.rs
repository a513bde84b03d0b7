//! A backup of a shared database, and a database made of one.

#![expect(clippy::disallowed_methods, reason = "tests wait for their tasks")]

use std::path::Path;
use std::sync::Arc;

use haechi_store::{
    Backend, Batch, Direction, Key, LogQuery, LogRecord, Scope, Store, StoreError, Terms, Versioned,
};
use haechi_store_postgres::PostgresBackend;
use haechi_store_sqlite::{SqliteBackend, SqliteOptions};

use crate::server::Server;

/// More than is read at once, so that pages must fit together.
const RECORDS: u64 = 4_500;

fn key(number: u64) -> Key {
    Key::build(&Scope::deployment(), "test", "numbers")
        .u64(number)
        .finish()
}

/// Puts the value under two keys and into the log.
fn pair(value: u64) -> Batch {
    let bytes = || value.to_be_bytes().to_vec().into();
    Batch {
        puts: vec![(key(RECORDS), bytes()), (key(RECORDS + 1), bytes())],
        log: vec![LogRecord {
            stream: "s".into(),
            time: value as i64,
            id: u128::from(value).to_be_bytes(),
            terms: Terms::default(),
            body: bytes(),
        }],
        ..Batch::default()
    }
}

async fn everything(backend: &impl Backend) -> Vec<(Key, Versioned)> {
    let all = Key::build(&Scope::deployment(), "test", "numbers")
        .finish()
        .subtree();
    let limit = 2 * RECORDS as usize;
    backend.range(&all, limit, Direction::Forward).await.unwrap()
}

async fn logged(backend: impl Backend) -> Vec<LogRecord> {
    let query = LogQuery {
        limit: 100_000,
        direction: Direction::Forward,
        ..LogQuery::newest("s")
    };
    Store::new(Arc::new(backend)).scan(&query).await.unwrap().records
}

fn opened(directory: &Path) -> SqliteBackend {
    SqliteBackend::open(directory, &SqliteOptions::default()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_under_load_holds_one_moment_and_begins_either_kind_of_store() {
    let (server, directory) = (Server::start().await, tempfile::tempdir().unwrap());
    let database = Arc::new(PostgresBackend::connect(&server.database().await).await.unwrap());
    let puts = (0..RECORDS).map(|number| (key(number), number.to_be_bytes().to_vec().into()));
    let many = Batch {
        puts: puts.collect(),
        ..Batch::default()
    };
    database.commit(many).await.unwrap();
    database.commit(pair(1)).await.unwrap();
    let writing = tokio::spawn({
        let database = Arc::clone(&database);
        async move {
            for value in 2..=200 {
                database.commit(pair(value)).await.unwrap();
            }
        }
    });
    let file = directory.path().join("haechi.db");
    database.backup(&file).await.unwrap();
    writing.await.unwrap();
    assert!(
        database.backup(&file).await.is_err(),
        "a file that is there is not touched"
    );

    // Of the embedded kind.
    let embedded = opened(directory.path());
    assert!(embedded.integrity_check().await.unwrap().is_empty());
    let kept = everything(&embedded).await;
    assert_eq!(kept.len() as u64, RECORDS + 2);
    let (first, second) = (&kept[RECORDS as usize].1, &kept[RECORDS as usize + 1].1);
    assert_eq!(first.value, second.value);
    let log = logged(embedded).await;
    assert_eq!(log.last().unwrap().body, first.value);
    assert_eq!((log.len() as u64).to_be_bytes()[..], first.value[..]);

    // Of the shared kind.
    let url = server.database().await;
    PostgresBackend::load(&url, &file).await.unwrap();
    let shared = PostgresBackend::connect(&url).await.unwrap();
    assert_eq!(everything(&shared).await, kept);
    let next = shared.commit(pair(1)).await.unwrap();
    assert!(kept.iter().all(|(_, found)| found.revision < next));
    let again = PostgresBackend::load(&url, &file).await;
    assert!(matches!(again, Err(StoreError::Open(_))), "{again:?}");
    assert_eq!(logged(shared).await[..log.len() - 1], log[..log.len() - 1]);
}
