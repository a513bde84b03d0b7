//! CPU time: what a busy machine does to the clock on the wall does not reach it.

use rustix::time::{ClockId, clock_gettime};

/// Nanoseconds that this thread has run.
pub fn thread_nanoseconds() -> u64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}

/// Nanoseconds of one call of `work`: the median of batches.
pub fn median(batches: usize, batch: u32, mut work: impl FnMut()) -> f64 {
    let mut times: Vec<u64> = (0..batches)
        .map(|_| {
            let start = thread_nanoseconds();
            (0..batch).for_each(|_| work());
            thread_nanoseconds() - start
        })
        .collect();
    times.sort_unstable();
    times[times.len() / 2] as f64 / f64::from(batch)
}
