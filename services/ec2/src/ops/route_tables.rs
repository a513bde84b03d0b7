//! Route tables: each VPC's main one, which lives and dies with it.

use std::sync::Arc;

use haechi_api_ec2 as api;
use haechi_core::{Call, Failure};

use crate::filters::Facts;
use crate::model::internet_gateway::InternetGateway;
use crate::model::vpc::Vpc;
use crate::noun::Selection;
use crate::tags::{self, Tags};
use crate::{Ec2, error};

const FILTERS: &[&str] = &[
    "association.main",
    "association.route-table-association-id",
    "association.route-table-id",
    "association.subnet-id",
    "association.gateway-id",
    "owner-id",
    "route-table-id",
    "route.destination-cidr-block",
    "route.destination-ipv6-cidr-block",
    "route.gateway-id",
    "route.origin",
    "route.state",
    "vpc-id",
];

pub(crate) async fn describe_route_tables(
    ec2: Arc<Ec2>,
    call: Arc<Call>,
    input: api::DescribeRouteTablesRequest,
) -> Result<api::DescribeRouteTablesResult, Failure> {
    ec2.may_read(&call, input.dry_run).await?;
    let selection = Selection::new(
        input.route_table_ids,
        input.filters,
        input.next_token.as_deref(),
        input.max_results,
    )?;
    let tags = ec2.all_tags(&call).await?;
    let gateways = ec2.all::<InternetGateway>(&call.account, &call.region).await?;
    let mut all = Vec::new();
    for vpc in ec2.all::<Vpc>(&call.account, &call.region).await? {
        let own = tags.iter().find(|(id, _)| *id == vpc.route_table());
        let own = own.map_or_else(Tags::new, |(_, tags)| tags.as_ref().clone());
        let gateway = gateways
            .iter()
            .find(|gateway| gateway.vpc.as_ref() == Some(&vpc.id));
        // The default VPC's table leads out; others get their routes from those who make them.
        let gateway = gateway
            .filter(|_| vpc.is_default)
            .map(|gateway| gateway.id.as_str());
        all.push((answer(&vpc, gateway, &own), facts(&vpc, gateway), own));
    }
    let (found, next_token) = selection.of(
        all,
        FILTERS,
        |table| table.route_table_id.as_deref().unwrap_or_default(),
        |id| error::missing("InvalidRouteTableID.NotFound", "routeTable", id),
    )?;
    Ok(api::DescribeRouteTablesResult {
        route_tables: Some(found.into_iter().map(|(table, _)| table).collect()),
        next_token,
    })
}

fn facts(vpc: &Vpc, gateway: Option<&str>) -> Facts {
    let mut facts = Facts::default();
    facts.add("association.main", "true");
    facts.add("association.route-table-association-id", vpc.main_association());
    facts.add("association.route-table-id", vpc.route_table());
    facts.add("owner-id", &vpc.owner);
    facts.add("route-table-id", vpc.route_table());
    facts.add("route.destination-cidr-block", vpc.cidr.to_string());
    facts.add("route.gateway-id", "local");
    facts.add("route.origin", "CreateRouteTable");
    facts.add("route.state", "active");
    facts.add_some("route.destination-ipv6-cidr-block", vpc.ipv6.as_deref());
    if let Some(gateway) = gateway {
        facts.add("route.destination-cidr-block", "0.0.0.0/0");
        facts.add("route.gateway-id", gateway);
        facts.add("route.origin", "CreateRoute");
    }
    facts.add("vpc-id", &vpc.id);
    facts
}

fn answer(vpc: &Vpc, gateway: Option<&str>, tags: &Tags) -> api::RouteTable {
    let local = api::Route {
        gateway_id: Some("local".to_owned()),
        origin: Some(api::RouteOrigin::CreateRouteTable),
        state: Some(api::RouteState::Active),
        ..api::Route::default()
    };
    let mut routes = vec![api::Route {
        destination_cidr_block: Some(vpc.cidr.to_string()),
        ..local.clone()
    }];
    routes.extend(vpc.ipv6.clone().map(|range| api::Route {
        destination_ipv6_cidr_block: Some(range),
        ..local
    }));
    routes.extend(gateway.map(|gateway| api::Route {
        destination_cidr_block: Some("0.0.0.0/0".to_owned()),
        gateway_id: Some(gateway.to_owned()),
        origin: Some(api::RouteOrigin::CreateRoute),
        state: Some(api::RouteState::Active),
        ..api::Route::default()
    }));
    api::RouteTable {
        associations: Some(vec![api::RouteTableAssociation {
            main: Some(true),
            route_table_association_id: Some(vpc.main_association()),
            route_table_id: Some(vpc.route_table()),
            association_state: Some(api::RouteTableAssociationState {
                state: Some(api::RouteTableAssociationStateCode::Associated),
                status_message: None,
            }),
            ..api::RouteTableAssociation::default()
        }]),
        propagating_vgws: Some(Vec::new()),
        route_table_id: Some(vpc.route_table()),
        routes: Some(routes),
        tags: tags::answer(tags),
        vpc_id: Some(vpc.id.clone()),
        owner_id: Some(vpc.owner.clone()),
    }
}
