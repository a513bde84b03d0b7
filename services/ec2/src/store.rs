//! What EC2 keeps, and under which keys: everything by its id, in the scope of account and Region.

use haechi_store::Table;

use crate::model::address::Address;
use crate::model::internet_gateway::InternetGateway;
use crate::model::nat_gateway::NatGateway;
use crate::model::network_acl::NetworkAcl;
use crate::model::route_table::RouteTable;
use crate::model::security_group::SecurityGroup;
use crate::model::subnet::Subnet;
use crate::model::vpc::Vpc;
use crate::tags::Tags;

/// VPCs.
pub(crate) const VPCS: Table<Vpc> = Table::new("ec2", "vpcs", 1).guarded();

/// Subnets.
pub(crate) const SUBNETS: Table<Subnet> = Table::new("ec2", "subnets", 1).guarded();

/// Security groups with their rules.
pub(crate) const SECURITY_GROUPS: Table<SecurityGroup> = Table::new("ec2", "security-groups", 1).guarded();

/// Internet gateways.
pub(crate) const INTERNET_GATEWAYS: Table<InternetGateway> =
    Table::new("ec2", "internet-gateways", 1).guarded();

/// Route tables that somebody made or changed.
pub(crate) const ROUTE_TABLES: Table<RouteTable> = Table::new("ec2", "route-tables", 1).guarded();

/// Network ACLs that somebody made or changed.
pub(crate) const NETWORK_ACLS: Table<NetworkAcl> = Table::new("ec2", "network-acls", 1).guarded();

/// NAT gateways.
pub(crate) const NAT_GATEWAYS: Table<NatGateway> = Table::new("ec2", "nat-gateways", 1).guarded();

/// Elastic IP addresses, by allocation id.
pub(crate) const ADDRESSES: Table<Address> = Table::new("ec2", "addresses", 1).guarded();

/// Tags of anything, by its id.
pub(crate) const TAGS: Table<Tags> = Table::new("ec2", "tags", 1);

/// `default-vpc` once the default VPC of the scope has been made, so that it is not made again after its deletion.
pub(crate) const MADE: Table<bool> = Table::new("ec2", "made", 1);
