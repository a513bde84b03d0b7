//! Records of whole calls, held against CloudTrail's documented samples.

use std::sync::Arc;

use haechi_core::ports::{AuditTrail, Outcome};
use haechi_core::{AccountId, Call, Caller, Origin, Principal, Region, Session, SystemRandom, Timestamp};
use haechi_store::LogRecord;
use haechi_wire::{ApiError, Fields, OperationSchema, ServiceSchema, Shape, Value as Wire};
use serde_json::{Value, json};

use crate::Trail;

const OWN: &str = "111122223333";
const OTHER: &str = "444455556666";

fn account(id: &str) -> AccountId {
    AccountId::parse(id).unwrap()
}

fn alice() -> Caller {
    let principal = Principal::User {
        account: account(OWN),
        path: "/".into(),
        name: "alice".into(),
        id: "AIDAEXAMPLE".into(),
    };
    Caller::new(principal, Some("AKIAEXAMPLE".into()))
}

fn role_session() -> Caller {
    let principal = Principal::AssumedRole {
        account: account(OWN),
        path: "/team/".into(),
        role: "deploy".into(),
        id: "AROAEXAMPLE".into(),
        session: "visit".into(),
    };
    let session = Session {
        issued: Timestamp::from_millis(1_700_000_000_123),
        source_identity: Some("alice".into()),
        ..Session::default()
    };
    Caller {
        session: Some(Arc::new(session)),
        ..Caller::new(principal, Some("ASIAEXAMPLE".into()))
    }
}

fn origin() -> Origin {
    Origin {
        source_ip: [192, 0, 2, 7].into(),
        user_agent: "aws-cli/2".into(),
        host: "kms.example".into(),
        tls: Some(("TLSv1.3".into(), "TLS_AES_128_GCM_SHA256".into())),
        via: Vec::new(),
    }
}

fn call(service: &'static ServiceSchema, operation: &str, caller: Caller, members: &[(&str, &str)]) -> Call {
    let operation: &'static OperationSchema = service.operation(operation).unwrap();
    let mut input = Fields::empty(operation.input);
    for (name, text) in members {
        input.set_member(operation.input, name, Wire::String((*text).into()));
    }
    Call::new(
        "request-1".into(),
        Timestamp::from_millis(1_700_000_000_999),
        service,
        operation,
        Region::parse("ap-northeast-2").unwrap(),
        caller
            .principal
            .account()
            .cloned()
            .unwrap_or_else(|| account("000000000000")),
        caller,
        origin(),
        input,
    )
}

fn encrypt(caller: Caller) -> Call {
    call(&haechi_api_kms::SERVICE, "Encrypt", caller, &[("KeyId", "k")])
}

fn written(call: &Call, outcome: &Outcome<'_>) -> Vec<(LogRecord, Value)> {
    let records = Trail::new(Arc::new(SystemRandom::new())).records(call, outcome);
    records
        .into_iter()
        .map(|record| {
            let body = serde_json::from_slice(&record.body).unwrap();
            (record, body)
        })
        .collect()
}

fn only(call: &Call, outcome: &Outcome<'_>) -> (LogRecord, Value) {
    let mut all = written(call, outcome);
    assert_eq!(all.len(), 1);
    all.remove(0)
}

fn succeeded(call: &Call) -> (LogRecord, Value) {
    only(call, &Outcome::Success(&Fields::empty(call.operation.output)))
}

fn failed(call: &Call, code: &'static str) -> Value {
    only(call, &Outcome::Error(&ApiError::new(code, 400, "why"))).1
}

#[test]
fn a_cryptographic_operation_reads_and_its_answer_is_not_written() {
    let (_, record) = succeeded(&encrypt(alice()));
    assert_eq!(record["eventSource"], "kms.amazonaws.com");
    assert_eq!(record["eventTime"], "2023-11-14T22:13:20Z");
    assert_eq!(record["sourceIPAddress"], "192.0.2.7");
    assert_eq!(record["userAgent"], "aws-cli/2");
    assert_eq!(record["requestParameters"], json!({"keyId": "k"}));
    assert_eq!(record["responseElements"], Value::Null);
    assert_eq!(record["readOnly"], true);
    assert_eq!(record["requestID"], "request-1");
    assert_eq!(record["recipientAccountId"], OWN);
    let tls = json!({
        "tlsVersion": "TLSv1.3",
        "cipherSuite": "TLS_AES_128_GCM_SHA256",
        "clientProvidedHostHeader": "kms.example",
    });
    assert_eq!(record["tlsDetails"], tls);
    assert!(record.get("sessionCredentialFromConsole").is_none());
    assert!(record.get("sharedEventID").is_none());
}

#[test]
fn a_user_is_named_with_its_key() {
    let (log, record) = succeeded(&encrypt(alice()));
    let identity = json!({
        "type": "IAMUser",
        "principalId": "AIDAEXAMPLE",
        "arn": "arn:aws:iam::111122223333:user/alice",
        "accountId": OWN,
        "accessKeyId": "AKIAEXAMPLE",
        "userName": "alice",
    });
    assert_eq!(record["userIdentity"], identity);
    for term in [
        "Username=alice",
        "AccessKeyId=AKIAEXAMPLE",
        "EventName=Encrypt",
        "ReadOnly=true",
    ] {
        assert!(log.terms.iter().any(|known| known == term), "{term}");
    }
}

#[test]
fn root_is_named_by_its_account() {
    let caller = Caller::new(
        Principal::Root {
            account: account(OWN),
        },
        Some("AKIAROOT".into()),
    );
    let (log, record) = succeeded(&encrypt(caller));
    let identity = json!({
        "type": "Root",
        "principalId": OWN,
        "arn": "arn:aws:iam::111122223333:root",
        "accountId": OWN,
        "accessKeyId": "AKIAROOT",
    });
    assert_eq!(record["userIdentity"], identity);
    assert!(log.terms.iter().any(|term| term == "Username=root"));
}

#[test]
fn a_roles_session_names_its_issuer() {
    let (log, record) = succeeded(&encrypt(role_session()));
    let identity = json!({
        "type": "AssumedRole",
        "principalId": "AROAEXAMPLE:visit",
        "arn": "arn:aws:sts::111122223333:assumed-role/deploy/visit",
        "accountId": OWN,
        "accessKeyId": "ASIAEXAMPLE",
        "sessionContext": {
            "sessionIssuer": {
                "type": "Role",
                "principalId": "AROAEXAMPLE",
                "arn": "arn:aws:iam::111122223333:role/team/deploy",
                "accountId": OWN,
                "userName": "deploy",
            },
            "attributes": {"creationDate": "2023-11-14T22:13:20Z", "mfaAuthenticated": "false"},
            "sourceIdentity": "alice",
        },
    });
    assert_eq!(record["userIdentity"], identity);
    assert!(log.terms.iter().any(|term| term == "Username=visit"));
}

#[test]
fn a_service_in_between_is_named_instead_of_the_client() {
    let mut call = encrypt(alice());
    call.origin.via = vec!["ssm.amazonaws.com".into()];
    let (_, record) = succeeded(&call);
    assert_eq!(record["userIdentity"]["invokedBy"], "ssm.amazonaws.com");
    assert_eq!(record["sourceIPAddress"], "ssm.amazonaws.com");
    assert_eq!(record["userAgent"], "ssm.amazonaws.com");
}

#[test]
fn both_accounts_hear_of_a_key_that_was_used_across_them() {
    let call = encrypt(alice());
    let arn = "arn:aws:kms:ap-northeast-2:444455556666:key/k";
    call.audit_resource(arn, "AWS::KMS::Key", &account(OTHER));
    let output = Fields::empty(call.operation.output);
    let all = written(&call, &Outcome::Success(&output));
    let [(_, own), (log, other)] = all.as_slice() else {
        panic!("two records")
    };
    assert!(own["sharedEventID"].is_string());
    assert_eq!(own["sharedEventID"], other["sharedEventID"]);
    assert_ne!(own["eventID"], other["eventID"]);
    assert_eq!(log.stream, "cloudtrail/444455556666/ap-northeast-2");
    assert_eq!(other["recipientAccountId"], OTHER);
    let identity = json!({"type": "AWSAccount", "principalId": "AIDAEXAMPLE", "accountId": OWN});
    assert_eq!(other["userIdentity"], identity);
    let resource = json!([{"accountId": OTHER, "type": "AWS::KMS::Key", "ARN": arn}]);
    assert_eq!(other["resources"], resource);
    for term in [format!("ResourceName={arn}"), "ResourceType=AWS::KMS::Key".into()] {
        assert!(log.terms.contains(&term), "{term}");
    }
}

#[test]
fn the_owner_does_not_hear_of_a_refusal() {
    let call = encrypt(alice());
    call.audit_resource(
        "arn:aws:kms:ap-northeast-2:444455556666:key/k",
        "AWS::KMS::Key",
        &account(OTHER),
    );
    assert_eq!(failed(&call, "AccessDeniedException")["recipientAccountId"], OWN);
}

#[test]
fn errors_are_named_by_their_exception() {
    let record = failed(&encrypt(alice()), "AccessDeniedException");
    assert_eq!(
        (&record["errorCode"], &record["errorMessage"]),
        (&json!("AccessDenied"), &json!("why"))
    );
    assert_eq!(
        failed(&encrypt(alice()), "DisabledException")["errorCode"],
        "DisabledException"
    );
    let get_user = call(
        &haechi_api_iam::SERVICE,
        "GetUser",
        alice(),
        &[("UserName", "bob")],
    );
    assert_eq!(
        failed(&get_user, "NoSuchEntity")["errorCode"],
        "NoSuchEntityException"
    );
}

#[test]
fn issued_credentials_are_written_without_their_secret() {
    let call = call(
        &haechi_api_sts::SERVICE,
        "AssumeRole",
        alice(),
        &[("RoleArn", "r")],
    );
    let output = haechi_api_sts::AssumeRoleResponse {
        credentials: Some(credentials()),
        assumed_role_user: Some(haechi_api_sts::AssumedRoleUser {
            assumed_role_id: Some("AROAEXAMPLE:visit".into()),
            arn: Some("arn".into()),
        }),
        ..Default::default()
    };
    let (_, record) = only(&call, &Outcome::Success(&output.into_fields()));
    let expected = json!({
        "credentials": {
            "accessKeyId": "ASIANEW",
            "sessionToken": "token",
            "expiration": "Nov 14, 2023, 11:13:20 PM",
        },
        "assumedRoleUser": {"assumedRoleId": "AROAEXAMPLE:visit", "arn": "arn"},
    });
    assert_eq!(record["responseElements"], expected);
    assert_eq!(record["readOnly"], true);
}

#[test]
fn a_new_access_key_is_written_without_its_secret() {
    let call = call(
        &haechi_api_iam::SERVICE,
        "CreateAccessKey",
        alice(),
        &[("UserName", "bob")],
    );
    let output = haechi_api_iam::CreateAccessKeyResponse {
        access_key: Some(haechi_api_iam::AccessKey {
            access_key_id: Some("AKIANEW".into()),
            secret_access_key: Some("wJalrXUtnFEMI".into()),
            ..Default::default()
        }),
    };
    let (log, record) = only(&call, &Outcome::Success(&output.into_fields()));
    assert_eq!(
        record["responseElements"],
        json!({"accessKey": {"accessKeyId": "AKIANEW"}})
    );
    assert!(!String::from_utf8_lossy(&log.body).contains("wJalrXUtnFEMI"));
    assert_eq!(record["readOnly"], false);
}

#[test]
fn key_material_in_a_tag_is_hidden() {
    let mut call = call(&haechi_api_kms::SERVICE, "CreateKey", alice(), &[]);
    let tag = |key: &str| haechi_api_kms::Tag {
        tag_key: Some(key.into()),
        tag_value: Some("c2VjcmV0".into()),
    };
    let request = haechi_api_kms::CreateKeyRequest {
        tags: Some(vec![tag("team"), tag("_custom_key_material_")]),
        ..Default::default()
    };
    call.input = request.into_fields();
    let (_, record) = succeeded(&call);
    let expected = json!([
        {"tagKey": "team", "tagValue": "c2VjcmV0"},
        {"tagKey": "_custom_key_material_", "tagValue": "HIDDEN_DUE_TO_SECURITY_REASONS"},
    ]);
    assert_eq!(record["requestParameters"]["tags"], expected);
}

#[test]
fn the_bearer_of_a_token_is_known_to_the_roles_account_alone() {
    let nobody = || Caller::new(Principal::Anonymous, None);
    let members = [("RoleArn", "r"), ("WebIdentityToken", "eyJhbGciOi")];
    let call = call(
        &haechi_api_sts::SERVICE,
        "AssumeRoleWithWebIdentity",
        nobody(),
        &members,
    );
    let output = haechi_api_sts::AssumeRoleWithWebIdentityResponse {
        credentials: Some(credentials()),
        subject_from_web_identity_token: Some("bob".into()),
        provider: Some("arn:aws:iam::444455556666:oidc-provider/issuer.example".into()),
        audience: Some("app".into()),
        ..Default::default()
    };
    let fields = output.into_fields();
    assert!(
        written(&call, &Outcome::Success(&fields)).is_empty(),
        "no account is concerned"
    );
    call.audit_resource(
        "arn:aws:iam::444455556666:role/r",
        "AWS::IAM::Role",
        &account(OTHER),
    );
    let (log, record) = only(&call, &Outcome::Success(&fields));
    assert_eq!(record["recipientAccountId"], OTHER);
    let identity = json!({
        "type": "WebIdentityUser",
        "principalId": "arn:aws:iam::444455556666:oidc-provider/issuer.example:app:bob",
        "userName": "bob",
        "identityProvider": "arn:aws:iam::444455556666:oidc-provider/issuer.example",
    });
    assert_eq!(record["userIdentity"], identity);
    assert_eq!(record["requestParameters"], json!({"roleArn": "r"}));
    assert!(log.terms.iter().any(|term| term == "Username=bob"));
}

fn credentials() -> haechi_api_sts::Credentials {
    haechi_api_sts::Credentials {
        access_key_id: Some("ASIANEW".into()),
        secret_access_key: Some("wJalrXUtnFEMI".into()),
        session_token: Some("token".into()),
        expiration: Some(Timestamp::from_millis(1_700_003_600_000)),
    }
}
