//! The suite that every backend must pass.
//!
//! A backend's tests name how to open a fresh, empty backend and let [`conformance_cases!`](crate::conformance_cases)
//! make a test of each case; see the tests of this crate for the backend in memory.

mod caching;
mod conflicts;
pub mod crash;
mod event_log;
mod ranges;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use caching::*;
pub use conflicts::*;
pub use event_log::*;
pub use ranges::*;

use crate::{Backend, Scope, Table};

/// Calls a macro with the names of all cases.
#[macro_export]
macro_rules! conformance_cases {
    ($with:ident) => {
        $with! {
            a_batch_with_a_failed_expectation_leaves_no_trace,
            a_log_record_of_a_batch_exists_if_and_only_if_the_batch_does,
            a_name_wanted_by_many_is_won_by_one,
            a_record_written_again_has_another_revision,
            a_search_by_term_finds_exactly_the_records_that_carry_it,
            a_table_is_listed_across_all_accounts,
            a_value_of_any_bytes_and_size_comes_back,
            callbacks_come_before_the_commit_is_acknowledged,
            collections_in_the_cache_follow_every_change,
            disjoint_transactions_all_commit,
            expired_chunks_are_gone_and_others_stay,
            increments_by_many_writers_all_count,
            limits_hold_under_concurrent_inserts_when_the_list_is_locked,
            paging_a_list_visits_every_record_once,
            ranges_respect_bounds_limit_and_direction,
            reads_through_the_cache_are_never_older_than_what_was_acknowledged,
            the_log_is_read_in_exact_order_whatever_the_order_of_appends,
            two_that_read_both_and_write_one_each_do_not_both_commit,
        }
    };
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Count {
    pub(crate) value: u64,
}

pub(crate) const COUNTS: Table<Count> = Table::new("conformance", "counts", 1);

pub(crate) fn scope() -> Scope {
    Scope::new("aws", "000000000000", "eu-north-1")
}

pub(crate) fn count(value: u64) -> Count {
    Count { value }
}

/// Runs a task per number and waits for all of them.
pub(crate) async fn at_once<F, Fut>(tasks: u64, run: F) -> Vec<Fut::Output>
where
    F: Fn(u64) -> Fut,
    Fut: Future<Output: Send + 'static> + Send + 'static,
{
    #[expect(clippy::disallowed_methods, reason = "all are waited for below")]
    let running: Vec<_> = (0..tasks).map(|number| tokio::spawn(run(number))).collect();
    let mut results = Vec::new();
    for task in running {
        results.push(task.await.expect("no task of a case panics"));
    }
    results
}

/// The backend that a case is run on.
pub type Subject = Arc<dyn Backend>;
