//! From shapes of the API to AWS's JSON and to the engine's types, and back.

use haechi_api_wafv2 as api;
use haechi_core::Failure;
use haechi_managed::ManagedGroup;
use haechi_waf::model::{Rule, RuleAction, RuleGroup, SearchStringEncoding, WebAcl};
use haechi_wire::{JsonStyle, Operation, Shape, WireRequest};

use crate::error;

/// A shape in AWS's JSON, search strings in Base64.
pub(crate) fn write<S: Shape>(shape: S) -> String {
    haechi_wire::to_json(S::SCHEMA, &shape.into_fields(), JsonStyle::Plain).to_string()
}

/// The request that [`write`] wrote.
pub(crate) fn read<O: Operation>(json: &str) -> Result<O::Input, Failure> {
    let request = WireRequest {
        method: "POST",
        path: "/",
        query: "",
        headers: &http::HeaderMap::new(),
        body: json.as_bytes(),
    };
    let fields = haechi_wire::decode(O::SERVICE, O::SCHEMA, &request).map_err(Failure::internal)?;
    Ok(Shape::from_fields(fields))
}

/// The engine's web ACL of a CreateWebACL request in JSON.
pub(crate) fn web_acl(request: &str) -> Result<WebAcl, Failure> {
    WebAcl::from_json(request.as_bytes(), SearchStringEncoding::Base64).map_err(|fault| misfit(&fault))
}

/// The engine's rule group of a CreateRuleGroup request in JSON.
pub(crate) fn rule_group(request: &str) -> Result<RuleGroup, Failure> {
    RuleGroup::from_json(request.as_bytes(), SearchStringEncoding::Base64).map_err(|fault| misfit(&fault))
}

/// The engine's rules of a bare list.
pub(crate) fn rules(rules: Vec<api::Rule>) -> Result<Vec<Rule>, Failure> {
    let visibility = api::VisibilityConfig {
        sampled_requests_enabled: Some(false),
        cloud_watch_metrics_enabled: Some(false),
        metric_name: Some("rules".to_owned()),
    };
    let group = api::CreateRuleGroupRequest {
        name: Some("rules".to_owned()),
        rules: Some(rules),
        visibility_config: Some(visibility),
        ..Default::default()
    };
    Ok(rule_group(&write(group))?.rules)
}

/// The model's own constraints have been checked before: what is left are values that no rule can have.
fn misfit(fault: &haechi_waf::error::ModelError) -> Failure {
    error::invalid("STATEMENT", fault, error::FORMAT).into()
}

/// Names and actions of a managed group's rules. Its file is one of ours, in the same JSON but for its search strings,
/// which nobody is told.
pub(crate) fn managed_rules(group: &ManagedGroup) -> Result<Vec<api::RuleSummary>, Failure> {
    let read =
        RuleGroup::from_json(group.json.as_bytes(), SearchStringEncoding::Text).map_err(Failure::internal)?;
    let summaries = read.rules.into_iter().map(|rule| api::RuleSummary {
        name: Some(rule.name),
        action: rule.action.map(|action| action_shape(&action)),
    });
    Ok(summaries.collect())
}

/// An action as answers have it; those of managed groups have no custom parts.
fn action_shape(action: &RuleAction) -> api::RuleAction {
    let mut shape = api::RuleAction::default();
    match action {
        RuleAction::Block(_) => shape.block = Some(api::BlockAction::default()),
        RuleAction::Allow(_) => shape.allow = Some(api::AllowAction::default()),
        RuleAction::Count(_) => shape.count = Some(api::CountAction::default()),
        RuleAction::Captcha(_) => shape.captcha = Some(api::CaptchaAction::default()),
        RuleAction::Challenge(_) => shape.challenge = Some(api::ChallengeAction::default()),
        RuleAction::Monetize(_) => shape.monetize = Some(api::MonetizeAction::default()),
    }
    shape
}
