//! The query form: `?X-Amz-Algorithm=…&X-Amz-Credential=…&X-Amz-Date=…&X-Amz-Expires=…&X-Amz-SignedHeaders=…
//! &X-Amz-Signature=…`.

use std::borrow::Cow;

use http::HeaderMap;

use crate::authorization::{bad_date, unsupported};
use crate::parsed::{Credential, Location, Parsed, X_AMZ_SECURITY_TOKEN, signature, single_text};
use crate::percent::{Plus, decode};
use crate::{ALGORITHM, AmzDate, SigError};

/// Seven days, the longest life of a presigned URL.
const MAX_EXPIRES_SECONDS: u32 = 604_800;

/// The parameter that carries the signature, and so can't be part of what is signed.
pub(crate) const SIGNATURE: &[u8] = b"X-Amz-Signature";
/// The parameter that some clients add after signing.
pub(crate) const SECURITY_TOKEN: &[u8] = b"X-Amz-Security-Token";

/// The signature's parameters of a query, decoded.
#[derive(Default)]
pub(crate) struct Parameters<'a> {
    algorithm: Option<Cow<'a, str>>,
    credential: Option<Cow<'a, str>>,
    date: Option<Cow<'a, str>>,
    expires: Option<Cow<'a, str>>,
    signed_headers: Option<Cow<'a, str>>,
    signature: Option<Cow<'a, str>>,
    security_token: Option<Cow<'a, str>>,
}

/// Name and value of each parameter of a raw query, still encoded. Empty parameters (`&&`) are none.
pub(crate) fn pairs(query: &str) -> impl Iterator<Item = (&[u8], &[u8])> {
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (name.as_bytes(), value.as_bytes()))
}

impl<'a> Parameters<'a> {
    /// Collects them; `None` if the query does not claim to carry a signature.
    pub(crate) fn read(query: &'a str) -> Result<Option<Self>, SigError> {
        let mut parameters = Self::default();
        for (name, value) in pairs(query) {
            parameters.take(name, value)?;
        }
        let claimed = parameters.algorithm.is_some()
            || parameters.credential.is_some()
            || parameters.signature.is_some();
        Ok(claimed.then_some(parameters))
    }

    fn take(&mut self, name: &'a [u8], value: &'a [u8]) -> Result<(), SigError> {
        let name = decode(name, Plus::Space);
        let place = match &*name {
            b"X-Amz-Algorithm" => &mut self.algorithm,
            b"X-Amz-Credential" => &mut self.credential,
            b"X-Amz-Date" => &mut self.date,
            b"X-Amz-Expires" => &mut self.expires,
            b"X-Amz-SignedHeaders" => &mut self.signed_headers,
            SIGNATURE => &mut self.signature,
            SECURITY_TOKEN => &mut self.security_token,
            _ => return Ok(()),
        };
        let text = text(decode(value, Plus::Space)).ok_or_else(|| malformed(&name, "must be text"))?;
        // Two values would let a proxy and this server read two different callers.
        if place.replace(text).is_some() {
            return Err(malformed(&name, "must not be repeated"));
        }
        Ok(())
    }

    /// Makes the claims of them.
    pub(crate) fn parse(self, headers: &'a HeaderMap) -> Result<Parsed<'a>, SigError> {
        if let Some(algorithm) = self
            .algorithm
            .as_deref()
            .filter(|algorithm| *algorithm != ALGORITHM)
        {
            return Err(unsupported(algorithm));
        }
        self.check_complete()?;
        let (Some(credential), Some(date), Some(signed_headers), Some(digits)) =
            (self.credential, self.date, self.signed_headers, self.signature)
        else {
            return Err(SigError::MISMATCH); // not reached: complete
        };
        let session_token = match self.security_token {
            Some(token) => Some(token),
            None => single_text(headers, &X_AMZ_SECURITY_TOKEN)?.map(Cow::Borrowed),
        };
        Ok(Parsed {
            location: Location::Query,
            credential: Credential::parse(credential)?,
            signed_headers,
            signature: signature(&digits),
            session_token,
            date: AmzDate::parse(date.as_bytes()).ok_or_else(|| bad_date(date.as_bytes()))?,
            expires_seconds: self.expires.as_deref().map(expires).transpose()?,
        })
    }

    fn check_complete(&self) -> Result<(), SigError> {
        let required = [
            ("X-Amz-Algorithm", &self.algorithm),
            ("X-Amz-Credential", &self.credential),
            ("X-Amz-Signature", &self.signature),
            ("X-Amz-SignedHeaders", &self.signed_headers),
            ("X-Amz-Date", &self.date),
        ];
        let mut text = String::new();
        for (name, _) in required.iter().filter(|(_, value)| value.is_none()) {
            text.push_str("AWS query-string parameters must include '");
            text.push_str(name);
            text.push_str("'. ");
        }
        if text.is_empty() {
            return Ok(());
        }
        text.push_str("Re-examine the query-string parameters.");
        Err(SigError::Incomplete(text))
    }
}

fn text(bytes: Cow<'_, [u8]>) -> Option<Cow<'_, str>> {
    match bytes {
        Cow::Borrowed(bytes) => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
        Cow::Owned(bytes) => String::from_utf8(bytes).ok().map(Cow::Owned),
    }
}

fn expires(text: &str) -> Result<u32, SigError> {
    let refused = |why: &str| Err(SigError::Incomplete(why.to_owned()));
    if text.starts_with('-') {
        return refused("X-Amz-Expires must be non-negative");
    }
    // `parse` would take a plus sign.
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return refused("X-Amz-Expires should be a number");
    }
    match text.parse() {
        Ok(seconds) if seconds <= MAX_EXPIRES_SECONDS => Ok(seconds),
        _ => refused(
            "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than \
             604800 seconds",
        ),
    }
}

fn malformed(name: &[u8], why: &str) -> SigError {
    SigError::Incomplete(format!(
        "The query-string parameter '{}' {why}.",
        String::from_utf8_lossy(name)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str) -> Result<Option<(String, Option<u32>)>, SigError> {
        let headers = HeaderMap::new();
        let Some(parameters) = Parameters::read(query)? else {
            return Ok(None);
        };
        let parsed = parameters.parse(&headers)?;
        Ok(Some((
            parsed.access_key_id().to_owned(),
            parsed.expires_seconds(),
        )))
    }

    const COMPLETE: &str = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKID%2F20150830%2Fr%2Fs%2Faws4_request\
         &X-Amz-Date=20150830T123600Z&X-Amz-SignedHeaders=host&X-Amz-Signature=00";

    #[test]
    fn a_complete_query_is_read() {
        assert_eq!(read(COMPLETE), Ok(Some(("AKID".to_owned(), None))));
        assert_eq!(
            read(&format!("{COMPLETE}&X-Amz-Expires=60")),
            Ok(Some(("AKID".to_owned(), Some(60))))
        );
    }

    #[test]
    fn other_parameters_are_no_signature() {
        assert_eq!(
            read("Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Date=now"),
            Ok(None)
        );
    }

    #[test]
    fn what_is_missing_is_named() {
        let error =
            read("X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=20150830T123600Z").expect_err("incomplete");
        assert_eq!(
            error,
            SigError::Incomplete(
                "AWS query-string parameters must include 'X-Amz-Credential'. AWS query-string parameters must include \
                 'X-Amz-Signature'. AWS query-string parameters must include 'X-Amz-SignedHeaders'. Re-examine the \
                 query-string parameters."
                    .into()
            )
        );
    }

    #[test]
    fn a_repeated_parameter_is_refused_however_it_is_spelled() {
        for twice in ["X-Amz-Credential=B", "X%2DAmz-Credential=B", "X-Amz-Signature=01"] {
            let error = read(&format!("{COMPLETE}&{twice}")).expect_err("repeated");
            assert!(error.to_string().contains("must not be repeated"), "{error}");
        }
    }

    #[test]
    fn lives_longer_than_a_week_and_odd_numbers_are_refused() {
        for expires in ["604801", "99999999999999999999", "-1", "", "+5", "1.5"] {
            assert!(
                read(&format!("{COMPLETE}&X-Amz-Expires={expires}")).is_err(),
                "{expires}"
            );
        }
    }

    #[test]
    fn sigv4a_is_an_unsupported_algorithm() {
        let query = COMPLETE.replace("AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256");
        assert!(
            read(&query)
                .expect_err("unsupported")
                .to_string()
                .contains("Unsupported AWS 'algorithm'")
        );
    }
}
