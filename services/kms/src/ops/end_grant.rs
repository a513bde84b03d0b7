//! RetireGrant and RevokeGrant: a grant ends at once.
//!
//! Who revokes needs `kms:RevokeGrant` on the key. Who retires is named by the grant itself: the retiring principal, a
//! grantee that may retire, the account that made it; a policy may allow it too. Both work in every state of the key.
//! Order of errors: Validation, NotFound of the key, (RetireGrant: of the grant,) AccessDenied, NotFound of the grant,
//! DryRunOperation. Follows the KMS API reference and the developer guide, "Retiring and revoking grants".

use std::sync::Arc;

use haechi_api_kms as api;
use haechi_api_kms::error::ErrorCode;
use haechi_core::{Call, Failure};
use haechi_wire::Empty;

use crate::Kms;
use crate::authz::{Wish, lasting_id};
use crate::error;
use crate::loaded::LoadedKey;
use crate::model::grant::{Grant, GrantOperation, is_same_principal};
use crate::model::grant_token::GrantToken;
use crate::model::key::arn;
use crate::ops::create_grant::for_aws_resource;
use crate::resolve::Forms;
use crate::store::{GRANTS, remove_grant};

pub(crate) async fn retire_grant(
    kms: Arc<Kms>,
    call: Arc<Call>,
    input: api::RetireGrantRequest,
) -> Result<Empty, Failure> {
    let dry_run = input.dry_run == Some(true);
    let (loaded, id) = find(&kms, &call, input).await?;
    let scope = loaded.key.region.scope(&loaded.key.account);
    let place = (loaded.key.id.as_str(), id.as_str());
    let Some(grant) = kms.platform.store.get(&GRANTS, &scope, place).await? else {
        return Err(grant_not_found(&id));
    };
    let wish = wish("RetireGrant", &call, &grant);
    let loaded = kms
        .release_to_named(&call, &loaded, wish, &retirers(&call, &grant))
        .await?;
    call.audit_additional("grantId", id.as_str());
    end(&kms, &call, &loaded, &id, dry_run).await
}

pub(crate) async fn revoke_grant(
    kms: Arc<Kms>,
    call: Arc<Call>,
    input: api::RevokeGrantRequest,
) -> Result<Empty, Failure> {
    let id = well_formed(input.grant_id.unwrap_or_default())?;
    let key_id = input.key_id.unwrap_or_default();
    let wish = Wish::new("RevokeGrant").condition("kms:grantisforawsresource", for_aws_resource(&call));
    let loaded = kms.key_for(&call, &key_id, Forms::KeysOnly, wish).await?;
    end(&kms, &call, &loaded, &id, input.dry_run == Some(true)).await
}

/// The key and the grant's id, from a token or from both of them.
async fn find(
    kms: &Kms,
    call: &Call,
    input: api::RetireGrantRequest,
) -> Result<(Arc<LoadedKey>, String), Failure> {
    match (input.grant_token, input.key_id, input.grant_id) {
        (Some(token), None, None) => {
            let token = GrantToken::parse(&token).filter(|token| token.region == call.region);
            let Some(token) = token else {
                return Err(ErrorCode::InvalidGrantTokenException
                    .with("Invalid grant token.")
                    .into());
            };
            match kms.keys.load(&token.account, &token.region, &token.key).await? {
                Some(loaded) => Ok((loaded, token.grant)),
                None => Err(error::key_not_found(&arn(&token.account, &token.region, &token.key)).into()),
            }
        }
        (None, Some(key_id), Some(id)) => {
            let id = well_formed(id)?;
            let named = kms.resolve(call, &key_id, Forms::KeysOnly).await?;
            Ok((named.loaded, id))
        }
        _ => Err(error::validation("Grant token OR (grant ID, key ID) must be specified").into()),
    }
}

fn wish<'a>(action: &'a str, call: &Call, grant: &'a Grant) -> Wish<'a> {
    let wish = Wish::new(action)
        .condition("kms:grantisforawsresource", for_aws_resource(call))
        .condition("kms:granteeprincipal", grant.grantee.as_str());
    match &grant.retiring {
        Some(retiring) => wish.condition("kms:retiringprincipal", retiring.as_str()),
        None => wish,
    }
}

/// Whom the grant lets end it.
fn retirers<'a>(call: &Call, grant: &'a Grant) -> Vec<&'a str> {
    let caller_id = lasting_id(call);
    let is_caller = |id: &Option<String>| is_same_principal(id.as_deref(), &caller_id);
    let retiring = grant
        .retiring
        .as_deref()
        .filter(|_| is_caller(&grant.retiring_id));
    let mut names: Vec<&str> = retiring.into_iter().collect();
    if grant.operations.contains(&GrantOperation::RetireGrant) && is_caller(&grant.grantee_id) {
        names.push(&grant.grantee);
    }
    names.push(&grant.issuing_account);
    names
}

async fn end(kms: &Kms, call: &Call, loaded: &LoadedKey, id: &str, dry_run: bool) -> Result<Empty, Failure> {
    let scope = &loaded.key.region.scope(&loaded.key.account);
    let place = (loaded.key.id.as_str(), id);
    if dry_run {
        if kms.platform.store.get(&GRANTS, scope, place).await?.is_none() {
            return Err(grant_not_found(id));
        }
        return Err(error::dry_run().into());
    }
    kms.platform
        .write(call, |txn| async move {
            let Some(grant) = txn.get(&GRANTS, scope, place).await? else {
                return Err(grant_not_found(id));
            };
            remove_grant(&txn, scope, &grant).await?;
            Ok(Empty::default())
        })
        .await
}

/// Grant ids are 64 hexadecimal digits.
fn well_formed(id: String) -> Result<String, Failure> {
    if id.len() == 64 && id.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Ok(id);
    }
    Err(ErrorCode::InvalidGrantIdException
        .with(format!("Invalid grant ID {id}"))
        .into())
}

fn grant_not_found(id: &str) -> Failure {
    ErrorCode::NotFoundException
        .with(format!("Grant ID {id} not found"))
        .into()
}
