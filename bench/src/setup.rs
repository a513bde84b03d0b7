//! Makes what an operation works on: keys, a ciphertext.

use serde_json::{Value, json};

use crate::connection::Connection;
use crate::credentials::Credentials;
use crate::endpoint::Endpoint;
use crate::operation::{Call, Operation, Subject, calls, kms};
use crate::request::{Kind, RequestBuilder};
use crate::run::now_ms;

/// What is measured and where.
#[derive(Clone, Debug)]
pub struct Target {
    /// The server.
    pub endpoint: Endpoint,
    /// Who signs.
    pub credentials: Credentials,
    /// The Region of the credential scope.
    pub region: String,
    /// The operation.
    pub operation: Operation,
    /// Bytes of plaintext or message.
    pub payload: usize,
    /// The key to use; a new one if `None`.
    pub key_id: Option<String>,
    /// The spec of the new key for Sign.
    pub key_spec: String,
}

/// Why the set-up failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SetupError {
    /// The server gave no answer.
    #[error("{action}: {source}; is the server up?")]
    Exchange {
        /// What was asked.
        action: &'static str,
        /// Why there is none.
        source: crate::connection::ExchangeError,
    },
    /// The server refused.
    #[error("{action}: HTTP {status}: {body}")]
    Refused {
        /// What was asked.
        action: &'static str,
        /// The HTTP status.
        status: u16,
        /// What it said.
        body: String,
    },
    /// The answer lacks a member.
    #[error("{action}: the answer has no {member}")]
    NoMember {
        /// What was asked.
        action: &'static str,
        /// What is missing.
        member: &'static str,
    },
}

/// The calls of each connection.
pub async fn prepare(target: &Target, connections: usize) -> Result<Vec<Vec<Call>>, SetupError> {
    let mut server = Server {
        target,
        connection: Connection::new(&target.endpoint),
    };
    let run = now_ms().to_string();
    let mut all = Vec::with_capacity(connections);
    let shared = server.subject(&run).await?;
    for index in 0..connections {
        // Aliases and policies of one key are counted and checked together: give each connection its own.
        let own = matches!(target.operation, Operation::CreateAlias | Operation::PutKeyPolicy) && index > 0;
        let subject = if own && target.key_id.is_none() {
            server.subject(&run).await?
        } else {
            shared.clone()
        };
        all.push(calls(target.operation, &subject, target.payload));
    }
    Ok(all)
}

struct Server<'a> {
    target: &'a Target,
    connection: Connection,
}

impl Server<'_> {
    async fn subject(&mut self, run: &str) -> Result<Subject, SetupError> {
        let mut subject = Subject {
            run: run.to_owned(),
            ..Subject::default()
        };
        let operation = self.target.operation;
        if matches!(operation, Operation::CreateKey | Operation::GetCallerIdentity) {
            return Ok(subject);
        }
        signing_algorithm(&self.target.key_spec).clone_into(&mut subject.signing_algorithm);
        let metadata = match &self.target.key_id {
            Some(key) => {
                self.call("TrentService.DescribeKey", &json!({ "KeyId": key }))
                    .await?
            }
            None if operation == Operation::Sign => {
                let input = json!({ "KeySpec": self.target.key_spec, "KeyUsage": "SIGN_VERIFY" });
                self.call("TrentService.CreateKey", &input).await?
            }
            None => self.call("TrentService.CreateKey", &json!({})).await?,
        };
        subject.key_id = text(&metadata["KeyMetadata"]["KeyId"], "KeyMetadata", "KeyId")?;
        subject.account = text(
            &metadata["KeyMetadata"]["AWSAccountId"],
            "KeyMetadata",
            "AWSAccountId",
        )?;
        if operation == Operation::Decrypt {
            let mut encrypt = calls(Operation::Encrypt, &subject, self.target.payload).remove(0);
            let answer = self
                .send("Encrypt", encrypt.kind, encrypt.body.with_counter(0))
                .await?;
            subject.ciphertext = text(&answer["CiphertextBlob"], "Encrypt", "CiphertextBlob")?;
        }
        Ok(subject)
    }

    async fn call(&mut self, target: &'static str, input: &Value) -> Result<Value, SetupError> {
        self.send(target, kms(target), input.to_string().as_bytes()).await
    }

    async fn send(&mut self, action: &'static str, kind: Kind, body: &[u8]) -> Result<Value, SetupError> {
        let Target {
            credentials,
            region,
            endpoint,
            ..
        } = self.target;
        let now = now_ms();
        let mut request = Vec::new();
        RequestBuilder::new(kind, credentials, region, &endpoint.authority(), now).write(
            &mut request,
            body,
            now,
        );
        let exchanged = self.connection.exchange(&request).await;
        let (head, body) = exchanged.map_err(|source| SetupError::Exchange { action, source })?;
        if !head.succeeded() {
            let body = String::from_utf8_lossy(body).into_owned();
            return Err(SetupError::Refused {
                action,
                status: head.status,
                body,
            });
        }
        Ok(serde_json::from_slice(body).unwrap_or_default())
    }
}

fn text(value: &Value, action: &'static str, member: &'static str) -> Result<String, SetupError> {
    value
        .as_str()
        .map(str::to_owned)
        .ok_or(SetupError::NoMember { action, member })
}

/// An algorithm that keys of this spec sign with.
fn signing_algorithm(key_spec: &str) -> &'static str {
    match key_spec {
        "ECC_NIST_P384" => "ECDSA_SHA_384",
        "ECC_NIST_P521" => "ECDSA_SHA_512",
        "ECC_NIST_EDWARDS25519" => "ED25519_SHA_512",
        spec if spec.starts_with("RSA_") => "RSASSA_PKCS1_V1_5_SHA_256",
        spec if spec.starts_with("ML_DSA_") => "ML_DSA_SHAKE_256",
        _ => "ECDSA_SHA_256",
    }
}
