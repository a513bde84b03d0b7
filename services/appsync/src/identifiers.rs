//! Ids as AppSync makes them: 26 lower-case letters and digits.

use haechi_core::Random;

const LOWER: &[u8] = b"abcdefghijklmnopqrstuvwxyz234567";

/// The id of an API, or the first label of its host names.
pub(crate) fn api(random: &dyn Random) -> String {
    random.text(26, LOWER)
}

/// An API key.
pub(crate) fn api_key(random: &dyn Random) -> String {
    format!("da2-{}", random.text(26, LOWER))
}
