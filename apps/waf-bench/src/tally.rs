//! Counts over all requests. Those of chunks add up to those of the run.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use haechi_waf::verdict::Verdict;

/// What was decided and by whom.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Decision<'p> {
    pub(crate) action: &'static str,
    pub(crate) rule: Cow<'p, str>,
    pub(crate) in_group: Option<Cow<'p, str>>,
}

impl<'p> Decision<'p> {
    pub(crate) fn of(verdict: &Verdict<'p>) -> Self {
        Self {
            action: verdict.action.as_str(),
            rule: Cow::Borrowed(verdict.terminating_rule.rule_id),
            in_group: verdict.terminating_rule.rule_in_group.map(Cow::Borrowed),
        }
    }

    /// `BLOCK by common / NoUserAgent_HEADER`.
    pub(crate) fn words(&self) -> String {
        match &self.in_group {
            Some(in_group) => format!("{} by {} / {in_group}", self.action, self.rule),
            None => format!("{} by {}", self.action, self.rule),
        }
    }
}

/// What one web ACL did.
#[derive(Clone, Debug, Default)]
pub(crate) struct Side<'p> {
    pub(crate) actions: BTreeMap<&'static str, u64>,
    pub(crate) rules: HashMap<(&'p str, Option<&'p str>), Hits>,
    pub(crate) labels: HashMap<Cow<'p, str>, u64>,
    pub(crate) oversize: BTreeMap<&'static str, u64>,
}

/// How often a rule matched.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hits {
    /// And decided, by action.
    pub(crate) decided: BTreeMap<&'static str, u64>,
    /// And let the evaluation go on.
    pub(crate) counted: u64,
}

impl<'p> Side<'p> {
    pub(crate) fn add(&mut self, verdict: &Verdict<'p>) {
        *self.actions.entry(verdict.action.as_str()).or_default() += 1;
        let decider = &verdict.terminating_rule;
        let hits = self
            .rules
            .entry((decider.rule_id, decider.rule_in_group))
            .or_default();
        *hits.decided.entry(verdict.action.as_str()).or_default() += 1;
        for rule in &verdict.non_terminating {
            self.rules.entry((rule.rule_id, None)).or_default().counted += 1;
        }
        for group in &verdict.rule_groups {
            for rule in &group.non_terminating {
                self.counted_in(group.rule_id, rule.rule_id);
            }
            for rule in &group.excluded_rules {
                self.counted_in(group.rule_id, rule);
            }
            // The group's decision counts only where an override took it away.
            if let Some(rule) = &group.terminating_rule
                && decider.rule_id != group.rule_id
            {
                self.counted_in(group.rule_id, rule.rule_id);
            }
        }
        for label in &verdict.labels {
            match self.labels.get_mut(label) {
                Some(count) => *count += 1,
                None => {
                    self.labels.insert(label.clone(), 1);
                }
            }
        }
        for field in &verdict.oversize_fields {
            *self.oversize.entry(field.as_str()).or_default() += 1;
        }
    }

    fn counted_in(&mut self, rule: &'p str, in_group: &'p str) {
        self.rules.entry((rule, Some(in_group))).or_default().counted += 1;
    }

    fn merge(&mut self, other: Self) {
        merge_counts(&mut self.actions, other.actions);
        merge_counts(&mut self.oversize, other.oversize);
        for (rule, hits) in other.rules {
            let sum = self.rules.entry(rule).or_default();
            merge_counts(&mut sum.decided, hits.decided);
            sum.counted += hits.counted;
        }
        for (label, count) in other.labels {
            *self.labels.entry(label).or_default() += count;
        }
    }
}

/// Requests of which the same is to be said, and some of them by name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Group {
    pub(crate) count: u64,
    pub(crate) examples: Vec<String>,
}

impl Group {
    /// Counts a request and, if there is room, keeps how it is called.
    pub(crate) fn add(&mut self, most: usize, name: impl FnOnce() -> String) {
        self.count += 1;
        if self.examples.len() < most {
            self.examples.push(name());
        }
    }
}

/// From one decision to another.
pub(crate) type Changes<'p> = BTreeMap<(Decision<'p>, Decision<'p>), Group>;

/// All counts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally<'p> {
    pub(crate) requests: u64,
    pub(crate) skipped: u64,
    pub(crate) without_body: u64,
    pub(crate) without_client: u64,
    pub(crate) without_time: u64,
    pub(crate) side: Side<'p>,
    pub(crate) against: Side<'p>,
    /// From the other web ACL's decision to this one's, where actions differ.
    pub(crate) changes: Changes<'p>,
    /// The same where another rule takes the same action.
    pub(crate) same_action: Changes<'p>,
    pub(crate) logged: u64,
    /// From the logged decision to this one's, where actions differ.
    pub(crate) since_log: Changes<'p>,
    pub(crate) expected: u64,
    pub(crate) mismatches: u64,
    pub(crate) failures: u64,
}

impl Tally<'_> {
    /// Adds what came after, keeping at most as many examples per group.
    pub(crate) fn merge(&mut self, other: Self, most: usize) {
        self.requests += other.requests;
        self.skipped += other.skipped;
        self.without_body += other.without_body;
        self.without_client += other.without_client;
        self.without_time += other.without_time;
        self.side.merge(other.side);
        self.against.merge(other.against);
        merge_changes(&mut self.changes, other.changes, most);
        merge_changes(&mut self.same_action, other.same_action, most);
        merge_changes(&mut self.since_log, other.since_log, most);
        self.logged += other.logged;
        self.expected += other.expected;
        self.mismatches += other.mismatches;
        self.failures += other.failures;
    }
}

pub(crate) fn total(changes: &Changes<'_>) -> u64 {
    changes.values().map(|group| group.count).sum()
}

fn merge_counts<K: Ord>(sum: &mut BTreeMap<K, u64>, other: BTreeMap<K, u64>) {
    for (key, count) in other {
        *sum.entry(key).or_default() += count;
    }
}

fn merge_changes<'p>(sum: &mut Changes<'p>, other: Changes<'p>, most: usize) {
    for (change, group) in other {
        let known = sum.entry(change).or_default();
        known.count += group.count;
        let room = most.saturating_sub(known.examples.len());
        known.examples.extend(group.examples.into_iter().take(room));
    }
}
