use super::*;
use crate::model::key::{Deletion, KeyManager};
use crate::model::multi_region::{MultiRegion, MultiRegionRole};
use crate::model::rotation::{AutomaticRotation, Rotation};
use crate::model::usage::KeyUsage;
use haechi_crypto::KeySpec;
use haechi_store::{Store, memory::MemoryBackend};
use haechi_timers::scheduled;

/// An enabled symmetric key without material.
pub(crate) fn key() -> Key {
    Key {
        id: KeyId::custom("1234abcd-12ab-34cd-56ef-1234567890ab").unwrap(),
        account: AccountId::parse("111122223333").unwrap(),
        region: Region::parse("ap-northeast-2").unwrap(),
        created_ms: 0,
        description: String::new(),
        state: KeyState::Enabled,
        manager: KeyManager::Customer,
        spec: KeySpec::Symmetric,
        usage: KeyUsage::EncryptDecrypt,
        origin: KeyOrigin::AwsKms,
        policy: String::new(),
        principals: std::collections::BTreeMap::new(),
        tags: Default::default(),
        multi_region: None,
        materials: Vec::new(),
        rotation: Rotation::default(),
        deletion: None,
        custom_store: None,
    }
}

fn rotating() -> Key {
    let mut key = key();
    key.rotation.automatic = Some(AutomaticRotation {
        period_days: 90,
        next_ms: 1_000,
    });
    key
}

/// When the timers of a key are due after its record was written: rotation, deletion.
async fn after(records: &[Key]) -> (Option<i64>, Option<i64>) {
    let store = Store::new(MemoryBackend::shared());
    store
        .txn(|txn| async move {
            for record in records {
                follow(&txn, record).await?;
            }
            let last = records.last().unwrap();
            let scope = last.region.scope(&last.account);
            let mut due = Vec::new();
            for kind in [ROTATE, DELETE] {
                let at = scheduled(&txn, SERVICE, kind, &scope, last.id.as_str()).await?;
                due.push(at.map(Timestamp::as_millis));
            }
            Ok::<_, Failure>((due[0], due[1]))
        })
        .await
        .unwrap()
}

#[tokio::test]
async fn an_enabled_key_is_rotated_when_its_record_says() {
    assert_eq!(after(&[rotating()]).await, (Some(1_000), None));
    assert_eq!(after(&[key()]).await, (None, None));
}

#[tokio::test]
async fn a_disabled_key_is_not_rotated_until_it_is_enabled_again() {
    let mut disabled = rotating();
    disabled.state = KeyState::Disabled;
    assert_eq!(after(&[rotating(), disabled.clone()]).await, (None, None));
    assert_eq!(after(&[disabled, rotating()]).await, (Some(1_000), None));
}

#[tokio::test]
async fn a_replica_has_no_schedule_of_its_own() {
    let mut replica = rotating();
    replica.multi_region = Some(MultiRegion {
        role: MultiRegionRole::Replica,
        primary: Region::parse("us-east-2").unwrap(),
        replicas: vec![replica.region.clone()],
    });
    assert_eq!(after(&[replica]).await, (None, None));
}

#[tokio::test]
async fn a_cancelled_deletion_takes_its_timer_along() {
    let mut doomed = rotating();
    doomed.state = KeyState::PendingDeletion;
    doomed.deletion = Some(Deletion {
        date_ms: Some(7_000),
        window_days: 7,
    });
    assert_eq!(after(std::slice::from_ref(&doomed)).await, (None, Some(7_000)));
    let mut cancelled = doomed.clone();
    cancelled.state = KeyState::Disabled;
    cancelled.deletion = None;
    assert_eq!(after(&[doomed, cancelled]).await, (None, None));
}
