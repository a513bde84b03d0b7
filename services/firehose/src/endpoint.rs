//! HTTP endpoints: one request per buffer, in Firehose's format.
//!
//! Source: Firehose developer guide, "Understand HTTP endpoint delivery request and response specifications": an
//! endpoint has taken a buffer if it answers 200 with JSON that names the request's id.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE, HOST, HeaderValue};
use http::{Method, Request, StatusCode, Uri};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::client::conn::http1::handshake;
use hyper_util::rt::TokioIo;
use serde::{Deserialize, Serialize};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{self, ClientConfig, RootCertStore};

/// How long an endpoint may take, connecting included. AWS gives three minutes at most.
const PATIENCE: Duration = Duration::from_mins(1);
/// The longest answer.
const MAX_ANSWER: usize = 1 << 20;

/// TLS can't be set up.
#[derive(Debug, thiserror::Error)]
#[error("cannot set up TLS for Firehose's endpoints: {0}")]
pub struct TlsError(#[from] rustls::Error);

/// Why an endpoint has not taken a buffer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum Refused {
    #[error("the URL is not usable")]
    Url,
    #[error("it was not reached: {0}")]
    Unreachable(#[from] std::io::Error),
    #[error("the connection broke: {0}")]
    Broken(#[from] hyper::Error),
    #[error("the request could not be made: {0}")]
    Request(#[from] http::Error),
    #[error("it did not answer in time")]
    TooSlow,
    #[error("it answered {0}: {1}")]
    Status(StatusCode, String),
    #[error("its answer does not name the request")]
    Answer,
}

/// A buffer on its way.
pub(crate) struct Delivery<'a> {
    pub(crate) url: &'a str,
    pub(crate) request_id: &'a str,
    pub(crate) source_arn: &'a str,
    pub(crate) access_key: Option<&'a str>,
    pub(crate) attributes: BTreeMap<String, String>,
    pub(crate) gzip: bool,
    pub(crate) at_ms: i64,
    /// In base64.
    pub(crate) records: Vec<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    request_id: &'a str,
    timestamp: i64,
    records: Vec<Record<'a>>,
}

#[derive(Serialize)]
struct Record<'a> {
    data: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Attributes<'a> {
    common_attributes: &'a BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    #[serde(default)]
    request_id: String,
}

/// The client of all endpoints.
pub(crate) struct Endpoints {
    tls: TlsConnector,
}

impl Endpoints {
    pub(crate) fn new() -> Result<Self, TlsError> {
        let mut roots = RootCertStore::empty();
        let native = rustls_native_certs::load_native_certs();
        for error in &native.errors {
            tracing::debug!(%error, "a system certificate store was not read");
        }
        roots.add_parsable_certificates(native.certs);
        let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self {
            tls: TlsConnector::from(Arc::new(config)),
        })
    }

    /// Sends a buffer; `Ok` means that the endpoint has taken it.
    pub(crate) async fn send(&self, delivery: &Delivery<'_>) -> Result<(), Refused> {
        let exchange = self.exchange(delivery);
        timeout(PATIENCE, exchange).await.map_err(|_| Refused::TooSlow)?
    }

    async fn exchange(&self, delivery: &Delivery<'_>) -> Result<(), Refused> {
        let uri: Uri = delivery.url.parse().map_err(|_| Refused::Url)?;
        let host = uri.host().ok_or(Refused::Url)?;
        if uri.scheme_str() != Some("https") {
            return Err(Refused::Url);
        }
        let bare = host.trim_matches(['[', ']']).to_owned();
        let name = ServerName::try_from(bare.clone()).map_err(|_| Refused::Url)?;
        let stream = TcpStream::connect((bare, uri.port_u16().unwrap_or(443))).await?;
        let stream = self.tls.connect(name, stream).await?;
        let (mut sender, connection) = handshake(TokioIo::new(stream)).await?;
        // Ends with the connection, which ends when its sender is dropped.
        #[expect(
            clippy::disallowed_methods,
            reason = "it ends with its connection, which ends when its sender is dropped"
        )]
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection to an endpoint broke");
            }
        });
        let response = sender.send_request(request(delivery, &uri)?).await?;
        let status = response.status();
        let body = Limited::new(response.into_body(), MAX_ANSWER).collect().await;
        let body = body.map_err(|_| Refused::Answer)?.to_bytes();
        if status != StatusCode::OK {
            let start = String::from_utf8_lossy(&body[..body.len().min(200)]).into_owned();
            return Err(Refused::Status(status, start));
        }
        match serde_json::from_slice::<Answer>(&body) {
            Ok(answer) if answer.request_id == delivery.request_id => Ok(()),
            _ => Err(Refused::Answer),
        }
    }
}

fn request(delivery: &Delivery<'_>, uri: &Uri) -> Result<Request<Full<Bytes>>, Refused> {
    let authority = uri.authority().ok_or(Refused::Url)?;
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let mut builder = Request::builder()
        .method(Method::POST)
        .uri(path)
        .header(HOST, authority.as_str())
        .header(CONTENT_TYPE, "application/json")
        .header("X-Amz-Firehose-Protocol-Version", "1.0")
        .header("X-Amz-Firehose-Request-Id", delivery.request_id)
        .header("X-Amz-Firehose-Source-Arn", delivery.source_arn);
    if let Some(key) = delivery.access_key {
        let mut value = HeaderValue::from_str(key).map_err(http::Error::from)?;
        value.set_sensitive(true);
        builder = builder.header("X-Amz-Firehose-Access-Key", value);
    }
    if !delivery.attributes.is_empty() {
        let attributes = Attributes {
            common_attributes: &delivery.attributes,
        };
        let json = serde_json::to_string(&attributes).unwrap_or_default();
        builder = builder.header("X-Amz-Firehose-Common-Attributes", json);
    }
    let body = body(delivery);
    let body = if delivery.gzip {
        builder = builder.header(CONTENT_ENCODING, "gzip");
        compressed(&body)?
    } else {
        body
    };
    Ok(builder.body(Full::new(body.into()))?)
}

fn body(delivery: &Delivery<'_>) -> Vec<u8> {
    let body = Body {
        request_id: delivery.request_id,
        timestamp: delivery.at_ms,
        records: delivery.records.iter().map(|data| Record { data }).collect(),
    };
    serde_json::to_vec(&body).unwrap_or_default()
}

fn compressed(body: &[u8]) -> Result<Vec<u8>, std::io::Error> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(body)?;
    encoder.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delivery(gzip: bool) -> Delivery<'static> {
        Delivery {
            url: "https://example.com:8443/take?a=1",
            request_id: "ed4acda5-034f-9f42-bba1-f29aea6d7d8f",
            source_arn: "arn:aws:firehose:eu-north-1:111122223333:deliverystream/s",
            access_key: Some("secret"),
            attributes: BTreeMap::from([("env".into(), "test".into())]),
            gzip,
            at_ms: 1_578_090_901_599,
            records: vec!["aGVsbG8="],
        }
    }

    /// The guide's example of a request.
    #[test]
    fn a_request_has_the_guides_form() {
        let delivery = delivery(false);
        let request = request(&delivery, &delivery.url.parse().unwrap()).unwrap();
        assert_eq!(request.uri(), "/take?a=1");
        let header = |name: &str| request.headers()[name].to_str().unwrap();
        assert_eq!(header("host"), "example.com:8443");
        assert_eq!(header("x-amz-firehose-protocol-version"), "1.0");
        assert_eq!(header("x-amz-firehose-request-id"), delivery.request_id);
        assert_eq!(header("x-amz-firehose-access-key"), "secret");
        assert_eq!(
            header("x-amz-firehose-common-attributes"),
            r#"{"commonAttributes":{"env":"test"}}"#
        );
        assert_eq!(
            String::from_utf8(body(&delivery)).unwrap(),
            r#"{"requestId":"ed4acda5-034f-9f42-bba1-f29aea6d7d8f","timestamp":1578090901599,"records":[{"data":"aGVsbG8="}]}"#
        );
    }

    #[test]
    fn a_compressed_request_says_so() {
        let delivery = delivery(true);
        let request = request(&delivery, &delivery.url.parse().unwrap()).unwrap();
        assert_eq!(request.headers()[CONTENT_ENCODING], "gzip");
        assert_eq!(compressed(b"x").unwrap()[..2], [0x1f, 0x8b]);
    }
}
