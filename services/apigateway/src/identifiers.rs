//! Ids as API Gateway makes them: ten lower-case letters and digits for an API and its root, six for what is in it.

use haechi_core::Random;

const ALPHABET: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";

/// The id of an API, of its root resource, of a domain name's host.
pub(crate) fn long(random: &dyn Random) -> String {
    random.text(10, ALPHABET)
}

/// The id of a resource or deployment.
pub(crate) fn short(random: &dyn Random) -> String {
    random.text(6, ALPHABET)
}

/// The first label of a distribution's host name.
pub(crate) fn distribution(random: &dyn Random) -> String {
    format!("d{}", random.text(13, ALPHABET))
}
