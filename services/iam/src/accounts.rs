//! Accounts and their root keys. Until Organizations is there, the operator makes them.

use haechi_core::{AccountId, Failure, Region, access_key_id};
use haechi_wire::Blob;

use crate::Iam;
use crate::model::access_key::{AccessKey, KeyOwner, binding};
use crate::model::account::Account;
use crate::store::{ACCESS_KEYS, ACCOUNTS};
use haechi_store::Scope;

/// The account is there already.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the account {0} exists already")]
pub struct AccountExistsError(pub AccountId);

/// A new access key, with the secret that is shown once.
#[derive(Debug, Clone)]
pub struct NewAccessKey {
    /// `AKIA…`
    pub id: String,
    /// Forty characters; redacted in `Debug`.
    pub secret: Blob,
}

/// The characters of secret access keys.
const SECRET_ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

impl Iam {
    /// Makes an account with one root access key. An account that exists is refused.
    pub async fn create_account(
        &self,
        id: &AccountId,
        name: &str,
    ) -> Result<Result<NewAccessKey, AccountExistsError>, Failure> {
        let (record, fresh) = self.seal_new_key(id, KeyOwner::Root).await?;
        let account = Account {
            id: id.clone(),
            name: name.to_owned(),
            created_ms: self.platform.now().as_millis(),
            root_keys: vec![fresh.id.clone()],
            alias: None,
            password_policy: None,
            credential_report_ms: None,
            sts_token_version: 1,
        };
        let (record, account) = (&record, &account);
        let made = self
            .platform
            .store
            .txn(|txn| async move {
                let everywhere = Scope::deployment();
                if txn.get(&ACCOUNTS, &everywhere, id.as_str()).await?.is_some() {
                    return Ok::<bool, Failure>(false);
                }
                txn.put(&ACCOUNTS, &everywhere, id.as_str(), account).await?;
                txn.put(&ACCESS_KEYS, &everywhere, record.id.as_str(), record)
                    .await?;
                Ok(true)
            })
            .await?;
        Ok(if made {
            Ok(fresh)
        } else {
            Err(AccountExistsError(id.clone()))
        })
    }

    /// The accounts of this deployment.
    pub async fn accounts(&self) -> Result<Vec<Account>, Failure> {
        let found = self
            .platform
            .store
            .list(&ACCOUNTS, &Scope::deployment(), None, 100_000)
            .await?;
        Ok(found
            .into_iter()
            .map(|(_, account)| account.as_ref().clone())
            .collect())
    }

    /// The record of an account.
    ///
    /// # Errors
    /// A store that can't be read.
    pub async fn account(&self, id: &AccountId) -> Result<Option<std::sync::Arc<Account>>, Failure> {
        Ok(self
            .platform
            .store
            .get(&ACCOUNTS, &Scope::deployment(), id.as_str())
            .await?)
    }

    /// A fresh access key and its record. The record is the caller's to put.
    pub(crate) async fn seal_new_key(
        &self,
        account: &AccountId,
        owner: KeyOwner,
    ) -> Result<(AccessKey, NewAccessKey), Failure> {
        let fresh = self.new_access_key(account);
        let record = self.seal_key(account, owner, &fresh.id, &fresh.secret).await?;
        Ok((record, fresh))
    }

    /// An access key that nobody has yet; it opens nothing until its record is stored.
    pub fn new_access_key(&self, account: &AccountId) -> NewAccessKey {
        let random = &self.platform.random;
        NewAccessKey {
            id: access_key_id::fresh(&**random, "AKIA", account),
            secret: Blob::from(random.text(40, SECRET_ALPHABET).into_bytes()),
        }
    }

    /// The record of an access key whose id and secret are given.
    pub(crate) async fn seal_key(
        &self,
        account: &AccountId,
        owner: KeyOwner,
        id: &str,
        secret: &Blob,
    ) -> Result<AccessKey, Failure> {
        let domain = self
            .keyring
            .domain(account, &Region::global())
            .await
            .map_err(Failure::internal)?;
        let sealed = domain
            .seal(&binding(account, id), secret)
            .map_err(Failure::internal)?;
        Ok(AccessKey {
            id: id.to_owned(),
            account: account.clone(),
            owner,
            active: true,
            created_ms: self.platform.now().as_millis(),
            secret: sealed,
        })
    }
}
