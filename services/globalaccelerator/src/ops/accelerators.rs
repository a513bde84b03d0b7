//! CreateAccelerator, DescribeAccelerator, ListAccelerators, UpdateAccelerator, DeleteAccelerator and the attributes.
//!
//! An accelerator is deleted once it is disabled and has no listeners. Follows the Global Accelerator API reference.

use std::net::Ipv4Addr;
use std::sync::Arc;

use haechi_api_globalaccelerator as api;
use haechi_api_globalaccelerator::error::ErrorCode;
use haechi_core::{Call, Failure, Random};
use haechi_dataplane::touch;
use haechi_policy::Context;
use haechi_store::{ALL, Scope, Txn};
use haechi_wire::{Empty, Stored};

use crate::access::current;
use crate::model::{Accelerator, arn};
use crate::paging::page;
use crate::store::{ACCELERATORS, ADDRESSES, scope};
use crate::{GlobalAccelerator, error, identifiers, tags};

/// How often fresh addresses are drawn before there are too many accelerators.
const DRAWS: usize = 100;

pub(crate) async fn create_accelerator(
    accelerators: Arc<GlobalAccelerator>,
    call: Arc<Call>,
    input: api::CreateAcceleratorRequest,
) -> Result<api::CreateAcceleratorResponse, Failure> {
    let tags = tags::from_request(input.tags)?;
    accelerators
        .platform
        .gate
        .authorize_own(&call, "*", tags::context(&tags, &[], None), ())
        .await?;
    if input.ip_addresses.as_ref().is_some_and(|own| !own.is_empty()) {
        return Err(error::invalid("Addresses of one's own (BYOIP) are not there."));
    }
    let random = &*accelerators.platform.random;
    let id = random.uuid();
    let kind = input.ip_address_type.unwrap_or(api::IpAddressType::Ipv4);
    let dual = kind == api::IpAddressType::DualStack;
    let dns_name = identifiers::dns_name(random);
    let shown = api::Accelerator {
        accelerator_arn: Some(arn(&call.account, &id)),
        name: input.name,
        ip_address_type: Some(kind),
        enabled: Some(input.enabled.unwrap_or(true)),
        ip_sets: None,
        dual_stack_dns_name: dual.then(|| dns_name.replace(".aws", ".dualstack.aws")),
        dns_name: Some(dns_name),
        status: None,
        created_time: Some(call.time),
        last_modified_time: Some(call.time),
        events: None,
    };
    let fresh = &Accelerator {
        id,
        shown: Stored(shown),
        attributes: Stored(api::AcceleratorAttributes {
            flow_logs_enabled: Some(false),
            ..Default::default()
        }),
        tags,
        listeners: Default::default(),
    };
    let call = &call;
    accelerators
        .platform
        .write(call, |txn| async move {
            let mut made = fresh.clone();
            let addresses = take_addresses(&txn, random, &arn(&call.account, &made.id)).await?;
            made.shown.ip_sets = Some(ip_sets(
                addresses,
                dual.then(|| identifiers::addresses_v6(random)),
            ));
            txn.put(&ACCELERATORS, &scope(&call.account), &made.id, &made)
                .await?;
            touch(&txn).await?;
            Ok(api::CreateAcceleratorResponse {
                accelerator: Some(made.answer(api::AcceleratorStatus::InProgress)),
            })
        })
        .await
}

/// Two addresses that nobody has.
async fn take_addresses(txn: &Txn, random: &dyn Random, owner: &str) -> Result<[Ipv4Addr; 2], Failure> {
    let deployment = Scope::deployment();
    for _ in 0..DRAWS {
        let drawn = identifiers::addresses(random);
        let [one, other] = drawn.map(|address| address.to_string());
        let taken = txn.get(&ADDRESSES, &deployment, &one).await?.is_some()
            || txn.get(&ADDRESSES, &deployment, &other).await?.is_some();
        if !taken {
            for address in [one, other] {
                txn.put(&ADDRESSES, &deployment, &address, &owner.to_owned())
                    .await?;
            }
            return Ok(drawn);
        }
    }
    Err(error::refused(
        ErrorCode::LimitExceededException,
        "There are no more addresses.",
    ))
}

fn ip_sets(v4: [Ipv4Addr; 2], v6: Option<[String; 2]>) -> Vec<api::IpSet> {
    let set = |family: api::IpAddressFamily, addresses: Vec<String>| api::IpSet {
        ip_family: Some(family.as_str().to_owned()),
        ip_addresses: Some(addresses),
        ip_address_family: Some(family),
        ip_address_details: None,
    };
    let mut sets = vec![set(
        api::IpAddressFamily::IPv4,
        v4.map(|address| address.to_string()).to_vec(),
    )];
    sets.extend(v6.map(|addresses| set(api::IpAddressFamily::IPv6, addresses.to_vec())));
    sets
}

pub(crate) async fn describe_accelerator(
    accelerators: Arc<GlobalAccelerator>,
    call: Arc<Call>,
    input: api::DescribeAcceleratorRequest,
) -> Result<api::DescribeAcceleratorResponse, Failure> {
    let (_, found) = accelerators
        .open(&call, &input.accelerator_arn.unwrap_or_default())
        .await?;
    Ok(api::DescribeAcceleratorResponse {
        accelerator: Some(found.answer(api::AcceleratorStatus::Deployed)),
    })
}

pub(crate) async fn list_accelerators(
    accelerators: Arc<GlobalAccelerator>,
    call: Arc<Call>,
    input: api::ListAcceleratorsRequest,
) -> Result<api::ListAcceleratorsResponse, Failure> {
    let gate = &accelerators.platform.gate;
    gate.authorize_own(&call, "*", Context::new(), ()).await?;
    let store = &accelerators.platform.store;
    let all = store
        .list(&ACCELERATORS, &scope(&call.account), None, ALL)
        .await?;
    let all = all.into_iter().map(|(_, it)| it);
    let (items, next_token) = page(
        all,
        |it| it.id.clone(),
        input.next_token.as_deref(),
        input.max_results,
    )?;
    let shown = items.iter().map(|it| it.answer(api::AcceleratorStatus::Deployed));
    Ok(api::ListAcceleratorsResponse {
        accelerators: Some(shown.collect()),
        next_token,
    })
}

pub(crate) async fn update_accelerator(
    accelerators: Arc<GlobalAccelerator>,
    call: Arc<Call>,
    input: api::UpdateAcceleratorRequest,
) -> Result<api::UpdateAcceleratorResponse, Failure> {
    let (place, _) = accelerators
        .open(&call, input.accelerator_arn.as_deref().unwrap_or_default())
        .await?;
    if input.ip_addresses.as_ref().is_some_and(|own| !own.is_empty()) {
        return Err(error::invalid("Addresses of one's own (BYOIP) are not there."));
    }
    let (now, input) = (call.time, &input);
    let v6 = identifiers::addresses_v6(&*accelerators.platform.random);
    accelerators
        .change(&call, &place, |it| {
            let shown = &mut it.shown.0;
            if input.name.is_some() {
                shown.name.clone_from(&input.name);
            }
            shown.enabled = input.enabled.or(shown.enabled);
            if let Some(kind) = &input.ip_address_type {
                shown.ip_address_type = Some(kind.clone());
                let dual = *kind == api::IpAddressType::DualStack;
                let sets = shown.ip_sets.get_or_insert_default();
                let has = sets
                    .iter()
                    .any(|set| set.ip_address_family == Some(api::IpAddressFamily::IPv6));
                if dual && !has {
                    sets.push(api::IpSet {
                        ip_family: Some(api::IpAddressFamily::IPv6.as_str().to_owned()),
                        ip_addresses: Some(v6.to_vec()),
                        ip_address_family: Some(api::IpAddressFamily::IPv6),
                        ip_address_details: None,
                    });
                } else if !dual {
                    sets.retain(|set| set.ip_address_family != Some(api::IpAddressFamily::IPv6));
                }
                let name = shown.dns_name.clone().unwrap_or_default();
                shown.dual_stack_dns_name = dual.then(|| name.replace(".aws", ".dualstack.aws"));
            }
            shown.last_modified_time = Some(now);
            Ok(api::UpdateAcceleratorResponse {
                accelerator: Some(it.answer(api::AcceleratorStatus::InProgress)),
            })
        })
        .await
}

pub(crate) async fn delete_accelerator(
    accelerators: Arc<GlobalAccelerator>,
    call: Arc<Call>,
    input: api::DeleteAcceleratorRequest,
) -> Result<Empty, Failure> {
    let (place, _) = accelerators
        .open(&call, &input.accelerator_arn.unwrap_or_default())
        .await?;
    let (call, id) = (&call, &place.accelerator);
    accelerators
        .platform
        .write(call, |txn| async move {
            let found = current(&txn, call, id).await?;
            if found.is_enabled() {
                return Err(error::refused(
                    ErrorCode::AcceleratorNotDisabledException,
                    "The accelerator must be disabled before it can be deleted.",
                ));
            }
            if !found.listeners.is_empty() {
                return Err(error::refused(
                    ErrorCode::AssociatedListenerFoundException,
                    "The accelerator has listeners associated with it. Delete them first.",
                ));
            }
            let sets = found.shown.ip_sets.iter().flatten();
            for address in sets.flat_map(|set| set.ip_addresses.iter().flatten()) {
                txn.delete(&ADDRESSES, &Scope::deployment(), address).await?;
            }
            txn.delete(&ACCELERATORS, &scope(&call.account), id).await?;
            touch(&txn).await?;
            Ok(Empty::default())
        })
        .await
}

pub(crate) async fn describe_accelerator_attributes(
    accelerators: Arc<GlobalAccelerator>,
    call: Arc<Call>,
    input: api::DescribeAcceleratorAttributesRequest,
) -> Result<api::DescribeAcceleratorAttributesResponse, Failure> {
    let (_, found) = accelerators
        .open(&call, &input.accelerator_arn.unwrap_or_default())
        .await?;
    Ok(api::DescribeAcceleratorAttributesResponse {
        accelerator_attributes: Some(found.attributes.0.clone()),
    })
}

pub(crate) async fn update_accelerator_attributes(
    accelerators: Arc<GlobalAccelerator>,
    call: Arc<Call>,
    input: api::UpdateAcceleratorAttributesRequest,
) -> Result<api::UpdateAcceleratorAttributesResponse, Failure> {
    let (place, _) = accelerators
        .open(&call, input.accelerator_arn.as_deref().unwrap_or_default())
        .await?;
    accelerators
        .change(&call, &place, |it| {
            let attributes = &mut it.attributes.0;
            attributes.flow_logs_enabled = input.flow_logs_enabled.or(attributes.flow_logs_enabled);
            if attributes.flow_logs_enabled == Some(true) {
                if input.flow_logs_s3_bucket.is_some() {
                    attributes
                        .flow_logs_s3_bucket
                        .clone_from(&input.flow_logs_s3_bucket);
                }
                if input.flow_logs_s3_prefix.is_some() {
                    attributes
                        .flow_logs_s3_prefix
                        .clone_from(&input.flow_logs_s3_prefix);
                }
                if attributes.flow_logs_s3_bucket.is_none() {
                    return Err(error::invalid("Flow logs need a bucket."));
                }
            }
            Ok(api::UpdateAcceleratorAttributesResponse {
                accelerator_attributes: Some(attributes.clone()),
            })
        })
        .await
}
