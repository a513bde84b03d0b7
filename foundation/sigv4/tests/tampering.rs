//! Whatever is changed after signing, the request is refused.

use haechi_sigv4::{
    Body, ErrorStyle, Explain, Kind, Parsed, RequestView, Rules, SigError, Signer, SigningKeys,
    UNSIGNED_PAYLOAD, verify,
};
use http::{HeaderMap, HeaderName, HeaderValue};

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const NOW_MS: i64 = 1_440_938_160_000; // 2015-08-30T12:36:00Z

/// A request that a test may bend.
#[derive(Clone)]
struct Request {
    method: &'static str,
    path: String,
    query: String,
    headers: HeaderMap,
    body: Vec<u8>,
    now_ms: i64,
    secret: &'static str,
    rules: Rules,
}

impl Request {
    fn set(&mut self, name: &'static str, value: &str) {
        let value = HeaderValue::from_str(value).expect("a header value");
        self.headers.insert(HeaderName::from_static(name), value);
    }

    /// Replaces text within a header.
    fn respell(&mut self, name: &'static str, from: &str, to: &str) {
        let old = self.headers[name].to_str().expect("text").to_owned();
        assert!(old.contains(from), "{old} has no {from}");
        self.set(name, &old.replace(from, to));
    }

    fn judge(&self) -> Result<(), SigError> {
        let view = RequestView {
            method: self.method,
            path: &self.path,
            query: &self.query,
            headers: &self.headers,
            authority: None,
        };
        let parsed = Parsed::from_request(&view)?.ok_or(SigError::MissingAuthenticationToken)?;
        let key = SigningKeys::new(1).signing_key(&parsed, self.secret);
        verify(
            &parsed,
            &view,
            Body::Bytes(&self.body),
            &key,
            self.now_ms,
            self.rules,
        )
    }
}

fn bare(style: ErrorStyle) -> Request {
    let mut request = Request {
        method: "POST",
        path: "/v1/keys/a%20b".to_owned(),
        query: "b=2&a=1&a=0".to_owned(),
        headers: HeaderMap::new(),
        body: b"{\"KeyId\":\"alias/a\"}".to_vec(),
        now_ms: NOW_MS,
        secret: SECRET,
        rules: Rules::of(style),
    };
    request.set("host", "kms.us-east-1.amazonaws.com");
    request.set("content-type", "application/x-amz-json-1.1");
    request.set("x-amz-target", "TrentService.Encrypt");
    request
}

fn signer(service: &str) -> Signer {
    Signer::new("AKIDEXAMPLE", SECRET, "us-east-1", service)
}

fn sign(request: &mut Request, signer: &Signer) {
    let Request {
        method,
        path,
        query,
        headers,
        body,
        ..
    } = request;
    signer
        .sign(method, path, query, headers, Body::Bytes(body), NOW_MS)
        .expect("valid headers");
}

fn signed() -> Request {
    let mut request = bare(ErrorStyle::AwsJson);
    sign(&mut request, &signer("kms").with_session_token("token"));
    request
}

fn presigned() -> Request {
    let mut request = bare(ErrorStyle::Query);
    request.method = "GET";
    request.body.clear();
    request.headers.remove("x-amz-target");
    request.query = signer("sts")
        .with_session_token("a/token+")
        .presign(
            "GET",
            "kms.us-east-1.amazonaws.com",
            &request.path,
            &request.query,
            1800,
            NOW_MS,
        )
        .expect("valid headers");
    request
}

fn s3(payload_hash: Option<&str>) -> Request {
    let mut request = bare(ErrorStyle::S3);
    request.headers.remove("x-amz-target");
    if let Some(hash) = payload_hash {
        request.set("x-amz-content-sha256", hash);
    }
    sign(&mut request, &signer("s3"));
    request
}

const MISMATCH: SigError = SigError::Mismatch { explanation: None };

#[test]
fn untouched_requests_are_accepted() {
    assert_eq!(signed().judge(), Ok(()));
    assert_eq!(presigned().judge(), Ok(()));
    assert_eq!(s3(None).judge(), Ok(()));
    assert_eq!(s3(Some(UNSIGNED_PAYLOAD)).judge(), Ok(()));
}

#[test]
fn every_signed_part_of_a_header_signed_request_is_bound() {
    type Change = (&'static str, fn(&mut Request));
    let changes: [Change; 17] = [
        ("method", |r| r.method = "PUT"),
        ("path", |r| r.path = "/v1/keys/a%20c".into()),
        ("path, decoded once", |r| r.path = "/v1/keys/a b".into()),
        ("path, encoded once more", |r| r.path = "/v1/keys/a%2520b".into()),
        ("query value", |r| r.query = "b=2&a=1&a=3".into()),
        ("query name", |r| r.query = "c=2&a=1&a=0".into()),
        ("query parameter added", |r| r.query.push_str("&c=3")),
        ("query parameter dropped", |r| r.query = "b=2&a=1".into()),
        ("host", |r| r.set("host", "kms.eu-north-1.amazonaws.com")),
        ("content-type", |r| {
            r.set("content-type", "application/x-amz-json-1.0");
        }),
        ("target", |r| r.set("x-amz-target", "TrentService.Decrypt")),
        ("target repeated", |r| {
            r.headers
                .append("x-amz-target", HeaderValue::from_static("TrentService.Decrypt"));
        }),
        ("session token", |r| r.set("x-amz-security-token", "other")),
        ("signed header dropped", |r| {
            drop(r.headers.remove("content-type"));
        }),
        ("body", |r| r.body = b"{\"KeyId\":\"alias/b\"}".to_vec()),
        ("body dropped", |r| r.body.clear()),
        ("secret", |r| r.secret = "another"),
    ];
    for (what, change) in changes {
        let mut request = signed();
        change(&mut request);
        assert_eq!(request.judge(), Err(MISMATCH), "{what}");
    }
}

#[test]
fn every_part_of_the_authorization_header_is_bound() {
    let changes = [
        ("us-east-1", "us-east-2"),
        ("/kms/", "/sts/"),
        ("content-type;host", "host"),
        ("Signature=", "Signature=0"),
        ("content-type;host", "host;content-type"),
        ("content-type;host", "content-type;host;host"),
        ("content-type;host", "Content-Type;host"),
    ];
    for (from, to) in changes {
        let mut request = signed();
        request.respell("authorization", from, to);
        assert_eq!(request.judge(), Err(MISMATCH), "{from} -> {to}");
    }
}

#[test]
fn every_single_digit_of_the_signature_counts() {
    let request = signed();
    let value = request.headers["authorization"]
        .to_str()
        .expect("text")
        .to_owned();
    let (head, digits) = value.split_at(value.len() - 64);
    for at in 0..64 {
        let mut changed = digits.as_bytes().to_vec();
        changed[at] = if changed[at] == b'0' { b'1' } else { b'0' };
        let mut request = request.clone();
        request.set(
            "authorization",
            &format!("{head}{}", String::from_utf8_lossy(&changed)),
        );
        assert_eq!(request.judge(), Err(MISMATCH), "digit {at}");
    }
    let mut request = request.clone();
    request.set("authorization", &format!("{head}{}", digits.to_uppercase()));
    assert_eq!(request.judge(), Err(MISMATCH), "upper case");
}

#[test]
fn the_date_is_bound() {
    let mut request = signed();
    request.set("x-amz-date", "20150830T123601Z");
    assert_eq!(request.judge(), Err(MISMATCH));
}

#[test]
fn a_scope_of_another_day_is_refused() {
    let mut request = signed();
    request.respell("authorization", "/20150830/", "/20150831/");
    assert_eq!(
        request
            .judge()
            .expect_err("another day")
            .message(ErrorStyle::AwsJson),
        "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20150831' != \
         '20150830', from '20150830T123600Z'. "
    );
}

#[test]
fn an_unsigned_amz_header_is_refused() {
    let mut request = signed();
    request.set("x-amz-acl", "public-read");
    assert_eq!(
        request
            .judge()
            .expect_err("unsigned")
            .message(ErrorStyle::AwsJson),
        "'x-amz-acl' must be a 'SignedHeader' in the AWS Authorization."
    );
    let mut request = signed();
    request.respell("authorization", ";x-amz-target", "");
    assert_eq!(
        request.judge(),
        Err(SigError::UnsignedHeader("'x-amz-target'".into()))
    );
}

#[test]
fn an_unsigned_host_is_refused() {
    let mut request = signed();
    request.respell("authorization", "host;", "");
    assert_eq!(
        request
            .judge()
            .expect_err("unsigned host")
            .message(ErrorStyle::Query),
        "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."
    );
}

#[test]
fn repeated_headers_of_the_signature_are_refused() {
    for name in [
        "authorization",
        "x-amz-date",
        "x-amz-security-token",
        "x-amz-content-sha256",
        "host",
    ] {
        let mut request = signed();
        request.headers.append(name, HeaderValue::from_static("a"));
        request.headers.append(name, HeaderValue::from_static("b"));
        assert!(request.judge().is_err(), "{name}");
    }
}

#[test]
fn a_token_may_be_added_after_signing() {
    let mut request = bare(ErrorStyle::AwsJson);
    sign(&mut request, &signer("kms"));
    request.set("x-amz-security-token", "added later");
    assert_eq!(request.judge(), Ok(()));

    let mut request = presigned();
    request.query = signer("sts")
        .presign(
            "GET",
            "kms.us-east-1.amazonaws.com",
            &request.path,
            "",
            60,
            NOW_MS,
        )
        .expect("valid headers");
    request.query.push_str("&X-Amz-Security-Token=added%20later");
    assert_eq!(request.judge(), Ok(()));
}

#[test]
fn unsigned_payload_is_refused_outside_s3() {
    let mut request = bare(ErrorStyle::AwsJson);
    request.set("x-amz-content-sha256", UNSIGNED_PAYLOAD);
    sign(&mut request, &signer("kms"));
    assert_eq!(request.judge(), Err(MISMATCH));
}

#[test]
fn a_declared_hash_must_be_that_of_the_body() {
    let mut request = s3(None);
    request.body.push(b' ');
    assert_eq!(request.judge(), Err(SigError::PayloadHashMismatch));
    let mut request = s3(None);
    request.set("x-amz-content-sha256", UNSIGNED_PAYLOAD);
    assert_eq!(request.judge(), Err(MISMATCH));
    let mut request = s3(None);
    request.headers.remove("x-amz-content-sha256");
    assert_eq!(request.judge(), Err(SigError::PayloadHashMissing));
    let mut request = s3(None);
    request.set("x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD");
    assert_eq!(request.judge(), Err(SigError::ChunkedPayload));
}

#[test]
fn every_part_of_a_presigned_url_is_bound() {
    let changes = [
        ("b=2", "b=3"),
        ("a=1", "a=1&c=3"),
        ("X-Amz-Expires=1800", "X-Amz-Expires=604800"),
        ("20150830T123600Z", "20150830T123601Z"),
        ("us-east-1", "us-west-1"),
        ("%2Fsts%2F", "%2Fkms%2F"),
        ("a%2Ftoken", "b%2Ftoken"),
        ("X-Amz-Signature=", "X-Amz-Signature=0"),
    ];
    for (from, to) in changes {
        let mut request = presigned();
        assert!(request.query.contains(from), "{from}");
        request.query = request.query.replace(from, to);
        assert_eq!(request.judge(), Err(MISMATCH), "{from} -> {to}");
    }
    let mut request = presigned();
    request.method = "POST";
    assert_eq!(request.judge(), Err(MISMATCH), "method");
    let mut request = presigned();
    request.body = b"Action=DeleteUser".to_vec();
    assert_eq!(request.judge(), Err(MISMATCH), "body");
    let mut request = presigned();
    request.set("host", "evil.example");
    assert_eq!(request.judge(), Err(MISMATCH), "host");
    let mut request = presigned();
    request.set("x-amz-target", "TrentService.Decrypt");
    assert_eq!(
        request.judge(),
        Err(SigError::UnsignedHeader("'x-amz-target'".into()))
    );
}

#[test]
fn two_signatures_are_refused() {
    let mut request = signed();
    request.query = presigned().query;
    assert_eq!(request.judge(), Err(SigError::TwoSignatures));
}

#[test]
fn respelled_queries_are_the_same_request() {
    let mut request = signed();
    request.query = "%61=0&b=%32&a=1".to_owned();
    assert_eq!(request.judge(), Ok(()));
}

#[test]
fn the_clock_rule_is_told_in_awss_words() {
    let mut request = signed();
    request.now_ms = NOW_MS + 300_999;
    assert_eq!(request.judge(), Ok(()));
    request.now_ms = NOW_MS + 301_000;
    assert_eq!(
        request.judge(),
        Err(SigError::Expired(
            "Signature expired: 20150830T123600Z is now earlier than 20150830T123601Z (20150830T124101Z - 5 min.)".into()
        ))
    );
    request.now_ms = NOW_MS - 300_000;
    assert_eq!(request.judge(), Ok(()));
    request.now_ms = NOW_MS - 300_001;
    assert_eq!(
        request.judge(),
        Err(SigError::NotYetCurrent(
            "Signature not yet current: 20150830T123600Z is still later than 20150830T123559Z (20150830T123059Z + 5 \
             min.)"
                .into()
        ))
    );
}

#[test]
fn a_presigned_url_lives_its_own_time_or_the_skew_if_that_is_longer() {
    let mut request = presigned();
    request.now_ms = NOW_MS + 1_800_000;
    assert_eq!(request.judge(), Ok(()));
    request.now_ms += 1000;
    assert!(matches!(request.judge(), Err(SigError::Expired(_))));

    let mut request = presigned();
    request.query = signer("sts")
        .presign(
            "GET",
            "kms.us-east-1.amazonaws.com",
            &request.path,
            "",
            60,
            NOW_MS,
        )
        .expect("valid headers");
    request.now_ms = NOW_MS + 900_000;
    assert_eq!(request.judge(), Ok(()));
    request.now_ms += 1000;
    assert!(matches!(request.judge(), Err(SigError::Expired(_))));
}

#[test]
fn s3_takes_a_presigned_urls_time_strictly_and_its_body_unsigned() {
    let mut request = presigned();
    request.rules = Rules::of(ErrorStyle::S3);
    assert_eq!(request.rules.kind, Kind::S3);
    request.query = signer("s3")
        .presign(
            "GET",
            "kms.us-east-1.amazonaws.com",
            &request.path,
            "",
            60,
            NOW_MS,
        )
        .expect("valid headers");
    request.body = b"anything".to_vec();
    request.now_ms = NOW_MS + 60_000;
    assert_eq!(request.judge(), Ok(()));
    request.now_ms += 1000;
    assert_eq!(request.judge(), Err(SigError::UrlExpired));
}

#[test]
fn a_mismatch_explains_itself_if_asked() {
    let mut request = signed();
    request.rules.explain = Explain::CanonicalRequest;
    request.body.clear();
    let text = request
        .judge()
        .expect_err("another body")
        .message(ErrorStyle::AwsJson);
    assert!(
        text.contains(
            "\n\nThe Canonical String for this request should have been\n'POST\n/v1/keys/a%2520b\n"
        ),
        "{text}"
    );
    assert!(
        text.contains("\n\nThe String-to-Sign should have been\n'AWS4-HMAC-SHA256\n20150830T123600Z\n"),
        "{text}"
    );
    assert!(!text.contains(SECRET));
}

#[test]
fn a_date_header_stands_in_for_the_amz_date() {
    // As an old signer does: `date` is there, `x-amz-date` is not.
    let mut request = bare(ErrorStyle::AwsJson);
    request.set("date", "Sun, 30 Aug 2015 12:36:00 GMT");
    sign(&mut request, &signer("kms"));
    let with_both = request.headers["authorization"].clone();
    assert_eq!(request.judge(), Ok(()));
    request.headers.remove("x-amz-date");
    assert_eq!(
        request.judge(),
        Err(MISMATCH),
        "the signed x-amz-date is gone: {with_both:?}"
    );
}
