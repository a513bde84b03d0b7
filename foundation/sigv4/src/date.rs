//! The time stamp of a signature: `20150830T123600Z`.

use jiff::civil::{DateTime, date};
use jiff::fmt::rfc2822::DateTimeParser;
use jiff::{SignedDuration, Timestamp};

/// Where seconds are counted from.
const EPOCH: DateTime = date(1970, 1, 1).at(0, 0, 0, 0);

/// Length of `YYYYMMDDTHHMMSSZ`.
const LENGTH: usize = 16;

/// A moment to the second in ISO 8601's basic format, UTC, years 0000 to 9999.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct AmzDate {
    text: [u8; LENGTH],
    epoch_seconds: i64,
}

impl AmzDate {
    /// The second that `now_ms` (milliseconds since the epoch) lies in. What lies outside the years 0 to 9999
    /// becomes the nearest end of that range.
    pub fn from_millis(now_ms: i64) -> Self {
        Self::from_seconds(now_ms.div_euclid(1000))
    }

    /// The moment `epoch_seconds`, held within the years 0 to 9999.
    pub(crate) fn from_seconds(epoch_seconds: i64) -> Self {
        const FIRST: i64 = -62_167_219_200; // 0000-01-01T00:00:00Z
        const LAST: i64 = 253_402_300_799; // 9999-12-31T23:59:59Z
        let epoch_seconds = epoch_seconds.clamp(FIRST, LAST);
        // Not by way of `jiff::Timestamp`, whose last day is not whole.
        let civil = EPOCH.saturating_add(SignedDuration::from_secs(epoch_seconds));
        let mut text = *b"00000000T000000Z";
        put_digits(&mut text[0..4], civil.year());
        put_digits(&mut text[4..6], civil.month().into());
        put_digits(&mut text[6..8], civil.day().into());
        put_digits(&mut text[9..11], civil.hour().into());
        put_digits(&mut text[11..13], civil.minute().into());
        put_digits(&mut text[13..15], civil.second().into());
        Self { text, epoch_seconds }
    }

    /// Reads `YYYYMMDDTHHMMSSZ` and nothing else.
    pub fn parse(text: &[u8]) -> Option<Self> {
        let text: &[u8; LENGTH] = text.try_into().ok()?;
        if text[8] != b'T' || text[15] != b'Z' {
            return None;
        }
        let two = |from: usize| i8::try_from(digits(&text[from..from + 2])?).ok();
        let (year, month, day) = (digits(&text[0..4])?, two(4)?, two(6)?);
        let civil = DateTime::new(year, month, day, two(9)?, two(11)?, two(13)?, 0).ok()?;
        let epoch_seconds = civil.duration_since(EPOCH).as_secs();
        Some(Self {
            text: *text,
            epoch_seconds,
        })
    }

    /// Reads a `Date` header: HTTP's format or the basic format, as AWS takes both.
    pub(crate) fn parse_http(text: &[u8]) -> Option<Self> {
        Self::parse(text).or_else(|| {
            let moment: Timestamp = DateTimeParser::new().parse_timestamp(text).ok()?;
            Some(Self::from_seconds(moment.as_second()))
        })
    }

    /// `YYYYMMDDTHHMMSSZ`.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.text).expect("made of ASCII digits, T and Z")
    }

    /// `YYYYMMDD`, the date of the credential scope.
    pub fn day(&self) -> &str {
        &self.as_str()[..8]
    }

    /// Seconds since the epoch.
    pub fn epoch_seconds(&self) -> i64 {
        self.epoch_seconds
    }
}

impl std::fmt::Debug for AmzDate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::fmt::Display for AmzDate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The number that at most four digits make.
fn digits(text: &[u8]) -> Option<i16> {
    text.iter().try_fold(0, |value, byte| {
        byte.is_ascii_digit().then(|| value * 10 + i16::from(byte - b'0'))
    })
}

fn put_digits(place: &mut [u8], mut value: i16) {
    for digit in place.iter_mut().rev() {
        *digit = b'0' + (value % 10) as u8;
        value /= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_seconds_agree() {
        let date = AmzDate::parse(b"20150830T123600Z").expect("valid");
        assert_eq!(date.epoch_seconds(), 1_440_938_160);
        assert_eq!(AmzDate::from_seconds(1_440_938_160), date);
        assert_eq!(date.day(), "20150830");
    }

    #[test]
    fn every_day_of_four_centuries_comes_back() {
        for day in -100_000..100_000 {
            let date = AmzDate::from_seconds(day * 86_400 + 86_399);
            assert_eq!(AmzDate::parse(date.as_str().as_bytes()), Some(date));
        }
    }

    #[test]
    fn days_that_do_not_exist_are_refused() {
        for text in [
            "20230229T000000Z",
            "20230431T000000Z",
            "20231301T000000Z",
            "20230001T000000Z",
        ] {
            assert_eq!(AmzDate::parse(text.as_bytes()), None, "{text}");
        }
        assert!(AmzDate::parse(b"20240229T235959Z").is_some());
    }

    #[test]
    fn other_formats_are_refused() {
        for text in [
            "2015-08-30T12:36:00Z",
            "20150830T123600",
            "20150830T246000Z",
            "",
            "20150830 123600Z",
        ] {
            assert_eq!(AmzDate::parse(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn the_date_header_may_be_in_https_own_format() {
        let date = AmzDate::parse_http(b"Sun, 30 Aug 2015 12:36:00 GMT").expect("valid");
        assert_eq!(date.as_str(), "20150830T123600Z");
    }

    #[test]
    fn far_away_moments_are_held_at_the_ends() {
        assert_eq!(AmzDate::from_millis(i64::MAX).as_str(), "99991231T235959Z");
        assert_eq!(AmzDate::from_millis(i64::MIN).as_str(), "00000101T000000Z");
    }
}
