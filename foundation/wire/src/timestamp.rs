//! Instants as AWS writes them.

use std::fmt;

/// An instant, in milliseconds since 1970-01-01T00:00:00Z: the resolution of AWS's wire.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// The text or number is no instant in the expected format.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a timestamp in the expected format")]
pub struct ParseTimestampError(String);

impl Timestamp {
    /// From milliseconds since the epoch.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// From whole seconds since the epoch.
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1000))
    }

    /// Milliseconds since the epoch.
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since the epoch, rounded towards the past.
    pub const fn as_seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// Seconds since the epoch with a fraction, as awsJson writes instants.
    pub fn epoch_seconds(self) -> f64 {
        self.0 as f64 / 1000.0
    }

    /// From seconds since the epoch with a fraction; what is finer than a millisecond is rounded.
    pub fn parse_epoch_seconds(seconds: f64) -> Result<Self, ParseTimestampError> {
        let millis = (seconds * 1000.0).round();
        // A float beyond the range saturates, and what is no number becomes 0: both are refused.
        let representable = !millis.is_nan() && jiff::Timestamp::from_millisecond(millis as i64).is_ok();
        if representable {
            Ok(Self(millis as i64))
        } else {
            Err(ParseTimestampError(seconds.to_string()))
        }
    }

    /// `2014-04-29T18:30:38Z`, with `.123` where there are milliseconds.
    pub fn iso8601(self) -> String {
        let mut text = self.iso8601_seconds();
        let millis = self.0.rem_euclid(1000);
        if millis != 0 {
            text.pop();
            text.push('.');
            push_digits(&mut text, millis, 3);
            text.push('Z');
        }
        text
    }

    /// `2014-04-29T18:30:38Z`: milliseconds cut off, as CloudTrail prints instants.
    ///
    /// Every call has its time written more than once: hence by hand, and not with a format string.
    pub fn iso8601_seconds(self) -> String {
        let instant = jiff::Timestamp::from_millisecond(self.0).unwrap_or_else(|_| self.bound());
        let civil = jiff::tz::Offset::UTC.to_datetime(instant);
        if civil.year() < 0 {
            return self.strftime("%Y-%m-%dT%H:%M:%SZ");
        }
        let mut text = String::with_capacity(24);
        let parts = [
            (i64::from(civil.year()), 4, '-'),
            (civil.month().into(), 2, '-'),
            (civil.day().into(), 2, 'T'),
            (civil.hour().into(), 2, ':'),
            (civil.minute().into(), 2, ':'),
            (civil.second().into(), 2, 'Z'),
        ];
        for (number, width, end) in parts {
            push_digits(&mut text, number, width);
            text.push(end);
        }
        text
    }

    /// `Tue, 29 Apr 2014 18:30:38 GMT`: the date format of HTTP headers (RFC 9110 §5.6.7), with
    /// Smithy's optional milliseconds.
    pub fn http_date(self) -> String {
        if self.0.rem_euclid(1000) == 0 {
            self.strftime("%a, %d %b %Y %H:%M:%S GMT")
        } else {
            self.strftime("%a, %d %b %Y %H:%M:%S.%3f GMT")
        }
    }

    /// `Aug 10, 2022, 10:38:27 PM`: Java's date format, which CloudTrail prints inside of request and
    /// response elements.
    pub fn java_date(self) -> String {
        self.strftime("%b %-d, %Y, %-I:%M:%S %p")
    }

    /// Reads an RFC 3339 date and time, with any offset.
    pub fn parse_iso8601(text: &str) -> Result<Self, ParseTimestampError> {
        text.parse::<jiff::Timestamp>()
            .map(|instant| Self(instant.as_millisecond()))
            .map_err(|_| ParseTimestampError(shorten(text)))
    }

    /// Reads the date format of HTTP headers, with or without milliseconds.
    pub fn parse_http_date(text: &str) -> Result<Self, ParseTimestampError> {
        let civil = text.strip_suffix(" GMT").unwrap_or(text);
        jiff::fmt::strtime::parse("%a, %d %b %Y %H:%M:%S%.f", civil)
            .and_then(|broken_down| broken_down.to_datetime())
            .and_then(|civil| jiff::tz::TimeZone::UTC.to_timestamp(civil))
            .map(|instant| Self(instant.as_millisecond()))
            .map_err(|_| ParseTimestampError(shorten(text)))
    }

    /// Reads any of the three formats. AWS's own parsers are this lenient in query and XML bodies.
    pub fn parse_any(text: &str) -> Result<Self, ParseTimestampError> {
        match text.parse::<f64>() {
            Ok(seconds) => Self::parse_epoch_seconds(seconds),
            Err(_) => Self::parse_iso8601(text).or_else(|_| Self::parse_http_date(text)),
        }
    }

    /// What an instant beyond all calendars is written as.
    fn bound(self) -> jiff::Timestamp {
        if self.0 < 0 {
            jiff::Timestamp::MIN
        } else {
            jiff::Timestamp::MAX
        }
    }

    fn strftime(self, format: &str) -> String {
        jiff::Timestamp::from_millisecond(self.0)
            .unwrap_or_else(|_| self.bound())
            .strftime(format)
            .to_string()
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.iso8601())
    }
}

fn push_digits(text: &mut String, number: i64, width: u32) {
    for place in (0..width).rev() {
        let digit = number / 10_i64.pow(place) % 10;
        text.push(char::from(b'0' + digit as u8));
    }
}

fn shorten(text: &str) -> String {
    text.chars().take(64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_those_of_the_protocols() {
        let instant = Timestamp::from_seconds(1_398_796_238);
        assert_eq!(instant.iso8601(), "2014-04-29T18:30:38Z");
        assert_eq!(instant.http_date(), "Tue, 29 Apr 2014 18:30:38 GMT");
        assert_eq!(
            Timestamp::from_millis(1_398_796_238_123).iso8601(),
            "2014-04-29T18:30:38.123Z"
        );
    }

    #[test]
    fn dates_written_by_hand_are_those_of_the_calendar() {
        for day in -100_000..100_000_i64 {
            let instant = Timestamp::from_millis(day * 86_400_000 + 86_399_999);
            assert_eq!(instant.iso8601(), instant.strftime("%Y-%m-%dT%H:%M:%S.%3fZ"));
        }
    }

    #[test]
    fn every_format_reads_back() {
        for millis in [
            0,
            1,
            -1,
            1_398_796_238_000,
            1_398_796_238_123,
            -62_135_596_800_000,
        ] {
            let instant = Timestamp::from_millis(millis);
            assert_eq!(Timestamp::parse_iso8601(&instant.iso8601()), Ok(instant));
            assert_eq!(
                Timestamp::parse_http_date(&instant.http_date()),
                Ok(instant),
                "{}",
                instant.http_date()
            );
            assert_eq!(
                Timestamp::parse_epoch_seconds(instant.epoch_seconds()),
                Ok(instant)
            );
        }
    }

    #[test]
    fn offsets_are_understood() {
        let expected = Ok(Timestamp::from_seconds(1_398_796_238));
        assert_eq!(Timestamp::parse_iso8601("2014-04-29T19:30:38+01:00"), expected);
    }

    #[test]
    fn nonsense_is_refused() {
        assert!(Timestamp::parse_epoch_seconds(f64::NAN).is_err());
        assert!(Timestamp::parse_epoch_seconds(1e300).is_err());
        assert!(Timestamp::parse_any("yesterday").is_err());
    }

    #[test]
    fn an_instant_beyond_all_calendars_is_written_as_the_last_one() {
        assert!(
            Timestamp::from_millis(i64::MAX)
                .iso8601()
                .starts_with("9999-12-30T")
        );
    }
}
