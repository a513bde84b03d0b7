//! Managed rule groups as the engine wants them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use haechi_waf::compile::{FloodDetection, ManagedRuleGroup};
use haechi_waf::model::{
    Empty, FieldToMatch, ManagedRuleGroupConfig, OrStatement, Regex, RegexMatchStatement, Rule, RuleGroup,
    SearchStringEncoding, SensitivityToAct, Statement, TextTransformation, TextTransformationType,
    UsageOfAction,
};

const ANTI_DDOS: &str = "AWSManagedRulesAntiDDoSRuleSet";

/// A group and its content after the reference's configuration.
pub(crate) fn find(
    vendor: &str,
    name: &str,
    version: Option<&str>,
    configs: &[ManagedRuleGroupConfig],
) -> Option<Arc<ManagedRuleGroup>> {
    let group = haechi_managed::find(vendor, name)?;
    if version.is_some_and(|version| !group.has_version(version)) {
        return None;
    }
    let mut rules = content(group)?;
    let mut flood_detection = (name == ANTI_DDOS).then_some(FloodDetection {
        challenges: true,
        exempt: None,
    });
    for config in configs {
        if let Some(anti_ddos) = &config.anti_ddos
            && let Some(detection) = &mut flood_detection
        {
            let challenge = &anti_ddos.client_side_action_config.challenge;
            detection.challenges = challenge.usage_of_action == UsageOfAction::Enabled;
            detection.exempt = exempt(&challenge.exempt_uri_regular_expressions);
            configure_anti_ddos(
                &mut rules,
                detection.challenges,
                challenge.sensitivity.unwrap_or(SensitivityToAct::High),
                anti_ddos.sensitivity_to_block.unwrap_or(SensitivityToAct::Low),
            );
        }
    }
    Some(Arc::new(ManagedRuleGroup {
        vendor_name: vendor.to_owned(),
        name: name.to_owned(),
        version: version.or_else(|| group.default_version()).map(ToOwned::to_owned),
        capacity: group.capacity,
        label_namespace: group.label_namespace.to_owned(),
        rules,
        custom_response_bodies: haechi_waf::model::CustomResponseBodies::default(),
        flood_detection,
    }))
}

/// The rules of a group's file, read once.
fn content(group: &'static haechi_managed::ManagedGroup) -> Option<Vec<Rule>> {
    static READ: Mutex<Option<HashMap<&'static str, Arc<RuleGroup>>>> = Mutex::new(None);
    let mut read = READ.lock().unwrap_or_else(PoisonError::into_inner);
    let read = read.get_or_insert_default();
    if let Some(known) = read.get(group.name) {
        return Some(known.rules.clone());
    }
    // A test reads every group, so that a file that can't be read never ships.
    let document = RuleGroup::from_json(group.json.as_bytes(), SearchStringEncoding::Text).ok()?;
    let rules = document.rules.clone();
    read.insert(group.name, Arc::new(document));
    Some(rules)
}

/// Whether the URI path matches one of the expressions.
fn exempt(expressions: &[Regex]) -> Option<Statement> {
    let on_path = |regex: &Regex| {
        Statement::RegexMatch(RegexMatchStatement {
            regex_string: regex.regex_string.clone().unwrap_or_default(),
            field_to_match: FieldToMatch::UriPath(Empty {}),
            text_transformations: vec![TextTransformation {
                priority: 0,
                r#type: TextTransformationType::None,
            }],
            pre_parse_text_transformations: Vec::new(),
        })
    };
    let mut statements: Vec<Statement> = expressions.iter().map(on_path).collect();
    if statements.len() > 1 {
        return Some(Statement::Or(OrStatement { statements }));
    }
    statements.pop()
}

/// Developer guide, "AWS WAF Distributed Denial of Service (DDoS) prevention rule group": low sensitivity acts on high
/// suspicion, medium on medium and high, high on all; without the challenge its two rules are not evaluated.
fn configure_anti_ddos(
    rules: &mut Vec<Rule>,
    challenges: bool,
    to_challenge: SensitivityToAct,
    to_block: SensitivityToAct,
) {
    if !challenges {
        rules.retain(|rule| rule.name == "DDoSRequests");
    }
    for rule in rules {
        let sensitivity = match rule.name.as_str() {
            "ChallengeDDoSRequests" => to_challenge,
            "DDoSRequests" => to_block,
            _ => continue,
        };
        keep_suspicions(&mut rule.statement, suspicions(sensitivity));
    }
}

fn suspicions(sensitivity: SensitivityToAct) -> &'static [&'static str] {
    const LABELS: [&str; 3] = [
        "awswaf:managed:aws:anti-ddos:high-suspicion-ddos-request",
        "awswaf:managed:aws:anti-ddos:medium-suspicion-ddos-request",
        "awswaf:managed:aws:anti-ddos:low-suspicion-ddos-request",
    ];
    match sensitivity {
        SensitivityToAct::Low => &LABELS[..1],
        SensitivityToAct::Medium => &LABELS[..2],
        SensitivityToAct::High => &LABELS,
    }
}

/// Puts label matches of these suspicions where the statement now asks for some.
fn keep_suspicions(statement: &mut Statement, wanted: &[&str]) {
    const ANY: &str = "-suspicion-ddos-request";
    let asks =
        |statement: &Statement| matches!(statement, Statement::LabelMatch(label) if label.key.ends_with(ANY));
    if asks(statement) {
        let template = statement.clone();
        *statement = any_of(&template, wanted);
        return;
    }
    if let Statement::Or(or) = statement
        && let Some(template) = or.statements.iter().find(|child| asks(child)).cloned()
    {
        *statement = any_of(&template, wanted);
        return;
    }
    for child in statement.children_mut() {
        keep_suspicions(child, wanted);
    }
}

/// The label match `template` for each of these keys.
fn any_of(template: &Statement, keys: &[&str]) -> Statement {
    let mut statements: Vec<Statement> = keys
        .iter()
        .map(|key| {
            let mut made = template.clone();
            if let Statement::LabelMatch(label) = &mut made {
                (*key).clone_into(&mut label.key);
            }
            made
        })
        .collect();
    if statements.len() > 1 {
        return Statement::Or(OrStatement { statements });
    }
    statements.pop().unwrap_or_else(|| template.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn configured(json: &str) -> Vec<Rule> {
        let config: ManagedRuleGroupConfig = serde_json::from_str(json).expect("a configuration");
        let group = find("AWS", "AWSManagedRulesAntiDDoSRuleSet", None, &[config]).expect("a group");
        group.rules.clone()
    }

    #[test]
    fn every_group_is_found_and_has_rules() {
        for group in haechi_managed::GROUPS {
            let found = find("AWS", group.name, None, &[]).unwrap_or_else(|| panic!("{}", group.name));
            assert!(!found.rules.is_empty(), "{}", group.name);
            assert_eq!(found.version.as_deref(), group.default_version());
        }
        assert!(find("AWS", "AWSManagedRulesCommonRuleSet", Some("Version_0.1"), &[]).is_none());
        assert!(find("F5", "AWSManagedRulesCommonRuleSet", None, &[]).is_none());
    }

    #[test]
    fn anti_ddos_acts_on_the_suspicions_of_its_sensitivity() {
        let rules = configured(
            r#"{"AWSManagedRulesAntiDDoSRuleSet": {"SensitivityToBlock": "MEDIUM",
                "ClientSideActionConfig": {"Challenge": {"UsageOfAction": "ENABLED", "Sensitivity": "LOW"}}}}"#,
        );
        let shown = |name: &str| {
            let rule = rules.iter().find(|rule| rule.name == name).expect("the rule");
            serde_json::to_string(&rule.statement).expect("JSON")
        };
        let (challenge, block) = (shown("ChallengeDDoSRequests"), shown("DDoSRequests"));
        assert!(challenge.contains("high-suspicion") && !challenge.contains("medium-suspicion"));
        assert!(challenge.contains("challengeable-request"));
        assert!(block.contains("medium-suspicion") && !block.contains("low-suspicion"));
    }

    #[test]
    fn anti_ddos_exempts_uris_from_the_challenge() {
        let config = r#"{"AWSManagedRulesAntiDDoSRuleSet": {"ClientSideActionConfig": {"Challenge": {
            "UsageOfAction": "ENABLED",
            "ExemptUriRegularExpressions": [{"RegexString": "^/api/"}, {"RegexString": "\\.png$"}]}}}}"#;
        let config: ManagedRuleGroupConfig = serde_json::from_str(config).expect("a configuration");
        let group = find("AWS", ANTI_DDOS, None, &[config]).expect("a group");
        let detection = group.flood_detection.as_ref().expect("the detector");
        assert!(detection.challenges);
        let exempt = serde_json::to_string(&detection.exempt).expect("JSON");
        assert!(
            exempt.contains("^/api/") && exempt.contains("OrStatement"),
            "{exempt}"
        );
    }

    #[test]
    fn anti_ddos_without_challenges_only_blocks() {
        let rules = configured(
            r#"{"AWSManagedRulesAntiDDoSRuleSet":
                {"ClientSideActionConfig": {"Challenge": {"UsageOfAction": "DISABLED"}}}}"#,
        );
        let names: Vec<&str> = rules.iter().map(|rule| rule.name.as_str()).collect();
        assert_eq!(names, ["DDoSRequests"]);
    }
}
