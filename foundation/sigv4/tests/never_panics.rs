//! Whatever comes from outside gets an answer.

use haechi_sigv4::{
    Body, ErrorStyle, Parsed, RequestView, Rules, Signer, SigningKey, normalize_path, verify,
};
use http::{HeaderMap, HeaderName, HeaderValue};
use proptest::prelude::*;

const NOW_MS: i64 = 1_440_938_160_000;

/// Reads, verifies and words the refusal; true if the request was accepted.
fn judge(view: &RequestView<'_>, body: &[u8], now_ms: i64, style: ErrorStyle) -> bool {
    let rules = Rules::of(style);
    let key = SigningKey::derive("secret", "20150830", "us-east-1", "kms");
    let verdict = match Parsed::from_request(view) {
        Ok(None) => return false,
        Ok(Some(parsed)) => verify(&parsed, view, Body::Bytes(body), &key, now_ms, rules),
        Err(error) => Err(error),
    };
    let Err(error) = verdict else { return true };
    assert!(!error.code(style).is_empty() && !error.message(style).is_empty());
    assert!((400..600).contains(&error.http_status(style)));
    false
}

fn styles() -> impl Strategy<Value = ErrorStyle> {
    prop_oneof![
        Just(ErrorStyle::AwsJson),
        Just(ErrorStyle::RestJson),
        Just(ErrorStyle::Query),
        Just(ErrorStyle::Ec2),
        Just(ErrorStyle::S3),
    ]
}

/// Text that looks like a signature's, so that the deeper checks are met too.
fn fragments() -> impl Strategy<Value = String> {
    let fragment = prop_oneof![
        Just("AWS4-HMAC-SHA256 "),
        Just("Credential="),
        Just("AKID/20150830/us-east-1/kms/aws4_request"),
        Just("SignedHeaders="),
        Just("host"),
        Just(";x-amz-date"),
        Just("Signature="),
        Just("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        Just("20150830T123600Z"),
        Just(", "),
        Just("/"),
        Just("%"),
        Just("%zz"),
        Just("é"),
        Just("="),
        Just("&"),
        Just("X-Amz-Algorithm=AWS4-HMAC-SHA256"),
        Just("&X-Amz-Credential=AKID/20150830/us-east-1/kms/aws4_request"),
        Just("&X-Amz-Date=20150830T123600Z"),
        Just("&X-Amz-Expires="),
        Just("&X-Amz-SignedHeaders=host"),
        Just("&X-Amz-Signature="),
        Just("99999999999"),
    ];
    prop::collection::vec(fragment, 0..16).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn any_request_gets_a_verdict(
        path in ".{0,40}",
        query in prop_oneof![fragments(), ".{0,60}".boxed()],
        authorization in prop::option::of(prop_oneof![
            fragments().prop_map(String::into_bytes),
            prop::collection::vec(any::<u8>(), 0..80),
        ]),
        date in prop::option::of(prop_oneof![Just("20150830T123600Z".to_owned()), fragments()]),
        others in prop::collection::vec(("(x-amz-)?[a-z0-9-]{1,12}", prop::collection::vec(any::<u8>(), 0..20)), 0..4),
        body in prop::collection::vec(any::<u8>(), 0..40),
        now_ms in prop_oneof![Just(NOW_MS), any::<i64>()],
        style in styles(),
    ) {
        let mut headers = HeaderMap::new();
        headers.insert("host", HeaderValue::from_static("localhost"));
        let named = others.into_iter()
            .chain(authorization.map(|value| ("authorization".to_owned(), value)))
            .chain(date.map(|value| ("x-amz-date".to_owned(), value.into_bytes())));
        for (name, value) in named {
            if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::from_bytes(&value)) {
                headers.append(name, value);
            }
        }
        let view = RequestView { method: "POST", path: &path, query: &query, headers: &headers, authority: None };
        prop_assert!(!judge(&view, &body, now_ms, style), "nobody signed this");
    }

    #[test]
    fn what_the_signer_signs_verifies(
        path in "/[ -~é]{0,30}",
        query in "[ -~]{0,40}",
        value in "[ -~]{0,30}",
        body in prop::collection::vec(any::<u8>(), 0..60),
    ) {
        // The signature's own parameters would make it two signatures.
        prop_assume!(!query.contains("Amz"));
        let mut headers = HeaderMap::new();
        headers.insert("host", HeaderValue::from_static("localhost:4566"));
        headers.insert("x-amz-target", HeaderValue::from_str(&value).expect("printable"));
        let signer = Signer::new("AKID", "secret", "us-east-1", "kms");
        signer.sign("POST", &path, &query, &mut headers, Body::Bytes(&body), NOW_MS).expect("valid headers");
        let view = RequestView { method: "POST", path: &path, query: &query, headers: &headers, authority: None };
        prop_assert!(judge(&view, &body, NOW_MS, ErrorStyle::AwsJson));
    }

    #[test]
    fn normalizing_twice_is_normalizing_once(path in "[/.a-c]{0,20}") {
        let once = normalize_path(&path);
        prop_assert_eq!(normalize_path(&once), once);
    }
}
