//! Explanations for people and programs.

use haechi_waf::evaluate::{Explanation, Inspected, Step};
use serde_json::{Value, json};

/// Text around a match that is shown.
const AROUND: usize = 48;

/// For people: the statements that matched, and the others too if `all`.
pub(crate) fn text(explanation: &Explanation<'_>, all: bool) -> String {
    let mut text = String::new();
    let mut rule = None;
    for step in explanation.steps.iter().filter(|step| all || step.matched) {
        if rule != Some((step.rule, step.rule_in_group)) {
            rule = Some((step.rule, step.rule_in_group));
            match step.rule_in_group {
                Some(in_group) => text += &format!("    {} / {in_group}\n", step.rule),
                None => text += &format!("    {}\n", step.rule),
            }
        }
        let answer = if step.matched { "matched" } else { "no match" };
        text += &format!("      {answer}  {} ({} WCU)", step.statement, step.capacity);
        if let Some(inspected) = &step.inspected {
            text += &format!(": {}", looked_at(inspected));
        }
        text.push('\n');
    }
    text
}

fn looked_at(inspected: &Inspected) -> String {
    let mut text = inspected.component.to_owned();
    if let Some(name) = &inspected.name {
        text += &format!(" {name}");
    }
    if !inspected.transformations.is_empty() {
        text += &format!(" after {}", transformations(inspected).join(", "));
    }
    match (&inspected.text, &inspected.span) {
        (None, _) => text += ", which was missing, too long or unreadable",
        (Some(bytes), Some(span)) => {
            // The text that is shown is cut, the match may be behind it.
            let (start, end) = (span.start.min(bytes.len()), span.end.min(bytes.len()));
            let (from, to) = (start.saturating_sub(AROUND), (end + AROUND).min(bytes.len()));
            text += &format!(
                ", bytes {}..{}: {}{}«{}»{}{}",
                span.start,
                span.end,
                if from > 0 { "…" } else { "" },
                printable(&bytes[from..start]),
                printable(&bytes[start..end]),
                printable(&bytes[end..to]),
                if to < bytes.len() { "…" } else { "" },
            );
        }
        (Some(bytes), None) => {
            let shown = &bytes[..bytes.len().min(2 * AROUND)];
            let more = if shown.len() < bytes.len() { "…" } else { "" };
            text += &format!(": \"{}{more}\"", printable(shown));
        }
    }
    text
}

fn transformations(inspected: &Inspected) -> Vec<String> {
    let name = |kind| {
        serde_json::to_value(kind)
            .ok()
            .and_then(|name| name.as_str().map(ToOwned::to_owned))
    };
    inspected.transformations.iter().filter_map(name).collect()
}

/// Text stays, other bytes are `\xNN`.
pub(crate) fn printable(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '\n' => text += "\\n",
                '\r' => text += "\\r",
                '\t' => text += "\\t",
                c if c.is_control() => text += &format!("\\x{:02x}", u32::from(c)),
                c => text.push(c),
            }
        }
        for byte in chunk.invalid() {
            text += &format!("\\x{byte:02x}");
        }
    }
    text
}

/// For programs: every step.
pub(crate) fn json(explanation: &Explanation<'_>) -> Value {
    explanation.steps.iter().map(step).collect()
}

fn step(step: &Step<'_>) -> Value {
    json!({
        "rule": step.rule,
        "ruleInGroup": step.rule_in_group,
        "statement": step.statement,
        "capacity": step.capacity,
        "matched": step.matched,
        "inspected": step.inspected.as_ref().map(|inspected| json!({
            "component": inspected.component,
            "name": inspected.name,
            "transformations": transformations(inspected),
            "text": inspected.text.as_deref().map(printable),
            "start": inspected.span.as_ref().map(|span| span.start),
            "end": inspected.span.as_ref().map(|span| span.end),
        })),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_match_is_shown_in_its_surroundings() {
        let bytes = [b"x".repeat(100), b"evil\xff".to_vec(), b"y\n".to_vec()].concat();
        let shown = looked_at(&Inspected {
            component: "HEADER",
            name: Some("user-agent".into()),
            transformations: vec![haechi_waf::model::TextTransformationType::Lowercase],
            text: Some(bytes),
            span: Some(100..105),
        });
        let wanted = format!(
            "HEADER user-agent after LOWERCASE, bytes 100..105: …{}«evil\\xff»y\\n",
            "x".repeat(48)
        );
        assert_eq!(shown, wanted);
    }
}
