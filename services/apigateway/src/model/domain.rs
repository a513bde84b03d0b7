//! A custom domain name and what its paths lead to.

use std::collections::BTreeMap;

use haechi_api_apigateway as api;
use haechi_wire::Stored;
use serde::{Deserialize, Serialize};

/// The base path of a mapping that has none.
pub(crate) const NO_PATH: &str = "(none)";

/// A custom domain name.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Domain {
    /// What is shown of it.
    pub(crate) shown: Stored<api::DomainName>,
    /// By base path; [`NO_PATH`] for the whole domain.
    pub(crate) mappings: BTreeMap<String, Mapping>,
}

/// Where a base path leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Mapping {
    /// The API.
    pub(crate) api: String,
    /// Its stage; without one the stage is the first segment behind the base path.
    pub(crate) stage: Option<String>,
}

impl Domain {
    pub(crate) fn name(&self) -> &str {
        self.shown.domain_name.as_deref().unwrap_or_default()
    }
}

impl Mapping {
    pub(crate) fn shown(&self, base_path: &str) -> api::BasePathMapping {
        api::BasePathMapping {
            base_path: Some(base_path.to_owned()),
            rest_api_id: Some(self.api.clone()),
            stage: self.stage.clone(),
        }
    }
}
