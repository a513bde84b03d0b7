//! kill -9 of a node in a loop, and of the database under two nodes.

#![expect(
    clippy::disallowed_methods,
    reason = "what the test tells the process that it kills"
)]

use std::{
    env,
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use haechi_store::{Store, StoreError, conformance::crash};
use haechi_store_postgres::PostgresBackend;

use crate::server::Server;

const URL: &str = "HAECHI_CRASH_TEST_URL";
const RUN: &str = "HAECHI_CRASH_TEST_RUN";

async fn connect(url: &str) -> Arc<PostgresBackend> {
    Arc::new(PostgresBackend::connect(url).await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_survives_kill_9_of_a_node_again_and_again() {
    let server = Server::start().await;
    let url = server.database().await;
    let mut acknowledged = Vec::new();
    for (run, rounds) in [1, 40, 333, 700, 77].into_iter().enumerate() {
        let mut writer = Command::new(env::current_exe().unwrap());
        writer.args(["--exact", "crash::writer", "--ignored", "--nocapture"]);
        writer.env(URL, &url).env(RUN, run.to_string());
        acknowledged.extend(crash::run_and_kill(writer, rounds));
        crash::find_all(connect(&url).await, &acknowledged).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "is not a test by itself: the one above starts it and kills it"]
async fn writer() {
    let url = env::var(URL).unwrap();
    let run = env::var(RUN).unwrap().parse().unwrap();
    crash::write_until_killed(connect(&url).await, run).await;
}

/// Both nodes go on by themselves when the database is back, and what they were told holds.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_was_acknowledged_survives_a_crash_of_the_database() {
    let mut server = Server::start_own().await;
    let url = server.database().await;
    let stop = Arc::new(AtomicBool::new(false));
    let count = Arc::new(AtomicUsize::new(0));
    let mut writers = Vec::new();
    for node in 0..2_u64 {
        let store = Store::new(connect(&url).await);
        for task in 0..4 {
            writers.push(tokio::spawn(write_until(
                (stop.clone(), count.clone()),
                store.clone(),
                node,
                task,
            )));
        }
    }
    for _ in 0..3 {
        server.crash_and_restart().await;
        let store = Store::new(connect(&url).await);
        for number in 0..20 {
            // By now the nodes compete again with this one.
            crash::write_one(&store, (9, 9, number)).await.unwrap();
        }
    }
    // However slow the machine, the nodes find the database again.
    while count.load(Ordering::SeqCst) <= 10 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    stop.store(true, Ordering::SeqCst);
    let mut acknowledged = Vec::new();
    for writer in writers {
        acknowledged.extend(writer.await.unwrap());
    }
    crash::find_all(connect(&url).await, &acknowledged).await;
}

/// Writes until told to stop; returns what was acknowledged.
async fn write_until(
    (stop, count): (Arc<AtomicBool>, Arc<AtomicUsize>),
    store: Store,
    node: u64,
    task: u64,
) -> Vec<crash::Acknowledged> {
    let mut acknowledged = Vec::new();
    for number in 0.. {
        if stop.load(Ordering::SeqCst) {
            break;
        }
        match crash::write_one(&store, (100 + node, task, number)).await {
            Ok(()) => {
                acknowledged.push((100 + node, task, number));
                count.fetch_add(1, Ordering::SeqCst);
            }
            Err(error) => {
                assert!(
                    matches!(error, StoreError::Unavailable(_) | StoreError::OutcomeUnknown(_)),
                    "{error}"
                );
            }
        }
    }
    acknowledged
}
