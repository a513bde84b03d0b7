//! What a field is compared with: texts with asterisks, numbers, expressions.

use super::Reason;
use super::scan::Scanner;

/// An operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Operator {
    pub(super) fn scan(scanner: &mut Scanner<'_>) -> Option<Self> {
        let operators = [
            ("!=", Self::NotEqual),
            ("<=", Self::LessOrEqual),
            (">=", Self::GreaterOrEqual),
            ("=", Self::Equal),
            ("<", Self::Less),
            (">", Self::Greater),
        ];
        operators
            .into_iter()
            .find_map(|(text, operator)| scanner.take(text).then_some(operator))
    }
}

/// The right side of a comparison.
#[derive(Debug)]
pub(crate) enum Operand {
    /// A text in which `*` stands for anything.
    Text(String),
    /// A number, and how it was written.
    Number(f64, String),
    Expression(regex::Regex),
}

impl Operand {
    pub(super) fn scan(scanner: &mut Scanner<'_>, ends: &[char]) -> Result<Self, Reason> {
        scanner.skip_spaces();
        match scanner.rest.chars().next() {
            None => Err("a value is missing"),
            Some('"') => Ok(Self::Text(scanner.quoted()?)),
            Some('%') => Ok(Self::Expression(scanner.expression()?)),
            Some(_) => {
                let word = scanner.take_while(|next| !next.is_whitespace() && !ends.contains(&next));
                match word.parse() {
                    _ if word.is_empty() => Err("a value is missing"),
                    Ok(number) => Ok(Self::Number(number, word.to_owned())),
                    Err(_) => Ok(Self::Text(word.to_owned())),
                }
            }
        }
    }

    /// Compares a text with the operand; comparisons of size are of numbers.
    pub(super) fn compare_text(&self, operator: Operator, held: &str) -> bool {
        let equal = || match self {
            Self::Text(pattern) => fits(pattern, held),
            Self::Number(number, written) => {
                written == held || held.parse::<f64>().is_ok_and(|held| same(held, *number))
            }
            Self::Expression(expression) => expression.is_match(held),
        };
        match operator {
            Operator::Equal => equal(),
            Operator::NotEqual => !equal(),
            _ => held.parse().is_ok_and(|held| self.compare_number(operator, held)),
        }
    }

    /// Compares a number with the operand.
    pub(super) fn compare_number(&self, operator: Operator, held: f64) -> bool {
        let Self::Number(number, _) = self else {
            let equal = operator == Operator::Equal && self.compare_text(operator, &held.to_string());
            return equal || operator == Operator::NotEqual;
        };
        match operator {
            Operator::Equal => same(held, *number),
            Operator::NotEqual => !same(held, *number),
            Operator::Less => held < *number,
            Operator::LessOrEqual => held <= *number,
            Operator::Greater => held > *number,
            Operator::GreaterOrEqual => held >= *number,
        }
    }
}

/// Both come from decimal texts: what was written alike is alike.
fn same(left: f64, right: f64) -> bool {
    left.total_cmp(&right).is_eq()
}

/// Whether a text fits a pattern with asterisks, in time linear in the text for each part of the pattern.
fn fits(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    true
}
