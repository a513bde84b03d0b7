//! How the way to the database is encrypted, and whose certificate is believed.
//!
//! The URL says it in libpq's words: `sslmode`, `sslrootcert`, `sslcert` and `sslkey`, with libpq's meaning, which is
//! that `require` encrypts and believes everybody unless a root certificate is named. Where libpq looks for root
//! certificates in the user's home, the system's are taken. Source: PostgreSQL's documentation, "SSL Support".

use std::{path::PathBuf, sync::Arc};

use haechi_store::StoreError;
use percent_encoding::percent_decode_str;
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
    client::{
        WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature},
};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime, pem::PemObject as _};
use tokio_postgres::config::SslMode;

/// What a URL says of encryption.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Tls {
    mode: Mode,
    root: Option<PathBuf>,
    certificate: Option<PathBuf>,
    key: Option<PathBuf>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Disable,
    #[default]
    Prefer,
    Require,
    VerifyCa,
    VerifyFull,
}

impl Tls {
    /// Takes the words of encryption out of a URL; what is left is for the client's parser, which knows fewer.
    pub(crate) fn take(url: &str) -> Result<(Self, String), StoreError> {
        let mut tls = Self::default();
        let Some((place, query)) = url.split_once('?') else {
            return Ok((tls, url.to_owned()));
        };
        let mut left = Vec::new();
        for pair in query.split('&') {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let value = percent_decode_str(value).decode_utf8_lossy();
            match name {
                "sslmode" => tls.mode = Mode::parse(&value)?,
                // libpq's word for the roots that the system believes.
                "sslrootcert" if value == "system" => tls.mode = Mode::VerifyFull,
                "sslrootcert" => tls.root = Some(PathBuf::from(&*value)),
                "sslcert" => tls.certificate = Some(PathBuf::from(&*value)),
                "sslkey" => tls.key = Some(PathBuf::from(&*value)),
                _ => left.push(pair),
            }
        }
        let url = if left.is_empty() {
            place.to_owned()
        } else {
            format!("{place}?{}", left.join("&"))
        };
        Ok((tls, url))
    }

    /// Whether the connection may, or must, be encrypted.
    pub(crate) fn mode(&self) -> SslMode {
        match self.mode {
            Mode::Disable => SslMode::Disable,
            Mode::Prefer => SslMode::Prefer,
            Mode::Require | Mode::VerifyCa | Mode::VerifyFull => SslMode::Require,
        }
    }

    /// What the handshake goes by. Fails if a file can't be read.
    pub(crate) fn client(&self) -> Result<ClientConfig, StoreError> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let verifier = ServerVerifier {
            chain: self.chain(&provider)?,
            name: self.mode == Mode::VerifyFull,
            provider: provider.clone(),
        };
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(open)?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier));
        match (&self.certificate, &self.key) {
            (None, None) => Ok(config.with_no_client_auth()),
            (Some(certificate), Some(key)) => {
                let chain = CertificateDer::pem_file_iter(certificate)
                    .and_then(Iterator::collect)
                    .map_err(|error| file(certificate, &error))?;
                let key = PrivateKeyDer::from_pem_file(key).map_err(|error| file(key, &error))?;
                config.with_client_auth_cert(chain, key).map_err(open)
            }
            _ => Err(StoreError::Open(
                "the store's URL must name sslcert and sslkey together".into(),
            )),
        }
    }

    /// Who checks that a certificate comes from a root, if anybody does.
    fn chain(&self, provider: &Arc<CryptoProvider>) -> Result<Option<Arc<WebPkiServerVerifier>>, StoreError> {
        let mut roots = RootCertStore::empty();
        match (&self.root, self.mode) {
            (Some(path), Mode::Require | Mode::VerifyCa | Mode::VerifyFull) => {
                let read =
                    CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
                for root in read.map_err(|error| file(path, &error))? {
                    roots.add(root).map_err(open)?;
                }
            }
            (None, Mode::VerifyCa | Mode::VerifyFull) => {
                roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            }
            _ => return Ok(None),
        }
        WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider.clone())
            .build()
            .map(Some)
            .map_err(open)
    }
}

impl Mode {
    fn parse(value: &str) -> Result<Self, StoreError> {
        Ok(match value {
            "disable" => Self::Disable,
            "allow" | "prefer" => Self::Prefer,
            "require" => Self::Require,
            "verify-ca" => Self::VerifyCa,
            "verify-full" => Self::VerifyFull,
            _ => {
                return Err(StoreError::Open(
                    "the store's sslmode must be disable, prefer, require, verify-ca or verify-full".into(),
                ));
            }
        })
    }
}

fn open(error: impl std::fmt::Display) -> StoreError {
    StoreError::Open(format!("the store's encryption: {error}"))
}

fn file(path: &std::path::Path, error: &rustls_pki_types::pem::Error) -> StoreError {
    open(format_args!("{}: {error}", path.display()))
}

/// Believes a certificate as far as the mode asks: anybody's, one of a root, or one of a root for this name.
#[derive(Debug)]
struct ServerVerifier {
    chain: Option<Arc<WebPkiServerVerifier>>,
    name: bool,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for ServerVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let Some(chain) = &self.chain else {
            return Ok(ServerCertVerified::assertion());
        };
        match chain.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now) {
            Err(Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) if !self.name => Ok(ServerCertVerified::assertion()),
            verdict => verdict,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_encryption_leave_the_url() {
        let (tls, url) = Tls::take(
            "postgres://haechi@db/haechi?sslmode=verify-full&connect_timeout=3&sslrootcert=%2Fetc%2Fca.pem",
        )
        .unwrap();
        assert_eq!(url, "postgres://haechi@db/haechi?connect_timeout=3");
        assert_eq!(tls.mode, Mode::VerifyFull);
        assert_eq!(tls.root, Some(PathBuf::from("/etc/ca.pem")));
    }

    #[test]
    fn a_url_without_them_prefers_encryption() {
        let (tls, url) = Tls::take("postgres://haechi@db/haechi").unwrap();
        assert_eq!(
            (tls, url.as_str()),
            (Tls::default(), "postgres://haechi@db/haechi")
        );
    }

    #[test]
    fn an_unknown_mode_is_refused() {
        assert!(Tls::take("postgres://haechi@db/haechi?sslmode=mostly").is_err());
    }
}
