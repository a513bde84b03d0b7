use proptest::prelude::*;

use super::*;

const KEY_ID: &str = "1234abcd-12ab-34cd-56ef-1234567890ab";

fn key() -> (SymmetricKey, MaterialId) {
    let key = SymmetricKey::from_bytes(&[0x42; 32]).unwrap();
    let id = MaterialId::of(KEY_ID, &[0x42; 32]).unwrap();
    (key, id)
}

#[test]
fn blob_names_its_key_and_material_and_opens() {
    let (key, id) = key();
    let context = CanonicalContext::new([("tenant", "7")]);
    let blob = encrypt(&key, KEY_ID, &id, b"secret", &context).unwrap();
    let header = CiphertextHeader::parse(&blob).unwrap();
    assert_eq!((header.key_id, header.material_id), (KEY_ID, id));
    assert_eq!(decrypt(&key, &blob, &context).unwrap().expose(), b"secret");
}

#[test]
fn equal_plaintexts_give_different_blobs() {
    let (key, id) = key();
    let context = CanonicalContext::empty();
    let one = encrypt(&key, KEY_ID, &id, b"secret", &context).unwrap();
    let two = encrypt(&key, KEY_ID, &id, b"secret", &context).unwrap();
    assert_ne!(one, two);
}

#[test]
fn decrypt_with_another_context_is_invalid_ciphertext() {
    let (key, id) = key();
    let blob = encrypt(
        &key,
        KEY_ID,
        &id,
        b"secret",
        &CanonicalContext::new([("a", "bc")]),
    )
    .unwrap();
    for other in [
        CanonicalContext::empty(),
        CanonicalContext::new([("ab", "c")]),
        CanonicalContext::new([("a", "bC")]),
        CanonicalContext::new([("a", "bc"), ("d", "e")]),
    ] {
        assert_eq!(decrypt(&key, &blob, &other), Err(CryptoError::InvalidCiphertext));
    }
}

#[test]
fn decrypt_with_other_material_is_invalid_ciphertext() {
    let (key, id) = key();
    let blob = encrypt(&key, KEY_ID, &id, b"secret", &CanonicalContext::empty()).unwrap();
    let other = SymmetricKey::generate().unwrap();
    assert_eq!(
        decrypt(&other, &blob, &CanonicalContext::empty()),
        Err(CryptoError::InvalidCiphertext)
    );
}

#[test]
fn same_material_under_another_key_id_does_not_open_the_blob() {
    let (key, id) = key();
    let blob = encrypt(&key, "aaaa", &id, b"secret", &CanonicalContext::empty()).unwrap();
    let mut moved = blob.clone();
    moved[3..7].copy_from_slice(b"bbbb");
    assert_eq!(CiphertextHeader::parse(&moved).unwrap().key_id, "bbbb");
    assert_eq!(
        decrypt(&key, &moved, &CanonicalContext::empty()),
        Err(CryptoError::InvalidCiphertext)
    );
}

#[test]
fn every_flipped_bit_and_every_cut_is_refused() {
    let (key, id) = key();
    let context = CanonicalContext::empty();
    let blob = encrypt(&key, KEY_ID, &id, b"secret", &context).unwrap();
    for bit in 0..blob.len() * 8 {
        let mut altered = blob.clone();
        altered[bit / 8] ^= 1 << (bit % 8);
        assert!(decrypt(&key, &altered, &context).is_err(), "bit {bit}");
    }
    for len in 0..blob.len() {
        assert!(decrypt(&key, &blob[..len], &context).is_err(), "cut to {len}");
    }
}

#[test]
fn longest_plaintext_and_key_id_stay_below_the_api_limit() {
    let (key, id) = key();
    let key_id = "k".repeat(255);
    let blob = encrypt(&key, &key_id, &id, &[0; 4096], &CanonicalContext::empty()).unwrap();
    assert_eq!(blob.len(), 4_430);
    assert!(blob.len() <= 6144);
    assert_eq!(
        decrypt(&key, &blob, &CanonicalContext::empty()).unwrap().len(),
        4096
    );
}

#[test]
fn key_ids_that_do_not_fit_are_refused() {
    let (key, id) = key();
    for key_id in [String::new(), "k".repeat(256)] {
        assert_eq!(
            encrypt(&key, &key_id, &id, b"x", &CanonicalContext::empty()),
            Err(CryptoError::KeyIdLength(key_id.len()))
        );
    }
}

#[test]
fn unknown_version_is_told_apart() {
    let (key, id) = key();
    let mut blob = encrypt(&key, KEY_ID, &id, b"x", &CanonicalContext::empty()).unwrap();
    blob[0] = 2;
    assert_eq!(CiphertextHeader::parse(&blob), Err(CryptoError::UnknownFormat(2)));
}

/// A blob made once, by hand, from this format with another implementation: whoever changes the format must keep this one opening.
#[test]
fn blobs_of_version_1_open_for_ever() {
    let (key, _) = key();
    let context = CanonicalContext::new([("tenant", "7")]);
    let blob = hex::decode(include_str!("testdata/blob-v1.hex").trim()).unwrap();
    assert_eq!(
        decrypt(&key, &blob, &context).unwrap().expose(),
        b"kept since version 1"
    );
}

proptest! {
    #[test]
    fn parsing_and_decrypting_any_bytes_never_panics(blob in proptest::collection::vec(any::<u8>(), 0..400)) {
        let (key, _) = key();
        let _ = CiphertextHeader::parse(&blob);
        prop_assert!(decrypt(&key, &blob, &CanonicalContext::empty()).is_err());
    }

    #[test]
    fn parsing_bytes_that_begin_well_never_panics(
        key_id_len in any::<u8>(),
        rest in proptest::collection::vec(any::<u8>(), 0..400),
    ) {
        let (key, _) = key();
        let blob = [&[1, 0, key_id_len][..], &rest].concat();
        if let Ok(header) = CiphertextHeader::parse(&blob) {
            prop_assert_eq!(header.key_id.len(), usize::from(key_id_len));
        }
        prop_assert!(decrypt(&key, &blob, &CanonicalContext::empty()).is_err());
    }

    #[test]
    fn whatever_is_encrypted_is_decrypted(
        plaintext in proptest::collection::vec(any::<u8>(), 1..600),
        pairs in proptest::collection::btree_map(".{0,8}", ".{0,8}", 0..4),
    ) {
        let (key, id) = key();
        let context = CanonicalContext::new(pairs.iter().map(|(k, v)| (k.as_str(), v.as_str())));
        let reversed = CanonicalContext::new(pairs.iter().rev().map(|(k, v)| (k.as_str(), v.as_str())));
        let blob = encrypt(&key, KEY_ID, &id, &plaintext, &context).unwrap();
        let opened = decrypt(&key, &blob, &reversed).unwrap();
        prop_assert_eq!(opened.expose(), &plaintext[..]);
    }
}
