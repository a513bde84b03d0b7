//! The gateway inside `haechi serve`, and `haechi gateway` on its own.

use std::io::ErrorKind;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use haechi_core::Clock;
use haechi_dataplane::ControlPlane;
use haechi_gateway::{Gateway, GatewayConfig, Guards};
use haechi_pipeline::Shutdown;
use tokio::net::TcpSocket;
use tokio_rustls::rustls::RootCertStore;

use crate::cli::GatewayArgs;
use crate::follow::Remote;
use crate::gateway_config::{GatewayChoice, Listen};
use crate::logging;
use crate::server::Signals;

/// Connections that may wait to be accepted.
const BACKLOG: u32 = 4_096;

/// Starts the gateway as it is set; `None` where it is off, or where only the default address was wanted and is taken.
pub(crate) fn start(
    choice: &GatewayChoice,
    control: Arc<dyn ControlPlane>,
    clock: Arc<dyn Clock>,
    guards: Arc<Guards>,
) -> anyhow::Result<Option<Gateway>> {
    let plain = bind("--gateway-listen", choice.listen)?;
    let tls = bind("--gateway-tls-listen", choice.tls_listen)?;
    let integrations = choice.balancers.bind()?;
    if plain.is_none() && tls.is_none() && !integrations.any() {
        return Ok(None);
    }
    let mut config = GatewayConfig {
        plain,
        tls: tls.map(|socket| (socket, choice.certificates.clone())),
        access_log: choice.access_log.clone(),
        integrations,
        roots: roots(),
        name: format!("{}-{}", host_name(), std::process::id()),
        ..GatewayConfig::default()
    };
    if let Some(workers) = choice.workers {
        config.workers = workers;
    }
    if let Some(most) = choice.max_connections {
        config.most_connections.0 = most;
    }
    if let Some(most) = choice.max_connections_per_ip {
        config.most_connections.1 = most;
    }
    Ok(Some(Gateway::start(config, control, clock, guards)?))
}

/// Tells where it listens.
pub(crate) fn announce(gateway: &Gateway) {
    if let Some(address) = gateway.plain_address() {
        println!("gateway: http://{address}");
    }
    if let Some(address) = gateway.tls_address() {
        println!("gateway: https://{address}");
    }
}

/// `haechi gateway`: follows a server until SIGINT or SIGTERM.
pub(crate) async fn alone(args: &GatewayArgs) -> anyhow::Result<()> {
    logging::start();
    let data_dir = std::path::absolute(&args.data_dir)?;
    let choice = args.settings.clone().resolve(&data_dir)?;
    let remote = Arc::new(Remote::new(&args.follow, &data_dir));
    let clock: Arc<dyn Clock> = Arc::new(haechi_core::SystemClock);
    let gateway = start(&choice, remote, clock, choice.guards()?)?
        .context("there is nothing to do: give --gateway-listen or --gateway-tls-listen")?;
    announce(&gateway);
    println!("following {}", args.follow);
    let shutdown = Shutdown::default();
    let mut signals = Signals::new()?;
    let stopping = shutdown.clone();
    #[expect(clippy::disallowed_methods, reason = "the process waits for it below")]
    let mut carrying = tokio::spawn(gateway.run(async move { stopping.started().await }));
    tokio::select! {
        () = signals.next() => {}
        ended = &mut carrying => anyhow::bail!("the gateway ended: {ended:?}"),
    }
    eprintln!("haechi: finishing what is under way; once more to stop at once …");
    shutdown.start();
    tokio::select! {
        _ = carrying => Ok(()),
        () = signals.next() => anyhow::bail!("stopped at once"),
    }
}

fn bind(flag: &str, listen: Listen) -> anyhow::Result<Option<TcpListener>> {
    let (address, named) = match listen {
        Listen::Off => return Ok(None),
        Listen::Default(address) => (address, false),
        Listen::Named(address) => (address, true),
    };
    match socket(address) {
        Ok(socket) => Ok(Some(socket)),
        Err(error) if !named && error.kind() == ErrorKind::AddrInUse => {
            println!("gateway: off, as {address} is taken; {flag} names another address");
            Ok(None)
        }
        Err(error) => {
            Err(error).with_context(|| format!("cannot listen on {address}; give another {flag}, or `off`"))
        }
    }
}

fn socket(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = if address.is_ipv4() {
        TcpSocket::new_v4()?
    } else {
        TcpSocket::new_v6()?
    };
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)?.into_std()
}

/// The system's authorities, for integrations that go to `https://`.
fn roots() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots
}

fn host_name() -> String {
    std::fs::read_to_string(Path::new("/proc/sys/kernel/hostname"))
        .map_or_else(|_| "gateway".to_owned(), |name| name.trim().to_owned())
}
