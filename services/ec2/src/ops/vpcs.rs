//! VPCs.
//!
//! Source: EC2 API reference, CreateVpc, DeleteVpc, DescribeVpcs, CreateDefaultVpc. A range has 16 to 28 fixed bits; a
//! VPC goes when nothing of its own is left in it: subnets, groups beside the default one, route tables
//! beside the main one, network ACLs beside the default one, gateways. Quotas, which AWS
//! lets everybody raise, are not kept.

use std::sync::Arc;

use haechi_api_ec2 as api;
use haechi_core::{Call, Failure};
use haechi_wire::Empty;

use crate::cidr::Cidr;
use crate::defaults::{default_group, make_default};
use crate::model::network_acl::NetworkAcl;
use crate::model::route_table::{RouteTable, Routing};
use crate::model::security_group::SecurityGroup;
use crate::model::subnet::Subnet;
use crate::model::vpc::Vpc;
use crate::noun::{Noun, Selection, current, current_all, remove, save};
use crate::tags::{self, Tags};
use crate::{Ec2, error, ids};

pub(crate) async fn create_vpc(
    ec2: Arc<Ec2>,
    call: Arc<Call>,
    input: api::CreateVpcRequest,
) -> Result<api::CreateVpcResult, Failure> {
    let new = tags::of_new(input.tag_specifications, Vpc::KIND)?;
    ec2.may_make(&call, Vpc::KIND, &new, None, input.dry_run).await?;
    let text = input
        .cidr_block
        .ok_or_else(|| error::missing_parameter("cidrBlock"))?;
    let cidr = Cidr::parse(&text).ok_or_else(|| not_a_range(&text, "cidrBlock"))?;
    if !(16..=28).contains(&cidr.prefix()) {
        return Err(error::refuse(
            "InvalidVpc.Range",
            format!("The CIDR '{text}' is invalid."),
        ));
    }
    let random = &*ec2.platform.random;
    let id = ids::fresh(random, "vpc");
    let vpc = Vpc {
        ipv6: (input.amazon_provided_ipv6_cidr_block == Some(true)).then(|| Vpc::generated_ipv6(&id)),
        id,
        cidr,
        is_default: false,
        tenancy: input
            .instance_tenancy
            .map_or_else(|| "default".to_owned(), |tenancy| tenancy.as_str().to_owned()),
        dns_support: true,
        dns_hostnames: false,
        usage_metrics: false,
        owner: call.account.to_string(),
        main: None,
    };
    let group = default_group(&vpc, ids::fresh(random, "sg"));
    ec2.ensure_defaults(&call.account, &call.region).await?;
    let (vpc, group, new, call) = (&vpc, &group, &new, &call);
    ec2.platform
        .write(call, |txn| async move {
            save(&txn, call, vpc).await?;
            save(&txn, call, group).await?;
            tags::add(&txn, &call.scope(), &vpc.id, new).await?;
            Ok(api::CreateVpcResult {
                vpc: Some(api::Vpc {
                    state: Some(api::VpcState::Pending),
                    ..answer(call, vpc, new)
                }),
            })
        })
        .await
}

/// The refusal of what is no range.
pub(crate) fn not_a_range(text: &str, parameter: &str) -> Failure {
    error::invalid_value(text, parameter, "This is not a valid CIDR block.")
}

pub(crate) async fn create_default_vpc(
    ec2: Arc<Ec2>,
    call: Arc<Call>,
    input: api::CreateDefaultVpcRequest,
) -> Result<api::CreateDefaultVpcResult, Failure> {
    ec2.may_make(&call, Vpc::KIND, &Tags::new(), None, input.dry_run)
        .await?;
    ec2.ensure_defaults(&call.account, &call.region).await?;
    let (call, seed) = (&call, &ec2.platform.random.hex(16));
    ec2.platform
        .write(call, |txn| async move {
            if current_all::<Vpc>(&txn, call)
                .await?
                .iter()
                .any(|vpc| vpc.is_default)
            {
                let message = "A Default VPC already exists for this account in this region.";
                return Err(error::refuse("DefaultVpcAlreadyExists", message));
            }
            let vpc = make_default(&txn, &call.account, &call.region, seed).await?;
            Ok(api::CreateDefaultVpcResult {
                vpc: Some(answer(call, &vpc, &Tags::new())),
            })
        })
        .await
}

pub(crate) async fn delete_vpc(
    ec2: Arc<Ec2>,
    call: Arc<Call>,
    input: api::DeleteVpcRequest,
) -> Result<Empty, Failure> {
    let id = &input.vpc_id.unwrap_or_default();
    let (_, own) = ec2.find::<Vpc>(&call, id).await?;
    ec2.may_change(&call, Vpc::KIND, id, &own, input.dry_run).await?;
    let call = &call;
    ec2.platform
        .write(call, |txn| async move {
            let vpc = current::<Vpc>(&txn, call, id).await?;
            let groups = current_all::<SecurityGroup>(&txn, call).await?;
            let subnets = current_all::<Subnet>(&txn, call).await?;
            let routing = Routing::read(&txn, call).await?;
            let acls = current_all::<NetworkAcl>(&txn, call).await?;
            let main = vpc.main_table().table;
            let occupied = subnets.iter().any(|subnet| subnet.vpc == vpc.id)
                || groups
                    .iter()
                    .any(|group| group.vpc == vpc.id && group.name != "default")
                || routing
                    .tables
                    .iter()
                    .any(|table| table.vpc == vpc.id && table.id != main)
                || acls
                    .iter()
                    .any(|acl| acl.vpc == vpc.id && acl.id != vpc.network_acl())
                || routing
                    .gateways
                    .iter()
                    .any(|gateway| gateway.vpc.as_ref() == Some(&vpc.id));
            if occupied {
                return Err(error::dependency(format!(
                    "The vpc '{id}' has dependencies and cannot be deleted."
                )));
            }
            for group in groups.iter().filter(|group| group.vpc == vpc.id) {
                remove::<SecurityGroup>(&txn, call, &group.id).await?;
            }
            remove::<RouteTable>(&txn, call, &main).await?;
            remove::<NetworkAcl>(&txn, call, &vpc.network_acl()).await?;
            remove::<Vpc>(&txn, call, id).await?;
            Ok(Empty::default())
        })
        .await
}

pub(crate) async fn describe_vpcs(
    ec2: Arc<Ec2>,
    call: Arc<Call>,
    input: api::DescribeVpcsRequest,
) -> Result<api::DescribeVpcsResult, Failure> {
    ec2.may_read(&call, input.dry_run).await?;
    let selection = Selection::new(
        input.vpc_ids,
        input.filters,
        input.next_token.as_deref(),
        input.max_results,
    )?;
    let (found, next_token) = ec2.select::<Vpc>(&call, selection).await?;
    Ok(api::DescribeVpcsResult {
        vpcs: Some(found.iter().map(|(vpc, tags)| answer(&call, vpc, tags)).collect()),
        next_token,
    })
}

/// A VPC as the API shows it.
fn answer(call: &Call, vpc: &Vpc, tags: &Tags) -> api::Vpc {
    let associated = api::VpcCidrBlockState {
        state: Some(api::VpcCidrBlockStateCode::Associated),
        status_message: None,
    };
    let ipv6 = vpc.ipv6.as_ref().map(|range| {
        vec![api::VpcIpv6CidrBlockAssociation {
            association_id: Some(vpc.ipv6_association()),
            ipv6_cidr_block: Some(range.clone()),
            ipv6_cidr_block_state: Some(associated.clone()),
            network_border_group: Some(call.region.to_string()),
            ipv6_pool: Some("Amazon".to_owned()),
            ipv6_address_attribute: Some(api::Ipv6AddressAttribute::Public),
            ip_source: Some(api::IpSource::Amazon),
        }]
    });
    api::Vpc {
        owner_id: Some(vpc.owner.clone()),
        instance_tenancy: Some(api::Tenancy::from(vpc.tenancy.as_str())),
        ipv6_cidr_block_association_set: ipv6,
        cidr_block_association_set: Some(vec![api::VpcCidrBlockAssociation {
            association_id: Some(vpc.cidr_association()),
            cidr_block: Some(vpc.cidr.to_string()),
            cidr_block_state: Some(associated),
        }]),
        is_default: Some(vpc.is_default),
        tags: tags::answer(tags),
        block_public_access_states: Some(api::BlockPublicAccessStates {
            internet_gateway_block_mode: Some(api::BlockPublicAccessMode::Off),
        }),
        vpc_id: Some(vpc.id.clone()),
        state: Some(api::VpcState::Available),
        cidr_block: Some(vpc.cidr.to_string()),
        dhcp_options_id: Some(vpc.dhcp_options(call.region.as_str())),
        ..api::Vpc::default()
    }
}
