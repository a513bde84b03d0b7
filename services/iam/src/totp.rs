//! Time-based one-time passwords (RFC 6238): six digits, HMAC-SHA-1, steps of thirty seconds.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac;

/// The length of a step.
const STEP_MS: i64 = 30_000;

/// The secret that a device and the server share.
pub(crate) struct Seed(hmac::Key);

impl Seed {
    /// Reads a seed in Base32 (RFC 4648), without padding; `None` where it is none.
    pub(crate) fn from_base32(text: &[u8]) -> Option<Self> {
        let (mut bytes, mut bits, mut held) = (Vec::new(), 0_u32, 0);
        for character in text {
            let value = match character {
                b'A'..=b'Z' => character - b'A',
                b'2'..=b'7' => character - b'2' + 26,
                _ => return None,
            };
            bits = (bits << 5) | u32::from(value);
            held += 5;
            if held >= 8 {
                held -= 8;
                bytes.push((bits >> held) as u8);
                bits &= (1 << held) - 1;
            }
        }
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &bytes);
        (!bytes.is_empty()).then_some(Self(key))
    }

    fn code(&self, step: i64) -> String {
        let mac = hmac::sign(&self.0, &step.to_be_bytes());
        let mac = mac.as_ref();
        let at = usize::from(mac[mac.len() - 1] & 0x0f);
        let number = u32::from_be_bytes([mac[at], mac[at + 1], mac[at + 2], mac[at + 3]]) & 0x7fff_ffff;
        format!("{:06}", number % 1_000_000)
    }

    /// Whether `code` is the one of a step.
    pub(crate) fn is_code(&self, code: &str, step: i64) -> bool {
        verify_slices_are_equal(self.code(step).as_bytes(), code.as_bytes()).is_ok()
    }

    /// The step of the second of two codes that follow each other, at most `reach` steps away from `around`.
    pub(crate) fn step_of_pair(&self, first: &str, second: &str, around: i64, reach: i64) -> Option<i64> {
        (around - reach..=around + reach)
            .find(|step| self.is_code(first, step - 1) && self.is_code(second, *step))
    }
}

/// The step that an instant lies in.
pub(crate) fn step_at(ms: i64) -> i64 {
    ms.div_euclid(STEP_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// "12345678901234567890", the secret of RFC 6238's appendix B.
    fn rfc() -> Seed {
        Seed::from_base32(b"GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ").unwrap()
    }

    #[test]
    fn codes_are_those_of_rfc_6238() {
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (20_000_000_000, "353130"),
        ] {
            assert!(rfc().is_code(code, step_at(seconds * 1_000)), "{seconds}");
        }
        assert!(!rfc().is_code("287083", step_at(59_000)));
    }

    #[test]
    fn two_codes_must_follow_each_other() {
        let seed = rfc();
        let (first, second) = (seed.code(100), seed.code(101));
        assert_eq!(seed.step_of_pair(&first, &second, 102, 2), Some(101));
        assert_eq!(seed.step_of_pair(&second, &first, 102, 2), None);
        assert_eq!(seed.step_of_pair(&first, &second, 104, 2), None, "too long ago");
    }

    #[test]
    fn what_is_not_base32_is_no_seed() {
        for bad in [b"".as_slice(), b"abc", b"AAAAAAA1"] {
            assert!(Seed::from_base32(bad).is_none());
        }
    }
}
