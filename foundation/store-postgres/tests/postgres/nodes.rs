//! Several nodes on one database.

#![expect(clippy::disallowed_methods, reason = "tests wait for their tasks")]

use std::{sync::Arc, time::Duration};

use haechi_store::{Backend, Change, Scope, Store, StoreError, Table, Txn};
use haechi_store_postgres::PostgresBackend;
use serde::{Deserialize, Serialize};

use crate::server::Server;

#[derive(Debug, Serialize, Deserialize)]
struct Count {
    value: u64,
}
const COUNTS: Table<Count> = Table::new("test", "counts", 1);

fn scope() -> Scope {
    Scope::new("aws", "000000000000", "eu-north-1")
}

async fn nodes(url: &str, count: usize) -> Vec<Store> {
    let mut nodes = Vec::new();
    for _ in 0..count {
        nodes.push(Store::new(Arc::new(PostgresBackend::connect(url).await.unwrap())));
    }
    nodes
}

async fn set(store: &Store, id: &str, value: u64) {
    store
        .txn(|t: Txn| {
            let id = id.to_owned();
            async move { t.put(&COUNTS, &scope(), &id, &Count { value }).await }
        })
        .await
        .unwrap();
}

async fn get(store: &Store, id: &str) -> Option<u64> {
    store
        .get(&COUNTS, &scope(), id)
        .await
        .unwrap()
        .map(|count| count.value)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn increments_of_many_nodes_all_count() {
    let server = Server::start().await;
    let url = server.database().await;
    let mut tasks = Vec::new();
    for store in nodes(&url, 4).await {
        for _ in 0..4 {
            let store = store.clone();
            tasks.push(tokio::spawn(async move {
                for _ in 0..25 {
                    store
                        .txn(|t: Txn| async move {
                            let value = t
                                .get(&COUNTS, &scope(), "shared")
                                .await?
                                .map_or(0, |count| count.value);
                            t.put(&COUNTS, &scope(), "shared", &Count { value: value + 1 })
                                .await
                        })
                        .await
                        .unwrap();
                }
            }));
        }
    }
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(get(&nodes(&url, 1).await[0], "shared").await, Some(4 * 4 * 25));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_node_makes_is_on_the_other_at_once() {
    let server = Server::start().await;
    let nodes = nodes(&server.database().await, 2).await;
    for number in 0..50 {
        let id = format!("key-{number}");
        assert_eq!(get(&nodes[1], &id).await, None);
        set(&nodes[0], &id, number).await;
        assert_eq!(get(&nodes[1], &id).await, Some(number));
    }
}

/// Without the feed, the second node would answer from its cache for ever, and this would not end.
#[tokio::test(flavor = "multi_thread")]
async fn a_change_on_one_node_renews_what_the_other_has_cached() {
    let server = Server::start().await;
    let nodes = nodes(&server.database().await, 2).await;
    set(&nodes[0], "a", 0).await;
    for value in 1..20 {
        assert_eq!(get(&nodes[1], "a").await, Some(value - 1));
        set(&nodes[0], "a", value).await;
        while get(&nodes[1], "a").await != Some(value) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn callbacks_hear_of_every_commit_of_another_node_in_order() {
    let server = Server::start().await;
    let nodes = nodes(&server.database().await, 2).await;
    let (heard, mut listening) = tokio::sync::mpsc::unbounded_channel();
    nodes[1]
        .on_change(&COUNTS.root(), move |change| {
            let Change::Key { key, revision } = change else {
                panic!("the feed was never cut off")
            };
            heard.send((key.clone(), *revision)).unwrap();
        })
        .forever();
    let mut expected = Vec::new();
    for number in 0..30 {
        let id = format!("key-{number}");
        set(&nodes[0], &id, number).await;
        expected.push(COUNTS.key(&scope(), &id));
    }
    let mut last = 0;
    for key in expected {
        let (of, revision) = listening.recv().await.unwrap();
        assert_eq!(of, key);
        assert!(revision > last);
        last = revision;
    }
}

/// A transaction that met a stale value in the cache of its node looks again before it gives an error.
#[tokio::test(flavor = "multi_thread")]
async fn an_error_that_comes_from_a_stale_value_is_not_given() {
    let server = Server::start().await;
    let nodes = nodes(&server.database().await, 2).await;
    for round in 0..30 {
        let id = format!("key-{round}");
        set(&nodes[0], &id, 1).await;
        assert_eq!(get(&nodes[1], &id).await, Some(1));
        set(&nodes[0], &id, 2).await;
        let id = &id;
        nodes[1]
            .txn(|t: Txn| async move {
                match t.get(&COUNTS, &scope(), id).await?.map(|count| count.value) {
                    Some(2) => t.put(&COUNTS, &scope(), id, &Count { value: 3 }).await,
                    _ => Err(StoreError::BadCursor),
                }
            })
            .await
            .unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_lost_the_database_does_not_trust_its_cache() {
    let mut server = Server::start_own().await;
    let backend = Arc::new(PostgresBackend::connect(&server.database().await).await.unwrap());
    let store = Store::new(backend.clone());
    set(&store, "a", 1).await;
    assert_eq!(get(&store, "a").await, Some(1));
    assert!(backend.is_current());
    server.stop();
    while backend.is_current() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(matches!(
        store.get(&COUNTS, &scope(), "a").await,
        Err(StoreError::Unavailable(_))
    ));
    server.crash_and_restart().await;
    while !backend.is_current() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(get(&store, "a").await, Some(1));
}
