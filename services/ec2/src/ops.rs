//! The operations, a family each.

pub(crate) mod addresses;
pub(crate) mod internet_gateways;
pub(crate) mod nat_gateways;
pub(crate) mod network_acl_associations;
pub(crate) mod network_acl_entries;
pub(crate) mod network_acls;
pub(crate) mod network_interfaces;
pub(crate) mod places;
pub(crate) mod route_associations;
pub(crate) mod route_tables;
pub(crate) mod routes;
pub(crate) mod security_group_rules;
pub(crate) mod security_groups;
pub(crate) mod subnets;
pub(crate) mod tagging;
pub(crate) mod vpc_attributes;
pub(crate) mod vpcs;
