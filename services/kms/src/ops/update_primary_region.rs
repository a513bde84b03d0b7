//! UpdatePrimaryRegion: a replica becomes the primary, and the primary a replica.
//!
//! `kms:UpdatePrimaryRegion` is needed on both keys. All members change in one transaction, so that no call sees two
//! primaries and cryptographic operations go on. Order of errors: NotFound, AccessDenied of the primary,
//! UnsupportedOperation (not the primary), Disabled/InvalidState, NotFound and AccessDenied of the replica. Follows
//! the KMS API reference, "UpdatePrimaryRegion".

use std::sync::Arc;

use haechi_api_kms as api;
use haechi_api_kms::error::ErrorCode;
use haechi_core::{Call, Failure, Region};
use haechi_wire::Empty;

use crate::authz::Wish;
use crate::error::{self, state_error};
use crate::model::key::{Key, arn};
use crate::model::multi_region::{MultiRegion, MultiRegionRole};
use crate::model::state::OperationClass;
use crate::resolve::Named;
use crate::store::KEYS;
use crate::{Kms, timers};

pub(crate) async fn update_primary_region(
    kms: Arc<Kms>,
    call: Arc<Call>,
    input: api::UpdatePrimaryRegionRequest,
) -> Result<Empty, Failure> {
    let name = input.primary_region.unwrap_or_default();
    let target =
        Region::parse(&name).map_err(|_| error::validation(format!("Invalid PrimaryRegion {name}")))?;
    let wish = || Wish::new("UpdatePrimaryRegion").condition("kms:primaryregion", target.as_str());
    let key_id = input.key_id.unwrap_or_default();
    let loaded = kms.own_key_for(&call, &key_id, wish()).await?;
    let family = led_family(&loaded.key, &target)?;
    loaded.require_state(OperationClass::MovePrimary)?;
    let key = &loaded.key;
    let missing = || error::key_not_found(&arn(&key.account, &target, &key.id));
    let replica = if family.replicas.contains(&target) {
        kms.keys.load(&key.account, &target, &key.id).await?
    } else {
        None
    };
    let named = Named {
        loaded: replica.ok_or_else(missing)?,
        alias: None,
    };
    let replica = kms.release(&call, named, wish()).await?;
    replica.require_state(OperationClass::MovePrimary)?;
    let here = &key.region.scope(&key.account);
    let (kms, target, id) = (&kms, &target, key.id.as_str());
    kms.platform
        .write(&call, |txn| async move {
            let Some(record) = txn.get(&KEYS, here, id).await? else {
                return Err(error::key_not_found(&arn(&key.account, &key.region, &key.id)).into());
            };
            let family = moved(led_family(&record, target)?, target)
                .ok_or_else(|| error::key_not_found(&arn(&key.account, target, &key.id)))?;
            let mut leader = None;
            for region in family.regions() {
                let scope = region.scope(&key.account);
                let Some(record) = txn.get(&KEYS, &scope, id).await? else {
                    continue;
                };
                let is_party = *region == key.region || region == target;
                let refusal = state_error(&record.arn(), record.state, OperationClass::MovePrimary);
                if let Some(error) = refusal.filter(|_| is_party) {
                    return Err(error.into());
                }
                let mut member = record.as_ref().clone();
                let role = if region == target {
                    MultiRegionRole::Primary
                } else {
                    MultiRegionRole::Replica
                };
                member.multi_region = Some(MultiRegion {
                    role,
                    ..family.clone()
                });
                txn.put(&KEYS, &scope, id, &member).await?;
                timers::follow(&txn, &member).await?;
                if region == target {
                    leader = Some(member);
                }
            }
            if let Some(leader) = &leader {
                kms.log_synchronization(&txn, leader).await;
            }
            Ok(Empty::default())
        })
        .await
}

/// The family of a key that can hand its part over.
fn led_family<'a>(key: &'a Key, target: &Region) -> Result<&'a MultiRegion, Failure> {
    let refuse = |what: &str| -> Failure {
        let message = format!("{} {what}", key.arn());
        ErrorCode::UnsupportedOperationException.with(message).into()
    };
    match &key.multi_region {
        None => Err(error::not_a_primary(&key.arn()).into()),
        Some(family) if family.is_replica() => Err(error::not_a_primary(&key.arn()).into()),
        Some(family) if family.primary == *target => {
            Err(refuse("is already the primary key in this Region."))
        }
        Some(family) => Ok(family),
    }
}

/// The family under its new primary; the old one takes its place in the list. `None` without a replica there.
fn moved(family: &MultiRegion, target: &Region) -> Option<MultiRegion> {
    let mut moved = family.clone();
    let place = moved.replicas.iter_mut().find(|region| *region == target)?;
    *place = std::mem::replace(&mut moved.primary, target.clone());
    Some(moved)
}
