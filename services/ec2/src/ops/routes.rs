//! Routes: CreateRoute, ReplaceRoute, DeleteRoute.
//!
//! Source: EC2 API reference, CreateRoute: one destination, one target; an internet gateway must be attached to the
//! table's VPC. Targets are internet gateways and NAT gateways; of the other kinds there are none here, so that naming
//! one is naming something that is not there. The VPC's own ranges can't be routed elsewhere or removed.

use std::sync::Arc;

use haechi_api_ec2 as api;
use haechi_core::{Call, Failure};
use haechi_store::Txn;
use haechi_wire::Empty;

use crate::cidr::{Cidr, ipv6, ipv6_contains};
use crate::model::nat_gateway::NatGateway;
use crate::model::route_table::{Route, RouteTable, Routing, Target};
use crate::model::vpc::Vpc;
use crate::noun::{Noun, current_all, save};
use crate::ops::vpcs::not_a_range;
use crate::{Ec2, error};

/// What a request names as destination, of which it must name one.
fn destination(
    ipv4: Option<String>,
    range6: Option<String>,
    prefix_list: Option<String>,
) -> Result<String, Failure> {
    if let Some(id) = prefix_list {
        let message = format!("The prefix list ID '{id}' does not exist");
        return Err(error::refuse("InvalidPrefixListID.NotFound", message));
    }
    match (ipv4, range6) {
        (Some(_), Some(_)) => Err(error::refuse(
            "InvalidParameterCombination",
            "The parameter destinationIpv6CidrBlock cannot be used with the parameter destinationCidrBlock",
        )),
        (Some(text), None) => Cidr::parse(&text)
            .map(|range| range.to_string())
            .ok_or_else(|| not_a_range(&text, "destinationCidrBlock")),
        (None, Some(text)) => ipv6(&text)
            .map(|(range, _)| range)
            .ok_or_else(|| not_a_range(&text, "destinationIpv6CidrBlock")),
        (None, None) => Err(error::missing_parameter("destinationCidrBlock")),
    }
}

/// What a request names as target, each with the code and the word for one that is not there.
fn target(input: &api::CreateRouteRequest) -> Result<Target, Failure> {
    let others = [
        (
            &input.vpc_endpoint_id,
            "InvalidVpcEndpointId.NotFound",
            "vpcEndpoint",
        ),
        (
            &input.transit_gateway_id,
            "InvalidTransitGatewayID.NotFound",
            "transitGateway",
        ),
        (
            &input.local_gateway_id,
            "InvalidLocalGatewayID.NotFound",
            "localGateway",
        ),
        (
            &input.carrier_gateway_id,
            "InvalidCarrierGatewayID.NotFound",
            "carrierGateway",
        ),
        (
            &input.core_network_arn,
            "InvalidCoreNetworkArn.NotFound",
            "coreNetwork",
        ),
        (
            &input.odb_network_arn,
            "InvalidOdbNetworkArn.NotFound",
            "odbNetwork",
        ),
        (
            &input.egress_only_internet_gateway_id,
            "InvalidGatewayID.NotFound",
            "egressOnlyInternetGateway",
        ),
        (&input.instance_id, "InvalidInstanceID.NotFound", "instance"),
        (
            &input.network_interface_id,
            "InvalidNetworkInterfaceID.NotFound",
            "networkInterface",
        ),
        (
            &input.vpc_peering_connection_id,
            "InvalidVpcPeeringConnectionID.NotFound",
            "vpcPeeringConnection",
        ),
    ];
    let named = others.iter().filter(|(id, ..)| id.is_some()).count()
        + usize::from(input.gateway_id.is_some())
        + usize::from(input.nat_gateway_id.is_some());
    if named > 1 {
        let message = "A route can have one target only.";
        return Err(error::refuse("InvalidParameterCombination", message));
    }
    if let Some(id) = &input.gateway_id {
        return Ok(Target::InternetGateway(id.clone()));
    }
    if let Some(id) = &input.nat_gateway_id {
        return Ok(Target::NatGateway(id.clone()));
    }
    for (id, code, what) in others {
        if let Some(id) = id {
            return Err(error::missing(code, what, id));
        }
    }
    Err(error::missing_parameter("gatewayId"))
}

/// Whether a table of this VPC may lead there.
async fn admit(
    txn: &Txn,
    call: &Call,
    routing: &Routing,
    table: &RouteTable,
    target: &Target,
) -> Result<(), Failure> {
    match target {
        Target::InternetGateway(id) => {
            let found = routing.gateways.iter().find(|gateway| gateway.id == *id);
            let gateway = found.ok_or_else(|| error::missing("InvalidGatewayID.NotFound", "gateway", id))?;
            if gateway.vpc.as_ref() != Some(&table.vpc) {
                let message = format!(
                    "route table {} and network gateway {id} belong to different networks",
                    table.id
                );
                return Err(error::refuse("InvalidParameterValue", message));
            }
        }
        Target::NatGateway(id) => {
            let all = current_all::<NatGateway>(txn, call).await?;
            let gateway = all.iter().find(|gateway| gateway.id == *id);
            let gateway =
                gateway.ok_or_else(|| error::missing("InvalidNatGatewayID.NotFound", "natGateway", id))?;
            if gateway.vpc != table.vpc {
                let message = format!(
                    "route table {} and network gateway {id} belong to different networks",
                    table.id
                );
                return Err(error::refuse("InvalidParameterValue", message));
            }
        }
    }
    Ok(())
}

/// A destination must be wider than the VPC's own ranges, or lie outside of them.
fn beside_local(vpc: &Vpc, destination: &str) -> Result<(), Failure> {
    let inside = match Cidr::parse(destination) {
        Some(range) => vpc.cidr.contains(range),
        None => vpc
            .ipv6
            .as_ref()
            .is_some_and(|own| ipv6_contains(own, destination)),
    };
    if !inside {
        return Ok(());
    }
    let message = format!(
        "The destination CIDR block {destination} is equal to or more specific than one of this VPC's CIDR \
         blocks. This route can target only an interface or an instance."
    );
    Err(error::refuse("InvalidParameterValue", message))
}

pub(crate) async fn create_route(
    ec2: Arc<Ec2>,
    call: Arc<Call>,
    input: api::CreateRouteRequest,
) -> Result<api::CreateRouteResult, Failure> {
    put_route(ec2, call, input, false).await?;
    Ok(api::CreateRouteResult { r#return: Some(true) })
}

pub(crate) async fn replace_route(
    ec2: Arc<Ec2>,
    call: Arc<Call>,
    input: api::ReplaceRouteRequest,
) -> Result<Empty, Failure> {
    let input = api::CreateRouteRequest {
        destination_prefix_list_id: input.destination_prefix_list_id,
        vpc_endpoint_id: input.vpc_endpoint_id,
        transit_gateway_id: input.transit_gateway_id,
        local_gateway_id: input.local_gateway_id,
        carrier_gateway_id: input.carrier_gateway_id,
        core_network_arn: input.core_network_arn,
        odb_network_arn: input.odb_network_arn,
        dry_run: input.dry_run,
        route_table_id: input.route_table_id,
        destination_cidr_block: input.destination_cidr_block,
        gateway_id: input.gateway_id,
        destination_ipv6_cidr_block: input.destination_ipv6_cidr_block,
        egress_only_internet_gateway_id: input.egress_only_internet_gateway_id,
        instance_id: input.instance_id,
        network_interface_id: input.network_interface_id,
        vpc_peering_connection_id: input.vpc_peering_connection_id,
        nat_gateway_id: input.nat_gateway_id,
    };
    put_route(ec2, call, input, true).await
}

async fn put_route(
    ec2: Arc<Ec2>,
    call: Arc<Call>,
    input: api::CreateRouteRequest,
    replacing: bool,
) -> Result<Empty, Failure> {
    let id = &input.route_table_id.clone().unwrap_or_default();
    let (_, own) = ec2.route_table(&call, id).await?;
    ec2.may_change(&call, RouteTable::KIND, id, &own, input.dry_run)
        .await?;
    let target = &target(&input)?;
    let destination = &destination(
        input.destination_cidr_block,
        input.destination_ipv6_cidr_block,
        input.destination_prefix_list_id,
    )?;
    let call = &call;
    ec2.platform
        .write(call, |txn| async move {
            let routing = Routing::read(&txn, call).await?;
            let mut table = routing.table(id)?;
            admit(&txn, call, &routing, &table, target).await?;
            beside_local(routing.vpc(&table.vpc)?, destination)?;
            let present = table
                .routes
                .iter_mut()
                .find(|route| route.destination == *destination);
            match (present, replacing) {
                (Some(route), true) => route.target = target.clone(),
                (None, false) => table.routes.push(Route {
                    destination: destination.clone(),
                    target: target.clone(),
                }),
                (Some(_), false) => {
                    let message = format!("The route identified by {destination} already exists.");
                    return Err(error::refuse("RouteAlreadyExists", message));
                }
                (None, true) => {
                    let message = format!(
                        "There is no route defined for '{destination}' in the route table. Use CreateRoute instead."
                    );
                    return Err(error::refuse("InvalidParameterValue", message));
                }
            }
            save(&txn, call, &table).await?;
            Ok(Empty::default())
        })
        .await
}

pub(crate) async fn delete_route(
    ec2: Arc<Ec2>,
    call: Arc<Call>,
    input: api::DeleteRouteRequest,
) -> Result<Empty, Failure> {
    let id = &input.route_table_id.unwrap_or_default();
    let (_, own) = ec2.route_table(&call, id).await?;
    ec2.may_change(&call, RouteTable::KIND, id, &own, input.dry_run)
        .await?;
    let destination = &destination(
        input.destination_cidr_block,
        input.destination_ipv6_cidr_block,
        input.destination_prefix_list_id,
    )?;
    let call = &call;
    ec2.platform
        .write(call, |txn| async move {
            let routing = Routing::read(&txn, call).await?;
            let mut table = routing.table(id)?;
            let vpc = routing.vpc(&table.vpc)?;
            if *destination == vpc.cidr.to_string() || vpc.ipv6.as_ref() == Some(destination) {
                let message = format!("cannot remove local route {destination} in route table {id}");
                return Err(error::refuse("InvalidParameterValue", message));
            }
            let before = table.routes.len();
            table.routes.retain(|route| route.destination != *destination);
            if table.routes.len() == before {
                let kind = if destination.contains(':') {
                    "destination-ipv6-cidr-block"
                } else {
                    "destination-cidr-block"
                };
                let message = format!("no route with {kind} {destination} in route table {id}");
                return Err(error::refuse("InvalidRoute.NotFound", message));
            }
            save(&txn, call, &table).await?;
            Ok(Empty::default())
        })
        .await
}
