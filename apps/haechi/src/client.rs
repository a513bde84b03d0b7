//! A signed request to a running server's `/_haechi/…`, over plain HTTP or TLS.

use std::path::Path;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, bail};
use bytes::Bytes;
use haechi_sigv4::{Body, Signer};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::SendRequest;
use hyper_util::rt::TokioIo;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, ServerName};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use crate::credentials_file;

/// Posts `body` to `/_haechi/<path>` as the management account's root.
pub(crate) async fn post(
    data_dir: &Path,
    endpoint: &str,
    path: &str,
    body: &serde_json::Value,
) -> anyhow::Result<serde_json::Value> {
    let profile = credentials_file::read(data_dir, "root")?;
    let uri: http::Uri = endpoint
        .parse()
        .with_context(|| format!("{endpoint} is not a URL"))?;
    let tls = match uri.scheme_str() {
        Some("http") => false,
        Some("https") => true,
        _ => bail!("{endpoint} is neither http:// nor https://"),
    };
    let authority = uri.authority().context("the endpoint names no host")?.clone();
    let address = format!("{}:{}", authority.host(), authority.port_u16().unwrap_or(4566));
    let stream = TcpStream::connect(&address)
        .await
        .with_context(|| format!("no server answers at {address}; is `haechi serve` running?"))?;
    let mut sender = if tls {
        let name = ServerName::try_from(authority.host().trim_matches(['[', ']']).to_owned())?;
        let stream = connector()?.connect(name, stream).await.with_context(|| {
            format!("the TLS certificate of {address} is not trusted; AWS_CA_BUNDLE names its CA")
        })?;
        handshake(stream).await?
    } else {
        handshake(stream).await?
    };

    let bytes = Bytes::from(serde_json::to_vec(body)?);
    let path = format!("/_haechi/{path}");
    let mut request = http::Request::post(&path)
        .header(http::header::HOST, authority.as_str())
        .header(http::header::CONTENT_TYPE, "application/json")
        .body(Full::new(bytes.clone()))?;
    #[expect(clippy::disallowed_methods, reason = "a command signs for a server elsewhere")]
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis();
    let signer = Signer::new(
        &profile.access_key_id,
        &profile.secret_access_key,
        "us-east-1",
        "haechi",
    );
    signer.sign(
        "POST",
        &path,
        "",
        request.headers_mut(),
        Body::Bytes(&bytes),
        i64::try_from(now)?,
    )?;

    let response = sender
        .send_request(request)
        .await
        .context("the server broke off")?;
    let status = response.status();
    let text = response.into_body().collect().await?.to_bytes();
    let answer: serde_json::Value = serde_json::from_slice(&text)
        .with_context(|| format!("{endpoint} answered {status}; is it a Haechi server?"))?;
    if !status.is_success() {
        bail!("{}", answer["error"].as_str().unwrap_or("the server refused"));
    }
    Ok(answer)
}

async fn handshake<S>(stream: S) -> anyhow::Result<SendRequest<Full<Bytes>>>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    #[expect(
        clippy::disallowed_methods,
        reason = "it ends with its connection, which ends when its sender is dropped"
    )]
    tokio::spawn(connection);
    Ok(sender)
}

/// Trusts the CAs in the file that `AWS_CA_BUNDLE` names, as AWS's own tools do, or else those of the system.
fn connector() -> anyhow::Result<TlsConnector> {
    let mut roots = RootCertStore::empty();
    #[expect(clippy::disallowed_methods, reason = "the variable of AWS's own tools")]
    if let Some(bundle) = std::env::var_os("AWS_CA_BUNDLE") {
        let certificates = CertificateDer::pem_file_iter(&bundle)
            .with_context(|| format!("cannot read the certificates in {}", bundle.display()))?;
        for certificate in certificates {
            roots.add(certificate?)?;
        }
    } else {
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    }
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}
