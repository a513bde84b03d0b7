//! The months by which AWS charges: UTC's.

use std::fmt;
use std::str::FromStr;

use haechi_core::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;

/// A month of UTC, such as `2026-11`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Month {
    first: Date,
}

/// A text that is no month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseMonthError;

impl fmt::Display for ParseMonthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a month is written YYYY-MM, such as 2026-11")
    }
}

impl std::error::Error for ParseMonthError {}

impl Month {
    /// The month in which an instant falls; `None` for instants that no calendar has.
    pub fn of(instant: Timestamp) -> Option<Self> {
        let instant = jiff::Timestamp::from_millisecond(instant.as_millis()).ok()?;
        Some(Self {
            first: Offset::UTC.to_datetime(instant).date().first_of_month(),
        })
    }

    /// Its first millisecond since the epoch, and the one after its last.
    pub fn bounds_ms(self) -> (i64, i64) {
        let next = self.first.last_of_month().tomorrow().unwrap_or(Date::MAX);
        (start_ms(self.first), start_ms(next))
    }

    /// The part of an interval of milliseconds that lies in it.
    pub fn share_ms(self, from_ms: i64, to_ms: i64) -> u64 {
        let (start, end) = self.bounds_ms();
        u64::try_from(to_ms.min(end) - from_ms.max(start)).unwrap_or(0)
    }

    /// The months that an interval of milliseconds touches.
    pub fn touched(from_ms: i64, to_ms: i64) -> Vec<Self> {
        let mut months = Vec::new();
        let mut at_ms = from_ms;
        while at_ms < to_ms {
            let Some(month) = Self::of(Timestamp::from_millis(at_ms)) else {
                break;
            };
            months.push(month);
            let (_, end) = month.bounds_ms();
            if end <= at_ms {
                break;
            }
            at_ms = end;
        }
        months
    }
}

fn start_ms(date: Date) -> i64 {
    Offset::UTC
        .to_timestamp(date.at(0, 0, 0, 0))
        .map_or(i64::MAX, jiff::Timestamp::as_millisecond)
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.first.year(), self.first.month())
    }
}

impl FromStr for Month {
    type Err = ParseMonthError;

    fn from_str(text: &str) -> Result<Self, ParseMonthError> {
        let (year, month) = text.split_once('-').ok_or(ParseMonthError)?;
        if year.len() != 4 || month.len() != 2 {
            return Err(ParseMonthError);
        }
        let year = year.parse().map_err(|_| ParseMonthError)?;
        let month = month.parse().map_err(|_| ParseMonthError)?;
        Date::new(year, month, 1)
            .map(|first| Self { first })
            .map_err(|_| ParseMonthError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400_000;

    #[test]
    fn a_month_is_read_as_it_is_written() {
        let month: Month = "2028-02".parse().unwrap();
        assert_eq!(month.to_string(), "2028-02");
        let (start, end) = month.bounds_ms();
        assert_eq!(end - start, 29 * DAY, "2028 is a leap year");
        for wrong in ["2028", "2028-13", "28-02", "2028-2", "2028-02-01", ""] {
            assert!(wrong.parse::<Month>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_interval_is_shared_out_among_its_months() {
        let (start, _) = "2026-11".parse::<Month>().unwrap().bounds_ms();
        let (from, to) = (start + 20 * DAY, start + 65 * DAY);
        let months = Month::touched(from, to);
        let names: Vec<_> = months.iter().map(ToString::to_string).collect();
        assert_eq!(names, ["2026-11", "2026-12", "2027-01"]);
        let shares: Vec<_> = months
            .iter()
            .map(|month| month.share_ms(from, to) / DAY as u64)
            .collect();
        assert_eq!(shares, [10, 31, 4]);
        assert!(Month::touched(to, from).is_empty());
    }
}
