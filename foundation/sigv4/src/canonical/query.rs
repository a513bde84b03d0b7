//! The canonical query.

use std::borrow::Cow;

use crate::percent::{Plus, Slash, decode, encode_into, is_canonical};
use crate::presigned::{SECURITY_TOKEN, SIGNATURE, pairs};

/// Which parameters of a presigned URL are not part of what was signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Leave {
    /// All were signed: the signature stands in the header.
    None,
    /// All but the signature.
    Signature,
    /// All but the signature and the session token, which was added after signing.
    SignatureAndToken,
}

/// Appends all parameters, encoded anew, sorted by name and then by value.
pub(crate) fn append(out: &mut Vec<u8>, query: &str, leave: Leave) {
    if query.is_empty() {
        return;
    }
    let mut sorted: Vec<_> = pairs(query)
        .map(|(name, value)| (canonical(name), canonical(value)))
        .filter(|(name, _)| !left(name, leave))
        .collect();
    sorted.sort_unstable();
    for (index, (name, value)) in sorted.iter().enumerate() {
        if index > 0 {
            out.push(b'&');
        }
        out.extend_from_slice(name);
        out.push(b'=');
        out.extend_from_slice(value);
    }
}

/// The names are of unreserved characters, so their canonical form is the name itself.
fn left(name: &[u8], leave: Leave) -> bool {
    match leave {
        Leave::None => false,
        Leave::Signature => name == SIGNATURE,
        Leave::SignatureAndToken => name == SIGNATURE || name == SECURITY_TOKEN,
    }
}

fn canonical(encoded: &[u8]) -> Cow<'_, [u8]> {
    if is_canonical(encoded) {
        return Cow::Borrowed(encoded);
    }
    let mut out = Vec::with_capacity(encoded.len() * 3);
    encode_into(&mut out, &decode(encoded, Plus::Space), Slash::Encode);
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(query: &str, leave: Leave) -> String {
        let mut out = Vec::new();
        append(&mut out, query, leave);
        String::from_utf8(out).expect("ASCII")
    }

    #[test]
    fn sorted_by_encoded_name_then_value() {
        assert_eq!(of("b=2&a=z&a=1&a-b=&a", Leave::None), "a=&a=1&a=z&a-b=&b=2");
    }

    #[test]
    fn spelling_does_not_matter() {
        assert_eq!(of("p=a+b", Leave::None), of("%70=a%20b", Leave::None));
        assert_eq!(of("p=/", Leave::None), "p=%2F");
    }

    #[test]
    fn only_the_named_parameters_are_left_out() {
        let query = "X-Amz-Signature=s&X-Amz-Security-Token=t&x-amz-signature=u";
        assert_eq!(
            of(query, Leave::Signature),
            "X-Amz-Security-Token=t&x-amz-signature=u"
        );
        assert_eq!(of(query, Leave::SignatureAndToken), "x-amz-signature=u");
        assert_eq!(
            of(query, Leave::None),
            "X-Amz-Security-Token=t&X-Amz-Signature=s&x-amz-signature=u"
        );
    }
}
