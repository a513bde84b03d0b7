//! Signing, for outgoing calls, load generators and tests.

use std::fmt::Write;
use std::sync::{Mutex, PoisonError};

use http::header::InvalidHeaderValue;
use http::{HeaderMap, HeaderValue};
use zeroize::Zeroizing;

use crate::canonical::{Canonical, Leave, string_to_sign};
use crate::payload::{self, Payload};
use crate::percent::{Slash, encode_into};
use crate::{ALGORITHM, AmzDate, Body, Kind, RequestView, SigningKey, TERMINATOR};

/// Headers that are never signed: proxies and HTTP itself change them (botocore's list and what hops consume).
const UNSIGNED: [&str; 12] = [
    "authorization",
    "connection",
    "content-length",
    "expect",
    "keep-alive",
    "proxy-authorization",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "x-amzn-trace-id",
    "user-agent",
];

/// Signs requests of one access key to one service in one Region. The derived key is kept from call to call.
pub struct Signer {
    access_key_id: String,
    secret: Zeroizing<String>,
    session_token: Option<String>,
    region: String,
    service: String,
    kind: Kind,
    today: Mutex<Option<(AmzDate, SigningKey)>>,
}

impl Signer {
    /// A signer of long-term credentials.
    pub fn new(access_key_id: &str, secret: &str, region: &str, service: &str) -> Self {
        Self {
            access_key_id: access_key_id.to_owned(),
            secret: Zeroizing::new(secret.to_owned()),
            session_token: None,
            region: region.to_owned(),
            service: service.to_owned(),
            kind: if service == "s3" { Kind::S3 } else { Kind::Standard },
            today: Mutex::new(None),
        }
    }

    /// With the session token of temporary credentials, which is sent and signed.
    pub fn with_session_token(mut self, token: &str) -> Self {
        self.session_token = Some(token.to_owned());
        self
    }

    /// Signs a request in its header: sets `x-amz-date`, `x-amz-security-token`, for S3 `x-amz-content-sha256`, and
    /// `authorization`.
    ///
    /// `headers` must hold `host`; all of them are signed but those that change on the way. An
    /// `x-amz-content-sha256` of `UNSIGNED-PAYLOAD` set by the caller is kept.
    pub fn sign(
        &self,
        method: &str,
        path: &str,
        query: &str,
        headers: &mut HeaderMap,
        body: Body<'_>,
        now_ms: i64,
    ) -> Result<(), InvalidHeaderValue> {
        let date = AmzDate::from_millis(now_ms);
        headers.remove("authorization");
        headers.insert("x-amz-date", HeaderValue::from_str(date.as_str())?);
        if let Some(token) = &self.session_token {
            headers.insert("x-amz-security-token", HeaderValue::from_str(token)?);
        }
        let payload = payload::to_sign(headers, body);
        if self.kind == Kind::S3 {
            headers.insert(
                "x-amz-content-sha256",
                HeaderValue::from_bytes(payload.as_bytes())?,
            );
        }
        let signed_headers = signed_headers(headers);
        let view = RequestView {
            method,
            path,
            query,
            headers,
            authority: None,
        };
        let signature = self.signature(&view, &signed_headers, &payload, Leave::None, date);
        let authorization = format!(
            "{ALGORITHM} Credential={}/{}, SignedHeaders={signed_headers}, Signature={signature}",
            self.access_key_id,
            self.scope(date)
        );
        headers.insert("authorization", HeaderValue::from_str(&authorization)?);
        Ok(())
    }

    /// Presigns a request without a body: the query to send, for `expires_seconds` from now. `host` is the one header
    /// that is signed.
    pub fn presign(
        &self,
        method: &str,
        host: &str,
        path: &str,
        query: &str,
        expires_seconds: u32,
        now_ms: i64,
    ) -> Result<String, InvalidHeaderValue> {
        let date = AmzDate::from_millis(now_ms);
        let mut full = query.to_owned();
        let mut parameter = |name: &str, value: &str| {
            if !full.is_empty() {
                full.push('&');
            }
            let mut encoded = Vec::new();
            encode_into(&mut encoded, value.as_bytes(), Slash::Encode);
            let encoded = String::from_utf8(encoded).expect("percent-encoding is ASCII");
            write!(full, "{name}={encoded}").expect("writing to a string");
        };
        parameter("X-Amz-Algorithm", ALGORITHM);
        parameter(
            "X-Amz-Credential",
            &format!("{}/{}", self.access_key_id, self.scope(date)),
        );
        parameter("X-Amz-Date", date.as_str());
        parameter("X-Amz-Expires", &expires_seconds.to_string());
        parameter("X-Amz-SignedHeaders", "host");
        if let Some(token) = &self.session_token {
            parameter("X-Amz-Security-Token", token);
        }
        let mut headers = HeaderMap::new();
        headers.insert("host", HeaderValue::from_str(host)?);
        let view = RequestView {
            method,
            path,
            query: &full,
            headers: &headers,
            authority: None,
        };
        let payload = match self.kind {
            Kind::S3 => Payload::Unsigned,
            Kind::Standard => Body::Bytes(&[]).hex(),
        };
        let signature = self.signature(&view, "host", &payload, Leave::Signature, date);
        Ok(format!("{full}&X-Amz-Signature={signature}"))
    }

    /// `day/region/service/aws4_request`.
    pub fn scope(&self, date: AmzDate) -> String {
        format!("{}/{}/{}/{TERMINATOR}", date.day(), self.region, self.service)
    }

    /// The key of the day of `date`, derived once a day.
    pub fn signing_key(&self, date: AmzDate) -> SigningKey {
        let mut today = self.today.lock().unwrap_or_else(PoisonError::into_inner);
        match &*today {
            Some((day, key)) if day.day() == date.day() => key.clone(),
            _ => {
                let key = SigningKey::derive(&self.secret, date.day(), &self.region, &self.service);
                *today = Some((date, key.clone()));
                key
            }
        }
    }

    fn signature(
        &self,
        view: &RequestView<'_>,
        signed_headers: &str,
        payload: &Payload,
        leave: Leave,
        date: AmzDate,
    ) -> String {
        let request = Canonical {
            view,
            signed_headers,
            payload,
            kind: self.kind,
            leave,
        }
        .request();
        let to_sign = string_to_sign(date, &self.scope(date), &request);
        hex::encode(self.signing_key(date).sign(&to_sign))
    }
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Signer")
            .field("access_key_id", &self.access_key_id)
            .field("region", &self.region)
            .field("service", &self.service)
            .finish_non_exhaustive()
    }
}

fn signed_headers(headers: &HeaderMap) -> String {
    let mut names: Vec<&str> = headers
        .keys()
        .map(http::HeaderName::as_str)
        .filter(|name| !UNSIGNED.contains(name))
        .collect();
    names.sort_unstable();
    names.join(";")
}
