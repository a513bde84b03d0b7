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
use haechi_store::{Revision, Store};
use parking_lot::Mutex;
use quick_cache::sync::Cache;

use crate::model::key::Key;
use crate::model::key_id::KeyId;
use crate::model::material::{Material, binding};
use crate::store::{KEYS, scope};

/// How many keys are kept ready.
const CAPACITY: usize = 10_000;

/// A key, ready for use.
pub(crate) struct LoadedKey {
    /// The record.
    pub(crate) key: Arc<Key>,
    /// The commit that wrote it.
    revision: Revision,
    /// Its ARN.
    pub(crate) arn: String,
    /// Its policy; `None` would mean a stored policy that no longer parses, which allows nobody.
    pub(crate) policy: Option<Policy>,
    opened: Mutex<BTreeMap<MaterialId, Arc<KeyMaterial>>>,
}

type Place = (AccountId, Region, KeyId);

/// The keys that are ready for use.
pub(crate) struct LoadedKeys {
    store: Store,
    keyring: Arc<Keyring>,
    ready: Cache<Place, Arc<LoadedKey>>,
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
        let place = (account.clone(), region.clone(), id.clone());
        let Some(found) = self
            .store
            .get_with_revision(&KEYS, &scope(account, region), id.as_str())
            .await?
        else {
            self.ready.remove(&place);
            return Ok(None);
        };
        if let Some(ready) = self.ready.get(&place) {
            if ready.revision == found.revision {
                return Ok(Some(ready));
            }
        }
        let loaded = Arc::new(LoadedKey {
            arn: found.value.arn(),
            policy: Policy::parse(&found.value.policy, PolicyKind::KeyPolicy)
                .inspect_err(|error| tracing::error!(key = %id, %error, "a stored key policy does not parse"))
                .ok(),
            key: found.value,
            revision: found.revision,
            opened: Mutex::default(),
        });
        self.ready.insert(place, Arc::clone(&loaded));
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
        let domain = self
            .keyring
            .domain(&key.account, &key.region)
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
