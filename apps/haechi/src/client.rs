//! A signed request to a running server's `/_haechi/…`.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, bail};
use bytes::Bytes;
use haechi_sigv4::{Body, Signer};
use http_body_util::{BodyExt as _, Full};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

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
    if uri.scheme_str() != Some("http") {
        bail!("this command speaks to a server over http:// on the same machine; {endpoint} is not");
    }
    let authority = uri.authority().context("the endpoint names no host")?.clone();
    let address = format!("{}:{}", authority.host(), authority.port_u16().unwrap_or(4566));
    let stream = TcpStream::connect(&address)
        .await
        .with_context(|| format!("no server answers at {address}; is `haechi serve` running?"))?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);

    let bytes = Bytes::from(serde_json::to_vec(body)?);
    let path = format!("/_haechi/{path}");
    let mut request = http::Request::post(&path)
        .header(http::header::HOST, authority.as_str())
        .header(http::header::CONTENT_TYPE, "application/json")
        .body(Full::new(bytes.clone()))?;
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
