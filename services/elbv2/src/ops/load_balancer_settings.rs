//! SetSecurityGroups, SetSubnets, SetIpAddressType, ModifyIpPools: each replaces what was there.

use std::sync::Arc;

use haechi_api_elbv2 as api;
use haechi_core::{Call, Failure};
use haechi_policy::Context;

use crate::find::{Resource, current, save};
use crate::model::load_balancer::{Kind, LoadBalancer};
use crate::placement::{Wanted, mappings};
use crate::tags::Tags;
use crate::{LoadBalancing, answer, error};

pub(crate) async fn set_security_groups(
    elbv2: Arc<LoadBalancing>,
    call: Arc<Call>,
    input: api::SetSecurityGroupsInput,
) -> Result<api::SetSecurityGroupsOutput, Failure> {
    let arn = &input.load_balancer_arn.unwrap_or_default();
    let wanted = &input.security_groups.unwrap_or_default();
    let rules = &input.enforce_security_group_inbound_rules_on_private_link_traffic;
    let mut context = Context::new();
    context.set("elasticloadbalancing:securitygroup", wanted.clone());
    elbv2.open_with::<LoadBalancer>(&call, arn, context).await?;
    let (call, elbv2) = (&call, &elbv2);
    elbv2
        .platform
        .write(call, |txn| async move {
            let mut changed = current::<LoadBalancer>(&txn, call, arn).await?;
            let groups = elbv2.groups(&txn, call, changed.kind, &changed.vpc, wanted).await?;
            if changed.kind == Kind::Network && changed.security_groups.is_empty() && !groups.is_empty() {
                let message =
                    "You cannot specify security groups for a Network Load Balancer that was created without any";
                return Err(error::configuration(message));
            }
            changed.security_groups = groups;
            if let Some(rules) = rules {
                if changed.kind != Kind::Network {
                    let message = "Inbound rules on PrivateLink traffic are only supported by Network Load Balancers";
                    return Err(error::configuration(message));
                }
                changed.private_link_rules = Some(rules.as_str().to_owned());
            }
            save(&txn, call, &changed).await?;
            Ok(api::SetSecurityGroupsOutput {
                security_group_ids: Some(changed.security_groups),
                enforce_security_group_inbound_rules_on_private_link_traffic: changed
                    .private_link_rules
                    .map(Into::into),
            })
        })
        .await
}

pub(crate) async fn set_subnets(
    elbv2: Arc<LoadBalancing>,
    call: Arc<Call>,
    input: api::SetSubnetsInput,
) -> Result<api::SetSubnetsOutput, Failure> {
    let arn = &input.load_balancer_arn.unwrap_or_default();
    let wanted = &mappings(input.subnets, input.subnet_mappings)?;
    let (ip_address_type, source_nat) = (&input.ip_address_type, &input.enable_prefix_for_ipv6_source_nat);
    let subnets: Vec<String> = wanted.iter().filter_map(|one| one.subnet_id.clone()).collect();
    let mut context = Context::new();
    context.set("elasticloadbalancing:subnet", subnets);
    elbv2.open_with::<LoadBalancer>(&call, arn, context).await?;
    let (call, elbv2) = (&call, &elbv2);
    elbv2
        .platform
        .write(call, |txn| async move {
            let mut changed = current::<LoadBalancer>(&txn, call, arn).await?;
            if let Some(given) = ip_address_type {
                given.as_str().clone_into(&mut changed.ip_address_type);
            }
            let place = Wanted {
                kind: changed.kind,
                internal: changed.internal,
                ip_address_type: changed.ip_address_type.clone(),
                mappings: wanted.clone(),
            };
            let found = elbv2.place(&txn, call, &place).await?;
            if found.vpc != changed.vpc {
                return Err(error::configuration(
                    "The subnets must belong to the VPC of the load balancer",
                ));
            }
            changed.zones = found.zones;
            if let Some(given) = source_nat {
                changed.ipv6_source_nat = Some(given.as_str().to_owned());
            }
            save(&txn, call, &changed).await?;
            Ok(api::SetSubnetsOutput {
                availability_zones: Some(answer::zones(&changed)),
                ip_address_type: Some(changed.ip_address_type.into()),
                enable_prefix_for_ipv6_source_nat: changed.ipv6_source_nat.map(Into::into),
            })
        })
        .await
}

pub(crate) async fn set_ip_address_type(
    elbv2: Arc<LoadBalancing>,
    call: Arc<Call>,
    input: api::SetIpAddressTypeInput,
) -> Result<api::SetIpAddressTypeOutput, Failure> {
    let arn = &input.load_balancer_arn.unwrap_or_default();
    let given = &input
        .ip_address_type
        .map_or_else(String::new, |given| given.as_str().to_owned());
    elbv2.open::<LoadBalancer>(&call, arn).await?;
    let (call, elbv2) = (&call, &elbv2);
    elbv2
        .platform
        .write(call, |txn| async move {
            let mut changed = current::<LoadBalancer>(&txn, call, arn).await?;
            if given == "dualstack-without-public-ipv4"
                && (changed.kind != Kind::Application || changed.internal)
            {
                let message =
                    format!("The IP address type '{given}' is not supported for this load balancer");
                return Err(error::configuration(message));
            }
            let place = Wanted {
                kind: changed.kind,
                internal: changed.internal,
                ip_address_type: given.clone(),
                mappings: changed.zones.iter().map(answer::mapping).collect(),
            };
            elbv2.place(&txn, call, &place).await?;
            changed.ip_address_type.clone_from(given);
            save(&txn, call, &changed).await?;
            Ok(api::SetIpAddressTypeOutput {
                ip_address_type: Some(changed.ip_address_type.into()),
            })
        })
        .await
}

pub(crate) async fn modify_ip_pools(
    elbv2: Arc<LoadBalancing>,
    call: Arc<Call>,
    input: api::ModifyIpPoolsInput,
) -> Result<api::ModifyIpPoolsOutput, Failure> {
    let arn = &input.load_balancer_arn.unwrap_or_default();
    let pool = &input.ipam_pools.and_then(|pools| pools.ipv4_ipam_pool_id);
    let removed = input.remove_ipam_pools.is_some_and(|pools| !pools.is_empty());
    elbv2.open::<LoadBalancer>(&call, arn).await?;
    let call = &call;
    elbv2
        .platform
        .write(call, |txn| async move {
            let mut changed = current::<LoadBalancer>(&txn, call, arn).await?;
            if changed.kind != Kind::Application || changed.internal {
                let message = "IPAM pools are only supported by internet-facing Application Load Balancers";
                return Err(error::configuration(message));
            }
            if removed {
                changed.ipam_pool = None;
            }
            if pool.is_some() {
                changed.ipam_pool.clone_from(pool);
            }
            save(&txn, call, &changed).await?;
            Ok(api::ModifyIpPoolsOutput {
                ipam_pools: changed.ipam_pool.map(answer::ipam_pools),
            })
        })
        .await
}

impl LoadBalancing {
    /// As [`LoadBalancing::open`], with condition keys of the request.
    async fn open_with<R: Resource>(
        &self,
        call: &Call,
        arn: &str,
        context: Context,
    ) -> Result<Arc<R>, Failure> {
        let found = self.find::<R>(call, arn).await?;
        let none = Tags::new();
        let own = found.as_ref().map_or(&none, |record| record.tags());
        self.may_change_with(call, arn, own, context).await?;
        found.ok_or_else(|| R::missing(arn))
    }
}
