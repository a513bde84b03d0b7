//! Pages of lists that are in memory.

use haechi_core::{Failure, TokenForm};

use crate::error;

/// Cuts a page out of `all`, which is in the order of `key`; the second value is the token for the rest.
pub(crate) fn page<T>(
    all: Vec<T>,
    token: Option<&str>,
    limit: usize,
    key: impl Fn(&T) -> String,
) -> Result<(Vec<T>, Option<String>), Failure> {
    TokenForm::Base64Url
        .page(all, key, token, limit)
        .map_err(|_| error::bad_token())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_meet_without_gap_or_overlap() {
        let all: Vec<String> = (0..7).map(|nth| format!("g{nth}")).collect();
        let (mut seen, mut token) = (Vec::new(), None::<String>);
        loop {
            let (items, next) = page(all.clone(), token.as_deref(), 3, Clone::clone).unwrap();
            seen.extend(items);
            match next {
                Some(next) => token = Some(next),
                None => break,
            }
        }
        assert_eq!(seen, all);
        assert!(page(all, Some("§"), 3, Clone::clone).is_err());
    }
}
