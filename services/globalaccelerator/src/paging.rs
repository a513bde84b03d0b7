//! Pages: `NextToken` and `MaxResults`.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use haechi_api_globalaccelerator::error::ErrorCode;
use haechi_core::Failure;

use crate::error;

const DEFAULT_RESULTS: usize = 10;
const MAX_RESULTS: usize = 100;

/// One page of a list that is sorted by `key`, and the token of the next.
pub(crate) fn page<T>(
    items: impl IntoIterator<Item = T>,
    key: impl Fn(&T) -> String,
    token: Option<&str>,
    limit: Option<i32>,
) -> Result<(Vec<T>, Option<String>), Failure> {
    let after = token.map(decode).transpose()?;
    let limit = limit
        .and_then(|limit| usize::try_from(limit).ok())
        .filter(|limit| *limit > 0)
        .map_or(DEFAULT_RESULTS, |limit| limit.min(MAX_RESULTS));
    let mut rest = items
        .into_iter()
        .filter(|item| after.as_ref().is_none_or(|after| key(item) > *after));
    let page: Vec<T> = rest.by_ref().take(limit).collect();
    let more = rest.next().is_some();
    let next = page
        .last()
        .filter(|_| more)
        .map(|last| URL_SAFE_NO_PAD.encode(key(last)));
    Ok((page, next))
}

fn decode(token: &str) -> Result<String, Failure> {
    let decoded = URL_SAFE_NO_PAD.decode(token).ok();
    decoded
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .ok_or_else(|| error::refused(ErrorCode::InvalidNextTokenException, "Invalid next token."))
}
