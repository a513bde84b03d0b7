//! The conformance suite on the backend in memory.

use haechi_store::{conformance, memory::MemoryBackend};

macro_rules! as_tests {
    ($($case:ident,)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $case() {
                conformance::$case(MemoryBackend::shared()).await;
            }
        )*
    };
}
haechi_store::conformance_cases!(as_tests);
