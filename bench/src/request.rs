//! Signed request bytes.
//!
//! What stays the same from request to request within a second is laid out once; each request then costs two SHA-256,
//! one HMAC and some copying.

use aws_lc_rs::digest::{SHA256, digest};
use haechi_sigv4::{ALGORITHM, AmzDate, SigningKey};

use crate::credentials::Credentials;

/// What kind of request is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// The service's signing name.
    pub service: &'static str,
    /// `x-amz-target`, which JSON services need.
    pub target: Option<&'static str>,
}

impl Kind {
    /// The content type of the service's protocol.
    fn content_type(self) -> &'static str {
        match self.target {
            Some(_) => "application/x-amz-json-1.1",
            None => "application/x-www-form-urlencoded; charset=utf-8",
        }
    }
}

/// Writes POST requests of one kind to `/`.
pub struct RequestBuilder {
    kind: Kind,
    credentials: Credentials,
    region: String,
    authority: String,
    /// The second that the parts below are for.
    date: AmzDate,
    key: SigningKey,
    /// The request up to the value of `content-length`.
    head: Vec<u8>,
    /// From behind that value up to the signature.
    authorization: Vec<u8>,
    /// The canonical request up to the payload's hash; rebuilt in place.
    canonical: Vec<u8>,
    canonical_length: usize,
    /// The string to sign up to the canonical request's hash; rebuilt in place.
    to_sign: Vec<u8>,
    to_sign_length: usize,
}

impl RequestBuilder {
    /// A builder for an endpoint whose `host` header is `authority`.
    pub fn new(kind: Kind, credentials: &Credentials, region: &str, authority: &str, now_ms: i64) -> Self {
        let date = AmzDate::from_millis(now_ms);
        let mut builder = Self {
            kind,
            credentials: credentials.clone(),
            region: region.to_owned(),
            authority: authority.to_owned(),
            date,
            key: SigningKey::derive(&credentials.secret_access_key, date.day(), region, kind.service),
            head: Vec::new(),
            authorization: Vec::new(),
            canonical: Vec::new(),
            canonical_length: 0,
            to_sign: Vec::new(),
            to_sign_length: 0,
        };
        builder.lay_out();
        builder
    }

    /// Appends a request with this body, signed now.
    pub fn write(&mut self, out: &mut Vec<u8>, body: &[u8], now_ms: i64) {
        self.turn_to(now_ms);
        let mut digits = [0; 64];
        hex_of(digest(&SHA256, body).as_ref(), &mut digits);
        self.canonical.truncate(self.canonical_length);
        self.canonical.extend_from_slice(&digits);
        hex_of(digest(&SHA256, &self.canonical).as_ref(), &mut digits);
        self.to_sign.truncate(self.to_sign_length);
        self.to_sign.extend_from_slice(&digits);
        hex_of(&self.key.sign(&self.to_sign), &mut digits);

        out.extend_from_slice(&self.head);
        append_decimal(out, body.len());
        out.extend_from_slice(&self.authorization);
        out.extend_from_slice(&digits);
        out.extend_from_slice(b"\r\n\r\n");
        out.extend_from_slice(body);
    }

    /// Lays the parts out anew if another second has begun.
    fn turn_to(&mut self, now_ms: i64) {
        if now_ms.div_euclid(1000) == self.date.epoch_seconds() {
            return;
        }
        let date = AmzDate::from_millis(now_ms);
        if date.day() != self.date.day() {
            let secret = &self.credentials.secret_access_key;
            self.key = SigningKey::derive(secret, date.day(), &self.region, self.kind.service);
        }
        self.date = date;
        self.lay_out();
    }

    fn lay_out(&mut self) {
        // In the order of their names, as the canonical request wants them.
        let mut headers = vec![
            ("content-type", self.kind.content_type()),
            ("host", &self.authority),
            ("x-amz-date", self.date.as_str()),
        ];
        if let Some(token) = &self.credentials.session_token {
            headers.push(("x-amz-security-token", token));
        }
        if let Some(target) = self.kind.target {
            headers.push(("x-amz-target", target));
        }
        let names = headers
            .iter()
            .map(|(name, _)| *name)
            .collect::<Vec<_>>()
            .join(";");
        let lines = |between: &str, end: &str| -> String {
            headers
                .iter()
                .flat_map(|(name, value)| [*name, between, *value, end])
                .collect()
        };
        let scope = format!(
            "{}/{}/{}/aws4_request",
            self.date.day(),
            self.region,
            self.kind.service
        );

        self.head = format!("POST / HTTP/1.1\r\n{}content-length: ", lines(": ", "\r\n")).into_bytes();
        self.authorization = format!(
            "\r\nauthorization: {ALGORITHM} Credential={}/{scope}, SignedHeaders={names}, Signature=",
            self.credentials.access_key_id
        )
        .into_bytes();
        self.canonical = format!("POST\n/\n\n{}\n{names}\n", lines(":", "\n")).into_bytes();
        self.to_sign = format!("{ALGORITHM}\n{}\n{scope}\n", self.date).into_bytes();
        self.canonical_length = self.canonical.len();
        self.to_sign_length = self.to_sign.len();
    }
}

impl std::fmt::Debug for RequestBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RequestBuilder")
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

fn hex_of(hash: &[u8], digits: &mut [u8; 64]) {
    hex::encode_to_slice(hash, digits).expect("32 bytes are 64 digits");
}

fn append_decimal(out: &mut Vec<u8>, mut value: usize) {
    let mut digits = [0; 20];
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + (value % 10) as u8;
        value /= 10;
        if value == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[at..]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use haechi_sigv4::{Body, ErrorStyle, Parsed, RequestView, Rules, SigError, SigningKeys, verify};
    use http::{HeaderMap, HeaderName, HeaderValue};
    use zeroize::Zeroizing;

    const NOW_MS: i64 = 1_440_938_160_000; // 2015-08-30T12:36:00Z
    const ENCRYPT: Kind = Kind {
        service: "kms",
        target: Some("TrentService.Encrypt"),
    };
    const IDENTITY: Kind = Kind {
        service: "sts",
        target: None,
    };

    fn credentials(session_token: Option<&str>) -> Credentials {
        Credentials {
            access_key_id: "AKIDEXAMPLE".into(),
            secret_access_key: Zeroizing::new("secret".into()),
            session_token: session_token.map(str::to_owned),
        }
    }

    fn builder(kind: Kind, session_token: Option<&str>) -> RequestBuilder {
        RequestBuilder::new(
            kind,
            &credentials(session_token),
            "us-east-1",
            "127.0.0.1:4566",
            NOW_MS,
        )
    }

    /// Splits request bytes as a server would and verifies them; the body, if they are accepted.
    fn received(bytes: &[u8], now_ms: i64) -> Result<String, SigError> {
        let text = std::str::from_utf8(bytes).expect("text");
        let (head, body) = text.split_once("\r\n\r\n").expect("a head");
        let mut lines = head.split("\r\n");
        assert_eq!(lines.next(), Some("POST / HTTP/1.1"));
        let mut headers = HeaderMap::new();
        for line in lines {
            let (name, value) = line.split_once(": ").expect("a header");
            let name = HeaderName::try_from(name).expect("a header name");
            assert!(
                headers
                    .insert(name, HeaderValue::from_str(value).expect("a value"))
                    .is_none()
            );
        }
        assert_eq!(headers["content-length"], body.len().to_string().as_str());
        let view = RequestView {
            method: "POST",
            path: "/",
            query: "",
            headers: &headers,
            authority: None,
        };
        let parsed = Parsed::from_request(&view)?.expect("signed");
        let key = SigningKeys::new(1).signing_key(&parsed, "secret");
        let rules = Rules::of(ErrorStyle::AwsJson);
        verify(&parsed, &view, Body::Bytes(body.as_bytes()), &key, now_ms, rules)?;
        Ok(body.to_owned())
    }

    #[test]
    fn its_requests_verify() {
        for (kind, token) in [
            (ENCRYPT, None),
            (ENCRYPT, Some("a/token==")),
            (IDENTITY, None),
            (IDENTITY, Some("t")),
        ] {
            let mut bytes = Vec::new();
            builder(kind, token).write(&mut bytes, b"{\"KeyId\":\"a\"}", NOW_MS);
            assert_eq!(
                received(&bytes, NOW_MS),
                Ok("{\"KeyId\":\"a\"}".to_owned()),
                "{kind:?} {token:?}"
            );
        }
    }

    #[test]
    fn the_next_request_of_a_connection_verifies_too() {
        let mut builder = builder(ENCRYPT, None);
        for body in ["first", "", "the third is longer"] {
            let mut bytes = Vec::new();
            builder.write(&mut bytes, body.as_bytes(), NOW_MS + 7);
            assert_eq!(received(&bytes, NOW_MS), Ok(body.to_owned()));
        }
    }

    #[test]
    fn the_date_follows_the_clock_over_midnight() {
        let mut builder = builder(ENCRYPT, None);
        for later_ms in [1000, 3_600_000, 86_400_000] {
            let mut bytes = Vec::new();
            builder.write(&mut bytes, b"{}", NOW_MS + later_ms);
            assert_eq!(
                received(&bytes, NOW_MS + later_ms),
                Ok("{}".to_owned()),
                "{later_ms}"
            );
        }
    }

    #[test]
    fn a_changed_body_does_not_verify() {
        let mut bytes = Vec::new();
        builder(ENCRYPT, None).write(&mut bytes, b"{\"KeyId\":\"a\"}", NOW_MS);
        let at = bytes.len() - 3;
        bytes[at] = b'b';
        assert!(received(&bytes, NOW_MS).is_err());
    }
}
