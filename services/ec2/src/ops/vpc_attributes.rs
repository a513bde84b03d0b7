//! Attributes of a VPC: one is read at a time, one is changed at a time.

use std::sync::Arc;

use haechi_api_ec2 as api;
use haechi_core::{Call, Failure};
use haechi_wire::Empty;

use crate::model::vpc::Vpc;
use crate::noun::{Noun, current, save};
use crate::{Ec2, error};

pub(crate) async fn describe_vpc_attribute(
    ec2: Arc<Ec2>,
    call: Arc<Call>,
    input: api::DescribeVpcAttributeRequest,
) -> Result<api::DescribeVpcAttributeResult, Failure> {
    let id = input.vpc_id.unwrap_or_default();
    let (vpc, own) = ec2.find::<Vpc>(&call, &id).await?;
    ec2.may_change(&call, Vpc::KIND, &id, &own, input.dry_run).await?;
    let shown = |value| Some(api::AttributeBooleanValue { value: Some(value) });
    let mut answer = api::DescribeVpcAttributeResult {
        vpc_id: Some(id),
        ..api::DescribeVpcAttributeResult::default()
    };
    match input.attribute {
        Some(api::VpcAttributeName::EnableDnsSupport) => answer.enable_dns_support = shown(vpc.dns_support),
        Some(api::VpcAttributeName::EnableDnsHostnames) => {
            answer.enable_dns_hostnames = shown(vpc.dns_hostnames);
        }
        Some(api::VpcAttributeName::EnableNetworkAddressUsageMetrics) => {
            answer.enable_network_address_usage_metrics = shown(vpc.usage_metrics);
        }
        other => {
            let given = other.as_ref().map_or("", api::VpcAttributeName::as_str);
            return Err(error::invalid_value(given, "attribute", "Unknown attribute."));
        }
    }
    Ok(answer)
}

pub(crate) async fn modify_vpc_attribute(
    ec2: Arc<Ec2>,
    call: Arc<Call>,
    input: api::ModifyVpcAttributeRequest,
) -> Result<Empty, Failure> {
    let id = &input.vpc_id.unwrap_or_default();
    let (_, own) = ec2.find::<Vpc>(&call, id).await?;
    ec2.may_change(&call, Vpc::KIND, id, &own, None).await?;
    let given = |value: Option<api::AttributeBooleanValue>| value.and_then(|value| value.value);
    let support = given(input.enable_dns_support);
    let hostnames = given(input.enable_dns_hostnames);
    let metrics = given(input.enable_network_address_usage_metrics);
    match [support, hostnames, metrics].iter().flatten().count() {
        0 => {
            let message = "No attributes specified.";
            return Err(error::refuse("InvalidParameterCombination", message));
        }
        1 => {}
        _ => {
            let message =
                "Fields for multiple attribute types specified: enableDnsHostnames, enableDnsSupport";
            return Err(error::refuse("InvalidParameterCombination", message));
        }
    }
    let call = &call;
    ec2.platform
        .write(call, |txn| async move {
            let mut vpc = current::<Vpc>(&txn, call, id).await?;
            vpc.dns_support = support.unwrap_or(vpc.dns_support);
            vpc.dns_hostnames = hostnames.unwrap_or(vpc.dns_hostnames);
            vpc.usage_metrics = metrics.unwrap_or(vpc.usage_metrics);
            save(&txn, call, &vpc).await?;
            Ok(Empty::default())
        })
        .await
}
