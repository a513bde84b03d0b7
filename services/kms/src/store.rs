//! What KMS keeps, and under which keys.

use haechi_core::{AccountId, Arn};
use haechi_store::{Scope, StoreError, Table, Txn};

use crate::model::alias::Alias;
use crate::model::custom_key_store::CustomKeyStore;
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

/// The grants that a principal may retire, in the scope of the principal's account: `(principal, key id, grant id)` →
/// the key's ARN.
pub(crate) const GRANTS_OF_RETIRER: Table<String> = Table::new("kms", "grants-of-retirer", 1);

/// How many grants a key has, by key id.
pub(crate) const GRANT_COUNTS: Table<u64> = Table::new("kms", "grant-counts", 1);

/// Custom key stores, by id.
pub(crate) const CUSTOM_KEY_STORES: Table<CustomKeyStore> =
    Table::new("kms", "custom-key-stores", 1).guarded();

/// The keys in custom key stores: `(custom key store id, external key id)` → the key's id.
pub(crate) const KEYS_OF_CUSTOM_STORES: Table<String> =
    Table::new("kms", "keys-of-custom-stores", 1).guarded();

/// Which account owns the key of an id in a Region: a ciphertext names its key and not its account.
pub(crate) const OWNERS: Table<AccountId> = Table::new("kms", "owners", 1);

/// Puts a new key; `false` where the id is taken in this account and Region.
pub(crate) async fn insert_key(txn: &Txn, key: &Key) -> Result<bool, StoreError> {
    let scope = key.region.scope(&key.account);
    if !txn.insert(&KEYS, &scope, key.id.as_str(), key).await? {
        return Ok(false);
    }
    // Ids that people chose may stand in several accounts: the first keeps the entry.
    txn.insert(&OWNERS, &key.region.shared_scope(), key.id.as_str(), &key.account)
        .await?;
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

/// Puts a new grant with its entries in the lists of its grantee and its retiring principal.
pub(crate) async fn put_grant(txn: &Txn, key: &Key, grant: &Grant) -> Result<(), StoreError> {
    let scope = key.region.scope(&key.account);
    let (key_id, id) = (key.id.as_str(), grant.id.as_str());
    txn.put(&GRANTS, &scope, (key_id, id), grant).await?;
    let of_grantee = (key_id, grant.grantee.as_str(), id);
    txn.put(&GRANTS_OF_GRANTEE, &scope, of_grantee, &grant.id).await?;
    if let Some(retirer) = &grant.retiring {
        let theirs = retirer_scope(&scope, retirer);
        let place = (retirer.as_str(), key_id, id);
        txn.put(&GRANTS_OF_RETIRER, &theirs, place, &key.arn()).await?;
    }
    count_grants(txn, &scope, key_id, |count| count + 1).await
}

/// Removes a grant with its entries.
pub(crate) async fn remove_grant(txn: &Txn, scope: &Scope, grant: &Grant) -> Result<(), StoreError> {
    let (key_id, id) = (grant.key.as_str(), grant.id.as_str());
    txn.delete(&GRANTS, scope, (key_id, id)).await?;
    txn.delete(&GRANTS_OF_GRANTEE, scope, (key_id, grant.grantee.as_str(), id))
        .await?;
    if let Some(retirer) = &grant.retiring {
        let theirs = retirer_scope(scope, retirer);
        txn.delete(&GRANTS_OF_RETIRER, &theirs, (retirer.as_str(), key_id, id))
            .await?;
    }
    count_grants(txn, scope, key_id, |count| count.saturating_sub(1)).await
}

async fn count_grants(
    txn: &Txn,
    scope: &Scope,
    key_id: &str,
    change: impl Fn(u64) -> u64,
) -> Result<(), StoreError> {
    let before = txn
        .get(&GRANT_COUNTS, scope, key_id)
        .await?
        .map_or(0, |count| *count);
    match change(before) {
        0 => txn.delete(&GRANT_COUNTS, scope, key_id).await,
        count => txn.put(&GRANT_COUNTS, scope, key_id, &count).await,
    }
}

/// Where the list of a retiring principal is kept: in its own account, which may not be the key's.
fn retirer_scope(key: &Scope, retirer: &str) -> Scope {
    let account = Arn::parse(retirer).map(|arn| arn.account().to_owned());
    match account.filter(|account| !account.is_empty()) {
        Some(account) => Scope::new(key.partition.clone(), account, key.region.clone()),
        None => key.clone(),
    }
}
