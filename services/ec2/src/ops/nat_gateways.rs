//! NAT gateways: CreateNatGateway, DescribeNatGateways, DeleteNatGateway.
//!
//! Source: EC2 API reference, CreateNatGateway: a public one needs an Elastic IP address that nothing else has, and a
//! VPC with an internet gateway. It is there at once, and gone at once. Gateways of a whole Region, and secondary
//! addresses, are not there: they are refused, not left out.

use std::sync::Arc;

use haechi_api_ec2 as api;
use haechi_core::{Call, Failure};
use haechi_wire::Timestamp;

use crate::model::address::Address;
use crate::model::internet_gateway::InternetGateway;
use crate::model::nat_gateway::NatGateway;
use crate::model::subnet::Subnet;
use crate::noun::{Noun, Selection, current, current_all, remove, save};
use crate::ops::network_interfaces::{id_of, private_address};
use crate::tags::{self, Tags};
use crate::{Ec2, error, ids};

fn refuse_what_is_not_there(input: &api::CreateNatGatewayRequest) -> Result<(), Failure> {
    let regional = input
        .availability_mode
        .as_ref()
        .is_some_and(|mode| mode.as_str() != "zonal");
    let given = [
        ("AvailabilityMode", regional),
        (
            "AvailabilityZoneAddress",
            input.availability_zone_addresses.is_some(),
        ),
        ("PrivateIpAddress", input.private_ip_address.is_some()),
        ("SecondaryAllocationId", input.secondary_allocation_ids.is_some()),
        (
            "SecondaryPrivateIpAddress",
            input.secondary_private_ip_addresses.is_some(),
        ),
        (
            "SecondaryPrivateIpAddressCount",
            input.secondary_private_ip_address_count.is_some(),
        ),
    ];
    match given.iter().find(|(_, given)| *given) {
        Some((name, _)) => Err(error::refuse(
            "UnsupportedOperation",
            format!("NAT gateways with {name} are not available here."),
        )),
        None => Ok(()),
    }
}

pub(crate) async fn create_nat_gateway(
    ec2: Arc<Ec2>,
    call: Arc<Call>,
    input: api::CreateNatGatewayRequest,
) -> Result<api::CreateNatGatewayResult, Failure> {
    refuse_what_is_not_there(&input)?;
    let new = tags::of_new(input.tag_specifications, NatGateway::KIND)?;
    ec2.may_make(&call, NatGateway::KIND, &new, None, input.dry_run)
        .await?;
    let subnet = input
        .subnet_id
        .ok_or_else(|| error::missing_parameter("subnetId"))?;
    let (subnet, _) = ec2.find::<Subnet>(&call, &subnet).await?;
    let private = input.connectivity_type == Some(api::ConnectivityType::Private);
    match (&input.allocation_id, private) {
        (None, false) => return Err(error::missing_parameter("AllocationId")),
        (Some(_), true) => {
            let message = "AllocationId cannot be specified for a private NAT gateway.";
            return Err(error::refuse("InvalidParameterCombination", message));
        }
        _ => {}
    }
    let gateway = NatGateway {
        id: ids::fresh(&*ec2.platform.random, "nat"),
        subnet: subnet.id.clone(),
        vpc: subnet.vpc.clone(),
        allocation: input.allocation_id,
        created_millis: ec2.platform.clock.now().as_millis(),
    };
    let (gateway, new, call, token) = (&gateway, &new, &call, &input.client_token);
    ec2.platform
        .write(call, |txn| async move {
            let subnet = current::<Subnet>(&txn, call, &gateway.subnet).await?;
            let mut address = None;
            if let Some(id) = &gateway.allocation {
                address = Some(current::<Address>(&txn, call, id).await?);
                let others = current_all::<NatGateway>(&txn, call).await?;
                if others.iter().any(|other| other.allocation.as_ref() == Some(id)) {
                    let message = format!("Elastic IP address [{id}] is already associated");
                    return Err(error::refuse("Resource.AlreadyAssociated", message));
                }
                let ways_out = current_all::<InternetGateway>(&txn, call).await?;
                if !ways_out.iter().any(|way| way.vpc.as_ref() == Some(&gateway.vpc)) {
                    let message = format!("Network {} has no Internet gateway attached", gateway.vpc);
                    return Err(error::refuse("Gateway.NotAttached", message));
                }
            }
            save(&txn, call, gateway).await?;
            tags::add(&txn, &call.scope(), &gateway.id, new).await?;
            Ok(api::CreateNatGatewayResult {
                client_token: token.clone(),
                nat_gateway: Some(api::NatGateway {
                    state: Some(api::NatGatewayState::Pending),
                    ..answer(gateway, &subnet, address.as_ref(), new)
                }),
            })
        })
        .await
}

pub(crate) async fn delete_nat_gateway(
    ec2: Arc<Ec2>,
    call: Arc<Call>,
    input: api::DeleteNatGatewayRequest,
) -> Result<api::DeleteNatGatewayResult, Failure> {
    let id = &input.nat_gateway_id.unwrap_or_default();
    let (_, own) = ec2.find::<NatGateway>(&call, id).await?;
    ec2.may_change(&call, NatGateway::KIND, id, &own, input.dry_run)
        .await?;
    let call = &call;
    ec2.platform
        .write(call, |txn| async move {
            current::<NatGateway>(&txn, call, id).await?;
            remove::<NatGateway>(&txn, call, id).await?;
            Ok(api::DeleteNatGatewayResult {
                nat_gateway_id: Some(id.clone()),
            })
        })
        .await
}

pub(crate) async fn describe_nat_gateways(
    ec2: Arc<Ec2>,
    call: Arc<Call>,
    input: api::DescribeNatGatewaysRequest,
) -> Result<api::DescribeNatGatewaysResult, Failure> {
    ec2.may_read(&call, input.dry_run).await?;
    let selection = Selection::new(
        input.nat_gateway_ids,
        input.filter,
        input.next_token.as_deref(),
        input.max_results,
    )?;
    let (found, next_token) = ec2.select::<NatGateway>(&call, selection).await?;
    let subnets = ec2.all::<Subnet>(&call.account, &call.region).await?;
    let addresses = ec2.all::<Address>(&call.account, &call.region).await?;
    let mut shown = Vec::new();
    for (gateway, tags) in &found {
        let address = addresses
            .iter()
            .find(|address| Some(&address.id) == gateway.allocation.as_ref());
        if let Some(subnet) = subnets.iter().find(|subnet| subnet.id == gateway.subnet) {
            shown.push(answer(gateway, subnet, address.map(AsRef::as_ref), tags));
        }
    }
    Ok(api::DescribeNatGatewaysResult {
        nat_gateways: Some(shown),
        next_token,
    })
}

fn answer(gateway: &NatGateway, subnet: &Subnet, address: Option<&Address>, tags: &Tags) -> api::NatGateway {
    let description = gateway.description();
    let connectivity = match address {
        Some(_) => api::ConnectivityType::Public,
        None => api::ConnectivityType::Private,
    };
    api::NatGateway {
        create_time: Some(Timestamp::from_millis(gateway.created_millis)),
        nat_gateway_addresses: Some(vec![api::NatGatewayAddress {
            allocation_id: address.map(|address| address.id.clone()),
            association_id: address.map(|_| gateway.address_association()),
            public_ip: address.map(|address| address.public_ip.clone()),
            network_interface_id: Some(id_of(&description, &subnet.id)),
            private_ip: Some(private_address(&description, subnet)),
            is_primary: Some(true),
            status: Some(api::NatGatewayAddressStatus::Succeeded),
            ..api::NatGatewayAddress::default()
        }]),
        nat_gateway_id: Some(gateway.id.clone()),
        state: Some(api::NatGatewayState::Available),
        subnet_id: Some(gateway.subnet.clone()),
        vpc_id: Some(gateway.vpc.clone()),
        connectivity_type: Some(connectivity),
        tags: tags::answer(tags),
        ..api::NatGateway::default()
    }
}
