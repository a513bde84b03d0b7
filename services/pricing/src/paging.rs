//! Pages: a token says where the next one begins, and of what.

use haechi_api_pricing::error::ErrorCode;
use haechi_core::Failure;

const MOST: usize = 100;

/// One page of `all`, and the token of the next. `what` is the question: its token does not fit another.
pub(crate) fn page<T>(
    all: Vec<T>,
    what: &str,
    token: Option<&str>,
    most: Option<i32>,
) -> Result<(Vec<T>, Option<String>), Failure> {
    let limit = match most {
        None => MOST,
        Some(most) => usize::try_from(most)
            .ok()
            .filter(|most| (1..=MOST).contains(most))
            .ok_or_else(|| {
                Failure::from(
                    ErrorCode::InvalidParameterException.with("MaxResults must be between 1 and 100."),
                )
            })?,
    };
    let start = token.map_or(Ok(0), |token| read(token, what).ok_or_else(refused))?;
    let end = (start + limit).min(all.len());
    let next = (end < all.len()).then(|| hex::encode(format!("{end}:{what}")));
    Ok((all.into_iter().skip(start).take(limit).collect(), next))
}

fn read(token: &str, what: &str) -> Option<usize> {
    let text = String::from_utf8(hex::decode(token).ok()?).ok()?;
    let (start, asked) = text.split_once(':')?;
    if asked == what {
        start.parse().ok().filter(|start| *start <= 1_000_000)
    } else {
        None
    }
}

fn refused() -> Failure {
    ErrorCode::InvalidNextTokenException
        .with("The pagination token is invalid. Try again without a token.")
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_follow_one_another_and_a_token_fits_its_own_question() {
        let (first, next) = page((0..5).collect(), "a", None, Some(3)).unwrap();
        assert_eq!(first, [0, 1, 2]);
        let token = next.unwrap();
        let (second, end) = page((0..5).collect::<Vec<_>>(), "a", Some(&token), Some(3)).unwrap();
        assert_eq!((second, end), (vec![3, 4], None));
        assert!(page(vec![1], "b", Some(&token), None).is_err());
        assert!(page(vec![1], "a", None, Some(0)).is_err());
    }
}
