//! What the bill must know of keys: which there are, since when, and how often they were rotated.
//!
//! Source: the KMS pricing page: a customer managed key costs by the month from its creation, whatever its kind; keys
//! that AWS manages and keys that wait to be deleted cost nothing; the first and the second rotation each add the
//! price of a key, later ones do not.

use haechi_core::{AccountId, Failure, Region};
use haechi_crypto::{KeyPairSpec, KeySpec};
use haechi_store::Key as StoreKey;

use crate::Kms;
use crate::model::key::Key;
use crate::model::key_id::KeyId;
use crate::model::state::KeyState;
use crate::store::KEYS;

/// Keys that are read at once.
const PAGE: usize = 1_000;
/// The rotations that cost.
const BILLED_ROTATIONS: usize = 2;

/// A key that costs something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BillableKey {
    /// Its account.
    pub account: AccountId,
    /// Its Region.
    pub region: Region,
    /// Since when each of its billed materials is kept, in ms since the epoch: the key itself first, then its first
    /// and second rotation.
    pub since_ms: Vec<i64>,
}

impl Kms {
    /// The keys of all accounts and Regions that cost something now.
    pub async fn billable_keys(&self) -> Result<Vec<BillableKey>, Failure> {
        let mut billable = Vec::new();
        let mut after: Option<StoreKey> = None;
        loop {
            let found = self
                .platform
                .store
                .list_everywhere(&KEYS, after.as_ref(), PAGE)
                .await?;
            billable.extend(found.iter().filter_map(|(_, _, key)| bill(key)));
            match found.last() {
                Some((scope, id, _)) if found.len() == PAGE => after = Some(KEYS.key(scope, id)),
                _ => return Ok(billable),
            }
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

fn bill(key: &Key) -> Option<BillableKey> {
    let waits = matches!(
        key.state,
        KeyState::PendingDeletion | KeyState::PendingReplicaDeletion
    );
    if key.is_aws_managed() || waits {
        return None;
    }
    let mut rotated: Vec<i64> = key
        .materials
        .iter()
        .filter_map(|material| material.rotated_ms)
        .collect();
    rotated.sort_unstable();
    let since = std::iter::once(key.created_ms).chain(rotated.into_iter().take(BILLED_ROTATIONS));
    Some(BillableKey {
        account: key.account.clone(),
        region: key.region.clone(),
        since_ms: since.collect(),
    })
}
