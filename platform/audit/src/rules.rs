//! What CloudTrail says of an operation beyond its name: whether it only reads, and what of it is written down.

use haechi_core::Call;
use haechi_core::call::AuditNotes;
use haechi_wire::{OperationSchema, ServiceSchema, StructKind};
use serde_json::Value;

/// Prefixes of operation names that only read.
const READING: [&str; 9] = [
    "Get", "List", "Describe", "Lookup", "Simulate", "BatchGet", "Search", "Validate", "Head",
];

/// KMS operations that change nothing, whatever they are called (KMS developer guide, "Examples of AWS KMS log
/// entries": `readOnly` is true in each).
const KMS_READING: [&str; 16] = [
    "Encrypt",
    "Decrypt",
    "ReEncrypt",
    "GenerateDataKey",
    "GenerateDataKeyWithoutPlaintext",
    "GenerateDataKeyPair",
    "GenerateDataKeyPairWithoutPlaintext",
    "GenerateRandom",
    "GenerateMac",
    "VerifyMac",
    "Sign",
    "Verify",
    "DeriveSharedSecret",
    "Encapsulate",
    "Decapsulate",
    "GetParametersForImport",
];

/// Whether the operation only reads.
pub(crate) fn read_only(service: &ServiceSchema, operation: &OperationSchema) -> bool {
    match service.name {
        "kms" if KMS_READING.contains(&operation.name) => true,
        "sts" => true,
        // They make something.
        "iam"
            if matches!(
                operation.name,
                "GenerateCredentialReport" | "GenerateServiceLastAccessedDetails"
            ) =>
        {
            true
        }
        _ => READING.iter().any(|prefix| operation.name.starts_with(prefix)),
    }
}

/// Whether `responseElements` is written: for changes, and for the calls of STS, whose answer is a credential that
/// an investigator must be able to follow.
pub(crate) fn keeps_response(service: &ServiceSchema, operation: &OperationSchema) -> bool {
    match service.name {
        "sts" => operation.name.starts_with("Assume") || operation.name.ends_with("Token"),
        _ => !read_only(service, operation),
    }
}

/// `responseElements` of a change that answers nothing. KMS names the key there all the same, so that its events can be
/// found by it; of several, the one in the Region that was called, which an alias points to from now on (KMS developer
/// guide, "Logging AWS KMS API calls with AWS CloudTrail").
pub(crate) fn empty_response(call: &Call, notes: &AuditNotes) -> Value {
    if call.service.name != "kms" {
        return Value::Null;
    }
    let here = format!(":kms:{}:", call.region);
    let mut keys = notes.resources.iter().rev().map(|resource| &resource.arn);
    match keys.find(|arn| arn.contains(":key/") && arn.contains(&here)) {
        Some(arn) => serde_json::json!({ "keyId": arn }),
        None => Value::Null,
    }
}

/// Members of `requestParameters` that are never written although the model does not mark them sensitive.
pub(crate) fn omitted_parameters(
    service: &ServiceSchema,
    operation: &OperationSchema,
) -> &'static [&'static str] {
    match (service.name, operation.name) {
        ("kms", "Decrypt") => &["ciphertextBlob", "recipient"],
        ("kms", "ReEncrypt") => &["ciphertextBlob"],
        ("kms", "Decapsulate") => &["sharedSecretCiphertextBlob"],
        ("kms", "Verify") => &["message", "signature"],
        ("kms", "Sign") => &["message"],
        ("kms", "GenerateMac") => &["message"],
        ("kms", "VerifyMac") => &["message", "mac"],
        ("kms", "DeriveSharedSecret") => &["publicKey"],
        // The grant is named by its id instead, in `additionalEventData`.
        ("kms", "RetireGrant") => &["grantToken"],
        ("kms", "ImportKeyMaterial") => &["encryptedKeyMaterial", "importToken"],
        ("sts", "AssumeRoleWithWebIdentity") => &["webIdentityToken"],
        ("sts", "AssumeRoleWithSAML") => &["sAMLAssertion", "samlAssertion"],
        _ => &[],
    }
}

/// The tag with which CreateKey is given key material, where the operator allows it.
const MATERIAL_TAG: &str = "_custom_key_material_";

/// Hides key material that a caller passed as a tag.
pub(crate) fn hide_material(parameters: &mut serde_json::Map<String, Value>) {
    let Some(Value::Array(tags)) = parameters.get_mut("tags") else {
        return;
    };
    for tag in tags {
        if tag["tagKey"] == MATERIAL_TAG {
            tag["tagValue"] = Value::from("HIDDEN_DUE_TO_SECURITY_REASONS");
        }
    }
}

/// Takes new secret keys out of `responseElements`: CloudTrail leaves the member out where others are shown as hidden.
pub(crate) fn leave_secrets_out(response: &mut Value) {
    let Value::Object(members) = response else {
        return;
    };
    members.remove("secretAccessKey");
    for member in members.values_mut() {
        leave_secrets_out(member);
    }
}

/// The code as CloudTrail writes it: the name of the exception where the protocol has a shorter one
/// (`NoSuchEntityException` for `NoSuchEntity`), and `AccessDenied` for the `AccessDeniedException` of JSON services.
pub(crate) fn error_code<'a>(operation: &OperationSchema, code: &'a str) -> &'a str {
    if code == "AccessDeniedException" {
        return "AccessDenied";
    }
    let named = operation
        .errors
        .iter()
        .find(|shape| matches!(&shape.kind, StructKind::Error(error) if error.code == code));
    named.map_or(code, |shape| shape.name)
}
