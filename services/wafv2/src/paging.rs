//! `Limit` and `NextMarker`.
//!
//! AWS's marker is the name of the last item, and it is given whenever there was an item: the page after the last one
//! is empty and has none (answers that the AWS CLI's examples show).

/// Items on a page where no limit is given, and at most.
pub(crate) const LIMIT: usize = 100;

/// The limit of a request.
pub(crate) fn limit(asked: Option<i32>) -> usize {
    asked
        .and_then(|limit| usize::try_from(limit).ok())
        .map_or(LIMIT, |limit| limit.clamp(1, LIMIT))
}

/// The page of `all` (in the order of their names) after the marker, and the marker for the next.
pub(crate) fn page<T>(
    all: impl IntoIterator<Item = T>,
    name: impl Fn(&T) -> &str,
    marker: Option<&str>,
    asked: Option<i32>,
) -> (Vec<T>, Option<String>) {
    let mut skipping = marker;
    let items: Vec<T> = all
        .into_iter()
        .filter(|item| match skipping {
            None => true,
            Some(last) => {
                if name(item) == last {
                    skipping = None;
                }
                false
            }
        })
        .take(limit(asked))
        .collect();
    let next = items.last().map(|item| name(item).to_owned());
    (items, next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_meet_without_gap_or_overlap() {
        let all = ["b", "a", "d", "c", "e"];
        let (mut seen, mut marker, mut pages) = (Vec::new(), None, 0);
        loop {
            let (items, next) = page(all, |item| item, marker.as_deref(), Some(2));
            pages += 1;
            if items.is_empty() {
                assert_eq!(next, None);
                break;
            }
            seen.extend(items);
            marker = next;
        }
        assert_eq!((seen.as_slice(), pages), (all.as_slice(), 4));
    }
}
