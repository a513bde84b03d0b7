//! The whole generator against a small server in this process that verifies every signature.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use haechi_bench::credentials::Credentials;
use haechi_bench::operation::Operation;
use haechi_bench::run::{Limit, Outcome, now_ms, run};
use haechi_bench::setup::{Target, prepare};
use haechi_sigv4::{Body, ErrorStyle, Parsed, RequestView, Rules, SigningKeys, verify};
use http::{HeaderMap, HeaderName, HeaderValue};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use zeroize::Zeroizing;

/// How the server behaves.
#[derive(Clone, Copy, PartialEq)]
enum Manner {
    /// Keeps connections open.
    KeepAlive,
    /// Closes after each answer, without saying so before.
    HangsUp,
}

struct Seen {
    requests: AtomicU64,
    bad_signatures: AtomicU64,
}

async fn serve(listener: TcpListener, manner: Manner, seen: Arc<Seen>) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::task::spawn_local(answer_all(stream, manner, Arc::clone(&seen)));
    }
}

async fn answer_all(stream: TcpStream, manner: Manner, seen: Arc<Seen>) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let mut headers = HeaderMap::new();
        loop {
            let mut line = String::new();
            stream.read_line(&mut line).await?;
            let Some((name, value)) = line.trim_end().split_once(": ") else {
                break;
            };
            let name = HeaderName::try_from(name).expect("a header name");
            headers.append(name, HeaderValue::from_str(value).expect("a header value"));
        }
        let length: usize = headers["content-length"]
            .to_str()
            .expect("text")
            .parse()
            .expect("a number");
        let mut body = vec![0; length];
        stream.read_exact(&mut body).await?;
        seen.requests.fetch_add(1, Ordering::Relaxed);
        let (status, body) = if is_valid(&headers, &body) {
            (200, answer(&headers))
        } else {
            seen.bad_signatures.fetch_add(1, Ordering::Relaxed);
            (400, r#"{"__type":"InvalidSignatureException"}"#)
        };
        let answer = format!(
            "HTTP/1.1 {status} X\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(answer.as_bytes()).await?;
        if manner == Manner::HangsUp {
            return Ok(());
        }
    }
}

fn is_valid(headers: &HeaderMap, body: &[u8]) -> bool {
    let view = RequestView {
        method: "POST",
        path: "/",
        query: "",
        headers,
        authority: None,
    };
    let Ok(Some(parsed)) = Parsed::from_request(&view) else {
        return false;
    };
    let key = SigningKeys::new(1).signing_key(&parsed, "secret");
    verify(
        &parsed,
        &view,
        Body::Bytes(body),
        &key,
        now_ms(),
        Rules::of(ErrorStyle::AwsJson),
    )
    .is_ok()
}

fn answer(headers: &HeaderMap) -> &'static str {
    match headers.get("x-amz-target").map(HeaderValue::as_bytes) {
        Some(b"TrentService.CreateKey") => {
            r#"{"KeyMetadata":{"KeyId":"1234abcd-12ab-34cd-56ef-1234567890ab","AWSAccountId":"111122223333"}}"#
        }
        Some(b"TrentService.Encrypt") => r#"{"CiphertextBlob":"AAAA"}"#,
        Some(b"TrentService.DeleteAlias") => "",
        _ => "{}",
    }
}

/// 60 requests over 3 connections; what the generator and the server counted.
async fn load(operation: Operation, manner: Manner, secret: &str) -> (Outcome, Arc<Seen>) {
    let seen = Arc::new(Seen {
        requests: AtomicU64::new(0),
        bad_signatures: AtomicU64::new(0),
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().expect("bound").port();
    tokio::task::spawn_local(serve(listener, manner, Arc::clone(&seen)));
    let mut target = Target {
        endpoint: format!("http://127.0.0.1:{port}").parse().expect("valid"),
        credentials: Credentials {
            access_key_id: "AKIDEXAMPLE".into(),
            secret_access_key: Zeroizing::new("secret".into()),
            session_token: None,
        },
        region: "ap-northeast-2".into(),
        operation,
        payload: 32,
        key_id: None,
        key_spec: "ECC_NIST_P256".into(),
    };
    let calls = prepare(&target, 3).await.expect("the server answers");
    target.credentials.secret_access_key = Zeroizing::new(secret.to_owned());
    (run(&target, calls, Limit::Requests(60)).await, seen)
}

/// Runs a test on one thread that also drives the server.
fn on_one_thread(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    tokio::task::LocalSet::new().block_on(&runtime, test);
}

#[test]
fn every_request_of_every_operation_is_answered_and_counted() {
    on_one_thread(async {
        use Operation::{
            CreateAlias, CreateKey, Decrypt, Encrypt, GenerateDataKey, GetCallerIdentity, PutKeyPolicy, Sign,
        };
        for operation in [
            Encrypt,
            GenerateDataKey,
            Decrypt,
            Sign,
            CreateKey,
            CreateAlias,
            PutKeyPolicy,
            GetCallerIdentity,
        ] {
            let (outcome, seen) = load(operation, Manner::KeepAlive, "secret").await;
            assert_eq!(
                outcome.latencies.count(),
                60,
                "{operation:?}: {:?}",
                outcome.first_error
            );
            assert_eq!((outcome.failed(), outcome.opened), (0, 3), "{operation:?}");
            assert!(seen.requests.load(Ordering::Relaxed) >= 60);
            assert_eq!(seen.bad_signatures.load(Ordering::Relaxed), 0);
        }
    });
}

#[test]
fn a_server_that_hangs_up_is_connected_to_again() {
    on_one_thread(async {
        let (outcome, _) = load(Operation::Encrypt, Manner::HangsUp, "secret").await;
        assert_eq!(
            (outcome.latencies.count(), outcome.failed()),
            (60, 0),
            "{:?}",
            outcome.first_error
        );
        assert_eq!(outcome.opened, 60);
    });
}

#[test]
fn refusals_are_counted_by_code() {
    on_one_thread(async {
        let (outcome, seen) = load(Operation::Encrypt, Manner::KeepAlive, "wrong").await;
        assert_eq!(
            (
                outcome.latencies.count(),
                outcome.errors["InvalidSignatureException"]
            ),
            (0, 60)
        );
        assert_eq!(seen.bad_signatures.load(Ordering::Relaxed), 60);
    });
}
