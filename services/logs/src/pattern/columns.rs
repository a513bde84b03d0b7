//! `[ip, user, status = 4*, bytes > 1000, ...]` over events whose fields are divided by spaces. Brackets and
//! quotation marks keep a field together.

use super::Reason;
use super::scan::Scanner;
use super::value::{Operand, Operator};

#[derive(Debug)]
pub(crate) struct Columns {
    /// Before `...`, from the front.
    front: Vec<Column>,
    /// After `...`, at the end; `None` where there is no `...`.
    back: Option<Vec<Column>>,
}

/// What one field must satisfy: one of these, each of which is a list of comparisons that all hold.
#[derive(Debug)]
struct Column(Vec<Vec<(Operator, Operand)>>);

impl Columns {
    pub(super) fn parse(text: &str) -> Result<Self, Reason> {
        let mut scanner = Scanner::new(text);
        scanner.expect("[", "a bracket is missing")?;
        let mut columns = Self {
            front: Vec::new(),
            back: None,
        };
        loop {
            if scanner.take("...") {
                if columns.back.is_some() {
                    return Err("there is more than one ellipsis");
                }
                columns.back = Some(Vec::new());
            } else {
                let column = Column::scan(&mut scanner)?;
                columns.back.as_mut().unwrap_or(&mut columns.front).push(column);
            }
            if !scanner.take(",") {
                break;
            }
        }
        scanner.expect("]", "a closing bracket is missing")?;
        Ok(columns)
    }

    pub(super) fn matches(&self, message: &str) -> bool {
        let fields = fields(message);
        let back = self.back.as_deref().unwrap_or_default();
        let needed = self.front.len() + back.len();
        if fields.len() < needed || (self.back.is_none() && fields.len() > needed) {
            return false;
        }
        let tail = &fields[fields.len() - back.len()..];
        let pairs = self.front.iter().zip(&fields).chain(back.iter().zip(tail));
        pairs.into_iter().all(|(column, field)| column.holds(field))
    }
}

impl Column {
    fn scan(scanner: &mut Scanner<'_>) -> Result<Self, Reason> {
        let mut any = Vec::new();
        loop {
            let mut all = Vec::new();
            loop {
                scanner.skip_spaces();
                scanner.take_while(|next| next.is_alphanumeric() || next == '_');
                if let Some(operator) = Operator::scan(scanner) {
                    all.push((operator, Operand::scan(scanner, &[',', ']', '&', '|'])?));
                }
                if !scanner.take("&&") {
                    break;
                }
            }
            any.push(all);
            if !scanner.take("||") {
                return Ok(Self(any));
            }
        }
    }

    fn holds(&self, field: &str) -> bool {
        self.0.iter().any(|all| {
            all.iter()
                .all(|(operator, operand)| operand.compare_text(*operator, field))
        })
    }
}

fn fields(message: &str) -> Vec<&str> {
    let mut fields = Vec::new();
    let mut rest = message.trim_start();
    while let Some(first) = rest.chars().next() {
        let close = match first {
            '"' => Some('"'),
            '[' => Some(']'),
            _ => None,
        };
        let kept = close.and_then(|close| {
            rest[1..]
                .find(close)
                .map(|end| (&rest[1..=end], &rest[end + 2..]))
        });
        let (field, tail) = kept.unwrap_or_else(|| {
            let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
            rest.split_at(end)
        });
        fields.push(field);
        rest = tail.trim_start();
    }
    fields
}
