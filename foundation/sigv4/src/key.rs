//! The derived key that signs for one access key, day, Region and service.

use aws_lc_rs::hmac::{self, HMAC_SHA256};
use zeroize::Zeroizing;

use crate::TERMINATOR;

/// A signing key (AWS's `kSigning`). It can sign for a day at most, in one Region and service; it does not
/// reveal the secret that it was derived from. The memory that holds it is wiped when it is dropped.
#[derive(Clone)]
pub struct SigningKey(hmac::Key);

impl SigningKey {
    /// Derives the key of `secret` for `day` (`YYYYMMDD`), Region and service: four chained HMACs.
    pub fn derive(secret: &str, day: &str, region: &str, service: &str) -> Self {
        let mut first = Zeroizing::new(Vec::with_capacity(4 + secret.len()));
        first.extend_from_slice(b"AWS4");
        first.extend_from_slice(secret.as_bytes());
        let date_key = tag(&first, day);
        let region_key = tag(&*date_key, region);
        let service_key = tag(&*region_key, service);
        Self(hmac::Key::new(HMAC_SHA256, &*tag(&*service_key, TERMINATOR)))
    }

    /// The signature of a string to sign.
    pub fn sign(&self, string_to_sign: &[u8]) -> [u8; 32] {
        bytes(&hmac::sign(&self.0, string_to_sign))
    }

    /// True if `signature` is the one of `string_to_sign`. Takes the same time wherever they differ, so that
    /// nobody can guess a signature byte by byte.
    pub(crate) fn verifies(&self, string_to_sign: &[u8], signature: &[u8; 32]) -> bool {
        hmac::verify(&self.0, string_to_sign, signature).is_ok()
    }
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SigningKey(redacted)")
    }
}

fn tag(key: &[u8], text: &str) -> Zeroizing<[u8; 32]> {
    let key = hmac::Key::new(HMAC_SHA256, key);
    Zeroizing::new(bytes(&hmac::sign(&key, text.as_bytes())))
}

fn bytes(tag: &hmac::Tag) -> [u8; 32] {
    tag.as_ref().try_into().expect("HMAC-SHA-256 makes 32 bytes")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the IAM user guide ("Create a signed AWS API request", derive a signing key).
    #[test]
    fn derives_the_key_of_the_published_example() {
        let key = SigningKey::derive(
            "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
            "20150830",
            "us-east-1",
            "iam",
        );
        let string_to_sign = "AWS4-HMAC-SHA256\n20150830T123600Z\n20150830/us-east-1/iam/aws4_request\n\
             f536975d06c0309214f805bb90ccff089219ecd68b2577efef23edd43b7e1a59";
        assert_eq!(
            hex::encode(key.sign(string_to_sign.as_bytes())),
            "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
        );
    }

    #[test]
    fn does_not_print_itself() {
        let key = SigningKey::derive("secret", "20150830", "us-east-1", "iam");
        assert_eq!(format!("{key:?}"), "SigningKey(redacted)");
    }
}
