//! AddEndpoints, RemoveEndpoints: of a group, one by one; ListCrossAccountResources: what others lend for endpoints.

use std::sync::Arc;

use haechi_api_globalaccelerator as api;
use haechi_core::{Call, Failure};
use haechi_policy::Context;
use haechi_wire::Empty;

use crate::paging::page;
use crate::{GlobalAccelerator, error};

const DEFAULT_WEIGHT: i32 = 128;

pub(crate) async fn add_endpoints(
    accelerators: Arc<GlobalAccelerator>,
    call: Arc<Call>,
    input: api::AddEndpointsRequest,
) -> Result<api::AddEndpointsResponse, Failure> {
    let arn = input.endpoint_group_arn.unwrap_or_default();
    let (place, _) = accelerators.open(&call, &arn).await?;
    let new = described(input.endpoint_configurations)?;
    accelerators
        .change(&call, &place, |it| {
            let present = it
                .group_mut(&place)?
                .endpoint_descriptions
                .get_or_insert_default();
            present.retain(|old| !new.iter().any(|it| it.endpoint_id == old.endpoint_id));
            present.extend(new.clone());
            Ok(api::AddEndpointsResponse {
                endpoint_descriptions: Some(present.clone()),
                endpoint_group_arn: Some(arn.clone()),
            })
        })
        .await
}

pub(crate) async fn remove_endpoints(
    accelerators: Arc<GlobalAccelerator>,
    call: Arc<Call>,
    input: api::RemoveEndpointsRequest,
) -> Result<Empty, Failure> {
    let (place, _) = accelerators
        .open(&call, &input.endpoint_group_arn.unwrap_or_default())
        .await?;
    let gone = input.endpoint_identifiers.unwrap_or_default();
    accelerators
        .change(&call, &place, |it| {
            let present = it
                .group_mut(&place)?
                .endpoint_descriptions
                .get_or_insert_default();
            present.retain(|old| !gone.iter().any(|it| it.endpoint_id == old.endpoint_id));
            Ok(Empty::default())
        })
        .await
}

/// What accounts lend each other by cross-account attachments. None can be made here, so none is ever lent; Terraform
/// asks before it describes an endpoint group.
pub(crate) async fn list_cross_account_resources(
    accelerators: Arc<GlobalAccelerator>,
    call: Arc<Call>,
    input: api::ListCrossAccountResourcesRequest,
) -> Result<api::ListCrossAccountResourcesResponse, Failure> {
    if let Some(arn) = &input.accelerator_arn {
        accelerators.open(&call, arn).await?;
    } else {
        let gate = &accelerators.platform.gate;
        gate.authorize_own(&call, "*", Context::new(), ()).await?;
    }
    let none = Vec::<api::CrossAccountResource>::new();
    let (none, next_token) = page(
        none,
        |_| String::new(),
        input.next_token.as_deref(),
        input.max_results,
    )?;
    Ok(api::ListCrossAccountResourcesResponse {
        cross_account_resources: Some(none),
        next_token,
    })
}

/// Endpoints as they are shown. The client's address is kept for application load balancers unless it is unwanted.
pub(crate) fn described(
    given: Option<Vec<api::EndpointConfiguration>>,
) -> Result<Vec<api::EndpointDescription>, Failure> {
    let mut endpoints: Vec<api::EndpointDescription> = Vec::new();
    for endpoint in given.unwrap_or_default() {
        let id = endpoint.endpoint_id.unwrap_or_default();
        if id.is_empty()
            || endpoints
                .iter()
                .any(|known| known.endpoint_id.as_deref() == Some(&id))
        {
            return Err(error::invalid(
                "Endpoint IDs must be there and be unique within an endpoint group.",
            ));
        }
        let preserved = endpoint
            .client_ip_preservation_enabled
            .unwrap_or_else(|| is_application_load_balancer(&id));
        endpoints.push(api::EndpointDescription {
            endpoint_id: Some(id),
            weight: Some(endpoint.weight.unwrap_or(DEFAULT_WEIGHT)),
            health_state: Some(api::HealthState::Healthy),
            health_reason: None,
            client_ip_preservation_enabled: Some(preserved),
        });
    }
    Ok(endpoints)
}

/// Whether an endpoint is an application load balancer, by its ARN.
pub(crate) fn is_application_load_balancer(id: &str) -> bool {
    id.contains(":loadbalancer/app/")
}
