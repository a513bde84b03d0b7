//! Settings: a file, overruled by the environment, overruled by flags.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Args;
use haechi_core::{AccountId, Region};
use haechi_kms::XksOptions;
use serde::Deserialize;

use crate::gateway_config::{GatewayChoice, GatewaySettings};

/// Every setting, each of which may be left out.
#[derive(Debug, Clone, Default, Args, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(crate) struct Settings {
    /// Where state lives [default: ./haechi-data]
    #[arg(long, env = "HAECHI_DATA_DIR")]
    data_dir: Option<PathBuf>,
    /// Address of all services [default: 127.0.0.1:4566]
    #[arg(long, env = "HAECHI_LISTEN")]
    listen: Option<SocketAddr>,
    /// The management account [default: 000000000000]
    #[arg(long, env = "HAECHI_ACCOUNT_ID")]
    account_id: Option<String>,
    /// The Region of unsigned calls and of the printed profile [default: us-east-1]
    #[arg(long, env = "HAECHI_REGION")]
    region: Option<String>,
    /// Regions that are served; none named serves all
    #[arg(long, env = "HAECHI_REGIONS", value_delimiter = ',')]
    regions: Option<Vec<String>>,
    /// `sqlite` in the data directory, or a postgres:// URL that several nodes share (`?sslmode=verify-full` etc. as libpq) [default: sqlite]
    #[arg(long, env = "HAECHI_STORE", hide_env_values = true)]
    store: Option<String>,
    /// What seals the root key: `file`, `passphrase` or `pkcs11` [default: file]
    #[arg(long, env = "HAECHI_SEAL")]
    seal: Option<String>,
    /// For the seal `passphrase`: a file that holds it
    #[arg(long, env = "HAECHI_SEAL_PASSPHRASE_FILE")]
    seal_passphrase_file: Option<PathBuf>,
    /// For the seal `file`: where its key is kept [default: DIR/seal.key]
    #[arg(long, env = "HAECHI_SEAL_KEY_FILE")]
    seal_key_file: Option<PathBuf>,
    /// For the seal `pkcs11`: the HSM's library
    #[arg(long, env = "HAECHI_SEAL_PKCS11_MODULE")]
    seal_pkcs11_module: Option<PathBuf>,
    /// For the seal `pkcs11`: the token's label
    #[arg(long, env = "HAECHI_SEAL_PKCS11_TOKEN")]
    seal_pkcs11_token: Option<String>,
    /// For the seal `pkcs11`: a file that holds the token's PIN
    #[arg(long, env = "HAECHI_SEAL_PKCS11_PIN_FILE")]
    seal_pkcs11_pin_file: Option<PathBuf>,
    /// Accounts, users, keys and aliases to make at start, as TOML
    #[arg(long, env = "HAECHI_SEED")]
    seed: Option<PathBuf>,
    /// `durable`: an audit record is on disk before its answer leaves; `relaxed`: soon after [default: durable]
    #[arg(long, env = "HAECHI_AUDIT")]
    audit: Option<String>,
    /// PEM certificate chain; all connections then speak TLS
    #[arg(long, env = "HAECHI_TLS_CERT")]
    tls_cert: Option<PathBuf>,
    /// PEM private key of the certificate
    #[arg(long, env = "HAECHI_TLS_KEY")]
    tls_key: Option<PathBuf>,
    /// Address of Prometheus metrics; `off` for none [default: 127.0.0.1:0, printed at start]
    #[arg(long, env = "HAECHI_METRICS_LISTEN")]
    metrics_listen: Option<String>,
    /// An OIDC issuer whose tokens AssumeRoleWithWebIdentity takes, as URL=JWKS-FILE; may be repeated
    #[arg(long, env = "HAECHI_OIDC_ISSUER", value_delimiter = ',')]
    oidc_issuer: Option<Vec<String>>,
    /// PEM certificate authorities of external key store proxies, trusted beside the system's
    #[arg(long, env = "HAECHI_XKS_CA_FILE")]
    xks_ca_file: Option<PathBuf>,
    /// Where the proxy of an external key store is, instead of by DNS at port 443, as HOST=ADDRESS:PORT; may be repeated
    #[arg(long, env = "HAECHI_XKS_RESOLVE", value_delimiter = ',')]
    xks_resolve: Option<Vec<String>>,
    /// Serve plain HTTP on an address that others can reach
    #[arg(long, env = "HAECHI_INSECURE_PLAIN_HTTP", num_args = 0..=1, default_missing_value = "true")]
    insecure_plain_http: Option<bool>,
    /// Take every signature: the access key id alone says who calls
    #[arg(long, env = "HAECHI_INSECURE_ACCEPT_ANY_SIGNATURE", num_args = 0..=1, default_missing_value = "true")]
    insecure_accept_any_signature: Option<bool>,
    /// Honour the tags _custom_id_ and _custom_key_material_ on CreateKey
    #[arg(long, env = "HAECHI_ALLOW_CUSTOM_IDS", num_args = 0..=1, default_missing_value = "true")]
    allow_custom_ids: Option<bool>,
    /// Let `haechi clock advance` move the server's clock
    #[arg(long, env = "HAECHI_SIMULATE_TIME", num_args = 0..=1, default_missing_value = "true")]
    simulate_time: Option<bool>,
    /// Enforce the services' published request quotas
    #[arg(long, env = "HAECHI_THROTTLE", num_args = 0..=1, default_missing_value = "true")]
    throttle: Option<bool>,
    /// In a file, the table `[gateway]`.
    #[command(flatten)]
    gateway: GatewaySettings,
}

/// Settings with their defaults, each known to make sense.
#[derive(Debug, Clone)]
pub(crate) struct Config {
    pub(crate) data_dir: PathBuf,
    pub(crate) listen: SocketAddr,
    pub(crate) account: AccountId,
    pub(crate) region: Region,
    pub(crate) regions: Vec<Region>,
    pub(crate) store: StoreChoice,
    pub(crate) seal: SealChoice,
    pub(crate) seed: Option<PathBuf>,
    pub(crate) durable_audit: bool,
    pub(crate) tls: Option<(PathBuf, PathBuf)>,
    pub(crate) metrics: Option<SocketAddr>,
    pub(crate) oidc_issuers: Vec<(String, PathBuf)>,
    pub(crate) xks: XksOptions,
    pub(crate) accept_any_signature: bool,
    pub(crate) allow_custom_ids: bool,
    pub(crate) simulate_time: bool,
    pub(crate) throttle: bool,
    pub(crate) gateway: GatewayChoice,
}

/// Where state lives.
#[derive(Debug, Clone)]
pub(crate) enum StoreChoice {
    Sqlite,
    Postgres(String),
}

impl StoreChoice {
    pub(crate) fn parse(text: &str) -> anyhow::Result<Self> {
        match text {
            "sqlite" => Ok(Self::Sqlite),
            url if url.starts_with("postgres://") || url.starts_with("postgresql://") => {
                Ok(Self::Postgres(url.to_owned()))
            }
            _ => bail!("--store is `sqlite` or a postgres:// URL"),
        }
    }
}

/// What seals the root key.
#[derive(Debug, Clone)]
pub(crate) enum SealChoice {
    File(PathBuf),
    Passphrase(PathBuf),
    Pkcs11 {
        module: PathBuf,
        token: String,
        pin_file: PathBuf,
    },
}

impl SealChoice {
    /// The method's name in the sealed record.
    pub(crate) const fn method(&self) -> &'static str {
        match self {
            Self::File(_) => "key-file",
            Self::Passphrase(_) => "passphrase",
            Self::Pkcs11 { .. } => "pkcs11",
        }
    }
}

impl Settings {
    /// Reads the file, if there is one, and puts `self` (environment and flags) over it.
    pub(crate) fn over_file(self, file: Option<&Path>) -> anyhow::Result<Config> {
        let below = match file {
            Some(path) => {
                let text = std::fs::read_to_string(path)
                    .with_context(|| format!("cannot read the configuration file {}", path.display()))?;
                toml::from_str(&text).with_context(|| format!("{} is not a configuration", path.display()))?
            }
            None => Settings::default(),
        };
        self.over(below).resolve()
    }

    fn over(self, below: Self) -> Self {
        Self {
            data_dir: self.data_dir.or(below.data_dir),
            listen: self.listen.or(below.listen),
            account_id: self.account_id.or(below.account_id),
            region: self.region.or(below.region),
            regions: self.regions.or(below.regions),
            store: self.store.or(below.store),
            seal: self.seal.or(below.seal),
            seal_passphrase_file: self.seal_passphrase_file.or(below.seal_passphrase_file),
            seal_key_file: self.seal_key_file.or(below.seal_key_file),
            seal_pkcs11_module: self.seal_pkcs11_module.or(below.seal_pkcs11_module),
            seal_pkcs11_token: self.seal_pkcs11_token.or(below.seal_pkcs11_token),
            seal_pkcs11_pin_file: self.seal_pkcs11_pin_file.or(below.seal_pkcs11_pin_file),
            seed: self.seed.or(below.seed),
            audit: self.audit.or(below.audit),
            tls_cert: self.tls_cert.or(below.tls_cert),
            tls_key: self.tls_key.or(below.tls_key),
            metrics_listen: self.metrics_listen.or(below.metrics_listen),
            oidc_issuer: self.oidc_issuer.or(below.oidc_issuer),
            xks_ca_file: self.xks_ca_file.or(below.xks_ca_file),
            xks_resolve: self.xks_resolve.or(below.xks_resolve),
            insecure_plain_http: self.insecure_plain_http.or(below.insecure_plain_http),
            insecure_accept_any_signature: self
                .insecure_accept_any_signature
                .or(below.insecure_accept_any_signature),
            allow_custom_ids: self.allow_custom_ids.or(below.allow_custom_ids),
            simulate_time: self.simulate_time.or(below.simulate_time),
            throttle: self.throttle.or(below.throttle),
            gateway: self.gateway.over(below.gateway),
        }
    }

    fn resolve(self) -> anyhow::Result<Config> {
        // Absolute, so that what is printed can be pasted anywhere.
        let data_dir = std::path::absolute(self.data_dir.clone().unwrap_or_else(|| "./haechi-data".into()))?;
        let listen = self.listen.unwrap_or_else(|| ([127, 0, 0, 1], 4566).into());
        let tls = match (self.tls_cert.clone(), self.tls_key.clone()) {
            (Some(cert), Some(key)) => Some((cert, key)),
            (None, None) => None,
            _ => bail!("--tls-cert and --tls-key go together"),
        };
        if tls.is_none() && !is_loopback(listen.ip()) && self.insecure_plain_http != Some(true) {
            bail!(
                "{listen} can be reached by others and would speak plain HTTP: give --tls-cert and --tls-key, \
                 or --insecure-plain-http if something in front speaks TLS"
            );
        }
        let durable_audit = match self.audit.as_deref() {
            None | Some("durable") => true,
            Some("relaxed") => false,
            Some(other) => bail!("--audit is `durable` or `relaxed`, not {other:?}"),
        };
        let seal = self.seal_choice(&data_dir)?;
        Ok(Config {
            account: AccountId::parse(self.account_id.as_deref().unwrap_or("000000000000"))?,
            region: Region::parse(self.region.as_deref().unwrap_or("us-east-1"))?,
            regions: self
                .regions
                .unwrap_or_default()
                .iter()
                .map(|name| Region::parse(name))
                .collect::<Result<_, _>>()?,
            store: StoreChoice::parse(self.store.as_deref().unwrap_or("sqlite"))?,
            seal,
            seed: self.seed,
            durable_audit,
            tls,
            metrics: match self.metrics_listen.as_deref() {
                Some("off") => None,
                None => Some(([127, 0, 0, 1], 0).into()),
                Some(address) => Some(
                    address
                        .parse()
                        .context("--metrics-listen is HOST:PORT or `off`")?,
                ),
            },
            oidc_issuers: self
                .oidc_issuer
                .unwrap_or_default()
                .iter()
                .map(|entry| {
                    let (url, file) = entry.rsplit_once('=').context("--oidc-issuer is URL=JWKS-FILE")?;
                    Ok((url.to_owned(), file.into()))
                })
                .collect::<anyhow::Result<_>>()?,
            xks: XksOptions {
                ca_file: self.xks_ca_file,
                resolve: addresses(&self.xks_resolve.unwrap_or_default())?,
            },
            accept_any_signature: self.insecure_accept_any_signature.unwrap_or(false),
            allow_custom_ids: self.allow_custom_ids.unwrap_or(false),
            simulate_time: self.simulate_time.unwrap_or(false),
            throttle: self.throttle.unwrap_or(false),
            gateway: self.gateway.resolve(&data_dir)?,
            data_dir,
            listen,
        })
    }

    fn seal_choice(&self, data_dir: &Path) -> anyhow::Result<SealChoice> {
        Ok(match self.seal.as_deref() {
            None | Some("file") => SealChoice::File(
                self.seal_key_file
                    .clone()
                    .unwrap_or_else(|| data_dir.join("seal.key")),
            ),
            Some("passphrase") => SealChoice::Passphrase(
                self.seal_passphrase_file
                    .clone()
                    .context("--seal passphrase needs --seal-passphrase-file")?,
            ),
            Some("pkcs11") => SealChoice::Pkcs11 {
                module: self
                    .seal_pkcs11_module
                    .clone()
                    .context("--seal pkcs11 needs --seal-pkcs11-module")?,
                token: self
                    .seal_pkcs11_token
                    .clone()
                    .context("--seal pkcs11 needs --seal-pkcs11-token")?,
                pin_file: self
                    .seal_pkcs11_pin_file
                    .clone()
                    .context("--seal pkcs11 needs --seal-pkcs11-pin-file")?,
            },
            Some(other) => bail!("--seal is `file`, `passphrase` or `pkcs11`, not {other:?}"),
        })
    }
}

/// HOST=ADDRESS:PORT of each proxy.
fn addresses(entries: &[String]) -> anyhow::Result<BTreeMap<String, SocketAddr>> {
    let address = |entry: &String| {
        let (host, address) = entry.split_once('=')?;
        Some((host.to_owned(), address.parse().ok()?))
    };
    let found = entries.iter().map(address).collect::<Option<_>>();
    found.context("--xks-resolve is HOST=ADDRESS:PORT")
}

fn is_loopback(ip: IpAddr) -> bool {
    ip.is_loopback()
}
