//! The report for people.

use std::io::{self, Write};

use haechi_waf::verdict::DEFAULT_ACTION;

use super::{Line, in_order, notes, thousands};
use crate::explain;
use crate::options::Explain;
use crate::tally::{Changes, Decision, Side, Tally, total};
use crate::worker::{Judged, Setup};

pub(super) fn line(line: &Line<'_, '_>, explained: bool, explain: Explain, out: &mut Vec<u8>) {
    let decision = Decision::of(&line.judged.verdict).words();
    let mut text = format!("{}\n  {decision}", line.name());
    if !line.reasons.is_empty() {
        text += &format!("; {}", line.reasons.join(", "));
    }
    if let Some(logged) = &line.record.logged {
        text += &format!("; the log has {}", logged.action.as_str());
    }
    text.push('\n');
    if let Some(against) = line.against {
        text += &format!("  before: {}\n", Decision::of(&against.verdict).words());
    }
    if explained {
        let all = matches!(explain, Explain::Number(_));
        text += &explanation(line.judged, all);
        if let Some(against) = line.against {
            text += "  before:\n";
            text += &explanation(against, all);
        }
    }
    out.extend_from_slice(text.as_bytes());
}

fn explanation(judged: &Judged<'_>, all: bool) -> String {
    let mut text = String::new();
    if !judged.verdict.labels.is_empty() {
        text += &format!("  labels: {}\n", judged.verdict.labels.join(", "));
    }
    if let Some(explanation) = &judged.explanation {
        text += &explain::text(explanation, all);
    }
    text
}

pub(super) fn summary(
    setup: &Setup<'_>,
    tally: &Tally<'_>,
    lines: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    if lines {
        writeln!(out)?;
    }
    head(setup, "web ACL", false, out)?;
    if setup.against.is_some() {
        head(setup, "against", true, out)?;
    }
    let recordings = setup.titles.join(", ");
    writeln!(out, "{} requests from {recordings}", thousands(tally.requests))?;
    for note in notes(setup, tally) {
        writeln!(out, "note: {note}")?;
    }
    writeln!(out)?;
    actions(tally, setup.against.is_some(), out)?;
    rules(setup, tally, out)?;
    labels(&tally.side, out)?;
    for (field, count) in &tally.side.oversize {
        writeln!(
            out,
            "{:>12}  requests have more {field} than is inspected",
            thousands(*count)
        )?;
    }
    if setup.against.is_some() {
        let changed = total(&tally.changes);
        writeln!(out, "\n{} requests are decided differently", thousands(changed))?;
        changes(&tally.changes, out)?;
        let moved = total(&tally.same_action);
        if moved > 0 {
            writeln!(
                out,
                "\n{} requests: the same action by another rule",
                thousands(moved)
            )?;
            changes(&tally.same_action, out)?;
        }
    }
    if tally.logged > 0 {
        let differing = total(&tally.since_log);
        writeln!(
            out,
            "\n{} of {} requests are decided otherwise than the log says",
            thousands(differing),
            thousands(tally.logged)
        )?;
        changes(&tally.since_log, out)?;
    }
    if tally.expected > 0 {
        let met = tally.expected - tally.mismatches;
        writeln!(
            out,
            "\n{} of {} expectations are met",
            thousands(met),
            thousands(tally.expected)
        )?;
    }
    if tally.failures > 0 {
        let conditions: Vec<_> = setup
            .options
            .fail_on
            .iter()
            .map(|condition| condition.as_str())
            .collect();
        writeln!(
            out,
            "\nfailed: {} requests ({})",
            thousands(tally.failures),
            conditions.join(", ")
        )?;
    }
    Ok(())
}

fn head(setup: &Setup<'_>, title: &str, against: bool, out: &mut dyn Write) -> io::Result<()> {
    let bench = if against {
        setup.against.as_ref()
    } else {
        Some(&setup.bench)
    };
    let Some(judge) = bench.map(|bench| bench.judge) else {
        return Ok(());
    };
    let capacity = judge
        .capacity
        .map_or_else(|| "? WCU".to_owned(), |units| format!("{} WCU", thousands(units)));
    writeln!(
        out,
        "{title} {} ({}): {} rules, {capacity}; {}",
        judge.acl.name,
        judge.path.display(),
        judge.acl.rules.len(),
        judge.search_strings
    )
}

fn actions(tally: &Tally<'_>, against: bool, out: &mut dyn Write) -> io::Result<()> {
    let all = tally.requests.max(1) as f64;
    for action in ["ALLOW", "BLOCK", "CAPTCHA", "CHALLENGE", "MONETIZE"] {
        let count = |side: &Side<'_>| side.actions.get(action).copied().unwrap_or(0);
        let (now, before) = (count(&tally.side), count(&tally.against));
        if now == 0 && before == 0 {
            continue;
        }
        let share = now as f64 / all * 100.0;
        write!(out, "{:>12}  {action:<10} {share:6.2} %", thousands(now))?;
        if against {
            write!(out, "   before: {}", thousands(before))?;
        }
        writeln!(out)?;
    }
    Ok(())
}

fn rules(setup: &Setup<'_>, tally: &Tally<'_>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out)?;
    let mut keys: Vec<_> = tally.side.rules.keys().collect();
    if setup.against.is_some() {
        keys.extend(
            tally
                .against
                .rules
                .keys()
                .filter(|key| !tally.side.rules.contains_key(key)),
        );
    }
    let entries = keys
        .into_iter()
        .map(|key| (*key, (tally.side.rules.get(key), tally.against.rules.get(key))));
    for ((rule, in_group), (now, before)) in in_order(setup, entries) {
        let name = in_group.map_or_else(|| rule.to_owned(), |in_group| format!("{rule} / {in_group}"));
        let words = |hits: Option<&crate::tally::Hits>| {
            let Some(hits) = hits else { return "0".to_owned() };
            let mut parts: Vec<_> = hits
                .decided
                .iter()
                .map(|(action, count)| format!("{action} {}", thousands(*count)))
                .collect();
            if hits.counted > 0 {
                parts.push(format!("counted {}", thousands(hits.counted)));
            }
            parts.join(", ")
        };
        write!(out, "  {name:<64} {}", words(now))?;
        if setup.against.is_some() {
            write!(out, "   before: {}", words(before))?;
        }
        writeln!(out)?;
    }
    let idle: Vec<_> = setup
        .bench
        .judge
        .acl
        .rules
        .iter()
        .filter(|rule| !tally.side.rules.keys().any(|(known, _)| *known == rule.name))
        .map(|rule| rule.name.as_str())
        .filter(|name| *name != DEFAULT_ACTION)
        .collect();
    if !idle.is_empty() {
        writeln!(out, "  no request matched: {}", idle.join(", "))?;
    }
    Ok(())
}

fn labels(side: &Side<'_>, out: &mut dyn Write) -> io::Result<()> {
    if side.labels.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nlabels")?;
    let mut labels: Vec<_> = side.labels.iter().collect();
    labels.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
    for (label, count) in labels {
        writeln!(out, "{:>12}  {label}", thousands(*count))?;
    }
    Ok(())
}

fn changes(changes: &Changes<'_>, out: &mut dyn Write) -> io::Result<()> {
    for ((from, to), group) in changes {
        writeln!(
            out,
            "{:>12}  {} → {}",
            thousands(group.count),
            from.words(),
            to.words()
        )?;
        for example in &group.examples {
            writeln!(out, "                {example}")?;
        }
    }
    Ok(())
}
