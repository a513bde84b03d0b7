//! What one verified request costs: KMS Encrypt of 32 bytes as an SDK sends it, with the derived key cached.

use divan::{Bencher, black_box};
use haechi_sigv4::{Body, ErrorStyle, Parsed, RequestView, Rules, Signer, SigningKey, SigningKeys, verify};
use http::{HeaderMap, HeaderValue};

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const NOW_MS: i64 = 1_440_938_160_000;

fn main() {
    divan::main();
}

fn body(plaintext: usize) -> Vec<u8> {
    let key = "1234abcd-12ab-34cd-56ef-1234567890ab";
    format!(
        r#"{{"KeyId":"{key}","Plaintext":"{}"}}"#,
        "A".repeat(plaintext.div_ceil(3) * 4)
    )
    .into_bytes()
}

fn signed(body: &[u8]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in [
        ("host", "kms.ap-northeast-2.amazonaws.com"),
        ("content-type", "application/x-amz-json-1.1"),
        ("x-amz-target", "TrentService.Encrypt"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    let signer = Signer::new("AKIDEXAMPLE", SECRET, "ap-northeast-2", "kms");
    signer
        .sign("POST", "/", "", &mut headers, Body::Bytes(body), NOW_MS)
        .expect("valid headers");
    headers.insert(
        "user-agent",
        HeaderValue::from_static("aws-sdk-rust/1.3.9 os/linux lang/rust/1.95.0"),
    );
    headers.insert("accept", HeaderValue::from_static("*/*"));
    headers
}

/// Parse, look the key up, verify.
#[divan::bench(args = [32, 1024, 4096])]
fn header_signature(bencher: Bencher<'_, '_>, plaintext: usize) {
    let body = body(plaintext);
    let headers = signed(&body);
    let view = RequestView {
        method: "POST",
        path: "/",
        query: "",
        headers: &headers,
        authority: None,
    };
    let keys = SigningKeys::new(1024);
    let rules = Rules::of(ErrorStyle::AwsJson);
    bencher.bench(|| {
        let parsed = Parsed::from_request(black_box(&view))
            .expect("well formed")
            .expect("signed");
        let key = keys.signing_key(&parsed, SECRET);
        verify(&parsed, &view, Body::Bytes(&body), &key, NOW_MS, rules).expect("valid");
    });
}

/// A presigned GetCallerIdentity.
#[divan::bench]
fn presigned(bencher: Bencher<'_, '_>) {
    let signer = Signer::new("AKIDEXAMPLE", SECRET, "us-east-1", "sts");
    let query = signer
        .presign(
            "GET",
            "sts.amazonaws.com",
            "/",
            "Action=GetCallerIdentity&Version=2011-06-15",
            60,
            NOW_MS,
        )
        .expect("valid headers");
    let mut headers = HeaderMap::new();
    headers.insert("host", HeaderValue::from_static("sts.amazonaws.com"));
    let view = RequestView {
        method: "GET",
        path: "/",
        query: &query,
        headers: &headers,
        authority: None,
    };
    let keys = SigningKeys::new(1024);
    let rules = Rules::of(ErrorStyle::Query);
    bencher.bench(|| {
        let parsed = Parsed::from_request(black_box(&view))
            .expect("well formed")
            .expect("signed");
        let key = keys.signing_key(&parsed, SECRET);
        verify(&parsed, &view, Body::Bytes(b""), &key, NOW_MS, rules).expect("valid");
    });
}

/// Signing as a client does.
#[divan::bench]
fn sign(bencher: Bencher<'_, '_>) {
    let body = body(32);
    let signer = Signer::new("AKIDEXAMPLE", SECRET, "ap-northeast-2", "kms");
    let unsigned = signed(&body);
    bencher.bench(|| {
        let mut headers = unsigned.clone();
        signer
            .sign("POST", "/", "", &mut headers, Body::Bytes(&body), NOW_MS)
            .expect("valid headers");
        headers
    });
}

/// What the cache saves.
#[divan::bench]
fn derive_key() -> SigningKey {
    SigningKey::derive(black_box(SECRET), "20150830", "us-east-1", "kms")
}
