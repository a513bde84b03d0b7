//! Statements, components and transformations.

use super::{Field, MINIMUM, Place, Result, ensure, rate, refuse};
use crate::model::{
    ByteMatchStatement, ExcludedRule, FieldToMatch, JsonMatchPattern, PositionalConstraint,
    PreParseTextTransformation, PreParseTextTransformationType, RuleActionOverride, Statement,
    TextTransformation, TextTransformationType,
};
use std::collections::HashSet;

/// Quota: transformations per statement, of each kind.
const TRANSFORMATIONS: usize = 10;
/// Quota: bytes of a search string.
const SEARCH_STRING: usize = 200;
/// API reference, `SingleQueryArgument`.
const ARGUMENT_NAME: usize = 30;
/// Model: characters of a regular expression.
const REGEX: usize = 512;
/// Model: a rule group's overrides.
const OVERRIDES: usize = 100;

/// A rule's own statement.
pub(super) fn top(statement: &Statement, place: Place) -> Result {
    match statement {
        Statement::RateBased(statement) => rate::rate_based(statement),
        Statement::RuleGroupReference(group) => {
            in_web_acl(place, "RuleGroupReferenceStatement")?;
            overrides(&group.excluded_rules, &group.rule_action_overrides)
        }
        Statement::ManagedRuleGroup(group) => {
            in_web_acl(place, "ManagedRuleGroupStatement")?;
            overrides(&group.excluded_rules, &group.rule_action_overrides)?;
            group.scope_down_statement.as_deref().map_or(Ok(()), nested)
        }
        other => nested(other),
    }
}

fn in_web_acl(place: Place, name: &str) -> Result {
    ensure(
        place == Place::WebAcl,
        Field::Statement,
        name,
        "A rule group can't refer to rule groups.",
    )
}

fn overrides(excluded: &[ExcludedRule], actions: &[RuleActionOverride]) -> Result {
    let names = excluded
        .iter()
        .map(|rule| &rule.name)
        .chain(actions.iter().map(|rule| &rule.name));
    let mut seen = HashSet::new();
    for name in names {
        ensure(
            seen.insert(name),
            Field::ExcludedRule,
            name,
            "A rule can be overridden once.",
        )?;
    }
    let few = excluded.len() <= OVERRIDES && actions.len() <= OVERRIDES;
    ensure(
        few,
        Field::ExcludedRule,
        excluded.len().max(actions.len()),
        "At most 100 rules can be overridden.",
    )
}

/// A statement that may stand below others.
pub(super) fn nested(statement: &Statement) -> Result {
    match statement {
        Statement::And(and) => list(&and.statements, Field::AndStatement, "AndStatement"),
        Statement::Or(or) => list(&or.statements, Field::OrStatement, "OrStatement"),
        Statement::Not(not) => nested(&not.statement),
        Statement::ByteMatch(s) => {
            byte_match(s)?;
            component(
                &s.field_to_match,
                &s.text_transformations,
                &s.pre_parse_text_transformations,
                s.positional_constraint == PositionalConstraint::Exactly,
            )
        }
        Statement::SqliMatch(s) => component(
            &s.field_to_match,
            &s.text_transformations,
            &s.pre_parse_text_transformations,
            false,
        ),
        Statement::XssMatch(s) => component(
            &s.field_to_match,
            &s.text_transformations,
            &s.pre_parse_text_transformations,
            false,
        ),
        Statement::SizeConstraint(s) => {
            ensure(
                s.size <= 21_474_836_480,
                Field::SizeConstraintStatement,
                s.size,
                "The size is at most 20 GiB.",
            )?;
            component(
                &s.field_to_match,
                &s.text_transformations,
                &s.pre_parse_text_transformations,
                false,
            )
        }
        Statement::RegexPatternSetReference(s) => component(
            &s.field_to_match,
            &s.text_transformations,
            &s.pre_parse_text_transformations,
            false,
        ),
        Statement::RegexMatch(s) => {
            let length = s.regex_string.chars().count();
            ensure(
                (1..=REGEX).contains(&length),
                Field::Statement,
                &s.regex_string,
                "A pattern has 1 to 512 characters.",
            )?;
            component(
                &s.field_to_match,
                &s.text_transformations,
                &s.pre_parse_text_transformations,
                false,
            )
        }
        Statement::GeoMatch(s) => {
            ensure(
                !s.country_codes.is_empty(),
                Field::GeoMatchStatement,
                "CountryCodes",
                MINIMUM,
            )?;
            for code in &s.country_codes {
                let fits = code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase());
                ensure(
                    fits,
                    Field::GeoMatchStatement,
                    code,
                    "Give the two capital letters of ISO 3166.",
                )?;
            }
            s.forwarded_ip_config
                .as_ref()
                .map_or(Ok(()), |config| forwarded(&config.header_name))
        }
        Statement::AsnMatch(s) => {
            ensure(
                (1..=100).contains(&s.asn_list.len()),
                Field::Statement,
                "AsnList",
                "Give 1 to 100 ASNs.",
            )?;
            s.forwarded_ip_config
                .as_ref()
                .map_or(Ok(()), |config| forwarded(&config.header_name))
        }
        Statement::IpSetReference(s) => s
            .ip_set_forwarded_ip_config
            .as_ref()
            .map_or(Ok(()), |config| forwarded(&config.header_name)),
        Statement::LabelMatch(s) => {
            let fits = !s.key.is_empty()
                && s.key
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"_-:".contains(&byte));
            ensure(
                fits,
                Field::LabelMatchStatement,
                &s.key,
                "A key has letters, digits, dashes, underscores, colons.",
            )
        }
        Statement::RateBased(_) | Statement::RuleGroupReference(_) | Statement::ManagedRuleGroup(_) => {
            refuse(
                Field::Statement,
                statement.name(),
                "This statement can only be the top statement of a rule, it cannot be nested.",
            )
        }
    }
}

fn list(statements: &[Statement], field: Field, name: &str) -> Result {
    ensure(statements.len() >= 2, field, name, MINIMUM)?;
    statements.iter().try_for_each(nested)
}

pub(super) fn forwarded(header: &str) -> Result {
    let fits =
        (1..=255).contains(&header.len()) && header.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    ensure(fits, Field::HeaderName, header, "This is not a name of a header.")
}

fn byte_match(statement: &ByteMatchStatement) -> Result {
    let field = Field::ByteMatchStatement;
    let Some(text) = statement.search_string.bytes() else {
        return refuse(field, "SearchString", "The search string has not been decoded.");
    };
    let fits = (1..=SEARCH_STRING).contains(&text.len());
    ensure(fits, field, "SearchString", "A search string has 1 to 200 bytes.")?;
    // API reference, `ByteMatchStatement.PositionalConstraint`.
    let word = text
        .iter()
        .all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    let needs_word = statement.positional_constraint == PositionalConstraint::ContainsWord;
    ensure(
        word || !needs_word,
        field,
        "SearchString",
        "CONTAINS_WORD takes only letters, digits and underscores.",
    )
}

fn component(
    field: &FieldToMatch,
    transformations: &[TextTransformation],
    pre_parse: &[PreParseTextTransformation],
    exact: bool,
) -> Result {
    chain(transformations)?;
    let arguments = matches!(
        field,
        FieldToMatch::SingleQueryArgument(_) | FieldToMatch::AllQueryArguments(_)
    );
    let reason = "Pre-parse transformations are only for query arguments.";
    ensure(
        pre_parse.is_empty() || arguments,
        Field::PreParseTextTransformation,
        "FieldToMatch",
        reason,
    )?;
    ensure(
        pre_parse
            .iter()
            .all(|step| step.r#type != PreParseTextTransformationType::HaechiArgumentNames),
        Field::PreParseTextTransformation,
        "HAECHI_ARGUMENT_NAMES",
        "Only managed rule groups have this transformation.",
    )?;
    priorities(
        pre_parse.iter().map(|step| step.priority),
        Field::PreParseTextTransformation,
    )?;
    match field {
        FieldToMatch::Ja3Fingerprint(_) | FieldToMatch::Ja4Fingerprint(_) => {
            let reason = "A fingerprint can only be compared by a byte match with the constraint EXACTLY.";
            ensure(exact, Field::FieldToMatch, "Fingerprint", reason)
        }
        FieldToMatch::SingleQueryArgument(argument) => {
            let fits = (1..=ARGUMENT_NAME).contains(&argument.name.chars().count());
            ensure(
                fits,
                Field::SingleQueryArgument,
                &argument.name,
                "A name has 1 to 30 characters.",
            )
        }
        FieldToMatch::SingleHeader(header) => {
            let fits = (1..=64).contains(&header.name.chars().count());
            ensure(
                fits,
                Field::SingleHeader,
                &header.name,
                "A name has 1 to 64 characters.",
            )
        }
        FieldToMatch::JsonBody(json) => match &json.match_pattern {
            JsonMatchPattern::All(_) => Ok(()),
            JsonMatchPattern::IncludedPaths(paths) => {
                ensure(
                    !paths.is_empty(),
                    Field::JsonMatchPattern,
                    "IncludedPaths",
                    MINIMUM,
                )?;
                paths.iter().try_for_each(|path| {
                    ensure(
                        is_pointer(path),
                        Field::JsonMatchPattern,
                        path,
                        "This is not a JSON pointer.",
                    )
                })
            }
        },
        _ => Ok(()),
    }
}

fn is_pointer(path: &str) -> bool {
    path.starts_with('/') && path.split('~').skip(1).all(|rest| rest.starts_with(['0', '1']))
}

pub(super) fn chain(transformations: &[TextTransformation]) -> Result {
    ensure(
        !transformations.is_empty(),
        Field::TextTransformation,
        "TextTransformations",
        MINIMUM,
    )?;
    ensure(
        transformations
            .iter()
            .all(|step| step.r#type != TextTransformationType::HaechiBase64Text),
        Field::TextTransformation,
        "HAECHI_BASE64_TEXT",
        "Only managed rule groups have this transformation.",
    )?;
    priorities(
        transformations.iter().map(|step| step.priority),
        Field::TextTransformation,
    )
}

fn priorities(steps: impl Iterator<Item = u32>, field: Field) -> Result {
    let mut seen = HashSet::new();
    for priority in steps {
        ensure(
            seen.insert(priority),
            field,
            priority,
            "Priorities of transformations must be different.",
        )?;
    }
    ensure(
        seen.len() <= TRANSFORMATIONS,
        field,
        seen.len(),
        "A statement has at most 10 transformations.",
    )
}
