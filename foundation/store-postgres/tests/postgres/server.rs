//! A PostgreSQL server of the test's own.
//!
//! If `HAECHI_TEST_POSTGRES` holds a URL, its server is used, and each test makes databases of its own there. Else a
//! server is started from Debian's binaries (package `postgresql`) in a temporary directory, reached by a Unix socket
//! in it. PostgreSQL refuses to run as root; then it runs as the user `postgres`.

#![expect(
    clippy::disallowed_methods,
    reason = "tests ask their environment for the database"
)]

use std::{
    env, fs,
    os::unix::fs::{PermissionsExt, chown},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use tempfile::TempDir;
use tokio_postgres::NoTls;

const GIVEN: &str = "HAECHI_TEST_POSTGRES";

/// A server for the life of a test.
pub(crate) enum Server {
    Given(String),
    Own {
        directory: TempDir,
        port: u16,
        process: Child,
    },
}

impl Server {
    pub(crate) async fn start() -> Self {
        if let Ok(url) = env::var(GIVEN) {
            return Self::Given(url);
        }
        Self::start_own().await
    }

    /// A server that the test may kill.
    pub(crate) async fn start_own() -> Self {
        Self::start_with(5432, "listen_addresses = ''\n", &[]).await
    }

    /// A server that also listens at a port of `127.0.0.1` and speaks TLS there.
    pub(crate) async fn start_encrypted(port: u16, certificate: &str, key: &str) -> Self {
        let settings = "listen_addresses = '127.0.0.1'\nssl = on\n\
                        ssl_cert_file = 'server.pem'\nssl_key_file = 'server.key'\n";
        let files = [("server.pem", certificate), ("server.key", key)];
        Self::start_with(port, settings, &files).await
    }

    async fn start_with(port: u16, settings: &str, files: &[(&str, &str)]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let home = directory.path().join("home");
        fs::create_dir(&home).unwrap();
        if let Some((user, group)) = owner() {
            chown(&home, Some(user), Some(group)).unwrap();
        }
        let mut initdb = unprivileged("initdb");
        initdb.arg("-D").arg(home.join("data")).args([
            "-U",
            "haechi",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C",
            "-N",
        ]);
        let made = initdb.output().unwrap();
        assert!(
            made.status.success(),
            "initdb: {}",
            String::from_utf8_lossy(&made.stderr)
        );
        let data = home.join("data");
        let configuration = fs::read_to_string(data.join("postgresql.conf")).unwrap();
        let configuration = format!("{configuration}\nport = {port}\n{settings}");
        fs::write(data.join("postgresql.conf"), configuration).unwrap();
        for (name, text) in files {
            let path = data.join(name);
            fs::write(&path, text).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
            if let Some((user, group)) = owner() {
                chown(&path, Some(user), Some(group)).unwrap();
            }
        }
        let server = Self::Own {
            process: launch(&home),
            port,
            directory,
        };
        server.answers().await;
        server
    }

    /// Makes an empty database and returns its URL.
    pub(crate) async fn database(&self) -> String {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!(
            "haechi_test_{}_{}",
            std::process::id(),
            NUMBER.fetch_add(1, Ordering::Relaxed)
        );
        let (client, connection) = tokio_postgres::connect(&self.url("postgres"), NoTls)
            .await
            .unwrap();
        let driver = tokio::spawn(connection);
        client
            .batch_execute(&format!("CREATE DATABASE {name}"))
            .await
            .unwrap();
        driver.abort();
        self.url(&name)
    }

    fn url(&self, database: &str) -> String {
        match self {
            Self::Given(url) => {
                let (server, _) = url.rsplit_once('/').expect("the URL names a database");
                format!("{server}/{database}")
            }
            Self::Own { directory, port, .. } => {
                let socket = directory
                    .path()
                    .join("home")
                    .display()
                    .to_string()
                    .replace('/', "%2F");
                format!("postgres://haechi@{socket}:{port}/{database}")
            }
        }
    }

    /// Kills the server as a power cut would and starts it again on the same data.
    pub(crate) async fn crash_and_restart(&mut self) {
        self.stop();
        let Self::Own {
            directory, process, ..
        } = self
        else {
            return;
        };
        let home = directory.path().join("home");
        // Its children notice within a moment; until then a new server refuses the directory.
        loop {
            *process = launch(&home);
            if !ended_early(process).await {
                break;
            }
        }
        self.answers().await;
    }

    /// Kills the server.
    pub(crate) fn stop(&mut self) {
        let Self::Own { process, .. } = self else {
            panic!("only a server of one's own can be killed")
        };
        process.kill().unwrap();
        process.wait().unwrap();
    }

    async fn answers(&self) {
        for _ in 0..600 {
            if tokio_postgres::connect(&self.url("postgres"), NoTls)
                .await
                .is_ok()
            {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("PostgreSQL does not answer");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Self::Own { process, .. } = self {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

fn launch(home: &Path) -> Child {
    let mut postgres = unprivileged("postgres");
    postgres
        .arg("-D")
        .arg(home.join("data"))
        .arg("-k")
        .arg(home)
        .args(["-c", "max_connections=100"]);
    postgres
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

async fn ended_early(process: &mut Child) -> bool {
    for _ in 0..10 {
        if process.try_wait().unwrap().is_some() {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    false
}

/// A command of PostgreSQL, run as somebody who is not root, ending with this process.
fn unprivileged(name: &str) -> Command {
    let program = binaries().join(name);
    let mut command = Command::new("setpriv");
    command.arg("--pdeathsig=KILL").current_dir("/");
    if let Some((user, group)) = owner() {
        command.args([
            format!("--reuid={user}"),
            format!("--regid={group}"),
            "--clear-groups".into(),
        ]);
    }
    command.arg(program);
    command
}

/// The newest of Debian's versions, else what the path has.
fn binaries() -> PathBuf {
    let debian = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|version| version.path());
    let newest = debian.max_by_key(|path| {
        path.file_name()
            .and_then(|name| name.to_str()?.parse::<u32>().ok())
    });
    let on_path = env::var_os("PATH")
        .into_iter()
        .flat_map(|path| env::split_paths(&path).collect::<Vec<_>>());
    let mut places = newest
        .map(|version| version.join("bin"))
        .into_iter()
        .chain(on_path);
    places.find(|place| place.join("initdb").exists() && place.join("postgres").exists()).unwrap_or_else(|| {
        panic!("no PostgreSQL to test with: install Debian's package postgresql, or set {GIVEN}=postgres://user:password@host/database")
    })
}

/// Who shall run the server if we are root.
fn owner() -> Option<(u32, u32)> {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let ours = status
        .lines()
        .find_map(|line| line.strip_prefix("Uid:\t"))?
        .split('\t')
        .nth(1)?;
    if ours != "0" {
        return None;
    }
    let users = fs::read_to_string("/etc/passwd").unwrap();
    let postgres = users
        .lines()
        .find(|line| line.starts_with("postgres:"))
        .expect("a user postgres exists");
    let fields: Vec<&str> = postgres.split(':').collect();
    Some((fields[2].parse().unwrap(), fields[3].parse().unwrap()))
}
