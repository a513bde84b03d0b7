//! TLS in front: our own authority, HTTP/2, files that are replaced.

#![expect(clippy::disallowed_methods, reason = "tests wait for their tasks")]

mod support;

use std::sync::Arc;

use bytes::Bytes;
use haechi_gateway::tls::CertificateSource;
use http_body_util::{BodyExt as _, Full};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rcgen::KeyPair;
use serde_json::json;
use support::{Echo, HOST, LB, Running, balancer, block, protection};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

async fn connect(
    gateway: &Running,
    trusted: &[u8],
    name: &str,
    protocol: &[u8],
) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(trusted) {
        roots.add(certificate.expect("PEM")).expect("a certificate");
    }
    let mut config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![protocol.to_vec()];
    let stream = TcpStream::connect(gateway.tls_address.expect("TLS")).await?;
    let name = ServerName::try_from(name.to_owned()).expect("a name");
    TlsConnector::from(Arc::new(config)).connect(name, stream).await
}

async fn with_tls(snapshot: haechi_dataplane::Snapshot, source: CertificateSource) -> Running {
    Running::with(snapshot, |config| {
        let socket = std::net::TcpListener::bind("127.0.0.1:0").expect("a socket");
        config.tls = Some((socket, source));
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_trusts_our_authority_trusts_every_front_over_http2() {
    let directory = tempfile::tempdir().expect("a directory");
    let echo = Echo::start().await;
    let mut snapshot = balancer(&[echo.address]);
    // A fingerprint that is there and is not "x": what is not there would match, and so be let through.
    let mut limited = block(
        "ja4",
        9,
        "eA==",
        "EXACTLY",
        json!({ "JA4Fingerprint": { "FallbackBehavior": "MATCH" } }),
    );
    limited["Statement"] = json!({ "AndStatement": { "Statements": [
        { "NotStatement": { "Statement": limited["Statement"].clone() } },
        block("x", 0, "L2phNA==", "STARTS_WITH", json!({ "UriPath": {} }))["Statement"].clone(),
    ]}});
    snapshot.protections = vec![protection("1", LB, vec![limited])];
    let gateway = with_tls(
        snapshot,
        CertificateSource::OwnAuthority(directory.path().to_owned()),
    )
    .await;
    let trusted = std::fs::read(directory.path().join("gateway-ca.pem")).expect("the authority");

    let stream = connect(&gateway, &trusted, HOST, b"h2")
        .await
        .expect("a trusted connection");
    let (mut sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
            .await
            .expect("HTTP/2");
    tokio::spawn(connection);
    for (path, status) in [("/", 200), ("/admin", 403), ("/ja4", 403)] {
        let request = http::Request::get(format!("https://{HOST}{path}"))
            .header("cookie", "a=1")
            .header("cookie", "b=2")
            .body(Full::<Bytes>::default())
            .expect("a request");
        let response = sender.send_request(request).await.expect("a response");
        assert_eq!(response.status(), status, "{path}");
        let body = response.into_body().collect().await.expect("a body").to_bytes();
        let text = String::from_utf8_lossy(&body).into_owned();
        if status == 200 {
            for line in [
                "\r\nhost: shop.test\r\n",
                "\r\ncookie: a=1; b=2\r\n",
                "\r\nx-forwarded-proto: https\r\n",
            ] {
                assert!(text.contains(line), "{line:?} is not in {text}");
            }
        }
    }
    assert!(
        connect(&gateway, &trusted, "other.test", b"h2").await.is_err(),
        "nothing is served there"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn replaced_files_are_used_without_a_restart() {
    let directory = tempfile::tempdir().expect("a directory");
    let (certificate, key) = (directory.path().join("tls.pem"), directory.path().join("tls.key"));
    let write = || {
        let pair = KeyPair::generate().expect("a key");
        let made = rcgen::CertificateParams::new(vec![HOST.to_owned()])
            .expect("names")
            .self_signed(&pair)
            .expect("a certificate");
        std::fs::write(&key, pair.serialize_pem()).expect("written");
        std::fs::write(&certificate, made.pem()).expect("written");
        made.pem().into_bytes()
    };
    let first = write();
    let echo = Echo::start().await;
    let source = CertificateSource::Files {
        certificate: certificate.clone(),
        key: key.clone(),
    };
    let gateway = with_tls(balancer(&[echo.address]), source).await;
    connect(&gateway, &first, HOST, b"http/1.1")
        .await
        .expect("the first certificate");
    let second = write();
    for _ in 0..300 {
        if connect(&gateway, &second, HOST, b"http/1.1").await.is_ok() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the new certificate was never used");
}
