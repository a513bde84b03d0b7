//! Import of key material under every wrapping algorithm.

use aws_lc_rs::key_wrap::{AES_256, AesKek, KeyWrapPadded as _};
use aws_lc_rs::rsa::{Pkcs1PublicEncryptingKey, PublicEncryptingKey};
use haechi_crypto::{
    CryptoError, EncryptionAlgorithm, KeyMaterial, KeyPairSpec, KeySpec, PublicKey, WrappingAlgorithm,
    WrappingKey, WrappingKeySpec,
};

/// Wraps as a customer would.
fn wrap(key: &WrappingKey, algorithm: WrappingAlgorithm, material: &[u8]) -> Vec<u8> {
    let public = PublicKey::parse_spki(KeyPairSpec::Rsa2048, key.public_key_der()).unwrap();
    let through_aes = |oaep| {
        let aes = [9; 32];
        let mut out = vec![0; material.len() + 15];
        let wrapped = AesKek::new(&AES_256, &aes)
            .unwrap()
            .wrap_with_padding(material, &mut out)
            .unwrap();
        [public.encrypt(oaep, &aes).unwrap(), wrapped.to_vec()].concat()
    };
    match algorithm {
        WrappingAlgorithm::RsaesPkcs1V15 => {
            let public = PublicEncryptingKey::from_der(key.public_key_der()).unwrap();
            let mut out = vec![0; 256];
            let public = Pkcs1PublicEncryptingKey::new(public).unwrap();
            public.encrypt(material, &mut out).unwrap().to_vec()
        }
        WrappingAlgorithm::RsaesOaepSha1 => public
            .encrypt(EncryptionAlgorithm::RsaesOaepSha1, material)
            .unwrap(),
        WrappingAlgorithm::RsaesOaepSha256 => public
            .encrypt(EncryptionAlgorithm::RsaesOaepSha256, material)
            .unwrap(),
        WrappingAlgorithm::RsaAesKeyWrapSha1 => through_aes(EncryptionAlgorithm::RsaesOaepSha1),
        WrappingAlgorithm::RsaAesKeyWrapSha256 => through_aes(EncryptionAlgorithm::RsaesOaepSha256),
    }
}

#[test]
fn material_comes_out_of_every_wrapping_and_of_its_own_only() {
    let spec = WrappingKeySpec::try_from(KeyPairSpec::Rsa2048).unwrap();
    let key = WrappingKey::generate(spec).unwrap();
    let again = WrappingKey::from_pkcs8(spec, key.to_pkcs8().unwrap().expose()).unwrap();
    let stranger = WrappingKey::generate(spec).unwrap();
    let material = [7; 32];
    for algorithm in WrappingAlgorithm::ALL {
        assert_eq!(algorithm.name().parse(), Ok(algorithm));
        let wrapped = wrap(&key, algorithm, &material);
        assert_eq!(
            again.unwrap(algorithm, &wrapped).unwrap().expose(),
            material,
            "{algorithm}"
        );
        assert_eq!(
            stranger.unwrap(algorithm, &wrapped),
            Err(CryptoError::UnwrapFailed),
            "{algorithm}"
        );
        for cut in [0, 1, 255, wrapped.len() - 1] {
            assert_eq!(
                key.unwrap(algorithm, &wrapped[..cut]),
                Err(CryptoError::UnwrapFailed),
                "{algorithm}"
            );
        }
        for other in WrappingAlgorithm::ALL
            .into_iter()
            .filter(|other| *other != algorithm)
        {
            assert_eq!(
                key.unwrap(other, &wrapped),
                Err(CryptoError::UnwrapFailed),
                "{algorithm} {other}"
            );
        }
    }
}

#[test]
fn imported_rsa_key_has_the_material_id_of_the_one_exported() {
    let key = WrappingKey::generate(KeyPairSpec::Rsa2048.try_into().unwrap()).unwrap();
    let spec = KeySpec::Pair(KeyPairSpec::Rsa2048);
    let material = KeyMaterial::generate(spec).unwrap();
    let algorithm = WrappingAlgorithm::RsaAesKeyWrapSha256;
    let wrapped = wrap(&key, algorithm, material.to_bytes().unwrap().expose());
    let imported = KeyMaterial::from_bytes(spec, key.unwrap(algorithm, &wrapped).unwrap().expose()).unwrap();
    assert_eq!(imported.id("key-1").unwrap(), material.id("key-1").unwrap());
}

#[test]
fn only_rsa_keys_wrap() {
    assert_eq!("RSA_3072".parse::<WrappingKeySpec>().unwrap().name(), "RSA_3072");
    assert!(matches!(
        "ECC_NIST_P256".parse::<WrappingKeySpec>(),
        Err(CryptoError::OperationMismatch { .. })
    ));
    assert!(matches!(
        "SM2".parse::<WrappingKeySpec>(),
        Err(CryptoError::Unsupported(_))
    ));
    assert!(matches!(
        "SM2PKE".parse::<WrappingAlgorithm>(),
        Err(CryptoError::Unsupported(_))
    ));
}
