//! `Limit`, `Marker`, `NextMarker`, `Truncated`.

use haechi_api_kms::error::ErrorCode;
use haechi_core::{Failure, TokenForm, page};

const FORM: TokenForm = TokenForm::Base64Url;

/// One page of a list.
#[derive(Debug)]
pub(crate) struct Page<T> {
    pub(crate) items: Vec<T>,
    pub(crate) next_marker: Option<String>,
}

impl<T> Page<T> {
    /// Whether more follows.
    pub(crate) fn truncated(&self) -> Option<bool> {
        Some(self.next_marker.is_some())
    }
}

/// The id behind a marker.
pub(crate) fn read_marker(marker: Option<&str>) -> Result<Option<String>, Failure> {
    marker
        .map(|marker| FORM.read(marker).map_err(|_| invalid(marker)))
        .transpose()
}

/// Cuts a page out of `all`, which is in the order of `id`.
pub(crate) fn page<T>(
    all: Vec<T>,
    marker: Option<&str>,
    limit: usize,
    id: impl Fn(&T) -> String,
) -> Result<Page<T>, Failure> {
    let after = read_marker(marker)?;
    let (items, last) = page::page(all, id, after.as_deref(), limit);
    Ok(Page {
        items,
        next_marker: last.map(|id| FORM.write(&id)),
    })
}

fn invalid(marker: &str) -> Failure {
    ErrorCode::InvalidMarkerException
        .with(format!("Invalid marker: {marker}"))
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_meet_without_gap_or_overlap() {
        let all: Vec<String> = (0..7).map(|n| format!("k{n}")).collect();
        let mut seen = Vec::new();
        let mut marker: Option<String> = None;
        loop {
            let page = page(all.clone(), marker.as_deref(), 3, Clone::clone).unwrap();
            seen.extend(page.items);
            match page.next_marker {
                Some(next) => marker = Some(next),
                None => break,
            }
        }
        assert_eq!(seen, all);
    }

    #[test]
    fn a_marker_that_nobody_gave_is_refused() {
        assert!(matches!(read_marker(Some("§")), Err(Failure::Api(e)) if e.code == "InvalidMarkerException"));
    }
}
