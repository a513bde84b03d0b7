//! Statements that can match nothing, or everything, for what transformations leave and components hold.

use haechi_waf::model::{
    ByteMatchStatement, FieldToMatch, PositionalConstraint, RegexMatchStatement, Statement,
    TextTransformation, TextTransformationType as Kind,
};
use regex_syntax::hir::{Class, Hir, HirKind};

use super::{Severity, Subject, places};

pub(super) fn check(subject: &mut Subject<'_>) {
    for (at, rule) in subject.rules.clone() {
        for place in places(rule) {
            let found = match place.statement {
                Statement::ByteMatch(statement) => bytes(statement),
                Statement::RegexMatch(statement) => regex(statement),
                _ => None,
            };
            if let Some((id, severity, explanation)) = found {
                subject.report((at, rule), &place.path, id, severity, explanation);
            }
        }
    }
}

type Found = Option<(&'static str, Severity, String)>;

fn never(explanation: impl Into<String>) -> Found {
    Some(("never-matches", Severity::Error, explanation.into()))
}

fn bytes(statement: &ByteMatchStatement) -> Found {
    use PositionalConstraint::{Exactly, StartsWith};
    let wanted = statement.search_string.bytes()?;
    let shown = String::from_utf8_lossy(wanted);
    let left = Left::by(&statement.text_transformations);
    if left.no_upper && wanted.iter().any(u8::is_ascii_uppercase) {
        return never(format!(
            "{shown:?} has capital letters and is looked for after LOWERCASE (or CMD_LINE), which leaves none: write \
             it in lower case."
        ));
    }
    if left.no_lower && wanted.iter().any(u8::is_ascii_lowercase) {
        return never(format!(
            "{shown:?} has small letters and is looked for after UPPERCASE, which leaves none: write it in upper case."
        ));
    }
    if left.no_spaces && wanted.iter().any(u8::is_ascii_whitespace) {
        return never(format!(
            "{shown:?} has white space and is looked for after REMOVE_WHITESPACE."
        ));
    }
    if left.single_spaces && wanted.windows(2).any(|pair| pair == b"  ") {
        return never(format!(
            "{shown:?} has two spaces in a row and is looked for after COMPRESS_WHITE_SPACE."
        ));
    }
    // As received: the component is known to hold or to lack something.
    if !statement
        .text_transformations
        .iter()
        .all(|step| keeps_bytes(step.r#type))
    {
        return None;
    }
    let at_start = matches!(statement.positional_constraint, Exactly | StartsWith);
    match &statement.field_to_match {
        FieldToMatch::UriPath(_) if at_start && wanted.first() != Some(&b'/') => {
            never(format!("A path begins with a slash, {shown:?} does not."))
        }
        FieldToMatch::UriPath(_) if wanted.contains(&b'?') => never(format!(
            "The path ends before the question mark of {shown:?}: look at the QueryString."
        )),
        FieldToMatch::QueryString(_) if at_start && wanted.first() == Some(&b'?') => never(format!(
            "The query string begins after the question mark: look for {:?}.",
            &shown[1..]
        )),
        FieldToMatch::Method(_) if !left.no_upper && wanted.iter().any(u8::is_ascii_lowercase) => Some((
            "method-in-lower-case",
            Severity::Warning,
            format!(
                "Methods are in upper case, {shown:?} is not; {} is what clients send.",
                shown.to_uppercase()
            ),
        )),
        _ => None,
    }
}

fn regex(statement: &RegexMatchStatement) -> Found {
    let pattern = &statement.regex_string;
    let mut parser = regex_syntax::ParserBuilder::new().utf8(false).build();
    let hir = parser.parse(pattern).ok()?;
    let properties = hir.properties();
    if properties.minimum_len() == Some(0) && properties.look_set().is_empty() {
        return Some((
            "matches-everything",
            Severity::Warning,
            format!(
                "The expression {pattern:?} matches the empty text, and so every request that has the component."
            ),
        ));
    }
    let left = Left::by(&statement.text_transformations);
    if left.no_upper && needs(&hir, u8::is_ascii_uppercase) {
        return never(format!(
            "{pattern:?} needs a capital letter; LOWERCASE (or CMD_LINE) before it leaves none."
        ));
    }
    if left.no_lower && needs(&hir, u8::is_ascii_lowercase) {
        return never(format!(
            "{pattern:?} needs a small letter; UPPERCASE before it leaves none."
        ));
    }
    plain(&hir).map(|(position, text)| {
        (
            "regex-is-plain",
            Severity::Note,
            format!(
                "The expression {pattern:?} is plain text: a ByteMatchStatement with {position} {text:?} says the same \
                 more simply."
            ),
        )
    })
}

/// What a chain of transformations leaves out of a text.
#[derive(Default)]
struct Left {
    no_upper: bool,
    no_lower: bool,
    no_spaces: bool,
    single_spaces: bool,
}

impl Left {
    fn by(chain: &[TextTransformation]) -> Self {
        let mut steps: Vec<_> = chain.iter().collect();
        steps.sort_by_key(|step| step.priority);
        let mut left = Self::default();
        for step in steps {
            match step.r#type {
                Kind::Lowercase => {
                    left.no_upper = true;
                    left.no_lower = false;
                }
                // It also writes in lower case.
                Kind::CmdLine => {
                    left = Self {
                        no_upper: true,
                        ..Self::default()
                    };
                }
                Kind::Uppercase => {
                    left.no_lower = true;
                    left.no_upper = false;
                }
                Kind::RemoveWhitespace => left.no_spaces = true,
                Kind::CompressWhiteSpace => left.single_spaces = true,
                kind if keeps_case(kind) => {
                    // Comments and nulls may become spaces.
                    if !keeps_bytes(kind) {
                        left.no_spaces = false;
                        left.single_spaces = false;
                    }
                }
                // Decoding brings anything back.
                _ => left = Self::default(),
            }
        }
        left
    }
}

/// Takes bytes away or moves them, and brings no letters.
fn keeps_case(kind: Kind) -> bool {
    keeps_bytes(kind)
        || matches!(
            kind,
            Kind::RemoveNulls
                | Kind::ReplaceNulls
                | Kind::ReplaceComments
                | Kind::RemoveCommentsChar
                | Kind::NormalizePath
                | Kind::NormalizePathWin
        )
}

/// Leaves every byte that is no white space where it was, but for its case.
fn keeps_bytes(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::None | Kind::Lowercase | Kind::Uppercase | Kind::Trim | Kind::TrimLeft | Kind::TrimRight
    )
}

/// Whether every text that matches has a byte of this class.
fn needs(hir: &Hir, class: fn(&u8) -> bool) -> bool {
    match hir.kind() {
        HirKind::Literal(literal) => literal.0.iter().any(class),
        HirKind::Class(Class::Unicode(set)) => {
            let mut ranges = set.iter().peekable();
            ranges.peek().is_some()
                && ranges
                    .all(|range| (range.start()..=range.end()).all(|c| c.is_ascii() && class(&(c as u8))))
        }
        HirKind::Class(Class::Bytes(set)) => {
            let mut ranges = set.iter().peekable();
            ranges.peek().is_some()
                && ranges.all(|range| (range.start()..=range.end()).all(|byte| class(&byte)))
        }
        HirKind::Concat(parts) => parts.iter().any(|part| needs(part, class)),
        HirKind::Alternation(parts) => parts.iter().all(|part| needs(part, class)),
        HirKind::Capture(capture) => needs(&capture.sub, class),
        HirKind::Repetition(repetition) => repetition.min > 0 && needs(&repetition.sub, class),
        HirKind::Empty | HirKind::Look(_) => false,
    }
}

/// The text that an expression is, and where it has to be.
fn plain(hir: &Hir) -> Option<(&'static str, String)> {
    use regex_syntax::hir::Look;
    let parts = match hir.kind() {
        HirKind::Concat(parts) => parts.as_slice(),
        _ => std::slice::from_ref(hir),
    };
    let is = |part: Option<&Hir>, look: Look| {
        part.is_some_and(|part| matches!(part.kind(), HirKind::Look(l) if *l == look))
    };
    let (starts, ends) = (is(parts.first(), Look::Start), is(parts.last(), Look::End));
    let middle = &parts[usize::from(starts)
        ..parts
            .len()
            .checked_sub(usize::from(ends))?
            .max(usize::from(starts))];
    let [only] = middle else { return None };
    let HirKind::Literal(literal) = only.kind() else {
        return None;
    };
    let position = match (starts, ends) {
        (true, true) => "EXACTLY",
        (true, false) => "STARTS_WITH",
        (false, true) => "ENDS_WITH",
        (false, false) => "CONTAINS",
    };
    Some((position, String::from_utf8_lossy(&literal.0).into_owned()))
}
