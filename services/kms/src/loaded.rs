//! Keys made ready for use: the record, its parsed policy, its opened material.
//!
//! What is derived from a record is kept as long as the record's revision is the newest, so that a change (a key
//! disabled on another node) is seen as soon as the store sees it.

use std::collections::BTreeMap;
use std::sync::Arc;

use haechi_core::{AccountId, Failure, Region};
use haechi_crypto::{KeyMaterial, MaterialId};
use haechi_keyring::Keyring;
use haechi_policy::{Policy, PolicyKind};
use haechi_store::{Key as Place, Revision, Store};
use parking_lot::Mutex;
use quick_cache::Equivalent;
use quick_cache::sync::Cache;

use crate::model::key::Key;
use crate::model::key_id::KeyId;
use crate::model::material::{Material, binding};
use crate::store::KEYS;

/// How many keys are kept ready.
const CAPACITY: usize = 10_000;

/// A key, ready for use.
pub(crate) struct LoadedKey {
    /// The record.
    pub(crate) key: Arc<Key>,
    /// Where the store has the record.
    place: Place,
    /// The commit that wrote it.
    revision: Revision,
    /// Its ARN.
    pub(crate) arn: String,
    /// Its policy; `None` would mean a stored policy that no longer parses, which allows nobody.
    pub(crate) policy: Option<Policy>,
    opened: Mutex<BTreeMap<MaterialId, Arc<KeyMaterial>>>,
}

/// Whose key is meant.
#[derive(Hash, PartialEq, Eq)]
struct Name {
    account: AccountId,
    region: Region,
    id: KeyId,
}

/// [`Name`], borrowed; it must hash the same.
#[derive(Hash)]
struct NameRef<'a> {
    account: &'a AccountId,
    region: &'a Region,
    id: &'a KeyId,
}

impl Equivalent<Name> for NameRef<'_> {
    fn equivalent(&self, name: &Name) -> bool {
        *self.id == name.id && *self.account == name.account && *self.region == name.region
    }
}

/// The keys that are ready for use.
pub(crate) struct LoadedKeys {
    store: Store,
    keyring: Arc<Keyring>,
    ready: Cache<Name, Arc<LoadedKey>>,
}

impl LoadedKeys {
    pub(crate) fn new(store: Store, keyring: Arc<Keyring>) -> Self {
        Self {
            store,
            keyring,
            ready: Cache::new(CAPACITY),
        }
    }

    /// The key of an account and Region; `None` where there is none.
    pub(crate) async fn load(
        &self,
        account: &AccountId,
        region: &Region,
        id: &KeyId,
    ) -> Result<Option<Arc<LoadedKey>>, Failure> {
        let name = NameRef { account, region, id };
        let ready = self.ready.get(&name);
        if let Some(ready) = &ready
            && self.store.cached_revision(&ready.place) == Some(ready.revision)
        {
            return Ok(Some(Arc::clone(ready)));
        }
        let scope = region.scope(account);
        let Some(found) = self.store.get_with_revision(&KEYS, &scope, id.as_str()).await? else {
            self.ready.remove(&name);
            return Ok(None);
        };
        if let Some(ready) = ready
            && ready.revision == found.revision
        {
            return Ok(Some(ready));
        }
        let loaded = Arc::new(LoadedKey {
            place: KEYS.key(&scope, &id.as_str()),
            arn: found.value.arn(),
            policy: Policy::parse(&found.value.policy, PolicyKind::KeyPolicy)
                .inspect_err(|error| tracing::error!(key = %id, %error, "a stored key policy does not parse"))
                .ok(),
            key: found.value,
            revision: found.revision,
            opened: Mutex::default(),
        });
        let name = Name {
            account: account.clone(),
            region: region.clone(),
            id: id.clone(),
        };
        self.ready.insert(name, Arc::clone(&loaded));
        Ok(Some(loaded))
    }

    /// Opens one piece of the key's material; it stays open while the key's record is unchanged.
    pub(crate) async fn open(
        &self,
        loaded: &LoadedKey,
        material: &Material,
    ) -> Result<Option<Arc<KeyMaterial>>, Failure> {
        if let Some(open) = loaded.opened.lock().get(&material.id) {
            return Ok(Some(Arc::clone(open)));
        }
        let Some(sealed) = &material.sealed else {
            return Ok(None);
        };
        let key = &loaded.key;
        // Boxed: needed once, and every call would carry the room for it.
        let domain = Box::pin(self.keyring.domain(&key.account, &key.region))
            .await
            .map_err(Failure::internal)?;
        let bound = binding(
            key.account.as_str(),
            key.region.as_str(),
            key.id.as_str(),
            &material.id,
        );
        let bytes = domain.open(&bound, sealed).map_err(Failure::internal)?;
        let open = KeyMaterial::from_bytes(key.spec, bytes.expose()).map_err(Failure::internal)?;
        let open = Arc::new(open);
        loaded.opened.lock().insert(material.id, Arc::clone(&open));
        Ok(Some(open))
    }
}
