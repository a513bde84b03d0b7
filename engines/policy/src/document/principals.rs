//! The `Principal` element of a document.

use serde_json::{Map, Value};

use super::error::PolicyError;
use super::parse::strings;
use crate::principal::{PrincipalElement, PrincipalPattern, root_account};

const ELEMENTS: [(&str, bool); 2] = [("Principal", false), ("NotPrincipal", true)];

/// Compiles `Principal` or `NotPrincipal`, refusing principals that can't exist.
pub(super) fn compile(statement: &Map<String, Value>) -> Result<Option<PrincipalElement>, PolicyError> {
    for (name, negated) in ELEMENTS {
        if let Some(value) = statement.get(name) {
            return Ok(Some(PrincipalElement {
                negated,
                patterns: patterns(value)?.into(),
            }));
        }
    }
    Ok(None)
}

fn patterns(value: &Value) -> Result<Vec<PrincipalPattern>, PolicyError> {
    let types = match value {
        Value::String(text) if text == "*" => return Ok(vec![PrincipalPattern::Everyone]),
        Value::Object(types) => types,
        other => {
            return Err(PolicyError::InvalidPrincipal {
                principal: other.to_string(),
            });
        }
    };
    let mut patterns = Vec::new();
    for (kind, values) in types {
        for text in strings(values) {
            let pattern = pattern(kind, text).ok_or_else(|| PolicyError::InvalidPrincipal {
                principal: format!("\"{kind}\":\"{text}\""),
            })?;
            patterns.push(pattern);
        }
    }
    Ok(patterns)
}

fn pattern(kind: &str, text: &str) -> Option<PrincipalPattern> {
    if text.is_empty() {
        return None;
    }
    match (kind, text) {
        ("AWS", _) => aws(text),
        ("Service", "*") => Some(PrincipalPattern::AnyService),
        ("Service", _) => Some(PrincipalPattern::Service(text.into())),
        ("Federated", "*") => Some(PrincipalPattern::AnyProvider),
        ("Federated", _) => Some(PrincipalPattern::Federated(text.into())),
        ("CanonicalUser", _) => Some(PrincipalPattern::CanonicalUser(text.into())),
        _ => None,
    }
}

/// "JSON policy elements: Principal" in the IAM user guide: an account, a user, a role, a role session, a
/// federated user, or the unique id that a deleted one leaves behind. Groups and wildcards within ARNs are
/// not principals.
fn aws(text: &str) -> Option<PrincipalPattern> {
    if text == "*" {
        return Some(PrincipalPattern::Everyone);
    }
    if is_account(text) {
        return Some(PrincipalPattern::Account(text.into()));
    }
    if let Some(account) = root_account(text) {
        return is_account(account).then(|| PrincipalPattern::Account(account.into()));
    }
    if is_unique_id(text) {
        return Some(PrincipalPattern::UniqueId(text.into()));
    }
    is_principal_arn(text).then(|| PrincipalPattern::Arn(text.into()))
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_unique_id(text: &str) -> bool {
    (16..=128).contains(&text.len())
        && text.starts_with('A')
        && text
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

fn is_principal_arn(text: &str) -> bool {
    let mut parts = text.splitn(6, ':');
    let (Some("arn"), Some(partition), Some(service), Some(""), Some(account), Some(resource)) = (
        parts.next(),
        parts.next(),
        parts.next(),
        parts.next(),
        parts.next(),
        parts.next(),
    ) else {
        return false;
    };
    let named = |prefix: &str| resource.strip_prefix(prefix).is_some_and(|name| !name.is_empty());
    let known = match service {
        "iam" => named("user/") || named("role/"),
        "sts" => named("assumed-role/") || named("federated-user/"),
        _ => false,
    };
    // `cloudfront` is the account of CloudFront's origin access identities.
    let owned = is_account(account) || account == "cloudfront";
    known && owned && partition.starts_with("aws") && !resource.contains(['*', '?'])
}

/// Writes the principal `from` as `to` wherever it stands; whether it stood anywhere.
pub(super) fn rename(document: &mut Value, from: &str, to: &str) -> bool {
    let statements = match document.get_mut("Statement") {
        Some(Value::Array(statements)) => statements.iter_mut().collect(),
        Some(statement) => vec![statement],
        None => Vec::new(),
    };
    let mut renamed = false;
    for statement in statements {
        for (name, _) in ELEMENTS {
            let Some(types) = statement.get_mut(name).and_then(Value::as_object_mut) else {
                continue;
            };
            for values in types.values_mut() {
                renamed |= rename_in(values, from, to);
            }
        }
    }
    renamed
}

fn rename_in(value: &mut Value, from: &str, to: &str) -> bool {
    match value {
        Value::String(text) if text == from => {
            to.clone_into(text);
            true
        }
        Value::Array(values) => {
            let mut renamed = false;
            for value in values {
                renamed |= rename_in(value, from, to);
            }
            renamed
        }
        _ => false,
    }
}
