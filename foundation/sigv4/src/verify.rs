//! Is this the signature of this request?

use crate::canonical::{Canonical, Leave, string_to_sign};
use crate::payload::{self, Payload};
use crate::{Body, Explain, Location, Parsed, RequestView, Rules, SigError, SigningKey, signed_headers};

/// Verifies a signature: that it is of its time, covers what it must, and is the one that `key` makes.
///
/// `parsed` must come from `view`, and `key` must be that of `parsed`'s scope
/// ([`SigningKeys::signing_key`](crate::SigningKeys::signing_key)). The caller has found the access key active
/// and compares the scope's service and Region with the request's ([`SigError::wrong_service`],
/// [`SigError::wrong_region`]). Session tokens are for the caller to check: this crate knows no sessions.
///
/// # Errors
/// In this order: time and scope, signed headers, payload hash, signature.
pub fn verify(
    parsed: &Parsed<'_>,
    view: &RequestView<'_>,
    body: Body<'_>,
    key: &SigningKey,
    now_ms: i64,
    rules: Rules,
) -> Result<(), SigError> {
    parsed.check_current(now_ms, rules)?;
    signed_headers::check(parsed, view)?;
    let payload = payload::canonical(view, parsed.location, body, rules.kind)?;
    let Some(signature) = &parsed.signature else {
        return Err(mismatch(parsed, view, &payload, rules));
    };
    let matches = |leave| {
        let request = canonical(parsed, view, &payload, rules, leave).request();
        key.verifies(&string_to_sign(parsed.date, parsed.scope(), &request), signature)
    };
    let verified = match parsed.location {
        Location::Header => matches(Leave::None),
        // Services differ in whether the token is signed or added after; both bind it to its access key.
        Location::Query => {
            matches(Leave::Signature) || (parsed.session_token.is_some() && matches(Leave::SignatureAndToken))
        }
    };
    if verified {
        Ok(())
    } else {
        Err(mismatch(parsed, view, &payload, rules))
    }
}

/// The canonical request as [`verify`] computes it: for people who look for the difference.
pub fn canonical_request(
    parsed: &Parsed<'_>,
    view: &RequestView<'_>,
    body: Body<'_>,
    rules: Rules,
) -> Result<Vec<u8>, SigError> {
    let payload = payload::canonical(view, parsed.location, body, rules.kind)?;
    Ok(canonical(parsed, view, &payload, rules, leave(parsed)).request())
}

fn leave(parsed: &Parsed<'_>) -> Leave {
    match parsed.location {
        Location::Header => Leave::None,
        Location::Query => Leave::Signature,
    }
}

fn canonical<'a>(
    parsed: &'a Parsed<'_>,
    view: &'a RequestView<'_>,
    payload: &'a Payload,
    rules: Rules,
    leave: Leave,
) -> Canonical<'a> {
    Canonical {
        view,
        signed_headers: &parsed.signed_headers,
        payload,
        kind: rules.kind,
        leave,
    }
}

fn mismatch(parsed: &Parsed<'_>, view: &RequestView<'_>, payload: &Payload, rules: Rules) -> SigError {
    if rules.explain == Explain::No {
        return SigError::MISMATCH;
    }
    let request = canonical(parsed, view, payload, rules, leave(parsed)).request();
    let to_sign = string_to_sign(parsed.date, parsed.scope(), &request);
    let explanation = format!(
        "The Canonical String for this request should have been\n'{}'\n\nThe String-to-Sign should have been\n'{}'\n",
        String::from_utf8_lossy(&request),
        String::from_utf8_lossy(&to_sign)
    );
    SigError::Mismatch {
        explanation: Some(explanation.into()),
    }
}
