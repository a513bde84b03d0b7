//! Which headers a signature must cover.

use crate::{Parsed, RequestView, SigError};

/// Refuses signatures that leave out what changes the meaning of a request.
///
/// - The list is in lower case and strictly ascending, as every signer writes it. An unordered or repeated name
///   would give one request several canonical forms.
/// - `host` is signed: else a request to one endpoint could be replayed at another.
/// - Every `x-amz-*` header is signed: else `X-Amz-Target` and its kin could be added or changed on the way. The
///   session token alone may be added after signing; it proves itself.
pub(crate) fn check(parsed: &Parsed<'_>, view: &RequestView<'_>) -> Result<(), SigError> {
    let mut previous = "";
    let mut host_signed = false;
    for name in parsed.signed_headers() {
        if name <= previous || name.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Err(SigError::MISMATCH);
        }
        host_signed |= name == "host";
        previous = name;
    }
    if !host_signed {
        return Err(SigError::UnsignedHeader("'Host' or ':authority'".to_owned()));
    }
    if view.headers.get_all("host").iter().nth(1).is_some() {
        return Err(SigError::Incomplete(
            "The header 'host' must not be repeated.".to_owned(),
        ));
    }
    for name in view.headers.keys() {
        let name = name.as_str();
        if name.starts_with("x-amz-")
            && name != "x-amz-security-token"
            && !parsed.signed_headers().any(|signed| signed == name)
        {
            return Err(SigError::UnsignedHeader(format!("'{name}'")));
        }
    }
    Ok(())
}
