//! Constraint violations, in AWS's words.

use std::fs;
use std::path::Path;

use haechi_wire::{ApiError, Fields, OperationSchema, ServiceSchema, WireRequest, decode, model, validate};
use http::HeaderMap;

fn service(name: &str) -> &'static ServiceSchema {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../models")
        .join(name)
        .join("service-2.json");
    let model = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    model::load(name, &model, None).unwrap()
}

fn read(service: &ServiceSchema, operation: &OperationSchema, body: &str) -> Result<Fields, ApiError> {
    let headers = HeaderMap::new();
    let request = WireRequest {
        method: "POST",
        path: "/",
        query: "",
        headers: &headers,
        body: body.as_bytes(),
    };
    decode(service, operation, &request)
}

fn violation(name: &str, operation: &str, body: &str) -> ApiError {
    let service = service(name);
    let operation = service.operation(operation).unwrap();
    let input = read(service, operation, body).unwrap();
    validate(service, operation, &input).unwrap_err()
}

fn malformed(operation: &str, body: &str) -> ApiError {
    let service = service("kms");
    read(service, service.operation(operation).unwrap(), body).unwrap_err()
}

#[test]
fn a_missing_member_is_null() {
    let error = violation("kms", "Encrypt", r#"{"Plaintext": "YQ=="}"#);
    assert_eq!(error.code, "ValidationException");
    assert_eq!(error.status, 400);
    assert_eq!(
        error.message,
        "1 validation error detected: Value null at 'keyId' failed to satisfy constraint: Member must not be null"
    );
}

#[test]
fn every_violation_is_reported() {
    let error = violation("kms", "CreateAlias", r#"{"AliasName": "alias/*"}"#);
    assert_eq!(
        error.message,
        "2 validation errors detected: Value 'alias/*' at 'aliasName' failed to satisfy constraint: Member must \
         satisfy regular expression pattern: ^[a-zA-Z0-9:/_-]+$; Value null at 'targetKeyId' failed to satisfy \
         constraint: Member must not be null"
    );
}

#[test]
fn a_sensitive_value_is_not_repeated() {
    let plaintext = "AAAA".repeat(2000);
    let error = violation(
        "kms",
        "Encrypt",
        &format!(r#"{{"KeyId": "k", "Plaintext": "{plaintext}"}}"#),
    );
    assert_eq!(
        error.message,
        "1 validation error detected: Value at 'plaintext' failed to satisfy constraint: Member must have length \
         less than or equal to 4096"
    );
}

#[test]
fn a_blob_prints_as_a_java_buffer() {
    let error = violation("kms", "Decrypt", r#"{"CiphertextBlob": ""}"#);
    assert_eq!(
        error.message,
        "1 validation error detected: Value 'java.nio.HeapByteBuffer[pos=0 lim=0 cap=0]' at 'ciphertextBlob' \
         failed to satisfy constraint: Member must have length greater than or equal to 1"
    );
}

#[test]
fn an_unknown_value_of_an_enumeration_lists_the_known_ones() {
    let error = violation(
        "kms",
        "GenerateDataKey",
        r#"{"KeyId": "k", "KeySpec": "AES_512"}"#,
    );
    assert_eq!(
        error.message,
        "1 validation error detected: Value 'AES_512' at 'keySpec' failed to satisfy constraint: Member must \
         satisfy enum value set: [AES_256, AES_128]"
    );
}

#[test]
fn numbers_have_values_and_not_lengths() {
    let error = violation(
        "kms",
        "GenerateDataKey",
        r#"{"KeyId": "k", "NumberOfBytes": 1025}"#,
    );
    assert_eq!(
        error.message,
        "1 validation error detected: Value '1025' at 'numberOfBytes' failed to satisfy constraint: Member must \
         have value less than or equal to 1024"
    );
}

#[test]
fn elements_that_are_structures_have_paths_of_their_own() {
    let error = violation(
        "kms",
        "TagResource",
        r#"{"KeyId": "k", "Tags": [{"TagKey": "", "TagValue": "v"}]}"#,
    );
    assert_eq!(
        error.message,
        "1 validation error detected: Value '' at 'tags.1.member.tagKey' failed to satisfy constraint: Member \
         must have length greater than or equal to 1"
    );
}

#[test]
fn a_list_of_plain_values_names_the_constraints_of_its_elements() {
    let body = r#"{"KeyId": "k", "GranteePrincipal": "p", "Operations": ["Fly"]}"#;
    let message = violation("kms", "CreateGrant", body).message;
    let start = "1 validation error detected: Value '[Fly]' at 'operations' failed to satisfy constraint: Member \
                 must satisfy constraint: [Member must satisfy enum value set: [CreateGrant, GetPublicKey, ";
    assert!(message.starts_with(start), "{message}");
}

#[test]
fn query_services_have_their_own_code_and_iam_repeats_no_value() {
    let body = format!("Action=CreateUser&UserName={}", "u".repeat(65));
    let error = violation("iam", "CreateUser", &body);
    assert_eq!(error.code, "ValidationError");
    assert!(
        error.message.contains(
            "Value at 'userName' failed to satisfy constraint: Member must have length less than or equal to 64"
        ),
        "{}",
        error.message
    );
}

#[test]
fn lengths_count_characters() {
    let service = service("kms");
    let operation = service.operation("UpdateKeyDescription").unwrap();
    let description = "열쇠".repeat(4096);
    let input = read(
        service,
        operation,
        &format!(r#"{{"KeyId": "k", "Description": "{description}"}}"#),
    )
    .unwrap();
    assert!(
        validate(service, operation, &input).is_ok(),
        "8192 letters are allowed, however many bytes"
    );
}

#[test]
fn values_of_another_type_are_named() {
    for (body, message) in [
        (r#"{"KeyId": 1}"#, "NUMBER_VALUE can not be converted to a String"),
        (
            r#"{"KeyId": true}"#,
            "TRUE_VALUE can not be converted to a String",
        ),
        (
            r#"{"KeyId": {}}"#,
            "Start of structure or map found where not expected.",
        ),
        (r#"{"KeyId": []}"#, "Start of list found where not expected"),
        (
            r#"{"EncryptionContext": []}"#,
            "Start of list found where not expected",
        ),
        ("{", "Unexpected token received from parser"),
        ("[]", "Unexpected token received from parser"),
        ("{} {}", "Unexpected token received from parser"),
        (r#"{"KeyId": "\ud800"}"#, "Unexpected token received from parser"),
    ] {
        let error = malformed("Encrypt", body);
        assert_eq!(
            (&*error.code, error.status, &*error.message),
            ("SerializationException", 400, message),
            "{body}"
        );
    }
}

#[test]
fn depth_is_bounded() {
    let body = format!(r#"{{"x": {}{}}}"#, "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(
        malformed("Encrypt", &body).message,
        "The body is nested too deeply"
    );
}

#[test]
fn the_last_of_duplicate_keys_counts() {
    let service = service("kms");
    let operation = service.operation("Encrypt").unwrap();
    let body = r#"{"KeyId": "a", "KeyId": "b", "EncryptionContext": {"k": "1", "l": "2", "k": "3"}}"#;
    let input = read(service, operation, body).unwrap();
    assert_eq!(
        input.member(operation.input, "KeyId").unwrap().as_str(),
        Some("b")
    );
    let context = input
        .member(operation.input, "EncryptionContext")
        .unwrap()
        .as_map()
        .unwrap();
    let context: Vec<_> = context
        .iter()
        .map(|(key, value)| (key.as_str(), value.as_str().unwrap()))
        .collect();
    assert_eq!(context, [("k", "3"), ("l", "2")]);
}

#[test]
fn escapes_are_read() {
    let service = service("kms");
    let operation = service.operation("Encrypt").unwrap();
    let input = read(
        service,
        operation,
        r#" {"KeyId" : "\"\\\/\b\f\n\r\té\ud83d\ude00" } "#,
    )
    .unwrap();
    let text = input.member(operation.input, "KeyId").unwrap().as_str();
    assert_eq!(text, Some("\"\\/\u{8}\u{c}\n\r\té😀"));
}

/// As recorded from IAM in 2026.
#[test]
fn iam_looks_at_members_in_the_order_of_a_java_map() {
    let body = "Action=UpdateAccountPasswordPolicy&MaxPasswordAge=1096&MinimumPasswordLength=129&PasswordReusePrevention=25";
    assert_eq!(
        violation("iam", "UpdateAccountPasswordPolicy", body).message,
        "3 validation errors detected: Value at 'minimumPasswordLength' failed to satisfy constraint: Member must have \
         value less than or equal to 128; Value at 'passwordReusePrevention' failed to satisfy constraint: Member must \
         have value less than or equal to 24; Value at 'maxPasswordAge' failed to satisfy constraint: Member must have \
         value less than or equal to 1095"
    );
}

/// Names, paths and documents are checked behind the model, by IAM itself.
#[test]
fn iam_words_invalid_names_and_paths_itself() {
    let name = "It must contain only alphanumeric characters and/or the following: +=,.@_-";
    let path = "It must begin and end with / and contain only alphanumeric characters and/or / characters.";
    let long = format!("Action=CreateUser&UserName=a%20b&Path=/{}", "a".repeat(600));
    for (operation, body, message) in [
        (
            "CreateUser",
            "Action=CreateUser&UserName=bad/name".to_owned(),
            format!("The specified value for userName is invalid. {name}"),
        ),
        (
            "CreateUser",
            "Action=CreateUser&UserName=".to_owned(),
            format!("The specified value for userName is invalid. {name}"),
        ),
        (
            "UpdateUser",
            "Action=UpdateUser&UserName=alice&NewPath=bad".to_owned(),
            format!("The specified value for newPath is invalid. {path}"),
        ),
        (
            "CreateUser",
            "Action=CreateUser".to_owned(),
            "1 validation error detected: Value at 'userName' failed to satisfy constraint: Member must not be null"
                .to_owned(),
        ),
        (
            "CreateUser",
            long,
            "1 validation error detected: Value at 'path' failed to satisfy constraint: Member must have length less \
             than or equal to 512"
                .to_owned(),
        ),
    ] {
        let error = violation("iam", operation, &body);
        assert_eq!((&*error.code, &*error.message), ("ValidationError", &*message), "{body}");
    }
}

/// As recorded from IAM in 2026: with a pattern, and without one.
#[test]
fn iam_says_of_elements_with_a_pattern_that_they_must_not_be_null() {
    let thumbprints = "Action=CreateOpenIDConnectProvider&Url=https://a&ThumbprintList.member.1=b";
    let keys = format!("Action=UntagRole&RoleName=r&TagKeys.member.1={}", "k".repeat(129));
    assert!(
        violation("iam", "CreateOpenIDConnectProvider", thumbprints)
            .message
            .ends_with("greater than or equal to 40]")
    );
    assert!(
        violation("iam", "UntagRole", &keys)
            .message
            .ends_with("Member must not be null]")
    );
}
