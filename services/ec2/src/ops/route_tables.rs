//! Route tables: CreateRouteTable, DeleteRouteTable, DescribeRouteTables.
//!
//! Source: EC2 API reference and VPC user guide, "Configure route tables": a table goes when nothing uses it, the main
//! one never; a route whose gateway is gone or detached is a black hole.

use std::sync::Arc;

use haechi_api_ec2 as api;
use haechi_core::{Call, Failure};
use haechi_wire::Empty;

use crate::filters::Facts;
use crate::model::internet_gateway::InternetGateway;
use crate::model::nat_gateway::NatGateway;
use crate::model::route_table::{Route, RouteTable, Routing, Target, User};
use crate::model::vpc::Vpc;
use crate::noun::{Noun, Selection, current, remove, save};
use crate::tags::{self, Tags};
use crate::{Ec2, error, ids};

impl Ec2 {
    /// The route tables of the caller's account, with all that they name.
    async fn surroundings(&self, call: &Call) -> Result<(Vec<RouteTable>, Surroundings), Failure> {
        let (account, region) = (&call.account, &call.region);
        let vpcs = self.all::<Vpc>(account, region).await?;
        let gateways = self.all::<InternetGateway>(account, region).await?;
        let kept = self.all::<RouteTable>(account, region).await?;
        let tables = RouteTable::all(kept, &vpcs, &gateways);
        let nat_gateways = self.all::<NatGateway>(account, region).await?;
        let around = Surroundings {
            vpcs,
            gateways,
            nat_gateways,
        };
        Ok((tables, around))
    }

    /// The route table with this id, and its tags.
    pub(crate) async fn route_table(&self, call: &Call, id: &str) -> Result<(RouteTable, Tags), Failure> {
        let (tables, _) = self.surroundings(call).await?;
        let found = tables.into_iter().find(|table| table.id == id);
        let own = tags::of(&self.platform.store, &call.scope(), id).await?;
        Ok((found.ok_or_else(|| RouteTable::missing(id))?, own))
    }
}

/// What route tables name.
struct Surroundings {
    vpcs: Vec<Arc<Vpc>>,
    gateways: Vec<Arc<InternetGateway>>,
    nat_gateways: Vec<Arc<NatGateway>>,
}

impl Surroundings {
    fn state(&self, vpc: &Vpc, target: &Target) -> api::RouteState {
        let leads_somewhere = match target {
            Target::InternetGateway(id) => self
                .gateways
                .iter()
                .any(|gateway| gateway.id == *id && gateway.vpc.as_ref() == Some(&vpc.id)),
            Target::NatGateway(id) => self.nat_gateways.iter().any(|gateway| gateway.id == *id),
        };
        if leads_somewhere {
            api::RouteState::Active
        } else {
            api::RouteState::Blackhole
        }
    }
}

pub(crate) async fn create_route_table(
    ec2: Arc<Ec2>,
    call: Arc<Call>,
    input: api::CreateRouteTableRequest,
) -> Result<api::CreateRouteTableResult, Failure> {
    let new = tags::of_new(input.tag_specifications, RouteTable::KIND)?;
    let vpc = input.vpc_id.unwrap_or_default();
    ec2.may_make(&call, RouteTable::KIND, &new, Some(&vpc), input.dry_run)
        .await?;
    ec2.find::<Vpc>(&call, &vpc).await?;
    let table = RouteTable {
        id: ids::fresh(&*ec2.platform.random, "rtb"),
        vpc,
        routes: Vec::new(),
        associations: Vec::new(),
        owner: call.account.to_string(),
    };
    let (table, new, call, token) = (&table, &new, &call, &input.client_token);
    ec2.platform
        .write(call, |txn| async move {
            let vpc = current::<Vpc>(&txn, call, &table.vpc).await?;
            save(&txn, call, table).await?;
            tags::add(&txn, &call.scope(), &table.id, new).await?;
            let around = Surroundings {
                vpcs: Vec::new(),
                gateways: Vec::new(),
                nat_gateways: Vec::new(),
            };
            Ok(api::CreateRouteTableResult {
                route_table: Some(answer(table, &vpc, &around, new)),
                client_token: token.clone(),
            })
        })
        .await
}

pub(crate) async fn delete_route_table(
    ec2: Arc<Ec2>,
    call: Arc<Call>,
    input: api::DeleteRouteTableRequest,
) -> Result<Empty, Failure> {
    let id = &input.route_table_id.unwrap_or_default();
    let (_, own) = ec2.route_table(&call, id).await?;
    ec2.may_change(&call, RouteTable::KIND, id, &own, input.dry_run)
        .await?;
    let call = &call;
    ec2.platform
        .write(call, |txn| async move {
            let routing = Routing::read(&txn, call).await?;
            let table = routing.table(id)?;
            let main = routing.vpc(&table.vpc)?.main_table().table;
            if main == *id || !table.associations.is_empty() {
                return Err(error::dependency(format!(
                    "The routeTable '{id}' has dependencies and cannot be deleted."
                )));
            }
            remove::<RouteTable>(&txn, call, id).await?;
            Ok(Empty::default())
        })
        .await
}

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
    let (tables, around) = ec2.surroundings(&call).await?;
    let mut all = Vec::new();
    for table in tables {
        let Some(vpc) = around.vpcs.iter().find(|vpc| vpc.id == table.vpc) else {
            continue;
        };
        let own = tags.iter().find(|(id, _)| *id == table.id);
        let own = own.map_or_else(Tags::new, |(_, tags)| tags.as_ref().clone());
        let shown = answer(&table, vpc, &around, &own);
        let facts = facts(&table, &shown);
        all.push((shown, facts, own));
    }
    let (found, next_token) = selection.of(
        all,
        RouteTable::FILTERS,
        |table| table.route_table_id.as_deref().unwrap_or_default(),
        RouteTable::missing,
    )?;
    Ok(api::DescribeRouteTablesResult {
        route_tables: Some(found.into_iter().map(|(table, _)| table).collect()),
        next_token,
    })
}

fn facts(table: &RouteTable, shown: &api::RouteTable) -> Facts {
    let mut facts = table.facts();
    for tie in shown.associations.iter().flatten() {
        facts.add("association.main", (tie.main == Some(true)).to_string());
        facts.add_some(
            "association.route-table-association-id",
            tie.route_table_association_id.as_deref(),
        );
        facts.add("association.route-table-id", &table.id);
        facts.add_some("association.subnet-id", tie.subnet_id.as_deref());
        facts.add_some("association.gateway-id", tie.gateway_id.as_deref());
    }
    for route in shown.routes.iter().flatten() {
        facts.add_some(
            "route.destination-cidr-block",
            route.destination_cidr_block.as_deref(),
        );
        facts.add_some(
            "route.destination-ipv6-cidr-block",
            route.destination_ipv6_cidr_block.as_deref(),
        );
        facts.add_some("route.gateway-id", route.gateway_id.as_deref());
        facts.add_some("route.nat-gateway-id", route.nat_gateway_id.as_deref());
        facts.add_some(
            "route.origin",
            route.origin.as_ref().map(api::RouteOrigin::as_str),
        );
        facts.add_some("route.state", route.state.as_ref().map(api::RouteState::as_str));
    }
    facts
}

/// The state of an association that stands.
pub(crate) fn associated() -> api::RouteTableAssociationState {
    api::RouteTableAssociationState {
        state: Some(api::RouteTableAssociationStateCode::Associated),
        status_message: None,
    }
}

fn answer(table: &RouteTable, vpc: &Vpc, around: &Surroundings, tags: &Tags) -> api::RouteTable {
    api::RouteTable {
        associations: Some(associations(table, vpc)),
        propagating_vgws: Some(Vec::new()),
        route_table_id: Some(table.id.clone()),
        routes: Some(routes(table, vpc, around)),
        tags: tags::answer(tags),
        vpc_id: Some(vpc.id.clone()),
        owner_id: Some(table.owner.clone()),
    }
}

fn associations(table: &RouteTable, vpc: &Vpc) -> Vec<api::RouteTableAssociation> {
    let blank = || api::RouteTableAssociation {
        main: Some(false),
        route_table_id: Some(table.id.clone()),
        association_state: Some(associated()),
        ..api::RouteTableAssociation::default()
    };
    let main = Some(vpc.main_table()).filter(|main| main.table == table.id);
    let main = main.map(|main| api::RouteTableAssociation {
        main: Some(true),
        route_table_association_id: Some(main.association),
        ..blank()
    });
    let others = table.associations.iter().map(|tie| {
        let mut shown = api::RouteTableAssociation {
            route_table_association_id: Some(tie.id.clone()),
            ..blank()
        };
        match &tie.user {
            User::Subnet(id) => shown.subnet_id = Some(id.clone()),
            User::Gateway(id) => shown.gateway_id = Some(id.clone()),
        }
        shown
    });
    main.into_iter().chain(others).collect()
}

fn routes(table: &RouteTable, vpc: &Vpc, around: &Surroundings) -> Vec<api::Route> {
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
    routes.extend(table.routes.iter().map(|route| made(route, vpc, around)));
    routes
}

fn made(route: &Route, vpc: &Vpc, around: &Surroundings) -> api::Route {
    let mut shown = api::Route {
        origin: Some(api::RouteOrigin::CreateRoute),
        state: Some(around.state(vpc, &route.target)),
        ..api::Route::default()
    };
    if route.destination.contains(':') {
        shown.destination_ipv6_cidr_block = Some(route.destination.clone());
    } else {
        shown.destination_cidr_block = Some(route.destination.clone());
    }
    match &route.target {
        Target::InternetGateway(id) => shown.gateway_id = Some(id.clone()),
        Target::NatGateway(id) => shown.nat_gateway_id = Some(id.clone()),
    }
    shown
}
