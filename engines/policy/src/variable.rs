//! Policy variables: `${aws:username}`, `${aws:PrincipalTag/team, 'none'}`, `${*}`.

use crate::context::Context;

/// A placeholder that the request's context fills.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Variable {
    /// The condition key, lower case.
    key: Box<str>,
    /// What stands in where the key is absent.
    default: Option<Box<str>>,
}

impl Variable {
    /// One that no request fills.
    pub(crate) fn never() -> Self {
        // No condition key is empty.
        Self {
            key: "".into(),
            default: None,
        }
    }

    /// The value, or `None` if the key is absent (or has several values) and there is no default.
    pub(crate) fn resolve<'v>(&'v self, context: &'v Context) -> Option<&'v str> {
        match context.folded(&self.key) {
            Some([value]) => Some(value),
            _ => self.default.as_deref(),
        }
    }
}

/// One piece of a text that may hold variables.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Piece<'t> {
    /// Plain text, in which wildcards still mean something.
    Text(&'t str),
    /// A character that was escaped: `${*}`, `${?}`, `${$}`.
    Escaped(&'t str),
    /// A placeholder.
    Variable(Variable),
}

/// Splits a text of a policy of version 2012-10-17. What looks like a variable but is none stays text.
pub(crate) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut plain_from = 0;
    let mut at = 0;
    while let Some(found) = text[at..].find("${") {
        let open = at + found;
        let Some(length) = text[open..].find('}') else {
            break;
        };
        let close = open + length;
        match placeholder(&text[open + 2..close]) {
            Some(piece) => {
                if plain_from < open {
                    pieces.push(Piece::Text(&text[plain_from..open]));
                }
                pieces.push(piece);
                at = close + 1;
                plain_from = at;
            }
            None => at = open + 2,
        }
    }
    if plain_from < text.len() {
        pieces.push(Piece::Text(&text[plain_from..]));
    }
    pieces
}

/// The condition keys that a text's variables read, as written.
pub(crate) fn keys_in(text: &str) -> impl Iterator<Item = &str> {
    text.split("${").skip(1).filter_map(|rest| {
        let inside = &rest[..rest.find('}')?];
        placeholder(inside).filter(|piece| matches!(piece, Piece::Variable(_)))?;
        inside.split(',').next().map(str::trim)
    })
}

fn placeholder(inside: &str) -> Option<Piece<'_>> {
    if matches!(inside, "*" | "?" | "$") {
        return Some(Piece::Escaped(inside));
    }
    let (key, default) = match inside.split_once(',') {
        None => (inside.trim(), None),
        Some((key, rest)) => {
            let value = rest.trim().strip_prefix('\'')?.strip_suffix('\'')?;
            (key.trim(), Some(value.into()))
        }
    };
    if key.is_empty() || key.contains(['$', '{']) {
        return None;
    }
    Some(Piece::Variable(Variable {
        key: key.to_ascii_lowercase().into(),
        default,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variable(key: &str, default: Option<&str>) -> Piece<'static> {
        Piece::Variable(Variable {
            key: key.into(),
            default: default.map(Into::into),
        })
    }

    #[test]
    fn text_splits_into_plain_parts_and_variables() {
        assert_eq!(
            pieces("home/${aws:UserName}/x"),
            [
                Piece::Text("home/"),
                variable("aws:username", None),
                Piece::Text("/x")
            ]
        );
    }

    #[test]
    fn a_default_is_what_stands_between_quotes() {
        assert_eq!(
            pieces("${aws:PrincipalTag/team, 'company wide'}"),
            [variable("aws:principaltag/team", Some("company wide"))]
        );
    }

    #[test]
    fn special_characters_are_escaped_by_a_variable_of_their_own() {
        assert_eq!(
            pieces("a${*}${?}${$}"),
            [
                Piece::Text("a"),
                Piece::Escaped("*"),
                Piece::Escaped("?"),
                Piece::Escaped("$")
            ]
        );
    }

    #[test]
    fn what_is_no_variable_stays_text() {
        for text in ["${", "${}", "a$b", "${a, b}", "${open", "$${ }"] {
            assert_eq!(pieces(text), [Piece::Text(text)], "{text}");
        }
    }
}
