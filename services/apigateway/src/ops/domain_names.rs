//! CreateDomainName, GetDomainName, GetDomainNames, DeleteDomainName.
//!
//! A domain name is taken once in a Region. Certificates are named and not looked at: TLS ends in the gateway, which
//! knows them. Follows the API Gateway API reference, "DomainName".

use haechi_store::ALL;
use std::collections::BTreeMap;
use std::sync::Arc;

use haechi_api_apigateway as api;
use haechi_core::{Call, Failure};
use haechi_dataplane::touch;
use haechi_wire::{Empty, Stored};

use crate::access::current_domain;
use crate::authz::resource_arn;
use crate::model::domain::Domain;
use crate::paging::page;
use crate::store::{DOMAIN_OWNERS, DOMAINS};
use crate::{ApiGateway, error, identifiers, tags};

/// The hosted zone of all edge-optimized names (Route 53 developer guide).
const EDGE_ZONE: &str = "Z2FDTNDATAQYW2";

pub(crate) async fn create_domain_name(
    gateway: Arc<ApiGateway>,
    call: Arc<Call>,
    input: api::CreateDomainNameRequest,
) -> Result<api::DomainName, Failure> {
    let tags = tags::from_request(input.tags.clone())?;
    gateway.authorize(&call, &tags, None, ()).await?;
    let name = &input.domain_name.clone().unwrap_or_default().to_ascii_lowercase();
    check_name(name)?;
    let mut shown = describe(&call, name, &gateway, input)?;
    shown.tags = (!tags.is_empty()).then_some(tags);
    let domain = &Domain {
        shown: Stored(shown),
        mappings: BTreeMap::new(),
    };
    let call = &call;
    gateway
        .platform
        .write(call, |txn| async move {
            let shared = call.region.shared_scope();
            if txn.get(&DOMAIN_OWNERS, &shared, name).await?.is_some() {
                return Err(error::bad_request("The domain name you provided already exists."));
            }
            txn.put(&DOMAIN_OWNERS, &shared, name, &call.account).await?;
            txn.put(&DOMAINS, &call.scope(), name, domain).await?;
            touch(&txn).await?;
            Ok(domain.shown.0.clone())
        })
        .await
}

pub(crate) async fn domain_name(
    gateway: Arc<ApiGateway>,
    call: Arc<Call>,
    input: api::GetDomainNameRequest,
) -> Result<api::DomainName, Failure> {
    let domain = gateway
        .open_domain(&call, &input.domain_name.unwrap_or_default())
        .await?;
    Ok(domain.shown.0.clone())
}

pub(crate) async fn domain_names(
    gateway: Arc<ApiGateway>,
    call: Arc<Call>,
    input: api::GetDomainNamesRequest,
) -> Result<api::DomainNames, Failure> {
    gateway.authorize(&call, &tags::Tags::new(), None, ()).await?;
    let store = &gateway.platform.store;
    let all = store.list(&DOMAINS, &call.scope(), None, ALL).await?;
    let all = all.into_iter().map(|(_, domain)| domain);
    let (items, position) = page(
        all,
        |it| it.name().to_owned(),
        input.position.as_deref(),
        input.limit,
    )?;
    Ok(api::DomainNames {
        position,
        items: Some(items.iter().map(|it| it.shown.0.clone()).collect()),
    })
}

pub(crate) async fn delete_domain_name(
    gateway: Arc<ApiGateway>,
    call: Arc<Call>,
    input: api::DeleteDomainNameRequest,
) -> Result<Empty, Failure> {
    let name = &input.domain_name.unwrap_or_default();
    gateway.open_domain(&call, name).await?;
    let call = &call;
    gateway
        .platform
        .write(call, |txn| async move {
            current_domain(&txn, call, name).await?;
            txn.delete(&DOMAIN_OWNERS, &call.region.shared_scope(), name)
                .await?;
            txn.delete(&DOMAINS, &call.scope(), name).await?;
            touch(&txn).await?;
            Ok(Empty::default())
        })
        .await
}

fn describe(
    call: &Call,
    name: &str,
    gateway: &ApiGateway,
    input: api::CreateDomainNameRequest,
) -> Result<api::DomainName, Failure> {
    let random = &*gateway.platform.random;
    let mut endpoint = input.endpoint_configuration.unwrap_or_default();
    let types = endpoint
        .types
        .get_or_insert_with(|| vec![api::EndpointType::Edge]);
    let edge = match types.as_slice() {
        [api::EndpointType::Edge] => true,
        [api::EndpointType::Regional] => false,
        _ => {
            return Err(error::bad_request(
                "Invalid endpoint type specified for the domain name",
            ));
        }
    };
    endpoint.ip_address_type.get_or_insert(api::IpAddressType::Ipv4);
    let named = if edge {
        input.certificate_arn.is_some() || input.certificate_body.is_some()
    } else {
        input.regional_certificate_arn.is_some()
    };
    if !named {
        return Err(error::bad_request(
            "A certificate was not provided for the endpoint type.",
        ));
    }
    let suffix = call.partition().dns_suffix();
    let regional = format!(
        "d-{}.execute-api.{}.{suffix}",
        identifiers::long(random),
        call.region
    );
    Ok(api::DomainName {
        domain_name: Some(name.to_owned()),
        domain_name_arn: Some(resource_arn(call, &format!("/domainnames/{name}"))),
        certificate_name: input.certificate_name,
        certificate_arn: input.certificate_arn,
        certificate_upload_date: Some(call.time),
        regional_domain_name: (!edge).then_some(regional),
        regional_hosted_zone_id: (!edge).then(|| regional_zone(call.region.as_str()).to_owned()),
        regional_certificate_name: input.regional_certificate_name,
        regional_certificate_arn: input.regional_certificate_arn,
        distribution_domain_name: edge
            .then(|| format!("{}.cloudfront.net", identifiers::distribution(random))),
        distribution_hosted_zone_id: edge.then(|| EDGE_ZONE.to_owned()),
        endpoint_configuration: Some(endpoint),
        domain_name_status: Some(api::DomainNameStatus::Available),
        security_policy: Some(input.security_policy.unwrap_or(api::SecurityPolicy::Tls12)),
        endpoint_access_mode: input.endpoint_access_mode,
        ownership_verification_certificate_arn: input.ownership_verification_certificate_arn,
        routing_mode: Some(
            input
                .routing_mode
                .unwrap_or(api::RoutingMode::BasePathMappingOnly),
        ),
        ..api::DomainName::default()
    })
}

/// The hosted zone of a Region's names (AWS General Reference, "Amazon API Gateway endpoints and quotas").
fn regional_zone(region: &str) -> &'static str {
    match region {
        "us-east-1" => "Z1UJRXOUMOOFQ8",
        "us-east-2" => "ZOJJZC49E0EPZ",
        "us-west-1" => "Z2MUQ32089INYE",
        "us-west-2" => "Z2OJLYMUO9EFXC",
        "ap-northeast-1" => "Z1YSHQZHG15GKL",
        "ap-northeast-2" => "Z20JF4UZKIW1U8",
        "ap-southeast-1" => "ZL327KTPIQFUL",
        "ap-southeast-2" => "Z2RPCDW04V8134",
        "eu-central-1" => "Z1U9ULNL0V5AJ3",
        "eu-west-1" => "ZLY8HYME6SFDD",
        "eu-west-2" => "ZJ5UAJN8Y3Z2Q",
        // A hosted zone means nothing outside of Route 53.
        _ => "Z00000000000000000000",
    }
}

fn check_name(name: &str) -> Result<(), Failure> {
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    let host = name.strip_prefix("*.").unwrap_or(name);
    if name.is_empty() {
        Err(error::bad_request("No Domain Name specified"))
    } else if name.len() > 255 || !host.contains('.') || !host.split('.').all(label) {
        Err(error::bad_request("Invalid domain name specified"))
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_name_is_a_host_name_of_several_labels() {
        for good in ["api.example.com", "*.example.com"] {
            assert!(check_name(good).is_ok(), "{good}");
        }
        for bad in ["", "localhost", "a..b", "a_b.com", "a.*.com"] {
            assert!(check_name(bad).is_err(), "{bad}");
        }
    }
}
