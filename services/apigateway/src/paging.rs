//! Pages: `position` and `limit`.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use haechi_core::Failure;

use crate::error;

/// How many items a page holds where the request does not say, and at most (API Gateway API reference, `limit`).
const DEFAULT_LIMIT: usize = 25;
const MAX_LIMIT: usize = 500;

/// One page of a list that is sorted by `key`, and where the next begins.
pub(crate) fn page<T>(
    items: impl IntoIterator<Item = T>,
    key: impl Fn(&T) -> String,
    position: Option<&str>,
    limit: Option<i32>,
) -> Result<(Vec<T>, Option<String>), Failure> {
    let after = position.map(decode).transpose()?;
    let limit = match limit {
        None | Some(0) => DEFAULT_LIMIT,
        Some(limit) => usize::try_from(limit)
            .map_err(|_| error::bad_request("Invalid limit specified"))?
            .min(MAX_LIMIT),
    };
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

fn decode(position: &str) -> Result<String, Failure> {
    URL_SAFE_NO_PAD
        .decode(position)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .ok_or_else(|| error::bad_request("Invalid position parameter"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_follow_each_other_to_the_end() {
        let items = ["a", "b", "c"].map(str::to_owned);
        let (first, next) = page(items.clone(), String::clone, None, Some(2)).unwrap();
        assert_eq!(first, ["a", "b"]);
        let (second, next) = page(items, String::clone, next.as_deref(), Some(2)).unwrap();
        assert_eq!((second, next), (vec!["c".to_owned()], None));
    }

    #[test]
    fn a_position_that_nobody_gave_is_refused() {
        assert!(page(["a".to_owned()], String::clone, Some("%"), None).is_err());
    }
}
