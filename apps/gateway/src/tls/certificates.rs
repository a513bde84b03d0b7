//! Which certificate a client gets.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use arc_swap::ArcSwap;
use parking_lot::Mutex;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::{self, ServerConfig};

use super::authority::{Authority, AuthorityError};

/// Certificates that are kept ready.
const MOST_ISSUED: usize = 1_000;

/// Where certificates come from.
#[derive(Debug, Clone)]
pub enum CertificateSource {
    /// PEM files: a chain and its key. They are read again when they change.
    Files {
        /// The chain.
        certificate: PathBuf,
        /// The key.
        key: PathBuf,
    },
    /// An authority of our own, whose files lie in this directory.
    OwnAuthority(PathBuf),
}

/// There is no certificate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CertificateError {
    /// A file can't be read as PEM.
    #[error("{}: {source}", path.display())]
    Pem {
        /// The file.
        path: PathBuf,
        /// Why.
        source: tokio_rustls::rustls::pki_types::pem::Error,
    },
    /// Certificate and key don't go together, or TLS can't use them.
    #[error("{}: {source}", path.display())]
    Unusable {
        /// The certificate's file.
        path: PathBuf,
        /// Why.
        source: rustls::Error,
    },
    /// Our own authority failed.
    #[error(transparent)]
    Authority(#[from] AuthorityError),
    /// TLS could not be set up.
    #[error("TLS: {0}")]
    Tls(#[from] rustls::Error),
}

/// Certificates by server name, replaced while connections go on.
pub struct Certificates(Kind);

#[allow(clippy::large_enum_variant, reason = "there is one per gateway")]
enum Kind {
    Files {
        certificate: PathBuf,
        key: PathBuf,
        present: ArcSwap<CertifiedKey>,
        read: Mutex<[Option<SystemTime>; 2]>,
    },
    Issued {
        authority: Authority,
        default: Arc<CertifiedKey>,
        issued: Mutex<HashMap<String, Arc<CertifiedKey>>>,
        /// Whether something is served under a name; for others nothing is made.
        served: Box<dyn Fn(&str) -> bool + Send + Sync>,
    },
}

impl Certificates {
    /// Opens the source. `served` says which names are worth a certificate of our own authority.
    pub fn open(
        source: &CertificateSource,
        served: impl Fn(&str) -> bool + Send + Sync + 'static,
    ) -> Result<Self, CertificateError> {
        Ok(Self(match source {
            CertificateSource::Files { certificate, key } => Kind::Files {
                present: ArcSwap::from(read(certificate, key)?),
                read: Mutex::new([modified(certificate), modified(key)]),
                certificate: certificate.clone(),
                key: key.clone(),
            },
            CertificateSource::OwnAuthority(directory) => {
                let authority = Authority::open_or_make(directory)?;
                let default =
                    authority.issue(&["localhost".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned()])?;
                Kind::Issued {
                    authority,
                    default,
                    issued: Mutex::default(),
                    served: Box::new(served),
                }
            }
        }))
    }

    /// Reads changed files again; what can't be read leaves the old ones in use.
    pub fn refresh(&self) {
        let Kind::Files {
            certificate,
            key,
            present,
            read: times,
        } = &self.0
        else {
            return;
        };
        let now = [modified(certificate), modified(key)];
        let mut times = times.lock();
        if *times == now {
            return;
        }
        *times = now;
        match read(certificate, key) {
            Ok(new) => {
                present.store(new);
                tracing::info!(certificate = %certificate.display(), "the gateway's certificate was replaced");
            }
            Err(error) => {
                tracing::error!(%error, "the gateway's new certificate can't be used; the old one stays");
            }
        }
    }

    fn of(&self, name: Option<&str>) -> Option<Arc<CertifiedKey>> {
        match &self.0 {
            Kind::Files { present, .. } => Some(present.load_full()),
            Kind::Issued {
                authority,
                default,
                issued,
                served,
            } => {
                let Some(name) = name.filter(|name| served(name)) else {
                    return Some(Arc::clone(default));
                };
                if let Some(known) = issued.lock().get(name) {
                    return Some(Arc::clone(known));
                }
                let made = authority.issue(&[name.to_owned()]).ok()?;
                let mut issued = issued.lock();
                if issued.len() >= MOST_ISSUED {
                    issued.clear();
                }
                issued.insert(name.to_owned(), Arc::clone(&made));
                Some(made)
            }
        }
    }

    /// TLS for servers with these certificates, HTTP/2 before HTTP/1.1.
    pub fn server_config(self: &Arc<Self>) -> Result<Arc<ServerConfig>, CertificateError> {
        let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(Arc::clone(self) as Arc<dyn ResolvesServerCert>);
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        self.of(hello.server_name())
    }
}

impl std::fmt::Debug for Certificates {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Certificates(…)")
    }
}

fn modified(path: &Path) -> Option<SystemTime> {
    std::fs::metadata(path).and_then(|file| file.modified()).ok()
}

fn read(certificate: &Path, key: &Path) -> Result<Arc<CertifiedKey>, CertificateError> {
    let pem = |path: &Path| {
        let path = path.to_owned();
        move |source| CertificateError::Pem { path, source }
    };
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(certificate)
        .and_then(Iterator::collect)
        .map_err(pem(certificate))?;
    let private = PrivateKeyDer::from_pem_file(key).map_err(pem(key))?;
    let made = CertifiedKey::from_der(chain, private, &aws_lc_rs::default_provider()).map_err(|source| {
        CertificateError::Unusable {
            path: certificate.to_owned(),
            source,
        }
    })?;
    Ok(Arc::new(made))
}
