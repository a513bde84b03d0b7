//! Making and migrating the tables.

#![expect(clippy::disallowed_methods, reason = "tests wait for their tasks")]

use haechi_store::{Backend, Direction, LogQuery, LogRecord, Store};
use haechi_store_postgres::PostgresBackend;
use std::sync::Arc;
use tokio_postgres::NoTls;

use crate::server::Server;

async fn run(url: &str, sql: &str) {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    let driver = tokio::spawn(connection);
    client.batch_execute(sql).await.unwrap();
    driver.abort();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_nodes_can_start_at_once_on_an_empty_database() {
    let server = Server::start().await;
    for _ in 0..5 {
        let url = server.database().await;
        let starting: Vec<_> = (0..6)
            .map(|_| {
                let url = url.clone();
                tokio::spawn(async move { PostgresBackend::connect(&url).await.map(drop) })
            })
            .collect();
        for started in starting {
            started.await.unwrap().unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_of_schema_1_is_migrated_with_what_is_in_it() {
    let server = Server::start().await;
    let url = server.database().await;
    let record = LogRecord {
        stream: "s".into(),
        time: 5,
        id: [1; 16],
        terms: haechi_store::Terms::default(),
        body: vec![1, 2, 3].into(),
    };
    let store = Store::new(Arc::new(PostgresBackend::connect(&url).await.unwrap()));
    store.append(vec![record.clone()]).await.unwrap();
    drop(store);
    // What distinguishes schema 1.
    run(
        &url,
        "DROP INDEX log_oldest; UPDATE meta SET value = 1 WHERE name = 'schema'",
    )
    .await;
    let backend = Arc::new(PostgresBackend::connect(&url).await.unwrap());
    assert!(backend.integrity_check().await.unwrap().is_empty());
    let query = LogQuery {
        direction: Direction::Forward,
        ..LogQuery::newest("s")
    };
    assert_eq!(Store::new(backend).scan(&query).await.unwrap().records, [record]);
    run(&url, "DROP INDEX log_oldest").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_of_a_newer_version_is_refused() {
    let server = Server::start().await;
    let url = server.database().await;
    drop(PostgresBackend::connect(&url).await.unwrap());
    run(&url, "UPDATE meta SET value = 99 WHERE name = 'schema'").await;
    let error = PostgresBackend::connect(&url).await.err().unwrap().to_string();
    assert!(error.contains("has schema 99"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_newer_than_the_newest_commit_is_reported_by_the_integrity_check() {
    let server = Server::start().await;
    let url = server.database().await;
    let backend = PostgresBackend::connect(&url).await.unwrap();
    run(&url, "INSERT INTO kv (k, v, rev) VALUES ('a', 'b', 12345)").await;
    assert_eq!(backend.integrity_check().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_malformed_url_is_refused_without_repeating_its_password() {
    let error = PostgresBackend::connect("postgres://user:hunter2@host:port/db")
        .await
        .err()
        .unwrap()
        .to_string();
    assert!(
        error.contains("postgres://user:password@host") && !error.contains("hunter2"),
        "{error}"
    );
}
