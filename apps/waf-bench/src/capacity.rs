//! What rules cost: capacity units per rule and statement, and how much is left.

use std::path::Path;

use haechi_waf::model::{Rule, SearchStringEncoding, Statement};
use haechi_waf::validate;
use haechi_waf::wcu::{GroupCapacity, check_capacity, statement_capacity};
use serde_json::{Value, json};

use crate::document::{self, Rules};
use crate::error::BenchError;
use crate::sources::{Sources, children};

/// More costs extra (AWS WAF pricing).
pub const INCLUDED: u64 = 1500;
/// No web ACL or rule group may have more.
pub const MOST: u64 = 5000;

/// What a document's rules cost.
#[derive(Clone, Debug)]
pub struct Capacity {
    /// What the document is: `web ACL shop`.
    pub of: String,
    /// All rules together; `None` when a rule group's capacity is not known.
    pub total: Option<u64>,
    /// What the document says of itself (a rule group's is fixed when it is made).
    pub declared: Option<u64>,
    /// Rule by rule.
    pub rules: Vec<RuleCapacity>,
}

/// What a rule costs.
#[derive(Clone, Debug)]
pub struct RuleCapacity {
    /// Its name.
    pub name: String,
    /// What it costs after those before it: transformations that they paid for are free.
    pub adds: Option<u64>,
    /// What it would cost alone.
    pub alone: Option<u64>,
    /// Its statements.
    pub statements: Vec<StatementCapacity>,
}

/// What a statement costs alone, without those below it.
#[derive(Clone, Debug)]
pub struct StatementCapacity {
    /// From the rule's statement down.
    pub path: String,
    /// Capacity units.
    pub units: Option<u64>,
}

/// Reads a web ACL, rule group or list of rules and says what it costs.
pub fn capacity(
    path: &Path,
    sources: &Sources,
    told: Option<SearchStringEncoding>,
) -> Result<Capacity, BenchError> {
    let (document, _) = document::rules(path, told)?;
    let valid = match &document {
        Rules::WebAcl(acl) => validate::web_acl(acl),
        Rules::RuleGroup(group) => validate::rule_group(group),
        Rules::Bare(rules) => validate::bare_rules(rules),
    };
    valid.map_err(|source| BenchError::Invalid {
        path: path.to_owned(),
        source,
    })?;
    let (of, declared) = match &document {
        Rules::WebAcl(acl) => (format!("web ACL {}", acl.name), None),
        Rules::RuleGroup(group) => (format!("rule group {}", group.name), group.capacity),
        Rules::Bare(rules) => (format!("{} rules", rules.len()), None),
    };
    let rules = document.rules();
    Ok(Capacity {
        of,
        total: total(rules, sources),
        declared,
        rules: (0..rules.len()).map(|at| of_rule(rules, at, sources)).collect(),
    })
}

/// What rules cost together.
pub(crate) fn total(rules: &[Rule], sources: &Sources) -> Option<u64> {
    check_capacity(rules, sources)
}

fn of_rule(rules: &[Rule], at: usize, sources: &Sources) -> RuleCapacity {
    let sum = |rules: &[Rule]| check_capacity(rules, sources);
    let mut statements = Vec::new();
    walk(&rules[at].statement, String::new(), sources, &mut statements);
    RuleCapacity {
        name: rules[at].name.clone(),
        adds: sum(&rules[..=at])
            .zip(sum(&rules[..at]))
            .map(|(with, without)| with - without),
        alone: sum(&rules[at..=at]),
        statements,
    }
}

fn walk(statement: &Statement, above: String, sources: &Sources, all: &mut Vec<StatementCapacity>) {
    let path = format!("{above}{}", statement.name());
    let units = match statement {
        Statement::RuleGroupReference(group) => sources.rule_group(&group.arn),
        Statement::ManagedRuleGroup(group) => {
            sources.managed_rule_group(&group.vendor_name, &group.name, group.version.as_deref())
        }
        other => Some(statement_capacity(other)),
    };
    let below = children(statement);
    let many = matches!(statement, Statement::And(_) | Statement::Or(_));
    let down = |at: usize| match statement {
        _ if many => format!("{path}.Statements[{at}]."),
        Statement::Not(_) => format!("{path}.Statement."),
        _ => format!("{path}.ScopeDownStatement."),
    };
    let paths: Vec<_> = (0..below.len()).map(down).collect();
    all.push(StatementCapacity { path, units });
    for (child, path) in below.into_iter().zip(paths) {
        walk(child, path, sources, all);
    }
}

impl GroupCapacity for Sources {
    fn rule_group(&self, arn: &str) -> Option<u64> {
        let group = self.group(arn)?;
        // What a rule group costs is what its maker reserved.
        group.capacity.or_else(|| check_capacity(&group.rules, self))
    }

    fn managed_rule_group(&self, vendor: &str, name: &str, version: Option<&str>) -> Option<u64> {
        let group = haechi_web_acl::Library::default();
        let group = haechi_waf::compile::Resolver::managed_rule_group(&group, vendor, name, version, &[])?;
        Some(group.capacity)
    }
}

impl Capacity {
    /// Whether AWS would take it.
    pub fn fits(&self) -> bool {
        self.total
            .is_some_and(|total| total <= self.declared.unwrap_or(MOST).min(MOST))
    }

    /// In words.
    pub fn text(&self) -> String {
        let units = |units: Option<u64>| units.map_or_else(|| "?".to_owned(), |units| units.to_string());
        let mut text = format!("{}: {} WCU\n", self.of, units(self.total));
        for rule in &self.rules {
            let shared = match (rule.adds, rule.alone) {
                (Some(adds), Some(alone)) if adds < alone => {
                    format!(" ({alone} alone: {} shared with rules before)", alone - adds)
                }
                _ => String::new(),
            };
            text += &format!("\n{:>6}  {}{shared}\n", units(rule.adds), rule.name);
            for statement in &rule.statements {
                text += &format!("        {:>6}  {}\n", units(statement.units), statement.path);
            }
        }
        text += "\n";
        text += &self.advice();
        text
    }

    fn advice(&self) -> String {
        let Some(total) = self.total else {
            return "The capacity of a rule group is not known: give its document with --rule-group.\n"
                .to_owned();
        };
        match self.declared {
            Some(declared) if total > declared => {
                return format!(
                    "Above the {declared} WCU that the rule group was made with: AWS refuses the rules.\n"
                );
            }
            _ => {}
        }
        if total > MOST {
            format!("Above {MOST} WCU, the most that AWS allows.\n")
        } else if total > INCLUDED {
            format!(
                "Above {INCLUDED} WCU requests cost extra on AWS; {} WCU are left of {MOST}.\n",
                MOST - total
            )
        } else {
            format!(
                "{} WCU are left of the {INCLUDED} that cost nothing extra on AWS.\n",
                INCLUDED - total
            )
        }
    }

    /// For programs.
    pub fn json(&self) -> Value {
        json!({
            "of": self.of,
            "capacity": self.total,
            "declared": self.declared,
            "included": INCLUDED,
            "limit": MOST,
            "fits": self.fits(),
            "rules": self.rules.iter().map(|rule| json!({
                "name": rule.name,
                "adds": rule.adds,
                "alone": rule.alone,
                "statements": rule.statements.iter().map(|statement| json!({
                    "path": statement.path,
                    "capacity": statement.units,
                })).collect::<Vec<_>>(),
            })).collect::<Vec<_>>(),
        })
    }
}
