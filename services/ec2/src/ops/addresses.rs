//! Elastic IP addresses. They are out of 198.51.100.0/24 and 203.0.113.0/24 (RFC 5737): they can be named, and lead
//! nowhere.

use std::sync::Arc;

use haechi_api_ec2 as api;
use haechi_core::{Call, Failure};
use haechi_wire::Empty;

use crate::filters::Facts;
use crate::model::address::Address;
use crate::model::nat_gateway::NatGateway;
use crate::model::subnet::Subnet;
use crate::noun::{Noun, Selection, current, current_all, remove, save};
use crate::ops::network_interfaces::{id_of, private_address};
use crate::tags::{self, Tags};
use crate::{Ec2, error, ids};

pub(crate) async fn allocate_address(
    ec2: Arc<Ec2>,
    call: Arc<Call>,
    input: api::AllocateAddressRequest,
) -> Result<api::AllocateAddressResult, Failure> {
    let new = tags::of_new(input.tag_specifications, Address::KIND)?;
    ec2.may_make(&call, Address::KIND, &new, None, input.dry_run)
        .await?;
    if input.domain == Some(api::DomainType::Standard) {
        let message = "EC2-Classic is not available.";
        return Err(error::refuse("InvalidParameterValue", message));
    }
    let id = ids::fresh(&*ec2.platform.random, "eipalloc");
    let border_group = input
        .network_border_group
        .unwrap_or_else(|| call.region.to_string());
    let (id, border_group, new, call) = (&id, &border_group, &new, &call);
    ec2.platform
        .write(call, |txn| async move {
            let taken = current_all::<Address>(&txn, call).await?;
            let public_ip = free(&taken).ok_or_else(|| {
                let message = "The maximum number of addresses has been reached.";
                error::refuse("AddressLimitExceeded", message)
            })?;
            let address = Address {
                id: id.clone(),
                public_ip,
                border_group: border_group.clone(),
            };
            save(&txn, call, &address).await?;
            tags::add(&txn, &call.scope(), id, new).await?;
            Ok(api::AllocateAddressResult {
                allocation_id: Some(address.id),
                public_ipv4_pool: Some("amazon".to_owned()),
                network_border_group: Some(address.border_group),
                domain: Some(api::DomainType::Vpc),
                public_ip: Some(address.public_ip),
                ..api::AllocateAddressResult::default()
            })
        })
        .await
}

/// The first address that nobody has.
fn free(taken: &[Arc<Address>]) -> Option<String> {
    let ranges = ["203.0.113", "198.51.100"];
    ranges
        .into_iter()
        .flat_map(|range| (1..255).map(move |last| format!("{range}.{last}")))
        .find(|candidate| taken.iter().all(|address| address.public_ip != *candidate))
}

pub(crate) async fn release_address(
    ec2: Arc<Ec2>,
    call: Arc<Call>,
    input: api::ReleaseAddressRequest,
) -> Result<Empty, Failure> {
    let id = &input
        .allocation_id
        .ok_or_else(|| error::missing_parameter("allocationId"))?;
    let (_, own) = ec2.find::<Address>(&call, id).await?;
    ec2.may_change(&call, Address::KIND, id, &own, input.dry_run)
        .await?;
    let call = &call;
    ec2.platform
        .write(call, |txn| async move {
            let address = current::<Address>(&txn, call, id).await?;
            let gateways = current_all::<NatGateway>(&txn, call).await?;
            if gateways
                .iter()
                .any(|gateway| gateway.allocation.as_ref() == Some(id))
            {
                let message = format!("Address {} is in use.", address.public_ip);
                return Err(error::refuse("InvalidIPAddress.InUse", message));
            }
            remove::<Address>(&txn, call, id).await?;
            Ok(Empty::default())
        })
        .await
}

/// Only NAT gateways have addresses here, and what a NAT gateway has is given back by its deletion alone.
pub(crate) async fn disassociate_address(
    ec2: Arc<Ec2>,
    call: Arc<Call>,
    input: api::DisassociateAddressRequest,
) -> Result<Empty, Failure> {
    let association = input
        .association_id
        .ok_or_else(|| error::missing_parameter("associationId"))?;
    let gateways = ec2.all::<NatGateway>(&call.account, &call.region).await?;
    let missing = || error::missing("InvalidAssociationID.NotFound", "association", &association);
    let found = gateways
        .iter()
        .find(|gateway| gateway.allocation.is_some() && gateway.address_association() == association);
    let id = found.and_then(|gateway| gateway.allocation.as_deref());
    let (address, own) = ec2.find::<Address>(&call, id.ok_or_else(missing)?).await?;
    ec2.may_change(&call, Address::KIND, &address.id, &own, input.dry_run)
        .await?;
    let message = "You do not have permission to access the specified resource.";
    Err(error::refuse("AuthFailure", message))
}

pub(crate) async fn describe_addresses(
    ec2: Arc<Ec2>,
    call: Arc<Call>,
    input: api::DescribeAddressesRequest,
) -> Result<api::DescribeAddressesResult, Failure> {
    ec2.may_read(&call, input.dry_run).await?;
    let mut ids = input.allocation_ids.unwrap_or_default();
    if let Some(wanted) = input.public_ips {
        let all = ec2.all::<Address>(&call.account, &call.region).await?;
        for ip in wanted {
            let found = all.iter().find(|address| address.public_ip == ip);
            let missing = || error::refuse("InvalidAddress.NotFound", format!("Address '{ip}' not found."));
            ids.push(found.ok_or_else(missing)?.id.clone());
        }
    }
    let selection = Selection::new(Some(ids), input.filters, None, None)?;
    let tags = ec2.all_tags(&call).await?;
    let gateways = ec2.all::<NatGateway>(&call.account, &call.region).await?;
    let subnets = ec2.all::<Subnet>(&call.account, &call.region).await?;
    let mut all = Vec::new();
    for address in ec2.all::<Address>(&call.account, &call.region).await? {
        let own = tags.iter().find(|(id, _)| *id == address.id);
        let own = own.map_or_else(Tags::new, |(_, tags)| tags.as_ref().clone());
        let gateway = gateways
            .iter()
            .find(|gateway| gateway.allocation.as_ref() == Some(&address.id));
        let subnet = subnets
            .iter()
            .find(|subnet| gateway.is_some_and(|gateway| gateway.subnet == subnet.id));
        let user = gateway
            .zip(subnet)
            .map(|(gateway, subnet)| (&**gateway, &**subnet));
        let shown = answer(&address, user, &own);
        let facts = facts(&address, &shown);
        all.push((shown, facts, own));
    }
    let (found, _) = selection.of(
        all,
        Address::FILTERS,
        |address| address.allocation_id.as_deref().unwrap_or_default(),
        Address::missing,
    )?;
    Ok(api::DescribeAddressesResult {
        addresses: Some(found.into_iter().map(|(shown, _)| shown).collect()),
    })
}

/// No address has a name of its own in the DNS.
pub(crate) async fn describe_addresses_attribute(
    ec2: Arc<Ec2>,
    call: Arc<Call>,
    input: api::DescribeAddressesAttributeRequest,
) -> Result<api::DescribeAddressesAttributeResult, Failure> {
    ec2.may_read(&call, input.dry_run).await?;
    let token = input.next_token.as_deref();
    let selection = Selection::new(input.allocation_ids, None, token, input.max_results)?;
    let (found, next_token) = ec2.select::<Address>(&call, selection).await?;
    let shown = found.iter().map(|(address, _)| api::AddressAttribute {
        public_ip: Some(address.public_ip.clone()),
        allocation_id: Some(address.id.clone()),
        ..api::AddressAttribute::default()
    });
    Ok(api::DescribeAddressesAttributeResult {
        addresses: Some(shown.collect()),
        next_token,
    })
}

fn facts(address: &Address, shown: &api::Address) -> Facts {
    let mut facts = address.facts();
    facts.add_some("association-id", shown.association_id.as_deref());
    facts.add_some("network-interface-id", shown.network_interface_id.as_deref());
    facts.add_some(
        "network-interface-owner-id",
        shown.network_interface_owner_id.as_deref(),
    );
    facts.add_some("private-ip-address", shown.private_ip_address.as_deref());
    facts
}

/// An address as the API shows it, with the NAT gateway that has it and the subnet where that stands.
fn answer(address: &Address, user: Option<(&NatGateway, &Subnet)>, tags: &Tags) -> api::Address {
    let described = user.map(|(gateway, subnet)| (gateway.description(), subnet));
    api::Address {
        association_id: user.map(|(gateway, _)| gateway.address_association()),
        network_interface_id: described
            .as_ref()
            .map(|(description, subnet)| id_of(description, &subnet.id)),
        network_interface_owner_id: user.map(|(_, subnet)| subnet.owner.clone()),
        private_ip_address: described
            .as_ref()
            .map(|(description, subnet)| private_address(description, subnet)),
        allocation_id: Some(address.id.clone()),
        domain: Some(api::DomainType::Vpc),
        tags: tags::answer(tags),
        public_ipv4_pool: Some("amazon".to_owned()),
        network_border_group: Some(address.border_group.clone()),
        public_ip: Some(address.public_ip.clone()),
        ..api::Address::default()
    }
}
