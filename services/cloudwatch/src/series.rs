//! The values of a metric over time, by periods.

use std::collections::BTreeMap;

use haechi_core::Failure;
use haechi_store::{Id, Part, Scope};

use crate::CloudWatch;
use crate::bucket::Bucket;
use crate::store::{BUCKETS, Level, METRICS, Metric, dimension_key};

/// Buckets that are read at once.
const PAGE: usize = 2_000;

/// A span of time, in seconds, cut into periods.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: i64,
    /// Not included.
    pub(crate) end: i64,
    pub(crate) period: i64,
}

impl Span {
    /// The start of the period that a time is in; periods are counted from the span's start.
    fn period_of(self, at: i64) -> i64 {
        self.start + (at - self.start).div_euclid(self.period) * self.period
    }
}

/// Buckets by the start of their period and their unit.
pub(crate) type Periods = BTreeMap<(i64, String), Bucket>;

impl CloudWatch {
    /// The metric of this name.
    pub(crate) async fn metric(
        &self,
        scope: &Scope,
        namespace: &str,
        name: &str,
        mut dimensions: Vec<(String, String)>,
    ) -> Result<Option<std::sync::Arc<Metric>>, Failure> {
        dimensions.sort();
        let dimensions = dimension_key(&dimensions);
        let place = (namespace, name, dimensions.as_str());
        Ok(self.platform.store.get(&METRICS, scope, place).await?)
    }

    /// A metric's values in the periods of a span; a unit leaves out those of others.
    pub(crate) async fn periods(
        &self,
        scope: &Scope,
        id: &str,
        span: Span,
        unit: Option<&str>,
    ) -> Result<Periods, Failure> {
        let mut periods = Periods::new();
        for level in [Level::Hour, Level::Minute] {
            let first = u64::try_from(span.start).unwrap_or_default();
            let mut after = Id::of(&(id, level.as_str(), first));
            loop {
                let rows = self
                    .platform
                    .store
                    .list_under(&BUCKETS, scope, (id, level.as_str()), Some(&after), PAGE)
                    .await?;
                let full = rows.len() == PAGE;
                let mut ended = !full;
                for (place, bucket) in rows {
                    let Some((at, own)) = start_and_unit(&place) else {
                        continue;
                    };
                    after = place;
                    if at >= span.end {
                        ended = true;
                        break;
                    }
                    if unit.is_none_or(|unit| unit == own) {
                        periods
                            .entry((span.period_of(at), own))
                            .and_modify(|held| held.absorb(&bucket))
                            .or_insert_with(|| bucket.as_ref().clone());
                    }
                }
                if ended {
                    break;
                }
            }
        }
        Ok(periods)
    }
}

/// The start of a bucket, in seconds, and its unit.
pub(crate) fn start_and_unit(place: &Id) -> Option<(i64, String)> {
    match place.parts() {
        [_, _, Part::Num(start), Part::Str(unit)] => Some((i64::try_from(*start).ok()?, unit.clone())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_counted_from_the_start() {
        let span = Span {
            start: 180,
            end: 1_000,
            period: 300,
        };
        assert_eq!(
            [180, 479, 480, 999].map(|at| span.period_of(at)),
            [180, 180, 480, 780]
        );
    }

    #[test]
    fn a_place_gives_back_start_and_unit() {
        assert_eq!(
            start_and_unit(&Id::of(&("id", "minute", 60_u64, "Count"))),
            Some((60, "Count".into()))
        );
    }
}
