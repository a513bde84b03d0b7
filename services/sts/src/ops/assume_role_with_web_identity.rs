//! AssumeRoleWithWebIdentity: from an identity provider's token into a role that trusts the provider.
//!
//! Unsigned: the token is the credential. The account must have an OpenID Connect provider for the token's issuer and
//! list its audience there, the issuer's keys must be known to the server, and the role's trust policy must allow the
//! provider. Nothing is written into an account's trail before the token has been verified, so that strangers cannot
//! fill it. Follows the STS API reference, "AssumeRoleWithWebIdentity".

use std::sync::Arc;

use haechi_api_sts as api;
use haechi_core::principal::FederatedIdentity;
use haechi_core::{AccountId, Arn, Call, Caller, Clock, Failure, Principal, Session, SystemClock};
use haechi_wire::{ApiError, Fields};

use crate::Sts;
use crate::assuming::{Wish, duration};
use crate::identity_token::{IdentityToken, IdentityTokenError, claimed_issuer};
use crate::session_input::{packed_size, policies, session, validation};

const ACTION: &str = "sts:AssumeRoleWithWebIdentity";

pub(crate) async fn assume_role_with_web_identity(
    sts: Arc<Sts>,
    call: Arc<Call>,
    input: api::AssumeRoleWithWebIdentityRequest,
) -> Result<api::AssumeRoleWithWebIdentityResponse, Failure> {
    let role_arn = input.role_arn.unwrap_or_default();
    let name = input.role_session_name.unwrap_or_default();
    let parsed = Arn::parse(&role_arn).filter(|arn| arn.service() == "iam");
    let Some(account) = parsed.and_then(|arn| AccountId::parse(arn.account()).ok()) else {
        return Err(validation(format!("{role_arn} is invalid")));
    };
    if input.provider_id.is_some() {
        // It names an OAuth 2.0 provider (www.amazon.com, graph.facebook.com); their tokens are not served.
        return Err(validation("The specified ProviderId is not supported."));
    }
    let (inline, arns) = policies(input.policy, input.policy_arns)?;
    let token = sts
        .identity_token(&account, &input.web_identity_token.unwrap_or_default())
        .await?;
    let Some(role) = sts.roles.role(&role_arn).await? else {
        return Err(not_authorized(ACTION));
    };
    call.audit_resource(role.arn.as_str(), "AWS::IAM::Role", &role.account);

    let place = token.issuer.trim_start_matches("https://");
    let provider = format!("arn:{}:iam::{account}:oidc-provider/{place}", call.partition());
    let claims = token.condition_keys(place);
    let wish = Wish {
        session_name: &name,
        source_identity: token.source_identity.as_deref(),
        tags: &token.tags,
        transitive: &token.transitive_tag_keys,
        claims: &claims,
        ..Wish::default()
    };
    let bearer = borne(&call, &account, &provider);
    if let Some(action) = sts.refused_by_role(&bearer, &role, ACTION, &wish).await? {
        return Err(not_authorized(action));
    }

    let session = Session {
        policies: inline,
        policy_arns: arns,
        tags: token.tags.clone(),
        transitive_tag_keys: token.transitive_tag_keys.clone(),
        source_identity: token.source_identity.clone(),
        federated: Some(FederatedIdentity {
            provider: provider.clone(),
            attributes: single(&claims),
        }),
        ..session(&call, duration(&role, input.duration_seconds, 0)?)
    };
    let principal = Principal::AssumedRole {
        account: role.account.clone(),
        path: role.path.clone(),
        role: role.name.clone(),
        id: role.id.clone(),
        session: name,
    };
    let credentials = sts.issue(&role.account, &principal, &session).await?;
    sts.roles.role_used(&role, call.time, &call.region).await?;
    Ok(api::AssumeRoleWithWebIdentityResponse {
        credentials: Some(credentials),
        subject_from_web_identity_token: Some(token.subject),
        assumed_role_user: Some(api::AssumedRoleUser {
            assumed_role_id: Some(principal.user_id()),
            arn: Some(principal.arn(call.partition())),
        }),
        packed_policy_size: packed_size(&session),
        provider: Some(provider),
        audience: Some(token.audience),
        source_identity: token.source_identity,
        ..Default::default()
    })
}

impl Sts {
    /// Verifies a token against the account's provider for its issuer.
    async fn identity_token(&self, account: &AccountId, token: &str) -> Result<IdentityToken, Failure> {
        let issuer = claimed_issuer(token)?;
        let unknown = || IdentityTokenError::UnknownIssuer(issuer.clone());
        let place = issuer.strip_prefix("https://").ok_or_else(unknown)?;
        let clients = self
            .roles
            .oidc_audiences(account, place)
            .await?
            .ok_or_else(unknown)?;
        // Like a signature, a token carries its maker's real time: it is compared with the machine's clock even where
        // the server's own is simulated.
        Ok(IdentityToken::verify(
            &self.issuers,
            &issuer,
            token,
            &clients,
            SystemClock.now(),
        )?)
    }
}

/// The call as policies see it: made by nobody that AWS knows, vouched for by the provider.
fn borne(call: &Call, account: &AccountId, provider: &str) -> Call {
    let federated = FederatedIdentity {
        provider: provider.to_owned(),
        attributes: Vec::new(),
    };
    let vouched = Session {
        issued: call.time,
        federated: Some(federated),
        ..Session::default()
    };
    let bearer = Caller {
        principal: Principal::Anonymous,
        access_key_id: None,
        session: Some(Arc::new(vouched)),
    };
    Call::new(
        call.request_id.clone(),
        call.time,
        call.service,
        call.operation,
        call.region.clone(),
        account.clone(),
        bearer,
        call.origin.clone(),
        Fields::default(),
    )
}

/// The claims that have one value: those that policies of the role may look at.
fn single(claims: &[(String, Vec<String>)]) -> Vec<(String, String)> {
    let single = claims.iter().filter(|(_, values)| values.len() == 1);
    single
        .map(|(key, values)| (key.clone(), values[0].clone()))
        .collect()
}

fn not_authorized(action: &str) -> Failure {
    ApiError::new("AccessDenied", 403, format!("Not authorized to perform {action}")).into()
}
