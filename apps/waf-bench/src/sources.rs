//! What web ACLs refer to, from files.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use haechi_waf::compile::Plan;
use haechi_waf::error::CompileError;
use haechi_waf::model::{
    FirewallManagerStatement, IpSetDocument, RegexPatternSetDocument, Rule, RuleGroup, SearchStringEncoding,
    Statement, WebAcl,
};
use haechi_web_acl::{Feeds, Library};

use crate::document::{self, SearchStrings};
use crate::error::BenchError;

/// The files that the web ACL's references are looked up in.
#[derive(Clone, Debug, Default)]
pub struct References {
    /// Rule groups: answers of `get-rule-group`, or their documents.
    pub rule_groups: Vec<PathBuf>,
    /// IP sets.
    pub ip_sets: Vec<PathBuf>,
    /// Regex pattern sets.
    pub regex_sets: Vec<PathBuf>,
    /// Address lists of managed reputation groups: names with files.
    pub feeds: Vec<(String, PathBuf)>,
    /// How search strings are written, where it is not found out.
    pub encoding: Option<SearchStringEncoding>,
}

/// A set that a web ACL refers to.
#[derive(Clone, Debug)]
pub(crate) struct NamedSet {
    pub(crate) arn: Option<String>,
    pub(crate) name: String,
    /// Addresses or expressions.
    pub(crate) items: Vec<String>,
}

/// References, read.
#[derive(Debug)]
pub struct Sources {
    pub(crate) rule_groups: Vec<RuleGroup>,
    pub(crate) ip_sets: Vec<NamedSet>,
    pub(crate) regex_sets: Vec<NamedSet>,
    files: References,
    feeds: Arc<Feeds>,
}

impl Sources {
    /// Reads the files.
    pub fn read(references: &References) -> Result<Self, BenchError> {
        let mut sources = Self {
            rule_groups: Vec::new(),
            ip_sets: Vec::new(),
            regex_sets: Vec::new(),
            files: references.clone(),
            feeds: Arc::new(Feeds::built_in()),
        };
        for path in &references.rule_groups {
            match document::rules(path, references.encoding)? {
                (document::Rules::RuleGroup(group), _) => sources.rule_groups.push(*group),
                _ => return Err(shape(path, "this is no rule group")),
            }
        }
        for path in &references.ip_sets {
            let set = IpSetDocument::from_json(document::read(path)?.to_string().as_bytes());
            let set = set.map_err(|source| wrong(path, source))?;
            sources.ip_sets.push(NamedSet {
                arn: set.arn,
                name: set.name,
                items: set.addresses,
            });
        }
        for path in &references.regex_sets {
            let set = RegexPatternSetDocument::from_json(document::read(path)?.to_string().as_bytes());
            let set = set.map_err(|source| wrong(path, source))?;
            sources.regex_sets.push(NamedSet {
                arn: set.arn,
                name: set.name,
                items: set
                    .regular_expression_list
                    .into_iter()
                    .filter_map(|regex| regex.regex_string)
                    .collect(),
            });
        }
        for (name, path) in &references.feeds {
            let text = std::fs::read_to_string(path).map_err(|source| BenchError::Read {
                path: path.clone(),
                source,
            })?;
            match sources.feeds.replace(name, &text) {
                Ok(Ok(_)) => {}
                Ok(Err(error)) => return Err(shape(path, &error.to_string())),
                Err(error) => return Err(shape(path, &error.to_string())),
            }
        }
        Ok(sources)
    }

    /// The address lists of managed reputation groups.
    pub fn feeds(&self) -> Arc<Feeds> {
        Arc::clone(&self.feeds)
    }

    /// The rule group with this ARN, if its document was given.
    pub(crate) fn group(&self, arn: &str) -> Option<&RuleGroup> {
        self.rule_groups.iter().find(|group| match &group.arn {
            Some(own) => own == arn,
            None => arn.contains(&format!("/rulegroup/{}/", group.name)),
        })
    }

    /// The library for rules that refer to these ARNs.
    pub(crate) fn library(&self, rules: &[&Statement]) -> Result<Library, BenchError> {
        let mut arns = Vec::new();
        for statement in rules {
            referred(statement, &mut arns);
        }
        for rule in self.rule_groups.iter().flat_map(|group| &group.rules) {
            referred(&rule.statement, &mut arns);
        }
        let mut library = Library::new(Arc::clone(&self.feeds));
        for (group, path) in self.rule_groups.iter().zip(&self.files.rule_groups) {
            // Decoded search strings serialize as Base64.
            let json = serde_json::to_vec(group).map_err(|source| wrong(path, source.into()))?;
            for arn in known_as(group.arn.as_deref(), &group.name, "rulegroup", &arns) {
                library
                    .add_rule_group(arn, &json, SearchStringEncoding::Base64)
                    .map_err(|source| reference(path, source))?;
            }
        }
        for (set, path) in self.ip_sets.iter().zip(&self.files.ip_sets) {
            for arn in known_as(set.arn.as_deref(), &set.name, "ipset", &arns) {
                library
                    .add_ip_set(arn, &set.items)
                    .map_err(|source| reference(path, source))?;
            }
        }
        for (set, path) in self.regex_sets.iter().zip(&self.files.regex_sets) {
            for arn in known_as(set.arn.as_deref(), &set.name, "regexpatternset", &arns) {
                library
                    .add_pattern_set(arn, &set.items)
                    .map_err(|source| reference(path, source))?;
            }
        }
        Ok(library)
    }
}

/// A web ACL ready to judge, and where it came from.
#[derive(Debug)]
pub struct Judge {
    /// Its file.
    pub path: PathBuf,
    /// Its document.
    pub acl: WebAcl,
    /// How its search strings were read.
    pub search_strings: SearchStrings,
    /// Its plan.
    pub plan: Plan,
    /// Its capacity; `None` when a rule group's is not known.
    pub capacity: Option<u64>,
}

impl Judge {
    /// Reads and compiles a web ACL.
    pub fn load(path: &Path, sources: &Sources) -> Result<Self, BenchError> {
        let (acl, search_strings) = document::web_acl(path, sources.files.encoding)?;
        let library = sources.library(&statements(&acl))?;
        let plan = Plan::compile(&acl, account(&acl), &library).map_err(|source| refused(path, source))?;
        let capacity = crate::capacity::total(&acl.rules, sources);
        Ok(Self {
            path: path.to_owned(),
            acl,
            search_strings,
            plan,
            capacity,
        })
    }
}

/// The statements of all rules; those of Firewall Manager refer to managed groups or rule groups only.
fn statements(acl: &WebAcl) -> Vec<&Statement> {
    acl.rules.iter().map(|rule: &Rule| &rule.statement).collect()
}

/// The account in the web ACL's ARN; labels have it.
pub(crate) fn account(acl: &WebAcl) -> &str {
    let arn = acl.arn.as_deref().or_else(|| {
        acl.pre_process_firewall_manager_rule_groups
            .iter()
            .chain(&acl.post_process_firewall_manager_rule_groups)
            .find_map(|group| match &group.firewall_manager_statement {
                FirewallManagerStatement::RuleGroupReference(reference) => Some(reference.arn.as_str()),
                FirewallManagerStatement::ManagedRuleGroup(_) => None,
            })
    });
    arn.and_then(|arn| arn.split(':').nth(4))
        .filter(|account| !account.is_empty())
        .unwrap_or("000000000000")
}

/// The ARNs that a statement refers to.
pub(crate) fn referred<'a>(statement: &'a Statement, arns: &mut Vec<&'a str>) {
    match statement {
        Statement::RuleGroupReference(group) => arns.push(&group.arn),
        Statement::IpSetReference(set) => arns.push(&set.arn),
        Statement::RegexPatternSetReference(set) => arns.push(&set.arn),
        _ => {}
    }
    for child in children(statement) {
        referred(child, arns);
    }
}

/// The statements directly below one.
pub(crate) fn children(statement: &Statement) -> Vec<&Statement> {
    match statement {
        Statement::And(and) => and.statements.iter().collect(),
        Statement::Or(or) => or.statements.iter().collect(),
        Statement::Not(not) => vec![&*not.statement],
        Statement::RateBased(rate) => rate.scope_down_statement.as_deref().into_iter().collect(),
        Statement::ManagedRuleGroup(group) => group.scope_down_statement.as_deref().into_iter().collect(),
        _ => Vec::new(),
    }
}

/// The ARNs under which a document is known: its own, or, where it has none, those of its kind and name that rules
/// refer to.
pub(crate) fn known_as<'a>(own: Option<&'a str>, name: &str, kind: &str, arns: &[&'a str]) -> Vec<&'a str> {
    if let Some(arn) = own {
        return vec![arn];
    }
    let wanted = format!("/{kind}/{name}/");
    arns.iter().copied().filter(|arn| arn.contains(&wanted)).collect()
}

fn refused(path: &Path, source: CompileError) -> BenchError {
    let path = path.to_owned();
    match source {
        CompileError::Nonexistent { rule, reference } => {
            let option = [
                "rulegroup/rule-group",
                "ipset/ip-set",
                "regexpatternset/regex-set",
            ]
            .into_iter()
            .filter_map(|pair| pair.split_once('/'))
            .find(|(kind, _)| reference.contains(&format!("/{kind}/")));
            let hint = match option {
                Some((_, option)) => format!("give its document with --{option} (aws wafv2 get-… prints it)"),
                None => "Haechi has no managed rule group of this name and version".to_owned(),
            };
            BenchError::Missing {
                path,
                rule,
                reference,
                hint,
            }
        }
        source => BenchError::Refused { path, source },
    }
}

fn shape(path: &Path, what: &str) -> BenchError {
    BenchError::Shape {
        path: path.to_owned(),
        what: what.to_owned(),
    }
}

fn wrong(path: &Path, source: haechi_waf::error::ModelError) -> BenchError {
    BenchError::Document {
        path: path.to_owned(),
        source,
    }
}

fn reference(path: &Path, source: haechi_web_acl::LibraryError) -> BenchError {
    BenchError::Reference {
        path: path.to_owned(),
        source,
    }
}
