//! Elastic IP addresses. They are out of 198.51.100.0/24 and 203.0.113.0/24 (RFC 5737): they can be named, and lead
//! nowhere.

use std::sync::Arc;

use haechi_api_ec2 as api;
use haechi_core::{Call, Failure};
use haechi_wire::Empty;

use crate::model::address::Address;
use crate::noun::{Noun, Selection, current, current_all, remove, save};
use crate::store::scope;
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
            tags::add(&txn, &scope(&call.account, &call.region), id, new).await?;
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
            current::<Address>(&txn, call, id).await?;
            remove::<Address>(&txn, call, id).await?;
            Ok(Empty::default())
        })
        .await
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
    let (found, _) = ec2.select::<Address>(&call, selection).await?;
    Ok(api::DescribeAddressesResult {
        addresses: Some(
            found
                .iter()
                .map(|(address, tags)| answer(address, tags))
                .collect(),
        ),
    })
}

fn answer(address: &Address, tags: &Tags) -> api::Address {
    api::Address {
        allocation_id: Some(address.id.clone()),
        domain: Some(api::DomainType::Vpc),
        tags: tags::answer(tags),
        public_ipv4_pool: Some("amazon".to_owned()),
        network_border_group: Some(address.border_group.clone()),
        public_ip: Some(address.public_ip.clone()),
        ..api::Address::default()
    }
}
