//! The detector behind the anti-DDoS managed rule group: does a resource get far more requests than it is used to, and
//! which sources have a part in that.
//!
//! AWS documents what its detector says and not how it finds it (developer guide, "AWS WAF Distributed Denial of Service
//! (DDoS) prevention rule group"): an event is traffic that deviates significantly from the resource's baseline, which
//! is established within minutes, and a source is suspected more or less of taking part in it. Ours is this:
//!
//! - The baseline is the mean and the mean deviation of the requests per second, over about a quarter of an hour and,
//!   of the seconds in which there was any request, over about a day. The higher of the two counts, so that neither a
//!   quiet night nor a busy hour makes the usual traffic look unusual.
//! - An event begins when the last ten seconds were over [`FACTOR`] times the mean and over [`DEVIATIONS`] deviations
//!   above it, and over [`FLOOR`] in any case. It ends when they have been under half of that for [`CALM`]. While it
//!   lasts the baseline follows a hundred times slower: an attack does not become the usual, growth does in the end.
//! - A source is suspected by how many times over it sends what the busiest twentieth of sources sends in peace.
//!
//! Memory is bounded as that of rate-based rules is, in sources and in resources.

use super::{MOST_KEYS, RateKey, Windows, evict};
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

/// Times the usual rate.
const FACTOR: f64 = 4.0;
/// Mean deviations above the usual rate.
const DEVIATIONS: f64 = 8.0;
/// Requests per second under which nothing is an event.
const FLOOR: f64 = 50.0;
/// Seconds of observation before there is a baseline to deviate from.
const WARM_UP: u64 = 60;
/// Seconds that the present rate is taken from.
const RECENT: usize = 10;
/// Seconds under half of the threshold that end an event.
const CALM: u64 = 30;
/// How much slower the baseline follows during an event.
const SLOWER: f64 = 100.0;
const QUARTER_HOUR: f64 = 900.0;
const DAY: f64 = 86_400.0;
/// Windows of sources: two buckets of [`super::BUCKET_SECONDS`].
const SOURCE_BUCKETS: usize = 2;
/// What any source may send in such a window without being suspected.
const SOURCE_FLOOR: f64 = 20.0;
/// Resources that one web ACL's detector keeps apart; more share a baseline.
const MOST_RESOURCES: usize = 1_000;

/// How sure it is that a request is part of an attack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Suspicion {
    /// The source sends twice as much as busy ones do.
    Low,
    /// Four times.
    Medium,
    /// Eight times.
    High,
}

/// What the detector says of a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Observation {
    /// The resource is under attack.
    pub event: bool,
    /// The source seems to take part in it.
    pub suspicion: Option<Suspicion>,
}

/// The detectors of all resources behind one use of the rule group.
#[derive(Debug, Default)]
pub struct FloodDetectors {
    resources: RwLock<HashMap<Box<str>, Arc<Mutex<Detector>>>>,
}

impl FloodDetectors {
    /// Counts a request of `source` to `resource` at `now` (milliseconds of any epoch) and says what it looks like.
    pub fn observe(&self, resource: &str, source: IpAddr, now: u64) -> Observation {
        let detector = self.detector(resource);
        let mut detector = detector.lock().unwrap_or_else(PoisonError::into_inner);
        detector.observe(source, now / 1000)
    }

    fn detector(&self, resource: &str) -> Arc<Mutex<Detector>> {
        let known = self.resources.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known.get(resource) {
            return Arc::clone(known);
        }
        let resource = if known.len() < MOST_RESOURCES {
            resource
        } else {
            ""
        };
        drop(known);
        let mut resources = self.resources.write().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(resources.entry(resource.into()).or_default())
    }
}

#[derive(Debug)]
struct Detector {
    began: Option<u64>,
    second: u64,
    /// Requests in the last seconds, the present one too.
    recent: [u32; RECENT],
    lately: Baseline,
    daily: Baseline,
    /// While an event lasts: the last second that was not calm.
    event: Option<u64>,
    sources: HashMap<RateKey, u32>,
    windows: Windows,
    bucket: u64,
    busy_source: Baseline,
}

impl Default for Detector {
    fn default() -> Self {
        Self {
            began: None,
            second: 0,
            recent: [0; RECENT],
            lately: Baseline::over(QUARTER_HOUR),
            daily: Baseline::over(DAY),
            event: None,
            sources: HashMap::new(),
            windows: Windows::new(SOURCE_BUCKETS),
            bucket: 0,
            busy_source: Baseline::over(QUARTER_HOUR / super::BUCKET_SECONDS as f64),
        }
    }
}

impl Detector {
    fn observe(&mut self, source: IpAddr, second: u64) -> Observation {
        let began = *self.began.get_or_insert_with(|| {
            self.second = second;
            second
        });
        self.advance(second);
        self.recent[self.second as usize % RECENT] += 1;
        let sent = self.count(source);
        if self.second - began >= WARM_UP {
            self.judge();
        }
        let event = self.event.is_some();
        let suspicion = event.then(|| self.suspect(sent)).flatten();
        Observation { event, suspicion }
    }

    /// Takes the seconds that are over into the baseline. A clock that goes back counts into the newest second.
    fn advance(&mut self, now: u64) {
        let over = now.saturating_sub(self.second);
        for _ in 0..over.min(RECENT as u64) {
            let rate = f64::from(self.recent[self.second as usize % RECENT]);
            self.learn(rate, 1);
            self.second += 1;
            self.recent[self.second as usize % RECENT] = 0;
        }
        let silent = now.saturating_sub(self.second);
        if silent > 0 {
            self.event = None;
            self.learn(0.0, silent);
            self.second = now;
            self.recent = [0; RECENT];
        }
        let bucket = self.second / super::BUCKET_SECONDS;
        if bucket > self.bucket {
            self.learn_sources();
            self.bucket = bucket;
        }
    }

    fn learn(&mut self, rate: f64, seconds: u64) {
        let slower = if self.event.is_some() { SLOWER } else { 1.0 };
        self.lately.learn(rate, seconds, slower);
        if rate > 0.0 {
            self.daily.learn(rate, seconds, slower);
        }
    }

    /// What the busiest twentieth of sources sends, while nobody attacks.
    fn learn_sources(&mut self) {
        if self.event.is_some() || self.sources.is_empty() {
            return;
        }
        let totals = self.sources.values();
        let mut totals: Vec<u64> = totals
            .map(|&slot| self.windows.total(slot, self.bucket))
            .collect();
        totals.retain(|&total| total > 0);
        let at = totals.len() * 19 / 20;
        if at < totals.len() {
            let (_, busy, _) = totals.select_nth_unstable(at);
            self.busy_source.learn(*busy as f64, 1, 1.0);
        }
    }

    /// Counts the source; what it sent in its window.
    fn count(&mut self, source: IpAddr) -> u64 {
        let key = RateKey::Ip(source);
        let slot = if let Some(&slot) = self.sources.get(&key) {
            slot
        } else {
            if self.sources.len() >= MOST_KEYS {
                evict(&mut self.sources, &mut self.windows, self.bucket);
            }
            let slot = self.windows.take();
            self.sources.insert(key, slot);
            slot
        };
        self.windows.add(slot, self.bucket)
    }

    fn judge(&mut self) {
        let rate = self.recent.iter().map(|&count| f64::from(count)).sum::<f64>() / RECENT as f64;
        let mut threshold = FLOOR.max(self.lately.threshold());
        // The day's baseline says something only once an attack can't have made most of it.
        if self.daily.learned >= QUARTER_HOUR {
            threshold = threshold.max(self.daily.threshold());
        }
        match self.event {
            None if rate > threshold => self.event = Some(self.second),
            Some(_) if rate > threshold / 2.0 => self.event = Some(self.second),
            Some(last) if self.second - last > CALM => self.event = None,
            _ => {}
        }
    }

    fn suspect(&self, sent: u64) -> Option<Suspicion> {
        let times = sent as f64 / SOURCE_FLOOR.max(self.busy_source.mean);
        match times {
            8.0.. => Some(Suspicion::High),
            4.0.. => Some(Suspicion::Medium),
            2.0.. => Some(Suspicion::Low),
            _ => None,
        }
    }
}

/// A mean and a mean deviation that forget: plain ones at first, weighted towards the present later.
#[derive(Debug)]
struct Baseline {
    horizon: f64,
    learned: f64,
    mean: f64,
    deviation: f64,
}

impl Baseline {
    fn over(horizon: f64) -> Self {
        Self {
            horizon,
            learned: 0.0,
            mean: 0.0,
            deviation: 0.0,
        }
    }

    /// Takes a value in, as often as said.
    fn learn(&mut self, value: f64, times: u64, slower: f64) {
        let times = times as f64;
        let learned = self.learned + times;
        let weight = if learned <= self.horizon {
            times / learned
        } else {
            1.0 - (1.0 - 1.0 / self.horizon).powf(times)
        };
        self.learned = learned.min(self.horizon);
        let weight = weight / slower;
        self.deviation += weight * ((value - self.mean).abs() - self.deviation);
        self.mean += weight * (value - self.mean);
    }

    fn threshold(&self) -> f64 {
        (self.mean * FACTOR).max(self.mean + self.deviation * DEVIATIONS)
    }
}

#[cfg(test)]
mod tests;
