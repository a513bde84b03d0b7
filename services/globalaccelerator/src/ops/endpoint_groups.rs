//! CreateEndpointGroup, DescribeEndpointGroup, ListEndpointGroups, UpdateEndpointGroup, DeleteEndpointGroup.
//!
//! A listener has one group for each Region.

use std::sync::Arc;

use haechi_api_globalaccelerator as api;
use haechi_api_globalaccelerator::error::ErrorCode;
use haechi_core::{Call, Failure};
use haechi_wire::{Empty, Stored};

use crate::ops::endpoints::described;
use crate::paging::page;
use crate::{GlobalAccelerator, error, identifiers};

pub(crate) async fn create_endpoint_group(
    accelerators: Arc<GlobalAccelerator>,
    call: Arc<Call>,
    input: api::CreateEndpointGroupRequest,
) -> Result<api::CreateEndpointGroupResponse, Failure> {
    let arn = input.listener_arn.clone().unwrap_or_default();
    let (place, _) = accelerators.open(&call, &arn).await?;
    let id = identifiers::endpoint_group(&*accelerators.platform.random);
    let region = input
        .endpoint_group_region
        .clone()
        .unwrap_or_else(|| call.region.to_string());
    let input = &input;
    accelerators
        .change(&call, &place, |it| {
            let listener = it.listener_mut(&place)?;
            if listener
                .groups
                .values()
                .any(|group| group.endpoint_group_region.as_deref() == Some(&region))
            {
                return Err(error::refused(
                    ErrorCode::EndpointGroupAlreadyExistsException,
                    "The endpoint group that you specified already exists for this Region.",
                ));
            }
            let first_port = listener
                .shown
                .port_ranges
                .as_ref()
                .and_then(|all| all.first()?.from_port);
            let protocol = input
                .health_check_protocol
                .clone()
                .unwrap_or(api::HealthCheckProtocol::Tcp);
            let path = (protocol != api::HealthCheckProtocol::Tcp)
                .then(|| input.health_check_path.clone().unwrap_or_else(|| "/".to_owned()));
            let group = api::EndpointGroup {
                endpoint_group_arn: Some(format!("{arn}/endpoint-group/{id}")),
                endpoint_group_region: Some(region.clone()),
                endpoint_descriptions: Some(described(input.endpoint_configurations.clone())?),
                traffic_dial_percentage: Some(input.traffic_dial_percentage.unwrap_or(100.0)),
                health_check_port: input.health_check_port.or(first_port),
                health_check_protocol: Some(protocol),
                health_check_path: path,
                health_check_interval_seconds: Some(input.health_check_interval_seconds.unwrap_or(30)),
                threshold_count: Some(input.threshold_count.unwrap_or(3)),
                port_overrides: Some(input.port_overrides.clone().unwrap_or_default()),
            };
            listener.groups.insert(id.clone(), Stored(group.clone()));
            Ok(api::CreateEndpointGroupResponse {
                endpoint_group: Some(group),
            })
        })
        .await
}

pub(crate) async fn describe_endpoint_group(
    accelerators: Arc<GlobalAccelerator>,
    call: Arc<Call>,
    input: api::DescribeEndpointGroupRequest,
) -> Result<api::DescribeEndpointGroupResponse, Failure> {
    let (place, found) = accelerators
        .open(&call, &input.endpoint_group_arn.unwrap_or_default())
        .await?;
    Ok(api::DescribeEndpointGroupResponse {
        endpoint_group: Some(found.group(&place)?.clone()),
    })
}

pub(crate) async fn list_endpoint_groups(
    accelerators: Arc<GlobalAccelerator>,
    call: Arc<Call>,
    input: api::ListEndpointGroupsRequest,
) -> Result<api::ListEndpointGroupsResponse, Failure> {
    let (place, found) = accelerators
        .open(&call, &input.listener_arn.unwrap_or_default())
        .await?;
    let groups = &found.listener(&place)?.groups;
    let token = input.next_token.as_deref();
    let (items, next_token) = page(groups, |(id, _)| (*id).clone(), token, input.max_results)?;
    Ok(api::ListEndpointGroupsResponse {
        endpoint_groups: Some(items.into_iter().map(|(_, it)| it.0.clone()).collect()),
        next_token,
    })
}

pub(crate) async fn update_endpoint_group(
    accelerators: Arc<GlobalAccelerator>,
    call: Arc<Call>,
    input: api::UpdateEndpointGroupRequest,
) -> Result<api::UpdateEndpointGroupResponse, Failure> {
    let (place, _) = accelerators
        .open(&call, input.endpoint_group_arn.as_deref().unwrap_or_default())
        .await?;
    let input = &input;
    accelerators
        .change(&call, &place, |it| {
            let group = it.group_mut(&place)?;
            if input.endpoint_configurations.is_some() {
                group.endpoint_descriptions = Some(described(input.endpoint_configurations.clone())?);
            }
            group.traffic_dial_percentage = input.traffic_dial_percentage.or(group.traffic_dial_percentage);
            group.health_check_port = input.health_check_port.or(group.health_check_port);
            if input.health_check_protocol.is_some() {
                group
                    .health_check_protocol
                    .clone_from(&input.health_check_protocol);
            }
            if input.health_check_path.is_some() {
                group.health_check_path.clone_from(&input.health_check_path);
            }
            group.health_check_interval_seconds = input
                .health_check_interval_seconds
                .or(group.health_check_interval_seconds);
            group.threshold_count = input.threshold_count.or(group.threshold_count);
            if input.port_overrides.is_some() {
                group.port_overrides.clone_from(&input.port_overrides);
            }
            Ok(api::UpdateEndpointGroupResponse {
                endpoint_group: Some(group.clone()),
            })
        })
        .await
}

pub(crate) async fn delete_endpoint_group(
    accelerators: Arc<GlobalAccelerator>,
    call: Arc<Call>,
    input: api::DeleteEndpointGroupRequest,
) -> Result<Empty, Failure> {
    let (place, _) = accelerators
        .open(&call, &input.endpoint_group_arn.unwrap_or_default())
        .await?;
    accelerators
        .change(&call, &place, |it| {
            let groups = &mut it
                .listener_mut(&place)
                .map_err(|_| error::no_such_group())?
                .groups;
            let gone = groups.remove(place.group.as_deref().unwrap_or_default());
            gone.map(|_| Empty::default()).ok_or_else(error::no_such_group)
        })
        .await
}
