use super::*;
use crate::error::CryptoError;
use crate::secret::KeyBytes;

fn binding() -> Binding {
    Binding::new("kms/material")
        .with("111122223333")
        .with("key-1")
        .with("material-1")
}

#[test]
fn hierarchy_opens_from_the_seal_down() {
    let kek = KeyBytes::generate().unwrap();
    let root = RootKey::generate().unwrap();
    let sealed_root = root.wrap_under(&kek).unwrap();
    let domain = DomainKey::generate().unwrap();
    let wrapped = root.wrap("111122223333", "eu-north-1", &domain).unwrap();
    let sealed = domain.seal(&binding(), b"material").unwrap();

    let root = RootKey::unwrap_with(&kek, &sealed_root).unwrap();
    let domain = root.unwrap("111122223333", "eu-north-1", &wrapped).unwrap();
    assert_eq!(domain.open(&binding(), &sealed).unwrap().expose(), b"material");
    assert_eq!(wrapped.wrapped_by(), root.id());
    assert_eq!(sealed.sealed_by(), domain.id());
}

#[test]
fn record_of_another_owner_or_purpose_does_not_open() {
    let domain = DomainKey::generate().unwrap();
    let sealed = domain.seal(&binding(), b"material").unwrap();
    for other in [
        Binding::new("kms/material")
            .with("111122223333")
            .with("key-2")
            .with("material-1"),
        Binding::new("kms/token")
            .with("111122223333")
            .with("key-1")
            .with("material-1"),
        Binding::new("kms/material").with("111122223333").with("key-1"),
    ] {
        assert_eq!(domain.open(&other, &sealed), Err(CryptoError::SealBroken));
    }
}

#[test]
fn domain_key_of_another_account_or_region_does_not_unwrap() {
    let root = RootKey::generate().unwrap();
    let wrapped = root
        .wrap("111122223333", "eu-north-1", &DomainKey::generate().unwrap())
        .unwrap();
    for (account, region) in [("111122223333", "ap-northeast-2"), ("444455556666", "eu-north-1")] {
        assert_eq!(
            root.unwrap(account, region, &wrapped).unwrap_err(),
            CryptoError::SealBroken
        );
    }
}

#[test]
fn another_key_is_told_apart_from_a_damaged_record() {
    let (one, two) = (DomainKey::generate().unwrap(), DomainKey::generate().unwrap());
    let sealed = one.seal(&binding(), b"material").unwrap();
    assert_eq!(
        two.open(&binding(), &sealed),
        Err(CryptoError::SealedByAnotherKey {
            sealed_by: one.id(),
            at_hand: two.id()
        })
    );
}

#[test]
fn every_flipped_bit_is_refused() {
    let domain = DomainKey::generate().unwrap();
    let sealed = domain.seal(&binding(), b"material").unwrap();
    for bit in 0..sealed.as_bytes().len() * 8 {
        let mut bytes = sealed.as_bytes().to_vec();
        bytes[bit / 8] ^= 1 << (bit % 8);
        let opened = Sealed::from_bytes(bytes).and_then(|altered| domain.open(&binding(), &altered));
        assert!(opened.is_err(), "bit {bit}");
    }
}

#[test]
fn records_cut_short_are_no_records() {
    let sealed = DomainKey::generate().unwrap().seal(&binding(), b"").unwrap();
    for len in 0..sealed.as_bytes().len() {
        assert!(
            Sealed::from_bytes(sealed.as_bytes()[..len].to_vec()).is_err(),
            "cut to {len}"
        );
    }
}

#[test]
fn rewrapping_changes_the_root_and_keeps_the_domain_key() {
    let (old, new) = (RootKey::generate().unwrap(), RootKey::generate().unwrap());
    let domain = DomainKey::generate().unwrap();
    let wrapped = old.wrap("111122223333", "eu-north-1", &domain).unwrap();
    let rewrapped = old.rewrap(&new, "111122223333", "eu-north-1", &wrapped).unwrap();
    assert_eq!(
        new.unwrap("111122223333", "eu-north-1", &rewrapped).unwrap().id(),
        domain.id()
    );
    assert!(matches!(
        old.unwrap("111122223333", "eu-north-1", &rewrapped),
        Err(CryptoError::SealedByAnotherKey { .. })
    ));
}

#[test]
fn json_is_a_base64_string_and_hides_the_secret() {
    let domain = DomainKey::generate().unwrap();
    let sealed = domain.seal(&binding(), b"known material").unwrap();
    let json = serde_json::to_string(&sealed).unwrap();
    assert!(json.starts_with("\"A"), "version 1 leads: {json}");
    assert_eq!(serde_json::from_str::<Sealed>(&json).unwrap(), sealed);
    assert!(
        !sealed
            .as_bytes()
            .windows(14)
            .any(|window| window == b"known material")
    );
    assert!(serde_json::from_str::<Sealed>("\"AAAA\"").is_err());
}
