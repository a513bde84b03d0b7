//! Pages: `Marker`, `MaxItems`, `IsTruncated`.

use haechi_core::{Failure, TokenForm, page};
use haechi_store::{Id, Record, Scope, Store, Table};

use crate::error;

const FORM: TokenForm = TokenForm::Hex;

/// How many items a page holds where the request does not say.
const DEFAULT_ITEMS: usize = 100;
/// How many records one read of the store takes while it looks for a page's items.
const CHUNK: usize = 500;

/// What a request says of its page.
pub(crate) struct PageRequest {
    after: Option<String>,
    limit: usize,
}

/// One page of an answer.
pub(crate) struct Page<T> {
    /// Its items.
    pub items: Vec<T>,
    /// Where the next page begins, if there is one.
    pub marker: Option<String>,
}

impl<T> Page<T> {
    /// `IsTruncated`.
    pub(crate) fn is_truncated(&self) -> bool {
        self.marker.is_some()
    }
}

impl PageRequest {
    pub(crate) fn parse(marker: Option<&str>, max_items: Option<i32>) -> Result<Self, Failure> {
        let after = marker
            .map(|marker| FORM.read(marker))
            .transpose()
            .map_err(|_| error::validation("Invalid Marker."))?;
        let limit = page::limit(max_items, DEFAULT_ITEMS, usize::MAX);
        Ok(Self { after, limit })
    }

    /// The page of a list that is at hand, sorted by `key`.
    pub(crate) fn of<T>(&self, items: impl IntoIterator<Item = T>, key: impl Fn(&T) -> String) -> Page<T> {
        let (items, last) = page::page(items, key, self.after.as_deref(), self.limit);
        Page {
            items,
            marker: last.map(|key| FORM.write(&key)),
        }
    }

    /// The page of a table's records that `wanted` lets through, in the order of their names.
    pub(crate) async fn scan<T: Record>(
        &self,
        store: &Store,
        table: &Table<T>,
        scope: &Scope,
        wanted: impl Fn(&T) -> bool,
    ) -> Result<Page<std::sync::Arc<T>>, Failure> {
        let mut after = self.after.as_deref().map(|after| Id::of(&after));
        let (mut items, mut last) = (Vec::new(), None);
        loop {
            let chunk = store.list(table, scope, after.as_ref(), CHUNK).await?;
            let exhausted = chunk.len() < CHUNK;
            for (id, record) in chunk {
                if wanted(&record) {
                    if items.len() == self.limit {
                        return Ok(Page { items, marker: last });
                    }
                    items.push(record);
                    last = id.str(0).map(|key| FORM.write(key));
                }
                after = Some(id);
            }
            if exhausted {
                return Ok(Page { items, marker: None });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(marker: Option<&str>, limit: i32) -> Page<&'static str> {
        PageRequest::parse(marker, Some(limit))
            .unwrap()
            .of(["a", "b", "c"], |s| (*s).to_owned())
    }

    #[test]
    fn pages_follow_each_other_without_gap_and_end() {
        let first = page(None, 2);
        assert_eq!(first.items, ["a", "b"]);
        let second = page(first.marker.as_deref(), 2);
        assert_eq!(second.items, ["c"]);
        assert!(!second.is_truncated());
        assert_eq!(
            page(None, 3).marker,
            None,
            "a page that ends with the last item is the last one"
        );
    }

    #[test]
    fn a_marker_of_somebody_else_is_refused() {
        for bad in ["x", "zz", "é", "ff"] {
            assert!(PageRequest::parse(Some(bad), None).is_err(), "{bad}");
        }
    }
}
