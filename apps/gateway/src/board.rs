//! What outlives a change of routes: health and load of targets, counts of fronts.

mod target;

pub(crate) use target::{Finding, Origin, Place, State, Target, Trust};

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use haechi_dataplane::front::{self, HealthCheck, Stickiness};
use parking_lot::Mutex;

/// How a group picks targets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Algorithm {
    RoundRobin,
    LeastOutstanding,
    WeightedRandom,
}

/// A target group as one snapshot has it.
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) arn: Box<str>,
    pub(crate) targets: Vec<Arc<Target>>,
    pub(crate) health_check: HealthCheck,
    pub(crate) algorithm: Algorithm,
    pub(crate) stickiness: Option<Stickiness>,
    /// Seconds in which a target that became healthy gets its share little by little.
    pub(crate) slow_start: u32,
    /// What says "this group" in a cookie.
    pub(crate) mark: String,
    pub(crate) turn: AtomicUsize,
}

/// Requests of a front since they were taken last.
#[derive(Debug, Default)]
pub(crate) struct FrontCounters {
    pub(crate) requests: AtomicU64,
    pub(crate) front_4xx: AtomicU64,
    pub(crate) front_5xx: AtomicU64,
    pub(crate) target_5xx: AtomicU64,
}

impl FrontCounters {
    /// The counts, which start anew.
    pub(crate) fn take(&self) -> [u64; 4] {
        [&self.requests, &self.front_4xx, &self.front_5xx, &self.target_5xx]
            .map(|count| count.swap(0, Ordering::Relaxed))
    }
}

type TargetKey = (String, String, u16);

/// Everything that outlives a snapshot. Asked when routes are made, not per request.
#[derive(Default)]
pub(crate) struct Board {
    targets: Mutex<HashMap<TargetKey, Arc<Target>>>,
    groups: Mutex<HashMap<String, Arc<Group>>>,
    fronts: Mutex<HashMap<String, Arc<FrontCounters>>>,
}

impl Board {
    /// The group, with the targets known before where they are the same.
    pub(crate) fn group(&self, group: &front::TargetGroup) -> Arc<Group> {
        let mut known = self.targets.lock();
        let targets = group
            .targets
            .iter()
            .map(|target| {
                let key = (group.arn.clone(), target.id.clone(), target.port);
                let made = Target::new(group, target);
                let kept = known.get(&key).filter(|old| old.is_still(&made)).cloned();
                let target = kept.unwrap_or_else(|| Arc::new(made));
                known.insert(key, Arc::clone(&target));
                target
            })
            .collect();
        drop(known);
        let made = Arc::new(Group {
            arn: group.arn.as_str().into(),
            targets,
            health_check: group.health_check.clone(),
            algorithm: match group.algorithm.as_str() {
                "least_outstanding_requests" => Algorithm::LeastOutstanding,
                "weighted_random" => Algorithm::WeightedRandom,
                _ => Algorithm::RoundRobin,
            },
            stickiness: group.stickiness.clone(),
            slow_start: group.slow_start,
            mark: target::mark(&[&group.arn]),
            turn: AtomicUsize::new(0),
        });
        self.groups.lock().insert(group.arn.clone(), Arc::clone(&made));
        made
    }

    /// The counts of a front.
    pub(crate) fn front(&self, resource: &str) -> Arc<FrontCounters> {
        Arc::clone(self.fronts.lock().entry(resource.to_owned()).or_default())
    }

    /// All groups.
    pub(crate) fn groups(&self) -> Vec<Arc<Group>> {
        self.groups.lock().values().cloned().collect()
    }

    /// Takes the counts of all fronts that had requests.
    pub(crate) fn take_front_counts(&self) -> Vec<(String, [u64; 4])> {
        let fronts = self.fronts.lock();
        fronts
            .iter()
            .map(|(resource, counters)| (resource.clone(), counters.take()))
            .filter(|(_, counts)| counts.iter().any(|count| *count > 0))
            .collect()
    }

    /// Forgets what the snapshot does not have. Counts stay until they were reported.
    pub(crate) fn keep_only(&self, snapshot: &haechi_dataplane::Snapshot) {
        let groups: HashMap<&str, &front::TargetGroup> = snapshot
            .target_groups
            .iter()
            .map(|group| (group.arn.as_str(), group))
            .collect();
        self.groups
            .lock()
            .retain(|arn, _| groups.contains_key(arn.as_str()));
        self.targets.lock().retain(|(arn, id, port), _| {
            groups.get(arn.as_str()).is_some_and(|group| {
                group
                    .targets
                    .iter()
                    .any(|target| target.id == *id && target.port == *port)
            })
        });
        let fronts: std::collections::HashSet<&str> = snapshot
            .fronts
            .iter()
            .map(|front| front.resource.as_str())
            .collect();
        self.fronts.lock().retain(|resource, counters| {
            fronts.contains(resource.as_str()) || counters.requests.load(Ordering::Relaxed) > 0
        });
    }
}
