//! Pages: `NextToken` and `MaxResults`.

use haechi_core::page::limit;
use haechi_core::{Failure, TokenForm};

use crate::error;

const MAX_RESULTS: usize = 60;

/// One page of a list that is sorted by `key`, and the token of the next.
pub(crate) fn page<T>(
    items: impl IntoIterator<Item = T>,
    key: impl Fn(&T) -> String,
    token: Option<&str>,
    max_results: Option<i32>,
) -> Result<(Vec<T>, Option<String>), Failure> {
    TokenForm::Base64Url
        .page(items, key, token, limit(max_results, MAX_RESULTS, MAX_RESULTS))
        .map_err(|_| error::invalid_parameter("Invalid pagination token"))
}
