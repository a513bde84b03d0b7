//! Pages: `Marker`, `PageSize`, `NextMarker`. A marker is opaque to clients: the key of the last item of the page before.

use haechi_core::Failure;

use crate::error;

/// The most that a page holds, and what it holds where the request does not say.
const MOST: usize = 400;

/// What a request says of its page.
pub(crate) struct PageRequest {
    after: Option<String>,
    size: usize,
}

impl PageRequest {
    pub(crate) fn parse(marker: Option<&str>, size: Option<i32>) -> Result<Self, Failure> {
        let invalid = || error::validation("Invalid marker");
        let after = marker
            .map(|marker| {
                let bytes = hex::decode(marker).map_err(|_| invalid())?;
                String::from_utf8(bytes).map_err(|_| invalid())
            })
            .transpose()?;
        let size = size.and_then(|size| usize::try_from(size).ok());
        Ok(Self {
            after,
            size: size.filter(|size| *size > 0).unwrap_or(MOST).min(MOST),
        })
    }

    /// The page of a list that is sorted by `key`, and the marker of the next.
    pub(crate) fn of<T>(&self, items: Vec<T>, key: impl Fn(&T) -> String) -> (Vec<T>, Option<String>) {
        let after = self.after.as_ref();
        let mut rest = items
            .into_iter()
            .filter(|item| after.is_none_or(|after| key(item) > *after));
        let page: Vec<T> = rest.by_ref().take(self.size).collect();
        let more = rest.next().is_some();
        let marker = page.last().filter(|_| more).map(|last| hex::encode(key(last)));
        (page, marker)
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
