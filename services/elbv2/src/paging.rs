//! Pages: `Marker`, `PageSize`, `NextMarker`.

use haechi_core::{Failure, TokenForm, page};

use crate::error;

const FORM: TokenForm = TokenForm::Hex;

/// The most that a page holds, and what it holds where the request does not say.
const MOST: usize = 400;

/// What a request says of its page.
pub(crate) struct PageRequest {
    after: Option<String>,
    size: usize,
}

impl PageRequest {
    pub(crate) fn parse(marker: Option<&str>, size: Option<i32>) -> Result<Self, Failure> {
        let after = marker
            .map(|marker| FORM.read(marker))
            .transpose()
            .map_err(|_| error::validation("Invalid marker"))?;
        Ok(Self {
            after,
            size: page::limit(size, MOST, MOST),
        })
    }

    /// The page of a list that is sorted by `key`, and the marker of the next.
    pub(crate) fn of<T>(&self, items: Vec<T>, key: impl Fn(&T) -> String) -> (Vec<T>, Option<String>) {
        let (page, last) = page::page(items, key, self.after.as_deref(), self.size);
        (page, last.map(|key| FORM.write(&key)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_follow_each_other_without_gap_and_end() {
        let all = || vec!["a".to_owned(), "b".to_owned(), "c".to_owned()];
        let (page, marker) = PageRequest::parse(None, Some(2)).unwrap().of(all(), Clone::clone);
        assert_eq!(page, ["a", "b"]);
        let second = PageRequest::parse(marker.as_deref(), Some(2)).unwrap();
        assert_eq!(second.of(all(), Clone::clone), (vec!["c".to_owned()], None));
    }

    #[test]
    fn a_marker_of_somebody_else_is_refused() {
        assert!(PageRequest::parse(Some("no hexadecimal"), None).is_err());
    }
}
