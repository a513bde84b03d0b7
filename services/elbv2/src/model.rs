//! What is true of load balancers, listeners, rules, target groups and targets, whatever the API.

pub(crate) mod action;
pub(crate) mod condition;
pub(crate) mod listener;
pub(crate) mod load_balancer;
pub(crate) mod rule;
pub(crate) mod target;
pub(crate) mod target_group;
