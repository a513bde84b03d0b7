//! The published request quotas: calls per second, account and Region, by class of operation.
//!
//! Source: KMS developer guide, "Request quotas". Classes are told apart by what a call says of its key: a call that
//! names an algorithm of RSA, elliptic curves or ML-DSA counts there, every other cryptographic operation counts as
//! symmetric. Quotas of less than one call per second (RSA data key pairs, GetParametersForImport) count as one.

use haechi_core::Call;
use haechi_core::service::Quota;

/// Regions with ten times the usual quota for symmetric operations.
const LARGEST_REGIONS: [&str; 3] = ["us-east-1", "us-west-2", "eu-west-1"];
/// Regions with twice the usual quota.
const LARGE_REGIONS: [&str; 6] = [
    "us-east-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-northeast-1",
    "eu-central-1",
    "eu-west-2",
];

/// The quota that a call counts against.
pub(crate) fn quota(call: &Call) -> Option<Quota> {
    let operation = call.operation.name;
    Some(match operation {
        "Encrypt" | "Decrypt" => cryptographic(call, text(call, "EncryptionAlgorithm")),
        "ReEncrypt" => cryptographic(call, text(call, "SourceEncryptionAlgorithm")),
        "Sign" | "Verify" => cryptographic(call, text(call, "SigningAlgorithm")),
        "DeriveSharedSecret" => Quota {
            class: "cryptographic (ECC)",
            per_second: 1_000,
        },
        "GenerateDataKey"
        | "GenerateDataKeyWithoutPlaintext"
        | "GenerateMac"
        | "GenerateRandom"
        | "VerifyMac"
        | "Encapsulate"
        | "Decapsulate" => symmetric(call),
        "GenerateDataKeyPair" | "GenerateDataKeyPairWithoutPlaintext" => key_pair(text(call, "KeyPairSpec")),
        _ => Quota {
            class: operation,
            per_second: management(operation)?,
        },
    })
}

fn text<'a>(call: &'a Call, member: &str) -> &'a str {
    call.input
        .member(call.operation.input, member)
        .and_then(|value| value.as_str())
        .unwrap_or("")
}

fn cryptographic(call: &Call, algorithm: &str) -> Quota {
    let class = match algorithm {
        _ if algorithm.starts_with("RSA") => "cryptographic (RSA)",
        _ if algorithm.starts_with("ECDSA") || algorithm.starts_with("ED25519") => "cryptographic (ECC)",
        _ if algorithm.starts_with("ML_DSA") => "cryptographic (ML-DSA)",
        _ => return symmetric(call),
    };
    Quota {
        class,
        per_second: 1_000,
    }
}

fn symmetric(call: &Call) -> Quota {
    let region = call.region.as_str();
    let per_second = if LARGEST_REGIONS.contains(&region) {
        100_000
    } else if LARGE_REGIONS.contains(&region) {
        20_000
    } else {
        10_000
    };
    Quota {
        class: "cryptographic (symmetric)",
        per_second,
    }
}

fn key_pair(spec: &str) -> Quota {
    match spec {
        "RSA_2048" => Quota {
            class: "data key pairs (RSA_2048)",
            per_second: 1,
        },
        "RSA_3072" => Quota {
            class: "data key pairs (RSA_3072)",
            per_second: 1,
        },
        "RSA_4096" => Quota {
            class: "data key pairs (RSA_4096)",
            per_second: 1,
        },
        _ => Quota {
            class: "data key pairs (ECC)",
            per_second: 100,
        },
    }
}

/// Every operation on keys themselves has a quota of its own.
fn management(operation: &str) -> Option<u32> {
    Some(match operation {
        "GetParametersForImport" => 1,
        "CancelKeyDeletion"
        | "ConnectCustomKeyStore"
        | "CreateAlias"
        | "CreateCustomKeyStore"
        | "CreateKey"
        | "DeleteCustomKeyStore"
        | "DeleteImportedKeyMaterial"
        | "DescribeCustomKeyStores"
        | "DisableKey"
        | "DisableKeyRotation"
        | "DisconnectCustomKeyStore"
        | "EnableKey"
        | "ReplicateKey"
        | "RotateKeyOnDemand"
        | "UntagResource"
        | "UpdateAlias"
        | "UpdateCustomKeyStore"
        | "UpdateKeyDescription"
        | "UpdatePrimaryRegion" => 5,
        "TagResource" => 10,
        "DeleteAlias"
        | "EnableKeyRotation"
        | "ImportKeyMaterial"
        | "PutKeyPolicy"
        | "ScheduleKeyDeletion" => 15,
        "RetireGrant" | "RevokeGrant" => 30,
        "CreateGrant" => 50,
        "ListGrants" | "ListKeyPolicies" | "ListKeyRotations" | "ListRetirableGrants" => 100,
        "ListAliases" | "ListKeys" => 500,
        "GetKeyPolicy" | "GetKeyRotationStatus" => 1_000,
        "DescribeKey" | "GetPublicKey" | "ListResourceTags" => 2_000,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use haechi_core::{AccountId, Caller, Origin, Region, Timestamp};
    use haechi_wire::{Fields, Value};

    use super::*;

    fn of(operation: &str, region: &str, member: Option<(&str, &str)>) -> Option<(&'static str, u32)> {
        let operation = haechi_api_kms::SERVICE.operation(operation).unwrap();
        let mut input = Fields::empty(operation.input);
        if let Some((name, text)) = member {
            input.set_member(operation.input, name, Value::String(text.into()));
        }
        let call = Call::new(
            String::new(),
            Timestamp::from_millis(0),
            &haechi_api_kms::SERVICE,
            operation,
            Region::parse(region).unwrap(),
            AccountId::parse("111122223333").unwrap(),
            Caller::service("test.amazonaws.com"),
            Origin {
                source_ip: std::net::Ipv4Addr::LOCALHOST.into(),
                user_agent: String::new(),
                host: String::new(),
                tls: None,
                via: Vec::new(),
            },
            input,
        );
        quota(&call).map(|quota| (quota.class, quota.per_second))
    }

    #[test]
    fn symmetric_operations_share_a_quota_that_depends_on_the_region() {
        let class = "cryptographic (symmetric)";
        assert_eq!(of("Encrypt", "ap-northeast-2", None), Some((class, 10_000)));
        assert_eq!(of("GenerateDataKey", "eu-central-1", None), Some((class, 20_000)));
        assert_eq!(of("VerifyMac", "us-east-1", None), Some((class, 100_000)));
    }

    #[test]
    fn the_algorithm_names_the_class_of_an_asymmetric_key() {
        let rsa = Some(("EncryptionAlgorithm", "RSAES_OAEP_SHA_256"));
        assert_eq!(
            of("Decrypt", "us-east-1", rsa),
            Some(("cryptographic (RSA)", 1_000))
        );
        let ecc = Some(("SigningAlgorithm", "ECDSA_SHA_256"));
        assert_eq!(of("Sign", "us-east-1", ecc), Some(("cryptographic (ECC)", 1_000)));
    }

    #[test]
    fn operations_on_keys_have_their_own_quotas() {
        assert_eq!(of("CreateKey", "us-east-1", None), Some(("CreateKey", 5)));
        assert_eq!(of("DescribeKey", "us-east-1", None), Some(("DescribeKey", 2_000)));
    }
}
