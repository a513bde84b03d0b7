//! Judges chunks of records.

use haechi_waf::evaluate::{Environment, Explanation, Scratch};
use haechi_waf::geo::Geo;
use haechi_waf::rate::RateCounters;
use haechi_waf::verdict::{ActionTaken, TokenState, Verdict};

use crate::error::BenchError;
use crate::options::{Explain, FailOn, TestOptions};
use crate::recording::{Chunk, Expectation, Format, Logged, Record, parse};
use crate::report::{Line, Reporter};
use crate::sources::Judge;
use crate::tally::{Decision, Tally};

/// A web ACL with its counters.
pub(crate) struct Bench<'p> {
    pub(crate) judge: &'p Judge,
    pub(crate) rates: RateCounters,
}

impl<'p> Bench<'p> {
    pub(crate) fn new(judge: &'p Judge) -> Self {
        Self {
            judge,
            rates: RateCounters::new(&judge.plan),
        }
    }
}

/// What all workers share.
pub(crate) struct Setup<'p> {
    pub(crate) bench: Bench<'p>,
    pub(crate) against: Option<Bench<'p>>,
    pub(crate) options: &'p TestOptions,
    pub(crate) geo: &'p (dyn Geo + Send + Sync),
    /// Names of the recordings.
    pub(crate) titles: Vec<String>,
}

/// A chunk to judge.
pub(crate) struct Job {
    pub(crate) recording: usize,
    pub(crate) format: Format,
    pub(crate) chunk: Chunk,
}

/// What came of a chunk.
pub(crate) struct Done<'p> {
    pub(crate) tally: Tally<'p>,
    /// The part of the report that is about single requests.
    pub(crate) lines: Vec<u8>,
}

/// A verdict, explained if that was asked for.
pub(crate) struct Judged<'p> {
    pub(crate) verdict: Verdict<'p>,
    pub(crate) explanation: Option<Explanation<'p>>,
}

/// One thread's share.
pub(crate) struct Worker<'p> {
    setup: &'p Setup<'p>,
    reporter: Reporter,
    scratch: Scratch,
    scratch_against: Scratch,
    /// The recording's clock, which doesn't go back: milliseconds of Unix time.
    now: u64,
}

impl<'p> Worker<'p> {
    pub(crate) fn new(setup: &'p Setup<'p>) -> Self {
        Self {
            setup,
            reporter: Reporter::new(setup.options),
            scratch: Scratch::new(),
            scratch_against: Scratch::new(),
            now: 0,
        }
    }

    pub(crate) fn work(&mut self, job: &Job) -> Result<Done<'p>, BenchError> {
        let mut done = Done {
            tally: Tally::default(),
            lines: Vec::new(),
        };
        let chunk = &job.chunk;
        for (number, range) in (chunk.first..).zip(&chunk.records) {
            let json = chunk.bytes[range.clone()].trim_ascii();
            if json.is_empty() {
                continue;
            }
            match parse(job.format, json) {
                Ok(record) => self.judge(&record, job.recording, number, &mut done),
                Err(_) if self.setup.options.skip_bad_records => done.tally.skipped += 1,
                Err(source) => {
                    let what = if job.format == Format::Lines {
                        "line"
                    } else {
                        "request"
                    };
                    return Err(BenchError::Record {
                        recording: self.setup.titles[job.recording].clone(),
                        record: format!("{what} {number}"),
                        source,
                    });
                }
            }
        }
        Ok(done)
    }

    fn judge(&mut self, record: &Record<'_>, recording: usize, number: u64, done: &mut Done<'p>) {
        let setup = self.setup;
        let tally = &mut done.tally;
        tally.requests += 1;
        tally.without_body += u64::from(record.lacks_body());
        tally.without_client += u64::from(record.client_ip.is_none());
        match record.timestamp {
            Some(timestamp) => self.now = self.now.max(timestamp),
            None => tally.without_time += 1,
        }
        let (judged, against) = self.verdicts(record, number);
        let verdict = &judged.verdict;
        tally.side.add(verdict);
        let mut line = Line {
            recording: &setup.titles[recording],
            number,
            record,
            judged: &judged,
            against: against.as_ref(),
            failures: Vec::new(),
            reasons: Vec::new(),
        };
        let most = setup.options.examples;
        if let Some(against) = &against {
            tally.against.add(&against.verdict);
            let change = (Decision::of(&against.verdict), Decision::of(verdict));
            if change.0.action != change.1.action {
                line.failures.push(FailOn::Changed);
                tally.changes.entry(change).or_default().add(most, || line.name());
            } else if change.0 != change.1 {
                tally
                    .same_action
                    .entry(change)
                    .or_default()
                    .add(most, || line.name());
            }
        }
        if let Some(logged) = &record.logged {
            tally.logged += 1;
            if logged.action != verdict.action {
                line.failures.push(FailOn::Logged);
                let change = (was(logged), Decision::of(verdict));
                tally
                    .since_log
                    .entry(change)
                    .or_default()
                    .add(most, || line.name());
            }
        }
        if let Some(expectation) = &record.expect {
            tally.expected += 1;
            line.reasons = unmet(expectation, verdict);
            if !line.reasons.is_empty() {
                tally.mismatches += 1;
                line.failures.push(FailOn::Mismatch);
            }
        }
        line.failures.push(match verdict.action {
            ActionTaken::Block => FailOn::Blocked,
            ActionTaken::Allow => FailOn::Allowed,
            _ => FailOn::Challenged,
        });
        tally.failures += u64::from(
            line.failures
                .iter()
                .any(|failure| setup.options.fail_on.contains(failure)),
        );
        self.reporter.line(&line, &mut done.lines);
    }

    fn verdicts(&mut self, record: &Record<'_>, number: u64) -> (Judged<'p>, Option<Judged<'p>>) {
        let setup = self.setup;
        let headers = record.header_bytes();
        let request = record.request(&headers, setup.options.client_ip);
        let explain = match setup.options.explain {
            Explain::None => false,
            Explain::Number(wanted) => wanted == number,
            Explain::Matching | Explain::All => true,
        };
        let now = self.now;
        let judge = |bench: &'p Bench<'p>, scratch: &mut Scratch| {
            let plan = &bench.judge.plan;
            let environment = Environment {
                resource: "",
                limits: plan.limits(setup.options.resource),
                geo: setup.geo,
                rates: &bench.rates,
                token: token(setup.options.has_token, now),
                now,
            };
            if explain {
                let (verdict, explanation) = plan.explain(&request, &environment, scratch);
                let explanation = Some(explanation);
                Judged { verdict, explanation }
            } else {
                let verdict = plan.evaluate(&request, &environment, scratch);
                let explanation = None;
                Judged { verdict, explanation }
            }
        };
        let judged = judge(&setup.bench, &mut self.scratch);
        let against = setup
            .against
            .as_ref()
            .map(|bench| judge(bench, &mut self.scratch_against));
        (judged, against)
    }
}

fn token(has_token: bool, now: u64) -> TokenState {
    let solved = Some(now / 1000);
    if has_token {
        TokenState::Valid {
            captcha_solved: solved,
            challenge_solved: solved,
        }
    } else {
        TokenState::Absent
    }
}

/// What the log says was decided.
fn was(logged: &Logged<'_>) -> Decision<'static> {
    Decision {
        action: logged.action.as_str(),
        rule: logged.rule.clone().into_owned().into(),
        in_group: logged.rule_in_group.clone().map(|rule| rule.into_owned().into()),
    }
}

/// What is not as expected, in words.
fn unmet(expectation: &Expectation<'_>, verdict: &Verdict<'_>) -> Vec<String> {
    let mut reasons = Vec::new();
    if let Some(action) = expectation.action.filter(|action| *action != verdict.action) {
        reasons.push(format!("expected {}", action.as_str()));
    }
    if let Some(rule) = &expectation.rule {
        let decider = &verdict.terminating_rule;
        if decider.rule_id != rule && decider.rule_in_group != Some(&**rule) {
            reasons.push(format!("expected rule {rule} to decide"));
        }
    }
    for label in &expectation.labels {
        if !verdict.labels.contains(label) {
            reasons.push(format!("expected label {label}"));
        }
    }
    reasons
}
