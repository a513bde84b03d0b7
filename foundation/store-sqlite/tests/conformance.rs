//! The conformance suite on SQLite.

use std::sync::Arc;

use haechi_store::conformance;
use haechi_store_sqlite::{SqliteBackend, SqliteOptions};

macro_rules! as_tests {
    ($($case:ident,)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $case() {
                let directory = tempfile::tempdir().unwrap();
                let backend = SqliteBackend::open(directory.path(), &SqliteOptions::default()).unwrap();
                conformance::$case(Arc::new(backend)).await;
            }
        )*
    };
}
haechi_store::conformance_cases!(as_tests);
