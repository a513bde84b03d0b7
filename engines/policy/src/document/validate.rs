//! What AWS refuses, in the order in which it does.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::error::PolicyError;
use super::kind::PolicyKind;
use super::parse::{CURRENT_VERSION, statement_values, strings};
use super::{grammar, resource_format};
use crate::condition::{Operator, is_date};

/// What a trust policy may allow. The STS actions without a role are accepted too, as AWS does.
const TRUST_ACTIONS: [&str; 12] = [
    "sts:AssumeRole",
    "sts:AssumeRoleWithSAML",
    "sts:AssumeRoleWithWebIdentity",
    "sts:DecodeAuthorizationMessage",
    "sts:GetAccessKeyInfo",
    "sts:GetCallerIdentity",
    "sts:GetFederationToken",
    "sts:GetServiceBearerToken",
    "sts:GetSessionToken",
    "sts:SetContext",
    "sts:SetSourceIdentity",
    "sts:TagSession",
];

/// Checks a document of one kind.
///
/// The order is IAM's as it was recorded (moto's validator keeps the recordings): grammar, version, what the
/// older parser refuses, Sids, actions, resources' form, actions' prefixes, resources' presence. The checks
/// that depend on the kind follow where their text needs them.
pub(super) fn document(document: &Value, kind: PolicyKind) -> Result<(), PolicyError> {
    let checked = customer_document(document, kind);
    match kind {
        // Organizations has one text for whatever is wrong.
        PolicyKind::ServiceControl | PolicyKind::ResourceControl => checked
            .and_then(|()| organization_rules(document, kind))
            .map_err(|error| PolicyError::PolicyType {
                detail: error.detail().map_or_else(|| error.to_string(), str::to_owned),
            }),
        _ => checked,
    }
}

fn customer_document(document: &Value, kind: PolicyKind) -> Result<(), PolicyError> {
    grammar::check(document)?;
    if kind.requires_current_version() && document["Version"] != CURRENT_VERSION {
        return Err(PolicyError::Version);
    }
    let statements: Vec<_> = statement_values(document)
        .iter()
        .filter_map(Value::as_object)
        .collect();
    for statement in &statements {
        legacy(statement)?;
    }
    let malformed = if kind.has_principals() {
        None
    } else {
        malformed_resource(&statements)?
    };
    sids(&statements, kind)?;
    for statement in &statements {
        if is_missing(statement, "Action", "NotAction") {
            return Err(PolicyError::MissingAction);
        }
    }
    if let Some(error) = malformed {
        return Err(error);
    }
    for name in ["Action", "NotAction"] {
        for statement in &statements {
            statement
                .get(name)
                .into_iter()
                .flat_map(strings)
                .try_for_each(action_prefix)?;
        }
    }
    for statement in &statements {
        by_kind(statement, kind)?;
    }
    Ok(())
}

fn legacy(statement: &Map<String, Value>) -> Result<(), PolicyError> {
    let effect = statement
        .get("Effect")
        .and_then(Value::as_str)
        .unwrap_or_default();
    if !matches!(effect, "Allow" | "Deny") {
        return Err(PolicyError::legacy(format!("Effect {effect}: the case counts")));
    }
    let operators = statement
        .get("Condition")
        .and_then(Value::as_object)
        .into_iter()
        .flatten();
    for (operator, keys) in operators {
        let date = Operator::parse(operator).is_some_and(|(_, operator, _)| operator.is_date());
        for values in keys
            .as_object()
            .filter(|_| date)
            .into_iter()
            .flat_map(Map::values)
        {
            if let Some(bad) = strings(values).find(|value| !is_date(value)) {
                return Err(PolicyError::legacy(format!("{bad} is not a date")));
            }
        }
    }
    Ok(())
}

/// The first malformed resource, which is reported only if what is checked in between finds nothing. As long as
/// there is none, the older parser has its say at once, and its refusal is the error.
fn malformed_resource(statements: &[&Map<String, Value>]) -> Result<Option<PolicyError>, PolicyError> {
    for name in ["Resource", "NotResource"] {
        for value in statements.iter().filter_map(|statement| statement.get(name)) {
            let mut texts: Vec<_> = strings(value).collect();
            if value.is_array() {
                texts.retain(|text| !text.is_empty());
            }
            texts.sort_unstable();
            if let Some(error) = texts.iter().find_map(|text| resource_format::check(text).err()) {
                return Ok(Some(error));
            }
            texts.into_iter().try_for_each(resource_format::legacy)?;
        }
    }
    Ok(None)
}

fn sids(statements: &[&Map<String, Value>], kind: PolicyKind) -> Result<(), PolicyError> {
    let mut seen = HashSet::new();
    for statement in statements {
        let Some(sid) = statement.get("Sid").and_then(Value::as_str) else {
            continue;
        };
        // KMS keeps documents with a Sid twice, such as two statements of "Enable IAM User Permissions".
        if kind != PolicyKind::KeyPolicy && !sid.is_empty() && !seen.insert(sid) {
            return Err(PolicyError::DuplicateSid { sid: sid.to_owned() });
        }
        // Services take spaces in the Sids of resources' policies; IAM and Organizations don't.
        if !kind.has_principals() && !sid.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(PolicyError::InvalidSid { sid: sid.to_owned() });
        }
    }
    Ok(())
}

fn is_missing(statement: &Map<String, Value>, name: &str, negated: &str) -> bool {
    match statement.get(name).or_else(|| statement.get(negated)) {
        None => true,
        Some(value) => strings(value).next().is_none(),
    }
}

fn action_prefix(action: &str) -> Result<(), PolicyError> {
    let mut parts = action.split(':');
    let vendor = parts.next().unwrap_or_default();
    match (parts.next(), parts.next()) {
        (None, _) if vendor != "*" => {
            return Err(PolicyError::ActionWithoutVendor {
                action: action.to_owned(),
            });
        }
        (_, Some(_)) => {
            return Err(PolicyError::ActionWithColons {
                action: action.to_owned(),
            });
        }
        _ => {}
    }
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.');
    if vendor != "*" && !vendor.bytes().all(fits) {
        return Err(PolicyError::InvalidVendor {
            vendor: vendor.to_owned(),
        });
    }
    Ok(())
}

fn by_kind(statement: &Map<String, Value>, kind: PolicyKind) -> Result<(), PolicyError> {
    let principal = statement
        .get("Principal")
        .or_else(|| statement.get("NotPrincipal"));
    if !kind.has_principals() && principal.is_some() {
        return Err(PolicyError::UnexpectedPrincipal);
    }
    if kind == PolicyKind::Trust {
        for name in ["Action", "NotAction"] {
            for action in statement.get(name).into_iter().flat_map(strings) {
                if !TRUST_ACTIONS.contains(&action) {
                    return Err(PolicyError::TrustAction {
                        action: action.to_owned(),
                    });
                }
            }
        }
        for field in ["Resource", "NotResource", "NotPrincipal"] {
            if statement.contains_key(field) {
                return Err(PolicyError::ProhibitedField { field });
            }
        }
    }
    if kind.has_principals() && principal.is_none_or(names_nobody) {
        return Err(PolicyError::MissingPrincipal);
    }
    if kind.has_resources() && is_missing(statement, "Resource", "NotResource") {
        return Err(PolicyError::MissingResource);
    }
    Ok(())
}

fn names_nobody(principal: &Value) -> bool {
    principal
        .as_object()
        .is_some_and(|types| types.values().all(|values| strings(values).next().is_none()))
}

/// "SCP syntax" and "RCP syntax" in the Organizations user guide. A resource control policy of a customer only
/// denies, and everyone; the one that allows is `RCPFullAWSAccess`.
fn organization_rules(document: &Value, kind: PolicyKind) -> Result<(), PolicyError> {
    if kind != PolicyKind::ResourceControl {
        return Ok(());
    }
    for statement in statement_values(document) {
        if statement["Principal"] != "*" {
            return Err(PolicyError::syntax("Principal must be \"*\""));
        }
        let full_access = statement["Action"] == "*" && statement["Resource"] == "*";
        if statement["Effect"] == "Allow" && !full_access {
            return Err(PolicyError::syntax("a resource control policy only denies"));
        }
    }
    Ok(())
}
