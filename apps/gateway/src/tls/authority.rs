//! Our own authority: certificates for whatever is served, without asking anybody.
//!
//! Its key and certificate lie in the data directory; whoever trusts the certificate there trusts every front.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer,
    KeyPair, KeyUsagePurpose,
};
use tokio_rustls::rustls::crypto::aws_lc_rs::sign::any_ecdsa_type;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::sign::CertifiedKey;

/// The authority could not be read or made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuthorityError {
    /// The file can't be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// The key in the file is none, or a certificate can't be made.
    #[error("the gateway's authority: {0}; remove its files to have a new one made")]
    Certificate(#[from] rcgen::Error),
    /// TLS can't use what was made.
    #[error("the gateway's certificate: {0}")]
    Tls(#[from] tokio_rustls::rustls::Error),
}

pub(super) struct Authority {
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    /// Opens the authority in this directory, or makes one: `gateway-ca.pem` to be trusted, `gateway-ca.key`.
    pub(super) fn open_or_make(directory: &Path) -> Result<Self, AuthorityError> {
        let (key_path, certificate_path) =
            (directory.join("gateway-ca.key"), directory.join("gateway-ca.pem"));
        let key = match std::fs::read_to_string(&key_path) {
            Ok(text) => KeyPair::from_pem(&text)?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let key = KeyPair::generate()?;
                let certificate = parameters().self_signed(&key)?;
                write(&key_path, &key.serialize_pem(), 0o600)?;
                write(&certificate_path, &certificate.pem(), 0o644)?;
                key
            }
            Err(source) => {
                return Err(AuthorityError::Io {
                    path: key_path,
                    source,
                });
            }
        };
        Ok(Self {
            issuer: Issuer::new(parameters(), key),
        })
    }

    /// A certificate for these names or addresses.
    pub(super) fn issue(&self, names: &[String]) -> Result<Arc<CertifiedKey>, AuthorityError> {
        let mut wanted = CertificateParams::new(names.to_vec())?;
        let mut subject = DistinguishedName::new();
        if let Some(first) = names.first().filter(|name| name.len() <= 64) {
            subject.push(DnType::CommonName, first.as_str());
        }
        wanted.distinguished_name = subject;
        wanted.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        wanted.use_authority_key_identifier_extension = true;
        let key = KeyPair::generate()?;
        let certificate = wanted.signed_by(&key, &self.issuer)?;
        let private = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let signer = any_ecdsa_type(&private)?;
        Ok(Arc::new(CertifiedKey::new(
            vec![certificate.der().clone()],
            signer,
        )))
    }
}

/// The authority's own certificate is always made of these, so that its key alone brings it back.
fn parameters() -> CertificateParams {
    let mut parameters = CertificateParams::default();
    let mut subject = DistinguishedName::new();
    subject.push(DnType::CommonName, "Haechi gateway CA");
    parameters.distinguished_name = subject;
    parameters.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    parameters
}

fn write(path: &Path, text: &str, mode: u32) -> Result<(), AuthorityError> {
    let failed = |source| AuthorityError::Io {
        path: path.to_owned(),
        source,
    };
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(mode)
        .open(path)
        .map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(failed)
}
