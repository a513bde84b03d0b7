//! A distribution and its invalidations.

use std::collections::BTreeMap;

use haechi_api_cloudfront as api;
use haechi_core::{AccountId, Partition};
use haechi_wire::{Stored, Timestamp};
use serde::{Deserialize, Serialize};

/// A distribution.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Distribution {
    /// `E…`
    pub(crate) id: String,
    /// Its owner.
    pub(crate) account: AccountId,
    /// `d….cloudfront.net`
    pub(crate) domain_name: String,
    /// Changes with every update.
    pub(crate) etag: String,
    pub(crate) modified_ms: i64,
    /// Its configuration, completed with CloudFront's defaults.
    pub(crate) config: Stored<api::DistributionConfig>,
    pub(crate) tags: BTreeMap<String, String>,
}

/// An invalidation. The gateway keeps no cache, so that there is nothing left to do once it is recorded.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Invalidation {
    pub(crate) id: String,
    pub(crate) created_ms: i64,
    pub(crate) batch: Stored<api::InvalidationBatch>,
}

/// Whether a configuration has reached all edges. It has as soon as it is committed; the answer to the change itself
/// says that it is on its way, as clients expect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    InProgress,
    Deployed,
}

impl Status {
    const fn as_str(self) -> &'static str {
        match self {
            Self::InProgress => "InProgress",
            Self::Deployed => "Deployed",
        }
    }
}

impl Distribution {
    pub(crate) fn arn(&self) -> String {
        arn(&self.account, &self.id)
    }

    pub(crate) fn is_enabled(&self) -> bool {
        self.config.enabled == Some(true)
    }

    /// Its alternate domain names.
    pub(crate) fn aliases(&self) -> &[String] {
        let aliases = self.config.aliases.as_ref();
        aliases.and_then(|it| it.items.as_deref()).unwrap_or_default()
    }

    /// Its web ACL, as the configuration names it.
    pub(crate) fn web_acl(&self) -> Option<&str> {
        self.config.web_acl_id.as_deref().filter(|id| !id.is_empty())
    }

    pub(crate) fn shown(&self, status: Status) -> api::Distribution {
        let config = &self.config;
        let signers = config
            .default_cache_behavior
            .as_ref()
            .and_then(|it| it.trusted_signers.as_ref());
        api::Distribution {
            id: Some(self.id.clone()),
            arn: Some(self.arn()),
            status: Some(status.as_str().to_owned()),
            last_modified_time: Some(Timestamp::from_millis(self.modified_ms)),
            in_progress_invalidation_batches: Some(0),
            domain_name: Some(self.domain_name.clone()),
            active_trusted_signers: Some(api::ActiveTrustedSigners {
                enabled: Some(signers.is_some_and(|it| it.enabled == Some(true))),
                quantity: Some(0),
                items: None,
            }),
            active_trusted_key_groups: Some(api::ActiveTrustedKeyGroups {
                enabled: Some(false),
                quantity: Some(0),
                items: None,
            }),
            distribution_config: Some(config.0.clone()),
            alias_icp_recordals: self.icp_recordals(),
        }
    }

    pub(crate) fn summary(&self) -> api::DistributionSummary {
        let config = self.config.0.clone();
        api::DistributionSummary {
            id: Some(self.id.clone()),
            arn: Some(self.arn()),
            e_tag: Some(self.etag.clone()),
            status: Some(Status::Deployed.as_str().to_owned()),
            last_modified_time: Some(Timestamp::from_millis(self.modified_ms)),
            domain_name: Some(self.domain_name.clone()),
            aliases: config.aliases,
            origins: config.origins,
            origin_groups: config.origin_groups,
            default_cache_behavior: config.default_cache_behavior,
            cache_behaviors: config.cache_behaviors,
            custom_error_responses: config.custom_error_responses,
            comment: config.comment,
            price_class: config.price_class,
            enabled: config.enabled,
            viewer_certificate: config.viewer_certificate,
            restrictions: config.restrictions,
            web_acl_id: config.web_acl_id,
            http_version: config.http_version,
            is_ipv6_enabled: config.is_ipv6_enabled,
            alias_icp_recordals: self.icp_recordals(),
            staging: config.staging,
            connection_mode: config.connection_mode,
            anycast_ip_list_id: config.anycast_ip_list_id,
            viewer_mtls_config: config.viewer_mtls_config,
            connection_function_association: config.connection_function_association,
        }
    }

    /// China's registration of each alternate domain name; outside of China all count as approved.
    fn icp_recordals(&self) -> Option<Vec<api::AliasICPRecordal>> {
        let recordal = |alias: &String| api::AliasICPRecordal {
            cname: Some(alias.clone()),
            icp_recordal_status: Some(api::ICPRecordalStatus::Approved),
        };
        let aliases = self.aliases();
        (!aliases.is_empty()).then(|| aliases.iter().map(recordal).collect())
    }
}

impl Invalidation {
    pub(crate) fn shown(&self, status: Status) -> api::Invalidation {
        api::Invalidation {
            id: Some(self.id.clone()),
            status: Some(done(status).to_owned()),
            create_time: Some(Timestamp::from_millis(self.created_ms)),
            invalidation_batch: Some(self.batch.0.clone()),
        }
    }

    pub(crate) fn summary(&self) -> api::InvalidationSummary {
        api::InvalidationSummary {
            id: Some(self.id.clone()),
            create_time: Some(Timestamp::from_millis(self.created_ms)),
            status: Some(done(Status::Deployed).to_owned()),
        }
    }
}

const fn done(status: Status) -> &'static str {
    match status {
        Status::InProgress => "InProgress",
        Status::Deployed => "Completed",
    }
}

/// `arn:aws:cloudfront::ACCOUNT:distribution/ID`.
pub(crate) fn arn(account: &AccountId, id: &str) -> String {
    format!("arn:{}:cloudfront::{account}:distribution/{id}", Partition::Aws)
}
