//! Loads an AWS endpoint and says how it did. See `bench/README.md`.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use clap::Parser;
use haechi_bench::credentials::Credentials;
use haechi_bench::endpoint::Endpoint;
use haechi_bench::operation::Operation;
use haechi_bench::report;
use haechi_bench::run::{Limit, run};
use haechi_bench::setup::{Target, prepare};

/// Load an AWS endpoint with one operation over keep-alive connections, each request signed.
#[derive(Parser)]
struct Arguments {
    /// Plain HTTP endpoint, such as <http://127.0.0.1:4566>.
    #[arg(long, default_value = "http://127.0.0.1:4566")]
    endpoint: Endpoint,
    /// AWS shared-credentials file; `haechi serve` writes one into its data directory.
    #[arg(long, default_value = "haechi-data/credentials")]
    profile: PathBuf,
    /// Profile within that file; the first one by default.
    #[arg(long)]
    profile_name: Option<String>,
    /// Region of the signature.
    #[arg(long, default_value = "us-east-1")]
    region: String,
    /// What to call.
    #[arg(long, value_enum, default_value = "Encrypt")]
    operation: Operation,
    /// Connections that are busy at the same time.
    #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..))]
    connections: u16,
    /// Measured time.
    #[arg(long, default_value_t = 10.0)]
    seconds: f64,
    /// Time before that, not counted.
    #[arg(long, default_value_t = 1.0)]
    warm_up: f64,
    /// Send so many requests instead of measuring for a time.
    #[arg(long)]
    requests: Option<u64>,
    /// Bytes of plaintext (Encrypt, Decrypt) or message (Sign).
    #[arg(long, default_value_t = 32)]
    payload: usize,
    /// Key to use; a new one is made by default.
    #[arg(long)]
    key_id: Option<String>,
    /// Spec of the new key for Sign.
    #[arg(long, default_value = "ECC_NIST_P256")]
    key_spec: String,
    /// One line of JSON instead of text.
    #[arg(long)]
    json: bool,
}

fn main() -> anyhow::Result<ExitCode> {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(load(arguments))
}

async fn load(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let file = std::fs::read_to_string(&arguments.profile)
        .with_context(|| format!("--profile {}", arguments.profile.display()))?;
    let credentials = Credentials::parse(&file, arguments.profile_name.as_deref())
        .with_context(|| format!("--profile {}", arguments.profile.display()))?;
    let seconds = |value: f64| Duration::try_from_secs_f64(value).context("not a duration in seconds");
    let limit = match arguments.requests {
        Some(requests) => Limit::Requests(requests),
        None => Limit::Time {
            warm_up: seconds(arguments.warm_up)?,
            measured: seconds(arguments.seconds)?,
        },
    };
    let target = Target {
        endpoint: arguments.endpoint,
        credentials,
        region: arguments.region,
        operation: arguments.operation,
        payload: arguments.payload,
        key_id: arguments.key_id,
        key_spec: arguments.key_spec,
    };
    let connections = usize::from(arguments.connections);
    let calls = prepare(&target, connections).await?;
    let outcome = run(&target, calls, limit).await;
    if arguments.json {
        println!("{}", report::json(&target, connections, &outcome));
    } else {
        print!("{}", report::text(&target, connections, &outcome));
    }
    let good = outcome.failed() == 0 && outcome.latencies.count() > 0;
    Ok(if good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
