//! Haechi: the AWS security stack that anyone can run.

mod admin;
mod backup;
mod balancers;
mod bill;
mod cli;
mod client;
mod commands;
mod config;
mod credentials_file;
mod doctor;
mod explain;
mod follow;
mod gateway;
mod gateway_config;
mod keys;
mod logging;
mod metrics;
mod seed;
mod server;
mod tls;
mod waf;
mod waf_serve;
mod wiring;

use std::process::ExitCode;

use clap::Parser as _;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("haechi: no threads to run on: {error}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(commands::run(cli)) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("haechi: {error:#}");
            ExitCode::FAILURE
        }
    }
}
