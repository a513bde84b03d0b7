//! What holds for key pairs of every spec.

use haechi_crypto::{
    CryptoError, EncryptionAlgorithm, KeyPairSpec, MessageType, PrivateKey, PublicKey, SigningAlgorithm,
};

/// RSA 4096 takes half a second and shows nothing that 2048 does not; its vectors are tested elsewhere.
fn specs() -> impl Iterator<Item = KeyPairSpec> {
    KeyPairSpec::ALL
        .into_iter()
        .filter(|spec| !matches!(spec, KeyPairSpec::Rsa3072 | KeyPairSpec::Rsa4096))
}

/// The ways in which a message may be given to an algorithm, with a message that fits.
fn messages(algorithm: SigningAlgorithm) -> Vec<(MessageType, Vec<u8>)> {
    use SigningAlgorithm as S;
    match algorithm {
        S::Ed25519Sha512 => vec![(MessageType::Raw, b"message".to_vec())],
        S::Ed25519PhSha512 => vec![(MessageType::Digest, vec![3; 64])],
        S::MlDsaShake256 => {
            vec![
                (MessageType::Raw, b"message".to_vec()),
                (MessageType::ExternalMu, vec![3; 64]),
            ]
        }
        S::RsassaPssSha256 | S::RsassaPkcs1V15Sha256 | S::EcdsaSha256 => both(32),
        S::RsassaPssSha384 | S::RsassaPkcs1V15Sha384 | S::EcdsaSha384 => both(48),
        _ => both(64),
    }
}

fn both(digest: usize) -> Vec<(MessageType, Vec<u8>)> {
    vec![
        (MessageType::Raw, b"message".to_vec()),
        (MessageType::Digest, vec![3; digest]),
    ]
}

#[test]
fn signatures_verify_with_the_published_key_and_nothing_altered_does() {
    let mut signed = 0;
    for spec in specs() {
        let key = PrivateKey::generate(spec).unwrap();
        let public = PublicKey::parse_spki(spec, key.public_key_der()).unwrap();
        let stranger = PrivateKey::generate(spec).unwrap();
        for algorithm in SigningAlgorithm::of(spec) {
            for (kind, message) in messages(algorithm) {
                let what = format!("{spec} {algorithm} {kind}");
                let signature = key.sign(algorithm, kind, &message).expect(&what);
                public.verify(algorithm, kind, &message, &signature).expect(&what);
                let refused = Err(CryptoError::InvalidSignature);
                let mut other = message.clone();
                other[0] ^= 1;
                assert_eq!(
                    public.verify(algorithm, kind, &other, &signature),
                    refused,
                    "{what}"
                );
                let mut altered = signature.clone();
                *altered.last_mut().unwrap() ^= 1;
                assert_eq!(
                    public.verify(algorithm, kind, &message, &altered),
                    refused,
                    "{what}"
                );
                assert_eq!(public.verify(algorithm, kind, &message, b""), refused, "{what}");
                assert_eq!(
                    stranger.verify(algorithm, kind, &message, &signature),
                    refused,
                    "{what}"
                );
                signed += 1;
            }
        }
    }
    assert_eq!(signed, 6 * 2 + 4 * 2 + 2 + 3 * 2);
}

#[test]
fn private_key_survives_pkcs8_and_keeps_its_public_half() {
    for spec in specs() {
        let key = PrivateKey::generate(spec).unwrap();
        let der = key.to_pkcs8().unwrap();
        let again = PrivateKey::from_pkcs8(spec, der.expose()).unwrap();
        assert_eq!(again.public_key_der(), key.public_key_der(), "{spec}");
        assert_eq!(again.to_pkcs8().unwrap(), der, "{spec}");
    }
}

#[test]
fn keys_of_another_spec_are_refused_in_both_halves() {
    let keys: Vec<_> = specs().map(|spec| PrivateKey::generate(spec).unwrap()).collect();
    for key in &keys {
        let private = key.to_pkcs8().unwrap();
        for spec in KeyPairSpec::ALL.into_iter().filter(|spec| *spec != key.spec()) {
            let what = format!("{} as {spec}", key.spec());
            assert_eq!(
                PrivateKey::from_pkcs8(spec, private.expose()).unwrap_err(),
                CryptoError::InvalidPrivateKey(spec),
                "{what}"
            );
            assert_eq!(
                PublicKey::parse_spki(spec, key.public_key_der()).unwrap_err(),
                CryptoError::InvalidPublicKey(spec),
                "{what}"
            );
        }
    }
}

#[test]
fn cut_or_lengthened_or_bare_public_keys_are_refused() {
    for spec in specs() {
        let key = PrivateKey::generate(spec).unwrap();
        let spki = key.public_key_der();
        let longer = [spki, &[0]].concat();
        for bad in [
            &spki[..spki.len() - 1],
            &longer,
            &spki[spki.len() / 2..],
            &spki[spki.len() - 32..],
            b"",
        ] {
            assert_eq!(
                PublicKey::parse_spki(spec, bad).unwrap_err(),
                CryptoError::InvalidPublicKey(spec),
                "{spec}"
            );
        }
    }
    // A bare point and a bare Ed25519 key, which the provider itself would take.
    let p256 = PrivateKey::generate(KeyPairSpec::P256).unwrap();
    let point = &p256.public_key_der()[26..];
    assert_eq!((point.len(), point[0]), (65, 4));
    assert!(PublicKey::parse_spki(KeyPairSpec::P256, point).is_err());
    assert!(p256.derive_shared_secret(point).is_err());
}

#[test]
fn oaep_takes_as_much_as_aws_documents_and_no_more() {
    let key = PrivateKey::generate(KeyPairSpec::Rsa2048).unwrap();
    for (algorithm, max) in [
        (EncryptionAlgorithm::RsaesOaepSha1, 214),
        (EncryptionAlgorithm::RsaesOaepSha256, 190),
    ] {
        let plaintext = vec![5; max];
        let ciphertext = key.encrypt(algorithm, &plaintext).unwrap();
        assert_eq!(key.decrypt(algorithm, &ciphertext).unwrap().expose(), plaintext);
        assert_eq!(
            key.encrypt(algorithm, &vec![5; max + 1]),
            Err(CryptoError::PlaintextLength { max, actual: max + 1 })
        );
        let mut altered = ciphertext;
        altered[100] ^= 1;
        assert_eq!(
            key.decrypt(algorithm, &altered),
            Err(CryptoError::InvalidCiphertext)
        );
    }
    let sha1 = key.encrypt(EncryptionAlgorithm::RsaesOaepSha1, b"x").unwrap();
    assert_eq!(
        key.decrypt(EncryptionAlgorithm::RsaesOaepSha256, &sha1),
        Err(CryptoError::InvalidCiphertext)
    );
}

#[test]
fn ecdh_gives_both_sides_the_same_secret_and_no_curve_the_others() {
    for (spec, len) in [
        (KeyPairSpec::P256, 32),
        (KeyPairSpec::P384, 48),
        (KeyPairSpec::P521, 66),
    ] {
        let (ours, theirs) = (
            PrivateKey::generate(spec).unwrap(),
            PrivateKey::generate(spec).unwrap(),
        );
        let secret = ours.derive_shared_secret(theirs.public_key_der()).unwrap();
        assert_eq!(
            secret,
            theirs.derive_shared_secret(ours.public_key_der()).unwrap()
        );
        assert_eq!(secret.len(), len);
        let other = if spec == KeyPairSpec::P256 {
            KeyPairSpec::P384
        } else {
            KeyPairSpec::P256
        };
        let other = PrivateKey::generate(other).unwrap();
        assert_eq!(
            ours.derive_shared_secret(other.public_key_der()),
            Err(CryptoError::InvalidPublicKey(spec))
        );
    }
}

#[test]
fn ml_kem_carries_a_secret_and_rejects_implicitly() {
    for (spec, ciphertext_len) in [
        (KeyPairSpec::MlKem512, 768),
        (KeyPairSpec::MlKem768, 1088),
        (KeyPairSpec::MlKem1024, 1568),
    ] {
        let key = PrivateKey::generate(spec).unwrap();
        let public = PublicKey::parse_spki(spec, key.public_key_der()).unwrap();
        let sent = public.encapsulate().unwrap();
        assert_eq!(
            (sent.ciphertext.len(), sent.shared_secret.len()),
            (ciphertext_len, 32)
        );
        assert_eq!(key.decapsulate(&sent.ciphertext).unwrap(), sent.shared_secret);
        let mut altered = sent.ciphertext.clone();
        altered[0] ^= 1;
        assert_ne!(key.decapsulate(&altered).unwrap(), sent.shared_secret);
        assert_eq!(
            key.decapsulate(&sent.ciphertext[1..]),
            Err(CryptoError::EncapsulationLength {
                expected: ciphertext_len,
                actual: ciphertext_len - 1
            })
        );
    }
}

#[test]
fn what_a_key_is_not_made_for_is_refused_by_name() {
    let p256 = PrivateKey::generate(KeyPairSpec::P256).unwrap();
    let k1 = PrivateKey::generate(KeyPairSpec::Secp256k1).unwrap();
    let kem = PrivateKey::generate(KeyPairSpec::MlKem512).unwrap();
    assert!(matches!(
        p256.encrypt(EncryptionAlgorithm::RsaesOaepSha1, b"x"),
        Err(CryptoError::EncryptionAlgorithmMismatch { .. })
    ));
    assert!(matches!(
        p256.encapsulate(),
        Err(CryptoError::OperationMismatch { .. })
    ));
    assert!(matches!(
        k1.derive_shared_secret(k1.public_key_der()),
        Err(CryptoError::OperationMismatch {
            spec: KeyPairSpec::Secp256k1,
            operation: "ECDH"
        })
    ));
    assert!(matches!(
        kem.sign(SigningAlgorithm::MlDsaShake256, MessageType::Raw, b"x"),
        Err(CryptoError::SigningAlgorithmMismatch { .. })
    ));
}

#[test]
fn debug_of_a_key_shows_nothing_of_its_private_half() {
    for spec in specs() {
        let key = PrivateKey::generate(spec).unwrap();
        assert_eq!(format!("{key:?}"), format!("PrivateKey({spec}, redacted)"));
    }
}

#[test]
fn parsed_keys_are_shared_between_threads() {
    let key = PrivateKey::generate(KeyPairSpec::MlDsa44).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for kind in [MessageType::Raw, MessageType::ExternalMu] {
                    let signature = key.sign(SigningAlgorithm::MlDsaShake256, kind, &[1; 64]).unwrap();
                    key.verify(SigningAlgorithm::MlDsaShake256, kind, &[1; 64], &signature)
                        .unwrap();
                }
            });
        }
    });
}
