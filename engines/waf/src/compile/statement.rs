//! Statements as they are evaluated.

use super::labels::LabelMatch;
use super::{FieldKey, SlotId, StatementMeta};
use crate::compile::rules::Compiler;
use crate::error::{CompileError, InvalidParameter, ParameterField};
use crate::ip_set::SharedIpSet;
use crate::model::{
    BodyParsingFallbackBehavior, ByteMatchStatement, ComparisonOperator, FallbackBehavior, FieldToMatch,
    ForwardedIpConfig, ForwardedIpPosition, OversizeHandling, PositionalConstraint,
    PreParseTextTransformation, SensitivityLevel, Statement, TextTransformation,
};
use crate::regex::{Needs, Regex, SharedPatternSet, bytes, literals::LONGEST};
use crate::wcu;
use haechi_injection::Sensitivity;
use memchr::memmem::Finder;
use std::sync::Arc;

#[derive(Debug)]
pub(crate) struct Stmt {
    /// Index of its [`StatementMeta`].
    pub(crate) id: u32,
    pub(crate) kind: StmtKind,
}

#[derive(Debug)]
pub(crate) enum StmtKind {
    And(Vec<Stmt>),
    Or {
        children: Vec<Stmt>,
        /// Where all children are: without a candidate there, none of them matches. Empty when that can't be said.
        spans: Vec<Span>,
    },
    Not(Box<Stmt>),
    Match(Box<Match>),
    /// Country codes, upper case, sorted.
    Geo {
        countries: Vec<[u8; 2]>,
        source: AddressSource,
    },
    /// Sorted.
    Asn {
        numbers: Vec<u32>,
        source: AddressSource,
    },
    IpSet {
        set: Arc<SharedIpSet>,
        source: AddressSource,
    },
    Label(LabelMatch),
}

/// Consecutive statements on a slot.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    pub(crate) slot: SlotId,
    pub(crate) first: u32,
    /// One past the last.
    pub(crate) end: u32,
}

/// Which address a statement looks at.
#[derive(Debug)]
pub(crate) enum AddressSource {
    Client,
    Forwarded {
        header: Vec<u8>,
        position: ForwardedIpPosition,
        fallback: bool,
    },
}

impl AddressSource {
    fn new(config: Option<&ForwardedIpConfig>) -> Self {
        config.map_or(Self::Client, |config| Self::Forwarded {
            header: config.header_name.as_bytes().to_ascii_lowercase(),
            position: ForwardedIpPosition::First,
            fallback: config.fallback_behavior == FallbackBehavior::Match,
        })
    }
}

/// A test on a component.
#[derive(Debug)]
pub(crate) struct Match {
    pub(crate) slot: SlotId,
    pub(crate) test: Test,
    /// The statement's number on the slot.
    pub(crate) number: u32,
    pub(crate) on_oversize: OversizeHandling,
    /// The answer when the component is missing.
    pub(crate) on_missing: bool,
    pub(crate) on_invalid_json: OnInvalidJson,
}

#[derive(Debug)]
pub(crate) enum OnInvalidJson {
    /// Look at what was read up to the failure.
    InspectPart,
    Answer(bool),
    /// Look at the body as text in this slot, on which the statement has this number.
    Text {
        slot: SlotId,
        number: u32,
    },
}

#[derive(Debug)]
pub(crate) enum Test {
    Exactly(Box<[u8]>),
    StartsWith(Box<[u8]>),
    EndsWith(Box<[u8]>),
    Contains(Finder<'static>),
    ContainsWord(Finder<'static>),
    Regex(Arc<Regex>),
    PatternSet(Arc<SharedPatternSet>),
    Size {
        operator: ComparisonOperator,
        size: u64,
        /// An untransformed body counts with its whole length, inspected or not.
        whole_body: bool,
    },
    Sqli(Sensitivity),
    Xss,
}

impl Compiler<'_> {
    /// `path` is where the statement stands, without its own name; `context` the prefix of own labels.
    pub(super) fn statement(
        &mut self,
        statement: &Statement,
        rule: &str,
        path: &str,
        context: &str,
    ) -> Result<Stmt, CompileError> {
        let path = format!("{path}{}", statement.name());
        let id = self.statements.len() as u32;
        self.statements.push(StatementMeta {
            path: path.as_str().into(),
            capacity: wcu::statement_capacity(statement),
        });
        let kind = self.kind(statement, rule, &path, context)?;
        Ok(Stmt { id, kind })
    }

    fn kind(
        &mut self,
        statement: &Statement,
        rule: &str,
        path: &str,
        context: &str,
    ) -> Result<StmtKind, CompileError> {
        Ok(match statement {
            Statement::And(and) => StmtKind::And(self.children(&and.statements, rule, path, context)?),
            Statement::Or(or) => {
                let children = self.children(&or.statements, rule, path, context)?;
                let spans = spans(&children).unwrap_or_default();
                StmtKind::Or { children, spans }
            }
            Statement::Not(not) => {
                let path = format!("{path}.Statement.");
                StmtKind::Not(Box::new(self.statement(&not.statement, rule, &path, context)?))
            }
            Statement::ByteMatch(s) => {
                let test = byte_match(s)?;
                self.match_on(
                    test,
                    &s.field_to_match,
                    &s.text_transformations,
                    &s.pre_parse_text_transformations,
                )
            }
            Statement::RegexMatch(s) => {
                let test = Test::Regex(Regex::shared(&s.regex_string)?);
                self.match_on(
                    test,
                    &s.field_to_match,
                    &s.text_transformations,
                    &s.pre_parse_text_transformations,
                )
            }
            Statement::RegexPatternSetReference(s) => {
                let set = self
                    .resolver
                    .regex_pattern_set(&s.arn)
                    .ok_or_else(|| nonexistent(rule, &s.arn))?;
                let test = Test::PatternSet(set);
                self.match_on(
                    test,
                    &s.field_to_match,
                    &s.text_transformations,
                    &s.pre_parse_text_transformations,
                )
            }
            Statement::SizeConstraint(s) => {
                let test = Test::Size {
                    operator: s.comparison_operator,
                    size: s.size,
                    whole_body: false,
                };
                self.match_on(
                    test,
                    &s.field_to_match,
                    &s.text_transformations,
                    &s.pre_parse_text_transformations,
                )
            }
            Statement::SqliMatch(s) => {
                let test = Test::Sqli(match s.sensitivity_level {
                    Some(SensitivityLevel::High) => Sensitivity::High,
                    _ => Sensitivity::Low,
                });
                self.match_on(
                    test,
                    &s.field_to_match,
                    &s.text_transformations,
                    &s.pre_parse_text_transformations,
                )
            }
            Statement::XssMatch(s) => self.match_on(
                Test::Xss,
                &s.field_to_match,
                &s.text_transformations,
                &s.pre_parse_text_transformations,
            ),
            Statement::GeoMatch(s) => {
                let mut countries: Vec<_> = s.country_codes.iter().filter_map(|code| country(code)).collect();
                countries.sort_unstable();
                StmtKind::Geo {
                    countries,
                    source: AddressSource::new(s.forwarded_ip_config.as_ref()),
                }
            }
            Statement::AsnMatch(s) => {
                let mut numbers = s.asn_list.clone();
                numbers.sort_unstable();
                StmtKind::Asn {
                    numbers,
                    source: AddressSource::new(s.forwarded_ip_config.as_ref()),
                }
            }
            Statement::IpSetReference(s) => StmtKind::IpSet {
                set: self
                    .resolver
                    .ip_set(&s.arn)
                    .ok_or_else(|| nonexistent(rule, &s.arn))?,
                source: s
                    .ip_set_forwarded_ip_config
                    .as_ref()
                    .map_or(AddressSource::Client, |config| AddressSource::Forwarded {
                        header: config.header_name.as_bytes().to_ascii_lowercase(),
                        position: config.position,
                        fallback: config.fallback_behavior == FallbackBehavior::Match,
                    }),
            },
            Statement::LabelMatch(s) => StmtKind::Label(LabelMatch::new(s, context)),
            Statement::RateBased(_) | Statement::RuleGroupReference(_) | Statement::ManagedRuleGroup(_) => {
                let reason = "This statement can only be the top statement of a rule, it cannot be nested.";
                return Err(
                    InvalidParameter::new(ParameterField::Statement, statement.name(), reason).into(),
                );
            }
        })
    }

    fn children(
        &mut self,
        statements: &[Statement],
        rule: &str,
        path: &str,
        context: &str,
    ) -> Result<Vec<Stmt>, CompileError> {
        statements
            .iter()
            .enumerate()
            .map(|(nth, child)| self.statement(child, rule, &format!("{path}.Statements[{nth}]."), context))
            .collect()
    }

    fn match_on(
        &mut self,
        mut test: Test,
        field: &FieldToMatch,
        chain: &[TextTransformation],
        pre_parse: &[PreParseTextTransformation],
    ) -> StmtKind {
        let slot = self.slots.slot(FieldKey::new(field, pre_parse), chain);
        if let Test::Size { whole_body, .. } = &mut test {
            *whole_body =
                matches!(field, FieldToMatch::Body(_)) && slot == self.slots.slot(FieldKey::Body, &[]);
        }
        let needs = needs(&test);
        let number = self.slots.register(slot, needs.clone());
        let fallback = |behavior: FallbackBehavior| behavior == FallbackBehavior::Match;
        StmtKind::Match(Box::new(Match {
            slot,
            test,
            number,
            on_oversize: match field {
                FieldToMatch::Body(body) => body.oversize_handling.unwrap_or(OversizeHandling::Continue),
                FieldToMatch::JsonBody(json) => json.oversize_handling.unwrap_or(OversizeHandling::Continue),
                FieldToMatch::Headers(headers) => headers.oversize_handling,
                FieldToMatch::Cookies(cookies) => cookies.oversize_handling,
                FieldToMatch::HeaderOrder(order) => order.oversize_handling,
                _ => OversizeHandling::Continue,
            },
            on_missing: match field {
                FieldToMatch::Ja3Fingerprint(print) | FieldToMatch::Ja4Fingerprint(print) => {
                    fallback(print.fallback_behavior)
                }
                FieldToMatch::UriFragment(fragment) => fragment.fallback_behavior.is_some_and(fallback),
                _ => false,
            },
            on_invalid_json: match field {
                FieldToMatch::JsonBody(json) => match json.invalid_fallback_behavior {
                    None => OnInvalidJson::InspectPart,
                    Some(BodyParsingFallbackBehavior::Match) => OnInvalidJson::Answer(true),
                    Some(BodyParsingFallbackBehavior::NoMatch) => OnInvalidJson::Answer(false),
                    Some(BodyParsingFallbackBehavior::EvaluateAsString) => {
                        let slot = self.slots.slot(FieldKey::Body, chain);
                        let number = self.slots.register(slot, needs);
                        OnInvalidJson::Text { slot, number }
                    }
                },
                _ => OnInvalidJson::InspectPart,
            },
        }))
    }
}

pub(super) fn nonexistent(rule: &str, reference: &str) -> CompileError {
    CompileError::Nonexistent {
        rule: rule.to_owned(),
        reference: reference.to_owned(),
    }
}

fn country(code: &str) -> Option<[u8; 2]> {
    <[u8; 2]>::try_from(code.as_bytes()).ok()
}

fn byte_match(statement: &ByteMatchStatement) -> Result<Test, InvalidParameter> {
    let text = statement.search_string.bytes().ok_or_else(|| {
        let reason = "The search string has not been decoded; read the document with its encoding.";
        InvalidParameter::new(ParameterField::ByteMatchStatement, "SearchString", reason)
    })?;
    Ok(match statement.positional_constraint {
        PositionalConstraint::Exactly => Test::Exactly(text.into()),
        PositionalConstraint::StartsWith => Test::StartsWith(text.into()),
        PositionalConstraint::EndsWith => Test::EndsWith(text.into()),
        PositionalConstraint::Contains => Test::Contains(Finder::new(text).into_owned()),
        PositionalConstraint::ContainsWord => Test::ContainsWord(Finder::new(text).into_owned()),
    })
}

/// Where statements are that all look at text and match nothing that is missing or oversize.
fn spans(children: &[Stmt]) -> Option<Vec<Span>> {
    let mut spans: Vec<Span> = Vec::new();
    for child in children {
        let StmtKind::Match(test) = &child.kind else {
            return None;
        };
        if test.on_missing || test.on_oversize != OversizeHandling::Continue {
            return None;
        }
        match spans.last_mut() {
            Some(span) if span.slot == test.slot && span.end == test.number => span.end += 1,
            _ => spans.push(Span {
                slot: test.slot,
                first: test.number,
                end: test.number + 1,
            }),
        }
    }
    Some(spans)
}

/// What a text must have to pass the test, one of these; nothing when that can't be said.
fn needs(test: &Test) -> Vec<Needs> {
    let plain = |text: &[u8], literals| Needs {
        literals,
        bytes: bytes::of_text(text),
    };
    match test {
        Test::Exactly(text) | Test::StartsWith(text) | Test::EndsWith(text) => vec![plain(text, None)],
        Test::Contains(finder) | Test::ContainsWord(finder) => {
            let literals = (finder.needle().len() > 1).then(|| {
                let mut literal = finder.needle().to_ascii_lowercase();
                literal.truncate(LONGEST);
                vec![literal]
            });
            vec![plain(finder.needle(), literals)]
        }
        Test::Regex(regex) => regex.needs().to_vec(),
        // Without a tag or an attribute there is no script.
        Test::Xss => vec![Needs {
            literals: None,
            bytes: vec![bytes::of(b'<') | bytes::of(b'=')],
        }],
        Test::PatternSet(_) | Test::Size { .. } | Test::Sqli(_) => Vec::new(),
    }
}
