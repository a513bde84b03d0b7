//! Ids as Cognito makes them.

use haechi_core::{Random, Region};

const MIXED: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const LOWER: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";

/// `REGION_` and nine letters and digits.
pub(crate) fn pool(random: &dyn Random, region: &Region) -> String {
    format!("{region}_{}", random.text(9, MIXED))
}

/// The id of an app client.
pub(crate) fn client(random: &dyn Random) -> String {
    random.text(26, LOWER)
}

/// The secret of an app client.
pub(crate) fn client_secret(random: &dyn Random) -> String {
    random.text(51, LOWER)
}

/// The host name of the distribution in front of a domain.
pub(crate) fn distribution(random: &dyn Random) -> String {
    format!("d{}.cloudfront.net", random.text(13, LOWER))
}
