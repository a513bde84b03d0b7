//! The policy of an API: who may invoke which of its methods.

use haechi_core::{AccountId, Failure};
use haechi_policy::{
    Attached, Context, Decision, Policies, Policy, PolicyKind, Request, Requester, ResourcePolicy,
    ResourcePolicyMode, decide,
};

use crate::error;

/// Refuses what is no policy.
pub(crate) fn check(policy: &str) -> Result<(), Failure> {
    if policy.is_empty() || parse(policy).is_some() {
        Ok(())
    } else {
        Err(error::bad_request(
            "Invalid policy document. Please check the policy syntax and ensure that Principals are valid.",
        ))
    }
}

/// The policy as it stands in an answer: escaped as within a JSON string, slashes too.
pub(crate) fn escaped(policy: &str) -> String {
    let quoted = serde_json::Value::from(policy).to_string();
    let inner = quoted.strip_prefix('"').and_then(|it| it.strip_suffix('"'));
    inner.unwrap_or(policy).replace('/', "\\/")
}

/// Whether an unsigned request may invoke a method. What the policy says of the request's circumstances, such as
/// `aws:SourceIp`, is unknown when fronts are described: a condition on them counts as the engine counts absent keys,
/// and what can't be read lets nobody in.
pub(crate) fn lets_everyone(policy: &str, account: &AccountId, method_arn: &str) -> bool {
    let Some(policy) = parse(policy) else { return false };
    let context = Context::new();
    let requester = Requester::anonymous();
    let request = Request {
        requester: &requester,
        action: "execute-api:Invoke",
        resource: method_arn,
        resource_account: Some(account.as_str()),
        context: &context,
    };
    let attached = Attached {
        policy: &policy,
        label: "resource policy",
    };
    let bearing = Policies {
        resource: Some(ResourcePolicy {
            attached,
            mode: ResourcePolicyMode::Standard,
        }),
        ..Policies::default()
    };
    matches!(decide(&request, &bearing), Decision::Allow(_))
}

fn parse(policy: &str) -> Option<Policy> {
    Policy::parse(policy, PolicyKind::Resource).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARN: &str = "arn:aws:execute-api:us-east-1:111122223333:abc/prod/GET/pets";

    fn account() -> AccountId {
        AccountId::parse("111122223333").unwrap()
    }

    fn policy(statements: &str) -> String {
        format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#)
    }

    const ALLOW: &str = r#"{"Effect":"Allow","Principal":"*","Action":"execute-api:Invoke","Resource":"*"}"#;

    #[test]
    fn a_policy_that_allows_everyone_lets_everyone() {
        assert!(lets_everyone(&policy(ALLOW), &account(), ARN));
    }

    #[test]
    fn a_condition_that_cannot_be_checked_lets_nobody() {
        let deny = r#"{"Effect":"Deny","Principal":"*","Action":"execute-api:Invoke","Resource":"*",
            "Condition":{"NotIpAddress":{"aws:SourceIp":"10.0.0.0/8"}}}"#;
        assert!(!lets_everyone(
            &policy(&format!("{ALLOW},{deny}")),
            &account(),
            ARN
        ));
        assert!(!lets_everyone("no policy", &account(), ARN));
    }

    #[test]
    fn a_policy_is_shown_escaped() {
        assert_eq!(escaped(r#"{"a":"1/2"}"#), r#"{\"a\":\"1\/2\"}"#);
    }
}
