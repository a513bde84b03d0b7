//! Subnets.
//!
//! Source: EC2 API reference, CreateSubnet, DeleteSubnet, DescribeSubnets, ModifySubnetAttribute. A range has 16 to 28
//! fixed bits, lies in the VPC's, and overlaps no other subnet's. A subnet with network interfaces can't be deleted.

use std::sync::Arc;

use haechi_api_ec2 as api;
use haechi_core::{Call, Failure};
use haechi_wire::Empty;

use crate::authz::arn;
use crate::cidr::{Cidr, ipv6, ipv6_contains};
use crate::model::route_table::{Routing, User};
use crate::model::subnet::Subnet;
use crate::model::vpc::Vpc;
use crate::noun::{Noun, Selection, current, current_all, remove, save};
use crate::ops::vpcs::not_a_range;
use crate::tags::{self, Tags};
use crate::zones::{self, Zone};
use crate::{Ec2, error, ids};

pub(crate) async fn create_subnet(
    ec2: Arc<Ec2>,
    call: Arc<Call>,
    input: api::CreateSubnetRequest,
) -> Result<api::CreateSubnetResult, Failure> {
    let new = tags::of_new(input.tag_specifications.clone(), Subnet::KIND)?;
    let vpc_id = input.vpc_id.clone().unwrap_or_default();
    ec2.may_make(&call, Subnet::KIND, &new, Some(&vpc_id), input.dry_run)
        .await?;
    ec2.find::<Vpc>(&call, &vpc_id).await?;
    let text = input
        .cidr_block
        .clone()
        .ok_or_else(|| error::missing_parameter("cidrBlock"))?;
    let cidr = Cidr::parse(&text).ok_or_else(|| not_a_range(&text, "cidrBlock"))?;
    let range6 = input
        .ipv6_cidr_block
        .as_deref()
        .map(|text| {
            let parsed = ipv6(text).filter(|(_, bits)| *bits == 64);
            parsed
                .map(|(text, _)| text)
                .ok_or_else(|| not_a_range(text, "ipv6CidrBlock"))
        })
        .transpose()?;
    let zone = zone_of(&call, &input)?;
    let subnet = Subnet {
        id: ids::fresh(&*ec2.platform.random, "subnet"),
        vpc: vpc_id,
        cidr,
        ipv6: range6,
        zone: zone.name,
        zone_id: zone.id,
        default_for_zone: false,
        map_public_ip: false,
        assign_ipv6: false,
        dns64: false,
        hostname_type: "ip-name".to_owned(),
        resource_name_a: false,
        resource_name_aaaa: false,
        owner: call.account.to_string(),
        network_acl: None,
    };
    let (subnet, new, call) = (&subnet, &new, &call);
    ec2.platform
        .write(call, |txn| async move {
            let vpc = current::<Vpc>(&txn, call, &subnet.vpc).await?;
            fits(subnet, &vpc, &current_all::<Subnet>(&txn, call).await?)?;
            save(&txn, call, subnet).await?;
            tags::add(&txn, &call.scope(), &subnet.id, new).await?;
            Ok(api::CreateSubnetResult {
                subnet: Some(answer(call, subnet, new, 0)),
            })
        })
        .await
}

/// The zone that a request names; the first if it names none.
fn zone_of(call: &Call, input: &api::CreateSubnetRequest) -> Result<Zone, Failure> {
    let zones = zones::of(&call.region);
    let names = zones
        .iter()
        .map(|zone| zone.name.clone())
        .collect::<Vec<_>>()
        .join(", ");
    let (given, parameter, found) = match (&input.availability_zone, &input.availability_zone_id) {
        (Some(name), _) => (
            name,
            "availabilityZone",
            zones.iter().find(|zone| zone.name == *name),
        ),
        (None, Some(id)) => (id, "availabilityZoneId", zones.iter().find(|zone| zone.id == *id)),
        (None, None) => {
            return zones
                .into_iter()
                .next()
                .ok_or_else(|| Failure::internal("a Region without zones"));
        }
    };
    found.cloned().ok_or_else(|| {
        let why =
            format!("Subnets can currently only be created in the following availability zones: {names}.");
        error::invalid_value(given, parameter, &why)
    })
}

/// Whether a new subnet has its place in the VPC.
fn fits(subnet: &Subnet, vpc: &Vpc, others: &[Arc<Subnet>]) -> Result<(), Failure> {
    let out_of_range =
        |range: &str| error::refuse("InvalidSubnet.Range", format!("The CIDR '{range}' is invalid."));
    let conflict = |range: &str| {
        let message = format!("The CIDR '{range}' conflicts with another subnet");
        error::refuse("InvalidSubnet.Conflict", message)
    };
    let others = || others.iter().filter(|other| other.vpc == subnet.vpc);
    let text = subnet.cidr.to_string();
    if !(16..=28).contains(&subnet.cidr.prefix()) || !vpc.cidr.contains(subnet.cidr) {
        return Err(out_of_range(&text));
    }
    if others().any(|other| other.cidr.overlaps(subnet.cidr)) {
        return Err(conflict(&text));
    }
    if let Some(range) = &subnet.ipv6 {
        if !vpc.ipv6.as_ref().is_some_and(|outer| ipv6_contains(outer, range)) {
            return Err(out_of_range(range));
        }
        if others().any(|other| other.ipv6.as_ref() == Some(range)) {
            return Err(conflict(range));
        }
    }
    Ok(())
}

pub(crate) async fn delete_subnet(
    ec2: Arc<Ec2>,
    call: Arc<Call>,
    input: api::DeleteSubnetRequest,
) -> Result<Empty, Failure> {
    let id = &input.subnet_id.unwrap_or_default();
    let (_, own) = ec2.find::<Subnet>(&call, id).await?;
    ec2.may_change(&call, Subnet::KIND, id, &own, input.dry_run)
        .await?;
    let (call, ec2) = (&call, &ec2);
    ec2.platform
        .write(call, |txn| async move {
            current::<Subnet>(&txn, call, id).await?;
            let interfaces = ec2.interfaces(&txn, call).await?;
            if interfaces.iter().any(|interface| interface.subnet == *id) {
                return Err(error::dependency(format!(
                    "The subnet '{id}' has dependencies and cannot be deleted."
                )));
            }
            for mut table in Routing::read(&txn, call).await?.tables {
                let before = table.associations.len();
                table
                    .associations
                    .retain(|tie| tie.user != User::Subnet(id.clone()));
                if table.associations.len() < before {
                    save(&txn, call, &table).await?;
                }
            }
            remove::<Subnet>(&txn, call, id).await?;
            Ok(Empty::default())
        })
        .await
}

pub(crate) async fn describe_subnets(
    ec2: Arc<Ec2>,
    call: Arc<Call>,
    input: api::DescribeSubnetsRequest,
) -> Result<api::DescribeSubnetsResult, Failure> {
    ec2.may_read(&call, input.dry_run).await?;
    let selection = Selection::new(
        input.subnet_ids,
        input.filters,
        input.next_token.as_deref(),
        input.max_results,
    )?;
    let (found, next_token) = ec2.select::<Subnet>(&call, selection).await?;
    let (ec2, asked) = (&ec2, &call);
    let interfaces = ec2
        .platform
        .store
        .txn(|txn| async move { ec2.interfaces(&txn, asked).await })
        .await?;
    let shown = |(subnet, tags): &(Arc<Subnet>, Tags)| {
        let used = interfaces
            .iter()
            .filter(|interface| interface.subnet == subnet.id);
        answer(&call, subnet, tags, used.count() as u64)
    };
    Ok(api::DescribeSubnetsResult {
        subnets: Some(found.iter().map(shown).collect()),
        next_token,
    })
}

pub(crate) async fn modify_subnet_attribute(
    ec2: Arc<Ec2>,
    call: Arc<Call>,
    input: api::ModifySubnetAttributeRequest,
) -> Result<Empty, Failure> {
    let id = &input.subnet_id.clone().unwrap_or_default();
    let (_, own) = ec2.find::<Subnet>(&call, id).await?;
    ec2.may_change(&call, Subnet::KIND, id, &own, None).await?;
    let (call, input) = (&call, &input);
    ec2.platform
        .write(call, |txn| async move {
            let mut subnet = current::<Subnet>(&txn, call, id).await?;
            apply(&mut subnet, input)?;
            save(&txn, call, &subnet).await?;
            Ok(Empty::default())
        })
        .await
}

fn apply(subnet: &mut Subnet, input: &api::ModifySubnetAttributeRequest) -> Result<(), Failure> {
    let set = |held: &mut bool, given: &Option<api::AttributeBooleanValue>| {
        *held = given.as_ref().and_then(|value| value.value).unwrap_or(*held);
    };
    set(&mut subnet.map_public_ip, &input.map_public_ip_on_launch);
    set(&mut subnet.assign_ipv6, &input.assign_ipv6_address_on_creation);
    set(&mut subnet.dns64, &input.enable_dns64);
    set(
        &mut subnet.resource_name_a,
        &input.enable_resource_name_dns_a_record_on_launch,
    );
    set(
        &mut subnet.resource_name_aaaa,
        &input.enable_resource_name_dns_aaaa_record_on_launch,
    );
    if let Some(kind) = &input.private_dns_hostname_type_on_launch {
        kind.as_str().clone_into(&mut subnet.hostname_type);
    }
    if subnet.assign_ipv6 && subnet.ipv6.is_none() {
        let message = format!(
            "Invalid value 'true' for assignIpv6AddressOnCreation. The subnet {} has no IPv6 CIDR block",
            subnet.id
        );
        return Err(error::refuse("InvalidParameterValue", message));
    }
    Ok(())
}

/// A subnet as the API shows it, with so many of its addresses in use.
fn answer(call: &Call, subnet: &Subnet, tags: &Tags, used: u64) -> api::Subnet {
    let ipv6 = subnet
        .ipv6
        .as_ref()
        .map(|range| api::SubnetIpv6CidrBlockAssociation {
            association_id: Some(subnet.ipv6_association()),
            ipv6_cidr_block: Some(range.clone()),
            ipv6_cidr_block_state: Some(api::SubnetCidrBlockState {
                state: Some(api::SubnetCidrBlockStateCode::Associated),
                status_message: None,
            }),
            ipv6_address_attribute: Some(api::Ipv6AddressAttribute::Public),
            ip_source: Some(api::IpSource::Amazon),
        });
    api::Subnet {
        availability_zone_id: Some(subnet.zone_id.clone()),
        map_customer_owned_ip_on_launch: Some(false),
        owner_id: Some(subnet.owner.clone()),
        assign_ipv6_address_on_creation: Some(subnet.assign_ipv6),
        ipv6_cidr_block_association_set: Some(ipv6.into_iter().collect()),
        tags: tags::answer(tags),
        subnet_arn: Some(arn(call, Subnet::KIND, &subnet.id)),
        enable_dns64: Some(subnet.dns64),
        ipv6_native: Some(false),
        private_dns_name_options_on_launch: Some(api::PrivateDnsNameOptionsOnLaunch {
            hostname_type: Some(api::HostnameType::from(subnet.hostname_type.as_str())),
            enable_resource_name_dns_a_record: Some(subnet.resource_name_a),
            enable_resource_name_dns_aaaa_record: Some(subnet.resource_name_aaaa),
        }),
        block_public_access_states: Some(api::BlockPublicAccessStates {
            internet_gateway_block_mode: Some(api::BlockPublicAccessMode::Off),
        }),
        subnet_id: Some(subnet.id.clone()),
        state: Some(api::SubnetState::Available),
        vpc_id: Some(subnet.vpc.clone()),
        cidr_block: Some(subnet.cidr.to_string()),
        available_ip_address_count: i32::try_from(subnet.cidr.usable().saturating_sub(used)).ok(),
        availability_zone: Some(subnet.zone.clone()),
        default_for_az: Some(subnet.default_for_zone),
        map_public_ip_on_launch: Some(subnet.map_public_ip),
        ..api::Subnet::default()
    }
}
