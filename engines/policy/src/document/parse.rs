//! From a document whose grammar was checked to compiled statements.

use serde_json::{Map, Value};

use super::error::PolicyError;
use super::kind::PolicyKind;
use super::principals;
use crate::condition::Condition;
use crate::pattern::{Pattern, Wildcards};
use crate::statement::{Effect, Patterns, Statement};

/// The version that knows variables.
pub(super) const CURRENT_VERSION: &str = "2012-10-17";

/// The statements of a document, whether one or a list.
pub(super) fn statement_values(document: &Value) -> &[Value] {
    match document.get("Statement") {
        Some(Value::Array(statements)) => statements,
        Some(statement) => std::slice::from_ref(statement),
        None => &[],
    }
}

/// The strings of a member that is a string or a list of strings; `null` entries are skipped, as AWS does.
pub(super) fn strings(value: &Value) -> impl Iterator<Item = &str> {
    let values = match value {
        Value::Array(values) => values.as_slice(),
        single => std::slice::from_ref(single),
    };
    values.iter().filter_map(Value::as_str)
}

/// Compiles every statement.
pub(super) fn statements(document: &Value, kind: PolicyKind) -> Result<Vec<Statement>, PolicyError> {
    let variables = document.get("Version").and_then(Value::as_str) == Some(CURRENT_VERSION);
    statement_values(document)
        .iter()
        .filter_map(Value::as_object)
        .map(|statement| compile(statement, kind, variables))
        .collect()
}

fn compile(
    statement: &Map<String, Value>,
    kind: PolicyKind,
    variables: bool,
) -> Result<Statement, PolicyError> {
    let deny = statement.get("Effect").and_then(Value::as_str) == Some("Deny");
    let actions = pair(statement, "Action", "NotAction", |action| {
        Pattern::compile(&action.to_ascii_lowercase(), Wildcards::Plain, false)
    });
    let resources = pair(statement, "Resource", "NotResource", |resource| {
        Pattern::compile(resource, Wildcards::Resource, variables)
    });
    Ok(Statement {
        sid: statement
            .get("Sid")
            .and_then(Value::as_str)
            .filter(|sid| !sid.is_empty())
            .map(Into::into),
        effect: if deny { Effect::Deny } else { Effect::Allow },
        principal: if kind.has_principals() {
            principals::compile(statement)?
        } else {
            None
        },
        actions: actions.ok_or(PolicyError::MissingAction)?,
        resources: if kind.has_resources() { resources } else { None },
        conditions: conditions(statement, variables)?.into(),
    })
}

fn pair(
    statement: &Map<String, Value>,
    name: &str,
    negated_name: &str,
    compile: impl Fn(&str) -> Pattern,
) -> Option<Patterns> {
    let (negated, value) = match (statement.get(name), statement.get(negated_name)) {
        (Some(value), _) => (false, value),
        (None, Some(value)) => (true, value),
        (None, None) => return None,
    };
    Some(Patterns {
        negated,
        patterns: strings(value).map(compile).collect(),
    })
}

fn conditions(statement: &Map<String, Value>, variables: bool) -> Result<Vec<Condition>, PolicyError> {
    let Some(operators) = statement.get("Condition").and_then(Value::as_object) else {
        return Ok(Vec::new());
    };
    let mut conditions = Vec::new();
    for (operator, keys) in operators {
        for (key, values) in keys.as_object().into_iter().flatten() {
            let condition = Condition::compile(operator, key, scalars(values), variables)
                .ok_or_else(|| PolicyError::syntax(format!("unknown condition operator {operator}")))?;
            conditions.push(condition);
        }
    }
    Ok(conditions)
}

/// The values of a condition as text: the grammar allows strings, numbers and booleans.
fn scalars(value: &Value) -> Vec<String> {
    let values = match value {
        Value::Array(values) => values.as_slice(),
        single => std::slice::from_ref(single),
    };
    values
        .iter()
        .filter_map(|value| match value {
            Value::String(text) => Some(text.clone()),
            Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
            _ => None,
        })
        .collect()
}
