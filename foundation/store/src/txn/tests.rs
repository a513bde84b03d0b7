use serde::{Deserialize, Serialize};

use super::*;
use crate::{Index, memory::MemoryBackend};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Count(u64);

const COUNTS: Table<Count> = Table::new("test", "counts", 1);
const GUARDED: Table<Count> = Table::new("test", "guarded", 1).guarded();
const NAMES: Index = Index::unique("test", "names");

fn scope() -> Scope {
    Scope::new("aws", "000000000000", "eu-north-1")
}

fn store() -> Store {
    Store::new(MemoryBackend::shared())
}

async fn put(store: &Store, id: &str, count: u64) {
    store
        .txn(async |t: Txn| t.put(&COUNTS, &scope(), id, &Count(count)).await)
        .await
        .unwrap();
}

#[tokio::test]
async fn an_error_from_the_closure_leaves_no_trace() {
    let store = store();
    let result = store
        .txn(async |t: Txn| {
            t.put(&COUNTS, &scope(), "a", &Count(1)).await?;
            Err::<(), _>(StoreError::BadCursor)
        })
        .await;
    assert!(matches!(result, Err(StoreError::BadCursor)));
    assert!(store.get(&COUNTS, &scope(), "a").await.unwrap().is_none());
}

#[tokio::test]
async fn a_change_between_read_and_commit_runs_the_transaction_again() {
    let store = store();
    put(&store, "a", 1).await;
    let runs = AtomicU64::new(0);
    store
        .txn(async |t: Txn| {
            let read = t.get(&COUNTS, &scope(), "a").await?.unwrap();
            if runs.fetch_add(1, Ordering::SeqCst) == 0 {
                put(t.store(), "a", 10).await;
            }
            t.put(&COUNTS, &scope(), "a", &Count(read.0 + 1)).await
        })
        .await
        .unwrap();
    assert_eq!(runs.into_inner(), 2);
    assert_eq!(
        *store.get(&COUNTS, &scope(), "a").await.unwrap().unwrap(),
        Count(11)
    );
}

#[tokio::test]
async fn an_insert_leaves_the_record_that_is_there() {
    let store = store();
    let insert =
        |count| store.txn(move |t: Txn| async move { t.insert(&COUNTS, &scope(), "a", &Count(count)).await });
    assert!(insert(1).await.unwrap());
    assert!(!insert(2).await.unwrap());
    let found = store.get(&COUNTS, &scope(), "a").await.unwrap();
    assert_eq!(*found.unwrap(), Count(1));
}

#[tokio::test]
async fn an_insert_sees_the_transactions_own_writes() {
    let inserted = store()
        .txn(async |t: Txn| {
            t.put(&COUNTS, &scope(), "a", &Count(1)).await?;
            let after_put = t.insert(&COUNTS, &scope(), "a", &Count(2)).await?;
            t.delete(&COUNTS, &scope(), "a").await?;
            let after_delete = t.insert(&COUNTS, &scope(), "a", &Count(3)).await?;
            Ok::<_, StoreError>((after_put, after_delete))
        })
        .await
        .unwrap();
    assert_eq!(inserted, (false, true));
}

#[tokio::test]
async fn reads_and_lists_see_the_transactions_own_writes() {
    let store = store();
    for id in ["a", "c", "e"] {
        put(&store, id, 1).await;
    }
    let seen = store
        .txn(async |t: Txn| {
            t.put(&COUNTS, &scope(), "b", &Count(2)).await?;
            t.put(&COUNTS, &scope(), "z", &Count(2)).await?;
            t.put(&COUNTS, &scope(), "c", &Count(2)).await?;
            t.delete(&COUNTS, &scope(), "a").await?;
            assert!(t.get(&COUNTS, &scope(), "a").await?.is_none());
            let page = t.list(&COUNTS, &scope(), None, 2).await?;
            let rest = t.list(&COUNTS, &scope(), Some(&page[1].0), 10).await?;
            Ok::<_, StoreError>([page, rest].concat())
        })
        .await
        .unwrap();
    let seen: Vec<_> = seen.iter().map(|(id, count)| (id.to_string(), count.0)).collect();
    assert_eq!(
        seen,
        [("b".into(), 2), ("c".into(), 2), ("e".into(), 1), ("z".into(), 2)]
    );
}

#[tokio::test]
async fn an_insert_conflicts_with_a_locked_list_but_not_with_another_insert() {
    let store = store();
    let insert = |t: Txn, id: &'static str| async move { t.put(&GUARDED, &scope(), id, &Count(1)).await };
    let runs = AtomicU64::new(0);
    let seen = store
        .txn(async |t: Txn| {
            let seen = t.list_locked(&GUARDED, &scope()).await?.len();
            if runs.fetch_add(1, Ordering::SeqCst) == 0 {
                t.store().txn(|t| insert(t, "phantom")).await?;
            }
            t.put(&COUNTS, &scope(), "limit", &Count(seen as u64)).await?;
            Ok::<_, StoreError>(seen)
        })
        .await
        .unwrap();
    assert_eq!((seen, runs.into_inner()), (1, 2));

    let runs = AtomicU64::new(0);
    store
        .txn(async |t: Txn| {
            insert(t.clone(), "one").await?;
            if runs.fetch_add(1, Ordering::SeqCst) == 0 {
                t.store().txn(|t| insert(t, "other")).await?;
            }
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
    assert_eq!(runs.into_inner(), 1);
}

#[tokio::test]
async fn a_locked_list_of_an_unguarded_table_is_refused() {
    let listed = store()
        .txn(async |t: Txn| t.list_locked(&COUNTS, &scope()).await)
        .await;
    assert!(matches!(
        listed,
        Err(StoreError::Unguarded { table: "counts", .. })
    ));
}

#[tokio::test]
async fn a_unique_value_belongs_to_the_first_until_it_is_given_up() {
    let store = store();
    let take = async |id: &'static str| {
        store
            .txn(|t| async move { NAMES.put(&t, &scope(), "name", id).await })
            .await
    };
    take("a").await.unwrap();
    take("a").await.unwrap();
    assert!(matches!(take("b").await, Err(StoreError::Taken { .. })));
    store
        .txn(async |t: Txn| NAMES.delete(&t, &scope(), "name", "b").await)
        .await
        .unwrap();
    assert_eq!(
        NAMES.find(&store, &scope(), "name").await.unwrap(),
        Some(Id::of(&"a"))
    );
    store
        .txn(async |t: Txn| NAMES.delete(&t, &scope(), "name", "a").await)
        .await
        .unwrap();
    take("b").await.unwrap();
    assert_eq!(
        NAMES.find(&store, &scope(), "name").await.unwrap(),
        Some(Id::of(&"b"))
    );
}

#[tokio::test]
async fn a_multi_index_pages_through_the_records_of_a_value() {
    const BY_KEY: Index = Index::multi("test", "by_key");
    let store = store();
    store
        .txn(async |t: Txn| {
            for id in ["a", "b", "c"] {
                BY_KEY.put(&t, &scope(), "key-1", id).await?;
            }
            BY_KEY.put(&t, &scope(), "key-10", "d").await
        })
        .await
        .unwrap();
    let page = BY_KEY.list(&store, &scope(), "key-1", None, 2).await.unwrap();
    let rest = BY_KEY
        .list(&store, &scope(), "key-1", page.last(), 2)
        .await
        .unwrap();
    assert_eq!([page, rest].concat(), ["a", "b", "c"].map(|id| Id::of(&id)));
}
