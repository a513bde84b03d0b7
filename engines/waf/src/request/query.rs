//! Query arguments: cut at `&` and the first `=`, nothing decoded, as AWS WAF leaves decoding to text
//! transformations.

use super::{name_and_value, parts};

/// Name and value of each argument, in order; empty parts (`a&&b`) are no arguments.
pub fn arguments(query: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    parts(query, b'&').map(name_and_value)
}
