//! What was acknowledged is there, whatever happens to the process that was told so.
//!
//! A backend's crash test starts its own test binary again as a writer ([`write_until_killed`]), reads the
//! acknowledgements that it prints, kills it with SIGKILL ([`run_and_kill`]), opens the data and looks
//! ([`find_all`]).

use std::{
    io::{BufRead, BufReader, Write},
    process::{Command, Stdio},
};

use super::{COUNTS, Subject, at_once, count, scope};
use crate::{LogQuery, LogRecord, Store, StoreError, Txn};

const TASKS: u64 = 8;
const STREAM: &str = "crash";
const LONE_STREAM: &str = "crash/lone";
const MARK: &str = "acknowledged ";

/// Names one acknowledged round of a writer: run, task, number.
pub type Acknowledged = (u64, u64, u64);

/// Writes without end: in each round of each task a record with a log record in one transaction, and a log record of
/// its own; then prints that both were acknowledged.
pub async fn write_until_killed(backend: Subject, run: u64) {
    let store = Store::new(backend);
    at_once(TASKS, |task| {
        let store = store.clone();
        async move {
            for number in 0.. {
                write_one(&store, (run, task, number))
                    .await
                    .expect("the store works until it is killed");
                let mut out = std::io::stdout().lock();
                // One write, so that a line is there whole or not at all.
                out.write_all(format!("{MARK}{run} {task} {number}\n").as_bytes())
                    .expect("the parent listens");
                out.flush().expect("the parent listens");
            }
        }
    })
    .await;
}

/// Writes what one acknowledgement stands for.
pub async fn write_one(store: &Store, name: Acknowledged) -> Result<(), StoreError> {
    store
        .txn(|t: Txn| async move {
            t.put(&COUNTS, &scope(), name, &count(name.2)).await?;
            t.log(log_record(STREAM, name)).await;
            Ok::<_, StoreError>(())
        })
        .await?;
    store.append(vec![log_record(LONE_STREAM, name)]).await
}

fn log_record(stream: &str, (run, task, number): Acknowledged) -> LogRecord {
    let id = u128::from(run) << 96 | u128::from(task) << 64 | u128::from(number);
    let terms = [format!("Task={task}")].into_iter().collect();
    LogRecord {
        stream: stream.into(),
        time: number as i64,
        id: id.to_be_bytes(),
        terms,
        body: vec![7; 300].into(),
    }
}

/// Starts a writer, lets it acknowledge some rounds, kills it; returns everything that it acknowledged.
///
/// # Panics
/// If the writer can't be started or ends by itself.
pub fn run_and_kill(mut command: Command, rounds: usize) -> Vec<Acknowledged> {
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .expect("the test binary can be started again");
    let out = BufReader::new(child.stdout.take().expect("its output is a pipe"));
    let mut acknowledged = Vec::new();
    for line in out.lines() {
        let line = line.expect("the writer prints text");
        // The test harness may have printed something before on the same line.
        let Some((_, name)) = line.split_once(MARK) else {
            continue;
        };
        let numbers: Vec<u64> = name.split(' ').filter_map(|number| number.parse().ok()).collect();
        if let [run, task, number] = numbers[..] {
            acknowledged.push((run, task, number));
        }
        if acknowledged.len() == rounds {
            child.kill().expect("the writer still runs");
        }
    }
    let status = child.wait().expect("the writer was started");
    assert!(
        !status.success() && acknowledged.len() >= rounds,
        "the writer ended by itself: {status}"
    );
    acknowledged
}

/// Looks for everything that was acknowledged, and that nothing is there by half.
///
/// # Panics
/// If something is missing.
pub async fn find_all(backend: Subject, acknowledged: &[Acknowledged]) {
    let store = Store::new(backend);
    let (together, lone) = (log_ids(&store, STREAM).await, log_ids(&store, LONE_STREAM).await);
    for &name in acknowledged {
        let found = store
            .get(&COUNTS, &scope(), name)
            .await
            .expect("the store can be read");
        assert_eq!(
            found.map(|count| count.value),
            Some(name.2),
            "{name:?} was acknowledged"
        );
        assert!(
            together.contains(&log_record(STREAM, name).id),
            "the log record of {name:?} was acknowledged"
        );
        assert!(
            lone.contains(&log_record(LONE_STREAM, name).id),
            "the own log record of {name:?} was acknowledged"
        );
    }
    let mut records = 0;
    let mut after = None;
    loop {
        let page = store
            .list(&COUNTS, &scope(), after.as_ref(), 1_000)
            .await
            .expect("the store can be read");
        let Some((last, _)) = page.last() else { break };
        after = Some(last.clone());
        records += page.len();
        for (id, _) in &page {
            let name = (0..3).map(|at| id.u64(at).unwrap_or(0)).collect::<Vec<_>>();
            let record = log_record(STREAM, (name[0], name[1], name[2]));
            assert!(
                together.contains(&record.id),
                "the record {id} is there without its log record"
            );
        }
    }
    assert_eq!(
        records,
        together.len(),
        "a log record is there without its record"
    );
}

async fn log_ids(store: &Store, stream: &str) -> std::collections::HashSet<[u8; 16]> {
    let mut ids = std::collections::HashSet::new();
    let mut query = LogQuery {
        limit: 1_000,
        ..LogQuery::newest(stream)
    };
    loop {
        let page = store.scan(&query).await.expect("the log can be read");
        ids.extend(page.records.iter().map(|record| record.id));
        let Some(next) = page.next else { return ids };
        query.cursor = Some(next);
    }
}
