//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::config::{Config, Settings};
use crate::explain::ExplainArgs;
use crate::gateway_config::GatewaySettings;
use crate::keys::KeysCommand;
use crate::waf::WafCommand;

/// The AWS security stack that anyone can run.
#[derive(Debug, Parser)]
#[command(name = "haechi", version, propagate_version = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the server
    Serve(Box<ServeArgs>),
    /// Run a gateway on its own, which serves what another server describes
    Gateway(Box<GatewayArgs>),
    /// Make and list accounts
    #[command(subcommand)]
    Account(AccountCommand),
    /// Move the clock of a server that was started with --simulate-time
    #[command(subcommand)]
    Clock(ClockCommand),
    /// Look at everything that a start depends on, and say what to do
    Doctor(Box<ServeArgs>),
    /// What seals the root key
    #[command(subcommand)]
    Keys(KeysCommand),
    /// Write a consistent, sealed copy of a running server's data to one file on the server's machine
    Backup {
        /// A file that does not exist yet
        #[arg(long)]
        to: PathBuf,
        #[command(flatten)]
        server: ServerArgs,
    },
    /// Make a data directory, or a shared database, of a backup
    Restore {
        /// The backup
        #[arg(long)]
        from: PathBuf,
        /// A directory that holds no data yet
        #[arg(long)]
        data_dir: PathBuf,
        /// What the server will be given: `sqlite`, or the postgres:// URL of an empty database
        #[arg(long, env = "HAECHI_STORE", hide_env_values = true, default_value = "sqlite")]
        store: String,
    },
    /// Ask the policy engine, without any server
    #[command(subcommand)]
    Policy(PolicyCommand),
    /// Test web ACLs on recorded traffic, without any server
    #[command(subcommand)]
    Waf(WafCommand),
    /// Print what the same use would have cost on AWS
    Bill {
        /// Such as 2026-11; the months are UTC's
        #[arg(long)]
        month: String,
        #[command(flatten)]
        server: ServerArgs,
    },
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

impl ServeArgs {
    /// The settings with their defaults.
    pub(crate) fn config(&self) -> anyhow::Result<Config> {
        self.settings.clone().over_file(self.config.as_deref())
    }
}

/// A gateway that follows a server.
#[derive(Debug, Args)]
pub(crate) struct GatewayArgs {
    /// The server that describes what is served
    #[arg(long, env = "HAECHI_ENDPOINT", default_value = "http://127.0.0.1:4566")]
    pub(crate) follow: String,
    /// A directory with the server's `credentials` file; certificates of the gateway's own are kept there too
    #[arg(long, env = "HAECHI_DATA_DIR", default_value = "./haechi-data")]
    pub(crate) data_dir: PathBuf,
    #[command(flatten)]
    pub(crate) settings: GatewaySettings,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PolicyCommand {
    /// Say, statement by statement, why a request is allowed (exit code 0) or denied (1)
    Explain(Box<ExplainArgs>),
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
