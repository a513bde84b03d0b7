//! Rules that encoding gets past.

use haechi_waf::model::{FieldToMatch, Rule, Statement, TextTransformation, TextTransformationType as Kind};

use super::{Severity, Subject, places, refuses};

pub(super) fn check(subject: &mut Subject<'_>) {
    for (at, rule) in subject.rules.clone() {
        if !refuses(rule) {
            continue;
        }
        if let Some((path, component)) = evaded(rule) {
            let explanation = format!(
                "Rule {} looks at the {component} as it was sent: `%61dmin` is not `admin` to it, though it may be to \
                 the application. Add URL_DECODE (and LOWERCASE, where the application does not care).",
                rule.name
            );
            subject.report((at, rule), &path, "encoding-evades", Severity::Note, explanation);
        }
    }
}

/// A statement that looks for text in what clients may encode.
fn evaded(rule: &Rule) -> Option<(String, &'static str)> {
    places(rule)
        .into_iter()
        .filter(|place| !place.negated)
        .find_map(|place| {
            let (field, chain) = match place.statement {
                Statement::ByteMatch(s) => (&s.field_to_match, &s.text_transformations),
                Statement::RegexMatch(s) => (&s.field_to_match, &s.text_transformations),
                Statement::RegexPatternSetReference(s) => (&s.field_to_match, &s.text_transformations),
                _ => return None,
            };
            let component = match field {
                FieldToMatch::UriPath(_) => "path",
                FieldToMatch::QueryString(_) => "query string",
                FieldToMatch::AllQueryArguments(_) | FieldToMatch::SingleQueryArgument(_) => {
                    "query arguments"
                }
                _ => return None,
            };
            (!decodes(chain)).then_some((place.path, component))
        })
}

fn decodes(chain: &[TextTransformation]) -> bool {
    chain
        .iter()
        .any(|step| matches!(step.r#type, Kind::UrlDecode | Kind::UrlDecodeUni))
}
