//! The operations that can be measured, and their bodies.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use clap::ValueEnum;

use crate::request::Kind;

/// An operation of KMS or STS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Operation {
    /// KMS Encrypt of `--payload` bytes, another plaintext each time.
    #[value(name = "Encrypt")]
    Encrypt,
    /// KMS GenerateDataKey of 256 bits.
    #[value(name = "GenerateDataKey")]
    GenerateDataKey,
    /// KMS Decrypt of one ciphertext of `--payload` bytes, made before.
    #[value(name = "Decrypt")]
    Decrypt,
    /// KMS Sign of `--payload` bytes with a key of `--key-spec`, another message each time.
    #[value(name = "Sign")]
    Sign,
    /// KMS CreateKey.
    #[value(name = "CreateKey")]
    CreateKey,
    /// KMS CreateAlias and, since a key may have 50 aliases, DeleteAlias in turn; both are counted.
    #[value(name = "CreateAlias")]
    CreateAlias,
    /// KMS PutKeyPolicy, another policy each time, a key per connection.
    #[value(name = "PutKeyPolicy")]
    PutKeyPolicy,
    /// STS GetCallerIdentity.
    #[value(name = "GetCallerIdentity")]
    GetCallerIdentity,
}

impl Operation {
    /// The name that AWS gives it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Encrypt => "Encrypt",
            Self::GenerateDataKey => "GenerateDataKey",
            Self::Decrypt => "Decrypt",
            Self::Sign => "Sign",
            Self::CreateKey => "CreateKey",
            Self::CreateAlias => "CreateAlias",
            Self::PutKeyPolicy => "PutKeyPolicy",
            Self::GetCallerIdentity => "GetCallerIdentity",
        }
    }
}

/// A KMS request's kind.
pub const fn kms(target: &'static str) -> Kind {
    Kind {
        service: "kms",
        target: Some(target),
    }
}

/// An STS request's kind.
pub const STS: Kind = Kind {
    service: "sts",
    target: None,
};

/// What a connection sends over and over.
#[derive(Clone, Debug)]
pub struct Call {
    /// Which request.
    pub kind: Kind,
    /// Its body.
    pub body: Body,
}

/// How many decimal digits make one request differ from the next.
const COUNTER: usize = 12;
/// Stands in a body's text where the counter goes.
const PLACE: &str = "000000000000";

/// A body with a place for a counter. Its digits are valid in base64, in names and in policies alike, so that a body
/// is made unlike all others by overwriting twelve bytes.
#[derive(Clone, Debug)]
pub struct Body {
    text: Vec<u8>,
    counter_at: Option<usize>,
}

impl Body {
    /// A body that is the same each time.
    pub fn fixed(text: String) -> Self {
        Self {
            text: text.into_bytes(),
            counter_at: None,
        }
    }

    /// A body whose twelve zeros after `marker` count. Without them it is fixed.
    pub fn counting(text: String, marker: &str) -> Self {
        let counter_at = text.find(marker).map(|at| at + marker.len());
        let counter_at = counter_at.filter(|at| text[*at..].starts_with(PLACE));
        Self {
            text: text.into_bytes(),
            counter_at,
        }
    }

    /// The body with this number in it (its last twelve digits).
    pub fn with_counter(&mut self, mut number: u64) -> &[u8] {
        if let Some(at) = self.counter_at {
            for digit in self.text[at..at + COUNTER].iter_mut().rev() {
                *digit = b'0' + (number % 10) as u8;
                number /= 10;
            }
        }
        &self.text
    }
}

/// What the operation works on, made by [`setup`](crate::setup).
#[derive(Clone, Debug, Default)]
pub struct Subject {
    /// The key.
    pub key_id: String,
    /// Its account.
    pub account: String,
    /// The ciphertext that Decrypt takes, in base64.
    pub ciphertext: String,
    /// The algorithm that Sign takes.
    pub signing_algorithm: String,
    /// What tells this run's aliases from those of other runs.
    pub run: String,
}

/// The calls that one connection makes in turn.
pub fn calls(operation: Operation, subject: &Subject, payload: usize) -> Vec<Call> {
    let key = &subject.key_id;
    // The first twelve digits of base64 are the counter's, if the payload has as many.
    let bytes = STANDARD.encode(vec![0xd3; payload]);
    let bytes = if bytes.len() >= 16 {
        format!("{PLACE}{}", &bytes[COUNTER..])
    } else {
        bytes
    };
    match operation {
        Operation::Encrypt => {
            let text = format!(r#"{{"KeyId":"{key}","Plaintext":"{bytes}"}}"#);
            vec![Call {
                kind: kms("TrentService.Encrypt"),
                body: Body::counting(text, "\"Plaintext\":\""),
            }]
        }
        Operation::GenerateDataKey => {
            let text = format!(r#"{{"KeyId":"{key}","KeySpec":"AES_256"}}"#);
            vec![Call {
                kind: kms("TrentService.GenerateDataKey"),
                body: Body::fixed(text),
            }]
        }
        Operation::Decrypt => {
            let text = format!(r#"{{"CiphertextBlob":"{}"}}"#, subject.ciphertext);
            vec![Call {
                kind: kms("TrentService.Decrypt"),
                body: Body::fixed(text),
            }]
        }
        Operation::Sign => {
            let text = format!(
                r#"{{"KeyId":"{key}","MessageType":"RAW","SigningAlgorithm":"{}","Message":"{bytes}"}}"#,
                subject.signing_algorithm
            );
            vec![Call {
                kind: kms("TrentService.Sign"),
                body: Body::counting(text, "\"Message\":\""),
            }]
        }
        Operation::CreateKey => {
            vec![Call {
                kind: kms("TrentService.CreateKey"),
                body: Body::fixed("{}".to_owned()),
            }]
        }
        Operation::CreateAlias => aliases(subject),
        Operation::PutKeyPolicy => vec![policy(subject)],
        Operation::GetCallerIdentity => {
            let text = "Action=GetCallerIdentity&Version=2011-06-15".to_owned();
            vec![Call {
                kind: STS,
                body: Body::fixed(text),
            }]
        }
    }
}

fn aliases(subject: &Subject) -> Vec<Call> {
    let name = format!("alias/load-{}-", subject.run);
    let create = format!(
        r#"{{"AliasName":"{name}{PLACE}","TargetKeyId":"{}"}}"#,
        subject.key_id
    );
    let delete = format!(r#"{{"AliasName":"{name}{PLACE}"}}"#);
    vec![
        Call {
            kind: kms("TrentService.CreateAlias"),
            body: Body::counting(create, &name),
        },
        Call {
            kind: kms("TrentService.DeleteAlias"),
            body: Body::counting(delete, &name),
        },
    ]
}

/// The default key policy with a `Sid` that counts.
fn policy(subject: &Subject) -> Call {
    let policy = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Sid":"load{PLACE}","Effect":"Allow","Principal":{{"AWS":"arn:aws:iam::{}:root"}},"Action":"kms:*","Resource":"*"}}]}}"#,
        subject.account
    );
    let quoted = serde_json::Value::String(policy);
    let text = format!(
        r#"{{"KeyId":"{}","PolicyName":"default","Policy":{quoted}}}"#,
        subject.key_id
    );
    Call {
        kind: kms("TrentService.PutKeyPolicy"),
        body: Body::counting(text, "load"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    fn subject() -> Subject {
        Subject {
            key_id: "1234abcd-12ab-34cd-56ef-1234567890ab".into(),
            account: "111122223333".into(),
            ciphertext: "AAAA".into(),
            signing_algorithm: "ECDSA_SHA_256".into(),
            run: "7".into(),
        }
    }

    fn json(call: &mut Call, number: u64) -> Value {
        serde_json::from_slice(call.body.with_counter(number)).expect("valid JSON")
    }

    #[test]
    fn plaintexts_have_the_length_asked_for_and_differ() {
        for payload in [9, 12, 32, 1024, 4096] {
            let mut call = calls(Operation::Encrypt, &subject(), payload).remove(0);
            let plaintext = |call: &mut Call, number| {
                let body = json(call, number);
                STANDARD
                    .decode(body["Plaintext"].as_str().expect("a text"))
                    .expect("base64")
            };
            let (first, second) = (plaintext(&mut call, 1), plaintext(&mut call, 2));
            assert_eq!((first.len(), second.len()), (payload, payload));
            if payload >= 12 {
                assert_ne!(first, second, "{payload}");
            }
        }
    }

    #[test]
    fn an_alias_is_created_and_then_deleted() {
        let mut calls = calls(Operation::CreateAlias, &subject(), 32);
        assert_eq!(json(&mut calls[0], 42)["AliasName"], "alias/load-7-000000000042");
        assert_eq!(json(&mut calls[1], 42)["AliasName"], "alias/load-7-000000000042");
    }

    #[test]
    fn policies_differ_and_allow_the_account() {
        let mut call = calls(Operation::PutKeyPolicy, &subject(), 32).remove(0);
        let policy: Value =
            serde_json::from_str(json(&mut call, 5)["Policy"].as_str().expect("a text")).expect("JSON");
        assert_eq!(policy["Statement"][0]["Sid"], "load000000000005");
        assert_eq!(
            policy["Statement"][0]["Principal"]["AWS"],
            "arn:aws:iam::111122223333:root"
        );
    }

    #[test]
    fn every_operation_has_calls_of_valid_json_or_a_form() {
        for operation in Operation::value_variants() {
            for mut call in calls(*operation, &subject(), 32) {
                match call.kind.target {
                    Some(target) => {
                        assert!(target.starts_with("TrentService."));
                        json(&mut call, 1);
                    }
                    None => assert!(call.body.with_counter(1).starts_with(b"Action=")),
                }
            }
        }
    }
}
