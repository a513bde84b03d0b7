//! DescribeSSLPolicies.

use std::sync::Arc;

use haechi_api_elbv2 as api;
use haechi_api_elbv2::error::ErrorCode;
use haechi_core::{Call, Failure};

use crate::paging::PageRequest;
use crate::ssl_policies::{POLICIES, SslPolicy, exists};
use crate::{LoadBalancing, error};

pub(crate) async fn describe_ssl_policies(
    elbv2: Arc<LoadBalancing>,
    call: Arc<Call>,
    input: api::DescribeSSLPoliciesInput,
) -> Result<api::DescribeSSLPoliciesOutput, Failure> {
    elbv2.may_read(&call).await?;
    let page = PageRequest::parse(input.marker.as_deref(), input.page_size)?;
    let wanted = input.names.filter(|names| !names.is_empty());
    if let Some(name) = wanted.iter().flatten().find(|name| !exists(name)) {
        let message = format!("SSL policy '{name}' not found");
        return Err(error::refuse(ErrorCode::SSLPolicyNotFoundException, message));
    }
    if input.load_balancer_type == Some(api::LoadBalancerTypeEnum::Gateway) {
        return Ok(api::DescribeSSLPoliciesOutput {
            ssl_policies: Some(Vec::new()),
            next_marker: None,
        });
    }
    let chosen: Vec<(usize, &SslPolicy)> = POLICIES
        .iter()
        .enumerate()
        .filter(|(_, policy)| {
            wanted
                .as_ref()
                .is_none_or(|names| names.iter().any(|name| name == policy.name))
        })
        .collect();
    let (chosen, next_marker) = page.of(chosen, |(number, _)| format!("{number:06}"));
    Ok(api::DescribeSSLPoliciesOutput {
        ssl_policies: Some(chosen.into_iter().map(|(_, policy)| shown(policy)).collect()),
        next_marker,
    })
}

fn shown(policy: &SslPolicy) -> api::SslPolicy {
    let text = |text: &&str| (*text).to_owned();
    let ciphers = (1..).zip(policy.ciphers()).map(|(priority, name)| api::Cipher {
        name: Some(name.to_owned()),
        priority: Some(priority),
    });
    api::SslPolicy {
        ssl_protocols: Some(policy.protocols.iter().map(text).collect()),
        ciphers: Some(ciphers.collect()),
        name: Some(policy.name.to_owned()),
        supported_load_balancer_types: Some(["application", "network"].iter().map(text).collect()),
    }
}
