//! Reads rules for what AWS accepts and people do not mean. A finding is only reported where it can be proved from
//! the document (and the documents it refers to, as far as they are given); its explanation says what to do.

mod addresses;
mod cover;
mod groups;
mod labels;
mod matching;
mod oversize;
mod reach;
mod text;

use std::path::Path;

use haechi_waf::error::CompileError;
use haechi_waf::model::{DefaultAction, Rule, RuleAction, Statement};
use haechi_waf::validate;
use serde_json::{Value, json};

use crate::document::{self, Rules};
use crate::error::BenchError;
use crate::sources::{Sources, children};

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth a thought.
    Note,
    /// Likely not what was meant.
    Warning,
    /// Can't do what it is there for.
    Error,
}

impl Severity {
    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// Something that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What kind it is, such as `shadowed-rule`.
    pub id: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// The rule; `None` for the document as a whole.
    pub rule: Option<String>,
    /// Where in the document: `Rules[2].Statement.AndStatement.Statements[0].ByteMatchStatement`.
    pub position: String,
    /// What is wrong and what to do.
    pub explanation: String,
}

/// A document under the glass.
pub(crate) struct Subject<'a> {
    /// What it is: `web ACL shop`.
    pub(crate) of: String,
    /// In the order of evaluation, each with its place in the document.
    pub(crate) rules: Vec<(usize, &'a Rule)>,
    /// A web ACL's.
    pub(crate) default_action: Option<&'a DefaultAction>,
    /// The prefix of the labels that its rules add.
    pub(crate) label_prefix: String,
    pub(crate) sources: &'a Sources,
    findings: Vec<Finding>,
}

/// A statement within a rule.
pub(crate) struct Place<'a> {
    pub(crate) statement: &'a Statement,
    /// From the rule's statement down.
    pub(crate) path: String,
    /// Under an odd number of NOTs.
    pub(crate) negated: bool,
}

/// What the linter says of a document.
#[derive(Clone, Debug)]
pub struct Lint {
    /// What the document is.
    pub of: String,
    /// The worst first, then in the order of the rules.
    pub findings: Vec<Finding>,
}

/// Reads a web ACL, rule group or list of rules.
pub fn lint(
    path: &Path,
    sources: &Sources,
    told: Option<haechi_waf::model::SearchStringEncoding>,
) -> Result<Lint, BenchError> {
    let (document, strings) = document::rules(path, told)?;
    check(path, &document)?;
    let mut subject = Subject::new(&document, sources);
    if strings.known == document::Known::Guessed {
        subject.whole("search-string-encoding", Severity::Note, format!("{strings}."));
    }
    for check in [
        reach::check,
        labels::check,
        matching::check,
        oversize::check,
        groups::check,
        addresses::check,
        text::check,
    ] {
        check(&mut subject);
    }
    capacity(&document, &mut subject);
    let mut findings = subject.findings;
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    Ok(Lint {
        of: subject.of,
        findings,
    })
}

/// What AWS itself refuses is no finding.
fn check(path: &Path, document: &Rules) -> Result<(), BenchError> {
    let valid = match document {
        Rules::WebAcl(acl) => validate::web_acl(acl),
        Rules::RuleGroup(group) => validate::rule_group(group),
        Rules::Bare(rules) => validate::bare_rules(rules),
    };
    valid.map_err(|source| BenchError::Refused {
        path: path.to_owned(),
        source: CompileError::InvalidParameter(source),
    })
}

fn capacity(document: &Rules, subject: &mut Subject<'_>) {
    let Some(total) = crate::capacity::total(document.rules(), subject.sources) else {
        return;
    };
    if total > crate::capacity::MOST {
        let most = crate::capacity::MOST;
        subject.whole(
            "too-much-capacity",
            Severity::Error,
            format!("The rules take {total} WCU; AWS refuses more than {most}."),
        );
    } else if total > crate::capacity::INCLUDED && subject.default_action.is_some() {
        let included = crate::capacity::INCLUDED;
        subject.whole(
            "extra-capacity",
            Severity::Note,
            format!("The rules take {total} WCU: above {included} AWS charges more for each request."),
        );
    }
}

impl<'a> Subject<'a> {
    fn new(document: &'a Rules, sources: &'a Sources) -> Self {
        let account = |arn: Option<&str>| {
            let account = arn
                .and_then(|arn| arn.split(':').nth(4))
                .unwrap_or("000000000000");
            account.to_owned()
        };
        let (of, default_action, label_prefix) = match document {
            Rules::WebAcl(acl) => (
                format!("web ACL {}", acl.name),
                Some(&acl.default_action),
                format!("awswaf:{}:webacl:{}:", account(acl.arn.as_deref()), acl.name),
            ),
            Rules::RuleGroup(group) => (
                format!("rule group {}", group.name),
                None,
                format!(
                    "awswaf:{}:rulegroup:{}:",
                    account(group.arn.as_deref()),
                    group.name
                ),
            ),
            Rules::Bare(rules) => (
                format!("{} rules", rules.len()),
                None,
                "awswaf:000000000000:rules:rules:".into(),
            ),
        };
        let mut rules: Vec<_> = document.rules().iter().enumerate().collect();
        rules.sort_by_key(|(_, rule)| rule.priority);
        Self {
            of,
            rules,
            default_action,
            label_prefix,
            sources,
            findings: Vec::new(),
        }
    }

    /// Reports on the document as a whole.
    pub(crate) fn whole(&mut self, id: &'static str, severity: Severity, explanation: impl Into<String>) {
        self.findings.push(Finding {
            id,
            severity,
            rule: None,
            position: String::new(),
            explanation: explanation.into(),
        });
    }

    /// Reports on a rule, at `path` from the rule down.
    pub(crate) fn report(
        &mut self,
        (at, rule): (usize, &Rule),
        path: &str,
        id: &'static str,
        severity: Severity,
        explanation: impl Into<String>,
    ) {
        let dot = if path.is_empty() { "" } else { "." };
        self.findings.push(Finding {
            id,
            severity,
            rule: Some(rule.name.clone()),
            position: format!("Rules[{at}]{dot}{path}"),
            explanation: explanation.into(),
        });
    }
}

/// All statements of a rule.
pub(crate) fn places(rule: &Rule) -> Vec<Place<'_>> {
    let mut all = Vec::new();
    walk(&rule.statement, "Statement.".to_owned(), false, &mut all);
    all
}

fn walk<'a>(statement: &'a Statement, above: String, negated: bool, all: &mut Vec<Place<'a>>) {
    let path = format!("{above}{}", statement.name());
    for (at, child) in children(statement).into_iter().enumerate() {
        let (below, negated) = match statement {
            Statement::And(_) | Statement::Or(_) => (format!("{path}.Statements[{at}]."), negated),
            Statement::Not(_) => (format!("{path}.Statement."), !negated),
            _ => (format!("{path}.ScopeDownStatement."), negated),
        };
        walk(child, below, negated, all);
    }
    all.push(Place {
        statement,
        path,
        negated,
    });
}

/// Whether a rule with this action ends the evaluation whenever it matches. Captcha and Challenge let requests with
/// a good token go on.
pub(crate) fn terminates(rule: &Rule) -> bool {
    matches!(
        rule.action,
        Some(RuleAction::Block(_) | RuleAction::Allow(_) | RuleAction::Monetize(_))
    )
}

/// Whether a rule may keep a request from going through.
pub(crate) fn refuses(rule: &Rule) -> bool {
    match (&rule.action, &rule.override_action) {
        (Some(action), _) => matches!(
            action,
            RuleAction::Block(_)
                | RuleAction::Captcha(_)
                | RuleAction::Challenge(_)
                | RuleAction::Monetize(_)
        ),
        (None, Some(over)) => matches!(over, haechi_waf::model::OverrideAction::None(_)),
        (None, None) => false,
    }
}

impl Lint {
    /// The worst that was found.
    pub fn worst(&self) -> Option<Severity> {
        self.findings.iter().map(|finding| finding.severity).max()
    }

    /// In words.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for finding in &self.findings {
            text += &format!(
                "{}: {} [{}]\n",
                finding.severity.as_str(),
                finding.explanation,
                finding.id
            );
            if let Some(rule) = &finding.rule {
                text += &format!("  rule {rule}, at {}\n", finding.position);
            }
        }
        let count = |severity| {
            self.findings
                .iter()
                .filter(|finding| finding.severity == severity)
                .count()
        };
        text += &format!(
            "{}: {} errors, {} warnings, {} notes\n",
            self.of,
            count(Severity::Error),
            count(Severity::Warning),
            count(Severity::Note)
        );
        text
    }

    /// For programs.
    pub fn json(&self) -> Value {
        json!({
            "of": self.of,
            "findings": self.findings.iter().map(|finding| json!({
                "id": finding.id,
                "severity": finding.severity.as_str(),
                "rule": finding.rule,
                "position": finding.position,
                "explanation": finding.explanation,
            })).collect::<Vec<_>>(),
        })
    }
}

#[cfg(test)]
mod tests;
