//! A deployment: an API's resources as they were.

use std::collections::BTreeMap;

use haechi_api_apigateway as api;
use haechi_core::Failure;
use haechi_wire::{Stored, Timestamp};
use serde::{Deserialize, Serialize};

use crate::error;
use crate::model::rest_api::{Resource, RestApi};

/// A deployment of an API.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Deployment {
    pub(crate) id: String,
    pub(crate) description: Option<String>,
    pub(crate) created_ms: i64,
    /// The resources of the API at that time.
    pub(crate) resources: Vec<Resource>,
    /// The API's settings that bear on requests.
    pub(crate) api: Stored<api::RestApi>,
}

impl Deployment {
    /// The API as it is now, if it can be served.
    pub(crate) fn of(
        api: &RestApi,
        id: String,
        description: Option<String>,
        now: Timestamp,
    ) -> Result<Self, Failure> {
        let mut methods = api
            .resources
            .values()
            .flat_map(|it| it.methods.values())
            .peekable();
        if methods.peek().is_none() {
            return Err(error::bad_request("The REST API doesn't contain any methods"));
        }
        if methods.any(|method| method.method_integration.is_none()) {
            return Err(error::bad_request("No integration defined for method"));
        }
        Ok(Self {
            id,
            description,
            created_ms: now.as_millis(),
            resources: api.resources.values().cloned().collect(),
            api: api.shown.clone(),
        })
    }

    /// As it is shown; with its methods where the request embeds `apisummary`.
    pub(crate) fn shown(&self, with_summary: bool) -> api::Deployment {
        api::Deployment {
            id: Some(self.id.clone()),
            description: self.description.clone(),
            created_date: Some(Timestamp::from_millis(self.created_ms)),
            api_summary: with_summary.then(|| self.summary()),
        }
    }

    fn summary(&self) -> BTreeMap<String, BTreeMap<String, api::MethodSnapshot>> {
        let snapshot = |method: &api::Method| api::MethodSnapshot {
            authorization_type: method.authorization_type.clone(),
            api_key_required: method.api_key_required,
        };
        let resources = self.resources.iter().filter(|it| !it.methods.is_empty());
        resources
            .map(|resource| {
                let methods = resource.methods.iter();
                let methods = methods.map(|(name, method)| (name.clone(), snapshot(method)));
                (resource.path.clone(), methods.collect())
            })
            .collect()
    }
}
