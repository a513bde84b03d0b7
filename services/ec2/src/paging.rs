//! Pages: `MaxResults`, `NextToken`. A token is opaque to clients: the id of the last item of the page before.

use haechi_core::Failure;

use crate::error;

/// The most that a page holds where the request does not say.
const DEFAULT_RESULTS: usize = 1_000;

/// What a request says of its page.
#[derive(Default)]
pub(crate) struct PageRequest {
    after: Option<String>,
    limit: Option<usize>,
}

impl PageRequest {
    pub(crate) fn parse(token: Option<&str>, max_results: Option<i32>) -> Result<Self, Failure> {
        let invalid = || error::refuse("InvalidNextToken", "The token is not valid.");
        let after = token
            .map(|token| {
                let bytes = hex::decode(token).map_err(|_| invalid())?;
                String::from_utf8(bytes).map_err(|_| invalid())
            })
            .transpose()?;
        Ok(Self {
            after,
            limit: max_results
                .and_then(|n| usize::try_from(n).ok())
                .filter(|n| *n > 0),
        })
    }

    /// The page of a list that is sorted by `key`, and the token of the next.
    pub(crate) fn of<T>(&self, items: Vec<T>, key: impl Fn(&T) -> &str) -> (Vec<T>, Option<String>) {
        let after = self.after.as_deref();
        let mut rest = items
            .into_iter()
            .filter(|item| after.is_none_or(|after| key(item) > after));
        let page: Vec<T> = rest
            .by_ref()
            .take(self.limit.unwrap_or(DEFAULT_RESULTS))
            .collect();
        let more = rest.next().is_some();
        let token = page.last().filter(|_| more).map(|last| hex::encode(key(last)));
        (page, token)
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
