//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::config::Settings;

/// The AWS security stack that anyone can run.
#[derive(Debug, Parser)]
#[command(name = "haechi", version, about, propagate_version = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the server
    Serve(Box<ServeArgs>),
    /// Make and list accounts
    #[command(subcommand)]
    Account(AccountCommand),
    /// Move the clock of a server that was started with --simulate-time
    #[command(subcommand)]
    Clock(ClockCommand),
    /// Print the version
    Version,
}

/// Every setting can also stand in the configuration file and, as HAECHI_…, in the environment.
#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// A TOML file with the same settings
    #[arg(long, env = "HAECHI_CONFIG")]
    pub(crate) config: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) settings: Settings,
}

#[derive(Debug, Subcommand)]
pub(crate) enum AccountCommand {
    /// Make an account with a root access key, which is added to DIR/credentials as [account-ID]
    Create {
        /// Twelve digits
        id: String,
        /// What people call it
        #[arg(long)]
        name: String,
        #[command(flatten)]
        server: ServerArgs,
    },
    /// List the accounts
    List {
        #[command(flatten)]
        server: ServerArgs,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum ClockCommand {
    /// Move the clock forward, and run what falls due on the way
    Advance {
        /// Such as 366d, 12h, 30m, 45s
        by: String,
        #[command(flatten)]
        server: ServerArgs,
    },
}

/// Which running server to talk to.
#[derive(Debug, Args)]
pub(crate) struct ServerArgs {
    /// The server's data directory; its credentials file says who we are
    #[arg(long, env = "HAECHI_DATA_DIR", default_value = "./haechi-data")]
    pub(crate) data_dir: PathBuf,
    /// Where the server listens
    #[arg(long, env = "HAECHI_ENDPOINT", default_value = "http://127.0.0.1:4566")]
    pub(crate) endpoint: String,
}
