//! How much the embedded store bears: durable transactions and appends, on little and on much data.
//!
//! ```text
//! cargo run --release -p haechi-store-sqlite --example load -- [DIRECTORY [RECORDS]]
//! ```
//!
//! The directory must be on the disk that is to be measured; it is made anew and left behind.

#![expect(clippy::disallowed_methods, reason = "it measures")]

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use haechi_store::{LogRecord, Scope, Store, StoreError, Table, Txn};
use haechi_store_sqlite::{SqliteBackend, SqliteOptions};
use serde::{Deserialize, Serialize};

const MEASURED: Duration = Duration::from_secs(5);

/// About as much as a key's record.
#[derive(Serialize, Deserialize)]
struct Record {
    number: u64,
    filling: String,
}

const RECORDS: Table<Record> = Table::new("load", "records", 1);

fn scope() -> Scope {
    Scope::new("aws", "000000000000", "eu-north-1")
}

/// Scattered, as key ids are.
fn id(number: u64) -> String {
    format!("{:016x}", number.wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

fn record(number: u64) -> Record {
    Record {
        number,
        filling: "x".repeat(500),
    }
}

fn log_record(number: u64) -> LogRecord {
    LogRecord {
        stream: "cloudtrail/000000000000/eu-north-1".into(),
        time: number as i64 / 30,
        id: u128::from(number).to_be_bytes(),
        terms: ["EventName=Encrypt", "Username=app", &format!("EventId={number}")]
            .into_iter()
            .collect(),
        body: vec![b'x'; 900].into(),
    }
}

#[tokio::main]
async fn main() -> Result<(), StoreError> {
    let mut arguments = std::env::args().skip(1);
    let directory = PathBuf::from(arguments.next().unwrap_or_else(|| "load-data".into()));
    let most = arguments
        .next()
        .and_then(|most| most.parse().ok())
        .unwrap_or(1_000_000);
    let backend = SqliteBackend::open(&directory, &SqliteOptions::default())?;
    let store = Store::new(Arc::new(backend));
    let next = Arc::new(AtomicU64::new(0));
    for records in [100, most] {
        fill(&store, &next, records).await?;
        println!("with {} records:", next.load(Ordering::SeqCst));
        for writers in [1, 16, 64] {
            measure(
                &format!("{writers:3} writers, read + put + log record"),
                writers,
                &next,
                async |number| create(&store, number).await,
            )
            .await?;
        }
        for writers in [16, 64, 256] {
            let append = async |number| store.append(vec![log_record(number)]).await;
            measure(&format!("{writers:3} appenders"), writers, &next, append).await?;
        }
        let read = async |number: u64| store.get(&RECORDS, &scope(), id(number % 100)).await.map(drop);
        measure("  1 reader, from the cache", 1, &AtomicU64::new(0), read).await?;
        let read = async |number: u64| {
            store
                .get_fresh(&RECORDS, &scope(), id(number % records))
                .await
                .map(drop)
        };
        measure("  1 reader, from the file", 1, &AtomicU64::new(0), read).await?;
    }
    Ok(())
}

async fn create(store: &Store, number: u64) -> Result<(), StoreError> {
    store
        .txn(|t: Txn| async move {
            if t.get(&RECORDS, &scope(), id(number)).await?.is_none() {
                t.put(&RECORDS, &scope(), id(number), &record(number)).await?;
                t.log(log_record(number)).await;
            }
            Ok(())
        })
        .await
}

async fn fill(store: &Store, next: &AtomicU64, records: u64) -> Result<(), StoreError> {
    while next.load(Ordering::SeqCst) < records {
        let first = next.fetch_add(100, Ordering::SeqCst);
        store
            .txn(|t: Txn| async move {
                for number in first..first + 100 {
                    t.put(&RECORDS, &scope(), id(number), &record(number)).await?;
                }
                Ok::<_, StoreError>(())
            })
            .await?;
    }
    Ok(())
}

/// Runs one kind of work in as many tasks at once as asked for, and prints how it went.
async fn measure(
    what: &str,
    tasks: usize,
    next: &AtomicU64,
    work: impl AsyncFn(u64) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let begin = Instant::now();
    let worker = || async {
        let mut took = Vec::new();
        while begin.elapsed() < MEASURED {
            let started = Instant::now();
            work(next.fetch_add(1, Ordering::SeqCst)).await?;
            took.push(started.elapsed());
        }
        Ok::<_, StoreError>(took)
    };
    let workers: Vec<_> = (0..tasks).map(|_| worker()).collect();
    let mut took: Vec<Duration> = Vec::new();
    for done in futures_util::future::join_all(workers).await {
        took.extend(done?);
    }
    let seconds = begin.elapsed().as_secs_f64();
    took.sort_unstable();
    let at = |share: usize| took[(took.len() - 1) * share / 1000];
    println!(
        "  {what:40} {:9.0}/s   median {:>9.1?}   p99 {:>9.1?}   p99.9 {:>9.1?}",
        took.len() as f64 / seconds,
        at(500),
        at(990),
        at(999),
    );
    Ok(())
}
