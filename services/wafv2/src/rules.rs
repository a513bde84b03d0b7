//! Checking the rules of a web ACL or rule group with all that they refer to.
//!
//! Order of errors: choices (exactly one member), what the engine refuses, references that are no ARNs of the right
//! kind, permission for each, their existence, what they are taken together, capacity.

use std::collections::HashMap;
use std::sync::Arc;

use haechi_core::{Call, Failure};
use haechi_waf::compile::{Plan, check_rule_group};
use haechi_waf::model::{Rule, RuleGroup, SearchStringEncoding, WebAcl};
use haechi_waf::validate;
use haechi_waf::wcu::{GroupCapacity, check_capacity};
use haechi_web_acl::Library;

use crate::model::entity::{Content, Entity};
use crate::model::name::FullName;
use crate::model::web_scope::WebScope;
use crate::references::References;
use crate::{Waf, error, store};

/// The most that the rules of a web ACL, or of a rule group, may cost (developer guide, "AWS WAF quotas").
pub(crate) const MOST_CAPACITY: u64 = 5_000;

/// Rules that stood the check.
pub(crate) struct Checked {
    /// What they cost together.
    pub(crate) capacity: u64,
    /// What they refer to.
    pub(crate) references: Vec<String>,
}

impl Waf {
    /// Checks a web ACL of the caller's account.
    pub(crate) async fn check_web_acl(
        &self,
        call: &Call,
        scope: WebScope,
        acl: WebAcl,
    ) -> Result<Checked, Failure> {
        validate::web_acl(&acl).map_err(|found| error::invalid_parameter(&found))?;
        let (shelf, references) = self.shelf(call, scope, &acl.rules).await?;
        let capacity = shelf.capacity(&acl.rules)?;
        let account = call.account.to_string();
        blocking(move || {
            let library = shelf.library()?;
            Plan::compile(&acl, &account, &library)
                .map(drop)
                .map_err(|found| error::refused(&found))
        })
        .await?;
        if capacity > MOST_CAPACITY {
            return Err(error::invalid("WEB_ACL", capacity, error::OVER_CAPACITY).into());
        }
        Ok(Checked { capacity, references })
    }

    /// Checks a rule group of the caller's account that may cost `limit`.
    pub(crate) async fn check_rule_group(
        &self,
        call: &Call,
        scope: WebScope,
        group: RuleGroup,
        limit: u64,
    ) -> Result<Checked, Failure> {
        validate::rule_group(&group).map_err(|found| error::invalid_parameter(&found))?;
        let (shelf, references) = self.shelf(call, scope, &group.rules).await?;
        let capacity = shelf.capacity(&group.rules)?;
        let account = call.account.to_string();
        blocking(move || {
            let library = shelf.library()?;
            check_rule_group(&group, &account, &library).map_err(|found| error::refused(&found))
        })
        .await?;
        if capacity > limit.min(MOST_CAPACITY) {
            return Err(error::invalid("RULE_GROUP", capacity, error::OVER_CAPACITY).into());
        }
        Ok(Checked { capacity, references })
    }

    /// What these rules cost.
    pub(crate) async fn capacity_of(
        &self,
        call: &Call,
        scope: WebScope,
        rules: &[Rule],
    ) -> Result<u64, Failure> {
        validate::bare_rules(rules).map_err(|found| error::invalid_parameter(&found))?;
        let (shelf, _) = self.shelf(call, scope, rules).await?;
        shelf.capacity(rules)
    }

    async fn shelf(
        &self,
        call: &Call,
        scope: WebScope,
        rules: &[Rule],
    ) -> Result<(Shelf, Vec<String>), Failure> {
        let references = References::of(rules);
        let mut entities = self.referred_to(call, scope, &references).await?;
        // What shared and own rule groups refer to is their owners' business.
        let inner: Vec<String> = entities
            .iter()
            .flat_map(|entity| entity.content.references().to_vec())
            .collect();
        for arn in inner {
            if let Some(name) = FullName::parse(&arn)
                && let Some(entity) = store::find(&self.platform.store, &name).await?
            {
                entities.push(entity);
            }
        }
        Ok((Shelf(entities), references.into_arns()))
    }
}

/// Rule groups and sets that rules refer to, from one and the same moment.
struct Shelf(Vec<Arc<Entity>>);

impl Shelf {
    fn capacity(&self, rules: &[Rule]) -> Result<u64, Failure> {
        let groups = self.0.iter().filter_map(|entity| match &entity.content {
            Content::RuleGroup { capacity, .. } => Some((entity.arn(), *capacity)),
            _ => None,
        });
        let known = Known(groups.collect());
        check_capacity(rules, &known).ok_or_else(|| error::nonexistent().into())
    }

    fn library(&self) -> Result<Library, Failure> {
        let mut library = Library::default();
        for entity in &self.0 {
            let arn = entity.arn();
            let added = match &entity.content {
                Content::WebAcl { .. } => Ok(()),
                Content::RuleGroup { request, .. } => {
                    library.add_rule_group(&arn, request.as_bytes(), SearchStringEncoding::Base64)
                }
                Content::IpSet { addresses, .. } => library.add_ip_set(&arn, addresses),
                Content::RegexPatternSet { patterns } => library.add_pattern_set(&arn, patterns),
            };
            added.map_err(Failure::internal)?;
        }
        Ok(library)
    }
}

/// Capacities of own rule groups by ARN; those of managed ones are fixed.
struct Known(HashMap<String, u64>);

impl GroupCapacity for Known {
    fn rule_group(&self, arn: &str) -> Option<u64> {
        self.0.get(arn).copied()
    }

    fn managed_rule_group(&self, vendor: &str, name: &str, version: Option<&str>) -> Option<u64> {
        let group = haechi_managed::find(vendor, name)?;
        let known = version.is_none_or(|version| group.has_version(version));
        known.then_some(group.capacity)
    }
}

/// Expressions of a big web ACL take a while to compile: that leaves the async threads.
async fn blocking(work: impl FnOnce() -> Result<(), Failure> + Send + 'static) -> Result<(), Failure> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(Failure::internal)?
}
