//! What is kept, and under which keys, in the scope of account and Region. Names come first, so that all of a load
//! balancer, or of a target group, lies together.

use haechi_store::Table;

use crate::model::listener::Listener;
use crate::model::load_balancer::LoadBalancer;
use crate::model::rule::Rule;
use crate::model::target::{Health, Target};
use crate::model::target_group::TargetGroup;

/// Load balancers, by name.
pub(crate) const LOAD_BALANCERS: Table<LoadBalancer> = Table::new("elbv2", "load-balancers", 1).guarded();

/// Listeners: `(load balancer's name, listener id)`.
pub(crate) const LISTENERS: Table<Listener> = Table::new("elbv2", "listeners", 1).guarded();

/// Rules: `(load balancer's name, listener id, rule id)`. A listener's default rule is part of the listener.
pub(crate) const RULES: Table<Rule> = Table::new("elbv2", "rules", 1).guarded();

/// Target groups, by name.
pub(crate) const TARGET_GROUPS: Table<TargetGroup> = Table::new("elbv2", "target-groups", 1).guarded();

/// Targets: `(group's name, target id, port)`.
pub(crate) const TARGETS: Table<Target> = Table::new("elbv2", "targets", 1).guarded();

/// What gateways report of targets: `(group's name, target id, port)`. Apart from the targets, since it changes often
/// and concerns no gateway.
pub(crate) const HEALTH: Table<Health> = Table::new("elbv2", "health", 1);
