//! Requests to a proxy and its answers, as JSON.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::blob::External;
use super::fault::ProxyFault;

/// The most bytes of ciphertext metadata that a proxy may add.
const MAX_METADATA: usize = 20;
/// The length of an AES-GCM tag.
const TAG: usize = 16;

/// Who asks, and for what.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RequestMetadata {
    /// `aws:PrincipalArn`; absent for health checks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) aws_principal_arn: Option<String>,
    /// The KMS key; absent before there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) kms_key_arn: Option<String>,
    /// The operation of KMS.
    pub(crate) kms_operation: &'static str,
    /// The request's id, as CloudTrail shows it.
    pub(crate) kms_request_id: String,
    /// The service through which the request came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) kms_via_service: Option<String>,
}

/// GetHealthStatus and GetKeyMetadata.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PlainRequest {
    pub(crate) request_metadata: RequestMetadata,
}

/// Encrypt.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EncryptRequest<'a> {
    pub(crate) request_metadata: RequestMetadata,
    pub(crate) additional_authenticated_data: Bytes64<'a>,
    pub(crate) plaintext: Bytes64<'a>,
    pub(crate) encryption_algorithm: &'static str,
    pub(crate) ciphertext_data_integrity_value_algorithm: &'static str,
}

impl<'a> EncryptRequest<'a> {
    /// AES-GCM is the only algorithm of version 1; the proxy is asked to prove what it sends.
    pub(crate) fn new(request_metadata: RequestMetadata, aad: &'a [u8], plaintext: &'a [u8]) -> Self {
        Self {
            request_metadata,
            additional_authenticated_data: Bytes64(aad),
            plaintext: Bytes64(plaintext),
            encryption_algorithm: "AES_GCM",
            ciphertext_data_integrity_value_algorithm: "SHA_256",
        }
    }
}

/// Decrypt.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DecryptRequest<'a> {
    pub(crate) request_metadata: RequestMetadata,
    pub(crate) additional_authenticated_data: Bytes64<'a>,
    pub(crate) encryption_algorithm: &'static str,
    pub(crate) ciphertext: Bytes64<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ciphertext_metadata: Option<Bytes64<'a>>,
    pub(crate) initialization_vector: Bytes64<'a>,
    pub(crate) authentication_tag: Bytes64<'a>,
}

impl<'a> DecryptRequest<'a> {
    pub(crate) fn new(request_metadata: RequestMetadata, aad: &'a [u8], external: &'a External) -> Self {
        Self {
            request_metadata,
            additional_authenticated_data: Bytes64(aad),
            encryption_algorithm: "AES_GCM",
            ciphertext: Bytes64(&external.ciphertext),
            ciphertext_metadata: external.metadata.as_deref().map(Bytes64),
            initialization_vector: Bytes64(&external.iv),
            authentication_tag: Bytes64(&external.tag),
        }
    }
}

/// The answer to GetKeyMetadata.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct KeyMetadata {
    key_spec: String,
    key_usage: Vec<String>,
    key_status: String,
}

impl KeyMetadata {
    /// What keeps the external key from backing a KMS key.
    pub(crate) fn unfit_because(&self) -> Option<&'static str> {
        let can = |usage: &str| self.key_usage.iter().any(|u| u == usage);
        if self.key_spec != "AES_256" {
            Some("The external key is not a 256-bit AES key.")
        } else if !can("ENCRYPT") || !can("DECRYPT") {
            Some("The external key does not support both ENCRYPT and DECRYPT.")
        } else if self.key_status != "ENABLED" {
            Some("The external key is not enabled.")
        } else {
            None
        }
    }
}

/// The answer to Encrypt.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EncryptResponse {
    ciphertext: Owned64,
    ciphertext_metadata: Option<Owned64>,
    initialization_vector: Owned64,
    authentication_tag: Owned64,
    ciphertext_data_integrity_value: Owned64,
}

impl EncryptResponse {
    /// The ciphertext, if it can be one of `length` bytes and carries the proof that the proxy was asked for.
    pub(crate) fn check(self, aad: &[u8], length: usize) -> Result<External, ProxyFault> {
        let external = External {
            metadata: self
                .ciphertext_metadata
                .map(|m| m.0)
                .filter(|metadata| !metadata.is_empty()),
            iv: self.initialization_vector.0,
            tag: self.authentication_tag.0,
            ciphertext: self.ciphertext.0,
        };
        let metadata = external.metadata.as_deref().unwrap_or_default();
        let sizes_fit = external.ciphertext.len() == length
            && metadata.len() <= MAX_METADATA
            && matches!(external.iv.len(), 12 | 16)
            && external.tag.len() == TAG;
        let proof = [aad, metadata, &external.iv, &external.ciphertext, &external.tag].concat();
        if sizes_fit && digest(&SHA256, &proof).as_ref() == self.ciphertext_data_integrity_value.0 {
            Ok(external)
        } else {
            Err(ProxyFault::Malformed)
        }
    }
}

/// The answer to Decrypt.
#[derive(Debug, Deserialize)]
pub(crate) struct DecryptResponse {
    pub(crate) plaintext: Owned64,
}

/// The answer to GetHealthStatus.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct HealthResponse {
    ekm_fleet_details: Vec<FleetMember>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct FleetMember {
    health_status: String,
}

impl HealthResponse {
    /// At least one instance of the external key manager can serve.
    pub(crate) fn check(&self) -> Result<(), ProxyFault> {
        if self.ekm_fleet_details.is_empty() {
            return Err(ProxyFault::Malformed);
        }
        let serving = |member: &FleetMember| matches!(member.health_status.as_str(), "ACTIVE" | "DEGRADED");
        if self.ekm_fleet_details.iter().any(serving) {
            Ok(())
        } else {
            Err(ProxyFault::AllUnavailable)
        }
    }
}

/// A refusal.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Refusal {
    pub(crate) error_name: String,
}

/// Bytes, in base64 on the wire.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bytes64<'a>(pub(crate) &'a [u8]);

impl Serialize for Bytes64<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(&STANDARD.encode(self.0))
    }
}

/// Bytes that came in base64.
#[derive(Debug)]
pub(crate) struct Owned64(pub(crate) Vec<u8>);

impl<'de> Deserialize<'de> for Owned64 {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        let text = String::deserialize(input)?;
        STANDARD.decode(text).map(Self).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests;
