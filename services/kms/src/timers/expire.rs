//! The end of imported material: its sealed copy goes, and the key waits for it to be imported again.

use haechi_core::Failure;
use haechi_crypto::MaterialId;

use super::{Place, follow};
use crate::Kms;
use crate::model::key::Key;
use crate::store::KEYS;

pub(super) async fn expire(kms: &Kms, place: &Place) -> Result<(), Failure> {
    let Place { scope, id } = place;
    kms.platform
        .store
        .txn(|txn| async move {
            let now = kms.platform.now().as_millis();
            let Some(record) = txn.get(&KEYS, scope, id.as_str()).await? else {
                return Ok(());
            };
            let mut key = record.as_ref().clone();
            let expired = expired(&key, now);
            if expired.is_empty() {
                return Ok(());
            }
            for id in &expired {
                key.lose_material(id);
                kms.log_expiry(&txn, &key).await;
            }
            txn.put(&KEYS, scope, id.as_str(), &key).await?;
            follow(&txn, &key).await
        })
        .await
}

fn expired(key: &Key, now: i64) -> Vec<MaterialId> {
    let present = key.materials.iter().filter(|m| m.is_present());
    present
        .filter(|m| m.expires_ms.is_some_and(|end| end <= now))
        .map(|m| m.id)
        .collect()
}
