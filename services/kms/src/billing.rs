//! What the bill must know of keys: which there are, since when, and how often they were rotated.
//!
//! Source: the KMS pricing page: a customer managed key costs by the month from its creation, whatever its kind; keys
//! that AWS manages and keys that wait to be deleted cost nothing; the first and the second rotation each add the
//! price of a key, later ones do not.

use haechi_core::{AccountId, Failure, Region};
use haechi_crypto::{KeyPairSpec, KeySpec};
use haechi_store::{Key as StoreKey, Table};
use serde::Deserialize;

use crate::Kms;
use crate::model::key::KeyManager;
use crate::model::key_id::KeyId;
use crate::model::state::KeyState;
use crate::store::KEYS;

/// Keys that are read at once.
const PAGE: usize = 500;
/// The rotations that cost.
const BILLED_ROTATIONS: usize = 2;

/// What of a key's record decides on its price: of a million keys, nothing else should be decoded.
const PRICED: Table<PricedKey> = KEYS.viewed_as();

#[derive(Deserialize)]
struct PricedKey {
    account: AccountId,
    region: Region,
    created_ms: i64,
    state: KeyState,
    manager: KeyManager,
    materials: Vec<PricedMaterial>,
}

#[derive(Deserialize)]
struct PricedMaterial {
    rotated_ms: Option<i64>,
}

impl Kms {
    /// Hands over every key of all accounts and Regions that costs something now: its account, its Region, and since
    /// when each of its billed materials is kept, in ms since the epoch, the key itself first.
    pub async fn billable_keys(
        &self,
        mut each: impl FnMut(&AccountId, &Region, &[i64]) + Send,
    ) -> Result<(), Failure> {
        let mut after: Option<StoreKey> = None;
        loop {
            let store = &self.platform.store;
            let found = store.list_everywhere(&PRICED, after.as_ref(), PAGE).await?;
            for (_, _, key) in &found {
                if let Some(since) = billed_since(key) {
                    each(&key.account, &key.region, &since);
                }
            }
            match found.last() {
                Some((scope, id, _)) if found.len() == PAGE => after = Some(PRICED.key(scope, id)),
                _ => return Ok(()),
            }
            // There may be many, and calls wait for this thread.
            tokio::task::yield_now().await;
        }
    }

    /// Whether calls to the key cost as calls to RSA keys of 2,048 bits do. A key that is gone counts as one.
    pub async fn is_rsa_2048(&self, account: &AccountId, region: &Region, id: &str) -> Result<bool, Failure> {
        let Some(id) = KeyId::custom(id) else {
            return Ok(true);
        };
        let found = self
            .platform
            .store
            .get(&KEYS, &region.scope(account), id.as_str())
            .await?;
        Ok(found.is_none_or(|key| key.spec == KeySpec::Pair(KeyPairSpec::Rsa2048)))
    }
}

fn billed_since(key: &PricedKey) -> Option<Vec<i64>> {
    let waits = matches!(
        key.state,
        KeyState::PendingDeletion | KeyState::PendingReplicaDeletion
    );
    if waits || matches!(key.manager, KeyManager::Aws { .. }) {
        return None;
    }
    let rotations = key.materials.iter().filter_map(|material| material.rotated_ms);
    let mut rotated: Vec<i64> = rotations.collect();
    rotated.sort_unstable();
    rotated.truncate(BILLED_ROTATIONS);
    rotated.insert(0, key.created_ms);
    Some(rotated)
}
