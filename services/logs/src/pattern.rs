//! Filter patterns (user guide, "Filter pattern syntax for metric filters, subscription filters, filter log events").
//!
//! Three kinds: terms, `{ }` for JSON events, `[ ]` for events whose fields are divided by spaces. A pattern is
//! parsed once; expressions between `%` run in linear time.

mod columns;
mod json;
mod scan;
mod terms;
mod value;

/// A pattern, ready to look at messages.
#[derive(Debug)]
pub(crate) enum Pattern {
    /// Matches everything.
    All,
    Terms(terms::Terms),
    Json(json::Expression),
    Columns(columns::Columns),
}

/// Why a text is no pattern.
pub(crate) type Reason = &'static str;

impl Pattern {
    /// Parses a pattern; an empty one matches everything.
    pub(crate) fn parse(text: &str) -> Result<Self, Reason> {
        let text = text.trim();
        Ok(match text.as_bytes().first() {
            None => Self::All,
            Some(b'{') => Self::Json(json::parse(text)?),
            Some(b'[') => Self::Columns(columns::Columns::parse(text)?),
            Some(_) => Self::Terms(terms::Terms::parse(text)?),
        })
    }

    /// Whether a message matches.
    pub(crate) fn matches(&self, message: &str) -> bool {
        match self {
            Self::All => true,
            Self::Terms(terms) => terms.matches(message),
            Self::Json(expression) => {
                serde_json::from_str(message).is_ok_and(|event| expression.matches(&event))
            }
            Self::Columns(columns) => columns.matches(message),
        }
    }
}

#[cfg(test)]
mod tests;
