//! What is done in one way to the responses of a method and to those of its integration: they are shown, patched and
//! taken away by status code.

use std::collections::BTreeMap;

use haechi_api_apigateway as api;
use haechi_core::{Call, Failure};
use haechi_wire::{Empty, Shape};

use crate::model::rest_api::RestApi;
use crate::patch::Patch;
use crate::{ApiGateway, error};

/// Where a response stands.
pub(crate) struct Place {
    pub(crate) api: String,
    pub(crate) resource: String,
    pub(crate) method: String,
    pub(crate) status: String,
}

/// Where the response of a request stands.
macro_rules! place {
    ($input:ident) => {
        Place {
            api: $input.rest_api_id.unwrap_or_default(),
            resource: $input.resource_id.unwrap_or_default(),
            method: $input.http_method.unwrap_or_default(),
            status: $input.status_code.unwrap_or_default(),
        }
    };
}
pub(crate) use place;

/// A response of a method or of its integration.
pub(crate) trait Response: Shape {
    /// Those of the method, by status code.
    fn all<'a>(api: &'a RestApi, place: &Place) -> Result<Option<&'a BTreeMap<String, Self>>, Failure>;

    /// As [`Response::all`], to be changed.
    fn all_mut<'a>(
        api: &'a mut RestApi,
        place: &Place,
    ) -> Result<Option<&'a mut BTreeMap<String, Self>>, Failure>;

    /// Does what a patch says.
    fn apply(&mut self, patch: &Patch) -> Result<(), Failure>;
}

/// Finds the API and shows the response.
pub(crate) async fn show<R: Response>(
    gateway: &ApiGateway,
    call: &Call,
    place: &Place,
) -> Result<R, Failure> {
    let api = gateway.open(call, &place.api).await?;
    let found = R::all(&api, place)?.and_then(|all| all.get(&place.status));
    found.cloned().ok_or_else(error::no_such_response)
}

/// Patches the response and shows it.
pub(crate) async fn update<R: Response>(
    gateway: &ApiGateway,
    call: &Call,
    place: &Place,
    patches: Option<Vec<api::PatchOperation>>,
) -> Result<R, Failure> {
    gateway.open(call, &place.api).await?;
    let patches = Patch::all(patches)?;
    gateway
        .change(call, &place.api, |api| {
            let response = R::all_mut(api, place)?.and_then(|all| all.get_mut(&place.status));
            let response = response.ok_or_else(error::no_such_response)?;
            for patch in &patches {
                response.apply(patch)?;
            }
            Ok(response.clone())
        })
        .await
}

/// Takes the response away.
pub(crate) async fn delete<R: Response>(
    gateway: &ApiGateway,
    call: &Call,
    place: &Place,
) -> Result<Empty, Failure> {
    gateway.open(call, &place.api).await?;
    gateway
        .change(call, &place.api, |api| {
            let gone = R::all_mut(api, place)?.and_then(|all| all.remove(&place.status));
            gone.map(|_| Empty::default()).ok_or_else(error::no_such_response)
        })
        .await
}
