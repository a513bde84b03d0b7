//! Settings of the gateway, the same for `haechi serve` and `haechi gateway`.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, bail};
use clap::Args;
use haechi_gateway::Guards;
use haechi_gateway::tls::CertificateSource;
use haechi_web_acl::{Feeds, Places};
use serde::Deserialize;

use crate::balancers::BalancerSettings;

/// Every setting, each of which may be left out.
#[derive(Debug, Clone, Default, Args, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(crate) struct GatewaySettings {
    /// Address of web traffic; `off` for none [default: 127.0.0.1:8080, none if that is taken]
    #[arg(long, env = "HAECHI_GATEWAY_LISTEN")]
    #[serde(rename = "listen")]
    gateway_listen: Option<String>,
    /// Address of web traffic over TLS; `off` for none [default: off]
    #[arg(long, env = "HAECHI_GATEWAY_TLS_LISTEN")]
    #[serde(rename = "tls-listen")]
    gateway_tls_listen: Option<String>,
    /// PEM certificate chain of the gateway, read again when it changes [default: made by DIR/gateway-ca.pem]
    #[arg(long, env = "HAECHI_GATEWAY_TLS_CERT")]
    #[serde(rename = "tls-cert")]
    gateway_tls_cert: Option<PathBuf>,
    /// PEM private key of that certificate
    #[arg(long, env = "HAECHI_GATEWAY_TLS_KEY")]
    #[serde(rename = "tls-key")]
    gateway_tls_key: Option<PathBuf>,
    /// Threads that carry web traffic [default: one per processor]
    #[arg(long, env = "HAECHI_GATEWAY_WORKERS")]
    #[serde(rename = "workers")]
    gateway_workers: Option<usize>,
    /// Connections of clients in all [default: 16384]
    #[arg(long, env = "HAECHI_GATEWAY_MAX_CONNECTIONS")]
    #[serde(rename = "max-connections")]
    gateway_max_connections: Option<usize>,
    /// Connections of clients from one address, or one /64 of IPv6 [default: 8192]
    #[arg(long, env = "HAECHI_GATEWAY_MAX_CONNECTIONS_PER_IP")]
    #[serde(rename = "max-connections-per-ip")]
    gateway_max_connections_per_ip: Option<usize>,
    /// A file for one JSON line per request; `-` for standard output [default: none]
    #[arg(long, env = "HAECHI_GATEWAY_ACCESS_LOG")]
    #[serde(rename = "access-log")]
    gateway_access_log: Option<PathBuf>,
    /// Databases of places or networks (MMDB), each instead of the one of its kind that ships [default: countries and autonomous systems, built in]
    #[arg(long, env = "HAECHI_GEO_DB", value_delimiter = ',')]
    geo_db: Option<Vec<PathBuf>>,
    /// In a file, the table `[gateway.balancers]`.
    #[command(flatten)]
    balancers: BalancerSettings,
}

/// Where the gateway listens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Listen {
    Off,
    /// Nobody named it: where it is taken, the server goes on without.
    Default(SocketAddr),
    Named(SocketAddr),
}

/// Settings with their defaults.
#[derive(Debug, Clone)]
pub(crate) struct GatewayChoice {
    pub(crate) listen: Listen,
    pub(crate) tls_listen: Listen,
    pub(crate) certificates: CertificateSource,
    pub(crate) workers: Option<usize>,
    pub(crate) max_connections: Option<usize>,
    pub(crate) max_connections_per_ip: Option<usize>,
    pub(crate) access_log: Option<PathBuf>,
    pub(crate) balancers: BalancerSettings,
    geo_db: Vec<PathBuf>,
}

impl GatewayChoice {
    /// No web ACLs yet, over the databases of places that were named.
    pub(crate) fn guards(&self) -> anyhow::Result<Arc<Guards>> {
        let places = match self.geo_db.as_slice() {
            [] => Places::built_in(),
            files => Arc::new(Places::open(files)?),
        };
        Ok(Arc::new(Guards::new(Feeds::shared(), places)))
    }
}

impl GatewaySettings {
    pub(crate) fn over(self, below: Self) -> Self {
        Self {
            gateway_listen: self.gateway_listen.or(below.gateway_listen),
            gateway_tls_listen: self.gateway_tls_listen.or(below.gateway_tls_listen),
            gateway_tls_cert: self.gateway_tls_cert.or(below.gateway_tls_cert),
            gateway_tls_key: self.gateway_tls_key.or(below.gateway_tls_key),
            gateway_workers: self.gateway_workers.or(below.gateway_workers),
            gateway_max_connections: self.gateway_max_connections.or(below.gateway_max_connections),
            gateway_max_connections_per_ip: self
                .gateway_max_connections_per_ip
                .or(below.gateway_max_connections_per_ip),
            gateway_access_log: self.gateway_access_log.or(below.gateway_access_log),
            geo_db: self.geo_db.or(below.geo_db),
            balancers: self.balancers.over(below.balancers),
        }
    }

    pub(crate) fn resolve(self, data_dir: &Path) -> anyhow::Result<GatewayChoice> {
        Ok(GatewayChoice {
            listen: match self.gateway_listen {
                None => Listen::Default(([127, 0, 0, 1], 8080).into()),
                Some(text) => listen("--gateway-listen", &text)?,
            },
            tls_listen: match self.gateway_tls_listen {
                None => Listen::Off,
                Some(text) => listen("--gateway-tls-listen", &text)?,
            },
            certificates: match (self.gateway_tls_cert, self.gateway_tls_key) {
                (Some(certificate), Some(key)) => CertificateSource::Files { certificate, key },
                (None, None) => CertificateSource::OwnAuthority(data_dir.to_owned()),
                _ => bail!("--gateway-tls-cert and --gateway-tls-key go together"),
            },
            workers: self.gateway_workers,
            max_connections: self.gateway_max_connections,
            max_connections_per_ip: self.gateway_max_connections_per_ip,
            access_log: self.gateway_access_log,
            balancers: self.balancers,
            geo_db: self.geo_db.unwrap_or_default(),
        })
    }
}

fn listen(flag: &str, text: &str) -> anyhow::Result<Listen> {
    if text == "off" {
        return Ok(Listen::Off);
    }
    let address = text
        .parse()
        .with_context(|| format!("{flag} is HOST:PORT or `off`, not {text:?}"))?;
    Ok(Listen::Named(address))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_address_that_nobody_named_may_be_taken() {
        let choice = GatewaySettings::default()
            .resolve(Path::new("/x"))
            .expect("sound");
        assert!(matches!(choice.listen, Listen::Default(_)));
        assert_eq!(choice.tls_listen, Listen::Off);
        let named = GatewaySettings {
            gateway_listen: Some("127.0.0.1:8080".to_owned()),
            ..GatewaySettings::default()
        };
        let choice = named
            .over(GatewaySettings::default())
            .resolve(Path::new("/x"))
            .expect("sound");
        assert!(matches!(choice.listen, Listen::Named(_)));
    }

    #[test]
    fn a_key_without_its_certificate_is_refused() {
        let settings = GatewaySettings {
            gateway_tls_key: Some("key.pem".into()),
            ..GatewaySettings::default()
        };
        assert!(settings.resolve(Path::new("/x")).is_err());
    }
}
