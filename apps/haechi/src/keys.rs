//! `haechi keys status|seal|reseal`: what seals the root key. The server must be stopped for the last two.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use haechi_seal::{Opened, Seal, SealFile, SealedRoot};
use haechi_store::Store;
use haechi_store_sqlite::{SqliteBackend, SqliteOptions};

use crate::cli::ServeArgs;
use crate::config::{Config, SealChoice, StoreChoice};
use crate::wiring;

#[derive(Debug, Subcommand)]
pub(crate) enum KeysCommand {
    /// Say what seals the root key
    Status(Box<ServeArgs>),
    /// Make the root key and seal it, if there is none yet
    Seal(Box<ServeArgs>),
    /// Take the root key out of its seal and close it under another; no data is rewritten
    Reseal(Box<ResealArgs>),
}

#[derive(Debug, Args)]
pub(crate) struct ResealArgs {
    /// The new seal: `file`, `passphrase` or `pkcs11`
    #[arg(long)]
    to: String,
    /// For --to file: where its key is, or is to be made [default: DIR/seal.key]
    #[arg(long)]
    to_key_file: Option<PathBuf>,
    /// For --to passphrase: a file that holds it
    #[arg(long)]
    to_passphrase_file: Option<PathBuf>,
    /// For --to pkcs11: the HSM's library
    #[arg(long)]
    to_pkcs11_module: Option<PathBuf>,
    /// For --to pkcs11: the token's label
    #[arg(long)]
    to_pkcs11_token: Option<String>,
    /// For --to pkcs11: a file that holds the token's PIN
    #[arg(long)]
    to_pkcs11_pin_file: Option<PathBuf>,
    #[command(flatten)]
    present: ServeArgs,
}

pub(crate) async fn run(command: KeysCommand) -> anyhow::Result<()> {
    match command {
        KeysCommand::Status(args) => status(&args.config()?).await,
        KeysCommand::Seal(args) => seal(&args.config()?).await,
        KeysCommand::Reseal(args) => reseal(*args).await,
    }
}

async fn status(config: &Config) -> anyhow::Result<()> {
    let (place, record) = match &config.store {
        StoreChoice::Sqlite => {
            let file = SealFile::in_directory(&config.data_dir);
            (file.path().display().to_string(), file.load()?)
        }
        StoreChoice::Postgres(_) => {
            let store = Store::new(wiring::open_store(config).await?);
            let record = haechi_keyring::root::load(&store).await?;
            (
                "the database".to_owned(),
                record.map(|record| record.as_ref().clone()),
            )
        }
    };
    match record {
        None => println!("no root key yet: `haechi keys seal` or the first `haechi serve` makes one"),
        Some(record) => describe(&place, &record),
    }
    Ok(())
}

fn describe(place: &str, record: &SealedRoot) {
    println!(
        "root key {} is sealed by {}",
        record.root_id(),
        record.method().name()
    );
    println!("the sealed record is in {place}");
}

async fn seal(config: &Config) -> anyhow::Result<()> {
    std::fs::create_dir_all(&config.data_dir)?;
    let store = open_alone(config).await?;
    let choice = config.seal.clone();
    let seal = tokio::task::spawn_blocking(move || wiring::open_seal(&choice, true)).await??;
    let opened = match &config.store {
        StoreChoice::Sqlite => {
            let file = SealFile::in_directory(&config.data_dir);
            tokio::task::spawn_blocking(move || file.open_or_create(&*seal))
                .await??
                .1
        }
        StoreChoice::Postgres(_) => haechi_keyring::root::open_or_create(&store, seal).await?.1,
    };
    match opened {
        Opened::Created => println!("a root key was made and sealed"),
        Opened::Existing => println!("there is a root key already, and the configured seal opens it"),
    }
    Ok(())
}

async fn reseal(args: ResealArgs) -> anyhow::Result<()> {
    let config = args.present.config()?;
    let target = target(&args.to, &args, &config)?;
    // Held to the end: nobody starts on a seal that is about to change.
    let store = open_alone(&config).await?;
    let (from, to) = (config.seal.clone(), target.clone());
    let seals = tokio::task::spawn_blocking(move || -> anyhow::Result<(Arc<dyn Seal>, Arc<dyn Seal>)> {
        Ok((wiring::open_seal(&from, false)?, wiring::open_seal(&to, true)?))
    });
    let (from, to) = seals.await??;
    let record = match &config.store {
        StoreChoice::Sqlite => {
            let file = SealFile::in_directory(&config.data_dir);
            tokio::task::spawn_blocking(move || file.reseal(&*from, &*to)).await??
        }
        StoreChoice::Postgres(_) => haechi_keyring::root::exchange_seal(&store, from, to)
            .await?
            .as_ref()
            .clone(),
    };
    println!(
        "root key {} is now sealed by {}; no data was rewritten",
        record.root_id(),
        record.method().name()
    );
    println!("from now on start with: {}", flags(&target));
    if let SealChoice::File(path) = &config.seal {
        println!("the old key file is of no more use here: rm {}", path.display());
        println!("older backups still open with it; keep it for as long as you keep them");
    }
    Ok(())
}

/// Opens the store, which for a data directory means that no server has it.
async fn open_alone(config: &Config) -> anyhow::Result<Store> {
    Ok(Store::new(match &config.store {
        StoreChoice::Sqlite => Arc::new(SqliteBackend::open(&config.data_dir, &SqliteOptions::default())?),
        StoreChoice::Postgres(_) => wiring::open_store(config).await?,
    }))
}

fn target(kind: &str, args: &ResealArgs, config: &Config) -> anyhow::Result<SealChoice> {
    let choice = match kind {
        "file" => SealChoice::File(
            args.to_key_file
                .clone()
                .unwrap_or_else(|| config.data_dir.join("seal.key")),
        ),
        "passphrase" => SealChoice::Passphrase(
            args.to_passphrase_file
                .clone()
                .context("--to passphrase needs --to-passphrase-file")?,
        ),
        "pkcs11" => SealChoice::Pkcs11 {
            module: args
                .to_pkcs11_module
                .clone()
                .context("--to pkcs11 needs --to-pkcs11-module")?,
            token: args
                .to_pkcs11_token
                .clone()
                .context("--to pkcs11 needs --to-pkcs11-token")?,
            pin_file: args
                .to_pkcs11_pin_file
                .clone()
                .context("--to pkcs11 needs --to-pkcs11-pin-file")?,
        },
        other => bail!("--to is `file`, `passphrase` or `pkcs11`, not {other:?}"),
    };
    Ok(choice)
}

fn flags(choice: &SealChoice) -> String {
    match choice {
        SealChoice::File(path) => format!("--seal file --seal-key-file {}", path.display()),
        SealChoice::Passphrase(path) => {
            format!("--seal passphrase --seal-passphrase-file {}", path.display())
        }
        SealChoice::Pkcs11 {
            module,
            token,
            pin_file,
        } => format!(
            "--seal pkcs11 --seal-pkcs11-module {} --seal-pkcs11-token {token} --seal-pkcs11-pin-file {}",
            module.display(),
            pin_file.display()
        ),
    }
}
