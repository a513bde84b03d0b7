//! A key gets new current material; all that it had stays for what it has encrypted.
//!
//! Source: KMS developer guide, "Rotate AWS KMS keys".

use haechi_core::Failure;
use haechi_crypto::{KeyMaterial, KeySpec};
use haechi_store::Txn;

use crate::Kms;
use crate::model::key::Key;
use crate::model::material::{Material, MaterialState, RotationType};

/// Where the new material comes from.
#[derive(Clone, Copy)]
pub(crate) enum Next<'a> {
    /// It has just been generated.
    Generated(&'a KeyMaterial),
    /// It was imported and waits.
    Imported,
}

impl Kms {
    /// Makes the next material current, in the key's record, and notes the event; `false` where imported material was
    /// to become current and none is ready. The caller writes the record and has the replicas follow.
    pub(crate) async fn rotate(
        &self,
        txn: &Txn,
        key: &mut Key,
        next: Next<'_>,
        kind: RotationType,
        now_ms: i64,
    ) -> Result<bool, Failure> {
        let before = key.current_material().map(|m| m.id);
        let after = match next {
            Next::Generated(fresh) => {
                let material = self
                    .seal_material(&key.account, &key.region, &key.id, fresh)
                    .await?;
                let id = material.id;
                key.materials.push(Material {
                    state: MaterialState::PendingRotation,
                    created_ms: now_ms,
                    ..material
                });
                id
            }
            Next::Imported => {
                let ready = |m: &&Material| m.state == MaterialState::PendingRotation && m.is_present();
                match key.materials.iter().find(ready) {
                    Some(pending) => pending.id,
                    None => return Ok(false),
                }
            }
        };
        for material in &mut key.materials {
            if material.id == after {
                material.state = MaterialState::Current;
                material.rotated_ms = Some(now_ms);
                material.rotation = Some(kind);
            } else if material.state == MaterialState::Current {
                material.state = MaterialState::NonCurrent;
            }
        }
        self.log_rotation(txn, key, kind, before, after).await;
        Ok(true)
    }

    /// Fresh material that is not yet any key's.
    pub(crate) fn fresh_symmetric_material() -> Result<KeyMaterial, Failure> {
        KeyMaterial::generate(KeySpec::Symmetric).map_err(Failure::internal)
    }
}
