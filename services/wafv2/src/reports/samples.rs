//! Sampled requests: kept in the event log for three hours, one log per web ACL and metric, so that every node has
//! them.
//!
//! Gateways report several times a second. Of each metric the first five hundred samples of a minute are kept as they come;
//! of what a busy gateway reports beyond, a few that stand for the rest.

use std::collections::HashMap;
use std::sync::Mutex;

use bytes::Bytes;
use haechi_core::Failure;
use haechi_dataplane::report::Sample;
use haechi_store::{Direction, LogQuery, LogRecord, Terms};

use crate::Waf;
use crate::model::name::FullName;

/// What the names of all logs of samples begin with.
pub(crate) const LOGS: &str = "wafv2-samples/";
/// Samples of a metric and minute that are kept as they come.
const PER_MINUTE: usize = 500;
/// Samples that stand for a report beyond them.
const BEYOND: usize = 5;
const PAGE: usize = 1_000;

/// A sample that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) at_ms: i64,
    pub(crate) weight: u64,
    pub(crate) request: String,
}

/// How many samples of a metric this node has kept in the present minute.
#[derive(Default)]
pub(crate) struct Thinning(Mutex<HashMap<String, (i64, usize)>>);

impl Thinning {
    /// How many more may be kept.
    fn room(&self, log: &str, minute: i64, coming: usize) -> usize {
        let Ok(mut kept) = self.0.lock() else {
            return BEYOND;
        };
        kept.retain(|_, (own, _)| *own >= minute - 1);
        let (own, count) = kept.entry(log.to_owned()).or_insert((minute, 0));
        if *own != minute {
            (*own, *count) = (minute, 0);
        }
        let room = PER_MINUTE.saturating_sub(*count).max(BEYOND);
        *count += coming.min(room);
        room
    }
}

fn log(web_acl: &str, metric: &str) -> String {
    format!("{LOGS}{web_acl}/{metric}")
}

impl Waf {
    /// Keeps what a gateway has drawn.
    pub(super) async fn keep_samples(&self, web_acl: &FullName, samples: &[Sample]) -> Result<(), Failure> {
        let mut by_metric: HashMap<&str, Vec<&Sample>> = HashMap::new();
        for sample in samples {
            by_metric.entry(sample.metric.as_str()).or_default().push(sample);
        }
        let minute = self.platform.now().as_millis() / 60_000;
        let mut records = Vec::new();
        for (metric, samples) in by_metric {
            let log = log(&web_acl.id, metric);
            let room = self.telemetry.thinning.room(&log, minute, samples.len());
            for (sample, weight) in thin(samples, room, &mut |bound| self.chance(bound)) {
                records.push(self.record_of(&log, sample, weight));
            }
        }
        self.platform.store.append(records).await?;
        Ok(())
    }

    fn record_of(&self, log: &str, sample: &Sample, weight: u64) -> LogRecord {
        let mut id = [0; 16];
        self.platform.random.fill(&mut id);
        let mut body = weight.to_be_bytes().to_vec();
        body.extend_from_slice(sample.request.as_bytes());
        LogRecord {
            stream: log.to_owned(),
            time: i64::try_from(sample.at).unwrap_or(i64::MAX),
            id,
            terms: Terms::new(),
            body: Bytes::from(body),
        }
    }

    /// The first samples of a window, until they stand for so many requests.
    pub(crate) async fn first_samples(
        &self,
        web_acl: &str,
        metric: &str,
        from_ms: i64,
        to_ms: i64,
        population: u64,
    ) -> Result<Vec<Found>, Failure> {
        let stream = log(web_acl, metric);
        let mut query = LogQuery {
            stream: &stream,
            from_ms,
            to_ms,
            term: None,
            direction: Direction::Forward,
            cursor: None,
            limit: PAGE,
        };
        let (mut found, mut seen) = (Vec::new(), 0);
        loop {
            let page = self.platform.store.scan(&query).await?;
            for record in &page.records {
                let Some((weight, request)) = record.body.split_first_chunk::<8>() else {
                    continue;
                };
                let weight = u64::from_be_bytes(*weight);
                seen += weight;
                found.push(Found {
                    at_ms: record.time,
                    weight,
                    request: String::from_utf8_lossy(request).into_owned(),
                });
                if seen >= population {
                    return Ok(found);
                }
            }
            match page.next {
                Some(next) => query.cursor = Some(next),
                None => return Ok(found),
            }
        }
    }
}

/// At most `most` of the samples, each equally likely, with weights that add up to those of all.
fn thin<'a>(
    mut samples: Vec<&'a Sample>,
    most: usize,
    below: &mut dyn FnMut(usize) -> usize,
) -> Vec<(&'a Sample, u64)> {
    let total: u64 = samples.iter().map(|sample| sample.weight).sum();
    if samples.len() <= most {
        return samples
            .into_iter()
            .map(|sample| (sample, sample.weight))
            .collect();
    }
    while samples.len() > most.max(1) {
        let victim = below(samples.len());
        samples.swap_remove(victim);
    }
    let count = samples.len() as u64;
    let share = |(nth, sample): (usize, &'a Sample)| {
        (sample, total / count + u64::from((nth as u64) < total % count))
    };
    samples.into_iter().enumerate().map(share).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thinned_samples_stand_for_all() {
        let sample = |at| Sample {
            metric: "m".into(),
            at,
            weight: 3,
            request: String::new(),
        };
        let all: Vec<Sample> = (0..40).map(sample).collect();
        let thinned = thin(all.iter().collect(), 7, &mut |bound| bound - 1);
        assert_eq!(
            (
                thinned.len(),
                thinned.iter().map(|(_, weight)| weight).sum::<u64>()
            ),
            (7, 120)
        );
        assert_eq!(thin(all.iter().collect(), 50, &mut |_| 0).len(), 40);
    }

    #[test]
    fn a_busy_minute_has_room_for_five_hundred_and_a_few_of_each_report() {
        let thinning = Thinning::default();
        assert_eq!(thinning.room("a", 1, 400), 500);
        assert_eq!(thinning.room("a", 1, 400), 100);
        assert_eq!(thinning.room("a", 1, 400), BEYOND);
        assert_eq!(thinning.room("b", 1, 1), 500);
        assert_eq!(thinning.room("a", 2, 1), 500);
    }
}
