//! Accounts and users that an operator declares in a seed file.
//!
//! Declaring is idempotent: what exists stays as it is, whatever the file says now. No call is audited, as none is
//! made: the operator owns the store.

use std::collections::BTreeMap;

use haechi_core::{AccountId, Failure};
use haechi_policy::{Policy, PolicyKind};
use haechi_store::{Scope, Txn};
use haechi_wire::Blob;

use crate::Iam;
use crate::accounts::NewAccessKey;
use crate::model::access_key::{AccessKey, KeyOwner};
use crate::model::account::Account;
use crate::model::belongings::Belongings;
use crate::model::permissions::Permissions;
use crate::model::user::User;
use crate::store::{ACCESS_KEYS, ACCOUNTS, ATTACHMENTS, UNIQUE_IDS, USERS, name_id, scope};

/// A user to make.
#[derive(Debug, Clone)]
pub struct UserSeed {
    /// Its account, which must exist.
    pub account: AccountId,
    /// Its name.
    pub name: String,
    /// `/` or `/division/team/`.
    pub path: String,
    /// Its access keys.
    pub access_keys: Vec<NewAccessKey>,
    /// Inline policies: name to document.
    pub policies: BTreeMap<String, String>,
    /// ARNs of managed policies.
    pub managed_policies: Vec<String>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

/// Why a declaration could not be met. The message says which one.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SeedError {
    /// The account is not there.
    #[error("user {user}: there is no account {account}; declare it under [[accounts]]")]
    NoAccount {
        /// The user.
        user: String,
        /// The account it should be in.
        account: AccountId,
    },
    /// The key id belongs to someone else.
    #[error("access key {0} belongs to another principal already")]
    KeyTaken(String),
    /// A key id or secret that AWS's tools would not take.
    #[error("access key {0:?}: an id has 16 to 128 letters and digits, a secret at least 16 characters")]
    KeyForm(String),
    /// A name that IAM would refuse.
    #[error(
        "{0:?} is no name: letters, digits and +=,.@_- only, 64 at the most, and a path begins and ends with /"
    )]
    Name(String),
    /// A policy that IAM would refuse.
    #[error("user {user}, policy {policy}: {reason}")]
    Policy {
        /// The user.
        user: String,
        /// The policy's name.
        policy: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The store or the keyring failed.
    #[error(transparent)]
    Failure(#[from] Failure),
}

impl From<haechi_store::StoreError> for SeedError {
    fn from(error: haechi_store::StoreError) -> Self {
        Self::Failure(error.into())
    }
}

impl Iam {
    /// Makes an account with a root key of the operator's choice, or gives an existing account that key too.
    /// Returns whether anything was made.
    pub async fn seed_root_key(
        &self,
        account: &AccountId,
        name: &str,
        key: &NewAccessKey,
    ) -> Result<bool, SeedError> {
        check_key(key)?;
        let record = self
            .seal_key(account, KeyOwner::Root, &key.id, &key.secret)
            .await?;
        let (record, now) = (&record, self.platform.now().as_millis());
        let seeding = self.platform.store.txn(|txn| async move {
            if !put_key(&txn, record).await? {
                return Ok(false);
            }
            let everywhere = Scope::deployment();
            let found = txn.get(&ACCOUNTS, &everywhere, account.as_str()).await?;
            let mut entry =
                found.map_or_else(|| new_account(account, name, now), |found| found.as_ref().clone());
            entry.root_keys.push(record.id.clone());
            txn.put(&ACCOUNTS, &everywhere, account.as_str(), &entry).await?;
            Ok::<bool, SeedError>(true)
        });
        seeding.await
    }

    /// Makes a user with its keys and policies. A user of that name is left as it is.
    /// Returns whether anything was made.
    pub async fn seed_user(&self, seed: &UserSeed) -> Result<bool, SeedError> {
        check(seed)?;
        let random = &self.platform.random;
        let id = format!("AIDA{}", random.text(17, b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"));
        let mut keys = Vec::new();
        for key in &seed.access_keys {
            let owner = KeyOwner::User(seed.name.clone());
            keys.push(self.seal_key(&seed.account, owner, &key.id, &key.secret).await?);
        }
        let user = User {
            name: seed.name.clone(),
            path: seed.path.clone(),
            id,
            created_ms: self.platform.now().as_millis(),
            tags: seed.tags.clone(),
            permissions: Permissions {
                attached: seed.managed_policies.clone(),
                inline: seed.policies.clone(),
                boundary: None,
            },
            groups: Vec::new(),
            access_keys: keys.iter().map(|key| key.id.clone()).collect(),
            login: None,
            belongings: Belongings::default(),
        };
        let (user, keys) = (&user, &keys);
        self.platform
            .store
            .txn(|txn| async move { put_user(&txn, seed, user, keys).await })
            .await
    }
}

async fn put_user(txn: &Txn, seed: &UserSeed, user: &User, keys: &[AccessKey]) -> Result<bool, SeedError> {
    if txn
        .get(&ACCOUNTS, &Scope::deployment(), seed.account.as_str())
        .await?
        .is_none()
    {
        return Err(SeedError::NoAccount {
            user: seed.name.clone(),
            account: seed.account.clone(),
        });
    }
    let (scope, id) = (scope(&seed.account), name_id(&user.name));
    if txn.get(&USERS, &scope, id.as_str()).await?.is_some() {
        return Ok(false);
    }
    for key in keys {
        // A new user cannot own a key that is there already.
        if !put_key(txn, key).await? {
            return Err(SeedError::KeyTaken(key.id.clone()));
        }
    }
    for arn in &user.permissions.attached {
        txn.put(
            &ATTACHMENTS,
            &scope,
            (arn.as_str(), "policy/user", id.as_str()),
            &user.name,
        )
        .await?;
    }
    txn.put(&UNIQUE_IDS, &scope, user.id.as_str(), &user.arn(&seed.account))
        .await?;
    txn.put(&USERS, &scope, id.as_str(), user).await?;
    Ok(true)
}

/// Puts a key; `false` if its owner has it already.
async fn put_key(txn: &Txn, record: &AccessKey) -> Result<bool, SeedError> {
    let everywhere = Scope::deployment();
    match txn.get(&ACCESS_KEYS, &everywhere, record.id.as_str()).await? {
        None => {
            txn.put(&ACCESS_KEYS, &everywhere, record.id.as_str(), record)
                .await?;
            Ok(true)
        }
        Some(there) if there.account == record.account && there.owner == record.owner => Ok(false),
        Some(_) => Err(SeedError::KeyTaken(record.id.clone())),
    }
}

fn new_account(id: &AccountId, name: &str, created_ms: i64) -> Account {
    Account {
        id: id.clone(),
        name: name.to_owned(),
        created_ms,
        root_keys: Vec::new(),
        alias: None,
        password_policy: None,
        credential_report_ms: None,
        sts_token_version: 1,
    }
}

fn check(seed: &UserSeed) -> Result<(), SeedError> {
    let plain = |text: &str| {
        text.bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"+=,.@_-".contains(&b))
    };
    if seed.name.is_empty() || seed.name.len() > 64 || !plain(&seed.name) {
        return Err(SeedError::Name(seed.name.clone()));
    }
    if !seed.path.starts_with('/') || !seed.path.ends_with('/') || !seed.path.split('/').all(plain) {
        return Err(SeedError::Name(seed.path.clone()));
    }
    for (name, document) in &seed.policies {
        Policy::parse(document, PolicyKind::Identity).map_err(|error| SeedError::Policy {
            user: seed.name.clone(),
            policy: name.clone(),
            reason: error.to_string(),
        })?;
    }
    seed.access_keys.iter().try_for_each(check_key)
}

/// `ASIA…` is left out: such ids are looked up among temporary credentials.
fn check_key(key: &NewAccessKey) -> Result<(), SeedError> {
    let id_fits = (16..=128).contains(&key.id.len())
        && key.id.bytes().all(|b| b.is_ascii_alphanumeric())
        && !key.id.starts_with("ASIA");
    let secret: &Blob = &key.secret;
    if id_fits && secret.len() >= 16 {
        Ok(())
    } else {
        Err(SeedError::KeyForm(key.id.clone()))
    }
}
