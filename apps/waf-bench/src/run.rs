//! A run: one thread reads, several judge, one reports in the order of the recordings. Memory is bounded by the
//! number of chunks under way.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::thread;

use haechi_waf::geo::Geo;

use crate::error::BenchError;
use crate::options::TestOptions;
use crate::recording::{self, Chunks};
use crate::report::Report;
use crate::sources::Judge;
use crate::tally::Tally;
use crate::worker::{Bench, Done, Job, Setup, Worker};

/// What a run came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Requests that were judged.
    pub requests: u64,
    /// Requests on which a condition of [`TestOptions::fail_on`] holds.
    pub failures: u64,
}

/// Chunks that are read, judged or waiting for their turn in the report.
const UNDER_WAY: usize = 16;

type Numbered<T> = (usize, T);
type Results<'p> = Receiver<Numbered<Result<Done<'p>, BenchError>>>;

/// Judges the recordings by `judge` (and by `against`, which then is what was before) and writes the report.
/// `progress` is told now and then how many requests were judged.
pub fn test(
    judge: &Judge,
    against: Option<&Judge>,
    options: &TestOptions,
    geo: &(dyn Geo + Send + Sync),
    out: &mut dyn Write,
    progress: &mut dyn FnMut(u64),
) -> Result<Outcome, BenchError> {
    let setup = Setup {
        bench: Bench::new(judge),
        against: against.map(Bench::new),
        options,
        geo,
        titles: options
            .recordings
            .iter()
            .map(|path| recording::title(path))
            .collect(),
    };
    let mut report = Report::begin(&setup, out)?;
    let (jobs, waiting) = channel::<Numbered<Job>>();
    let waiting = Mutex::new(waiting);
    let tally = thread::scope(|scope| {
        let (results, judged) = channel();
        let (tickets, free) = channel();
        for _ in 0..UNDER_WAY {
            // The other end is in this function.
            let _ = tickets.send(());
        }
        for _ in 0..workers(&setup) {
            let (results, setup, waiting) = (results.clone(), &setup, &waiting);
            scope.spawn(move || judge_all(setup, waiting, &results));
        }
        let titles = &setup.titles;
        scope.spawn(move || read_all(options, titles, &free, &jobs, &results));
        collect(judged, tickets, &mut report, options.examples, progress)
    })?;
    report.end(&tally)?;
    Ok(Outcome {
        requests: tally.requests,
        failures: tally.failures,
    })
}

/// Rate-based rules count requests in their order, which one thread alone keeps.
fn workers(setup: &Setup<'_>) -> usize {
    let counts = |bench: &Bench<'_>| bench.judge.plan.rate_based_rules().next().is_some();
    if counts(&setup.bench) || setup.against.as_ref().is_some_and(counts) {
        1
    } else {
        setup.options.threads.max(1)
    }
}

/// Reads until the end, an error, or until nobody listens.
fn read_all(
    options: &TestOptions,
    titles: &[String],
    free: &Receiver<()>,
    jobs: &Sender<Numbered<Job>>,
    results: &Sender<Numbered<Result<Done<'_>, BenchError>>>,
) {
    let mut number = 0;
    for (recording, path) in options.recordings.iter().enumerate() {
        let error = |source| BenchError::Recording {
            recording: titles[recording].clone(),
            source,
        };
        let mut chunks = match recording::open(path) {
            Ok(opened) => Chunks::new(opened),
            Err(source) => {
                let _ = results.send((number, Err(error(source))));
                return;
            }
        };
        loop {
            let chunk = match chunks.next_chunk() {
                Ok(Some(chunk)) => chunk,
                Ok(None) => break,
                Err(source) => {
                    let _ = results.send((number, Err(error(source))));
                    return;
                }
            };
            let format = chunks.format();
            let job = Job {
                recording,
                format,
                chunk,
            };
            if free.recv().is_err() || jobs.send((number, job)).is_err() {
                return;
            }
            number += 1;
        }
    }
}

fn judge_all<'p>(
    setup: &'p Setup<'p>,
    waiting: &Mutex<Receiver<Numbered<Job>>>,
    results: &Sender<Numbered<Result<Done<'p>, BenchError>>>,
) {
    let mut worker = Worker::new(setup);
    loop {
        let next = waiting.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok((number, job)) = next else { return };
        if results.send((number, worker.work(&job))).is_err() {
            return;
        }
    }
}

/// Takes results in their order. When it returns, be it early, the ends of the channels that the threads wait at are
/// dropped, and they end.
fn collect<'p>(
    judged: Results<'p>,
    tickets: Sender<()>,
    report: &mut Report<'_, '_>,
    examples: usize,
    progress: &mut dyn FnMut(u64),
) -> Result<Tally<'p>, BenchError> {
    let mut tally = Tally::default();
    let mut early = BTreeMap::new();
    let mut next = 0;
    while let Ok((number, result)) = judged.recv() {
        early.insert(number, result);
        while let Some(result) = early.remove(&next) {
            let done = result?;
            report.lines(&done.lines)?;
            tally.merge(done.tally, examples);
            next += 1;
            progress(tally.requests);
            // Without a reader there is nothing left to read.
            let _ = tickets.send(());
        }
    }
    Ok(tally)
}
