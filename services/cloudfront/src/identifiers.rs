//! Ids as CloudFront makes them: `E` or `I` and thirteen capital letters and digits, `d` and thirteen small ones.

use haechi_core::Random;

const UPPER: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const LOWER: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";

/// The id of a distribution; also a version (`ETag`).
pub(crate) fn distribution(random: &dyn Random) -> String {
    format!("E{}", random.text(13, UPPER))
}

/// The id of an invalidation.
pub(crate) fn invalidation(random: &dyn Random) -> String {
    format!("I{}", random.text(13, UPPER))
}

/// The host name of a distribution.
pub(crate) fn domain_name(random: &dyn Random) -> String {
    format!("d{}.cloudfront.net", random.text(13, LOWER))
}
