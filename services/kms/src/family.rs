//! Changing a key together with its relatives in other Regions, in one transaction.

use std::sync::Arc;

use haechi_core::{Authorized, Call, Failure};
use haechi_store::{StoreError, Txn};
use haechi_wire::Shape;

use crate::loaded::LoadedKey;
use crate::model::import::align_family;
use crate::model::key::Key;
use crate::model::multi_region::MultiRegion;
use crate::store::KEYS;
use crate::{Kms, error, timers};

impl Kms {
    /// Applies `change` to the newest record of a key that the caller was given, and has its multi-Region family
    /// follow what becomes of its material.
    pub(crate) async fn change_family<O, F>(
        &self,
        call: &Call,
        loaded: &Authorized<Arc<LoadedKey>>,
        change: F,
    ) -> Result<O, Failure>
    where
        O: Shape,
        F: Fn(&mut Key) -> Result<O, Failure> + Send + Sync,
    {
        let scope = loaded.key.region.scope(&loaded.key.account);
        let (scope, change, arn, id) = (&scope, &change, &loaded.arn, loaded.key.id.as_str());
        self.platform
            .write(call, |txn| async move {
                let Some(record) = txn.get(&KEYS, scope, id).await? else {
                    return Err(error::key_not_found(arn).into());
                };
                let mut key = record.as_ref().clone();
                let mut relatives = relatives(&txn, &key).await?;
                align(&mut key, &mut relatives);
                let output = change(&mut key)?;
                align(&mut key, &mut relatives);
                relatives.push(key);
                for member in &relatives {
                    put(&txn, member).await?;
                    timers::follow(&txn, member).await?;
                }
                Ok(output)
            })
            .await
    }
}

/// The other members of a key's family, as they stand.
async fn relatives(txn: &Txn, key: &Key) -> Result<Vec<Key>, StoreError> {
    let mut relatives = Vec::new();
    let family = key.multi_region.iter().flat_map(MultiRegion::regions);
    for region in family.filter(|region| **region != key.region) {
        let scope = region.scope(&key.account);
        if let Some(relative) = txn.get(&KEYS, &scope, key.id.as_str()).await? {
            relatives.push(relative.as_ref().clone());
        }
    }
    Ok(relatives)
}

fn align(key: &mut Key, relatives: &mut [Key]) {
    let family = std::iter::once(key).chain(relatives.iter_mut());
    let (mut replicas, mut primaries): (Vec<_>, Vec<_>) = family.partition(|member| member.is_replica());
    if let Some(primary) = primaries.first_mut() {
        align_family(primary, &mut replicas);
    }
}

async fn put(txn: &Txn, key: &Key) -> Result<(), StoreError> {
    txn.put(&KEYS, &key.region.scope(&key.account), key.id.as_str(), key)
        .await
}
