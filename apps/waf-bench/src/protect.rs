//! A web ACL from files, as a gateway takes it.

use std::collections::BTreeMap;
use std::path::Path;

use haechi_dataplane::{Protection, SigningKey};

use crate::document;
use crate::error::BenchError;
use crate::sources::{Judge, Sources, account, known_as, referred};

/// Reads and checks a web ACL and makes it a protection without resources. Its ARN is the document's own; a document
/// without one gets an ARN of its name.
pub fn protection(path: &Path, sources: &Sources, token_key: SigningKey) -> Result<Protection, BenchError> {
    // Refuses what is refused, with the advice that the bench gives.
    let acl = Judge::load(path, sources)?.acl;
    let mut arns = Vec::new();
    for rule in acl
        .rules
        .iter()
        .chain(sources.rule_groups.iter().flat_map(|group| &group.rules))
    {
        referred(&rule.statement, &mut arns);
    }
    let mut rule_groups = BTreeMap::new();
    for group in &sources.rule_groups {
        for arn in known_as(group.arn.as_deref(), &group.name, "rulegroup", &arns) {
            rule_groups.insert(arn.to_owned(), document::json(path, group)?);
        }
    }
    let sets = |sets: &[crate::sources::NamedSet], kind| {
        let mut found = BTreeMap::new();
        for set in sets {
            for arn in known_as(set.arn.as_deref(), &set.name, kind, &arns) {
                found.insert(arn.to_owned(), set.items.clone());
            }
        }
        found
    };
    let account = account(&acl).to_owned();
    let web_acl = acl.arn.clone().unwrap_or_else(|| {
        let name = &acl.name;
        format!("arn:aws:wafv2:us-east-1:{account}:regional/webacl/{name}/{name}")
    });
    Ok(Protection {
        web_acl,
        account,
        // The caller knows when to look again.
        digest: String::new(),
        definition: document::json(path, &acl)?,
        rule_groups,
        ip_sets: sets(&sources.ip_sets, "ipset"),
        regex_pattern_sets: sets(&sources.regex_sets, "regexpatternset"),
        resources: Vec::new(),
        logging: None,
        token_key,
    })
}
