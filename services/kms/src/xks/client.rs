//! Requests to a proxy, signed, over TLS.
//!
//! A connection that has answered is kept for the next request to the same host. One that died in the meantime is
//! replaced once: all requests of the API may be repeated.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use haechi_sigv4::{Body, Signer};
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use parking_lot::Mutex;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{self, ClientConfig, RootCertStore};

use super::fault::ProxyFault;
use super::message::Refusal;

/// How long a proxy may take for one request, connecting included. AWS gives 250 ms; a proxy on a distant or a small
/// machine gets some more here.
const PATIENCE: Duration = Duration::from_secs(2);
/// More than the longest answer: a decrypted data key pair in base64, and room for unknown members.
const MAX_ANSWER: usize = 64 * 1024;
/// Idle connections kept for one host.
const MAX_IDLE: usize = 8;
/// The port of every proxy; the API has no place for another.
const PORT: u16 = 443;

type Connection = SendRequest<Full<Bytes>>;

/// What an operator may set about external key stores.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct XksOptions {
    /// A PEM file of certificate authorities that are trusted beside the system's.
    pub ca_file: Option<PathBuf>,
    /// Hosts of proxies whose address is given here instead of by DNS and port 443. TLS still proves the host.
    pub resolve: BTreeMap<String, SocketAddr>,
}

/// Options that cannot be followed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum XksOptionsError {
    /// The file of certificate authorities is not readable PEM.
    #[error("cannot read the certificate authorities for external key stores from {path}: {reason}")]
    CaFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// TLS cannot be set up.
    #[error("cannot set up TLS for external key stores: {0}")]
    Tls(#[from] rustls::Error),
}

/// A proxy, with the secret that signs requests to it.
pub(crate) struct Proxy {
    host: String,
    path: String,
    signer: Signer,
}

impl Proxy {
    /// The proxy at `endpoint` (`https://<host>`) and `path`.
    pub(crate) fn new(endpoint: &str, path: &str, access_key_id: &str, secret: &str, region: &str) -> Self {
        Self {
            host: endpoint.strip_prefix("https://").unwrap_or(endpoint).to_owned(),
            path: path.to_owned(),
            signer: Signer::new(access_key_id, secret, region, "kms-xks-proxy"),
        }
    }

    fn request(&self, tail: &str, body: &Bytes, now_ms: i64) -> Result<Request<Full<Bytes>>, http::Error> {
        let path = format!("{}{tail}", self.path);
        let mut headers = HeaderMap::new();
        headers.insert(HOST, HeaderValue::from_str(&self.host)?);
        self.signer
            .sign("POST", &path, "", &mut headers, Body::Bytes(body), now_ms)?;
        if let Some(authorization) = headers.get_mut(AUTHORIZATION) {
            authorization.set_sensitive(true);
        }
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let mut request = Request::builder()
            .method(Method::POST)
            .uri(path)
            .body(Full::new(body.clone()))?;
        *request.headers_mut() = headers;
        Ok(request)
    }
}

/// The client of all proxies.
pub(crate) struct XksClient {
    tls: TlsConnector,
    resolve: BTreeMap<String, SocketAddr>,
    idle: Mutex<HashMap<String, Vec<Connection>>>,
}

impl XksClient {
    pub(crate) fn new(options: &XksOptions) -> Result<Self, XksOptionsError> {
        let mut roots = RootCertStore::empty();
        let native = rustls_native_certs::load_native_certs();
        for error in &native.errors {
            tracing::debug!(%error, "a system certificate store was not read");
        }
        roots.add_parsable_certificates(native.certs);
        if let Some(path) = &options.ca_file {
            add_authorities(&mut roots, path)?;
        }
        let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self {
            tls: TlsConnector::from(Arc::new(config)),
            resolve: options.resolve.clone(),
            idle: Mutex::default(),
        })
    }

    /// Sends a request to `<path><tail>` and reads the answer.
    pub(crate) async fn ask<A: DeserializeOwned>(
        &self,
        proxy: &Proxy,
        tail: &str,
        request: &(impl Serialize + Sync),
        now_ms: i64,
    ) -> Result<A, ProxyFault> {
        let body = Bytes::from(serde_json::to_vec(request).map_err(|_| ProxyFault::Malformed)?);
        let (status, answer) = timeout(PATIENCE, self.exchange(proxy, tail, &body, now_ms))
            .await
            .unwrap_or(Err(ProxyFault::Timeout))?;
        read(status, &answer)
    }

    async fn exchange(
        &self,
        proxy: &Proxy,
        tail: &str,
        body: &Bytes,
        now_ms: i64,
    ) -> Result<(StatusCode, Bytes), ProxyFault> {
        let request = || {
            proxy
                .request(tail, body, now_ms)
                .map_err(|_| ProxyFault::Malformed)
        };
        if let Some(mut kept) = self.kept(&proxy.host) {
            if let Ok(answer) = kept.send_request(request()?).await {
                return self.finish(proxy, kept, answer).await;
            }
        }
        let mut fresh = self.connect(&proxy.host).await?;
        let answer = fresh
            .send_request(request()?)
            .await
            .map_err(|_| ProxyFault::Malformed)?;
        self.finish(proxy, fresh, answer).await
    }

    /// Reads the answer to its end, then keeps the connection.
    async fn finish(
        &self,
        proxy: &Proxy,
        connection: Connection,
        answer: Response<Incoming>,
    ) -> Result<(StatusCode, Bytes), ProxyFault> {
        let status = answer.status();
        let body = Limited::new(answer.into_body(), MAX_ANSWER)
            .collect()
            .await
            .map_err(|_| ProxyFault::Malformed)?
            .to_bytes();
        let mut idle = self.idle.lock();
        let kept = idle.entry(proxy.host.clone()).or_default();
        if kept.len() < MAX_IDLE {
            kept.push(connection);
        }
        Ok((status, body))
    }

    fn kept(&self, host: &str) -> Option<Connection> {
        let mut idle = self.idle.lock();
        let kept = idle.get_mut(host)?;
        std::iter::from_fn(|| kept.pop()).find(Connection::is_ready)
    }

    async fn connect(&self, host: &str) -> Result<Connection, ProxyFault> {
        let name = ServerName::try_from(host.to_owned()).map_err(|_| ProxyFault::Unreachable)?;
        let stream = self.dial(host).await.map_err(|error| {
            tracing::debug!(host, %error, "no connection to an external key store proxy");
            ProxyFault::Unreachable
        })?;
        stream.set_nodelay(true).map_err(|_| ProxyFault::Unreachable)?;
        let stream = self.tls.connect(name, stream).await.map_err(|error| {
            tracing::debug!(host, %error, "no TLS with an external key store proxy");
            ProxyFault::Tls
        })?;
        let (sender, connection) = handshake(TokioIo::new(stream))
            .await
            .map_err(|_| ProxyFault::Unreachable)?;
        // Ends with the connection, which ends when its sender is dropped.
        #[expect(
            clippy::disallowed_methods,
            reason = "it ends with its connection, which ends when its sender is dropped"
        )]
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection to an external key store proxy broke");
            }
        });
        Ok(sender)
    }

    async fn dial(&self, host: &str) -> io::Result<TcpStream> {
        match self.resolve.get(host) {
            Some(address) => TcpStream::connect(address).await,
            None => TcpStream::connect((host, PORT)).await,
        }
    }
}

fn add_authorities(roots: &mut RootCertStore, path: &Path) -> Result<(), XksOptionsError> {
    let refused = |reason: String| XksOptionsError::CaFile {
        path: path.to_owned(),
        reason,
    };
    let found = CertificateDer::pem_file_iter(path).map_err(|error| refused(error.to_string()))?;
    let mut count = 0;
    for certificate in found {
        let certificate = certificate.map_err(|error| refused(error.to_string()))?;
        roots
            .add(certificate)
            .map_err(|error| refused(error.to_string()))?;
        count += 1;
    }
    if count == 0 {
        return Err(refused("it holds no certificate".into()));
    }
    Ok(())
}

/// The answer, or the refusal that the proxy names.
fn read<A: DeserializeOwned>(status: StatusCode, answer: &[u8]) -> Result<A, ProxyFault> {
    if status == StatusCode::OK {
        return serde_json::from_slice(answer).map_err(|_| ProxyFault::Malformed);
    }
    let refusal: Option<Refusal> = serde_json::from_slice(answer).ok();
    let fault = refusal.and_then(|refusal| ProxyFault::named(&refusal.error_name));
    Err(fault.unwrap_or(ProxyFault::Malformed))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxy() -> Proxy {
        Proxy::new(
            "https://xks.example.com",
            "/nile/kms/xks/v1",
            "HGIE2BUAFNDMBCMSQVWL",
            "VU6W2byoiBrhDqNGbx703oL0syCAmhlQgwNUT123456",
            "eu-north-1",
        )
    }

    fn authorization(tail: &str, body: &'static [u8]) -> String {
        let request = proxy()
            .request(tail, &Bytes::from_static(body), 1_700_000_000_000)
            .unwrap();
        request.headers()[AUTHORIZATION].to_str().unwrap().to_owned()
    }

    #[test]
    fn a_request_is_signed_for_the_service_kms_xks_proxy_as_the_specification_has_it() {
        let request = proxy()
            .request("/health", &Bytes::from_static(b"{}"), 1_700_000_000_000)
            .unwrap();
        assert_eq!(request.uri().path(), "/nile/kms/xks/v1/health");
        assert_eq!(request.headers()[HOST], "xks.example.com");
        let signed = "AWS4-HMAC-SHA256 Credential=HGIE2BUAFNDMBCMSQVWL/20231114/eu-north-1/kms-xks-proxy/aws4_request, \
                      SignedHeaders=host;x-amz-date, Signature=";
        assert!(authorization("/health", b"{}").starts_with(signed));
    }

    #[test]
    fn the_signature_covers_path_and_body() {
        let signature = authorization("/health", b"{}");
        assert_ne!(signature, authorization("/keys/k1/encrypt", b"{}"));
        assert_ne!(signature, authorization("/health", b"{ }"));
    }

    #[test]
    fn a_refusal_is_known_by_its_name_and_all_else_is_malformed() {
        let refused = |body: &[u8]| read::<Refusal>(StatusCode::NOT_FOUND, body).unwrap_err();
        let named = br#"{"errorName":"KeyNotFoundException","errorMessage":"no"}"#;
        assert_eq!(refused(named), ProxyFault::KeyNotFound);
        assert_eq!(refused(b"<html>"), ProxyFault::Malformed);
        assert_eq!(refused(br#"{"errorName":"Surprise"}"#), ProxyFault::Malformed);
        let answer = read::<Refusal>(StatusCode::OK, b"[]").unwrap_err();
        assert_eq!(answer, ProxyFault::Malformed);
    }
}
