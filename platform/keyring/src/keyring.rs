//! Finding, making and using domain keys.

use std::collections::HashMap;
use std::sync::Arc;

use haechi_core::{AccountId, Region};
use haechi_crypto::{Binding, DomainKey, Plaintext, RootKey, Sealed, WrappedDomainKey};
use haechi_store::{Scope, Store, Table};
use parking_lot::RwLock;
use serde::{Deserialize, Serialize};

use crate::KeyringError;

/// One record per account and Region.
const DOMAIN_KEYS: Table<DomainKeyRecord> = Table::new("keyring", "domain-keys", 1);
/// The id of the one record in its scope.
const CURRENT: &str = "current";

#[derive(Serialize, Deserialize)]
struct DomainKeyRecord {
    wrapped: WrappedDomainKey,
}

/// The opened root and the domain keys below it. Cheap to clone.
///
/// Global services (IAM, Organizations) seal in [`Region::global`].
#[derive(Clone)]
pub struct Keyring(Arc<Inner>);

struct Inner {
    root: RootKey,
    store: Store,
    /// Domain keys never change and are never removed while a process runs, so nothing here goes stale.
    opened: RwLock<HashMap<(AccountId, Region), Arc<DomainKey>>>,
}

impl Keyring {
    /// A keyring over the root that a seal opened.
    pub fn new(root: RootKey, store: Store) -> Self {
        Self(Arc::new(Inner {
            root,
            store,
            opened: RwLock::default(),
        }))
    }

    /// The public name of the root key.
    pub fn root_id(&self) -> String {
        self.0.root.id().to_string()
    }

    /// The domain key of an account in a Region, made when it is first asked for. Of several nodes that ask at once
    /// all get the same.
    pub async fn domain(&self, account: &AccountId, region: &Region) -> Result<Arc<DomainKey>, KeyringError> {
        if let Some(domain) = self.opened(account, region) {
            return Ok(domain);
        }
        let wrapped = self.find_or_make(account, region).await?;
        let domain = self.0.root.unwrap(account.as_str(), region.as_str(), &wrapped);
        let domain = Arc::new(domain.map_err(|source| KeyringError::DomainKey {
            account: account.clone(),
            region: region.clone(),
            source,
        })?);
        let mut opened = self.0.opened.write();
        Ok(opened
            .entry((account.clone(), region.clone()))
            .or_insert(domain)
            .clone())
    }

    /// The domain key, if it was used before: for hot paths that can't wait.
    pub fn opened(&self, account: &AccountId, region: &Region) -> Option<Arc<DomainKey>> {
        self.0
            .opened
            .read()
            .get(&(account.clone(), region.clone()))
            .cloned()
    }

    /// Seals a secret of an account in a Region. Name purpose and owner in the binding: it must be named again to
    /// open the record.
    pub async fn seal(
        &self,
        account: &AccountId,
        region: &Region,
        binding: &Binding,
        secret: &[u8],
    ) -> Result<Sealed, KeyringError> {
        Ok(self.domain(account, region).await?.seal(binding, secret)?)
    }

    /// Opens what [`Keyring::seal`] sealed for the same account, Region and binding.
    pub async fn open(
        &self,
        account: &AccountId,
        region: &Region,
        binding: &Binding,
        sealed: &Sealed,
    ) -> Result<Plaintext, KeyringError> {
        Ok(self.domain(account, region).await?.open(binding, sealed)?)
    }

    /// The transaction depends on the absence that it saw: when two make a key at once, the second one's commit
    /// conflicts, runs again and finds the first one's key.
    async fn find_or_make(
        &self,
        account: &AccountId,
        region: &Region,
    ) -> Result<WrappedDomainKey, KeyringError> {
        let scope = Scope::new(region.partition().as_str(), account.as_str(), region.as_str());
        let (root, scope) = (&self.0.root, &scope);
        self.0
            .store
            .txn(|txn| async move {
                if let Some(found) = txn.get(&DOMAIN_KEYS, scope, CURRENT).await? {
                    return Ok(found.wrapped.clone());
                }
                let wrapped = root.wrap(account.as_str(), region.as_str(), &DomainKey::generate()?)?;
                let record = DomainKeyRecord { wrapped };
                txn.put(&DOMAIN_KEYS, scope, CURRENT, &record).await?;
                Ok(record.wrapped)
            })
            .await
    }
}

impl std::fmt::Debug for Keyring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Keyring(root {})", self.root_id())
    }
}

#[cfg(test)]
mod tests;
