//! What uses a route table: AssociateRouteTable, DisassociateRouteTable, ReplaceRouteTableAssociation.
//!
//! Source: EC2 API reference: a subnet has one table at most and uses its VPC's main one otherwise; replacing the main
//! association makes another table the main one.

use std::sync::Arc;

use haechi_api_ec2 as api;
use haechi_core::{Call, Failure};
use haechi_store::Txn;
use haechi_wire::Empty;

use crate::model::route_table::{Association, RouteTable, Routing, User};
use crate::model::subnet::Subnet;
use crate::model::vpc::MainTable;
use crate::noun::{Noun, current, save};
use crate::ops::route_tables::associated;
use crate::{Ec2, error, ids};

fn no_association(id: &str) -> Failure {
    error::missing("InvalidAssociationID.NotFound", "association", id)
}

/// The VPC of what is to use a table.
async fn network_of(
    txn: &Txn,
    call: &Call,
    routing: &Routing,
    user: &User,
) -> Result<Option<String>, Failure> {
    match user {
        User::Subnet(id) => Ok(Some(current::<Subnet>(txn, call, id).await?.vpc)),
        User::Gateway(id) => {
            let found = routing.gateways.iter().find(|gateway| gateway.id == *id);
            let gateway = found.ok_or_else(|| error::missing("InvalidGatewayID.NotFound", "gateway", id))?;
            Ok(gateway.vpc.clone())
        }
    }
}

fn of_one_network(table: &RouteTable, network: Option<&str>, user: &User) -> Result<(), Failure> {
    if network == Some(&table.vpc) {
        return Ok(());
    }
    let (kind, id) = match user {
        User::Subnet(id) => ("subnet", id),
        User::Gateway(id) => ("gateway", id),
    };
    let message = format!(
        "route table {} and {kind} {id} belong to different networks",
        table.id
    );
    Err(error::refuse("InvalidParameterValue", message))
}

pub(crate) async fn associate_route_table(
    ec2: Arc<Ec2>,
    call: Arc<Call>,
    input: api::AssociateRouteTableRequest,
) -> Result<api::AssociateRouteTableResult, Failure> {
    let id = &input.route_table_id.unwrap_or_default();
    let user = &match (input.subnet_id, input.gateway_id) {
        (Some(subnet), None) => User::Subnet(subnet),
        (None, Some(gateway)) => User::Gateway(gateway),
        (Some(_), Some(_)) => {
            let message = "The parameter gatewayId cannot be used with the parameter subnetId";
            return Err(error::refuse("InvalidParameterCombination", message));
        }
        (None, None) => return Err(error::missing_parameter("subnetId")),
    };
    let (_, own) = ec2.route_table(&call, id).await?;
    if let User::Subnet(subnet) = user {
        let (_, tags) = ec2.find::<Subnet>(&call, subnet).await?;
        ec2.may_change(&call, Subnet::KIND, subnet, &tags, None).await?;
    }
    ec2.may_change(&call, RouteTable::KIND, id, &own, input.dry_run)
        .await?;
    let (call, association) = (&call, &ids::fresh(&*ec2.platform.random, "rtbassoc"));
    ec2.platform
        .write(call, |txn| async move {
            let routing = Routing::read(&txn, call).await?;
            let mut table = routing.table(id)?;
            let network = network_of(&txn, call, &routing, user).await?;
            of_one_network(&table, network.as_deref(), user)?;
            let ties = routing.tables.iter().map(|table| (table, &table.associations));
            for (other, ties) in ties {
                if let Some(tie) = ties.iter().find(|tie| tie.user == *user) {
                    if other.id == *id {
                        return Ok(made(&tie.id));
                    }
                    let message = format!(
                        "the specified association for route table {id} conflicts with an existing association"
                    );
                    return Err(error::refuse("Resource.AlreadyAssociated", message));
                }
            }
            table.associations.push(Association {
                id: association.clone(),
                user: user.clone(),
            });
            save(&txn, call, &table).await?;
            Ok(made(association))
        })
        .await
}

fn made(association: &str) -> api::AssociateRouteTableResult {
    api::AssociateRouteTableResult {
        association_id: Some(association.to_owned()),
        association_state: Some(associated()),
    }
}

impl Ec2 {
    /// Asks whether the caller may change the table that has this association. One that nothing has is not there.
    async fn admit_association(
        &self,
        call: &Call,
        association: &str,
        dry_run: Option<bool>,
    ) -> Result<(), Failure> {
        let routing = self
            .platform
            .store
            .txn(|txn| async move { Routing::read(&txn, call).await })
            .await?;
        let main = routing.vpcs.iter().map(|vpc| vpc.main_table());
        let main = main
            .filter(|main| main.association == association)
            .map(|main| main.table);
        let other = routing
            .tables
            .iter()
            .filter(|table| table.associations.iter().any(|tie| tie.id == association))
            .map(|table| table.id.clone());
        let table = main
            .chain(other)
            .next()
            .ok_or_else(|| no_association(association))?;
        let (_, own) = self.route_table(call, &table).await?;
        self.may_change(call, RouteTable::KIND, &table, &own, dry_run)
            .await
    }
}

/// Takes an association out of the table that has it, and says what used the table.
async fn untie(
    txn: &Txn,
    call: &Call,
    routing: &Routing,
    association: &str,
) -> Result<Option<User>, Failure> {
    for table in &routing.tables {
        if let Some(at) = table.associations.iter().position(|tie| tie.id == association) {
            let mut table = table.clone();
            let tie = table.associations.remove(at);
            save(txn, call, &table).await?;
            return Ok(Some(tie.user));
        }
    }
    Ok(None)
}

pub(crate) async fn disassociate_route_table(
    ec2: Arc<Ec2>,
    call: Arc<Call>,
    input: api::DisassociateRouteTableRequest,
) -> Result<Empty, Failure> {
    let association = &input.association_id.unwrap_or_default();
    ec2.admit_association(&call, association, input.dry_run).await?;
    let call = &call;
    ec2.platform
        .write(call, |txn| async move {
            let routing = Routing::read(&txn, call).await?;
            let mut main = routing.vpcs.iter().map(|vpc| vpc.main_table().association);
            if main.any(|main| main == *association) {
                let message = format!("cannot disassociate the main route table association {association}");
                return Err(error::refuse("InvalidParameterValue", message));
            }
            let untied = untie(&txn, call, &routing, association).await?;
            untied.ok_or_else(|| no_association(association))?;
            Ok(Empty::default())
        })
        .await
}

pub(crate) async fn replace_route_table_association(
    ec2: Arc<Ec2>,
    call: Arc<Call>,
    input: api::ReplaceRouteTableAssociationRequest,
) -> Result<api::ReplaceRouteTableAssociationResult, Failure> {
    let association = &input.association_id.unwrap_or_default();
    let id = &input.route_table_id.unwrap_or_default();
    ec2.admit_association(&call, association, None).await?;
    let (_, own) = ec2.route_table(&call, id).await?;
    ec2.may_change(&call, RouteTable::KIND, id, &own, input.dry_run)
        .await?;
    let (call, fresh) = (&call, &ids::fresh(&*ec2.platform.random, "rtbassoc"));
    ec2.platform
        .write(call, |txn| async move {
            let routing = Routing::read(&txn, call).await?;
            let vpc = routing
                .vpcs
                .iter()
                .find(|vpc| vpc.main_table().association == *association);
            if let Some(vpc) = vpc {
                make_main(&txn, call, &routing, &vpc.id, id, fresh).await?;
            } else {
                let user = untie(&txn, call, &routing, association).await?;
                let user = user.ok_or_else(|| no_association(association))?;
                let network = network_of(&txn, call, &routing, &user).await?;
                // The table may be the one that has just lost the association.
                let mut table = Routing::read(&txn, call).await?.table(id)?;
                of_one_network(&table, network.as_deref(), &user)?;
                table.associations.push(Association {
                    id: fresh.clone(),
                    user,
                });
                save(&txn, call, &table).await?;
            }
            Ok(api::ReplaceRouteTableAssociationResult {
                new_association_id: Some(fresh.clone()),
                association_state: Some(associated()),
            })
        })
        .await
}

/// Makes a table the main one of a VPC. The table that was it is kept from now on: it is one among others.
async fn make_main(
    txn: &Txn,
    call: &Call,
    routing: &Routing,
    vpc: &str,
    table: &str,
    association: &str,
) -> Result<(), Failure> {
    let mut vpc = routing.vpc(vpc)?.clone();
    let wanted = routing.table(table)?;
    if wanted.vpc != vpc.id {
        let message = format!(
            "route table {table} and network {} belong to different networks",
            vpc.id
        );
        return Err(error::refuse("InvalidParameterValue", message));
    }
    let former = routing.table(&vpc.main_table().table)?;
    save(txn, call, &former).await?;
    save(txn, call, &wanted).await?;
    vpc.main = Some(MainTable {
        table: table.to_owned(),
        association: association.to_owned(),
    });
    save(txn, call, &vpc).await
}
