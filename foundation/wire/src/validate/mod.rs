//! Constraints of the model, with AWS's messages.
//!
//! AWS checks a request against its model before anything else and reports every violation in one
//! message: `2 validation errors detected: Value 'x' at 'keyId' failed to satisfy constraint: …; …`.
//! JSON services call that a `ValidationException`, query services a `ValidationError`.

mod message;
mod pattern;
mod value_set;

use message::{Manner, Path, Report};

use crate::names::lower_camel;
use crate::schema::{
    Constraints, Kind, Member, OperationSchema, Pattern, Protocol, ServiceSchema, StructSchema, TypeSchema,
};
use crate::{ApiError, Fields, Value};

/// Checks an input against its schema.
pub fn validate(
    service: &ServiceSchema,
    operation: &OperationSchema,
    input: &Fields,
) -> Result<(), ApiError> {
    if service.protocol == Protocol::Ec2
        && let Some(name) = missing_member(operation.input, input)
    {
        let message = format!("The request must contain the parameter {name}");
        return Err(ApiError::new("MissingParameter", 400, message));
    }
    if service.protocol == Protocol::RestXml && lacks_body(operation.input, input) {
        let message = "This operation requires a body. Ensure that the body is present and the Content-Type header is set.";
        return Err(ApiError::new("MissingBody", 400, message));
    }
    let manner = if service.name == "iam" {
        Manner::Discreet
    } else {
        Manner::Plain
    };
    let mut report = Report::new(manner);
    structure(operation.input, input, &Path::root(), &mut report);
    let Some(message) = report.message() else {
        return Ok(());
    };
    let code = match service.protocol {
        Protocol::Query | Protocol::QueryJson => "ValidationError",
        Protocol::Ec2 => "InvalidParameterValue",
        // CloudFront counts a request that its model refuses among the malformed ones.
        Protocol::RestXml => "MalformedXML",
        Protocol::Json | Protocol::RestJson | Protocol::Cbor => "ValidationException",
    };
    Err(ApiError::new(code, 400, message))
}

/// The first required member that is absent, as EC2 names it.
fn missing_member(schema: &StructSchema, input: &Fields) -> Option<String> {
    let mut members = schema.members.iter().enumerate();
    let (_, member) = members.find(|(index, member)| member.required && input.slot(*index).is_none())?;
    Some(lower_camel(member.name))
}

/// Whether the member that is the body, and must be there, is not.
fn lacks_body(schema: &StructSchema, fields: &Fields) -> bool {
    schema.payload.is_some_and(|index| {
        fields.slot(index).is_none() && schema.members.get(index).is_some_and(|member| member.required)
    })
}

fn structure(schema: &StructSchema, fields: &Fields, path: &Path<'_>, report: &mut Report) {
    if report.is_discreet() {
        for index in Report::order(schema) {
            structure_member(schema, index, fields, path, report);
        }
    } else {
        for index in 0..schema.members.len() {
            structure_member(schema, index, fields, path, report);
        }
    }
}

fn structure_member(
    schema: &StructSchema,
    index: usize,
    fields: &Fields,
    path: &Path<'_>,
    report: &mut Report,
) {
    let member = &schema.members[index];
    match fields.slot(index) {
        Some(held) => value(member, held, &path.member(member.name), report),
        None if member.required => report.missing(&path.member(member.name)),
        None => {}
    }
}

fn value(member: &Member, held: &Value, path: &Path<'_>, report: &mut Report) {
    let target = member.target;
    if !target.constraints.is_none() {
        own_constraints(target, held, member.is_sensitive(), path, report);
    }
    match (held, &target.kind) {
        (Value::Struct(fields), Kind::Struct(schema)) => structure(schema, fields, path, report),
        (Value::List(items), Kind::List { member: item }) => list(member, item, items, held, path, report),
        (Value::Map(entries), Kind::Map { key, value: item }) => {
            map(member, key, item, entries, held, path, report);
        }
        _ => {}
    }
}

fn own_constraints(target: &TypeSchema, held: &Value, sensitive: bool, path: &Path<'_>, report: &mut Report) {
    let constraints = &target.constraints;
    if report.is_discreet()
        && let Some((pattern, rule)) = spoken(constraints)
    {
        // The emptiness of a name is the service's to refuse as well, in the same words.
        if let Value::String(text) = held
            && !pattern::matches(pattern, text)
        {
            report.invalid(path, rule);
        }
        let length = constraints.max.map(Rule::Max);
        if length.is_some_and(|rule| !rule.holds(constraints, held)) {
            let text = length.map(|rule| rule.text(target)).unwrap_or_default();
            report.violation(held, sensitive, path, &text);
        }
        return;
    }
    for rule in Rule::all(target) {
        if !rule.holds(constraints, held) {
            report.violation(held, sensitive, path, &rule.text(target));
        }
    }
}

/// The patterns of the model that IAM itself checks, behind everything else, with words of its own: names, paths and
/// documents. Source: IAM's answers.
fn spoken(constraints: &Constraints) -> Option<(&'static Pattern, &'static str)> {
    const NAME: &str = "It must contain only alphanumeric characters and/or the following: +=,.@_-";
    const PATH: &str =
        "It must begin and end with / and contain only alphanumeric characters and/or / characters.";
    const DOCUMENT: &str = "It must contain only printable ASCII characters.";
    let pattern = constraints.pattern?;
    let rule = match pattern.source {
        r"[\w+=,.@-]+" => NAME,
        r"(\u002F)|(\u002F[\u0021-\u007E]+\u002F)" => PATH,
        r"[\u0009\u000A\u000D\u0020-\u00FF]+" => DOCUMENT,
        _ => return None,
    };
    Some((pattern, rule))
}

/// Elements that are structures or collections have paths of their own; of plain ones AWS says that
/// the list does not satisfy their constraints, all of which it prints.
fn list(member: &Member, item: &Member, items: &[Value], held: &Value, path: &Path<'_>, report: &mut Report) {
    for (index, element) in items.iter().enumerate() {
        match element {
            Value::Null => report.missing(&path.element(index)),
            Value::Struct(_) | Value::List(_) | Value::Map(_) => {
                value(item, element, &path.element(index), report);
            }
            _ => {}
        }
    }
    if items.iter().any(|element| violates(item.target, element)) {
        let (rules, suffix) = (Rule::texts(item.target), report.element_suffix(item.target));
        let text = format!("Member must satisfy constraint: [{rules}{suffix}]");
        report.violation(held, member.is_sensitive(), path, &text);
    }
}

fn map(
    member: &Member,
    key: &Member,
    item: &Member,
    entries: &[(String, Value)],
    held: &Value,
    path: &Path<'_>,
    report: &mut Report,
) {
    let sensitive = member.is_sensitive();
    if entries.iter().any(|(text, _)| violates_text(key.target, text)) {
        let text = format!("Map keys must satisfy constraint: [{}]", Rule::texts(key.target));
        report.violation(held, sensitive, path, &text);
    }
    if entries.iter().any(|(_, element)| violates(item.target, element)) {
        let text = format!(
            "Map value must satisfy constraint: [{}]",
            Rule::texts(item.target)
        );
        report.violation(held, sensitive, path, &text);
    }
    for (name, element) in entries {
        match element {
            Value::Null => report.missing(&path.entry(name)),
            Value::Struct(_) | Value::List(_) | Value::Map(_) => {
                value(item, element, &path.entry(name), report);
            }
            _ => {}
        }
    }
}

/// Whether a plain value violates its type's constraints.
fn violates(target: &TypeSchema, held: &Value) -> bool {
    let nested = matches!(
        held,
        Value::Struct(_) | Value::List(_) | Value::Map(_) | Value::Null
    );
    !nested
        && !target.constraints.is_none()
        && Rule::all(target).any(|rule| !rule.holds(&target.constraints, held))
}

fn violates_text(target: &TypeSchema, text: &str) -> bool {
    !target.constraints.is_none()
        && Rule::all(target).any(|rule| !rule.holds_for_text(&target.constraints, text))
}

/// One constraint of a type.
#[derive(Clone, Copy)]
enum Rule {
    Values,
    Max(i64),
    Min(i64),
    Pattern(&'static Pattern),
}

impl Rule {
    /// The constraints of a type, in AWS's order.
    fn all(target: &TypeSchema) -> impl Iterator<Item = Self> {
        let constraints = &target.constraints;
        let values = if constraints.values.is_empty() {
            None
        } else {
            Some(Self::Values)
        };
        [
            values,
            constraints.max.map(Self::Max),
            constraints.min.map(Self::Min),
            constraints.pattern.map(Self::Pattern),
        ]
        .into_iter()
        .flatten()
    }

    fn texts(target: &TypeSchema) -> String {
        let texts: Vec<String> = Self::all(target).map(|rule| rule.text(target)).collect();
        texts.join(", ")
    }

    fn holds(self, constraints: &Constraints, held: &Value) -> bool {
        match (self, held) {
            (_, Value::String(text)) => self.holds_for_text(constraints, text),
            (Self::Max(max), Value::Integer(number)) => *number <= max,
            (Self::Min(min), Value::Integer(number)) => *number >= min,
            (Self::Max(max), Value::Float(number)) => *number <= max as f64,
            (Self::Min(min), Value::Float(number)) => *number >= min as f64,
            (Self::Max(max), _) => length(held).is_none_or(|length| length <= max),
            (Self::Min(min), _) => length(held).is_none_or(|length| length >= min),
            (Self::Values | Self::Pattern(_), _) => true,
        }
    }

    fn holds_for_text(self, constraints: &Constraints, text: &str) -> bool {
        match self {
            Self::Values => constraints.values.contains(&text),
            // As many characters as bytes at most: counting is only needed where bytes are too many.
            Self::Max(max) => text.len() as i64 <= max || text.chars().count() as i64 <= max,
            Self::Min(min) => text.chars().count() as i64 >= min,
            Self::Pattern(pattern) => pattern::matches(pattern, text),
        }
    }

    fn text(self, target: &TypeSchema) -> String {
        let number = matches!(target.kind, Kind::Integer(_) | Kind::Float | Kind::Double);
        let what = if number { "value" } else { "length" };
        match self {
            Self::Values => {
                format!(
                    "Member must satisfy enum value set: [{}]",
                    value_set::listed(target.constraints.values)
                )
            }
            Self::Max(max) => format!("Member must have {what} less than or equal to {max}"),
            Self::Min(min) => format!("Member must have {what} greater than or equal to {min}"),
            Self::Pattern(pattern) => {
                format!(
                    "Member must satisfy regular expression pattern: {}",
                    pattern.source
                )
            }
        }
    }
}

fn length(held: &Value) -> Option<i64> {
    Some(match held {
        Value::Blob(blob) => blob.len() as i64,
        Value::List(items) => items.len() as i64,
        Value::Map(entries) => entries.len() as i64,
        _ => return None,
    })
}
