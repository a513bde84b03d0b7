//! Reports: lines about single requests, written by the workers, and a summary at the end.

mod json;
mod junit;
mod text;

use std::fs::File;
use std::io::{self, Write};

use crate::options::{Explain, FailOn, Listing, ReportFormat, TestOptions};
use crate::recording::Record;
use crate::tally::Tally;
use crate::worker::{Judged, Setup};
use haechi_waf::verdict::{DEFAULT_ACTION, Verdict};

/// What there is to say of one request.
pub(crate) struct Line<'a, 'p> {
    pub(crate) recording: &'a str,
    pub(crate) number: u64,
    pub(crate) record: &'a Record<'a>,
    pub(crate) judged: &'a Judged<'p>,
    pub(crate) against: Option<&'a Judged<'p>>,
    /// Conditions that hold, whether asked for or not.
    pub(crate) failures: Vec<FailOn>,
    /// How the verdict is not as expected.
    pub(crate) reasons: Vec<String>,
}

/// Longer requests are cut where they are named.
const SHOWN: usize = 160;

impl Line<'_, '_> {
    /// `traffic.har 17: GET /search?q=x`, or the name that the author gave.
    pub(crate) fn name(&self) -> String {
        format!("{} {}: {}", self.recording, self.number, self.request())
    }

    /// `GET /search?q=x`, and before it the name that the author gave.
    pub(crate) fn request(&self) -> String {
        let record = self.record;
        let mut name = record
            .name
            .as_ref()
            .map_or_else(String::new, |name| format!("{name}: "));
        name += &record.method;
        name.push(' ');
        name += &self.target();
        if let Some((end, _)) = name.char_indices().nth(SHOWN) {
            name.truncate(end);
            name.push('…');
        }
        name.replace(|c: char| c.is_control(), "\u{fffd}")
    }

    /// Path and query.
    pub(crate) fn target(&self) -> String {
        match &self.record.query {
            Some(query) => format!("{}?{query}", self.record.path),
            None => self.record.path.clone().into_owned(),
        }
    }

    fn is(&self, failure: FailOn) -> bool {
        self.failures.contains(&failure)
    }

    fn is_explained(&self, explain: Explain) -> bool {
        self.judged.explanation.is_some()
            && (explain != Explain::Matching
                || matched(&self.judged.verdict)
                || self.against.is_some_and(|against| matched(&against.verdict)))
    }
}

/// Whether any rule matched.
fn matched(verdict: &Verdict<'_>) -> bool {
    verdict.terminating_rule.rule_id != DEFAULT_ACTION
        || !verdict.non_terminating.is_empty()
        || verdict.rule_groups.iter().any(|group| {
            group.terminating_rule.is_some()
                || !group.non_terminating.is_empty()
                || !group.excluded_rules.is_empty()
        })
}

/// Writes lines; each worker has one.
pub(crate) struct Reporter {
    format: ReportFormat,
    list: Listing,
    explain: Explain,
    fail_on: Vec<FailOn>,
}

impl Reporter {
    pub(crate) fn new(options: &TestOptions) -> Self {
        Self {
            format: options.format,
            list: options.list,
            explain: options.explain,
            fail_on: options.fail_on.clone(),
        }
    }

    pub(crate) fn line(&self, line: &Line<'_, '_>, out: &mut Vec<u8>) {
        let explained = line.is_explained(self.explain);
        let notable = match self.format {
            // The summary groups the others.
            ReportFormat::Text => line.is(FailOn::Mismatch),
            ReportFormat::Json => {
                line.is(FailOn::Mismatch) || line.is(FailOn::Changed) || line.is(FailOn::Logged)
            }
            ReportFormat::Junit => return junit::line(line, &self.fail_on, out),
        };
        let listed = match self.list {
            Listing::None => false,
            Listing::Notable => notable,
            Listing::All => true,
        };
        if listed || explained {
            match self.format {
                ReportFormat::Text => text::line(line, explained, self.explain, out),
                _ => json::line(line, explained, out),
            }
        }
    }
}

/// Writes the report.
pub(crate) struct Report<'p, 'o> {
    setup: &'p Setup<'p>,
    out: &'o mut dyn Write,
    any: bool,
    /// JUnit has its totals at the beginning.
    spool: Option<File>,
}

impl<'p, 'o> Report<'p, 'o> {
    pub(crate) fn begin(setup: &'p Setup<'p>, out: &'o mut dyn Write) -> io::Result<Self> {
        let mut spool = None;
        match setup.options.format {
            ReportFormat::Text => {}
            ReportFormat::Json => out.write_all(b"{\"requests\": [")?,
            ReportFormat::Junit => spool = Some(tempfile::tempfile()?),
        }
        Ok(Self {
            setup,
            out,
            any: false,
            spool,
        })
    }

    pub(crate) fn lines(&mut self, lines: &[u8]) -> io::Result<()> {
        if lines.is_empty() {
            return Ok(());
        }
        let any = std::mem::replace(&mut self.any, true);
        match (&mut self.spool, self.setup.options.format) {
            (Some(spool), _) => spool.write_all(lines),
            (None, ReportFormat::Json) => {
                // Each line begins with its comma.
                self.out.write_all(if any { lines } else { &lines[1..] })
            }
            (None, _) => self.out.write_all(lines),
        }
    }

    pub(crate) fn end(self, tally: &Tally<'_>) -> io::Result<()> {
        match (self.spool, self.setup.options.format) {
            (Some(spool), _) => junit::write(self.setup, tally, spool, self.out)?,
            (None, ReportFormat::Json) => json::end(self.setup, tally, self.out)?,
            (None, _) => text::summary(self.setup, tally, self.any, self.out)?,
        }
        self.out.flush()
    }
}

/// Rules in the order of the web ACL, rules in groups under the group, the default action last.
pub(crate) fn in_order<'t, 'p, T>(
    setup: &Setup<'_>,
    rules: impl Iterator<Item = ((&'p str, Option<&'p str>), T)> + 't,
) -> Vec<((&'p str, Option<&'p str>), T)> {
    let place = |rule: &str| {
        let benches = [Some(&setup.bench), setup.against.as_ref()];
        let priority = benches.into_iter().flatten().find_map(|bench| {
            let acl = &bench.judge.acl;
            acl.rules
                .iter()
                .find(|known| known.name == rule)
                .map(|rule| rule.priority)
        });
        match priority {
            Some(priority) => (1, priority),
            // Firewall Manager's groups come before or after; there is no saying from the name alone.
            None if rule != DEFAULT_ACTION => (0, 0),
            None => (2, 0),
        }
    };
    let mut sorted: Vec<_> = rules.collect();
    sorted.sort_by_cached_key(|((rule, in_group), _)| {
        (place(rule), (*rule).to_owned(), in_group.map(ToOwned::to_owned))
    });
    sorted
}

/// Notes on what the recordings can't tell.
pub(crate) fn notes(setup: &Setup<'_>, tally: &Tally<'_>) -> Vec<String> {
    let mut notes = Vec::new();
    let options = setup.options;
    if tally.without_body > 0 {
        notes.push(format!(
            "{} requests had a body that the recording lacks, in part or whole: rules on bodies did not see it",
            thousands(tally.without_body)
        ));
    }
    if tally.without_client > 0 {
        notes.push(format!(
            "{} requests came without a client address and were judged as from {} (--client-ip)",
            thousands(tally.without_client),
            options.client_ip
        ));
    }
    let rates = std::iter::once(&setup.bench)
        .chain(&setup.against)
        .any(|bench| bench.judge.plan.rate_based_rules().next().is_some());
    if rates && tally.without_time > 0 {
        notes.push(format!(
            "{} requests came without a time: rate-based rules counted them at the time of the one before",
            thousands(tally.without_time)
        ));
    }
    if tally.skipped > 0 {
        notes.push(format!(
            "{} records were no requests and were passed over",
            thousands(tally.skipped)
        ));
    }
    notes
}

/// `1,234,567`.
pub(crate) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
