//! Samples of requests, as `GetSampledRequests` wants them: at most 500 of the first 5,000 requests per metric and
//! window, each of those requests equally likely, and the weights add up to the requests that they stand for.
//!
//! Making the text of a sample costs more than deciding about a plain request. Where windows are short and full, few
//! samples of each are enough: a metric that had more requests than samples in one window gets fewer in the next.

use rustc_hash::{FxHashMap, FxHashSet};

/// Requests of a window that are sampled; AWS stops after as many.
const POPULATION: u64 = 5_000;
/// Samples of a metric.
const SAMPLES: usize = 500;
/// Samples of a metric that had more requests than [`SAMPLES`] in the window before.
const SAMPLES_WHEN_BUSY: usize = 10;
/// Metrics of a window; a web ACL has fewer rules that match.
const METRICS: usize = 10_000;

/// A request that was drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sampled {
    /// The metric of the rule that it is a sample of.
    pub metric: String,
    /// Milliseconds of Unix time.
    pub at: u64,
    /// As many requests as it stands for.
    pub weight: u64,
    /// `SampledHTTPRequest` in AWS's JSON, without `Timestamp` and `Weight`.
    pub request: String,
}

/// Draws samples of one web ACL's requests. A window lasts from one [`Sampler::drain`] to the next.
#[derive(Debug)]
pub struct Sampler {
    state: u64,
    budget: usize,
    used: usize,
    metrics: FxHashMap<Box<str>, Reservoir>,
    /// Metrics that had more requests than samples in the last window.
    busy: FxHashSet<Box<str>>,
}

#[derive(Debug, Default)]
struct Reservoir {
    seen: u64,
    /// How many it may hold; fewer once memory was short.
    capacity: usize,
    kept: Vec<(u64, String)>,
}

impl Sampler {
    /// A sampler that holds at most about `budget` bytes; `seed` is any random number.
    pub fn new(seed: u64, budget: usize) -> Self {
        Self {
            state: seed,
            budget,
            used: 0,
            metrics: FxHashMap::default(),
            busy: FxHashSet::default(),
        }
    }

    /// Offers a request; `request` makes the text only if the request is drawn.
    pub fn offer(&mut self, metric: &str, at: u64, request: impl FnOnce() -> String) {
        if !self.metrics.contains_key(metric) {
            if self.metrics.len() >= METRICS {
                return;
            }
            let reservoir = Reservoir {
                capacity: if self.busy.contains(metric) {
                    SAMPLES_WHEN_BUSY
                } else {
                    SAMPLES
                },
                ..Reservoir::default()
            };
            self.metrics.insert(metric.into(), reservoir);
        }
        let chance = self.random();
        let Some(reservoir) = self.metrics.get_mut(metric) else {
            return;
        };
        if reservoir.seen >= POPULATION {
            return;
        }
        reservoir.seen += 1;
        // Vitter's algorithm R: the n-th request is drawn with the chance capacity / n.
        let place = below(chance, reservoir.seen) as usize;
        if reservoir.kept.len() < reservoir.capacity {
            let text = request();
            self.used += text.len();
            reservoir.kept.push((at, text));
        } else if place < reservoir.capacity {
            let text = request();
            self.used = self.used - reservoir.kept[place].1.len() + text.len();
            reservoir.kept[place] = (at, text);
        }
        self.shed();
    }

    /// Ends the window: its samples, in order of time within each metric.
    pub fn drain(&mut self) -> Vec<Sampled> {
        self.used = 0;
        self.busy.clear();
        let mut samples = Vec::new();
        for (metric, mut reservoir) in self.metrics.drain() {
            if reservoir.seen > SAMPLES as u64 {
                self.busy.insert(metric.clone());
            }
            reservoir.kept.sort_unstable_by_key(|(at, _)| *at);
            let kept = reservoir.kept.len() as u64;
            for (nth, (at, request)) in reservoir.kept.into_iter().enumerate() {
                let extra = u64::from((nth as u64) < reservoir.seen % kept);
                let weight = reservoir.seen / kept + extra;
                samples.push(Sampled {
                    metric: metric.to_string(),
                    at,
                    weight,
                    request,
                });
            }
        }
        samples
    }

    /// Gives up random samples of the fullest metrics until the budget is met. What is left of a metric is still a
    /// fair draw, of fewer.
    fn shed(&mut self) {
        while self.used > self.budget {
            let chance = self.random();
            let Some(fullest) = self
                .metrics
                .values_mut()
                .max_by_key(|reservoir| reservoir.kept.len())
            else {
                return;
            };
            if fullest.kept.len() <= 1 {
                return;
            }
            let victim = below(chance, fullest.kept.len() as u64) as usize;
            self.used -= fullest.kept.swap_remove(victim).1.len();
            fullest.capacity = fullest.kept.len();
        }
    }

    /// SplitMix64; which requests are drawn is no secret.
    fn random(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

/// A random number below `bound`, from one of 64 bits.
fn below(chance: u64, bound: u64) -> u64 {
    ((u128::from(chance) * u128::from(bound)) >> 64) as u64
}
