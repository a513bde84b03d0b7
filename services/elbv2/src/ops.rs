//! The operations, a family each.

pub(crate) mod capacity;
pub(crate) mod limits;
pub(crate) mod listener_attributes;
pub(crate) mod listener_certificates;
pub(crate) mod listeners;
pub(crate) mod load_balancer_attributes;
pub(crate) mod load_balancer_settings;
pub(crate) mod load_balancers;
pub(crate) mod rule_priorities;
pub(crate) mod rules;
pub(crate) mod ssl_policies;
pub(crate) mod tagging;
pub(crate) mod target_group_attributes;
pub(crate) mod target_groups;
pub(crate) mod target_health;
pub(crate) mod targets;
