//! New connections to servers.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use tokio_rustls::rustls::crypto::{
    CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature,
};
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::{self, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};

use crate::board::{Origin, Place, Trust};
use crate::body::RequestBody;

/// A load balancer waits ten seconds for a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// The longest head of a response.
const LONGEST_HEAD: usize = 64 * 1024;

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConnectError {
    #[error("no answer within {CONNECT_TIMEOUT:?}")]
    TimedOut,
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error("{0:?} is no server name")]
    Name(String),
    #[error(transparent)]
    Http(#[from] hyper::Error),
}

/// Makes connections.
#[derive(Clone)]
pub(crate) struct Connector {
    any: Tls,
    verified: Tls,
}

/// TLS with and without HTTP/2.
#[derive(Clone)]
struct Tls {
    http1: Arc<ClientConfig>,
    http2: Arc<ClientConfig>,
}

impl Connector {
    /// With these authorities for servers whose certificates are checked.
    pub(crate) fn new(roots: RootCertStore) -> Result<Self, rustls::Error> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let builder = || {
            ClientConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions()
        };
        let any = builder()?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(NoQuestions(Arc::clone(&provider))))
            .with_no_client_auth();
        let verified = builder()?.with_root_certificates(roots).with_no_client_auth();
        let both = |config: ClientConfig| {
            let mut http2 = config.clone();
            http2.alpn_protocols = vec![b"h2".to_vec()];
            Tls {
                http1: Arc::new(config),
                http2: Arc::new(http2),
            }
        };
        Ok(Self {
            any: both(any),
            verified: both(verified),
        })
    }

    pub(crate) async fn connect_http1(
        &self,
        origin: &Origin,
    ) -> Result<http1::SendRequest<RequestBody>, ConnectError> {
        let mut builder = http1::Builder::new();
        builder
            .max_buf_size(LONGEST_HEAD * 2)
            .max_header_size(LONGEST_HEAD);
        let stream = timed(tcp(origin)).await?;
        match self.tls(origin)? {
            None => {
                let (sender, connection) = builder.handshake(TokioIo::new(stream)).await?;
                drive(connection.with_upgrades());
                Ok(sender)
            }
            Some((tls, name)) => {
                let stream = timed(async { Ok(tls.connect(name, stream).await?) }).await?;
                let (sender, connection) = builder.handshake(TokioIo::new(stream)).await?;
                drive(connection.with_upgrades());
                Ok(sender)
            }
        }
    }

    pub(super) async fn connect_http2(
        &self,
        origin: &Origin,
    ) -> Result<http2::SendRequest<RequestBody>, ConnectError> {
        let mut builder = http2::Builder::new(TokioExecutor::new());
        builder.max_header_list_size(LONGEST_HEAD as u32);
        let stream = timed(tcp(origin)).await?;
        match self.tls(origin)? {
            None => {
                let (sender, connection) = builder.handshake(TokioIo::new(stream)).await?;
                drive(connection);
                Ok(sender)
            }
            Some((tls, name)) => {
                let stream = timed(async { Ok(tls.connect(name, stream).await?) }).await?;
                let (sender, connection) = builder.handshake(TokioIo::new(stream)).await?;
                drive(connection);
                Ok(sender)
            }
        }
    }

    fn tls(&self, origin: &Origin) -> Result<Option<(TlsConnector, ServerName<'static>)>, ConnectError> {
        let tls = match origin.tls {
            None => return Ok(None),
            Some(Trust::Any) => &self.any,
            Some(Trust::Verified) => &self.verified,
        };
        let config = if origin.http2 { &tls.http2 } else { &tls.http1 };
        let name = match &origin.place {
            Place::Address(address) => ServerName::IpAddress(address.ip().into()),
            Place::Name(name, _) => {
                ServerName::try_from(name.to_string()).map_err(|_| ConnectError::Name(name.to_string()))?
            }
        };
        Ok(Some((TlsConnector::from(Arc::clone(config)), name)))
    }
}

/// The connection lives in a task of its own, on this thread.
fn drive(connection: impl Future<Output = hyper::Result<()>> + Send + 'static) {
    #[expect(
        clippy::disallowed_methods,
        reason = "it ends with its connection, which ends when its sender is dropped"
    )]
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a connection to a server ended");
        }
    });
}

async fn tcp(origin: &Origin) -> Result<TcpStream, ConnectError> {
    let stream = match &origin.place {
        Place::Address(address) => TcpStream::connect(address).await?,
        Place::Name(name, port) => TcpStream::connect((&**name, *port)).await?,
    };
    stream.set_nodelay(true)?;
    Ok(stream)
}

async fn timed<T>(connecting: impl Future<Output = Result<T, ConnectError>>) -> Result<T, ConnectError> {
    tokio::time::timeout(CONNECT_TIMEOUT, connecting)
        .await
        .unwrap_or(Err(ConnectError::TimedOut))
}

/// Takes every certificate, as load balancers do with targets: the network between is trusted, and TLS there only
/// keeps it from being read. Signatures of the handshake are still checked.
#[derive(Debug)]
struct NoQuestions(Arc<CryptoProvider>);

impl ServerCertVerifier for NoQuestions {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(
            message,
            certificate,
            signed,
            &self.0.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(
            message,
            certificate,
            signed,
            &self.0.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
