//! Structures of which exactly one member must be there, which the model can't say.
//!
//! AWS's answers name the structure: `field: STATEMENT, parameter: Statement`. A rule has an action or an override
//! action; statements, actions and components are one of their members.

use haechi_core::Failure;
use haechi_wire::{Fields, Kind, Shape, StructSchema, TypeSchema, Value};

use crate::error::{EXACTLY_ONE, invalid};

/// Looks through a request for structures that have none or several of the members of which they need one.
pub(crate) fn check<S: Shape>(request: &S) -> Result<(), Failure> {
    structure(S::SCHEMA, &request.clone().into_fields())
}

/// The field that AWS's answer names for a structure that is a choice.
fn choice(schema: &StructSchema) -> Option<&'static str> {
    Some(match schema.name {
        "Statement" => "STATEMENT",
        "FieldToMatch" => "FIELD_TO_MATCH",
        "RuleAction" => "RULE_ACTION",
        "DefaultAction" => "DEFAULT_ACTION",
        "OverrideAction" => "OVERRIDE_ACTION",
        "JsonMatchPattern" => "JSON_MATCH_PATTERN",
        "HeaderMatchPattern" => "HEADER_MATCH_PATTERN",
        "CookieMatchPattern" => "COOKIE_MATCH_PATTERN",
        "RateBasedStatementCustomKey" => "CUSTOM_KEYS",
        "FirewallManagerStatement" => "FIREWALL_MANAGER_STATEMENT",
        _ => return None,
    })
}

fn structure(schema: &'static StructSchema, fields: &Fields) -> Result<(), Failure> {
    let there = fields.0.iter().flatten().count();
    if let Some(field) = choice(schema)
        && there != 1
    {
        return Err(invalid(field, schema.name, EXACTLY_ONE).into());
    }
    if schema.name == "Rule" {
        let actions = ["Action", "OverrideAction"];
        let there = actions
            .iter()
            .filter(|name| fields.member(schema, name).is_some());
        if there.count() != 1 {
            return Err(invalid("RULE", "Rule", EXACTLY_ONE).into());
        }
    }
    for (member, value) in schema.members.iter().zip(&fields.0) {
        if let Some(value) = value {
            self::value(member.target, value)?;
        }
    }
    Ok(())
}

fn value(schema: &'static TypeSchema, value: &Value) -> Result<(), Failure> {
    match (value, &schema.kind) {
        (Value::Struct(fields), Kind::Struct(inner)) => structure(inner, fields),
        (Value::List(items), Kind::List { member }) => {
            items.iter().try_for_each(|item| self::value(member.target, item))
        }
        (Value::Map(entries), Kind::Map { value: member, .. }) => entries
            .iter()
            .try_for_each(|(_, item)| self::value(member.target, item)),
        _ => Ok(()),
    }
}
