//! What the gateway needs to know of web ACLs: all of them, with what they refer to.
//!
//! Those without resources are told too: a balancer that asks for verdicts may name any web ACL.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use async_trait::async_trait;
use haechi_core::{Arn, Failure};
use haechi_dataplane::{Protection, Protections, WebAcls, associations};
use haechi_store::Txn;
use sha2::{Digest, Sha256};

use crate::model::entity::{Content, Entity};
use crate::model::kind::Kind;
use crate::model::name::FullName;
use crate::{Waf, logging, store};

/// Records that are read at once.
const PAGE: usize = 500;

#[async_trait]
impl Protections for Waf {
    async fn protections(&self) -> Result<Vec<Protection>, Failure> {
        let store = &self.platform.store;
        let (mut all, mut after) = (Vec::new(), None);
        loop {
            let rows = store
                .list_everywhere(&store::ENTITIES, after.as_ref(), PAGE)
                .await?;
            after = rows
                .last()
                .map(|(scope, _, last)| store::key_of(scope, &last.value));
            let whole = rows.len() < PAGE;
            all.extend(rows.into_iter().map(|(_, _, row)| row.value));
            if whole {
                break;
            }
        }
        let by_arn: BTreeMap<String, Arc<Entity>> =
            all.into_iter().map(|entity| (entity.arn(), entity)).collect();
        let mut protections = Vec::new();
        for (arn, acl) in by_arn.iter().filter(|(_, entity)| entity.kind == Kind::WebAcl) {
            protections.push(self.protection(arn, acl, &by_arn).await?);
        }
        Ok(protections)
    }
}

#[async_trait]
impl WebAcls for Waf {
    async fn exists(&self, txn: &Txn, web_acl: &Arn) -> Result<bool, Failure> {
        let Some(name) = web_acl_name(web_acl.as_str()) else {
            return Ok(false);
        };
        Ok(store::seen(txn, &name).await?.is_some())
    }
}

impl Waf {
    async fn protection(
        &self,
        arn: &str,
        acl: &Entity,
        by_arn: &BTreeMap<String, Arc<Entity>>,
    ) -> Result<Protection, Failure> {
        let mut protection = Protection {
            web_acl: arn.to_owned(),
            account: acl.account.to_string(),
            digest: String::new(),
            definition: String::new(),
            rule_groups: BTreeMap::new(),
            ip_sets: BTreeMap::new(),
            regex_pattern_sets: BTreeMap::new(),
            resources: self.resources(acl, arn).await?,
            logging: logging::configuration(self, &acl.full_name()).await?,
            token_key: self.token_key(&acl.account, &acl.region).await?,
        };
        let mut digest = Sha256::new();
        gather(arn, by_arn, &mut protection, &mut digest);
        for part in protection.resources.iter().chain(&protection.logging) {
            digest.update([0]);
            digest.update(part);
        }
        for byte in digest.finalize() {
            // Writing to a string can't fail.
            let _ = write!(protection.digest, "{byte:02x}");
        }
        Ok(protection)
    }

    /// ARNs of the resources that a web ACL guards.
    pub(crate) async fn resources(&self, acl: &Entity, arn: &str) -> Result<Vec<String>, Failure> {
        let region = &acl.region;
        self.platform
            .store
            .txn(|txn| async move { Ok(associations::resources_of(&txn, region, arn).await?) })
            .await
    }
}

/// Takes in a thing and what it refers to. Lock tokens change with every change of content, so they stand for it.
fn gather(
    arn: &str,
    by_arn: &BTreeMap<String, Arc<Entity>>,
    protection: &mut Protection,
    digest: &mut Sha256,
) {
    let known = protection.rule_groups.contains_key(arn)
        || protection.ip_sets.contains_key(arn)
        || protection.regex_pattern_sets.contains_key(arn);
    let Some(entity) = by_arn.get(arn).filter(|_| !known) else {
        return;
    };
    digest.update(arn);
    digest.update([0]);
    digest.update(&entity.lock_token);
    match &entity.content {
        Content::WebAcl { request, .. } => protection.definition.clone_from(request),
        Content::RuleGroup { request, .. } => {
            protection.rule_groups.insert(arn.to_owned(), request.clone());
        }
        Content::IpSet { addresses, .. } => {
            protection.ip_sets.insert(arn.to_owned(), addresses.clone());
        }
        Content::RegexPatternSet { patterns } => {
            protection
                .regex_pattern_sets
                .insert(arn.to_owned(), patterns.clone());
        }
    }
    for reference in entity.content.references() {
        gather(reference, by_arn, protection, digest);
    }
}

/// The web ACL that an ARN names, if it is one.
pub(crate) fn web_acl_name(arn: &str) -> Option<FullName> {
    FullName::parse(arn).filter(|name| name.kind == Kind::WebAcl)
}
