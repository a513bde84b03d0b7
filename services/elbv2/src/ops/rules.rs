//! CreateRule, DescribeRules, ModifyRule, DeleteRule.
//!
//! Source: API reference. A listener's rules have different priorities; its default rule has none, is told last, and is
//! changed with the listener only.

use std::sync::Arc;

use haechi_api_elbv2 as api;
use haechi_api_elbv2::error::ErrorCode;
use haechi_core::{Call, Failure};
use haechi_policy::Context;

use crate::find::{current, current_all, current_uses, key_of, remove, save};
use crate::model::listener::Listener;
use crate::model::load_balancer::{Kind, LoadBalancer};
use crate::model::rule::Rule;
use crate::ops::limits::MOST_RULES;
use crate::paging::PageRequest;
use crate::requested::{actions, conditions, transforms};
use crate::tags;
use crate::{LoadBalancing, answer, error, names};

pub(crate) async fn create_rule(
    elbv2: Arc<LoadBalancing>,
    call: Arc<Call>,
    input: api::CreateRuleInput,
) -> Result<api::CreateRuleOutput, Failure> {
    let listener = input.listener_arn.unwrap_or_default();
    let own = tags::from_request(input.tags)?;
    let found = elbv2.find::<Listener>(&call, &listener).await?;
    let mut context = Context::new();
    if let Some(found) = &found {
        tags::describe_resource(&found.tags, &mut context);
    }
    elbv2
        .may_make(&call, &listener, &names::rule_arn(&listener, "*"), &own, context)
        .await?;
    let found = found.ok_or_else(|| error::no_listener(&listener))?;
    if found.kind != Kind::Application {
        let message = "Rules are only supported for listeners of an Application Load Balancer";
        return Err(error::refuse(ErrorCode::UnsupportedProtocolException, message));
    }
    let new = Rule {
        arn: names::rule_arn(&listener, &elbv2.platform.random.hex(16)),
        listener,
        priority: input.priority.unwrap_or_default(),
        conditions: conditions::read(input.conditions.unwrap_or_default())?,
        actions: actions::read(input.actions.unwrap_or_default())?,
        transforms: transforms::read(input.transforms.unwrap_or_default())?,
        tags: own,
    };
    let (new, call) = (&new, &call);
    elbv2
        .platform
        .write(call, |txn| async move {
            let listener = current::<Listener>(&txn, call, &new.listener).await?;
            let all = current_all::<Rule>(&txn, call).await?;
            let mut others = all.iter().filter(|rule| rule.listener == new.listener);
            if others.any(|rule| rule.priority == new.priority) {
                return Err(priority_taken(new.priority));
            }
            let name = listener.load_balancer.replacen(":loadbalancer/", ":listener/", 1) + "/";
            if all.iter().filter(|rule| rule.listener.starts_with(&name)).count() >= MOST_RULES {
                let message = "The maximum number of rules has been reached for this load balancer";
                return Err(error::refuse(ErrorCode::TooManyRulesException, message));
            }
            let load_balancer = current::<LoadBalancer>(&txn, call, &listener.load_balancer).await?;
            let uses = current_uses(&txn, call).await?;
            actions::admit(&txn, call, &load_balancer, &new.actions, &uses).await?;
            save(&txn, call, new).await?;
            Ok(api::CreateRuleOutput {
                rules: Some(vec![answer::rule(new)]),
            })
        })
        .await
}

/// Another rule of the listener has this priority.
pub(crate) fn priority_taken(priority: i32) -> Failure {
    let message = format!("Priority '{priority}' is currently in use");
    error::refuse(ErrorCode::PriorityInUseException, message)
}

pub(crate) async fn describe_rules(
    elbv2: Arc<LoadBalancing>,
    call: Arc<Call>,
    input: api::DescribeRulesInput,
) -> Result<api::DescribeRulesOutput, Failure> {
    elbv2.may_read(&call).await?;
    let page = PageRequest::parse(input.marker.as_deref(), input.page_size)?;
    let rules = elbv2.all::<Rule>(&call).await?;
    let mut shown: Vec<(i32, api::Rule)> = Vec::new();
    match (input.listener_arn, input.rule_arns) {
        (Some(_), Some(_)) => {
            let message = "Listener rule ARNs and a listener ARN cannot be specified at the same time";
            return Err(error::validation(message));
        }
        (None, None) => {
            let message = "You must specify either listener rule ARNs or a listener ARN";
            return Err(error::validation(message));
        }
        (Some(arn), None) => {
            let listener = elbv2.find::<Listener>(&call, &arn).await?;
            let listener = listener.ok_or_else(|| error::no_listener(&arn))?;
            let own = rules.iter().filter(|rule| rule.listener == arn);
            shown.extend(own.map(|rule| (rule.priority, answer::rule(rule))));
            shown.push((i32::MAX, answer::default_rule(&listener)));
        }
        (None, Some(arns)) => {
            let listeners = elbv2.all::<Listener>(&call).await?;
            for arn in arns {
                key_of::<Rule>(&arn)?;
                let rule = rules.iter().find(|rule| rule.arn == arn);
                let default = listeners.iter().find(|listener| listener.default_rule == arn);
                shown.push(match (rule, default) {
                    (Some(rule), _) => (rule.priority, answer::rule(rule)),
                    (None, Some(listener)) => (i32::MAX, answer::default_rule(listener)),
                    (None, None) => {
                        let message = "One or more rules not found";
                        return Err(error::refuse(ErrorCode::RuleNotFoundException, message));
                    }
                });
            }
        }
    }
    let key = |(priority, rule): &(i32, api::Rule)| {
        format!("{priority:010}/{}", rule.rule_arn.as_deref().unwrap_or_default())
    };
    shown.sort_by_key(key);
    let (shown, next_marker) = page.of(shown, key);
    Ok(api::DescribeRulesOutput {
        rules: Some(shown.into_iter().map(|(_, rule)| rule).collect()),
        next_marker,
    })
}

impl LoadBalancing {
    /// A rule that a request wants to change: the default one can't be.
    pub(crate) async fn open_rule(&self, call: &Call, arn: &str, what: &str) -> Result<Arc<Rule>, Failure> {
        let listeners = self.all::<Listener>(call).await?;
        let is_default = listeners.iter().any(|listener| listener.default_rule == arn);
        match self.open::<Rule>(call, arn).await {
            Err(Failure::Api(refusal)) if is_default && refusal.code == "RuleNotFound" => Err(
                error::not_permitted(format!("Default rule '{arn}' cannot be {what}")),
            ),
            other => other,
        }
    }
}

pub(crate) async fn modify_rule(
    elbv2: Arc<LoadBalancing>,
    call: Arc<Call>,
    input: api::ModifyRuleInput,
) -> Result<api::ModifyRuleOutput, Failure> {
    let arn = &input.rule_arn.unwrap_or_default();
    elbv2.open_rule(&call, arn, "modified").await?;
    let reset = input.reset_transforms == Some(true);
    let new_conditions = &input.conditions.filter(|given| !given.is_empty());
    let new_conditions = &new_conditions.clone().map(conditions::read).transpose()?;
    let new_actions = input.actions.filter(|given| !given.is_empty());
    let new_actions = &new_actions.map(actions::read).transpose()?;
    if reset && input.transforms.is_some() {
        let message = "Transforms and reset transforms cannot be specified at the same time";
        return Err(error::validation(message));
    }
    let new_transforms = &input.transforms.map(transforms::read).transpose()?;
    if new_conditions.is_none() && new_actions.is_none() && new_transforms.is_none() && !reset {
        return Err(error::validation(
            "Either conditions or actions must be specified",
        ));
    }
    let call = &call;
    elbv2
        .platform
        .write(call, |txn| async move {
            let mut changed = current::<Rule>(&txn, call, arn).await?;
            if let Some(conditions) = new_conditions {
                changed.conditions.clone_from(conditions);
            }
            if reset {
                changed.transforms.clear();
            }
            if let Some(transforms) = new_transforms {
                changed.transforms.clone_from(transforms);
            }
            if let Some(actions) = new_actions {
                let listener = current::<Listener>(&txn, call, &changed.listener).await?;
                let load_balancer = current::<LoadBalancer>(&txn, call, &listener.load_balancer).await?;
                let uses = current_uses(&txn, call).await?;
                actions::admit(&txn, call, &load_balancer, actions, &uses).await?;
                changed.actions.clone_from(actions);
            }
            save(&txn, call, &changed).await?;
            Ok(api::ModifyRuleOutput {
                rules: Some(vec![answer::rule(&changed)]),
            })
        })
        .await
}

pub(crate) async fn delete_rule(
    elbv2: Arc<LoadBalancing>,
    call: Arc<Call>,
    input: api::DeleteRuleInput,
) -> Result<api::DeleteRuleOutput, Failure> {
    let arn = &input.rule_arn.unwrap_or_default();
    elbv2.open_rule(&call, arn, "deleted").await?;
    let call = &call;
    elbv2
        .platform
        .write(call, |txn| async move {
            current::<Rule>(&txn, call, arn).await?;
            remove::<Rule>(&txn, call, arn).await?;
            Ok(api::DeleteRuleOutput::default())
        })
        .await
}
