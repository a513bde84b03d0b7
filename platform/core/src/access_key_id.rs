//! Access key ids: a prefix that tells the kind, and 16 characters that hold the account.
//!
//! AWS's ids are base32 over ten bytes. The first bit is set, the next 40 are the account's number, the rest is
//! chance; so GetAccessKeyInfo, and tools that look for leaked keys, read the account from the id alone. Ids of before
//! 2019 (`AKIAI…`, `AKIAJ…`) have the first bit clear and hold nothing.

use crate::{AccountId, Random};

const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// Where the account stands in the first six bytes.
const ACCOUNT_SHIFT: u32 = 7;
/// Set where an account stands there.
const HOLDS_ACCOUNT: u64 = 1 << 47;

/// A fresh id: `AKIA` for long-term keys, `ASIA` for temporary ones.
pub fn fresh(random: &dyn Random, prefix: &str, account: &AccountId) -> String {
    let number = account.as_str().parse::<u64>().unwrap_or_default();
    let mut chance = [0; 8];
    random.fill(&mut chance);
    let head = HOLDS_ACCOUNT | number << ACCOUNT_SHIFT | u64::from(chance[0] & 0x7f);
    let tail = u32::from_be_bytes([chance[1], chance[2], chance[3], chance[4]]);
    let bits = u128::from(head) << 32 | u128::from(tail);
    let characters = (0..16)
        .rev()
        .map(|place| char::from(ALPHABET[(bits >> (place * 5) & 31) as usize]));
    prefix.chars().chain(characters).collect()
}

/// The account that an id holds; none where it is not an access key's, or holds none.
pub fn account(id: &str) -> Option<AccountId> {
    let body = id.strip_prefix("AKIA").or_else(|| id.strip_prefix("ASIA"))?;
    if body.len() != 16 {
        return None;
    }
    let mut bits = 0_u128;
    for character in body.bytes() {
        let value = ALPHABET.iter().position(|known| *known == character)?;
        bits = bits << 5 | value as u128;
    }
    let head = u64::try_from(bits >> 32).ok()?;
    let number = (head & !HOLDS_ACCOUNT) >> ACCOUNT_SHIFT;
    let holds = head & HOLDS_ACCOUNT != 0 && number < 1_000_000_000_000;
    holds
        .then(|| AccountId::parse(&format!("{number:012}")).ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SystemRandom;

    #[test]
    fn an_id_holds_its_account() {
        for number in ["000000000000", "123456789012", "999999999999"] {
            let own = AccountId::parse(number).unwrap();
            let id = fresh(&SystemRandom::default(), "ASIA", &own);
            assert_eq!((id.len(), account(&id)), (20, Some(own)), "{id}");
        }
    }

    #[test]
    fn an_id_of_before_2019_holds_none() {
        assert_eq!(account("AKIAIOSFODNN7EXAMPLE"), None);
    }

    /// From "A short note on AWS KEY ID" by Tal Be'ery, who found the form.
    #[test]
    fn a_published_id_is_read() {
        let read = account("ASIAQNZGKIQY56JQ7WML").map(|account| account.to_string());
        assert_eq!(read.as_deref(), Some("029608264753"));
    }

    #[test]
    fn what_is_not_an_id_holds_none() {
        for id in [
            "",
            "AKIA",
            "AIDAQNZGKIQY56JQ7WML",
            "ASIAQNZGKIQY56JQ7WM1",
            "ASIA77777777777777777",
        ] {
            assert_eq!(account(id), None, "{id}");
        }
    }
}
