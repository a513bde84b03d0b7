//! Pages of lists: where one begins, what it holds, and the token of the next.
//!
//! A token names the last item of the page before, and not a position: it stays good when that item goes or others
//! come, and pages meet without gap or overlap. Services keep what is theirs: how many items a page holds, how their
//! tokens are written, and what they answer to one that nobody gave.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// One page of `items`, which are in the order of `key`: at most `limit` of those behind the key `after`. The second
/// value is the key of the page's last item if more follow, and then the next page's `after`.
pub fn page<T>(
    items: impl IntoIterator<Item = T>,
    key: impl Fn(&T) -> String,
    after: Option<&str>,
    limit: usize,
) -> (Vec<T>, Option<String>) {
    let mut rest = items
        .into_iter()
        .filter(|item| after.is_none_or(|after| key(item).as_str() > after));
    let page: Vec<T> = rest.by_ref().take(limit).collect();
    let more = rest.next().is_some();
    let last = page.last().filter(|_| more).map(key);
    (page, last)
}

/// How many items a page holds: what was asked for, but not more than `most`; `default` where the request says
/// nothing, or a number that is not positive.
pub fn limit(asked: Option<i32>, default: usize, most: usize) -> usize {
    asked
        .and_then(|asked| usize::try_from(asked).ok())
        .filter(|asked| *asked > 0)
        .map_or(default, |asked| asked.min(most))
}

/// The token is none that a page before this one gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a page's token that nobody gave")]
pub struct InvalidToken;

/// How a key is written as a token, which is opaque to clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenForm {
    /// Base64 in the alphabet of URLs, without padding.
    Base64Url,
    /// Hexadecimal digits.
    Hex,
}

impl TokenForm {
    /// The token for a key.
    pub fn write(self, key: &str) -> String {
        match self {
            Self::Base64Url => URL_SAFE_NO_PAD.encode(key),
            Self::Hex => hex::encode(key),
        }
    }

    /// The key behind a token.
    pub fn read(self, token: &str) -> Result<String, InvalidToken> {
        let bytes = match self {
            Self::Base64Url => URL_SAFE_NO_PAD.decode(token).ok(),
            Self::Hex => hex::decode(token).ok(),
        };
        bytes
            .and_then(|bytes| String::from_utf8(bytes).ok())
            .ok_or(InvalidToken)
    }

    /// As [`page`], with tokens for keys.
    pub fn page<T>(
        self,
        items: impl IntoIterator<Item = T>,
        key: impl Fn(&T) -> String,
        token: Option<&str>,
        limit: usize,
    ) -> Result<(Vec<T>, Option<String>), InvalidToken> {
        let after = token.map(|token| self.read(token)).transpose()?;
        let (page, last) = page(items, key, after.as_deref(), limit);
        Ok((page, last.map(|key| self.write(&key))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORMS: [TokenForm; 2] = [TokenForm::Base64Url, TokenForm::Hex];

    #[test]
    fn pages_meet_without_gap_or_overlap() {
        let all: Vec<String> = (0..7).map(|nth| format!("k{nth}")).collect();
        for (form, limit) in FORMS
            .into_iter()
            .flat_map(|form| [(form, 3), (form, 7), (form, 1)])
        {
            let (mut seen, mut token) = (Vec::new(), None::<String>);
            loop {
                let (items, next) = form
                    .page(all.clone(), Clone::clone, token.as_deref(), limit)
                    .unwrap();
                assert!((1..=limit).contains(&items.len()));
                seen.extend(items);
                match next {
                    Some(next) => token = Some(next),
                    None => break,
                }
            }
            assert_eq!(seen, all);
        }
    }

    #[test]
    fn a_page_that_ends_with_the_last_item_is_the_last_one() {
        let own = |item: &&str| (*item).to_owned();
        assert_eq!(page(["a", "b"], own, None, 2), (vec!["a", "b"], None));
        assert_eq!(page(["a", "b"], own, Some("b"), 2), (vec![], None));
    }

    #[test]
    fn a_token_stays_good_when_its_item_goes() {
        let own = |item: &&str| (*item).to_owned();
        let (_, last) = page(["a", "b", "c"], own, None, 2);
        assert_eq!(page(["a", "c"], own, last.as_deref(), 2), (vec!["c"], None));
    }

    #[test]
    fn tokens_are_as_they_always_were() {
        assert_eq!(TokenForm::Base64Url.write("§?"), "wqc_");
        assert_eq!(TokenForm::Hex.write("jk"), "6a6b");
    }

    #[test]
    fn a_token_that_nobody_gave_is_refused() {
        for bad in ["§", "%", "z", "no hexadecimal", "A"] {
            for form in FORMS {
                assert_eq!(form.read(bad), Err(InvalidToken), "{bad}");
            }
        }
        // No text behind them.
        assert_eq!(TokenForm::Hex.read("ff"), Err(InvalidToken));
        assert_eq!(TokenForm::Base64Url.read("_w"), Err(InvalidToken));
    }

    #[test]
    fn limits_are_positive_and_held() {
        assert_eq!(limit(None, 10, 100), 10);
        assert_eq!(limit(Some(0), 10, 100), 10);
        assert_eq!(limit(Some(-1), 10, 100), 10);
        assert_eq!(limit(Some(50), 10, 100), 50);
        assert_eq!(limit(Some(500), 10, 100), 100);
    }
}
