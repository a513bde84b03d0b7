//! Pages: `NextToken` and `MaxResults`.

use haechi_api_globalaccelerator::error::ErrorCode;
use haechi_core::page::limit;
use haechi_core::{Failure, TokenForm};

use crate::error;

const DEFAULT_RESULTS: usize = 10;
const MAX_RESULTS: usize = 100;

/// One page of a list that is sorted by `key`, and the token of the next.
pub(crate) fn page<T>(
    items: impl IntoIterator<Item = T>,
    key: impl Fn(&T) -> String,
    token: Option<&str>,
    max_results: Option<i32>,
) -> Result<(Vec<T>, Option<String>), Failure> {
    TokenForm::Base64Url
        .page(
            items,
            key,
            token,
            limit(max_results, DEFAULT_RESULTS, MAX_RESULTS),
        )
        .map_err(|_| error::refused(ErrorCode::InvalidNextTokenException, "Invalid next token."))
}
