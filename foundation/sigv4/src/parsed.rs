//! What a signed request says about its signature.

use std::borrow::Cow;

use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderName};

use crate::{AmzDate, Kind, RequestView, Rules, SigError, authorization, presigned};

pub(crate) static X_AMZ_DATE: HeaderName = HeaderName::from_static("x-amz-date");
pub(crate) static X_AMZ_SECURITY_TOKEN: HeaderName = HeaderName::from_static("x-amz-security-token");
pub(crate) static X_AMZ_CONTENT_SHA256: HeaderName = HeaderName::from_static("x-amz-content-sha256");

/// Where the signature stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Location {
    /// In the `Authorization` header.
    Header,
    /// In the query: a presigned URL.
    Query,
}

/// The claims of a signature, well formed but not yet verified: none of it is true before
/// [`verify`](crate::verify()) says so.
#[derive(Clone)]
pub struct Parsed<'a> {
    pub(crate) location: Location,
    pub(crate) credential: Credential<'a>,
    pub(crate) signed_headers: Cow<'a, str>,
    /// `None` if it is not 64 digits of lower-case hex, which never matches.
    pub(crate) signature: Option<[u8; 32]>,
    pub(crate) session_token: Option<Cow<'a, str>>,
    pub(crate) date: AmzDate,
    pub(crate) expires_seconds: Option<u32>,
}

impl<'a> Parsed<'a> {
    /// Reads the signature of a request; `None` if it has none.
    ///
    /// Both forms at once are refused ([`SigError::TwoSignatures`]), and so is all that is doubled or malformed
    /// ([`SigError::Incomplete`]).
    pub fn from_request(view: &RequestView<'a>) -> Result<Option<Self>, SigError> {
        let header = single(view.headers, &AUTHORIZATION)?;
        let parameters = presigned::Parameters::read(view.query)?;
        match (header, parameters) {
            (None, None) => Ok(None),
            (Some(_), Some(_)) => Err(SigError::TwoSignatures),
            (Some(value), None) => authorization::parse(value, view.headers).map(Some),
            (None, Some(parameters)) => parameters.parse(view.headers).map(Some),
        }
    }

    /// Header or query.
    pub fn location(&self) -> Location {
        self.location
    }

    /// The access key that claims to have signed.
    pub fn access_key_id(&self) -> &str {
        self.credential.part(0)
    }

    /// The day (`YYYYMMDD`) of the credential scope.
    pub fn scope_day(&self) -> &str {
        self.credential.part(1)
    }

    /// The Region of the credential scope.
    pub fn region(&self) -> &str {
        self.credential.part(2)
    }

    /// The service of the credential scope, by its signing name.
    pub fn service(&self) -> &str {
        self.credential.part(3)
    }

    /// `day/region/service/aws4_request`.
    pub fn scope(&self) -> &str {
        self.credential.scope()
    }

    /// The session token of temporary credentials, signed or added after signing.
    pub fn session_token(&self) -> Option<&str> {
        self.session_token.as_deref()
    }

    /// The signed headers, in their order.
    pub fn signed_headers(&self) -> impl Iterator<Item = &str> {
        self.signed_headers.split(';')
    }

    /// When the request says that it was signed.
    pub fn date(&self) -> AmzDate {
        self.date
    }

    /// How long a presigned URL wants to live, in seconds from its date.
    pub fn expires_seconds(&self) -> Option<u32> {
        self.expires_seconds
    }

    /// Is the signature of its time, and its scope of its day? Needs no secret, so a server can ask before it
    /// looks for one; [`verify`](crate::verify()) asks again.
    ///
    /// A header signature lives for the clock skew to either side. A presigned URL lives for its own time;
    /// services other than S3 never let it die before the skew is over (STS serves URLs presigned for 60
    /// seconds for 15 minutes, and tools such as EKS's token helper live on it).
    pub fn check_current(&self, now_ms: i64, rules: Rules) -> Result<(), SigError> {
        let now = now_ms.div_euclid(1000);
        let skew = i64::from(rules.skew_seconds);
        let signed_at = self.date.epoch_seconds();
        if signed_at > now.saturating_add(skew) {
            return Err(SigError::NotYetCurrent(format!(
                "Signature not yet current: {} is still later than {} ({} + {}.)",
                self.date,
                AmzDate::from_seconds(now.saturating_add(skew)),
                AmzDate::from_seconds(now),
                duration(skew)
            )));
        }
        let lifetime = match (rules.kind, self.expires_seconds) {
            (Kind::S3, Some(expires)) => i64::from(expires),
            (Kind::Standard, Some(expires)) => skew.max(i64::from(expires)),
            (_, None) => skew,
        };
        if signed_at < now.saturating_sub(lifetime) {
            if rules.kind == Kind::S3 && self.location == Location::Query {
                return Err(SigError::UrlExpired);
            }
            return Err(SigError::Expired(format!(
                "Signature expired: {} is now earlier than {} ({} - {}.)",
                self.date,
                AmzDate::from_seconds(now.saturating_sub(lifetime)),
                AmzDate::from_seconds(now),
                duration(lifetime)
            )));
        }
        self.credential.check_scope(self.date)
    }
}

/// `15 min` or, if it is not whole minutes, `90 sec`.
fn duration(seconds: i64) -> String {
    if seconds % 60 == 0 {
        format!("{} min", seconds / 60)
    } else {
        format!("{seconds} sec")
    }
}

impl std::fmt::Debug for Parsed<'_> {
    /// Leaves out the session token and the signature: logs are read by more people than requests.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Parsed")
            .field("location", &self.location)
            .field("credential", &self.credential.text)
            .field("signed_headers", &self.signed_headers)
            .field("date", &self.date)
            .field("expires_seconds", &self.expires_seconds)
            .finish_non_exhaustive()
    }
}

/// `AKID/20150830/us-east-1/service/aws4_request`, with the places of its slashes.
#[derive(Clone)]
pub(crate) struct Credential<'a> {
    text: Cow<'a, str>,
    slashes: [usize; 4],
}

impl<'a> Credential<'a> {
    /// Splits `text` into its five parts.
    pub(crate) fn parse(text: Cow<'a, str>) -> Result<Self, SigError> {
        let mut found = text.match_indices('/').map(|(at, _)| at);
        let slashes = match [
            found.next(),
            found.next(),
            found.next(),
            found.next(),
            found.next(),
        ] {
            [Some(first), Some(second), Some(third), Some(fourth), None] if first > 0 => {
                [first, second, third, fourth]
            }
            _ => {
                return Err(SigError::Incomplete(format!(
                    "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, \
                     got '{text}'"
                )));
            }
        };
        drop(found);
        Ok(Self { text, slashes })
    }

    fn part(&self, index: usize) -> &str {
        let start = if index == 0 {
            0
        } else {
            self.slashes[index - 1] + 1
        };
        let end = self.slashes.get(index).copied().unwrap_or(self.text.len());
        &self.text[start..end]
    }

    pub(crate) fn scope(&self) -> &str {
        &self.text[self.slashes[0] + 1..]
    }

    fn check_scope(&self, date: AmzDate) -> Result<(), SigError> {
        let terminator = self.part(4);
        if terminator != crate::TERMINATOR {
            return Err(SigError::Scope(format!(
                "Credential should be scoped with a valid terminator: 'aws4_request', not '{terminator}'. "
            )));
        }
        let day = self.part(1);
        if day != date.day() {
            return Err(SigError::Scope(format!(
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '{day}' != \
                 '{}', from '{date}'. ",
                date.day()
            )));
        }
        if self.part(2).is_empty() {
            return Err(SigError::wrong_region());
        }
        Ok(())
    }
}

/// The value of a header that may come once at most. Two `Authorization` or `X-Amz-Date` headers mean that
/// something on the way may read the other one.
pub(crate) fn single<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a [u8]>, SigError> {
    let mut values = headers.get_all(name).iter();
    let first = values.next();
    if values.next().is_some() {
        return Err(SigError::Incomplete(format!(
            "The header '{name}' must not be repeated."
        )));
    }
    Ok(first.map(http::HeaderValue::as_bytes))
}

/// As [`single`], as text.
pub(crate) fn single_text<'a>(
    headers: &'a HeaderMap,
    name: &HeaderName,
) -> Result<Option<&'a str>, SigError> {
    let Some(value) = single(headers, name)? else {
        return Ok(None);
    };
    let text = std::str::from_utf8(value)
        .map_err(|_| SigError::Incomplete(format!("The header '{name}' must be text.")))?;
    Ok(Some(text))
}

/// A signature: 64 digits of lower-case hex.
pub(crate) fn signature(text: &str) -> Option<[u8; 32]> {
    let value = |digit: u8| match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    };
    let (pairs, []) = text.as_bytes().as_chunks::<2>() else {
        return None;
    };
    let pairs: &[[u8; 2]; 32] = pairs.try_into().ok()?;
    let mut bytes = [0; 32];
    for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
        *byte = value(*high)? << 4 | value(*low)?;
    }
    Some(bytes)
}
