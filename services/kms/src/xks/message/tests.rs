use serde_json::json;

use super::*;

/// The examples of the specification: the request for `Hello World!` and its answer.
const AAD: &[u8] = b"project=nile,department=marketing";

fn metadata() -> RequestMetadata {
    RequestMetadata {
        aws_principal_arn: Some("arn:aws:iam::123456789012:user/Alice".into()),
        kms_key_arn: Some("arn:aws:kms:us-east-2:123456789012:key/1234abcd".into()),
        kms_operation: "Encrypt",
        kms_request_id: "4112f4d6-db54-4af4-ae30-c55a22a8dfae".into(),
        kms_via_service: None,
    }
}

fn answer() -> serde_json::Value {
    json!({
        "authenticationTag": "vBxN2ncH1oEkR8WVXpmyYQ==",
        "ciphertext": "ghxkK1txeDNn3q8Y",
        "ciphertextDataIntegrityValue": "qHA/ImC9h5HsLRXqCyPmWgYx7tzyoTplzILbP0fPXsc=",
        "ciphertextMetadata": "a2V5X3ZlcnNpb249MQ==",
        "initializationVector": "HMrlRw85cAJUd5Ax"
    })
}

fn read(answer: serde_json::Value) -> EncryptResponse {
    serde_json::from_value(answer).unwrap()
}

#[test]
fn an_encrypt_request_reads_as_the_specification_has_it() {
    let request = EncryptRequest::new(metadata(), AAD, b"Hello World!");
    let expected = json!({
        "requestMetadata": {
            "awsPrincipalArn": "arn:aws:iam::123456789012:user/Alice",
            "kmsKeyArn": "arn:aws:kms:us-east-2:123456789012:key/1234abcd",
            "kmsOperation": "Encrypt",
            "kmsRequestId": "4112f4d6-db54-4af4-ae30-c55a22a8dfae"
        },
        "additionalAuthenticatedData": "cHJvamVjdD1uaWxlLGRlcGFydG1lbnQ9bWFya2V0aW5n",
        "plaintext": "SGVsbG8gV29ybGQh",
        "encryptionAlgorithm": "AES_GCM",
        "ciphertextDataIntegrityValueAlgorithm": "SHA_256"
    });
    assert_eq!(serde_json::to_value(request).unwrap(), expected);
}

#[test]
fn the_answer_of_the_specification_is_accepted_and_asked_back() {
    let external = read(answer()).check(AAD, 12).unwrap();
    assert_eq!(external.metadata.as_deref(), Some(&b"key_version=1"[..]));
    let request = serde_json::to_value(DecryptRequest::new(metadata(), AAD, &external)).unwrap();
    for member in [
        "ciphertext",
        "ciphertextMetadata",
        "initializationVector",
        "authenticationTag",
    ] {
        assert_eq!(request[member], answer()[member], "{member}");
    }
}

#[test]
fn an_answer_that_was_damaged_on_the_way_is_malformed() {
    let mut damaged = answer();
    damaged["ciphertext"] = json!("ghxkK1txeDNn3q8Z");
    assert_eq!(read(damaged).check(AAD, 12), Err(ProxyFault::Malformed));
    assert_eq!(read(answer()).check(b"another", 12), Err(ProxyFault::Malformed));
}

#[test]
fn an_answer_of_another_length_than_the_plaintext_is_malformed() {
    assert_eq!(read(answer()).check(AAD, 13), Err(ProxyFault::Malformed));
}

#[test]
fn only_an_enabled_aes_256_key_for_both_ways_is_fit() {
    let fit =
        json!({"keySpec": "AES_256", "keyUsage": ["ENCRYPT", "DECRYPT", "WRAP"], "keyStatus": "ENABLED"});
    let read = |value| serde_json::from_value::<KeyMetadata>(value).unwrap();
    assert_eq!(read(fit.clone()).unfit_because(), None);
    for (member, value) in [
        ("keySpec", json!("AES_128")),
        ("keyUsage", json!(["ENCRYPT"])),
        ("keyStatus", json!("DISABLED")),
    ] {
        let mut unfit = fit.clone();
        unfit[member] = value;
        assert!(read(unfit).unfit_because().is_some(), "{member}");
    }
}

#[test]
fn a_fleet_serves_as_long_as_one_member_does() {
    let health = |states: &[&str]| {
        let members: Vec<_> = states
            .iter()
            .map(|state| json!({"id": "1", "model": "m", "healthStatus": state}))
            .collect();
        serde_json::from_value::<HealthResponse>(json!({ "ekmFleetDetails": members })).unwrap()
    };
    assert_eq!(health(&["UNAVAILABLE", "DEGRADED"]).check(), Ok(()));
    assert_eq!(health(&["UNAVAILABLE"]).check(), Err(ProxyFault::AllUnavailable));
    assert_eq!(health(&[]).check(), Err(ProxyFault::Malformed));
}
