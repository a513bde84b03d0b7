//! Rule groups (developer guide, pages "Overriding rule group actions" and "Log fields").

use super::*;
use crate::error::CompileError;
use crate::verdict::RuleType;

const OWN: &str = r#""ARN":"arn:aws:wafv2:us-east-1:444455556666:regional/rulegroup/group/1""#;
const MANAGED: &str = r#""VendorName":"AWS","Name":"AWSManagedRulesTest""#;

fn plan(statement: &str, override_action: &str, after: &[String]) -> Plan {
    let mut rules = vec![rule(
        "group",
        0,
        statement,
        &format!(r#""OverrideAction":{{"{override_action}":{{}}}}"#),
    )];
    rules.extend_from_slice(after);
    compile(&acl(&rules))
}

fn own(more: &str) -> String {
    format!(r#"{{"RuleGroupReferenceStatement":{{{OWN}{more}}}}}"#)
}

fn managed(more: &str) -> String {
    format!(r#"{{"ManagedRuleGroupStatement":{{{MANAGED}{more}}}}}"#)
}

#[test]
fn a_rule_in_a_group_decides_for_the_web_acl() {
    for (statement, kind, id, prefix) in [
        (
            own(""),
            RuleType::Group,
            "arn:aws:wafv2:us-east-1:444455556666:regional/rulegroup/group/1",
            "awswaf:444455556666:rulegroup:group:",
        ),
        (
            managed(""),
            RuleType::ManagedRuleGroup,
            "AWS#AWSManagedRulesTest",
            "awswaf:managed:aws:test:",
        ),
        (
            managed(r#","Version":"Version_1.0""#),
            RuleType::ManagedRuleGroup,
            "AWS#AWSManagedRulesTest#Version_1.0",
            "awswaf:managed:aws:test:",
        ),
    ] {
        let plan = plan(&statement, "None", &[]);
        let verdict = evaluate(&plan, &get("/attack"));
        assert_eq!(verdict.action.as_str(), "BLOCK");
        let deciding = &verdict.terminating_rule;
        assert_eq!(
            (deciding.rule_id, deciding.rule_type, deciding.rule_in_group),
            ("group", kind, Some("second"))
        );
        assert_eq!(verdict.labels, [format!("{prefix}seen"), format!("{prefix}bad")]);
        let group = &verdict.rule_groups[0];
        assert_eq!(group.rule_group_id, id);
        assert_eq!(
            group.terminating_rule.as_ref().map(|rule| rule.rule_id),
            Some("second")
        );
        assert_eq!(group.non_terminating[0].rule_id, "first");
        assert_eq!(evaluate(&plan, &get("/")).action.as_str(), "ALLOW");
    }
}

#[test]
fn overriding_the_group_to_count_counts_what_it_decides() {
    let label = r#"{"LabelMatchStatement":{"Scope":"LABEL","Key":"awswaf:managed:aws:test:bad"}}"#;
    let after = rule(
        "after",
        1,
        label,
        r#""Action":{"Block":{"CustomResponse":{"ResponseCode":418}}}"#,
    );
    let plan = plan(&managed(""), "Count", &[after]);
    let verdict = evaluate(&plan, &get("/attack"));
    assert_eq!(verdict.terminating_rule.rule_id, "after");
    assert_eq!(
        (
            verdict.non_terminating[0].rule_id,
            verdict.non_terminating[0].action
        ),
        ("group", "COUNT")
    );
    assert!(verdict.rule_groups[0].terminating_rule.is_some());
}

#[test]
fn single_rules_are_overridden_by_name() {
    let to_captcha = r#","RuleActionOverrides":[{"Name":"second","ActionToUse":{"Captcha":{}}}]"#;
    let to_count = r#","RuleActionOverrides":[{"Name":"second","ActionToUse":{"Count":{}}}]"#;
    let excluded = r#","ExcludedRules":[{"Name":"second"}]"#;
    let captcha_plan = plan(&managed(to_captcha), "None", &[]);
    let verdict = evaluate(&captcha_plan, &get("/attack"));
    assert_eq!(verdict.action.as_str(), "CAPTCHA");
    assert_eq!(
        verdict.rule_groups[0]
            .terminating_rule
            .as_ref()
            .and_then(|rule| rule.overridden_action),
        Some("BLOCK")
    );

    let count_plan = plan(&own(to_count), "None", &[]);
    let verdict = evaluate(&count_plan, &get("/attack"));
    assert_eq!(verdict.action.as_str(), "ALLOW");
    let counted = &verdict.rule_groups[0].non_terminating[1];
    assert_eq!(
        (counted.rule_id, counted.action, counted.overridden_action),
        ("second", "COUNT", Some("BLOCK"))
    );

    let excluded_plan = plan(&own(excluded), "None", &[]);
    let verdict = evaluate(&excluded_plan, &get("/attack"));
    assert_eq!(verdict.rule_groups[0].excluded_rules, ["second"]);
    assert_eq!(verdict.labels.len(), 2, "labels are added all the same");
}

#[test]
fn scope_down_keeps_requests_from_a_managed_group() {
    let scope = r#","ScopeDownStatement":{"ByteMatchStatement":{"SearchString":"/api","FieldToMatch":{"UriPath":{}},$T,"PositionalConstraint":"STARTS_WITH"}}"#;
    let plan = plan(&managed(scope), "None", &[]);
    assert!(blocks(&plan, &get("/api/attack")));
    let request = get("/attack");
    let verdict = evaluate(&plan, &request);
    assert_eq!(verdict.action.as_str(), "ALLOW");
    assert!(verdict.rule_groups.is_empty() && verdict.labels.is_empty());
}

#[test]
fn references_to_what_is_not_there_do_not_compile() {
    let missing = [
        own("").replace("rulegroup/group/1", "rulegroup/other/1"),
        managed("").replace("Test", "Other"),
    ];
    for statement in missing {
        let acl = acl(&[rule("group", 0, &statement, r#""OverrideAction":{"None":{}}"#)]);
        assert!(
            matches!(
                Plan::compile(&acl, "1", &World),
                Err(CompileError::Nonexistent { .. })
            ),
            "{statement}"
        );
    }
    let misnamed = own(r#","RuleActionOverrides":[{"Name":"third","ActionToUse":{"Count":{}}}]"#);
    let acl = acl(&[rule("group", 0, &misnamed, r#""OverrideAction":{"None":{}}"#)]);
    assert!(matches!(
        Plan::compile(&acl, "1", &World),
        Err(CompileError::InvalidParameter(_))
    ));
}

#[test]
fn explanations_name_rule_statement_component_and_bytes() {
    let plan = plan(&managed(""), "None", &[]);
    let rates = RateCounters::new(&plan);
    let environment = Environment {
        resource: "",
        limits: Limits::default(),
        geo: &World,
        rates: &rates,
        token: TokenState::Absent,
        now: 0,
    };
    let request = get("/an-attack");
    let (verdict, explanation) = plan.explain(&request, &environment, &mut Scratch::new());
    assert_eq!(verdict.action.as_str(), "BLOCK");
    let step = explanation.steps.last().expect("a step");
    assert_eq!(
        (step.rule, step.rule_in_group, step.statement),
        ("group", Some("second"), "ByteMatchStatement")
    );
    assert_eq!((step.matched, step.capacity), (true, 10));
    let inspected = step.inspected.as_ref().expect("a component");
    assert_eq!(
        (
            inspected.component,
            inspected.text.as_deref(),
            inspected.span.clone()
        ),
        ("URI", Some(&b"/an-attack"[..]), Some(4..10))
    );
}
