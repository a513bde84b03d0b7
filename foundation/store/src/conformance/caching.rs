//! The cache of decoded records must not be noticed.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use super::{COUNTS, Subject, at_once, count, scope};
use crate::{Change, Store, StoreError, Txn};

async fn set(store: &Store, id: &str, value: u64) {
    store
        .txn(|t: Txn| {
            let id = id.to_owned();
            async move { t.put(&COUNTS, &scope(), &id, &count(value)).await }
        })
        .await
        .unwrap();
}

/// Once a commit was acknowledged, no reader of this process is given what was before it.
pub async fn reads_through_the_cache_are_never_older_than_what_was_acknowledged(backend: Subject) {
    const LAST: u64 = 150;
    let store = Store::new(backend);
    let acknowledged = Arc::new(AtomicU64::new(0));
    set(&store, "a", 0).await;
    at_once(5, |number| {
        let (store, acknowledged) = (store.clone(), acknowledged.clone());
        async move {
            if number == 0 {
                for value in 1..=LAST {
                    set(&store, "a", value).await;
                    acknowledged.store(value, Ordering::SeqCst);
                }
                return;
            }
            loop {
                let at_least = acknowledged.load(Ordering::SeqCst);
                let read = store.get(&COUNTS, &scope(), "a").await.unwrap().unwrap().value;
                assert!(
                    read >= at_least,
                    "{read} was read after {at_least} was acknowledged"
                );
                if read == LAST {
                    return;
                }
                tokio::task::yield_now().await;
            }
        }
    })
    .await;
}

/// A collection kept whole is renewed by an insert, a change and a removal, and by nothing beside it.
pub async fn collections_in_the_cache_follow_every_change(backend: Subject) {
    let store = Store::new(backend);
    let read = async || {
        let collection = store.collection(&COUNTS, &scope(), "key-1").await.unwrap();
        collection
            .iter()
            .map(|(id, count)| (id.to_string(), count.value.value))
            .collect::<Vec<_>>()
    };
    let put = async |id: (&'static str, &'static str), value: u64| {
        store
            .txn(|t: Txn| async move { t.put(&COUNTS, &scope(), id, &count(value)).await })
            .await
            .unwrap();
    };
    assert_eq!(read().await, []);
    put(("key-1", "a"), 1).await;
    assert_eq!(read().await, [("key-1/a".to_owned(), 1)]);
    put(("key-1", "a"), 2).await;
    put(("key-1", "b"), 1).await;
    assert_eq!(
        read().await,
        [("key-1/a".to_owned(), 2), ("key-1/b".to_owned(), 1)]
    );
    let before = store.collection(&COUNTS, &scope(), "key-1").await.unwrap();
    put(("key-2", "a"), 1).await;
    assert!(Arc::ptr_eq(
        &before,
        &store.collection(&COUNTS, &scope(), "key-1").await.unwrap()
    ));
    store
        .txn(async |t: Txn| t.delete(&COUNTS, &scope(), ("key-1", "a")).await)
        .await
        .unwrap();
    assert_eq!(read().await, [("key-1/b".to_owned(), 1)]);
}

/// Whoever waited for the commit finds derived state renewed.
pub async fn callbacks_come_before_the_commit_is_acknowledged(backend: Subject) {
    let store = Store::new(backend);
    let heard = Arc::new(AtomicU64::new(0));
    let newest = Arc::new(AtomicU64::new(0));
    let subscription = store.on_change(&COUNTS.scope_key(&scope()), {
        let (heard, newest) = (heard.clone(), newest.clone());
        move |change| {
            if let Change::Key { revision, .. } = change {
                heard.fetch_add(1, Ordering::SeqCst);
                newest.fetch_max(*revision, Ordering::SeqCst);
            }
        }
    });
    let signal = store.revision_signal();
    for expected in 1..=5 {
        set(&store, "a", expected).await;
        assert_eq!(heard.load(Ordering::SeqCst), expected);
        let read = store
            .get_with_revision(&COUNTS, &scope(), "a")
            .await
            .unwrap()
            .unwrap();
        assert_eq!(newest.load(Ordering::SeqCst), read.revision);
        assert_eq!(*signal.borrow(), read.revision);
    }
    drop(subscription);
    set(&store, "a", 6).await;
    assert_eq!(heard.load(Ordering::SeqCst), 5);
    let failed = store
        .txn(async |_: Txn| Err::<(), _>(StoreError::BadCursor))
        .await;
    assert!(failed.is_err());
}
