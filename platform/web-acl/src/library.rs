//! Documents by ARN.

use std::collections::HashMap;
use std::sync::Arc;

use haechi_waf::compile::{ManagedRuleGroup, Resolver};
use haechi_waf::error::{InvalidParameter, ModelError};
use haechi_waf::ip_set::{IpSet, SharedIpSet};
use haechi_waf::model::{IpAddressVersion, ManagedRuleGroupConfig, RuleGroup, SearchStringEncoding};
use haechi_waf::regex::{PatternSet, SharedPatternSet};

use crate::feeds::Feeds;
use crate::managed;

/// Why a document can't be taken in, or a web ACL not be compiled.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LibraryError {
    /// It is not the JSON of such a thing.
    #[error("{what}: {source}")]
    Document {
        /// Its ARN.
        what: String,
        /// Why.
        source: ModelError,
    },
    /// A set's content is refused.
    #[error("{what}: {source}")]
    Set {
        /// Its ARN.
        what: String,
        /// Why.
        source: InvalidParameter,
    },
    /// The web ACL is refused.
    #[error(transparent)]
    Compile(#[from] haechi_waf::error::CompileError),
}

/// Rule groups and sets that web ACLs may refer to.
#[derive(Debug, Clone)]
pub struct Library {
    feeds: Arc<Feeds>,
    rule_groups: HashMap<String, Arc<RuleGroup>>,
    ip_sets: HashMap<String, Arc<SharedIpSet>>,
    pattern_sets: HashMap<String, Arc<SharedPatternSet>>,
}

impl Default for Library {
    fn default() -> Self {
        Self::new(Feeds::shared())
    }
}

impl Library {
    /// Nothing but the managed groups, over these lists.
    pub fn new(feeds: Arc<Feeds>) -> Self {
        Self {
            feeds,
            rule_groups: HashMap::new(),
            ip_sets: HashMap::new(),
            pattern_sets: HashMap::new(),
        }
    }

    /// Takes a rule group in AWS's JSON.
    pub fn add_rule_group(
        &mut self,
        arn: &str,
        json: &[u8],
        encoding: SearchStringEncoding,
    ) -> Result<(), LibraryError> {
        let group = RuleGroup::from_json(json, encoding).map_err(|source| LibraryError::Document {
            what: arn.to_owned(),
            source,
        })?;
        self.rule_groups.insert(arn.to_owned(), Arc::new(group));
        Ok(())
    }

    /// Takes an IP set; an empty one holds nothing of either version.
    pub fn add_ip_set<S: AsRef<str>>(&mut self, arn: &str, addresses: &[S]) -> Result<(), LibraryError> {
        let version = match addresses.first() {
            Some(first) if first.as_ref().contains(':') => IpAddressVersion::V6,
            _ => IpAddressVersion::V4,
        };
        let set = IpSet::new(version, addresses).map_err(|source| LibraryError::Set {
            what: arn.to_owned(),
            source,
        })?;
        self.ip_sets
            .insert(arn.to_owned(), Arc::new(SharedIpSet::new(set)));
        Ok(())
    }

    /// Takes a regex pattern set.
    pub fn add_pattern_set<S: AsRef<str>>(&mut self, arn: &str, patterns: &[S]) -> Result<(), LibraryError> {
        let set = PatternSet::new(patterns).map_err(|source| LibraryError::Set {
            what: arn.to_owned(),
            source,
        })?;
        self.pattern_sets
            .insert(arn.to_owned(), Arc::new(SharedPatternSet::new(set)));
        Ok(())
    }
}

impl Resolver for Library {
    fn rule_group(&self, arn: &str) -> Option<Arc<RuleGroup>> {
        self.rule_groups.get(arn).cloned()
    }

    fn managed_rule_group(
        &self,
        vendor: &str,
        name: &str,
        version: Option<&str>,
        configs: &[ManagedRuleGroupConfig],
    ) -> Option<Arc<ManagedRuleGroup>> {
        managed::find(vendor, name, version, configs)
    }

    fn ip_set(&self, arn: &str) -> Option<Arc<SharedIpSet>> {
        self.ip_sets.get(arn).cloned().or_else(|| self.feeds.get(arn))
    }

    fn regex_pattern_set(&self, arn: &str) -> Option<Arc<SharedPatternSet>> {
        self.pattern_sets.get(arn).cloned()
    }
}
