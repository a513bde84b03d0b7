//! Network interfaces: one per subnet of each load balancer, for as long as it stands there.
//!
//! Terraform waits for their disappearance before it deletes subnets and groups; the description and the attachment's
//! owner are what it looks for.

use std::sync::Arc;

use haechi_api_ec2 as api;
use haechi_core::ports::InterfaceFacts;
use haechi_core::{Call, Failure};

use crate::filters::Facts;
use crate::model::security_group::SecurityGroup;
use crate::model::subnet::Subnet;
use crate::noun::Selection;
use crate::tags::Tags;
use crate::{Ec2, error, ids};

const FILTERS: &[&str] = &[
    "addresses.private-ip-address",
    "association.public-ip",
    "attachment.attachment-id",
    "attachment.device-index",
    "attachment.instance-id",
    "attachment.instance-owner-id",
    "attachment.status",
    "availability-zone",
    "availability-zone-id",
    "description",
    "group-id",
    "group-name",
    "interface-type",
    "mac-address",
    "network-interface-id",
    "owner-id",
    "private-dns-name",
    "private-ip-address",
    "requester-id",
    "requester-managed",
    "source-dest-check",
    "status",
    "subnet-id",
    "vpc-id",
];

pub(crate) async fn describe_network_interfaces(
    ec2: Arc<Ec2>,
    call: Arc<Call>,
    input: api::DescribeNetworkInterfacesRequest,
) -> Result<api::DescribeNetworkInterfacesResult, Failure> {
    ec2.may_read(&call, input.dry_run).await?;
    let selection = Selection::new(
        input.network_interface_ids,
        input.filters,
        input.next_token.as_deref(),
        input.max_results,
    )?;
    let subnets = ec2.all::<Subnet>(&call.account, &call.region).await?;
    let groups = ec2.all::<SecurityGroup>(&call.account, &call.region).await?;
    let (ec2, asked) = (&ec2, &call);
    let interfaces = ec2
        .platform
        .store
        .txn(|txn| async move { ec2.interfaces(&txn, asked).await })
        .await?;
    let mut all = Vec::new();
    for interface in &interfaces {
        if let Some(subnet) = subnets.iter().find(|subnet| subnet.id == interface.subnet) {
            let shown = answer(&call, interface, subnet, &groups);
            all.push((shown.clone(), facts(&shown), Tags::new()));
        }
    }
    let (found, next_token) = selection.of(
        all,
        FILTERS,
        |interface| interface.network_interface_id.as_deref().unwrap_or_default(),
        |id| error::missing("InvalidNetworkInterfaceID.NotFound", "networkInterface", id),
    )?;
    Ok(api::DescribeNetworkInterfacesResult {
        network_interfaces: Some(found.into_iter().map(|(interface, _)| interface).collect()),
        next_token,
    })
}

/// The id of the interface that says this of itself in a subnet.
pub(crate) fn id_of(description: &str, subnet: &str) -> String {
    ids::derived("eni", &[description, subnet])
}

/// The address of the interface that says this of itself in a subnet.
pub(crate) fn private_address(description: &str, subnet: &Subnet) -> String {
    let digest = ids::digest(&[description, &subnet.id]);
    let number = u64::from_be_bytes(std::array::from_fn(|at| digest[at]));
    subnet.cidr.usable_address(number).to_string()
}

fn answer(
    call: &Call,
    interface: &InterfaceFacts,
    subnet: &Subnet,
    groups: &[Arc<SecurityGroup>],
) -> api::NetworkInterface {
    let parts = [interface.description.as_str(), subnet.id.as_str()];
    let digest = ids::digest(&parts);
    let address = private_address(&interface.description, subnet);
    let dns = format!(
        "ip-{}.{}.compute.internal",
        address.replace('.', "-"),
        call.region
    );
    let named = interface.security_groups.iter().map(|id| api::GroupIdentifier {
        group_id: Some(id.clone()),
        group_name: groups
            .iter()
            .find(|group| group.id == *id)
            .map(|group| group.name.clone()),
    });
    api::NetworkInterface {
        attachment: Some(api::NetworkInterfaceAttachment {
            attachment_id: Some(ids::derived("eni-attach", &parts)),
            delete_on_termination: Some(false),
            device_index: Some(1),
            instance_owner_id: Some(interface.requester.to_owned()),
            status: Some(api::AttachmentStatus::Attached),
            ..api::NetworkInterfaceAttachment::default()
        }),
        availability_zone: Some(subnet.zone.clone()),
        availability_zone_id: Some(subnet.zone_id.clone()),
        description: Some(interface.description.clone()),
        groups: Some(named.collect()),
        interface_type: Some(api::NetworkInterfaceType::from(interface.kind)),
        mac_address: Some(format!(
            "02:{:02x}:{:02x}:{:02x}:{:02x}:{:02x}",
            digest[8], digest[9], digest[10], digest[11], digest[12]
        )),
        network_interface_id: Some(id_of(&interface.description, &subnet.id)),
        owner_id: Some(call.account.to_string()),
        private_dns_name: Some(dns.clone()),
        private_ip_address: Some(address.clone()),
        private_ip_addresses: Some(vec![api::NetworkInterfacePrivateIpAddress {
            primary: Some(true),
            private_dns_name: Some(dns),
            private_ip_address: Some(address),
            ..api::NetworkInterfacePrivateIpAddress::default()
        }]),
        requester_id: Some(interface.requester.to_owned()),
        requester_managed: Some(true),
        source_dest_check: Some(true),
        status: Some(api::NetworkInterfaceStatus::InUse),
        subnet_id: Some(subnet.id.clone()),
        vpc_id: Some(subnet.vpc.clone()),
        ..api::NetworkInterface::default()
    }
}

fn facts(shown: &api::NetworkInterface) -> Facts {
    let mut facts = Facts::default();
    if let Some(attachment) = &shown.attachment {
        facts.add_some("attachment.attachment-id", attachment.attachment_id.as_deref());
        facts.add("attachment.device-index", "1");
        facts.add_some(
            "attachment.instance-owner-id",
            attachment.instance_owner_id.as_deref(),
        );
        facts.add("attachment.status", "attached");
    }
    for group in shown.groups.iter().flatten() {
        facts.add_some("group-id", group.group_id.as_deref());
        facts.add_some("group-name", group.group_name.as_deref());
    }
    for name in ["addresses.private-ip-address", "private-ip-address"] {
        facts.add_some(name, shown.private_ip_address.as_deref());
    }
    facts.add_some("availability-zone", shown.availability_zone.as_deref());
    facts.add_some("availability-zone-id", shown.availability_zone_id.as_deref());
    facts.add_some("description", shown.description.as_deref());
    facts.add_some(
        "interface-type",
        shown
            .interface_type
            .as_ref()
            .map(api::NetworkInterfaceType::as_str),
    );
    facts.add_some("mac-address", shown.mac_address.as_deref());
    facts.add_some("network-interface-id", shown.network_interface_id.as_deref());
    facts.add_some("owner-id", shown.owner_id.as_deref());
    facts.add_some("private-dns-name", shown.private_dns_name.as_deref());
    facts.add_some("requester-id", shown.requester_id.as_deref());
    facts.add("requester-managed", "true");
    facts.add("source-dest-check", "true");
    facts.add("status", "in-use");
    facts.add_some("subnet-id", shown.subnet_id.as_deref());
    facts.add_some("vpc-id", shown.vpc_id.as_deref());
    facts
}
