//! Pages: `position` and `limit`.

use haechi_core::{Failure, TokenForm, page};

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
    let form = TokenForm::Base64Url;
    let after = position
        .map(|position| form.read(position))
        .transpose()
        .map_err(|_| error::bad_request("Invalid position parameter"))?;
    let limit = match limit {
        None | Some(0) => DEFAULT_LIMIT,
        Some(limit) => usize::try_from(limit)
            .map_err(|_| error::bad_request("Invalid limit specified"))?
            .min(MAX_LIMIT),
    };
    let (page, last) = page::page(items, key, after.as_deref(), limit);
    Ok((page, last.map(|key| form.write(&key))))
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
