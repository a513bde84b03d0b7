//! Attributes of target groups.

use std::sync::Arc;

use haechi_api_elbv2 as api;
use haechi_core::{Call, Failure};

use crate::attributes::{self, Attributes};
use crate::find::{current, save};
use crate::model::target_group::TargetGroup;
use crate::{LoadBalancing, error};

/// Cookies with these names are the load balancer's own.
const RESERVED_COOKIES: [&str; 3] = ["AWSALB", "AWSALBAPP", "AWSALBTG"];

pub(crate) async fn describe_target_group_attributes(
    elbv2: Arc<LoadBalancing>,
    call: Arc<Call>,
    input: api::DescribeTargetGroupAttributesInput,
) -> Result<api::DescribeTargetGroupAttributesOutput, Failure> {
    let arn = input.target_group_arn.unwrap_or_default();
    let found = elbv2.read::<TargetGroup>(&call, &arn).await?;
    Ok(api::DescribeTargetGroupAttributesOutput {
        attributes: Some(shown(&found.all_attributes())),
    })
}

pub(crate) async fn modify_target_group_attributes(
    elbv2: Arc<LoadBalancing>,
    call: Arc<Call>,
    input: api::ModifyTargetGroupAttributesInput,
) -> Result<api::ModifyTargetGroupAttributesOutput, Failure> {
    let arn = &input.target_group_arn.unwrap_or_default();
    let given = &input.attributes.unwrap_or_default();
    elbv2.open::<TargetGroup>(&call, arn).await?;
    let call = &call;
    elbv2
        .platform
        .write(call, |txn| async move {
            let mut changed = current::<TargetGroup>(&txn, call, arn).await?;
            let known = attributes::target_group::of(changed.target_type, changed.protocol.as_deref());
            for attribute in given {
                let key = attribute.key.clone().unwrap_or_default();
                let value = attribute.value.clone().unwrap_or_default();
                if key == "stickiness.type" {
                    attributes::target_group::check_stickiness(changed.protocol.as_deref(), &value)?;
                }
                attributes::check("Target group", &known, &key, &value)?;
                changed.attributes.insert(key, value);
            }
            agree(&changed.all_attributes())?;
            if changed.protocol.as_deref() == Some("TLS")
                && changed.all_attributes().flag("stickiness.enabled")
            {
                let message = "You cannot enable stickiness on target groups with the TLS protocol";
                return Err(error::configuration(message));
            }
            save(&txn, call, &changed).await?;
            Ok(api::ModifyTargetGroupAttributesOutput {
                attributes: Some(shown(&changed.all_attributes())),
            })
        })
        .await
}

/// Attributes that have to do with each other.
fn agree(attributes: &Attributes<'_>) -> Result<(), Failure> {
    let cookie = attributes.text("stickiness.app_cookie.cookie_name");
    if RESERVED_COOKIES
        .iter()
        .any(|reserved| cookie.starts_with(reserved))
    {
        let message = format!("Cookie name '{cookie}' is reserved");
        return Err(error::configuration(message));
    }
    let by_application = attributes.text("stickiness.type") == "app_cookie";
    if by_application && attributes.flag("stickiness.enabled") && cookie.is_empty() {
        let message = "You must specify a cookie name to enable application cookie stickiness";
        return Err(error::configuration(message));
    }
    let algorithm = attributes.text("load_balancing.algorithm.type");
    if attributes.text("load_balancing.algorithm.anomaly_mitigation") == "on"
        && algorithm != "weighted_random"
    {
        let message = "Anomaly mitigation is only supported with the algorithm 'weighted_random'";
        return Err(error::configuration(message));
    }
    if attributes.number("slow_start.duration_seconds") > 0 && !matches!(algorithm, "round_robin" | "") {
        let message = format!("Slow start is not supported with the algorithm '{algorithm}'");
        return Err(error::configuration(message));
    }
    let (deregistration, unhealthy) = (
        "target_failover.on_deregistration",
        "target_failover.on_unhealthy",
    );
    if attributes.text(deregistration) != attributes.text(unhealthy) {
        let message = format!("'{deregistration}' and '{unhealthy}' must have the same value");
        return Err(error::configuration(message));
    }
    Ok(())
}

fn shown(attributes: &Attributes<'_>) -> Vec<api::TargetGroupAttribute> {
    attributes
        .all()
        .map(|(key, value)| api::TargetGroupAttribute {
            key: Some(key.to_owned()),
            value: Some(value.to_owned()),
        })
        .collect()
}
