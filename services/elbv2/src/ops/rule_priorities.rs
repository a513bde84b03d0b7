//! SetRulePriorities: all at once, so that rules can change places.

use std::sync::Arc;

use haechi_api_elbv2 as api;
use haechi_core::{Call, Failure};

use crate::find::{current_all, save};
use crate::model::rule::Rule;
use crate::ops::rules::priority_taken;
use crate::{LoadBalancing, answer, error};

pub(crate) async fn set_rule_priorities(
    elbv2: Arc<LoadBalancing>,
    call: Arc<Call>,
    input: api::SetRulePrioritiesInput,
) -> Result<api::SetRulePrioritiesOutput, Failure> {
    let pairs: Vec<(String, i32)> = input
        .rule_priorities
        .unwrap_or_default()
        .into_iter()
        .map(|pair| {
            (
                pair.rule_arn.unwrap_or_default(),
                pair.priority.unwrap_or_default(),
            )
        })
        .collect();
    if pairs.is_empty() {
        return Err(error::validation("Rule priorities must be specified"));
    }
    for (at, (arn, priority)) in pairs.iter().enumerate() {
        if pairs[..at].iter().any(|(_, earlier)| earlier == priority) {
            let message = format!("Priority '{priority}' was provided multiple times");
            return Err(error::validation(message));
        }
        if pairs[..at].iter().any(|(earlier, _)| earlier == arn) {
            return Err(error::validation(format!(
                "Rule '{arn}' was provided multiple times"
            )));
        }
        elbv2.open_rule(&call, arn, "given a priority").await?;
    }
    let (call, pairs) = (&call, &pairs);
    elbv2
        .platform
        .write(call, |txn| async move {
            let all = current_all::<Rule>(&txn, call).await?;
            let mut moved: Vec<Rule> = Vec::with_capacity(pairs.len());
            for (arn, priority) in pairs {
                let rule = all.iter().find(|rule| rule.arn == *arn);
                let rule = rule.ok_or_else(|| error::no_rule(arn))?;
                if moved.first().is_some_and(|first| first.listener != rule.listener) {
                    return Err(error::validation("All rules must belong to the same listener"));
                }
                moved.push(Rule {
                    priority: *priority,
                    ..rule.as_ref().clone()
                });
            }
            let stays = |rule: &&Arc<Rule>| {
                moved.iter().all(|moved| moved.arn != rule.arn) && rule.listener == moved[0].listener
            };
            for rule in all.iter().filter(stays) {
                if moved.iter().any(|moved| moved.priority == rule.priority) {
                    return Err(priority_taken(rule.priority));
                }
            }
            for rule in &moved {
                save(&txn, call, rule).await?;
            }
            Ok(api::SetRulePrioritiesOutput {
                rules: Some(moved.iter().map(answer::rule).collect()),
            })
        })
        .await
}
