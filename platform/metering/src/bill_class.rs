//! By which price a call is charged.
//!
//! Source: the KMS pricing page. Requests cost by the kind of key: symmetric ones and HMAC, RSA of 2,048 bits, other
//! asymmetric ones; data key pairs have prices of their own. GenerateRandom is a request like any other.

use haechi_core::Call;
use haechi_wire::Value;

/// A price of requests. The name is the suffix of AWS's usage type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum BillClass {
    /// Symmetric and HMAC keys, random numbers, and the management of keys.
    Requests,
    /// Use of RSA keys of 2,048 bits.
    Rsa2048,
    /// Use of all other asymmetric keys.
    Asymmetric,
    /// Data key pairs of elliptic curves.
    EccDataKeyPair,
    /// Data key pairs of RSA.
    RsaDataKeyPair,
}

/// What the call alone tells of its price.
pub(crate) enum Told {
    /// Everything.
    Class(BillClass),
    /// It used an RSA key: the key's length decides.
    Rsa,
}

impl BillClass {
    /// AWS's usage type, without its Region.
    pub const fn usage_type(self) -> &'static str {
        match self {
            Self::Requests => "KMS-Requests",
            Self::Rsa2048 => "KMS-Requests-Asymmetric-RSA_2048",
            Self::Asymmetric => "KMS-Requests-Asymmetric",
            Self::EccDataKeyPair => "KMS-Requests-GenerateDatakeyPair-ECC",
            Self::RsaDataKeyPair => "KMS-Requests-GenerateDatakeyPair-RSA",
        }
    }
}

/// The price of a call; `None` for what costs nothing.
pub(crate) fn told(call: &Call) -> Option<Told> {
    if call.service.name != "kms" {
        return None;
    }
    let text = |name: &str| match call.input.member(call.operation.input, name) {
        Some(value) => as_text(value),
        None => "",
    };
    Some(of(call.operation.name, text))
}

fn as_text(value: &Value) -> &str {
    value.as_str().unwrap_or("")
}

fn of<'a>(operation: &str, text: impl Fn(&str) -> &'a str) -> Told {
    match operation {
        "GenerateDataKeyPair" | "GenerateDataKeyPairWithoutPlaintext" => {
            Told::Class(if text("KeyPairSpec").starts_with("RSA") {
                BillClass::RsaDataKeyPair
            } else {
                BillClass::EccDataKeyPair
            })
        }
        "Sign" | "Verify" if text("SigningAlgorithm").starts_with("RSA") => Told::Rsa,
        "Encrypt" | "Decrypt" if text("EncryptionAlgorithm").starts_with("RSA") => Told::Rsa,
        // The key's kind does not show in the request.
        "GetPublicKey" => Told::Rsa,
        "ReEncrypt"
            if text("SourceEncryptionAlgorithm").starts_with("RSA")
                || text("DestinationEncryptionAlgorithm").starts_with("RSA") =>
        {
            Told::Rsa
        }
        "Sign" | "Verify" | "DeriveSharedSecret" | "Encapsulate" | "Decapsulate" => {
            Told::Class(BillClass::Asymmetric)
        }
        _ => Told::Class(BillClass::Requests),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(operation: &str, algorithm: &'static str) -> Option<BillClass> {
        match of(operation, |_| algorithm) {
            Told::Class(class) => Some(class),
            Told::Rsa => None,
        }
    }

    #[test]
    fn the_price_follows_the_kind_of_key() {
        assert_eq!(class("Encrypt", "SYMMETRIC_DEFAULT"), Some(BillClass::Requests));
        assert_eq!(class("Encrypt", ""), Some(BillClass::Requests));
        assert_eq!(class("GenerateRandom", ""), Some(BillClass::Requests));
        assert_eq!(class("GenerateMac", "HMAC_SHA_256"), Some(BillClass::Requests));
        assert_eq!(class("Sign", "ECDSA_SHA_256"), Some(BillClass::Asymmetric));
        assert_eq!(
            class("Sign", "RSASSA_PSS_SHA_256"),
            None,
            "the key must be looked at"
        );
        assert_eq!(
            class("GenerateDataKeyPair", "RSA_2048"),
            Some(BillClass::RsaDataKeyPair)
        );
        assert_eq!(
            class("GenerateDataKeyPair", "ECC_NIST_P256"),
            Some(BillClass::EccDataKeyPair)
        );
    }
}
