//! The header form: `Authorization: AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…`.

use std::borrow::Cow;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use http::header::DATE;

use crate::parsed::{
    Credential, Location, Parsed, X_AMZ_DATE, X_AMZ_SECURITY_TOKEN, signature, single, single_text,
};
use crate::{ALGORITHM, AmzDate, SigError};

/// The three parameters of the header.
#[derive(Default)]
struct Parameters<'a> {
    credential: Option<&'a str>,
    signed_headers: Option<&'a str>,
    signature: Option<&'a str>,
}

/// Reads an `Authorization` header, together with the date and token headers that belong to it.
pub(crate) fn parse<'a>(value: &'a [u8], headers: &'a HeaderMap) -> Result<Parsed<'a>, SigError> {
    let text = std::str::from_utf8(value).map_err(|_| missing_equal_sign(value))?;
    let (algorithm, rest) = text.split_once([' ', '\t']).unwrap_or((text, ""));
    if algorithm.starts_with("AWS4-") && algorithm != ALGORITHM {
        // SigV4a (AWS4-ECDSA-P256-SHA256) ends here too.
        return Err(unsupported(algorithm));
    }
    let parameters = split(rest, value)?;
    let date = match single(headers, &X_AMZ_DATE)? {
        Some(date) => Some(AmzDate::parse(date).ok_or_else(|| bad_date(date))?),
        None => match single(headers, &DATE)? {
            Some(date) => Some(AmzDate::parse_http(date).ok_or_else(|| bad_date(date))?),
            None => None,
        },
    };
    let (Some(credential), Some(signed_headers), Some(digits), Some(date)) = (
        parameters.credential,
        parameters.signed_headers,
        parameters.signature,
        date,
    ) else {
        return Err(missing(&parameters, date, value));
    };
    if algorithm != ALGORITHM {
        return Err(unsupported(algorithm));
    }
    Ok(Parsed {
        location: Location::Header,
        credential: Credential::parse(Cow::Borrowed(credential))?,
        signed_headers: Cow::Borrowed(signed_headers),
        signature: signature(digits),
        session_token: single_text(headers, &X_AMZ_SECURITY_TOKEN)?.map(Cow::Borrowed),
        date,
        expires_seconds: None,
    })
}

/// Splits at commas and white space, as AWS does: a space within the access key id breaks the parameter.
fn split<'a>(rest: &'a str, whole: &[u8]) -> Result<Parameters<'a>, SigError> {
    let mut parameters = Parameters::default();
    for part in rest.split(',').flat_map(str::split_ascii_whitespace) {
        let (name, value) = part.split_once('=').ok_or_else(|| missing_equal_sign(whole))?;
        let place = match name {
            "Credential" => &mut parameters.credential,
            "SignedHeaders" => &mut parameters.signed_headers,
            "Signature" => &mut parameters.signature,
            _ => continue,
        };
        // Two values would let a proxy and this server read two different callers.
        if place.replace(value).is_some() {
            return Err(SigError::Incomplete(format!(
                "Authorization header must not repeat '{name}'."
            )));
        }
    }
    Ok(parameters)
}

pub(crate) fn unsupported(algorithm: &str) -> SigError {
    SigError::Incomplete(format!("Unsupported AWS 'algorithm': '{algorithm}'."))
}

pub(crate) fn bad_date(date: &[u8]) -> SigError {
    SigError::Incomplete(format!(
        "Date must be in ISO-8601 'basic format'. Got '{}'. See http://en.wikipedia.org/wiki/ISO_8601",
        String::from_utf8_lossy(date)
    ))
}

fn missing_equal_sign(value: &[u8]) -> SigError {
    SigError::Incomplete(format!(
        "Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and encoded with \
         Base64): '{}'.",
        hashed(value)
    ))
}

fn missing(parameters: &Parameters<'_>, date: Option<AmzDate>, value: &[u8]) -> SigError {
    let mut text = String::new();
    let required = [
        ("Credential", parameters.credential),
        ("Signature", parameters.signature),
        ("SignedHeaders", parameters.signed_headers),
    ];
    for (name, _) in required.iter().filter(|(_, value)| value.is_none()) {
        text.push_str("Authorization header requires '");
        text.push_str(name);
        text.push_str("' parameter. ");
    }
    if date.is_none() {
        text.push_str(
            "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ",
        );
    }
    text.push_str("(Hashed with SHA-256 and encoded with Base64) Authorization=");
    text.push_str(&hashed(value));
    SigError::Incomplete(text)
}

/// Messages name the header by its hash: what was meant for another scheme may be a password.
fn hashed(value: &[u8]) -> String {
    STANDARD.encode(digest(&SHA256, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(authorization: &'static str, date: Option<&'static str>) -> SigError {
        let mut headers = HeaderMap::new();
        if let Some(date) = date {
            headers.insert("x-amz-date", http::HeaderValue::from_static(date));
        }
        parse(authorization.as_bytes(), &headers).expect_err("must be refused")
    }

    #[test]
    fn every_missing_parameter_is_named() {
        let SigError::Incomplete(text) = refusal("AWS4-HMAC-SHA256", None) else {
            panic!("another refusal")
        };
        assert_eq!(
            text,
            "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' \
             parameter. Authorization header requires 'SignedHeaders' parameter. Authorization header requires \
             existence of either a 'X-Amz-Date' or a 'Date' header. (Hashed with SHA-256 and encoded with Base64) \
             Authorization=YI2YWea8FSxnksZL2ETHbs5elHm9HQufxTLK0W0ffV0="
        );
    }

    #[test]
    fn a_space_within_the_access_key_id_is_a_missing_equal_sign() {
        let error = refusal(
            "AWS4-HMAC-SHA256 Credential= AKID/20150830/us-east-1/sts/aws4_request, SignedHeaders=host, Signature=0",
            Some("20150830T123600Z"),
        );
        assert!(
            error
                .to_string()
                .contains("Invalid key=value pair (missing equal-sign)"),
            "{error}"
        );
        assert!(!error.to_string().contains("AKID"), "{error}");
    }

    #[test]
    fn sigv4a_is_an_unsupported_algorithm() {
        let error = refusal(
            "AWS4-ECDSA-P256-SHA256 Credential=AKID/20150830/s3/aws4_request, SignedHeaders=host, Signature=0",
            Some("20150830T123600Z"),
        );
        assert_eq!(
            error,
            SigError::Incomplete("Unsupported AWS 'algorithm': 'AWS4-ECDSA-P256-SHA256'.".into())
        );
    }

    #[test]
    fn other_schemes_are_incomplete_and_not_echoed() {
        for value in [
            "Bearer abcdef",
            "Basic dXNlcjpwYXNzd29yZA==",
            "AWS AKID:c2lnbmF0dXJl",
        ] {
            let error = refusal(value, Some("20150830T123600Z"));
            assert!(matches!(error, SigError::Incomplete(_)), "{error}");
            assert!(
                !error
                    .to_string()
                    .contains(value.split_once(' ').expect("two words").1),
                "{error}"
            );
        }
    }

    #[test]
    fn a_repeated_parameter_is_refused() {
        let error = refusal(
            "AWS4-HMAC-SHA256 Credential=A/20150830/r/s/aws4_request, Credential=B/20150830/r/s/aws4_request, \
             SignedHeaders=host, Signature=0",
            Some("20150830T123600Z"),
        );
        assert!(
            error.to_string().contains("must not repeat 'Credential'"),
            "{error}"
        );
    }

    #[test]
    fn a_date_in_another_format_is_refused_in_awss_words() {
        let error = refusal("AWS4-HMAC-SHA256 Credential=a", Some("2015-08-30T12:36:00Z"));
        assert!(
            error
                .to_string()
                .contains("Date must be in ISO-8601 'basic format'. Got '2015-08-30T12:36:00Z'.")
        );
    }
}
