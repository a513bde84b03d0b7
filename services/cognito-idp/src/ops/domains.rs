//! CreateUserPoolDomain, DescribeUserPoolDomain, UpdateUserPoolDomain, DeleteUserPoolDomain.
//!
//! A pool has one prefix and one name of its own at most. A domain that is not there is described as nothing, not
//! refused.

use std::sync::Arc;

use haechi_api_cognito_idp as api;
use haechi_core::{Call, Failure};
use haechi_dataplane::touch;
use haechi_policy::Context;
use haechi_store::Txn;
use haechi_wire::Stored;

use crate::access::current;
use crate::model::domain::Domain;
use crate::store::{DOMAINS, POOLS};
use crate::{UserPools, error, identifiers};

const RESERVED: [&str; 3] = ["aws", "amazon", "cognito"];

pub(crate) async fn create_user_pool_domain(
    pools: Arc<UserPools>,
    call: Arc<Call>,
    input: api::CreateUserPoolDomainRequest,
) -> Result<api::CreateUserPoolDomainResponse, Failure> {
    let pool_id = &input.user_pool_id.unwrap_or_default();
    pools.open(&call, pool_id).await?;
    let name = &input.domain.unwrap_or_default();
    let custom = input.custom_domain_config.is_some();
    check_name(name, custom)?;
    let distribution = identifiers::distribution(&*pools.platform.random);
    let domain = &Domain {
        pool: pool_id.clone(),
        account: call.account.clone(),
        shown: Stored(api::DomainDescriptionType {
            user_pool_id: Some(pool_id.clone()),
            aws_account_id: Some(call.account.to_string()),
            domain: Some(name.clone()),
            s3_bucket: Some(format!("aws-cognito-prod-{}-assets", call.region)),
            cloud_front_distribution: Some(distribution.clone()),
            version: Some(call.time.iso8601().replace(['-', ':', 'T', 'Z', '.'], "")),
            status: Some(api::DomainStatusType::Active),
            custom_domain_config: input.custom_domain_config,
            managed_login_version: Some(input.managed_login_version.unwrap_or(1)),
            routing: input.routing,
        }),
    };
    let call = &call;
    pools
        .platform
        .write(call, |txn| async move {
            let shared = call.region.shared_scope();
            let mut pool = current(&txn, call, pool_id).await?;
            if txn.get(&DOMAINS, &shared, name).await?.is_some() {
                return Err(error::invalid_parameter(
                    "Domain already associated with another user pool.",
                ));
            }
            let slot = if custom {
                &mut pool.custom_domain
            } else {
                &mut pool.domain
            };
            if slot.is_some() {
                return Err(error::invalid_parameter(
                    "User pool already has a domain configured.",
                ));
            }
            *slot = Some(name.clone());
            txn.put(&POOLS, &call.scope(), pool_id, &pool).await?;
            txn.put(&DOMAINS, &shared, name, domain).await?;
            touch(&txn).await?;
            Ok(api::CreateUserPoolDomainResponse {
                managed_login_version: domain.shown.managed_login_version,
                cloud_front_domain: domain.shown.cloud_front_distribution.clone().filter(|_| custom),
                routing: domain.shown.routing.clone(),
            })
        })
        .await
}

pub(crate) async fn describe_user_pool_domain(
    pools: Arc<UserPools>,
    call: Arc<Call>,
    input: api::DescribeUserPoolDomainRequest,
) -> Result<api::DescribeUserPoolDomainResponse, Failure> {
    let gate = &pools.platform.gate;
    gate.authorize_own(&call, "*", Context::new(), ()).await?;
    let name = input.domain.unwrap_or_default();
    let shared = call.region.shared_scope();
    let found = pools.platform.store.get(&DOMAINS, &shared, &name).await?;
    let found = found.filter(|domain| domain.account == call.account);
    Ok(api::DescribeUserPoolDomainResponse {
        domain_description: Some(found.map(|domain| domain.shown.0.clone()).unwrap_or_default()),
    })
}

pub(crate) async fn update_user_pool_domain(
    pools: Arc<UserPools>,
    call: Arc<Call>,
    input: api::UpdateUserPoolDomainRequest,
) -> Result<api::UpdateUserPoolDomainResponse, Failure> {
    let pool_id = &input.user_pool_id.clone().unwrap_or_default();
    pools.open(&call, pool_id).await?;
    let name = &input.domain.clone().unwrap_or_default();
    let (call, input) = (&call, &input);
    pools
        .platform
        .write(call, |txn| async move {
            let mut domain = current_domain(&txn, call, pool_id, name).await?;
            if let Some(config) = &input.custom_domain_config {
                if !domain.is_custom() {
                    return Err(error::invalid_parameter("A prefix domain has no certificate."));
                }
                domain.shown.custom_domain_config = Some(config.clone());
            }
            if input.managed_login_version.is_some() {
                domain.shown.managed_login_version = input.managed_login_version;
            }
            txn.put(&DOMAINS, &call.region.shared_scope(), name, &domain)
                .await?;
            touch(&txn).await?;
            let custom = domain.is_custom();
            Ok(api::UpdateUserPoolDomainResponse {
                managed_login_version: domain.shown.managed_login_version,
                cloud_front_domain: domain.shown.cloud_front_distribution.clone().filter(|_| custom),
                routing: domain.shown.0.routing,
            })
        })
        .await
}

pub(crate) async fn delete_user_pool_domain(
    pools: Arc<UserPools>,
    call: Arc<Call>,
    input: api::DeleteUserPoolDomainRequest,
) -> Result<api::DeleteUserPoolDomainResponse, Failure> {
    let pool_id = &input.user_pool_id.unwrap_or_default();
    pools.open(&call, pool_id).await?;
    let name = &input.domain.unwrap_or_default();
    let call = &call;
    pools
        .platform
        .write(call, |txn| async move {
            let domain = current_domain(&txn, call, pool_id, name).await?;
            let mut pool = current(&txn, call, pool_id).await?;
            if domain.is_custom() {
                pool.custom_domain = None;
            } else {
                pool.domain = None;
            }
            txn.put(&POOLS, &call.scope(), pool_id, &pool).await?;
            txn.delete(&DOMAINS, &call.region.shared_scope(), name).await?;
            touch(&txn).await?;
            Ok(api::DeleteUserPoolDomainResponse::default())
        })
        .await
}

async fn current_domain(txn: &Txn, call: &Call, pool: &str, name: &str) -> Result<Domain, Failure> {
    let found = txn.get(&DOMAINS, &call.region.shared_scope(), name).await?;
    let found = found.filter(|domain| domain.account == call.account && domain.pool == pool);
    Ok(found.ok_or_else(error::no_such_domain)?.as_ref().clone())
}

/// A prefix is one label; a name of one's own is a host name.
fn check_name(name: &str, custom: bool) -> Result<(), Failure> {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && label.bytes().all(plain)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let fits = if custom {
        name.contains('.') && name.split('.').all(label)
    } else {
        label(name)
    };
    if !fits {
        return Err(error::invalid_parameter(format!("Invalid domain: {name}")));
    }
    match RESERVED.iter().find(|word| !custom && name.contains(*word)) {
        Some(word) => Err(error::invalid_parameter(format!(
            "Domain cannot contain reserved word: {word}"
        ))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_a_label_without_reserved_words() {
        assert!(check_name("my-app", false).is_ok());
        for bad in ["", "-a", "A", "a.b", "my-cognito"] {
            assert!(check_name(bad, false).is_err(), "{bad}");
        }
        assert!(check_name("auth.example.com", true).is_ok());
        assert!(check_name("auth", true).is_err());
    }
}
