//! The grammar of the policy language: names, types, nothing said twice.

use serde_json::{Map, Value};

use super::error::PolicyError;
use super::parse::{CURRENT_VERSION, statement_values};
use crate::condition::Operator;

const TOP_ELEMENTS: [&str; 4] = ["Version", "Id", "Statement", "Conditions"];

const STATEMENT_ELEMENTS: [&str; 9] = [
    "Sid",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Condition",
];

/// Checks the grammar alone: names, types, nothing said twice.
pub(super) fn check(document: &Value) -> Result<(), PolicyError> {
    let Value::Object(top) = document else {
        return Err(PolicyError::syntax("a policy is an object"));
    };
    known_members(top, &TOP_ELEMENTS)?;
    match top.get("Version") {
        None => {}
        Some(Value::String(version)) if version == CURRENT_VERSION || version == "2008-10-17" => {}
        Some(other) => return Err(PolicyError::syntax(format!("unknown version {other}"))),
    }
    if top.get("Id").is_some_and(|id| !id.is_string()) {
        return Err(PolicyError::syntax("Id is not a string"));
    }
    let statements = statement_values(document);
    if statements.is_empty() {
        return Err(PolicyError::syntax("there is no statement"));
    }
    statements.iter().try_for_each(statement_grammar)
}

fn statement_grammar(statement: &Value) -> Result<(), PolicyError> {
    let Value::Object(statement) = statement else {
        return Err(PolicyError::syntax("a statement is an object"));
    };
    known_members(statement, &STATEMENT_ELEMENTS)?;
    for (one, other) in [
        ("Resource", "NotResource"),
        ("Action", "NotAction"),
        ("Principal", "NotPrincipal"),
    ] {
        if statement.contains_key(one) && statement.contains_key(other) {
            return Err(PolicyError::syntax(format!("both {one} and {other}")));
        }
    }
    match statement.get("Effect").and_then(Value::as_str) {
        Some(effect) if effect.eq_ignore_ascii_case("Allow") || effect.eq_ignore_ascii_case("Deny") => {}
        _ => return Err(PolicyError::syntax("Effect is neither Allow nor Deny")),
    }
    for name in ["Action", "NotAction", "Resource", "NotResource"] {
        if statement.get(name).is_some_and(|value| !is_strings(value)) {
            return Err(PolicyError::syntax(format!(
                "{name} is neither a string nor a list of strings"
            )));
        }
    }
    if statement.get("Sid").is_some_and(|sid| !sid.is_string()) {
        return Err(PolicyError::syntax("Sid is not a string"));
    }
    for name in ["Principal", "NotPrincipal"] {
        if let Some(principal) = statement.get(name) {
            principal_grammar(principal)?;
        }
    }
    statement.get("Condition").map_or(Ok(()), condition_grammar)
}

fn known_members(object: &Map<String, Value>, known: &[&str]) -> Result<(), PolicyError> {
    match object.keys().find(|name| !known.contains(&name.as_str())) {
        Some(name) => Err(PolicyError::syntax(format!("unknown element {name}"))),
        None => Ok(()),
    }
}

fn is_strings(value: &Value) -> bool {
    match value {
        Value::String(_) => true,
        Value::Array(values) => values.iter().all(|value| value.is_string() || value.is_null()),
        _ => false,
    }
}

fn principal_grammar(principal: &Value) -> Result<(), PolicyError> {
    match principal {
        Value::String(_) => Ok(()),
        Value::Object(types) if types.values().all(is_strings) => Ok(()),
        _ => Err(PolicyError::syntax(
            "Principal is neither \"*\" nor an object of strings",
        )),
    }
}

fn condition_grammar(condition: &Value) -> Result<(), PolicyError> {
    let Value::Object(operators) = condition else {
        return Err(PolicyError::syntax("Condition is not an object"));
    };
    for (operator, keys) in operators {
        let Value::Object(keys) = keys else {
            return Err(PolicyError::syntax(format!("{operator} is not an object")));
        };
        if !keys.is_empty() && Operator::parse(operator).is_none() {
            return Err(PolicyError::syntax(format!(
                "unknown condition operator {operator}"
            )));
        }
        for (key, values) in keys {
            let scalar = |value: &Value| value.is_string() || value.is_boolean() || value.is_number();
            let fits = match values {
                Value::Array(values) => values.iter().all(scalar),
                single => scalar(single),
            };
            if !fits {
                return Err(PolicyError::syntax(format!(
                    "the value of {key} is not text, number or boolean"
                )));
            }
        }
    }
    Ok(())
}
