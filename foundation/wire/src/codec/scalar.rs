//! Scalars as text: in headers, query strings, forms and XML.

use std::borrow::Cow;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::codec::Malformed;
use crate::schema::{Kind, Member, TimestampFormat};
use crate::{Blob, Timestamp, Value};

/// Standard base64; clients differ on the padding, so none is asked for.
pub(crate) const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Reads a scalar of the member's type. Instants are read in the member's format, then in any:
/// AWS's parsers are that lenient.
pub(crate) fn parse(member: &Member, text: &str, default: TimestampFormat) -> Result<Value, Malformed> {
    Ok(match &member.target.kind {
        Kind::String if member.json_value => {
            let bytes = BASE64
                .decode(text.trim())
                .map_err(|_| Malformed::because("Invalid base64"))?;
            Value::String(String::from_utf8(bytes).map_err(|_| Malformed::because("Invalid UTF-8"))?)
        }
        Kind::String => Value::String(text.to_owned()),
        Kind::Boolean => Value::Bool(boolean(text.trim())?),
        Kind::Integer(bits) => Value::Integer(integer(text.trim(), *bits)?),
        Kind::Float | Kind::Double => Value::Float(float(text.trim())?),
        Kind::Blob => Value::Blob(Blob::from(
            BASE64
                .decode(text.trim())
                .map_err(|_| Malformed::because("Invalid base64"))?,
        )),
        Kind::Timestamp => {
            let format = member.timestamp_format.unwrap_or(default);
            Value::Timestamp(timestamp(text.trim(), format)?)
        }
        Kind::List { .. } | Kind::Map { .. } | Kind::Struct(_) | Kind::Document => {
            return Err(Malformed::because(
                "A single value was found where a structure was expected",
            ));
        }
    })
}

/// Writes a scalar; anything else is the empty text.
pub(crate) fn format<'a>(member: &Member, value: &'a Value, default: TimestampFormat) -> Cow<'a, str> {
    match value {
        Value::String(text) if member.json_value => Cow::Owned(BASE64.encode(text)),
        Value::String(text) => Cow::Borrowed(text),
        Value::Bool(value) => Cow::Borrowed(if *value { "true" } else { "false" }),
        Value::Integer(number) => Cow::Owned(number.to_string()),
        Value::Float(number) => Cow::Owned(float_text(&member.target.kind, *number)),
        Value::Blob(blob) => Cow::Owned(BASE64.encode(blob)),
        Value::Timestamp(instant) => Cow::Owned(timestamp_text(
            *instant,
            member.timestamp_format.unwrap_or(default),
        )),
        Value::List(_) | Value::Map(_) | Value::Struct(_) | Value::Json(_) | Value::Null => Cow::Borrowed(""),
    }
}

/// An instant in a format.
pub(crate) fn timestamp_text(instant: Timestamp, format: TimestampFormat) -> String {
    match format {
        TimestampFormat::Iso8601 => instant.iso8601(),
        TimestampFormat::Rfc822 => instant.http_date(),
        TimestampFormat::UnixTimestamp => epoch_text(instant),
    }
}

/// Seconds since the epoch, with as many decimals as it takes.
pub(crate) fn epoch_text(instant: Timestamp) -> String {
    let millis = instant.as_millis();
    let sign = if millis < 0 { "-" } else { "" };
    let (seconds, fraction) = (millis.unsigned_abs() / 1000, millis.unsigned_abs() % 1000);
    if fraction == 0 {
        format!("{sign}{seconds}")
    } else {
        format!("{sign}{seconds}.{fraction:03}")
    }
}

/// A float in the fewest digits that read back, at the width of its type.
pub(crate) fn float_text(kind: &Kind, number: f64) -> String {
    if number.is_nan() {
        "NaN".into()
    } else if number.is_infinite() {
        if number > 0.0 { "Infinity" } else { "-Infinity" }.into()
    } else if matches!(kind, Kind::Float) {
        ryu::Buffer::new().format_finite(number as f32).to_owned()
    } else {
        ryu::Buffer::new().format_finite(number).to_owned()
    }
}

fn timestamp(text: &str, format: TimestampFormat) -> Result<Timestamp, Malformed> {
    let exact = match format {
        TimestampFormat::Iso8601 => Timestamp::parse_iso8601(text),
        TimestampFormat::Rfc822 => Timestamp::parse_http_date(text),
        TimestampFormat::UnixTimestamp => Timestamp::parse_any(text),
    };
    exact
        .or_else(|_| Timestamp::parse_any(text))
        .map_err(|_| Malformed::because("Invalid timestamp"))
}

fn boolean(text: &str) -> Result<bool, Malformed> {
    if text.eq_ignore_ascii_case("true") {
        Ok(true)
    } else if text.eq_ignore_ascii_case("false") {
        Ok(false)
    } else {
        Err(Malformed::because("Invalid boolean"))
    }
}

fn integer(text: &str, bits: u8) -> Result<i64, Malformed> {
    let number = text
        .parse::<i64>()
        .map_err(|_| Malformed::because("Invalid number"))?;
    if fits(number, bits) {
        Ok(number)
    } else {
        Err(Malformed::because("Number out of range"))
    }
}

/// Whether a number can be held in so many bits.
pub(crate) fn fits(number: i64, bits: u8) -> bool {
    bits >= 64 || (number >= -(1 << (bits - 1)) && number < (1 << (bits - 1)))
}

/// A float, with the names that the protocols have for what JSON can't write.
pub(crate) fn float(text: &str) -> Result<f64, Malformed> {
    match text {
        "NaN" => Ok(f64::NAN),
        "Infinity" => Ok(f64::INFINITY),
        "-Infinity" => Ok(f64::NEG_INFINITY),
        // Rust's parser would also read "inf" and "nan".
        _ if text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte)) =>
        {
            text.parse().map_err(|_| Malformed::because("Invalid number"))
        }
        _ => Err(Malformed::because("Invalid number")),
    }
}
