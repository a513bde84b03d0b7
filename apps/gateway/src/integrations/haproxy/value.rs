//! SPOP's values: variable-length integers, strings, typed data.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A typed value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value<'a> {
    Null,
    Bool(bool),
    Number(u64),
    Address(IpAddr),
    /// Text or bytes; SPOP tells them apart, questions need not.
    Bytes(&'a [u8]),
}

/// Reads from the front of bytes; every reading is `None` where the bytes are not what they should be.
#[derive(Debug, Clone)]
pub(super) struct Input<'a>(pub(super) &'a [u8]);

impl<'a> Input<'a> {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn byte(&mut self) -> Option<u8> {
        let (&first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(first)
    }

    pub(super) fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    /// Below 240 one byte; else four bits of it and as many groups of seven as it takes.
    pub(super) fn integer(&mut self) -> Option<u64> {
        let mut value = u64::from(self.byte()?);
        if value < 240 {
            return Some(value);
        }
        let mut shift = 4;
        loop {
            let byte = self.byte()?;
            value = value.checked_add(
                u64::from(byte)
                    .checked_shl(shift)
                    .filter(|part| part >> shift == u64::from(byte))?,
            )?;
            if byte < 128 {
                return Some(value);
            }
            shift += 7;
        }
    }

    pub(super) fn string(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.integer()?).ok()?;
        self.take(length)
    }

    pub(super) fn value(&mut self) -> Option<Value<'a>> {
        let kind = self.byte()?;
        Some(match kind & 0x0f {
            0 => Value::Null,
            1 => Value::Bool(kind & 0x10 != 0),
            2..=5 => Value::Number(self.integer()?),
            6 => Value::Address(Ipv4Addr::from(*self.take(4)?.first_chunk::<4>()?).into()),
            7 => Value::Address(Ipv6Addr::from(*self.take(16)?.first_chunk::<16>()?).into()),
            8 | 9 => Value::Bytes(self.string()?),
            _ => return None,
        })
    }
}

pub(super) fn put_integer(out: &mut Vec<u8>, value: u64) {
    if value < 240 {
        out.push(value as u8);
        return;
    }
    out.push(value as u8 | 0xf0);
    let mut rest = (value - 240) >> 4;
    while rest >= 128 {
        out.push(rest as u8 | 0x80);
        rest = (rest - 128) >> 7;
    }
    out.push(rest as u8);
}

pub(super) fn put_string(out: &mut Vec<u8>, text: &[u8]) {
    put_integer(out, text.len() as u64);
    out.extend_from_slice(text);
}

pub(super) fn put_value(out: &mut Vec<u8>, value: &Value<'_>) {
    match value {
        Value::Null => out.push(0),
        Value::Bool(yes) => out.push(if *yes { 0x11 } else { 0x01 }),
        Value::Number(number) => {
            out.push(5);
            put_integer(out, *number);
        }
        Value::Address(IpAddr::V4(address)) => {
            out.push(6);
            out.extend_from_slice(&address.octets());
        }
        Value::Address(IpAddr::V6(address)) => {
            out.push(7);
            out.extend_from_slice(&address.octets());
        }
        Value::Bytes(text) => {
            out.push(8);
            put_string(out, text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of `doc/SPOE.txt`, section 3.1: bounds of each length.
    #[test]
    fn integers_take_as_many_bytes_as_documented() {
        for (value, length) in [
            (0, 1),
            (239, 1),
            (240, 2),
            (2_287, 2),
            (2_288, 3),
            (264_431, 3),
            (264_432, 4),
            (33_818_863, 4),
            (33_818_864, 5),
            (u64::MAX, 10),
        ] {
            let mut bytes = Vec::new();
            put_integer(&mut bytes, value);
            assert_eq!(bytes.len(), length, "{value}");
            let mut input = Input(&bytes);
            assert_eq!((input.integer(), input.is_empty()), (Some(value), true));
        }
    }

    #[test]
    fn integers_that_are_too_long_or_cut_off_are_none() {
        assert_eq!(Input(&[0xff]).integer(), None);
        assert_eq!(Input(&[0xff; 20]).integer(), None);
        assert_eq!(Input(&[]).integer(), None);
    }

    #[test]
    fn values_survive_the_wire() {
        for value in [
            Value::Null,
            Value::Bool(true),
            Value::Bool(false),
            Value::Number(4711),
            Value::Address("192.0.2.1".parse().unwrap()),
            Value::Address("2001:db8::1".parse().unwrap()),
            Value::Bytes(b"text"),
        ] {
            let mut bytes = Vec::new();
            put_value(&mut bytes, &value);
            let mut input = Input(&bytes);
            assert_eq!((input.value(), input.is_empty()), (Some(value), true));
        }
        assert_eq!(Input(&[8, 5, b'a']).value(), None);
        assert_eq!(Input(&[15]).value(), None);
    }
}
