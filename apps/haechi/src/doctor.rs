//! `haechi doctor`: looks at everything that a start depends on, and says what to do.

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::time::{Duration, SystemTime};

use haechi_seal::SealFile;
use haechi_store::{Backend as _, Store};
use haechi_store_sqlite::{SqliteBackend, SqliteOptions};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::config::{Config, StoreChoice};
use crate::{credentials_file, tls, wiring};

/// No machine that runs this build has a clock before it was written: 2026-01-01 in seconds since the epoch.
const BUILT_AFTER: u64 = 1_767_225_600;
/// How far the clock may stand behind the newest file.
const CLOCK_SLACK: Duration = Duration::from_mins(5);

/// What was found so far.
#[derive(Default)]
struct Report {
    looked: usize,
    failures: usize,
}

impl Report {
    fn good(&mut self, what: &str, found: &str) {
        self.looked += 1;
        println!("ok    {what}: {found}");
    }

    fn note(&mut self, what: &str, found: &str) {
        self.looked += 1;
        println!("note  {what}: {found}");
    }

    fn bad(&mut self, what: &str, found: &str) {
        self.looked += 1;
        self.failures += 1;
        println!("FAIL  {what}: {found}");
    }
}

/// Looks, prints, and returns whether all is well.
pub(crate) async fn examine(config: &Config) -> bool {
    let mut report = Report::default();
    let running = is_ready(config).await;
    data_directory(&mut report, &config.data_dir);
    credentials(&mut report, &config.data_dir);
    clock(&mut report, &config.data_dir);
    if let Some((certificate, key)) = &config.tls {
        match tls::acceptor(certificate, key) {
            Ok(_) => report.good("TLS", "the certificate and its key go together"),
            Err(error) => report.bad("TLS", &format!("{error:#}")),
        }
    }
    if let Some(path) = &config.seed {
        match crate::seed::Seed::read(path) {
            Ok(_) => report.good("seed", "the file reads"),
            Err(error) => report.bad("seed", &format!("{error:#}")),
        }
    }
    port(&mut report, config, running).await;
    match &config.store {
        StoreChoice::Sqlite => embedded(&mut report, config).await,
        StoreChoice::Postgres(_) => shared(&mut report, config).await,
    }
    match report.failures {
        0 if running => println!("All is well; the server runs."),
        0 => println!("All is well; `haechi serve` can start."),
        1 => println!("One thing of {} is wrong.", report.looked),
        many => println!("{many} things of {} are wrong.", report.looked),
    }
    report.failures == 0
}

fn data_directory(report: &mut Report, directory: &Path) {
    let shown = directory.display();
    match std::fs::metadata(directory) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            report.note(
                "data directory",
                &format!("{shown} is not there yet; the first start makes it"),
            );
        }
        Err(error) => report.bad("data directory", &format!("{shown}: {error}")),
        Ok(found) if !found.is_dir() => report.bad("data directory", &format!("{shown} is no directory")),
        Ok(found) if found.mode() & 0o077 != 0 => {
            let mode = found.mode() & 0o777;
            report.bad(
                "data directory",
                &format!("{shown} is open to others (mode {mode:o}): chmod 700 {shown}"),
            );
        }
        Ok(_) => report.good("data directory", &format!("{shown} is its owner's alone")),
    }
}

fn credentials(report: &mut Report, directory: &Path) {
    let path = credentials_file::path(directory);
    let shown = path.display();
    let Ok(found) = std::fs::metadata(&path) else {
        report.note(
            "credentials",
            &format!("{shown} is not there; the first start writes it"),
        );
        return;
    };
    if found.mode() & 0o077 != 0 {
        let mode = found.mode() & 0o777;
        report.bad(
            "credentials",
            &format!("{shown} may be read by others (mode {mode:o}): chmod 600 {shown}"),
        );
        return;
    }
    match credentials_file::read(directory, "root") {
        Ok(_) => report.good("credentials", &format!("{shown} has the profile [root]")),
        Err(error) => report.bad("credentials", &format!("{error:#}; operator commands need it")),
    }
}

// An operator's look at the machine itself, so that neither the server's clock nor a simulated one will do.
#[allow(clippy::disallowed_methods)]
fn clock(report: &mut Report, directory: &Path) {
    let now = SystemTime::now();
    let seconds = now
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default()
        .as_secs();
    if seconds < BUILT_AFTER {
        report.bad(
            "clock",
            "it stands before 2026: set it; signatures of clients will not hold",
        );
        return;
    }
    let newest = std::fs::metadata(directory.join("haechi.db")).and_then(|found| found.modified());
    match newest {
        Ok(newest) if newest > now + CLOCK_SLACK => {
            report.bad("clock", "it stands before the last change of the data: set it");
        }
        _ => report.good("clock", "it is plausible"),
    }
}

/// Whether a server answers where ours would listen.
async fn is_ready(config: &Config) -> bool {
    let asking = async {
        let mut stream = TcpStream::connect(config.listen).await?;
        let request = "GET /_haechi/ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        stream.write_all(request.as_bytes()).await?;
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).await?;
        Ok::<bool, std::io::Error>(answer.ends_with(b" 200"))
    };
    matches!(
        tokio::time::timeout(Duration::from_secs(2), asking).await,
        Ok(Ok(true))
    )
}

async fn port(report: &mut Report, config: &Config, running: bool) {
    let address = config.listen;
    if running {
        report.good("address", &format!("a Haechi server answers at {address}"));
        return;
    }
    match TcpListener::bind(address).await {
        Ok(_) => report.good("address", &format!("{address} is free")),
        Err(error) => report.bad(
            "address",
            &format!("{address}: {error}; stop what holds it or give another --listen"),
        ),
    }
}

/// Whether the configured seal opens what is sealed.
async fn seal(report: &mut Report, config: &Config) {
    let file = SealFile::in_directory(&config.data_dir);
    let record = match file.load() {
        Ok(Some(record)) => record,
        Ok(None) => {
            report.note("seal", "there is no root key yet; the first start makes one");
            return;
        }
        Err(error) => {
            report.bad("seal", &error.to_string());
            return;
        }
    };
    let choice = config.seal.clone();
    let opening = tokio::task::spawn_blocking(move || -> anyhow::Result<()> {
        wiring::open_seal(&choice, false)?.open(&record)?;
        Ok(())
    });
    match opening.await {
        Ok(Ok(())) => report.good("seal", "the root key opens"),
        Ok(Err(error)) => report.bad("seal", &format!("{error:#}")),
        Err(error) => report.bad("seal", &error.to_string()),
    }
}

async fn embedded(report: &mut Report, config: &Config) {
    seal(report, config).await;
    if !config.data_dir.join("haechi.db").exists() {
        report.note("store", "there is no database yet; the first start makes one");
        return;
    }
    let directory = config.data_dir.clone();
    let opening =
        tokio::task::spawn_blocking(move || SqliteBackend::open(&directory, &SqliteOptions::default()));
    match opening.await {
        Ok(Ok(backend)) => {
            report.good("lock", "no other process has the data directory");
            integrity(
                report,
                &backend.integrity_check().await.map_err(|error| error.to_string()),
            );
        }
        Ok(Err(error)) if error.to_string().contains("in use") => {
            report.note(
                "store",
                "a server has it open; its own look is `haechi doctor` while it is stopped",
            );
        }
        Ok(Err(error)) => report.bad("store", &error.to_string()),
        Err(error) => report.bad("store", &error.to_string()),
    }
}

async fn shared(report: &mut Report, config: &Config) {
    let backend = match wiring::open_store(config).await {
        Ok(backend) => backend,
        Err(error) => return report.bad("store", &format!("{error:#}")),
    };
    report.good("store", "the database answers");
    integrity(
        report,
        &backend.integrity_check().await.map_err(|error| error.to_string()),
    );
    match haechi_keyring::root::load(&Store::new(backend)).await {
        Ok(Some(record)) => {
            let choice = config.seal.clone();
            let opening = tokio::task::spawn_blocking(move || -> anyhow::Result<()> {
                wiring::open_seal(&choice, false)?.open(&record)?;
                Ok(())
            });
            match opening.await {
                Ok(Ok(())) => report.good("seal", "the root key opens"),
                Ok(Err(error)) => report.bad("seal", &format!("{error:#}")),
                Err(error) => report.bad("seal", &error.to_string()),
            }
        }
        Ok(None) => report.note("seal", "there is no root key yet; the first start makes one"),
        Err(error) => report.bad("seal", &error.to_string()),
    }
}

fn integrity(report: &mut Report, found: &Result<Vec<String>, String>) {
    match found {
        Ok(wrong) if wrong.is_empty() => {
            report.good("integrity", "the database finds nothing wrong with itself");
        }
        Ok(wrong) => report.bad("integrity", &format!("{}; restore a backup", wrong.join("; "))),
        Err(error) => report.bad("integrity", error),
    }
}
