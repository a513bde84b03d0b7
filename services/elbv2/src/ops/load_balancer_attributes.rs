//! Attributes of load balancers: an API of keys and values. Those that a request leaves out stay as they are.

use std::sync::Arc;

use haechi_api_elbv2 as api;
use haechi_core::{Call, Failure};

use crate::attributes::{self, Attributes};
use crate::find::{current, save};
use crate::model::load_balancer::{Kind, LoadBalancer};
use crate::{LoadBalancing, error};

pub(crate) async fn describe_load_balancer_attributes(
    elbv2: Arc<LoadBalancing>,
    call: Arc<Call>,
    input: api::DescribeLoadBalancerAttributesInput,
) -> Result<api::DescribeLoadBalancerAttributesOutput, Failure> {
    let arn = input.load_balancer_arn.unwrap_or_default();
    let found = elbv2.read::<LoadBalancer>(&call, &arn).await?;
    Ok(api::DescribeLoadBalancerAttributesOutput {
        attributes: Some(shown(&found.all_attributes())),
    })
}

pub(crate) async fn modify_load_balancer_attributes(
    elbv2: Arc<LoadBalancing>,
    call: Arc<Call>,
    input: api::ModifyLoadBalancerAttributesInput,
) -> Result<api::ModifyLoadBalancerAttributesOutput, Failure> {
    let arn = &input.load_balancer_arn.unwrap_or_default();
    let given = &input.attributes.unwrap_or_default();
    elbv2.open::<LoadBalancer>(&call, arn).await?;
    let call = &call;
    elbv2
        .platform
        .write(call, |txn| async move {
            let mut changed = current::<LoadBalancer>(&txn, call, arn).await?;
            for attribute in given {
                let key = attribute.key.clone().unwrap_or_default();
                let value = attribute.value.clone().unwrap_or_default();
                check(&changed, &key, &value)?;
                changed.attributes.insert(key, value);
            }
            buckets(&changed.all_attributes())?;
            save(&txn, call, &changed).await?;
            Ok(api::ModifyLoadBalancerAttributesOutput {
                attributes: Some(shown(&changed.all_attributes())),
            })
        })
        .await
}

/// A key of another kind of load balancer is refused in other words than one that nobody knows.
fn check(changed: &LoadBalancer, key: &str, value: &str) -> Result<(), Failure> {
    let known = attributes::load_balancer::of(changed.kind, changed.internal);
    let elsewhere = [Kind::Application, Kind::Network, Kind::Gateway]
        .into_iter()
        .flat_map(|kind| attributes::load_balancer::of(kind, false));
    let is_own = known.iter().any(|known| known.key == key);
    if !is_own && elsewhere.into_iter().any(|known| known.key == key) {
        return Err(error::configuration(format!(
            "Load balancer attribute key '{key}' is not supported on load balancers with type '{}'",
            changed.kind.name()
        )));
    }
    attributes::check("Load balancer", &known, key, value)
}

/// Logs that are switched on must go somewhere.
fn buckets(attributes: &Attributes<'_>) -> Result<(), Failure> {
    for logs in ["access_logs.s3", "connection_logs.s3", "health_check_logs.s3"] {
        if attributes.flag(&format!("{logs}.enabled"))
            && attributes.text(&format!("{logs}.bucket")).is_empty()
        {
            return Err(error::configuration(format!(
                "The value of '{logs}.bucket' cannot be empty if '{logs}.enabled' is 'true'"
            )));
        }
    }
    Ok(())
}

fn shown(attributes: &Attributes<'_>) -> Vec<api::LoadBalancerAttribute> {
    attributes
        .all()
        .map(|(key, value)| api::LoadBalancerAttribute {
            key: Some(key.to_owned()),
            value: Some(value.to_owned()),
        })
        .collect()
}
