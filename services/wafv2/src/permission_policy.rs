//! What a rule group's permission policy must be.
//!
//! Source: API reference, "PutPermissionPolicy": version 2012-10-17, statements that allow, to somebody, exactly the
//! actions that using the rule group takes (and GetRuleGroup, if wanted), without resources.

use haechi_core::Failure;
use haechi_policy::{Policy, PolicyError, PolicyKind};
use serde::Deserialize;

use crate::error::invalid_permission_policy;

/// Actions that every statement must permit.
const NEEDED: [&str; 3] = [
    "wafv2:CreateWebACL",
    "wafv2:UpdateWebACL",
    "wafv2:PutFirewallManagerRuleGroups",
];
/// What it may permit besides.
const OPTIONAL: &str = "wafv2:GetRuleGroup";

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Document {
    version: Option<String>,
    statement: OneOrMore<Statement>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Statement {
    effect: String,
    action: Option<OneOrMore<String>>,
    principal: Option<serde::de::IgnoredAny>,
    resource: Option<serde::de::IgnoredAny>,
    not_resource: Option<serde::de::IgnoredAny>,
    not_action: Option<serde::de::IgnoredAny>,
    not_principal: Option<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMore<T> {
    One(T),
    More(Vec<T>),
}

impl<T> OneOrMore<T> {
    fn as_slice(&self) -> &[T] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::More(more) => more,
        }
    }
}

/// Checks a policy.
pub(crate) fn check(text: &str) -> Result<Policy, Failure> {
    let document: Document =
        serde_json::from_str(text).map_err(|_| invalid_permission_policy("It is not a policy in JSON."))?;
    if document.version.as_deref() != Some("2012-10-17") {
        return Err(invalid_permission_policy("Its Version must be 2012-10-17.").into());
    }
    if document.statement.as_slice().is_empty() {
        return Err(invalid_permission_policy("It has no statement.").into());
    }
    for statement in document.statement.as_slice() {
        if let Some(why) = fault(statement) {
            return Err(invalid_permission_policy(why).into());
        }
    }
    read(text).map_err(|fault| invalid_permission_policy(&fault.to_string()).into())
}

/// The policy of a text that [`check`] took. It has no resources, as trust policies have none: it is about the rule
/// group that it is attached to. That its actions are none of a trust policy's is checked here, not there.
pub(crate) fn read(text: &str) -> Result<Policy, PolicyError> {
    Policy::parse_trusted(text, PolicyKind::Trust)
}

fn fault(statement: &Statement) -> Option<&'static str> {
    let actions = statement.action.as_ref().map_or(&[][..], OneOrMore::as_slice);
    let has = |wanted: &str| actions.iter().any(|action| action.eq_ignore_ascii_case(wanted));
    let extra = actions.iter().any(|action| {
        let known = NEEDED.iter().chain([&OPTIONAL]);
        !known.into_iter().any(|known| known.eq_ignore_ascii_case(action))
    });
    if statement.effect != "Allow" {
        Some("Effect must be Allow.")
    } else if statement.principal.is_none() || statement.not_principal.is_some() {
        Some("Each statement needs a Principal.")
    } else if statement.resource.is_some() || statement.not_resource.is_some() {
        Some("A statement must not have a Resource.")
    } else if statement.not_action.is_some() || extra || !NEEDED.iter().all(|needed| has(needed)) {
        Some(
            "Action must be wafv2:CreateWebACL, wafv2:UpdateWebACL and wafv2:PutFirewallManagerRuleGroups, and may be wafv2:GetRuleGroup.",
        )
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(effect: &str, actions: &str, rest: &str) -> String {
        format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"{effect}","Principal":{{"AWS":"444455556666"}},"Action":[{actions}]{rest}}}]}}"#
        )
    }

    const ALL: &str = r#""wafv2:CreateWebACL","wafv2:UpdateWebACL","wafv2:PutFirewallManagerRuleGroups""#;

    #[test]
    fn what_aws_asks_for_is_taken() {
        for actions in [ALL.to_owned(), format!(r#"{ALL},"wafv2:GetRuleGroup""#)] {
            check(&policy("Allow", &actions, "")).expect("a policy as it should be");
        }
    }

    #[test]
    fn anything_else_is_an_invalid_permission_policy() {
        for bad in [
            policy("Deny", ALL, ""),
            policy("Allow", r#""wafv2:CreateWebACL","wafv2:UpdateWebACL""#, ""),
            policy("Allow", &format!(r#"{ALL},"wafv2:DeleteRuleGroup""#), ""),
            policy("Allow", r#""wafv2:*""#, ""),
            policy("Allow", ALL, r#","Resource":"*""#),
            policy("Allow", ALL, "").replace("2012-10-17", "2008-10-17"),
            policy("Allow", ALL, "").replace(r#""Principal":{"AWS":"444455556666"},"#, ""),
            "[]".to_owned(),
            "not a policy".to_owned(),
        ] {
            let refused = check(&bad).expect_err(&bad);
            assert!(
                matches!(&refused, Failure::Api(error) if error.code == "WAFInvalidPermissionPolicyException"),
                "{bad}: {refused}"
            );
        }
    }
}
