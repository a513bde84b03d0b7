//! CBOR bodies of the cases as JSON: a reader of its own, so that the codec is not held to itself.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value as Json, json};

/// The bytes of a body; the cases have them in base64.
pub(crate) fn bytes(text: &str) -> Vec<u8> {
    STANDARD
        .decode(text)
        .unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// One item, which must be all there is.
pub(crate) fn read(bytes: &[u8]) -> Json {
    let mut rest = bytes;
    let json = item(&mut rest).unwrap_or(json!("BREAK"));
    assert!(rest.is_empty(), "{} bytes follow the item", rest.len());
    json
}

/// `None` is the end of an indefinite sequence.
fn item(rest: &mut &[u8]) -> Option<Json> {
    let first = take(rest, 1)[0];
    let info = first & 31;
    let argument = argument(info, rest);
    let open = info == 31;
    Some(match first >> 5 {
        0 => json!(argument),
        1 => json!(-1 - i64::try_from(argument).unwrap()),
        2 => json!(format!("bytes {:?}", string(rest, argument, open))),
        3 => json!(String::from_utf8(string(rest, argument, open)).unwrap()),
        4 => Json::Array(sequence(rest, argument, open)),
        5 => {
            let flat = sequence(rest, argument * 2, open);
            let pair = |pair: &[Json]| (pair[0].as_str().unwrap().to_owned(), pair[1].clone());
            Json::Object(flat.chunks(2).map(pair).collect())
        }
        6 => json!({ "tag": argument, "of": item(rest) }),
        _ => match info {
            20 => json!(false),
            21 => json!(true),
            22 | 23 => Json::Null,
            25 => float(half(argument as u16)),
            26 => float(f64::from(f32::from_bits(argument as u32))),
            27 => float(f64::from_bits(argument)),
            31 => return None,
            other => panic!("a simple value {other}"),
        },
    })
}

/// The number after the first byte of an item.
fn argument(info: u8, rest: &mut &[u8]) -> u64 {
    match info {
        24 => number(take(rest, 1)),
        25 => number(take(rest, 2)),
        26 => number(take(rest, 4)),
        27 => number(take(rest, 8)),
        _ => u64::from(info),
    }
}

/// Like numbers are alike whatever their width; single precision has seven digits.
fn float(number: f64) -> Json {
    if number.is_finite() {
        json!(number)
    } else {
        json!(format!("float {number}"))
    }
}

fn half(bits: u16) -> f64 {
    let (exponent, mantissa) = (i32::from((bits >> 10) & 31), f64::from(bits & 0x3ff));
    let sign = if bits & 0x8000 == 0 { 1.0 } else { -1.0 };
    match exponent {
        0 => sign * mantissa * 2_f64.powi(-24),
        31 if mantissa == 0.0 => sign * f64::INFINITY,
        31 => f64::NAN,
        _ => sign * (mantissa + 1024.0) * 2_f64.powi(exponent - 25),
    }
}

fn sequence(rest: &mut &[u8], count: u64, open: bool) -> Vec<Json> {
    if open {
        return std::iter::from_fn(|| item(rest)).collect();
    }
    (0..count).map(|_| item(rest).unwrap()).collect()
}

fn string(rest: &mut &[u8], length: u64, open: bool) -> Vec<u8> {
    if !open {
        return take(rest, length as usize).to_vec();
    }
    let mut whole = Vec::new();
    while rest[0] != 0xff {
        let info = take(rest, 1)[0] & 31;
        let length = argument(info, rest) as usize;
        whole.extend_from_slice(take(rest, length));
    }
    take(rest, 1);
    whole
}

fn take<'a>(rest: &mut &'a [u8], length: usize) -> &'a [u8] {
    let (taken, tail) = rest.split_at(length);
    *rest = tail;
    taken
}

fn number(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0, |number, byte| (number << 8) | u64::from(*byte))
}
