//! Forms that clients may send and hostile bodies; the protocol's own cases are in `tests/protocol_cases`.

use super::decode_body;
use crate::schema::{Kind, Member, StructSchema, TypeSchema};
use crate::{Fields, Value};

static STRING: TypeSchema = TypeSchema::new("String", Kind::String);
static DOUBLE: TypeSchema = TypeSchema::new("Double", Kind::Double);
static SHORT: TypeSchema = TypeSchema::new("Short", Kind::Integer(16));
static MEMBERS: [Member; 3] = [
    Member::new("s", &STRING),
    Member::new("d", &DOUBLE),
    Member::new("n", &SHORT),
];
static SCHEMA: StructSchema = StructSchema::new("S", &MEMBERS);

fn decoded(body: &[u8]) -> Option<Vec<Option<Value>>> {
    decode_body(&SCHEMA, body).ok().map(|Fields(slots)| slots)
}

#[test]
fn definite_and_indefinite_lengths_say_the_same() {
    let expected = Some(vec![Some(Value::String("ab".into())), None, None]);
    // {"s": "ab"}, {_ "s": (_ "a", "b")}
    assert_eq!(decoded(b"\xa1\x61s\x62ab"), expected);
    assert_eq!(decoded(b"\xbf\x61s\x7f\x61a\x61b\xff\xff"), expected);
}

#[test]
fn floats_of_each_width_and_integers_are_doubles() {
    for (number, expected) in [
        (&b"\xf9\x3e\x00"[..], 1.5),
        (b"\xfa\x3f\xc0\x00\x00", 1.5),
        (b"\xfb\x3f\xf8\x00\x00\x00\x00\x00\x00", 1.5),
        (b"\x18\x2a", 42.0),
        (b"\x29", -10.0),
        (b"\xf9\x00\x01", 5.960_464_477_539_063e-8),
        (b"\xf9\xfc\x00", f64::NEG_INFINITY),
    ] {
        let body = [b"\xa1\x61d", number].concat();
        assert_eq!(
            decoded(&body),
            Some(vec![None, Some(Value::Float(expected)), None])
        );
    }
}

#[test]
fn null_and_unknown_members_are_passed_over() {
    // {"s": null, "x": 1(-1), "y": [_ {"z": h'00'}]}
    let body = b"\xa3\x61s\xf6\x61x\xc1\x20\x61y\x9f\xa1\x61z\x41\x00\xff";
    assert_eq!(decoded(body), Some(vec![None, None, None]));
}

#[test]
fn what_does_not_fit_is_refused() {
    for body in [
        &b"\xa1\x61n\x1a\x00\x01\x00\x00"[..],
        b"\xa1\x61n\x61s",
        b"\xa1\x61s\x01",
        b"\xa1\x61s\x61\xff",
        b"\x80",
        b"\xa0\x00",
        b"\xff",
        b"\xbf",
        b"\xa1\x61s\x7b\xff\xff\xff\xff\xff\xff\xff\xff",
        b"\xbb\xff\xff\xff\xff\xff\xff\xff\xff",
        b"\xa1\x61s\x1c",
    ] {
        assert_eq!(decoded(body), None, "{body:02x?}");
    }
}

#[test]
fn nesting_has_an_end() {
    let mut body = b"\xa1\x61x".to_vec();
    body.extend(std::iter::repeat_n(0x81, 100_000));
    assert_eq!(decoded(&body), None);
    let mut body = b"\xa1\x61x".to_vec();
    body.extend(std::iter::repeat_n(0xc1, 100_000));
    assert_eq!(decoded(&body), None);
}
