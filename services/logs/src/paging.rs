//! Pages of lists that are in memory. A token is the last name of the page before, so that it stays good when that
//! one goes.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use haechi_core::Failure;

use crate::error;

/// Cuts a page out of `all`, which is in the order of `key`; the second value is the token for the rest.
pub(crate) fn page<T>(
    all: Vec<T>,
    token: Option<&str>,
    limit: usize,
    key: impl Fn(&T) -> String,
) -> Result<(Vec<T>, Option<String>), Failure> {
    let after = match token {
        None => None,
        Some(token) => {
            let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| error::bad_token())?;
            Some(String::from_utf8(bytes).map_err(|_| error::bad_token())?)
        }
    };
    let mut rest: Vec<T> = all
        .into_iter()
        .skip_while(|item| after.as_ref().is_some_and(|after| key(item) <= *after))
        .collect();
    let more = rest.len() > limit;
    rest.truncate(limit);
    let next = rest
        .last()
        .filter(|_| more)
        .map(|last| URL_SAFE_NO_PAD.encode(key(last)));
    Ok((rest, next))
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
