//! A web ACL, rule group, IP set or regex pattern set.

use std::collections::BTreeMap;

use haechi_core::Random;
use serde::{Deserialize, Serialize};

use haechi_core::{AccountId, Region};

use super::kind::Kind;
use super::name::FullName;
use super::web_scope::WebScope;

/// Tags, by key.
pub(crate) type Tags = BTreeMap<String, String>;

/// What all four kinds have, and the content of the one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Entity {
    pub(crate) kind: Kind,
    pub(crate) scope: WebScope,
    pub(crate) account: AccountId,
    pub(crate) region: Region,
    pub(crate) name: String,
    pub(crate) id: String,
    pub(crate) description: Option<String>,
    /// Changes with every change but those of tags and associations.
    pub(crate) lock_token: String,
    pub(crate) tags: Tags,
    pub(crate) content: Content,
}

/// What a thing consists of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Content {
    WebAcl {
        /// The CreateWebACL request that would make it as it is now, in AWS's JSON, without its tags.
        request: String,
        /// What its rules cost.
        capacity: u64,
        /// ARNs of the rule groups and sets that its rules refer to.
        references: Vec<String>,
    },
    RuleGroup {
        /// The CreateRuleGroup request that would make it as it is now, in AWS's JSON, without its tags.
        request: String,
        /// What its rules may cost, for ever.
        capacity: u64,
        /// ARNs of the sets that its rules refer to.
        references: Vec<String>,
        /// Who may use it in other accounts: a policy.
        permissions: Option<String>,
    },
    IpSet {
        /// `IPV4` or `IPV6`.
        version: String,
        addresses: Vec<String>,
    },
    RegexPatternSet {
        patterns: Vec<String>,
    },
}

impl Content {
    /// ARNs that the content refers to.
    pub(crate) fn references(&self) -> &[String] {
        match self {
            Self::WebAcl { references, .. } | Self::RuleGroup { references, .. } => references,
            Self::IpSet { .. } | Self::RegexPatternSet { .. } => &[],
        }
    }
}

impl Entity {
    /// A new thing.
    pub(crate) fn new(
        random: &dyn Random,
        name: FullName,
        description: Option<String>,
        tags: Tags,
        content: Content,
    ) -> Self {
        Self {
            kind: name.kind,
            scope: name.scope,
            account: name.account,
            region: name.region,
            name: name.name,
            id: name.id,
            description,
            lock_token: random.uuid(),
            tags,
            content,
        }
    }

    /// The ARN.
    pub(crate) fn arn(&self) -> String {
        self.full_name().arn()
    }

    /// Everything that the ARN says.
    pub(crate) fn full_name(&self) -> FullName {
        FullName {
            kind: self.kind,
            scope: self.scope,
            account: self.account.clone(),
            region: self.region.clone(),
            name: self.name.clone(),
            id: self.id.clone(),
        }
    }
}

/// What lists say of a thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Summary {
    pub(crate) name: String,
    pub(crate) id: String,
    pub(crate) description: Option<String>,
    pub(crate) lock_token: String,
    pub(crate) arn: String,
}

impl From<&Entity> for Summary {
    fn from(entity: &Entity) -> Self {
        Self {
            name: entity.name.clone(),
            id: entity.id.clone(),
            description: entity.description.clone(),
            lock_token: entity.lock_token.clone(),
            arn: entity.arn(),
        }
    }
}
