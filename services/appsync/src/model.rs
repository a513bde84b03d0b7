//! What is true of a GraphQL API and its parts, whatever the request.

use std::collections::BTreeMap;

use haechi_api_appsync as api;
use haechi_core::{AccountId, Partition, Region};
use haechi_keyring::Sealed;
use haechi_wire::Stored;
use serde::{Deserialize, Serialize};

/// A GraphQL API with its keys and data sources.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Api {
    pub(crate) id: String,
    /// What is shown of it, but for its web ACL, which WAF knows.
    pub(crate) shown: Stored<api::GraphqlApi>,
    /// Its keys, the oldest first.
    pub(crate) keys: Vec<ApiKey>,
    /// Its data sources by name.
    pub(crate) sources: BTreeMap<String, Stored<api::DataSource>>,
    /// The first label of its host names.
    pub(crate) host: String,
}

/// A key of an API: whoever has it may ask, so that it rests sealed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ApiKey {
    /// `da2-…`, sealed.
    pub(crate) secret: Sealed,
    pub(crate) description: Option<String>,
    /// Seconds of Unix time.
    pub(crate) expires: i64,
}

/// A key is deleted sixty days after it has expired.
const KEPT_SECONDS: i64 = 60 * 86_400;

impl ApiKey {
    pub(crate) fn shown(&self, id: &str) -> api::ApiKey {
        api::ApiKey {
            id: Some(id.to_owned()),
            description: self.description.clone(),
            expires: Some(self.expires),
            deletes: Some(self.expires + KEPT_SECONDS),
        }
    }

    /// Whether it is still shown.
    pub(crate) fn is_kept(&self, now_seconds: i64) -> bool {
        now_seconds < self.expires + KEPT_SECONDS
    }
}

/// `arn:aws:appsync:REGION:ACCOUNT:apis/ID`.
pub(crate) fn arn(partition: Partition, region: &Region, account: &AccountId, id: &str) -> String {
    format!("arn:{partition}:appsync:{region}:{account}:apis/{id}")
}

/// Where an API is asked, and where its subscriptions are.
pub(crate) fn hosts(host: &str, region: &Region) -> [String; 2] {
    let suffix = region.partition().dns_suffix();
    [
        format!("{host}.appsync-api.{region}.{suffix}"),
        format!("{host}.appsync-realtime-api.{region}.{suffix}"),
    ]
}
