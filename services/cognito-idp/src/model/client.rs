//! An app client of a pool.

use haechi_api_cognito_idp as api;
use haechi_core::Failure;
use haechi_keyring::Sealed;
use haechi_wire::Stored;
use serde::{Deserialize, Serialize};

use crate::error;

/// An app client.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Client {
    pub(crate) id: String,
    pub(crate) pool: String,
    /// What is shown of it, but for its secret.
    pub(crate) shown: Stored<api::UserPoolClientType>,
    /// Its secret, if it has one.
    pub(crate) secret: Option<Sealed>,
}

/// What a client has where a request says nothing.
pub(crate) fn complete(client: &mut api::UserPoolClientType) -> Result<(), Failure> {
    client.refresh_token_validity.get_or_insert(30);
    client.token_validity_units.get_or_insert_default();
    client.allowed_o_auth_flows_user_pool_client.get_or_insert(false);
    client.enable_token_revocation.get_or_insert(true);
    client
        .enable_propagate_additional_user_context_data
        .get_or_insert(false);
    client.auth_session_validity.get_or_insert(3);
    let uses_flows = client
        .allowed_o_auth_flows
        .as_ref()
        .is_some_and(|it| !it.is_empty());
    let callbacks = client.callback_ur_ls.as_deref().unwrap_or_default();
    if let Some(default) = &client.default_redirect_uri
        && !callbacks.contains(default)
    {
        return Err(error::invalid_parameter(
            "Default redirect uri must be in the list of callback URLs.".to_owned(),
        ));
    }
    let flows = client.allowed_o_auth_flows.as_deref().unwrap_or_default();
    if flows.contains(&api::OAuthFlowType::ClientCredentials) && flows.len() > 1 {
        return Err(error::refused_flow(
            "client_credentials flow can not be selected along with code flow or implicit flow.",
        ));
    }
    let scopes = client
        .allowed_o_auth_scopes
        .as_ref()
        .is_some_and(|it| !it.is_empty());
    if uses_flows && client.allowed_o_auth_flows_user_pool_client == Some(true) && !scopes {
        return Err(error::refused_flow(
            "AllowedOAuthFlows and AllowedOAuthScopes are required if user pool client is allowed to use OAuth flows.",
        ));
    }
    Ok(())
}
