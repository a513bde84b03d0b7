//! The end of a waiting period: the key, its material, aliases and grants are destroyed.
//!
//! With the record goes the only copy of the sealed material, so that nothing that the key encrypted opens again.
//! Source: KMS developer guide, "Delete an AWS KMS key" and "Deleting multi-Region keys".

use haechi_core::Failure;
use haechi_store::{Scope, Txn};

use super::{Place, follow, forget};
use crate::Kms;
use crate::model::grant::MAX_GRANTS_PER_KEY;
use crate::model::key::Key;
use crate::model::state::KeyState;
use crate::store::{ALIASES, ALIASES_OF_KEY, GRANTS, KEYS, OWNERS, remove_alias, remove_grant};

/// A day in milliseconds.
const DAY_MS: i64 = 86_400_000;
/// More aliases than a key may have.
const ALL_ALIASES: usize = 1_000;

pub(super) async fn delete(kms: &Kms, place: &Place) -> Result<(), Failure> {
    let Place { scope, id } = place;
    kms.platform
        .store
        .txn(|txn| async move {
            let now = kms.platform.now().as_millis();
            let Some(key) = txn.get(&KEYS, scope, id.as_str()).await? else {
                return Ok(());
            };
            let date = key.deletion.as_ref().and_then(|deletion| deletion.date_ms);
            if key.state != KeyState::PendingDeletion || date.is_none_or(|date| date > now) {
                return Ok(());
            }
            remove_names(&txn, scope, &key).await?;
            leave_family(&txn, &key, now).await?;
            forget(&txn, &key).await?;
            kms.log_deletion(&txn, &key).await;
            txn.delete(&KEYS, scope, id.as_str()).await?;
            Ok(())
        })
        .await
}

/// Removes what points at the key.
async fn remove_names(txn: &Txn, scope: &Scope, key: &Key) -> Result<(), Failure> {
    let id = key.id.as_str();
    for (_, name) in txn
        .list_under(&ALIASES_OF_KEY, scope, id, None, ALL_ALIASES)
        .await?
    {
        if let Some(alias) = txn.get(&ALIASES, scope, name.as_str()).await? {
            remove_alias(txn, scope, &alias).await?;
        }
    }
    for (_, grant) in txn
        .list_under(&GRANTS, scope, id, None, MAX_GRANTS_PER_KEY)
        .await?
    {
        remove_grant(txn, scope, &grant).await?;
    }
    let shared = key.region.shared_scope();
    if txn
        .get(&OWNERS, &shared, id)
        .await?
        .is_some_and(|owner| *owner == key.account)
    {
        txn.delete(&OWNERS, &shared, id).await?;
    }
    Ok(())
}

/// Strikes the key from the lists of its relatives. A primary that waited for its last replica now waits for itself.
async fn leave_family(txn: &Txn, gone: &Key, now: i64) -> Result<(), Failure> {
    let Some(family) = &gone.multi_region else {
        return Ok(());
    };
    for region in family.regions().filter(|region| **region != gone.region) {
        let scope = region.scope(&gone.account);
        let Some(record) = txn.get(&KEYS, &scope, gone.id.as_str()).await? else {
            continue;
        };
        let mut member = record.as_ref().clone();
        strike(&mut member, gone, now);
        txn.put(&KEYS, &scope, member.id.as_str(), &member).await?;
        follow(txn, &member).await?;
    }
    Ok(())
}

fn strike(member: &mut Key, gone: &Key, now: i64) {
    let Some(family) = &mut member.multi_region else {
        return;
    };
    family.replicas.retain(|region| *region != gone.region);
    if member.state == KeyState::PendingReplicaDeletion && family.replicas.is_empty() {
        member.state = KeyState::PendingDeletion;
        if let Some(deletion) = &mut member.deletion {
            deletion.date_ms = Some(now + deletion.window_days * DAY_MS);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::key::Deletion;
    use crate::model::multi_region::{MultiRegion, MultiRegionRole};
    use crate::timers::tests::key;
    use haechi_core::Region;

    #[test]
    fn a_primary_waits_for_its_last_replica_and_then_for_its_own_window() {
        let regions: Vec<Region> = ["eu-north-1", "us-east-2"]
            .into_iter()
            .map(|name| Region::parse(name).unwrap())
            .collect();
        let mut primary = key();
        primary.state = KeyState::PendingReplicaDeletion;
        primary.deletion = Some(Deletion {
            date_ms: None,
            window_days: 7,
        });
        primary.multi_region = Some(MultiRegion {
            role: MultiRegionRole::Primary,
            primary: primary.region.clone(),
            replicas: regions.clone(),
        });
        let mut replica = primary.clone();
        replica.region = regions[0].clone();
        strike(&mut primary, &replica, 5);
        assert_eq!(primary.state, KeyState::PendingReplicaDeletion);
        assert_eq!(primary.deletion.unwrap().date_ms, None);
        replica.region = regions[1].clone();
        strike(&mut primary, &replica, 5);
        assert_eq!(primary.state, KeyState::PendingDeletion);
        assert_eq!(primary.deletion.unwrap().date_ms, Some(5 + 7 * DAY_MS));
    }
}
