use std::collections::BTreeMap;

use haechi_core::{AccountId, Random, Region, SystemRandom};
use haechi_crypto::{Binding, DomainKey, HmacSpec};

use super::*;
use crate::model::key::{KeyManager, KeyOrigin};
use crate::model::key_id::KeyId;
use crate::model::multi_region::{MultiRegion, MultiRegionRole};
use crate::model::rotation::Rotation;
use crate::model::usage::KeyUsage;

fn key(spec: KeySpec) -> Key {
    let random: &dyn Random = &SystemRandom::new();
    Key {
        id: KeyId::fresh(random, false),
        account: AccountId::parse("111122223333").unwrap(),
        region: Region::parse("eu-north-1").unwrap(),
        created_ms: 0,
        description: String::new(),
        state: KeyState::PendingImport,
        manager: KeyManager::Customer,
        spec,
        usage: KeyUsage::of(spec)[0],
        origin: KeyOrigin::External,
        policy: String::new(),
        principals: std::collections::BTreeMap::new(),
        tags: BTreeMap::new(),
        multi_region: None,
        materials: Vec::new(),
        rotation: Rotation::default(),
        deletion: None,
        custom_store: None,
    }
}

fn id(n: u8) -> MaterialId {
    MaterialId::from_bytes([n; MaterialId::LEN])
}

fn arrival(n: u8, import_type: Option<ImportType>) -> Arrival {
    let sealed = DomainKey::generate()
        .unwrap()
        .seal(&Binding::new("test"), &[n; 32])
        .unwrap();
    Arrival {
        id: id(n),
        sealed,
        import_type,
        now_ms: 1,
        expires_ms: Some(99),
        description: None,
    }
}

fn states(key: &Key) -> Vec<(MaterialId, MaterialState, bool)> {
    key.materials
        .iter()
        .map(|m| (m.id, m.state, m.is_present()))
        .collect()
}

#[test]
fn the_first_material_enables_the_key() {
    for import_type in [None, Some(ImportType::New)] {
        let mut key = key(KeySpec::Symmetric);
        key.accept(arrival(1, import_type)).unwrap();
        assert_eq!(key.state, KeyState::Enabled);
        assert_eq!(states(&key), [(id(1), MaterialState::Current, true)]);
    }
}

#[test]
fn existing_material_must_have_been_there() {
    let mut key = key(KeySpec::Symmetric);
    assert_eq!(
        key.accept(arrival(1, Some(ImportType::Existing))),
        Err(ImportRefusal::Unknown)
    );
    key.accept(arrival(1, None)).unwrap();
    assert_eq!(key.accept(arrival(2, None)), Err(ImportRefusal::Unknown));
    assert_eq!(
        key.accept(arrival(1, Some(ImportType::New))),
        Err(ImportRefusal::AlreadyKnown)
    );
}

#[test]
fn lost_material_comes_back_with_its_description_and_nothing_else_does() {
    let mut key = key(KeySpec::Symmetric);
    let described = Arrival {
        description: Some("first".into()),
        ..arrival(1, None)
    };
    key.accept(described).unwrap();
    key.lose_material(&id(1));
    assert_eq!(key.state, KeyState::PendingImport);
    assert_eq!(key.materials[0].expires_ms, None);
    assert_eq!(key.accept(arrival(2, None)), Err(ImportRefusal::Unknown));
    key.accept(arrival(1, None)).unwrap();
    assert_eq!(key.state, KeyState::Enabled);
    assert_eq!(key.materials[0].description.as_deref(), Some("first"));
}

#[test]
fn new_material_waits_and_only_one_at_a_time() {
    let mut key = key(KeySpec::Symmetric);
    key.accept(arrival(1, None)).unwrap();
    key.accept(arrival(2, Some(ImportType::New))).unwrap();
    assert_eq!(key.materials[1].state, MaterialState::PendingRotation);
    assert_eq!(
        key.accept(arrival(3, Some(ImportType::New))),
        Err(ImportRefusal::AnotherPending(id(2)))
    );
}

#[test]
fn material_that_only_waited_is_forgotten_without_harm() {
    let mut key = key(KeySpec::Symmetric);
    key.accept(arrival(1, None)).unwrap();
    key.accept(arrival(2, Some(ImportType::New))).unwrap();
    key.lose_material(&id(2));
    assert_eq!(key.state, KeyState::Enabled);
    assert_eq!(states(&key), [(id(1), MaterialState::Current, true)]);
}

#[test]
fn material_of_other_keys_than_symmetric_ones_never_changes() {
    let mut key = key(KeySpec::Hmac(HmacSpec::Sha256));
    key.accept(arrival(1, None)).unwrap();
    assert_eq!(
        key.accept(arrival(2, Some(ImportType::New))),
        Err(ImportRefusal::Unknown)
    );
}

#[test]
fn a_key_that_waits_for_its_deletion_keeps_that_state() {
    let mut key = key(KeySpec::Symmetric);
    key.accept(arrival(1, None)).unwrap();
    key.state = KeyState::PendingDeletion;
    key.lose_material(&id(1));
    assert_eq!(key.state, KeyState::PendingDeletion);
}

fn family() -> (Key, Key) {
    let member = |role, region: &str| {
        let mut member = key(KeySpec::Symmetric);
        member.region = Region::parse(region).unwrap();
        member.multi_region = Some(MultiRegion {
            role,
            primary: Region::parse("eu-north-1").unwrap(),
            replicas: vec![Region::parse("ap-northeast-2").unwrap()],
        });
        member
    };
    (
        member(MultiRegionRole::Primary, "eu-north-1"),
        member(MultiRegionRole::Replica, "ap-northeast-2"),
    )
}

#[test]
fn new_material_is_ready_for_rotation_once_every_region_has_it() {
    let (mut primary, mut replica) = family();
    primary.accept(arrival(1, None)).unwrap();
    align_family(&mut primary, &mut [&mut replica]);
    assert_eq!(
        replica.accept(arrival(2, Some(ImportType::New))),
        Err(ImportRefusal::ReplicaTakesNoNew)
    );
    replica.accept(arrival(1, None)).unwrap();
    assert_eq!(replica.state, KeyState::Enabled);

    primary.accept(arrival(2, Some(ImportType::New))).unwrap();
    align_family(&mut primary, &mut [&mut replica]);
    let waiting = MaterialState::PendingMultiRegionImportAndRotation;
    assert_eq!(states(&primary)[1], (id(2), waiting, true));
    assert_eq!(states(&replica)[1], (id(2), waiting, false));
    assert_eq!(replica.state, KeyState::Enabled, "what only waits does not count");

    replica.accept(arrival(2, Some(ImportType::Existing))).unwrap();
    align_family(&mut primary, &mut [&mut replica]);
    assert_eq!(states(&primary)[1].1, MaterialState::PendingRotation);
    assert_eq!(states(&replica)[1], (id(2), MaterialState::PendingRotation, true));
}

#[test]
fn a_replica_loses_waiting_material_alone_and_a_primary_for_all() {
    let (mut primary, mut replica) = family();
    primary.accept(arrival(1, None)).unwrap();
    primary.accept(arrival(2, Some(ImportType::New))).unwrap();
    align_family(&mut primary, &mut [&mut replica]);
    for n in [1, 2] {
        replica.accept(arrival(n, None)).unwrap();
    }
    align_family(&mut primary, &mut [&mut replica]);

    replica.lose_material(&id(2));
    align_family(&mut primary, &mut [&mut replica]);
    assert_eq!(
        states(&primary)[1].1,
        MaterialState::PendingMultiRegionImportAndRotation
    );

    primary.lose_material(&id(2));
    align_family(&mut primary, &mut [&mut replica]);
    assert_eq!(replica.materials.len(), 1);
    assert_eq!(replica.state, KeyState::Enabled);
}
