//! OpenID Connect identity providers.

use haechi_store::ALL;
use std::sync::Arc;

use haechi_api_iam as api;
use haechi_core::{Call, Failure};
use haechi_policy::Context;
use haechi_wire::Empty;

use crate::access::{arn, current, insert, remove, required, save};
use crate::model::oidc_provider::OidcProvider;
use crate::store::{OIDC_PROVIDERS, scope};
use crate::{Iam, answer, error, tags};

/// The most audiences of one provider.
const MAX_CLIENT_IDS: usize = 100;
/// The most thumbprints of one provider.
const MAX_THUMBPRINTS: usize = 5;

fn check_client_ids(ids: &[String]) -> Result<(), Failure> {
    if ids.len() > MAX_CLIENT_IDS {
        return Err(error::quota("ClientIdsPerOpenIdConnectProvider", MAX_CLIENT_IDS));
    }
    Ok(())
}

fn check_thumbprints(thumbprints: &[String]) -> Result<(), Failure> {
    if thumbprints.len() > MAX_THUMBPRINTS {
        return Err(error::invalid_input(
            "Thumbprint list must contain fewer than 5 entries.",
        ));
    }
    let hexadecimal = |text: &String| text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if thumbprints.iter().all(hexadecimal) {
        Ok(())
    } else {
        Err(error::invalid_input(
            "Thumbprint must be a SHA-1 hash in hexadecimal form.",
        ))
    }
}

/// Host and path of an issuer's URL.
fn host_and_path(url: &str) -> Result<&str, Failure> {
    let rest = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"));
    let rest = rest
        .map(|rest| rest.trim_end_matches('/'))
        .filter(|rest| !rest.is_empty());
    rest.filter(|rest| !rest.contains(['?', '#', ' ']))
        .ok_or_else(|| error::validation("Invalid Open ID Connect Provider URL"))
}

pub(crate) async fn create_open_id_connect_provider(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::CreateOpenIDConnectProviderRequest,
) -> Result<api::CreateOpenIDConnectProviderResponse, Failure> {
    let url = required(input.url);
    let path = host_and_path(&url)?.to_owned();
    let tags = tags::from_request(input.tags, tags::Case::Kept)?;
    let arn = &arn(&call.account, "oidc-provider", "/", &path);
    iam.authorize_making(&call, arn, "iam:TagOpenIDConnectProvider", &tags, Context::new())
        .await?;
    let client_ids = input.client_id_list.unwrap_or_default();
    let thumbprints = input.thumbprint_list.unwrap_or_default();
    check_client_ids(&client_ids)?;
    check_thumbprints(&thumbprints)?;
    let provider = &OidcProvider {
        url: path,
        client_ids,
        thumbprints,
        created_ms: call.time.as_millis(),
        tags,
    };
    let (account, url) = (&call.account, &url);
    iam.platform
        .write(&call, |txn| async move {
            if !insert(&txn, account, provider).await? {
                return Err(error::already_exists(format!(
                    "Provider with url {url} already exists."
                )));
            }
            Ok(api::CreateOpenIDConnectProviderResponse {
                open_id_connect_provider_arn: Some(arn.clone()),
                tags: tags::answer_if_any(&provider.tags),
            })
        })
        .await
}

pub(crate) async fn get_open_id_connect_provider(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::GetOpenIDConnectProviderRequest,
) -> Result<api::GetOpenIDConnectProviderResponse, Failure> {
    let provider = iam
        .open::<OidcProvider>(&call, &required(input.open_id_connect_provider_arn))
        .await?;
    Ok(api::GetOpenIDConnectProviderResponse {
        url: Some(provider.url.clone()),
        client_id_list: Some(provider.client_ids.clone()),
        thumbprint_list: Some(provider.thumbprints.clone()),
        create_date: answer::date(provider.created_ms),
        tags: Some(tags::answer(&provider.tags)),
    })
}

pub(crate) async fn list_open_id_connect_providers(
    iam: Arc<Iam>,
    call: Arc<Call>,
    _: api::ListOpenIDConnectProvidersRequest,
) -> Result<api::ListOpenIDConnectProvidersResponse, Failure> {
    iam.authorize(
        &call,
        &arn(&call.account, "oidc-provider", "/", "*"),
        Context::new(),
    )
    .await?;
    let found = iam
        .platform
        .store
        .list(&OIDC_PROVIDERS, &scope(&call.account), None, ALL)
        .await?;
    let entries = found
        .iter()
        .map(|(_, provider)| api::OpenIDConnectProviderListEntry {
            arn: Some(provider.arn(&call.account)),
        });
    Ok(api::ListOpenIDConnectProvidersResponse {
        open_id_connect_provider_list: Some(entries.collect()),
    })
}

async fn change(
    iam: &Iam,
    call: &Call,
    given: &str,
    change: impl Fn(&mut OidcProvider) -> Result<(), Failure> + Send + Sync,
) -> Result<Empty, Failure> {
    iam.open::<OidcProvider>(call, given).await?;
    let (account, change) = (&call.account, &change);
    iam.platform
        .write(call, |txn| async move {
            let mut provider = current::<OidcProvider>(&txn, account, given).await?;
            change(&mut provider)?;
            save(&txn, account, &provider).await?;
            Ok(Empty::default())
        })
        .await
}

pub(crate) async fn update_open_id_connect_provider_thumbprint(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::UpdateOpenIDConnectProviderThumbprintRequest,
) -> Result<Empty, Failure> {
    let thumbprints = input.thumbprint_list.unwrap_or_default();
    check_thumbprints(&thumbprints)?;
    change(
        &iam,
        &call,
        &required(input.open_id_connect_provider_arn),
        |provider| {
            provider.thumbprints.clone_from(&thumbprints);
            Ok(())
        },
    )
    .await
}

pub(crate) async fn add_client_id_to_open_id_connect_provider(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::AddClientIDToOpenIDConnectProviderRequest,
) -> Result<Empty, Failure> {
    let id = required(input.client_id);
    change(
        &iam,
        &call,
        &required(input.open_id_connect_provider_arn),
        |provider| {
            if !provider.client_ids.contains(&id) {
                provider.client_ids.push(id.clone());
            }
            check_client_ids(&provider.client_ids)
        },
    )
    .await
}

pub(crate) async fn remove_client_id_from_open_id_connect_provider(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::RemoveClientIDFromOpenIDConnectProviderRequest,
) -> Result<Empty, Failure> {
    let id = required(input.client_id);
    change(
        &iam,
        &call,
        &required(input.open_id_connect_provider_arn),
        |provider| {
            provider.client_ids.retain(|known| *known != id);
            Ok(())
        },
    )
    .await
}

pub(crate) async fn delete_open_id_connect_provider(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::DeleteOpenIDConnectProviderRequest,
) -> Result<Empty, Failure> {
    let given = &required(input.open_id_connect_provider_arn);
    // Not idempotent, whatever the API reference says, and in words of its own (recorded in 2026).
    iam.open_or::<OidcProvider>(&call, given, |arn| {
        error::no_such_entity(format!("OpenId connect Provider {arn} cannot be found."))
    })
    .await?;
    let account = &call.account;
    iam.platform
        .write(&call, |txn| async move {
            let provider = current::<OidcProvider>(&txn, account, given).await?;
            remove(&txn, account, &provider).await?;
            Ok(Empty::default())
        })
        .await
}
