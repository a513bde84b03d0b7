//! The order in which AWS prints the values of an enumeration.
//!
//! It is neither the model's nor the alphabet's: the validator walks a hash table of 32 buckets whose
//! hash is Java's `String.hashCode`, and whose buckets give the last value first. Every recorded
//! message of KMS, DynamoDB, Kinesis, Systems Manager, Glue and Cognito that lists a set obeys this,
//! but one (`KeyUsage` of KMS).

use std::cmp::Reverse;

/// The buckets of a table of up to three quarters as many values.
const BUCKETS: usize = 32;

/// The values of an enumeration as AWS lists them: `HMAC_SHA_384, HMAC_SHA_256, …`.
pub(super) fn listed(values: &[&str]) -> String {
    let mut buckets = BUCKETS;
    while values.len() > buckets / 4 * 3 {
        buckets *= 2;
    }
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by_key(|&index| (hash_code(values[index]) as usize % buckets, Reverse(index)));
    let texts: Vec<&str> = order.into_iter().map(|index| values[index]).collect();
    texts.join(", ")
}

/// Java's `String.hashCode`, as unsigned bits.
fn hash_code(text: &str) -> u32 {
    text.encode_utf16().fold(0_u32, |hash, unit| {
        hash.wrapping_mul(31).wrapping_add(u32::from(unit))
    })
}

#[cfg(test)]
mod tests {
    use super::{hash_code, listed};

    #[test]
    fn hashes_are_those_of_java() {
        assert_eq!(hash_code("hello"), 99_162_322);
        assert_eq!(hash_code(""), 0);
    }

    #[test]
    fn sets_are_listed_as_aws_was_recorded_listing_them() {
        // (values in the model's order, the recorded list)
        let recorded: [(&[&str], &str); 6] = [
            (
                &["HMAC_SHA_224", "HMAC_SHA_256", "HMAC_SHA_384", "HMAC_SHA_512"],
                "HMAC_SHA_384, HMAC_SHA_256, HMAC_SHA_224, HMAC_SHA_512",
            ),
            (
                &[
                    "RSA_2048",
                    "RSA_3072",
                    "RSA_4096",
                    "ECC_NIST_P256",
                    "ECC_NIST_P384",
                    "ECC_NIST_P521",
                    "ECC_SECG_P256K1",
                    "SYMMETRIC_DEFAULT",
                    "HMAC_224",
                    "HMAC_256",
                    "HMAC_384",
                    "HMAC_512",
                ],
                "RSA_2048, ECC_NIST_P384, ECC_NIST_P256, ECC_NIST_P521, HMAC_384, RSA_3072, ECC_SECG_P256K1, \
                 RSA_4096, SYMMETRIC_DEFAULT, HMAC_256, HMAC_224, HMAC_512",
            ),
            (
                &[
                    "EQ",
                    "NE",
                    "IN",
                    "LE",
                    "LT",
                    "GE",
                    "GT",
                    "BETWEEN",
                    "NOT_NULL",
                    "NULL",
                    "CONTAINS",
                    "NOT_CONTAINS",
                    "BEGINS_WITH",
                ],
                "IN, NULL, BETWEEN, LT, NOT_CONTAINS, EQ, GT, NOT_NULL, NE, LE, BEGINS_WITH, GE, CONTAINS",
            ),
            (
                &["CRAWL_ID", "STATE", "START_TIME", "END_TIME", "DPU_HOUR"],
                "START_TIME, END_TIME, STATE, CRAWL_ID, DPU_HOUR",
            ),
            (
                &["String", "StringList", "SecureString"],
                "SecureString, StringList, String",
            ),
            (&["OFF", "ON", "OPTIONAL"], "OPTIONAL, OFF, ON"),
        ];
        for (values, list) in recorded {
            assert_eq!(listed(values), list);
        }
    }

    #[test]
    fn a_large_set_loses_no_value() {
        let names: Vec<String> = (0..100).map(|number| format!("VALUE_{number}")).collect();
        let values: Vec<&str> = names.iter().map(String::as_str).collect();
        let list = listed(&values);
        let mut back: Vec<&str> = list.split(", ").collect();
        back.sort_unstable();
        let mut all = values.clone();
        all.sort_unstable();
        assert_eq!(back, all);
    }
}
