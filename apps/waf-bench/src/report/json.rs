//! The report for programs: `{"requests": […], "summary": {…}}`.

use std::io::{self, Write};

use haechi_waf::verdict::Verdict;
use serde_json::{Map, Value, json};

use super::{Line, in_order, notes};
use crate::explain;
use crate::tally::{Changes, Decision, Side, Tally, total};
use crate::worker::{Bench, Judged, Setup};

pub(super) fn line(line: &Line<'_, '_>, explained: bool, out: &mut Vec<u8>) {
    let record = line.record;
    let mut object = json!({
        "recording": line.recording,
        "number": line.number,
        "name": record.name,
        "method": record.method,
        "uri": line.target(),
        "clientIp": record.client_ip,
    });
    let Some(members) = object.as_object_mut() else {
        return;
    };
    verdict(&line.judged.verdict, members);
    if let Some(against) = line.against {
        let mut before = Map::new();
        verdict(&against.verdict, &mut before);
        explanation(against, explained, &mut before);
        members.insert("against".into(), before.into());
    }
    if let Some(logged) = &record.logged {
        let was = json!({"action": logged.action.as_str(), "rule": logged.rule, "ruleInGroup": logged.rule_in_group});
        members.insert("logged".into(), was);
    }
    if record.expect.is_some() {
        members.insert("unmet".into(), json!(line.reasons));
    }
    explanation(line.judged, explained, members);
    out.extend_from_slice(b",\n  ");
    // A value always serializes.
    let _ = serde_json::to_writer(out, &object);
}

fn explanation(judged: &Judged<'_>, explained: bool, members: &mut Map<String, Value>) {
    if let Some(explanation) = judged.explanation.as_ref().filter(|_| explained) {
        members.insert("explanation".into(), explain::json(explanation));
    }
}

fn verdict(verdict: &Verdict<'_>, members: &mut Map<String, Value>) {
    let rule = &verdict.terminating_rule;
    let mut counted: Vec<Value> = verdict
        .non_terminating
        .iter()
        .map(|rule| json!({"rule": rule.rule_id, "ruleInGroup": null}))
        .collect();
    for group in &verdict.rule_groups {
        let overridden = group
            .terminating_rule
            .as_ref()
            .filter(|_| rule.rule_id != group.rule_id);
        let rules = group
            .non_terminating
            .iter()
            .chain(overridden)
            .map(|rule| rule.rule_id);
        counted.extend(
            rules
                .chain(group.excluded_rules.iter().copied())
                .map(|in_group| json!({"rule": group.rule_id, "ruleInGroup": in_group})),
        );
    }
    let status = verdict.response.map(haechi_waf::verdict::BlockResponse::status);
    for (name, value) in [
        ("action", json!(verdict.action.as_str())),
        ("rule", json!(rule.rule_id)),
        ("ruleInGroup", json!(rule.rule_in_group)),
        ("ruleType", json!(rule.rule_type.as_str())),
        ("counted", counted.into()),
        ("labels", json!(verdict.labels)),
        ("customResponse", json!(status)),
        ("insertedHeaders", json!(verdict.inserted_headers)),
    ] {
        members.insert(name.into(), value);
    }
}

pub(super) fn end(setup: &Setup<'_>, tally: &Tally<'_>, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(b"\n],\n\"summary\": ")?;
    let fail_on: Vec<_> = setup
        .options
        .fail_on
        .iter()
        .map(|condition| condition.as_str())
        .collect();
    let summary = json!({
        "webAcl": web_acl(&setup.bench, &tally.side, setup),
        "against": setup.against.as_ref().map(|bench| web_acl(bench, &tally.against, setup)),
        "recordings": setup.titles,
        "requests": tally.requests,
        "skipped": tally.skipped,
        "withoutBody": tally.without_body,
        "notes": notes(setup, tally),
        "changed": setup.against.is_some().then(|| total(&tally.changes)),
        "changes": changes(&tally.changes),
        "sameActionByAnotherRule": changes(&tally.same_action),
        "logged": tally.logged,
        "differFromLog": changes(&tally.since_log),
        "expectations": tally.expected,
        "mismatches": tally.mismatches,
        "failOn": fail_on,
        "failures": tally.failures,
    });
    serde_json::to_writer_pretty(&mut *out, &summary)?;
    out.write_all(b"}\n")
}

fn web_acl(bench: &Bench<'_>, side: &Side<'_>, setup: &Setup<'_>) -> Value {
    let judge = bench.judge;
    let rules = in_order(setup, side.rules.iter().map(|(key, hits)| (*key, hits)));
    let mut labels: Vec<_> = side.labels.iter().collect();
    labels.sort();
    json!({
        "name": judge.acl.name,
        "file": judge.path.display().to_string(),
        "capacity": judge.capacity,
        "actions": side.actions,
        "rules": rules.into_iter().map(|((rule, in_group), hits)| json!({
            "rule": rule, "ruleInGroup": in_group, "decided": hits.decided, "counted": hits.counted,
        })).collect::<Vec<_>>(),
        "labels": labels.into_iter().map(|(label, count)| (label.to_string(), json!(count))).collect::<Map<_, _>>(),
        "oversize": side.oversize,
    })
}

fn changes(changes: &Changes<'_>) -> Value {
    let decision = |decision: &Decision<'_>| json!({"action": decision.action, "rule": decision.rule, "ruleInGroup": decision.in_group});
    changes
        .iter()
        .map(|((from, to), group)| {
            json!({
                "from": decision(from), "to": decision(to), "count": group.count, "examples": group.examples,
            })
        })
        .collect()
}
