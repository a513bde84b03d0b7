//! The report for build servers: a test case per request, which fails if a condition of `--fail-on` holds.

use std::fs::File;
use std::io::{self, BufReader, Seek as _, Write};

use super::Line;
use crate::options::FailOn;
use crate::tally::{Decision, Tally};
use crate::worker::Setup;

pub(super) fn line(line: &Line<'_, '_>, fail_on: &[FailOn], out: &mut Vec<u8>) {
    let name = escaped(&format!("{}: {}", line.number, line.request()));
    let head = format!(
        "    <testcase classname=\"{}\" name=\"{name}\"",
        escaped(line.recording)
    );
    let failures: Vec<_> = line
        .failures
        .iter()
        .filter(|failure| fail_on.contains(failure))
        .collect();
    out.extend_from_slice(head.as_bytes());
    if failures.is_empty() {
        return out.extend_from_slice(b"/>\n");
    }
    let kinds: Vec<_> = failures.iter().map(|failure| failure.as_str()).collect();
    let mut message = Decision::of(&line.judged.verdict).words();
    if let Some(against) = line.against {
        message += &format!("; before {}", Decision::of(&against.verdict).words());
    }
    if let Some(logged) = &line.record.logged {
        message += &format!("; the log has {}", logged.action.as_str());
    }
    if !line.reasons.is_empty() {
        message += &format!("; {}", line.reasons.join(", "));
    }
    let failure = format!(
        ">\n      <failure type=\"{}\" message=\"{}\"/>\n    </testcase>\n",
        kinds.join(","),
        escaped(&message)
    );
    out.extend_from_slice(failure.as_bytes());
}

pub(super) fn write(
    setup: &Setup<'_>,
    tally: &Tally<'_>,
    mut cases: File,
    out: &mut dyn Write,
) -> io::Result<()> {
    let (tests, failures) = (tally.requests, tally.failures);
    let name = escaped(&setup.bench.judge.acl.name);
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(out, "<testsuites tests=\"{tests}\" failures=\"{failures}\">")?;
    writeln!(
        out,
        "  <testsuite name=\"{name}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\" skipped=\"0\">"
    )?;
    cases.rewind()?;
    io::copy(&mut BufReader::new(cases), out)?;
    writeln!(out, "  </testsuite>\n</testsuites>")
}

/// For attributes. Characters that XML 1.0 does not have are replaced.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe += "&amp;",
            '<' => safe += "&lt;",
            '>' => safe += "&gt;",
            '"' => safe += "&quot;",
            c if c < ' ' || matches!(c, '\u{fffe}' | '\u{ffff}') => safe.push('\u{fffd}'),
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_does_not_have_is_replaced() {
        assert_eq!(
            escaped("<a b=\"&\">\u{1b}\u{ffff}"),
            "&lt;a b=&quot;&amp;&quot;&gt;\u{fffd}\u{fffd}"
        );
    }
}
