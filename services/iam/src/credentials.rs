//! Long-term access keys, for the signature check.

use std::sync::Arc;

use async_trait::async_trait;
use haechi_core::ports::{Credential, CredentialError, Credentials};
use haechi_core::{Caller, Failure, Principal, Region};
use haechi_store::{Key, Revision, Scope, Store};
use haechi_wire::Blob;
use quick_cache::sync::Cache;

use crate::Iam;
use crate::model::access_key::{AccessKey, KeyOwner, binding};
use crate::store::{ACCESS_KEYS, USERS, name_id, scope};

/// How many credentials are kept ready.
const CAPACITY: usize = 10_000;

/// Credentials whose secret is open, so that a call need not open it again. One is good as long as the records that it
/// was made of are the newest: a key made inactive, or a user deleted, is seen as soon as the store sees it.
pub(crate) struct OpenCredentials(Cache<String, Arc<OpenCredential>>);

struct OpenCredential {
    credential: Arc<Credential>,
    /// The access key's record, and the user's where it is a user's key.
    made_of: Vec<(Key, Revision)>,
}

impl OpenCredentials {
    pub(crate) fn new() -> Self {
        Self(Cache::new(CAPACITY))
    }

    fn current(&self, access_key_id: &str, store: &Store) -> Option<Arc<Credential>> {
        let open = self.0.get(access_key_id)?;
        let newest = |(record, revision): &(Key, Revision)| store.cached_revision(record) == Some(*revision);
        open.made_of
            .iter()
            .all(newest)
            .then(|| Arc::clone(&open.credential))
    }
}

#[async_trait]
impl Credentials for Iam {
    async fn credential(
        &self,
        access_key_id: &str,
        session_token: Option<&str>,
    ) -> Result<Result<Arc<Credential>, CredentialError>, Failure> {
        let store = &self.platform.store;
        if session_token.is_none()
            && let Some(credential) = self.open_credentials.current(access_key_id, store)
        {
            return Ok(Ok(credential));
        }
        let everywhere = Scope::deployment();
        let Some(key) = store
            .get_with_revision(&ACCESS_KEYS, &everywhere, access_key_id)
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
        let mut made_of = vec![(ACCESS_KEYS.key(&everywhere, &access_key_id), key.revision)];
        let Some((principal, user)) = self.key_owner(&key).await? else {
            return Ok(Err(CredentialError::Unknown));
        };
        made_of.extend(user);
        let domain = self
            .keyring
            .domain(&key.account, &Region::global())
            .await
            .map_err(Failure::internal)?;
        let secret = domain
            .open(&binding(&key.account, &key.id), &key.secret)
            .map_err(Failure::internal)?;
        let credential = Arc::new(Credential {
            secret: Blob::from(secret.expose()),
            caller: Caller::new(principal, Some(key.id.clone())),
        });
        let open = OpenCredential {
            credential: Arc::clone(&credential),
            made_of,
        };
        self.open_credentials
            .0
            .insert(access_key_id.to_owned(), Arc::new(open));
        Ok(Ok(credential))
    }
}

impl Iam {
    /// The principal behind an access key, with the record of the user that it was made of; none where the user is
    /// gone.
    async fn key_owner(
        &self,
        key: &AccessKey,
    ) -> Result<Option<(Principal, Option<(Key, Revision)>)>, Failure> {
        let account = key.account.clone();
        match &key.owner {
            KeyOwner::Root => Ok(Some((Principal::Root { account }, None))),
            KeyOwner::User(name) => {
                let scope = scope(&account);
                let id = name_id(name);
                let user = self
                    .platform
                    .store
                    .get_with_revision(&USERS, &scope, id.as_str())
                    .await?;
                Ok(user.map(|user| {
                    let principal = Principal::User {
                        account,
                        path: user.path.clone(),
                        name: user.name.clone(),
                        id: user.id.clone(),
                    };
                    let record = (USERS.key(&scope, &id.as_str()), user.revision);
                    (principal, Some(record))
                }))
            }
        }
    }
}
