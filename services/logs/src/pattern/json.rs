//! `{ $.a.b = "x" && ($.n > 5 || $.c NOT EXISTS) }` over events that are JSON.

use serde_json::Value;

use super::Reason;
use super::scan::Scanner;
use super::value::{Operand, Operator};

/// Expressions may be nested so deep.
const MAX_DEPTH: usize = 32;

#[derive(Debug)]
pub(crate) enum Expression {
    All(Vec<Self>),
    Any(Vec<Self>),
    Test(Vec<Step>, Test),
}

#[derive(Debug)]
pub(crate) enum Step {
    Member(String),
    Element(usize),
    /// `[*]`: any element.
    Each,
}

#[derive(Debug)]
pub(crate) enum Test {
    Compare(Operator, Operand),
    IsNull,
    Is(bool),
    Exists(bool),
}

pub(super) fn parse(text: &str) -> Result<Expression, Reason> {
    let mut scanner = Scanner::new(text);
    scanner.expect("{", "a brace is missing")?;
    let expression = any(&mut scanner, 0)?;
    scanner.expect("}", "a closing brace is missing")?;
    scanner.skip_spaces();
    if scanner.rest.is_empty() {
        Ok(expression)
    } else {
        Err("something follows the closing brace")
    }
}

fn any(scanner: &mut Scanner<'_>, depth: usize) -> Result<Expression, Reason> {
    let mut parts = vec![all(scanner, depth)?];
    while scanner.take("||") {
        parts.push(all(scanner, depth)?);
    }
    Ok(one_or(parts, Expression::Any))
}

fn all(scanner: &mut Scanner<'_>, depth: usize) -> Result<Expression, Reason> {
    let mut parts = vec![primary(scanner, depth)?];
    while scanner.take("&&") {
        parts.push(primary(scanner, depth)?);
    }
    Ok(one_or(parts, Expression::All))
}

fn one_or(mut parts: Vec<Expression>, many: fn(Vec<Expression>) -> Expression) -> Expression {
    match parts.pop() {
        Some(only) if parts.is_empty() => only,
        last => {
            parts.extend(last);
            many(parts)
        }
    }
}

fn primary(scanner: &mut Scanner<'_>, depth: usize) -> Result<Expression, Reason> {
    if depth >= MAX_DEPTH {
        return Err("it is nested too deeply");
    }
    if scanner.take("(") {
        let inner = any(scanner, depth + 1)?;
        scanner.expect(")", "a closing parenthesis is missing")?;
        return Ok(inner);
    }
    let path = path(scanner)?;
    let test = if scanner.take_word("NOT") {
        if !scanner.take_word("EXISTS") {
            return Err("NOT is followed by EXISTS");
        }
        Test::Exists(false)
    } else if scanner.take_word("EXISTS") {
        Test::Exists(true)
    } else if scanner.take_word("IS") {
        if scanner.take_word("NULL") {
            Test::IsNull
        } else if scanner.take_word("TRUE") {
            Test::Is(true)
        } else if scanner.take_word("FALSE") {
            Test::Is(false)
        } else {
            return Err("IS is followed by NULL, TRUE or FALSE");
        }
    } else {
        let operator = Operator::scan(scanner).ok_or("an operator is missing")?;
        Test::Compare(operator, Operand::scan(scanner, &[')', '}', '&', '|'])?)
    };
    Ok(Expression::Test(path, test))
}

fn path(scanner: &mut Scanner<'_>) -> Result<Vec<Step>, Reason> {
    scanner.expect("$", "a property selector begins with $.")?;
    let mut steps = Vec::new();
    loop {
        if let Some(rest) = scanner.rest.strip_prefix('.') {
            scanner.rest = rest;
            let name = scanner.take_while(|next| next.is_alphanumeric() || "_-:@".contains(next));
            if name.is_empty() {
                return Err("a property's name is missing");
            }
            steps.push(Step::Member(name.to_owned()));
        } else if let Some(rest) = scanner.rest.strip_prefix('[') {
            scanner.rest = rest;
            let step = match scanner.rest.chars().next() {
                Some('"') => Step::Member(scanner.quoted()?),
                Some('*') => {
                    scanner.rest = &scanner.rest[1..];
                    Step::Each
                }
                _ => {
                    let digits = scanner.take_while(|next| next.is_ascii_digit());
                    Step::Element(digits.parse().map_err(|_| "an index is no number")?)
                }
            };
            steps.push(step);
            scanner.expect("]", "a closing bracket is missing")?;
        } else if steps.is_empty() {
            return Err("a property selector begins with $.");
        } else {
            return Ok(steps);
        }
    }
}

impl Expression {
    pub(super) fn matches(&self, event: &Value) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|part| part.matches(event)),
            Self::Any(parts) => parts.iter().any(|part| part.matches(event)),
            Self::Test(path, Test::Exists(wanted)) => any_at(event, path, &|_| true) == *wanted,
            Self::Test(path, test) => any_at(event, path, &|held| test.holds(held)),
        }
    }
}

/// Whether `holds` for what the path leads to.
fn any_at(held: &Value, path: &[Step], holds: &dyn Fn(&Value) -> bool) -> bool {
    let Some((step, rest)) = path.split_first() else {
        return holds(held);
    };
    match step {
        Step::Member(name) => held.get(name).is_some_and(|held| any_at(held, rest, holds)),
        Step::Element(index) => held.get(index).is_some_and(|held| any_at(held, rest, holds)),
        Step::Each => held
            .as_array()
            .is_some_and(|items| items.iter().any(|held| any_at(held, rest, holds))),
    }
}

impl Test {
    fn holds(&self, held: &Value) -> bool {
        match self {
            Self::IsNull => held.is_null(),
            Self::Is(wanted) => held.as_bool() == Some(*wanted),
            Self::Exists(_) => true,
            Self::Compare(operator, operand) => match held {
                Value::String(text) => operand.compare_text(*operator, text),
                Value::Number(number) => number
                    .as_f64()
                    .is_some_and(|number| operand.compare_number(*operator, number)),
                Value::Bool(truth) => operand.compare_text(*operator, if *truth { "true" } else { "false" }),
                _ => false,
            },
        }
    }
}
