//! A stage: a deployment under a name.

use haechi_api_apigateway as api;
use haechi_core::{Partition, Region};
use haechi_wire::Stored;
use serde::{Deserialize, Serialize};

/// A stage of an API.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Stage {
    /// The API's id.
    pub(crate) api: String,
    /// Its name.
    pub(crate) name: String,
    /// What is shown of it, but for its web ACL, which WAF knows.
    pub(crate) shown: Stored<api::Stage>,
}

impl Stage {
    pub(crate) fn deployment(&self) -> &str {
        self.shown.deployment_id.as_deref().unwrap_or_default()
    }
}

/// What a web ACL is associated with: it names no account.
pub(crate) fn stage_arn(partition: Partition, region: &Region, api: &str, stage: &str) -> String {
    format!("arn:{partition}:apigateway:{region}::/restapis/{api}/stages/{stage}")
}
