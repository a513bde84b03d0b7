//! Pages: `Marker`, `MaxItems`, `NextMarker`. A marker is the id of the last item of the page before.

use haechi_core::{Failure, page};

use crate::error;

/// The most items of a page, and as many as it holds where the request does not say.
const MAX_ITEMS: usize = 100;

/// One page of a list that is sorted by `key`.
pub(crate) struct Page<T> {
    pub(crate) items: Vec<T>,
    pub(crate) next: Option<String>,
    pub(crate) max_items: i32,
}

impl<T> Page<T> {
    pub(crate) fn quantity(&self) -> Option<i32> {
        i32::try_from(self.items.len()).ok()
    }
}

/// The page that a request asks for.
pub(crate) fn page<T>(
    items: impl IntoIterator<Item = T>,
    key: impl Fn(&T) -> String,
    marker: Option<&str>,
    max_items: Option<&str>,
) -> Result<Page<T>, Failure> {
    let limit = match max_items {
        None => MAX_ITEMS,
        Some(text) => text
            .parse::<usize>()
            .ok()
            .filter(|limit| *limit > 0)
            .ok_or_else(|| error::invalid_argument("The parameter MaxItems is invalid."))?
            .min(MAX_ITEMS),
    };
    let marker = marker.filter(|marker| !marker.is_empty());
    let (items, next) = page::page(items, key, marker, limit);
    Ok(Page {
        items,
        next,
        max_items: i32::try_from(limit).unwrap_or(i32::MAX),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_follow_each_other_to_the_end() {
        let items = ["a", "b", "c"].map(str::to_owned);
        let first = page(items.clone(), String::clone, None, Some("2")).unwrap();
        assert_eq!((first.items.len(), first.next.as_deref()), (2, Some("b")));
        let last = page(items, String::clone, Some("b"), Some("2")).unwrap();
        assert_eq!((last.items, last.next), (vec!["c".to_owned()], None));
        assert!(page(["a".to_owned()], String::clone, None, Some("no")).is_err());
    }
}
