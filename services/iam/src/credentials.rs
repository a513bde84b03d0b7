//! Long-term access keys, for the signature check.

use async_trait::async_trait;
use haechi_core::ports::{Credential, CredentialError, Credentials};
use haechi_core::{Caller, Failure, Principal, Region};
use haechi_store::Scope;
use haechi_wire::Blob;

use crate::Iam;
use crate::model::access_key::{AccessKey, KeyOwner, binding};
use crate::store::{ACCESS_KEYS, USERS, name_id, scope};

#[async_trait]
impl Credentials for Iam {
    async fn credential(
        &self,
        access_key_id: &str,
        session_token: Option<&str>,
    ) -> Result<Result<Credential, CredentialError>, Failure> {
        let store = &self.platform.store;
        let Some(key) = store
            .get(&ACCESS_KEYS, &Scope::deployment(), access_key_id)
            .await?
        else {
            return Ok(Err(CredentialError::Unknown));
        };
        if session_token.is_some() {
            return Ok(Err(CredentialError::TokenMismatch));
        }
        if !key.active {
            return Ok(Err(CredentialError::Inactive));
        }
        let Some(principal) = self.key_owner(&key).await? else {
            return Ok(Err(CredentialError::Unknown));
        };
        let domain = self
            .keyring
            .domain(&key.account, &Region::global())
            .await
            .map_err(Failure::internal)?;
        let secret = domain
            .open(&binding(&key.account, &key.id), &key.secret)
            .map_err(Failure::internal)?;
        let caller = Caller::new(principal, Some(key.id.clone()));
        Ok(Ok(Credential {
            secret: Blob::from(secret.expose()),
            caller,
        }))
    }
}

impl Iam {
    /// The principal behind an access key; none where the user is gone.
    pub(crate) async fn key_owner(&self, key: &AccessKey) -> Result<Option<Principal>, Failure> {
        let account = key.account.clone();
        match &key.owner {
            KeyOwner::Root => Ok(Some(Principal::Root { account })),
            KeyOwner::User(name) => {
                let user = self
                    .platform
                    .store
                    .get(&USERS, &scope(&account), name_id(name).as_str())
                    .await?;
                Ok(user.map(|user| Principal::User {
                    account,
                    path: user.path.clone(),
                    name: user.name.clone(),
                    id: user.id.clone(),
                }))
            }
        }
    }
}
