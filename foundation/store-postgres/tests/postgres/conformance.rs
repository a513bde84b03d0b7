//! The conformance suite, all cases on one server, each on a database of its own.

use std::sync::Arc;

use haechi_store::conformance;
use haechi_store_postgres::PostgresBackend;

use crate::server::Server;

macro_rules! on_one_server {
    ($($case:ident,)*) => {
        #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
        async fn the_conformance_suite_holds() {
            let server = Server::start().await;
            $(
                println!("{}", stringify!($case));
                let backend = PostgresBackend::connect(&server.database().await).await.unwrap();
                conformance::$case(Arc::new(backend)).await;
            )*
        }
    };
}
haechi_store::conformance_cases!(on_one_server);
