//! The gateway as a whole: sockets, workers, and the tasks that keep it informed.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use haechi_core::{Clock, SystemRandom};
use haechi_dataplane::{ControlPlane, Snapshot};
use tokio::sync::watch;
use tokio_rustls::rustls::RootCertStore;

use crate::access_log::AccessLog;
use crate::activity::{Patience, Ticker};
use crate::board::Board;
use crate::guards::Guards;
use crate::health;
use crate::integrations::Integrations;
use crate::metrics;
use crate::permits::Permits;
use crate::report::Reporter;
use crate::routes::{Found, Table};
use crate::shared::{Shared, Totals};
use crate::tls::{CertificateError, CertificateSource, Certificates};
use crate::upstream::Connector;
use crate::worker::{Sockets, Worker};

/// What a gateway is set to.
#[derive(Debug)]
pub struct GatewayConfig {
    /// Where plain HTTP is served.
    pub plain: Option<TcpListener>,
    /// Where TLS is served, and the certificates.
    pub tls: Option<(TcpListener, CertificateSource)>,
    /// Threads that carry traffic.
    pub workers: usize,
    /// Connections in all, and from one address (one /64 of version 6).
    pub most_connections: (usize, usize),
    /// How long a client may take for the head of a request.
    pub head_timeout: Duration,
    /// How long a connection may be silent before a front says otherwise.
    pub idle_timeout: Duration,
    /// A file for the access log; `-` is standard output.
    pub access_log: Option<PathBuf>,
    /// Where balancers of others ask for verdicts.
    pub integrations: Integrations,
    /// Authorities for `https://` servers of integrations; targets of load balancers are not checked.
    pub roots: RootCertStore,
    /// The gateway's name in its reports.
    pub name: String,
}

impl Default for GatewayConfig {
    /// No sockets; everything else as AWS has it, or as is sensible.
    fn default() -> Self {
        Self {
            plain: None,
            tls: None,
            workers: std::thread::available_parallelism().map_or(1, usize::from),
            most_connections: (16_384, 8_192),
            head_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_mins(1),
            access_log: None,
            integrations: Integrations::default(),
            roots: RootCertStore::empty(),
            name: "gateway".to_owned(),
        }
    }
}

/// Why a gateway can't start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GatewayError {
    /// A socket or thread.
    #[error("the gateway can't start: {0}")]
    Io(#[from] io::Error),
    /// Certificates.
    #[error("the gateway's TLS: {0}")]
    Certificates(#[from] CertificateError),
    /// TLS to servers.
    #[error("TLS to servers: {0}")]
    Tls(#[from] tokio_rustls::rustls::Error),
}

/// A gateway that serves. Ends when [`Gateway::run`] does.
pub struct Gateway {
    shared: Arc<Shared>,
    certificates: Option<Arc<Certificates>>,
    control: Arc<dyn ControlPlane>,
    integrations: Integrations,
    name: String,
    stop: watch::Sender<bool>,
    threads: Vec<std::thread::JoinHandle<()>>,
    addresses: (Option<SocketAddr>, Option<SocketAddr>),
}

impl Gateway {
    /// Starts the workers. Until [`Gateway::run`] has its first snapshot, every request is answered with 404.
    pub fn start(
        config: GatewayConfig,
        control: Arc<dyn ControlPlane>,
        clock: Arc<dyn Clock>,
        guards: Arc<Guards>,
    ) -> Result<Self, GatewayError> {
        let access_log = config
            .access_log
            .as_deref()
            .map(|path| AccessLog::open(path, Arc::clone(&clock)))
            .transpose()?;
        let shared = Arc::new(Shared {
            table: ArcSwap::default(),
            guards,
            board: Board::default(),
            connector: Connector::new(config.roots)?,
            clock,
            ticker: Arc::new(Ticker::default()),
            permits: Permits::new(config.most_connections.0, config.most_connections.1),
            access_log,
            totals: Totals::default(),
        });
        let certificates = match &config.tls {
            None => None,
            Some((_, source)) => {
                let known = Arc::clone(&shared);
                let served =
                    move |name: &str| !matches!(known.table.load().find(name, "/"), Found::NoSuchHost);
                Some(Arc::new(Certificates::open(source, served)?))
            }
        };
        let (stop, stopped) = watch::channel(false);
        let seconds = |duration: Duration| duration.as_secs().try_into().unwrap_or(u32::MAX);
        let worker = Worker {
            shared: Arc::clone(&shared),
            patience: Patience {
                head: seconds(config.head_timeout),
                idle: seconds(config.idle_timeout),
            },
            tls: certificates
                .as_ref()
                .map(Certificates::server_config)
                .transpose()?,
            stop: stopped,
        };
        let tls_socket = config.tls.map(|(socket, _)| socket);
        let address = |socket: &Option<TcpListener>| socket.as_ref().map(TcpListener::local_addr).transpose();
        let addresses = (address(&config.plain)?, address(&tls_socket)?);
        for socket in [&config.plain, &tls_socket].into_iter().flatten() {
            socket.set_nonblocking(true)?;
        }
        let threads = (0..config.workers.max(1))
            .map(|number| {
                let sockets = Sockets {
                    plain: config.plain.as_ref().map(TcpListener::try_clone).transpose()?,
                    tls: tls_socket.as_ref().map(TcpListener::try_clone).transpose()?,
                };
                spawn(number, worker.clone(), sockets)
            })
            .collect::<io::Result<_>>()?;
        Ok(Self {
            shared,
            certificates,
            control,
            integrations: config.integrations,
            name: config.name,
            stop,
            threads,
            addresses,
        })
    }

    /// Where plain HTTP is served.
    pub fn plain_address(&self) -> Option<SocketAddr> {
        self.addresses.0
    }

    /// Where TLS is served.
    pub fn tls_address(&self) -> Option<SocketAddr> {
        self.addresses.1
    }

    /// What metrics are read from.
    pub fn metrics(&self) -> metrics::Source {
        metrics::Source::new(Arc::clone(&self.shared))
    }

    /// Follows the control plane until `stopping` ends, then lets what is under way finish.
    pub async fn run(mut self, stopping: impl Future<Output = ()>) {
        let following = follow(Arc::clone(&self.shared), Arc::clone(&self.control));
        let checking = health::run(Arc::clone(&self.shared));
        let reporter = Reporter::new(
            Arc::clone(&self.shared),
            Arc::clone(&self.control),
            self.name.clone(),
        );
        let reporting = reporter.run();
        let ticking = tick(Arc::clone(&self.shared), self.certificates.clone());
        let guards = Arc::clone(&self.shared.guards);
        let clock = Arc::clone(&self.shared.clock);
        let random = Arc::new(SystemRandom::new());
        let integrations = std::mem::take(&mut self.integrations);
        let answering = integrations.run(guards, clock, random, std::future::pending());
        tokio::select! {
            () = stopping => {}
            Err(error) = answering => tracing::error!(%error, "balancers can't ask any more"),
            () = following => {}
            () = checking => {}
            () = reporting => {}
            () = ticking => {}
        }
        self.stop.send_replace(true);
        let threads = std::mem::take(&mut self.threads);
        let joined = tokio::task::spawn_blocking(move || {
            for thread in threads {
                let _ = thread.join();
            }
        });
        let _ = joined.await;
        Reporter::new(self.shared.clone(), self.control.clone(), self.name.clone())
            .once()
            .await;
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        self.stop.send_replace(true);
    }
}

/// A thread with a runtime of its own: nothing that it serves is touched by another.
fn spawn(number: usize, worker: Worker, sockets: Sockets) -> io::Result<std::thread::JoinHandle<()>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    std::thread::Builder::new()
        .name(format!("gateway-{number}"))
        .spawn(move || {
            if let Err(error) = runtime.block_on(worker.run(sockets)) {
                tracing::error!(%error, "a worker of the gateway ended");
            }
        })
}

/// Takes snapshot after snapshot.
async fn follow(shared: Arc<Shared>, control: Arc<dyn ControlPlane>) {
    let mut known = None;
    loop {
        match control.next(known).await {
            Ok(snapshot) => {
                known = Some(snapshot.revision);
                apply(&shared, &snapshot).await;
            }
            Err(error) => {
                tracing::warn!(%error, "the control plane did not answer; what was known stays in force");
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
    }
}

/// Web ACLs first: a resource is known to be guarded before it can be reached.
async fn apply(shared: &Arc<Shared>, snapshot: &Snapshot) {
    let table = Arc::new(Table::new(snapshot, &shared.board));
    let show = || {
        shared.table.store(Arc::clone(&table));
        shared.board.keep_only(snapshot);
    };
    shared.guards.apply_then(snapshot, show).await;
}

/// Seconds, and what is looked at now and then.
async fn tick(shared: Arc<Shared>, certificates: Option<Arc<Certificates>>) {
    let started = tokio::time::Instant::now();
    let mut seconds = tokio::time::interval(Duration::from_secs(1));
    loop {
        seconds.tick().await;
        let now = started.elapsed().as_secs().try_into().unwrap_or(u32::MAX - 1);
        shared.ticker.set(now);
        if now % 5 == 0
            && let Some(certificates) = &certificates
        {
            certificates.refresh();
        }
    }
}
