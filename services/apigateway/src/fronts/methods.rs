//! The methods of a deployment as rules.

use std::cmp::Ordering;

use haechi_api_apigateway as api;
use haechi_core::{AccountId, Region};
use haechi_dataplane::front::{Action, Condition, Rule};

use super::integration;
use crate::model::deployment::Deployment;
use crate::model::rest_api::Resource;
use crate::model::stage::Stage;
use crate::resource_policy;

/// The rules of a stage: its most specific path first, and of a path `ANY` last.
pub(super) fn rules(
    account: &AccountId,
    region: &Region,
    stage: &Stage,
    deployment: &Deployment,
) -> Vec<Rule> {
    let mut resources: Vec<&Resource> = deployment.resources.iter().collect();
    resources.sort_by(|one, other| by_specificity(&one.path, &other.path));
    let mut rules = Vec::new();
    for resource in resources {
        let any_last = |(name, _): &(&String, _)| *name == "ANY";
        let mut methods: Vec<_> = resource.methods.iter().collect();
        methods.sort_by_key(any_last);
        for (name, method) in methods {
            let arn = method_arn(account, region, stage, name, &resource.path);
            let mut conditions = vec![Condition::PathTemplate(vec![resource.path.clone()])];
            if name != "ANY" {
                conditions.push(Condition::Method(vec![name.clone()]));
            }
            rules.push(Rule {
                arn: None,
                conditions,
                transforms: Vec::new(),
                action: action(account, &arn, method, stage, deployment),
            });
        }
    }
    rules
}

/// What happens to a request of this method. Where it can't be told who asks, nobody is let in.
fn action(
    account: &AccountId,
    arn: &str,
    method: &api::Method,
    stage: &Stage,
    deployment: &Deployment,
) -> Action {
    if let Some(policy) = &deployment.api.policy
        && !resource_policy::lets_everyone(policy, account, arn)
    {
        let message =
            format!("User: anonymous is not authorized to perform: execute-api:Invoke on resource: {arn}");
        return refusal(403, "AccessDeniedException", "Message", &message);
    }
    if method.authorization_type.as_deref() != Some("NONE") {
        return missing_authentication_token();
    }
    if method.api_key_required == Some(true) {
        return refusal(403, "ForbiddenException", "message", "Forbidden");
    }
    match &method.method_integration {
        Some(integration) => integration::action(integration, stage),
        None => refusal(
            500,
            "InternalServerErrorException",
            "message",
            "Internal server error",
        ),
    }
}

/// What API Gateway answers where it has no method, or where the request is not signed.
pub(super) fn missing_authentication_token() -> Action {
    refusal(
        403,
        "MissingAuthenticationTokenException",
        "message",
        "Missing Authentication Token",
    )
}

/// An answer of API Gateway itself.
pub(super) fn refusal(status: u16, error: &str, member: &str, message: &str) -> Action {
    Action::Fixed {
        status,
        headers: vec![
            ("content-type".to_owned(), "application/json".to_owned()),
            ("x-amzn-ErrorType".to_owned(), error.to_owned()),
        ],
        body: serde_json::json!({ member: message }).to_string(),
    }
}

fn method_arn(account: &AccountId, region: &Region, stage: &Stage, method: &str, path: &str) -> String {
    let (partition, id, name) = (region.partition(), &stage.api, &stage.name);
    format!("arn:{partition}:execute-api:{region}:{account}:{id}/{name}/{method}{path}")
}

/// Segment by segment: a literal before a variable before a greedy one.
fn by_specificity(one: &str, other: &str) -> Ordering {
    let ranks = |path: &str| {
        let rank = |segment: &str| match (segment.starts_with('{'), segment.ends_with("+}")) {
            (false, _) => 0u8,
            (true, false) => 1,
            (true, true) => 2,
        };
        path.split('/').skip(1).map(rank).collect::<Vec<_>>()
    };
    let (one_ranks, other_ranks) = (ranks(one), ranks(other));
    // Of two that agree as far as the shorter goes, the longer says more.
    let common = one_ranks.iter().zip(&other_ranks);
    let first_difference = common.map(|(a, b)| a.cmp(b)).find(|order| order.is_ne());
    first_difference
        .unwrap_or_else(|| other_ranks.len().cmp(&one_ranks.len()))
        .then_with(|| one.cmp(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn specific_paths_come_first() {
        let mut paths = ["/{proxy+}", "/pets/{id}", "/pets", "/pets/mine", "/", "/{any}"];
        paths.sort_by(|one, other| by_specificity(one, other));
        let at = |path: &str| paths.iter().position(|it| *it == path).unwrap();
        assert!(at("/pets/mine") < at("/pets/{id}"));
        assert!(at("/pets") < at("/{any}"));
        assert!(at("/{any}") < at("/{proxy+}"));
        assert!(at("/pets/{id}") < at("/{proxy+}"));
    }
}
