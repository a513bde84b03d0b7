//! `haechi serve`.

use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;

use anyhow::Context as _;
use haechi_pipeline::{Listener, Shutdown};

use crate::config::{Config, StoreChoice};
use crate::wiring::{self, House};
use crate::{credentials_file, logging};

/// Runs until SIGINT or SIGTERM.
pub(crate) async fn serve(config: Config) -> anyhow::Result<()> {
    logging::start();
    // Before the root key is opened: nothing of it may reach a core file.
    haechi_seal::process::forbid_core_dumps().context("cannot forbid core dumps")?;
    make_private(&config.data_dir)?;
    let house = wiring::build(&config).await?;
    let first_start = first_account(&config, &house).await?;
    let listener = Listener::bind(config.listen, None).await?;
    let address = listener.address()?;
    announce(&config, &address.to_string(), first_start);

    let shutdown = Shutdown::default();
    let timers = house.timers.clone();
    let ticking = tokio::spawn(async move { timers.run().await });
    let serving = tokio::spawn(listener.serve(house.pipeline.clone(), shutdown.clone()));
    house.operator.set_ready(true);
    wait_for_signal().await?;
    eprintln!("haechi: finishing what is under way …");
    house.operator.set_ready(false);
    shutdown.start();
    serving.await?;
    ticking.abort();
    let _ = house.timers.release().await;
    drop(house.store);
    Ok(())
}

/// Makes the management account on the first start. Returns whether it was the first.
async fn first_account(config: &Config, house: &House) -> anyhow::Result<bool> {
    match house.iam.create_account(&config.account, "management").await? {
        Ok(key) => {
            credentials_file::add(&config.data_dir, "root", &key)?;
            Ok(true)
        }
        Err(_exists) => Ok(false),
    }
}

/// One line per thing that a user must know.
fn announce(config: &Config, address: &str, first_start: bool) {
    let data = config.data_dir.display();
    let credentials = credentials_file::path(&config.data_dir);
    let scheme = if config.tls.is_some() { "https" } else { "http" };
    println!("haechi {} serves all services at {scheme}://{address}", env!("CARGO_PKG_VERSION"));
    match &config.store {
        StoreChoice::Sqlite => println!("data: {data} (SQLite)"),
        StoreChoice::Postgres(_) => println!("data: PostgreSQL; credentials and seal in {data}"),
    }
    if first_start {
        println!("first start: account {} made; its root access key is in {}", config.account, credentials.display());
    }
    println!("AWS CLI: export AWS_SHARED_CREDENTIALS_FILE={} AWS_PROFILE=root", credentials.display());
    println!("AWS CLI: export AWS_ENDPOINT_URL={scheme}://{address} AWS_DEFAULT_REGION={}", config.region);
    if config.accept_any_signature {
        println!("INSECURE: every signature is accepted; anyone who reaches this address is who they say");
    }
    if !config.durable_audit {
        println!("audit: relaxed; a crash can lose the records of the last moments");
    }
    if config.simulate_time {
        println!("time: simulated; `haechi clock advance 366d` moves it");
    }
}

fn make_private(directory: &Path) -> anyhow::Result<()> {
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(directory)
        .with_context(|| format!("cannot make the data directory {}", directory.display()))
}

async fn wait_for_signal() -> anyhow::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}
