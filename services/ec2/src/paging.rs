//! Pages: `MaxResults`, `NextToken`.

use haechi_core::{Failure, TokenForm, page};

use crate::error;

const FORM: TokenForm = TokenForm::Hex;

/// The most that a page holds where the request does not say.
const DEFAULT_RESULTS: usize = 1_000;

/// What a request says of its page.
pub(crate) struct PageRequest {
    after: Option<String>,
    limit: usize,
}

impl PageRequest {
    pub(crate) fn parse(token: Option<&str>, max_results: Option<i32>) -> Result<Self, Failure> {
        let after = token
            .map(|token| FORM.read(token))
            .transpose()
            .map_err(|_| error::refuse("InvalidNextToken", "The token is not valid."))?;
        Ok(Self {
            after,
            limit: page::limit(max_results, DEFAULT_RESULTS, usize::MAX),
        })
    }

    /// The page of a list that is sorted by `key`, and the token of the next.
    pub(crate) fn of<T>(&self, items: Vec<T>, key: impl Fn(&T) -> &str) -> (Vec<T>, Option<String>) {
        let key = |item: &T| key(item).to_owned();
        let (page, last) = page::page(items, key, self.after.as_deref(), self.limit);
        (page, last.map(|key| FORM.write(&key)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_follow_each_other_without_gap_and_end() {
        let all = || vec!["a", "b", "c"];
        let first = PageRequest::parse(None, Some(2)).unwrap();
        let (page, token) = first.of(all(), |item| item);
        assert_eq!(page, ["a", "b"]);
        let second = PageRequest::parse(token.as_deref(), Some(2)).unwrap();
        assert_eq!(second.of(all(), |item| item), (vec!["c"], None));
        assert_eq!(
            PageRequest::parse(None, Some(3))
                .unwrap()
                .of(all(), |item| item)
                .1,
            None
        );
    }

    #[test]
    fn a_token_of_somebody_else_is_refused() {
        assert!(PageRequest::parse(Some("zz"), None).is_err());
    }
}
