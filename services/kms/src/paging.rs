//! `Limit`, `Marker`, `NextMarker`, `Truncated`.
//!
//! A marker is the last id of the page before, in base64, so that it stays good when that record goes.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use haechi_api_kms::error::ErrorCode;
use haechi_core::Failure;

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
    let Some(marker) = marker else {
        return Ok(None);
    };
    let bytes = URL_SAFE_NO_PAD.decode(marker).ok();
    match bytes.and_then(|bytes| String::from_utf8(bytes).ok()) {
        Some(id) => Ok(Some(id)),
        None => Err(ErrorCode::InvalidMarkerException
            .with(format!("Invalid marker: {marker}"))
            .into()),
    }
}

/// Cuts a page out of `all`, which is in the order of `id`.
pub(crate) fn page<T>(
    all: Vec<T>,
    marker: Option<&str>,
    limit: usize,
    id: impl Fn(&T) -> String,
) -> Result<Page<T>, Failure> {
    let after = read_marker(marker)?;
    let mut rest: Vec<T> = all
        .into_iter()
        .filter(|item| after.as_ref().is_none_or(|after| id(item) > *after))
        .collect();
    let more = rest.len() > limit;
    rest.truncate(limit);
    let next_marker = more
        .then(|| rest.last().map(|last| URL_SAFE_NO_PAD.encode(id(last))))
        .flatten();
    Ok(Page {
        items: rest,
        next_marker,
    })
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
