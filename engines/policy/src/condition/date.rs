//! Instants: the W3C profile of ISO 8601, or seconds since 1970.

/// Nanoseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Instant(pub(super) i128);

const NANOS: i128 = 1_000_000_000;

impl Instant {
    /// Parses `2026-11-23`, `2026-11-23T09:30:00.5+09:00`, `20261123T093000Z` or `1790000000`.
    /// A time without a zone is UTC. Digits alone are seconds, as AWS reads them.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.bytes().all(|byte| byte.is_ascii_digit()) {
            return text
                .parse::<i64>()
                .ok()
                .map(|seconds| Self(i128::from(seconds) * NANOS));
        }
        let (date, time) = match text.split_once(['T', 't']) {
            None => (text, None),
            Some((date, time)) => (date, Some(time)),
        };
        let days = parse_date(date)?;
        let nanos = match time {
            None | Some("") => 0,
            Some(time) => parse_time(time)?,
        };
        Some(Self(i128::from(days) * 86_400 * NANOS + nanos))
    }
}

/// Days since 1970-01-01 of `YYYY`, `YYYY-MM`, `YYYY-MM-DD` or `YYYYMMDD`.
fn parse_date(text: &str) -> Option<i64> {
    let (sign, text) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text),
    };
    let (year, month, day) = if !text.contains('-') && text.len() == 8 {
        (text.get(..4)?, text.get(4..6), text.get(6..8))
    } else {
        let mut parts = text.split('-');
        let fields = (parts.next()?, parts.next(), parts.next());
        if parts.next().is_some() {
            return None;
        }
        fields
    };
    let year = sign * digits(year)?;
    // The range that Java's dates, and with them IAM, can hold.
    if !(-292_275_054..=292_278_993).contains(&year) {
        return None;
    }
    let month = in_range(month, 1, 12)?;
    let day = in_range(day, 1, 31)?;
    Some(days_from_civil(year, month, day))
}

fn in_range(field: Option<&str>, low: i64, high: i64) -> Option<i64> {
    match field {
        None => Some(low),
        Some(text) => digits(text).filter(|value| (low..=high).contains(value)),
    }
}

fn digits(text: &str) -> Option<i64> {
    (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok())?
}

/// Nanoseconds since midnight UTC of `hh:mm`, `hh:mm:ss.fraction`, `hhmmss`, each with `Z` or an offset.
fn parse_time(text: &str) -> Option<i128> {
    let (clock, offset) = split_zone(text)?;
    let (whole, fraction) = match clock.split_once('.') {
        None => (clock, 0),
        Some((whole, fraction)) => (whole, parse_fraction(fraction)?),
    };
    let (hour, minute, second) = if whole.contains(':') {
        let mut parts = whole.split(':');
        let fields = (parts.next(), parts.next(), parts.next());
        if parts.next().is_some() {
            return None;
        }
        fields
    } else {
        (whole.get(..2), whole.get(2..4), whole.get(4..6))
    };
    hour?;
    let seconds = in_range(hour, 0, 23)? * 3600 + in_range(minute, 0, 59)? * 60 + in_range(second, 0, 59)?;
    Some(i128::from(seconds - offset) * NANOS + fraction)
}

/// The clock part, and the offset from UTC in seconds.
fn split_zone(text: &str) -> Option<(&str, i64)> {
    if let Some(clock) = text.strip_suffix(['Z', 'z']) {
        return Some((clock, 0));
    }
    let Some(at) = text.find(['+', '-']) else {
        return Some((text, 0));
    };
    let sign = if text[at..].starts_with('-') { -1 } else { 1 };
    let zone = &text[at + 1..];
    let (hours, minutes) = match zone.split_once(':') {
        Some((hours, minutes)) => (Some(hours), Some(minutes)),
        None => (zone.get(..2), zone.get(2..).filter(|rest| !rest.is_empty())),
    };
    hours?;
    let offset = in_range(hours, 0, 23)? * 3600 + in_range(minutes, 0, 59)? * 60;
    Some((&text[..at], sign * offset))
}

/// Nanoseconds of the digits after the point, nine at most.
fn parse_fraction(text: &str) -> Option<i128> {
    let missing = 9_u32.checked_sub(u32::try_from(text.len()).ok()?)?;
    Some(i128::from(digits(text)?) * 10_i128.pow(missing))
}

/// Howard Hinnant's algorithm: days of a date of the proleptic Gregorian calendar.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}
