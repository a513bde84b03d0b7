//! HEX_DECODE and SQL_HEX_DECODE.
//!
//! HEX_DECODE stops at the first pair that is not hexadecimal and keeps what came before it (ModSecurity decodes
//! such pairs to garbage, Coraza to nothing).

use super::{Outcome, hex_digit, hex_pair};
use memchr::memchr2_iter;

pub(super) fn decode(input: &[u8], out: &mut Vec<u8>) -> Outcome {
    out.extend(input.chunks_exact(2).map_while(hex_pair));
    Outcome::Written
}

/// `0x414243` anywhere in the input becomes `ABC`. A last odd digit stays.
pub(super) fn decode_sql(input: &[u8], out: &mut Vec<u8>) -> Outcome {
    let mut copied = 0;
    for x in memchr2_iter(b'x', b'X', input) {
        let opens = x > copied && input[x - 1] == b'0' && hex_pair(&input[x + 1..]).is_some();
        if !opens {
            continue;
        }
        out.extend_from_slice(&input[copied..x - 1]);
        let digits = input[x + 1..]
            .iter()
            .take_while(|&&byte| hex_digit(byte).is_some())
            .count()
            & !1;
        let (pairs, _) = input[x + 1..x + 1 + digits].as_chunks::<2>();
        out.extend(pairs.iter().filter_map(|pair| hex_pair(pair)));
        copied = x + 1 + digits;
    }
    if copied == 0 {
        return Outcome::Unchanged;
    }
    out.extend_from_slice(&input[copied..]);
    Outcome::Written
}
