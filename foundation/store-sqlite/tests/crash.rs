//! kill -9 in a loop.

#![expect(
    clippy::disallowed_methods,
    reason = "what the test tells the process that it kills"
)]

use std::{env, path::Path, process::Command, sync::Arc};

use haechi_store::{Backend, conformance::crash};
use haechi_store_sqlite::{SqliteBackend, SqliteOptions};

const DIRECTORY: &str = "HAECHI_CRASH_TEST_DIRECTORY";
const RUN: &str = "HAECHI_CRASH_TEST_RUN";

fn open(directory: &Path) -> Arc<dyn Backend> {
    // A small write-ahead log, so that some of the kills meet a checkpoint.
    let options = SqliteOptions {
        checkpoint_pages: 50,
        ..SqliteOptions::default()
    };
    Arc::new(SqliteBackend::open(directory, &options).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_survives_kill_9_again_and_again() {
    let directory = tempfile::tempdir().unwrap();
    let mut acknowledged = Vec::new();
    for (run, rounds) in [1, 40, 333, 1_000, 77, 2_000, 500, 150].into_iter().enumerate() {
        let mut writer = Command::new(env::current_exe().unwrap());
        writer.args(["--exact", "writer", "--ignored", "--nocapture"]);
        writer.env(DIRECTORY, directory.path()).env(RUN, run.to_string());
        acknowledged.extend(crash::run_and_kill(writer, rounds));

        let backend = open(directory.path());
        crash::find_all(backend.clone(), &acknowledged).await;
        assert!(backend.integrity_check().await.unwrap().is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "is not a test by itself: the one above starts it and kills it"]
async fn writer() {
    let directory = env::var(DIRECTORY).unwrap();
    let run = env::var(RUN).unwrap().parse().unwrap();
    crash::write_until_killed(open(Path::new(&directory)), run).await;
}
