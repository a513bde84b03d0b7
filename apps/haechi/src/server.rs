//! `haechi serve`.

use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;

use anyhow::{Context as _, bail};
use haechi_core::AccountId;
use haechi_gateway::Gateway;
use haechi_iam::Iam;
use haechi_pipeline::{Listener, Shutdown};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::{JoinHandle, JoinSet};

use crate::config::{Config, StoreChoice};
use crate::metrics::Metrics;
use crate::seed::Seed;
use crate::wiring::{self, House};
use crate::{credentials_file, gateway, logging, tls};

/// Runs until SIGINT or SIGTERM; a second one ends it at once.
pub(crate) async fn serve(config: Config) -> anyhow::Result<()> {
    logging::start();
    // Before the root key is opened: nothing of it may reach a core file.
    haechi_seal::process::forbid_core_dumps().context("cannot forbid core dumps")?;
    // What can be wrong without anything being opened is told first.
    let tls = match &config.tls {
        Some((certificate, key)) => Some(tls::acceptor(certificate, key)?),
        None => None,
    };
    let seed = config.seed.as_deref().map(Seed::read).transpose()?;
    make_private(&config.data_dir)?;
    let house = wiring::build(&config).await?;
    let listener = Listener::bind(config.listen, tls).await?;
    let control = house.control.clone();
    let gateway = gateway::start(
        &config.gateway,
        control,
        house.clock.clone(),
        house.guards.clone(),
    )?;
    let numbers = gateway.as_ref().map(Gateway::metrics);
    let metrics = match config.metrics {
        Some(address) => Some(Metrics::bind(address, house.calls.clone(), house.clock.now(), numbers).await?),
        None => None,
    };
    let first_start = first_account(&config, &house).await?;
    let seeded = match seed {
        Some(seed) => Some(seed.apply(&config, &house.iam, &house.kms).await?),
        None => None,
    };
    announce(&config, &listener.address()?.to_string(), first_start);
    if let Some(gateway) = &gateway {
        gateway::announce(gateway);
    }
    if let Some(metrics) = &metrics {
        println!("metrics: http://{}/metrics", metrics.address()?);
    }
    if let (Some(path), Some(made)) = (&config.seed, seeded) {
        println!(
            "seed: {} things of {} were made, the others were there",
            made,
            path.display()
        );
    }
    run(house, listener, metrics, gateway).await
}

/// The server's tasks. One that ends before it is told to takes the server with it: half a server helps nobody.
async fn run(
    house: House,
    listener: Listener,
    metrics: Option<Metrics>,
    gateway: Option<Gateway>,
) -> anyhow::Result<()> {
    let shutdown = Shutdown::default();
    let timers = house.timers.clone();
    let billing = house.billing.clone();
    let mut background = JoinSet::new();
    background.spawn(async move { timers.run().await });
    background.spawn(async move { billing.run().await });
    if let Some(metrics) = metrics {
        background.spawn(metrics.serve(shutdown.clone()));
    }
    let stopping = shutdown.clone();
    #[expect(clippy::disallowed_methods, reason = "the process waits for it below")]
    let carrying = gateway.map(|gateway| tokio::spawn(gateway.run(async move { stopping.started().await })));
    #[expect(clippy::disallowed_methods, reason = "the process waits for it below")]
    let mut serving = tokio::spawn(listener.serve(house.pipeline.clone(), shutdown.clone()));
    let mut signals = Signals::new()?;
    house.operator.set_ready(true);

    let failed = tokio::select! {
        () = signals.next() => None,
        ended = &mut serving => Some(format!("the listener ended: {ended:?}")),
        Some(ended) = background.join_next() => Some(format!("a background task ended: {ended:?}")),
    };
    eprintln!("haechi: finishing what is under way; once more to stop at once …");
    house.operator.set_ready(false);
    shutdown.start();
    tokio::select! {
        () = finish(&house, serving, carrying, background) => {}
        () = signals.next() => bail!("stopped at once; what was acknowledged is safe"),
    }
    drop(house.store);
    match failed {
        Some(reason) => bail!("{reason}"),
        None => Ok(()),
    }
}

async fn finish(
    house: &House,
    serving: JoinHandle<()>,
    carrying: Option<JoinHandle<()>>,
    mut background: JoinSet<()>,
) {
    if let Some(carrying) = carrying {
        let _ = carrying.await;
    }
    if !serving.is_finished() {
        let _ = serving.await;
    }
    background.shutdown().await;
    if let Err(error) = house.billing.flush().await {
        tracing::warn!(%error, "the last seconds of usage were not stored");
    }
    // Another node would otherwise wait for the lease to run out.
    if let Err(error) = house.timers.release().await {
        tracing::debug!(%error, "the timers' lease was not given back");
    }
}

/// Makes the management account on the first start. Returns whether it was the first.
async fn first_account(config: &Config, house: &House) -> anyhow::Result<bool> {
    new_account(config, &house.iam, &config.account, "management", "root").await
}

/// Makes an account whose root key goes into the credentials file. Returns false where the account is there already.
///
/// The file is written before the account: a crash between the two leaves a key that opens nothing, which the next
/// start replaces, where the other order would leave an account that nobody can enter.
pub(crate) async fn new_account(
    config: &Config,
    iam: &Iam,
    id: &AccountId,
    name: &str,
    profile: &str,
) -> anyhow::Result<bool> {
    if iam.account(id).await?.is_some() {
        return Ok(false);
    }
    let key = iam.new_access_key(id);
    credentials_file::add(&config.data_dir, profile, &key)?;
    // Of two nodes that start at once each keeps a key of its own.
    iam.seed_root_key(id, name, &key).await?;
    Ok(true)
}

/// One line per thing that a user must know.
fn announce(config: &Config, address: &str, first_start: bool) {
    let data = config.data_dir.display();
    let credentials = credentials_file::path(&config.data_dir);
    let scheme = if config.tls.is_some() { "https" } else { "http" };
    println!(
        "haechi {} serves all services at {scheme}://{address}",
        env!("CARGO_PKG_VERSION")
    );
    match &config.store {
        StoreChoice::Sqlite => println!("data: {data} (SQLite)"),
        StoreChoice::Postgres(_) => println!("data: PostgreSQL; credentials and seal in {data}"),
    }
    if first_start {
        println!(
            "first start: account {} made; its root access key is in {}",
            config.account,
            credentials.display()
        );
    }
    println!(
        "AWS CLI: export AWS_SHARED_CREDENTIALS_FILE={} AWS_PROFILE=root",
        credentials.display()
    );
    println!(
        "AWS CLI: export AWS_ENDPOINT_URL={scheme}://{address} AWS_DEFAULT_REGION={}",
        config.region
    );
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

/// SIGINT and SIGTERM.
pub(crate) struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    pub(crate) fn new() -> anyhow::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    pub(crate) async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
