//! What the members of a multi-Region family share: material, rotation, and the list of members.
//!
//! The primary is the source. Material travels opened only inside the process: each Region seals it under its own
//! domain key. Imported material does not travel: its owner imports it into every Region. Source: KMS developer guide,
//! "How multi-Region keys work", "Shared properties".

use haechi_core::{Failure, Region};
use haechi_store::Txn;

use crate::model::key::{Key, KeyOrigin};
use crate::model::material::{Material, binding};
use crate::model::multi_region::{MultiRegion, MultiRegionRole};
use crate::store::KEYS;
use crate::{Kms, timers};

impl Kms {
    /// Brings every replica in line with its primary, in the transaction that changed the primary. Keys that have no
    /// replicas are left alone.
    pub(crate) async fn synchronize(&self, txn: &Txn, primary: &Key) -> Result<(), Failure> {
        let Some(family) = primary
            .multi_region
            .as_ref()
            .filter(|family| !family.is_replica() && !family.replicas.is_empty())
        else {
            return Ok(());
        };
        for region in &family.replicas {
            let scope = region.scope(&primary.account);
            let Some(record) = txn.get(&KEYS, &scope, primary.id.as_str()).await? else {
                continue;
            };
            let mut replica = record.as_ref().clone();
            replica.rotation = primary.rotation.clone();
            replica.multi_region = Some(MultiRegion {
                role: MultiRegionRole::Replica,
                ..family.clone()
            });
            replica.materials = self.materials_for(primary, &replica).await?;
            txn.put(&KEYS, &scope, replica.id.as_str(), &replica).await?;
            timers::follow(txn, &replica).await?;
        }
        self.log_synchronization(txn, primary).await;
        Ok(())
    }

    /// The primary's material as a replica holds it.
    async fn materials_for(&self, primary: &Key, replica: &Key) -> Result<Vec<Material>, Failure> {
        let mut materials = Vec::with_capacity(primary.materials.len());
        for source in &primary.materials {
            let copy = match replica.material(&source.id) {
                Some(theirs) => Material {
                    state: source.state,
                    rotated_ms: source.rotated_ms,
                    rotation: source.rotation,
                    ..theirs.clone()
                },
                None if primary.origin == KeyOrigin::AwsKms => {
                    self.seal_for(primary, source, &replica.region).await?
                }
                None => Material {
                    sealed: None,
                    expires_ms: None,
                    ..source.clone()
                },
            };
            materials.push(copy);
        }
        Ok(materials)
    }

    /// A piece of material under the domain key of another Region.
    async fn seal_for(&self, key: &Key, material: &Material, region: &Region) -> Result<Material, Failure> {
        let Some(sealed) = &material.sealed else {
            return Err(Failure::internal("material that was generated here is gone"));
        };
        let (account, id) = (key.account.as_str(), key.id.as_str());
        let here = self
            .keyring
            .domain(&key.account, &key.region)
            .await
            .map_err(Failure::internal)?;
        let there = self
            .keyring
            .domain(&key.account, region)
            .await
            .map_err(Failure::internal)?;
        let bytes = here
            .open(&binding(account, key.region.as_str(), id, &material.id), sealed)
            .map_err(Failure::internal)?;
        let sealed = there
            .seal(
                &binding(account, region.as_str(), id, &material.id),
                bytes.expose(),
            )
            .map_err(Failure::internal)?;
        Ok(Material {
            sealed: Some(sealed),
            ..material.clone()
        })
    }
}
