//! What CreateGrant hands out beside the grant's id.
//!
//! Opaque to callers. Here every grant is usable at once, so that a token gives no permission: it only says which
//! grant is meant when it is retired, and what a token says is looked up and authorized like any other name.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use haechi_core::{AccountId, Random, Region};

use super::key_id::KeyId;

/// The form of the text.
const VERSION: &str = "1";

/// The grant that a token means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantToken {
    /// The account of the key.
    pub account: AccountId,
    /// The Region of the key.
    pub region: Region,
    /// The key.
    pub key: KeyId,
    /// The grant's id.
    pub grant: String,
}

impl GrantToken {
    /// A token for the grant; no two are equal.
    pub fn issue(&self, random: &dyn Random) -> String {
        let Self {
            account,
            region,
            key,
            grant,
        } = self;
        let nonce = random.hex(32);
        URL_SAFE_NO_PAD.encode(format!("{VERSION}|{account}|{region}|{key}|{grant}|{nonce}"))
    }

    /// Reads a token; `None` where it never was one.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let text = String::from_utf8(bytes).ok()?;
        let parts: Vec<&str> = text.split('|').collect();
        let [VERSION, account, region, key, grant, _nonce] = parts[..] else {
            return None;
        };
        Some(Self {
            account: AccountId::parse(account).ok()?,
            region: Region::parse(region).ok()?,
            key: KeyId::custom(key)?,
            grant: grant.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::grant::is_well_formed_token;
    use haechi_core::SystemRandom;

    #[test]
    fn tokens_of_one_grant_differ_and_mean_the_same() {
        let token = GrantToken {
            account: AccountId::parse("111122223333").unwrap(),
            region: Region::parse("ap-northeast-2").unwrap(),
            key: KeyId::custom("mrk-1234").unwrap(),
            grant: "0".repeat(64),
        };
        let random = SystemRandom::new();
        let (one, two) = (token.issue(&random), token.issue(&random));
        assert_ne!(one, two);
        assert!(is_well_formed_token(&one));
        assert_eq!(GrantToken::parse(&one).unwrap(), token);
        assert_eq!(GrantToken::parse(&two).unwrap(), token);
    }

    #[test]
    fn what_nobody_issued_is_no_token() {
        for junk in ["", "junk", "MXwxfDJ8M3w0fDU", &"A".repeat(64)] {
            assert!(GrantToken::parse(junk).is_none(), "{junk}");
        }
    }
}
