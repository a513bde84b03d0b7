//! From the `KeyId` of a request to the key.

use std::sync::Arc;

use haechi_core::{AccountId, Call, Failure, Region, access_denied};

use crate::error;
use crate::loaded::LoadedKey;
use crate::model::alias::AliasName;
use crate::model::key::arn;
use crate::model::key_id::KeyId;
use crate::model::key_ref::KeyRef;
use crate::store::ALIASES;
use crate::{Kms, managed};

/// A key with the alias by which the request named it (`kms:RequestAlias`).
pub(crate) struct Named {
    pub(crate) loaded: Arc<LoadedKey>,
    pub(crate) alias: Option<AliasName>,
}

/// Which forms of a key's name an operation takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Forms {
    /// Key ids and key ARNs.
    KeysOnly,
    /// Aliases too.
    KeysAndAliases,
}

impl Kms {
    /// Finds the key that a request names. A key of another account that is not there looks like one that may not
    /// be used, so that nobody can probe for keys.
    pub(crate) async fn resolve(&self, call: &Call, key_id: &str, forms: Forms) -> Result<Named, Failure> {
        let Some(named) = KeyRef::parse(key_id) else {
            return Err(error::invalid_key_id(key_id).into());
        };
        if forms == Forms::KeysOnly && named.alias().is_some() {
            return Err(error::invalid_key_id(key_id).into());
        }
        let alias = named.alias().cloned();
        let (account, region) = match &named {
            KeyRef::Id(_) | KeyRef::Alias(_) => (call.account.clone(), call.region.clone()),
            KeyRef::Arn { account, region, .. } | KeyRef::AliasArn { account, region, .. } => {
                (account.clone(), region.clone())
            }
        };
        if region != call.region {
            return Err(error::invalid_arn_region(region.as_str()).into());
        }
        let id = match named {
            KeyRef::Id(id) | KeyRef::Arn { id, .. } => id,
            KeyRef::Alias(name) | KeyRef::AliasArn { name, .. } => {
                match self.alias_target(call, &account, &region, &name).await? {
                    Some(id) => id,
                    None if account == call.account => {
                        return Err(error::alias_not_found(&name.arn(&account, &region)).into());
                    }
                    None => return Err(unreachable_key(call, key_id)),
                }
            }
        };
        match self.keys.load(&account, &region, &id).await? {
            Some(loaded) => Ok(Named { loaded, alias }),
            // Seeded keys may have ids of any look; a key that is not there is judged by AWS's rule.
            None if !id.is_genuine() => Err(error::invalid_key_id(key_id).into()),
            None if account == call.account => Err(error::key_not_found(&arn(&account, &region, &id)).into()),
            None => Err(unreachable_key(call, key_id)),
        }
    }

    /// The key that an alias points at. The alias of an AWS managed key brings it into being when a service asks.
    async fn alias_target(
        &self,
        call: &Call,
        account: &AccountId,
        region: &Region,
        name: &AliasName,
    ) -> Result<Option<KeyId>, Failure> {
        if let Some(alias) = self
            .platform
            .store
            .get(&ALIASES, &region.scope(account), name.as_str())
            .await?
        {
            return Ok(Some(alias.target.clone()));
        }
        match name.managed_service() {
            Some(service) if managed::may_make(call, service) => {
                // Boxed: once in a key's life, and every call would carry the room for it.
                Box::pin(managed::make(self, account, region, service))
                    .await
                    .map(Some)
            }
            _ => Ok(None),
        }
    }
}

/// What AWS says of a foreign key that is not there, or not here, or not to be used.
pub(crate) fn unreachable_key(call: &Call, resource: &str) -> Failure {
    unreachable_for(call, &call.action(), resource)
}

/// [`unreachable_key`] for an action that is not called like the operation (`kms:ReEncryptTo`).
pub(crate) fn unreachable_for(call: &Call, action: &str, resource: &str) -> Failure {
    let message = format!(
        "User: {} is not authorized to perform: {action} on resource: {resource} because the resource does not \
         exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly \
         denies access",
        call.caller_arn(),
    );
    access_denied(call.service, message).into()
}
