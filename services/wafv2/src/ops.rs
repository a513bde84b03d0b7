//! One file per operation or tight family.

pub(crate) mod api_keys;
pub(crate) mod associations;
pub(crate) mod check_capacity;
pub(crate) mod deletion;
pub(crate) mod firewall_manager;
pub(crate) mod ip_sets;
pub(crate) mod lists;
pub(crate) mod logging;
pub(crate) mod managed_products;
pub(crate) mod managed_rule_groups;
pub(crate) mod managed_rule_sets;
pub(crate) mod mobile_sdk;
pub(crate) mod permission_policy;
pub(crate) mod rate_keys;
pub(crate) mod regex_pattern_sets;
pub(crate) mod resource_web_acl;
pub(crate) mod rule_groups;
pub(crate) mod samples;
pub(crate) mod statistics;
pub(crate) mod tagging;
pub(crate) mod web_acls;
