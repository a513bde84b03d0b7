//! What KMS keeps, and under which keys.

use haechi_core::{AccountId, Region};
use haechi_store::{Scope, StoreError, Table, Txn};

use crate::model::alias::Alias;
use crate::model::grant::Grant;
use crate::model::key::Key;

/// Keys, by id.
pub(crate) const KEYS: Table<Key> = Table::new("kms", "keys", 1).guarded();

/// Aliases, by name.
pub(crate) const ALIASES: Table<Alias> = Table::new("kms", "aliases", 1);

/// The aliases of a key: `(key id, alias name)` → the alias's name again.
pub(crate) const ALIASES_OF_KEY: Table<String> = Table::new("kms", "aliases-of-key", 1).guarded();

/// Grants: `(key id, grant id)`.
pub(crate) const GRANTS: Table<Grant> = Table::new("kms", "grants", 1).guarded();

/// The grants of a grantee on a key: `(key id, grantee, grant id)` → the grant's id.
pub(crate) const GRANTS_OF_GRANTEE: Table<String> = Table::new("kms", "grants-of-grantee", 1);

/// The grants that a principal may retire: `(principal, key id, grant id)` → the key's id.
pub(crate) const GRANTS_OF_RETIRER: Table<String> = Table::new("kms", "grants-of-retirer", 1);

/// The scope of an account's keys in a Region.
pub(crate) fn scope(account: &AccountId, region: &Region) -> Scope {
    Scope::new(region.partition().as_str(), account.as_str(), region.as_str())
}

/// Which account owns the key of an id in a Region: a ciphertext names its key and not its account.
pub(crate) const OWNERS: Table<AccountId> = Table::new("kms", "owners", 1);

/// The scope of what all accounts share in a Region.
pub(crate) fn shared_scope(region: &Region) -> Scope {
    Scope::new(region.partition().as_str(), Scope::NONE, region.as_str())
}

/// Puts a new key; `false` where the id is taken in this account and Region.
pub(crate) async fn insert_key(txn: &Txn, key: &Key) -> Result<bool, StoreError> {
    let scope = scope(&key.account, &key.region);
    if txn.get(&KEYS, &scope, key.id.as_str()).await?.is_some() {
        return Ok(false);
    }
    txn.put(&KEYS, &scope, key.id.as_str(), key).await?;
    let shared = shared_scope(&key.region);
    // Ids that people chose may stand in several accounts: the first keeps the entry.
    if txn.get(&OWNERS, &shared, key.id.as_str()).await?.is_none() {
        txn.put(&OWNERS, &shared, key.id.as_str(), &key.account).await?;
    }
    Ok(true)
}

/// Puts an alias and its entry in the key's list.
pub(crate) async fn put_alias(
    txn: &Txn,
    scope: &Scope,
    alias: &Alias,
    before: Option<&Alias>,
) -> Result<(), StoreError> {
    if let Some(before) = before.filter(|before| before.target != alias.target) {
        txn.delete(
            &ALIASES_OF_KEY,
            scope,
            (before.target.as_str(), before.name.as_str()),
        )
        .await?;
    }
    let name = alias.name.as_str();
    txn.put(&ALIASES, scope, name, alias).await?;
    txn.put(
        &ALIASES_OF_KEY,
        scope,
        (alias.target.as_str(), name),
        &name.to_owned(),
    )
    .await
}

/// Removes an alias and its entry in the key's list.
pub(crate) async fn remove_alias(txn: &Txn, scope: &Scope, alias: &Alias) -> Result<(), StoreError> {
    txn.delete(&ALIASES, scope, alias.name.as_str()).await?;
    txn.delete(
        &ALIASES_OF_KEY,
        scope,
        (alias.target.as_str(), alias.name.as_str()),
    )
    .await
}
