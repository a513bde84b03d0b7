//! Transactions that get in each other's way.

use bytes::Bytes;

use super::{COUNTS, Count, Subject, at_once, count, scope};
use crate::{
    Batch, CommitError, Expected, Index, Key, KeyBuilder, LogQuery, LogRecord, Store, StoreError, Table, Txn,
};

fn key(id: &str) -> Key {
    KeyBuilder::table("conformance", "raw").str(id).finish()
}

fn put(id: &str, value: &'static [u8]) -> (Key, Bytes) {
    (key(id), Bytes::from_static(value))
}

async fn increment(store: &Store, id: &str) -> Result<(), StoreError> {
    store
        .txn(|t: Txn| {
            let id = id.to_owned();
            async move {
                let old = t
                    .get(&COUNTS, &scope(), &id)
                    .await?
                    .map_or(0, |count| count.value);
                t.put(&COUNTS, &scope(), &id, &count(old + 1)).await
            }
        })
        .await
}

/// No increment is lost.
pub async fn increments_by_many_writers_all_count(backend: Subject) {
    const WRITERS: u64 = 16;
    const EACH: u64 = 20;
    let store = Store::new(backend);
    at_once(WRITERS, |_| {
        let store = store.clone();
        async move {
            for _ in 0..EACH {
                increment(&store, "shared").await.unwrap();
            }
        }
    })
    .await;
    assert_eq!(
        store
            .get(&COUNTS, &scope(), "shared")
            .await
            .unwrap()
            .unwrap()
            .value,
        WRITERS * EACH
    );
}

/// What has nothing to do with each other does not conflict.
pub async fn disjoint_transactions_all_commit(backend: Subject) {
    at_once(32, |number| {
        let backend = backend.clone();
        async move {
            let key = KeyBuilder::table("conformance", "raw").u64(number).finish();
            for _ in 0..10 {
                let found = backend.get(&key).await.unwrap();
                let batch = Batch {
                    expect: vec![(key.clone(), Expected::of(found.as_ref()))],
                    puts: vec![(key.clone(), Bytes::from_static(b"x"))],
                    ..Batch::default()
                };
                backend.commit(batch).await.unwrap();
            }
        }
    })
    .await;
}

/// A race for a name in a unique index has one winner, and the losers are told so.
pub async fn a_name_wanted_by_many_is_won_by_one(backend: Subject) {
    const NAMES: Index = Index::unique("conformance", "names");
    let store = Store::new(backend);
    let results = at_once(24, |number| {
        let store = store.clone();
        async move {
            let taken = store
                .txn(|t: Txn| async move { NAMES.put(&t, &scope(), "app", number).await })
                .await;
            (number, taken)
        }
    })
    .await;
    let mut winners = Vec::new();
    for (number, taken) in results {
        match taken {
            Ok(()) => winners.push(number),
            Err(error) => assert!(matches!(error, StoreError::Taken { .. }), "{error}"),
        }
    }
    let holder = NAMES.find(&store, &scope(), "app").await.unwrap().unwrap();
    assert_eq!(winners, [holder.u64(0).unwrap()]);
}

/// Write skew: each of two transactions is fine alone, both together would break what both checked.
pub async fn two_that_read_both_and_write_one_each_do_not_both_commit(backend: Subject) {
    let store = Store::new(backend);
    for round in 0..20_u64 {
        store
            .txn(|t: Txn| async move {
                t.put(&COUNTS, &scope(), (round, "a"), &count(1)).await?;
                t.put(&COUNTS, &scope(), (round, "b"), &count(1)).await
            })
            .await
            .unwrap();
        at_once(2, |number| {
            let store = store.clone();
            async move {
                let mine = if number == 0 { "a" } else { "b" };
                store
                    .txn(|t: Txn| async move { give_one_up(&t, round, mine).await })
                    .await
                    .unwrap();
            }
        })
        .await;
        let left = store
            .list_under(&COUNTS, &scope(), round, None, 10)
            .await
            .unwrap();
        assert_eq!(left.iter().map(|(_, count)| count.value).sum::<u64>(), 1);
    }
}

/// Gives up one of two, unless the other is given up already.
async fn give_one_up(t: &Txn, round: u64, mine: &str) -> Result<(), StoreError> {
    let mut left = 0;
    for id in ["a", "b"] {
        left += t
            .get(&COUNTS, &scope(), (round, id))
            .await?
            .map_or(0, |count| count.value);
    }
    if left == 2 {
        t.put(&COUNTS, &scope(), (round, mine), &count(0)).await?;
    }
    Ok(())
}

/// A quota counted under `list_locked` is never exceeded.
pub async fn limits_hold_under_concurrent_inserts_when_the_list_is_locked(backend: Subject) {
    const LIMITED: Table<Count> = Table::new("conformance", "limited", 1).guarded();
    let store = Store::new(backend);
    let inserted = at_once(16, |number| {
        let store = store.clone();
        async move {
            store
                .txn(|t: Txn| async move {
                    if t.list_locked(&LIMITED, &scope()).await?.len() >= 5 {
                        return Ok::<_, StoreError>(false);
                    }
                    t.put(&LIMITED, &scope(), number, &count(number)).await?;
                    Ok(true)
                })
                .await
                .unwrap()
        }
    })
    .await;
    assert_eq!(inserted.iter().filter(|inserted| **inserted).count(), 5);
    assert_eq!(store.list(&LIMITED, &scope(), None, 100).await.unwrap().len(), 5);
}

/// All or nothing, the log included.
pub async fn a_batch_with_a_failed_expectation_leaves_no_trace(backend: Subject) {
    let first = Batch {
        puts: vec![put("there", b"1")],
        ..Batch::default()
    };
    let revision = backend.commit(first).await.unwrap();
    let record = LogRecord {
        stream: "s".into(),
        time: 1,
        id: [1; 16],
        terms: crate::Terms::default(),
        body: Bytes::new(),
    };
    for expected in [
        (key("there"), Expected::Absent),
        (key("there"), Expected::Revision(revision + 1000)),
        (key("missing"), Expected::Revision(revision)),
    ] {
        let batch = Batch {
            expect: vec![(key("there"), Expected::Revision(revision)), expected],
            puts: vec![put("new", b"2"), put("there", b"3")],
            deletes: vec![key("other")],
            log: vec![record.clone()],
        };
        assert!(matches!(backend.commit(batch).await, Err(CommitError::Conflict)));
    }
    assert!(backend.get(&key("new")).await.unwrap().is_none());
    assert_eq!(
        &backend.get(&key("there")).await.unwrap().unwrap().value[..],
        b"1"
    );
    let page = Store::new(backend).scan(&LogQuery::newest("s")).await.unwrap();
    assert!(page.records.is_empty());
}

/// A revision names one writing of a key for ever: not even removing and writing the same again brings it back.
pub async fn a_record_written_again_has_another_revision(backend: Subject) {
    let mut seen = Vec::new();
    for _ in 0..3 {
        backend
            .commit(Batch {
                puts: vec![put("a", b"1")],
                ..Batch::default()
            })
            .await
            .unwrap();
        let found = backend.get(&key("a")).await.unwrap().unwrap();
        assert!(!seen.contains(&found.revision));
        seen.push(found.revision);
        backend
            .commit(Batch {
                deletes: vec![key("a")],
                ..Batch::default()
            })
            .await
            .unwrap();
        assert!(backend.get(&key("a")).await.unwrap().is_none());
    }
    assert!(seen.is_sorted());
}
