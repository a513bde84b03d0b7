//! What is refused, in AWS's words and order.
//!
//! The texts and their precedence for IAM's own policies are the ones that moto recorded from AWS
//! (`test_iam_policies.py`), the rest is from the IAM, KMS and Organizations user guides.

use haechi_policy::{Policy, PolicyError, PolicyKind};

const SYNTAX: &str = "Syntax errors in policy.";
const VERSION: &str = "Policy document must be version 2012-10-17 or greater.";
const LEGACY: &str = "The policy failed legacy parsing";
const ACTIONS: &str = "Policy statement must contain actions.";
const RESOURCES: &str = "Policy statement must contain resources.";
const VENDOR: &str = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.";
const ONE_COLON: &str = "Actions/Condition can contain only one colon.";
const UNIQUE: &str = "Statement IDs (SID) in a single policy must be unique.";

/// A document of version 2012-10-17 with these statements.
fn document(statements: &str) -> String {
    format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#)
}

fn refusal(json: &str, kind: PolicyKind) -> Option<String> {
    Policy::parse(json, kind).err().map(|error| error.to_string())
}

fn refused(kind: PolicyKind, rows: &[(&str, &str)]) {
    for (statements, text) in rows {
        assert_eq!(
            refusal(&document(statements), kind).as_deref(),
            Some(*text),
            "{statements}"
        );
    }
}

fn accepted(kind: PolicyKind, rows: &[&str]) {
    for statements in rows {
        assert_eq!(refusal(&document(statements), kind), None, "{statements}");
    }
}

#[test]
fn a_document_without_the_grammar_has_syntax_errors() {
    let statement = r#"{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::b"}"#;
    let documents = [
        "not json".to_owned(),
        String::new(),
        "[]".to_owned(),
        "null".to_owned(),
        r#"{"Version":"2012-10-17"}"#.to_owned(),
        r#"{"Version":"2012-10-17","Statement":[]}"#.to_owned(),
        r#"{"Version":"2012-10-17","Statement":["x"]}"#.to_owned(),
        format!(r#"{{"Version":"2013-10-17","Statement":{statement}}}"#),
        format!(r#"{{"Version":"2012-10-17","Statement":{statement},"Extra":1}}"#),
        format!(r#"{{"Version":"2012-10-17","Id":["x"],"Statement":{statement}}}"#),
        format!(r#"{{"Version":"2012-10-17","Statement":{statement}}} trailing"#),
    ];
    for json in documents {
        assert_eq!(
            refusal(&json, PolicyKind::Identity).as_deref(),
            Some(SYNTAX),
            "{json}"
        );
    }
}

#[test]
fn a_statement_without_the_grammar_has_syntax_errors() {
    refused(
        PolicyKind::Identity,
        &[
            (r#"{"Action":"s3:x","Resource":"*"}"#, SYNTAX),
            (r#"{"Effect":"Maybe","Action":"s3:x","Resource":"*"}"#, SYNTAX),
            (
                r#"{"Effect":"Allow","Action":"s3:x","Resource":"*","Extra":1}"#,
                SYNTAX,
            ),
            (r#"{"Effect":"Allow","Action":{},"Resource":"*"}"#, SYNTAX),
            (r#"{"Effect":"Allow","Action":[[]],"Resource":"*"}"#, SYNTAX),
            (
                r#"{"Effect":"Allow","Action":"s3:x","Resource":["*",{}]}"#,
                SYNTAX,
            ),
            (
                r#"{"Effect":"Allow","Action":"s3:x","NotAction":"s3:y","Resource":"*"}"#,
                SYNTAX,
            ),
            (
                r#"{"Effect":"Allow","Action":"s3:x","Resource":"*","NotResource":[]}"#,
                SYNTAX,
            ),
            (
                r#"{"Effect":"Allow","Action":"s3:x","Resource":"*","Sid":{}}"#,
                SYNTAX,
            ),
            (
                r#"{"Effect":"Allow","Action":"s3:x","Resource":"*","Condition":[]}"#,
                SYNTAX,
            ),
            (
                r#"{"Effect":"Allow","Action":"s3:x","Resource":"*","Condition":{"a":"b"}}"#,
                SYNTAX,
            ),
            (
                r#"{"Effect":"Allow","Action":"s3:x","Resource":"*","Condition":{"Likes":{"a":"b"}}}"#,
                SYNTAX,
            ),
            (
                r#"{"Effect":"Allow","Action":"s3:x","Resource":"*","Condition":{"Bool":{"a":{}}}}"#,
                SYNTAX,
            ),
            (
                r#"{"Effect":"Allow","Action":"s3:x","Resource":"*","Condition":{"ForAnyValue::StringLike":{"a":"b"}}}"#,
                SYNTAX,
            ),
        ],
    );
}

#[test]
fn identity_policies_are_of_the_current_version() {
    let statement = r#"{"Effect":"denY","Action":"s3:ListBucket","Resource":"*"}"#;
    for version in ["", r#""Version":"2008-10-17","#] {
        let json = format!(r#"{{{version}"Statement":{statement}}}"#);
        assert_eq!(
            refusal(&json, PolicyKind::Identity).as_deref(),
            Some(VERSION),
            "before legacy parsing"
        );
    }
    let older = r#"{"Version":"2008-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"s3:x","Resource":"*"}}"#;
    assert_eq!(refusal(older, PolicyKind::Resource), None);
    assert_eq!(refusal(older, PolicyKind::KeyPolicy), None);
}

#[test]
fn legacy_parsing_minds_case_dates_and_whole_arns() {
    let date = |value: &str| {
        format!(
            r#"{{"Effect":"Allow","Action":"s3:x","Resource":"*","Condition":{{"DateLessThan":{{"a":"{value}"}}}}}}"#
        )
    };
    refused(
        PolicyKind::Identity,
        &[
            (
                r#"{"Effect":"allow","Resource":"arn:aws:s3:us-east-1::b"}"#,
                LEGACY,
            ),
            (
                r#"{"Effect":"Allow","Action":"s3:x","Resource":"arn:aws:s3::b"}"#,
                LEGACY,
            ),
            (
                r#"{"Effect":"Allow","Action":"s3:x","NotResource":"arn:aws:s3::b"}"#,
                LEGACY,
            ),
            (
                r#"{"Effect":"Allow","Action":"s3:x","Resource":"arn:aws::::b"}"#,
                LEGACY,
            ),
            (&date("yesterday"), LEGACY),
            (&date("234-13"), LEGACY),
            (&date("2016-12-13t2:00:00.593194+1"), LEGACY),
            (&date("2016-12-13t2:00:00.1999999999+10:59"), LEGACY),
            (&date("9223372036854775808"), LEGACY),
            (
                r#"{"Effect":"Allow","Resource":"arn:x:s3:::b","Condition":{"DateLessThan":{"a":"b"}}}"#,
                LEGACY,
            ),
        ],
    );
    let rows = [
        "2019-07-01T13:20:15Z",
        "2016-12-13T21:20:37.593194+00:00",
        "2016-12-13t2:00:00.593194+23",
        "-292275054",
        "01T",
    ];
    accepted(
        PolicyKind::Identity,
        &rows.map(date).each_ref().map(String::as_str),
    );
}

#[test]
fn resources_are_arns_or_everything() {
    let of = |resource: &str| format!(r#"{{"Effect":"Allow","Action":"s3:x","Resource":{resource}}}"#);
    let rows = [
        (
            r#""anything""#,
            r#"Resource anything must be in ARN format or "*"."#,
        ),
        (r#""""#, r#"Resource  must be in ARN format or "*"."#),
        (
            r#"["anything"]"#,
            r#"Resource anything must be in ARN format or "*"."#,
        ),
        (
            r#""a:b""#,
            r#"Partition "b" is not valid for resource "arn:b:*:*:*:*"."#,
        ),
        (
            r#""a:b:c""#,
            r#"Partition "b" is not valid for resource "arn:b:c:*:*:*"."#,
        ),
        (
            r#""a:b:c:d:e:f:g""#,
            r#"Partition "b" is not valid for resource "arn:b:c:d:e:f:g"."#,
        ),
        (
            r#""aws:s3:::b""#,
            r#"Partition "s3" is not valid for resource "arn:s3:::b:*"."#,
        ),
        (
            r#"["arn:x:s3:::b","arn:x:s3::b"]"#,
            r#"Partition "x" is not valid for resource "arn:x:s3:::b"."#,
        ),
        (
            r#""arn:aws""#,
            "Resource vendor must be fully qualified and cannot contain regexes.",
        ),
        (
            r#""arn:aws:iam:us-east-1::b""#,
            "IAM resource arn:aws:iam:us-east-1::b cannot contain region information.",
        ),
        (
            r#""arn:aws:s3:us-east-1::b""#,
            "Resource arn:aws:s3:us-east-1::b can not contain region information.",
        ),
        (
            r#""arn:aws:iam:::b""#,
            r#"IAM resource path must either be "*" or start with user/, federated-user/, role/, group/, instance-profile/, mfa/, server-certificate/, policy/, sms-mfa/, saml-provider/, oidc-provider/, report/, access-report/."#,
        ),
    ];
    for (resource, text) in rows {
        refused(PolicyKind::Identity, &[(&of(resource), text)]);
    }
    let fine = [
        r#"["arn:aws:s3:::b","*"]"#,
        r#""arn:aws:iam::*:user/${aws:username}""#,
        r#""arn:aws:iam::111122223333:*""#,
        r#""arn:aws:iam::*:root""#,
        r#""arn:aws:s3:us-east-1:1:accesspoint/x""#,
        r#""arn:aws:s3:*:*:access-grants/default/*""#,
        r#""arn:aws:anything""#,
        r#""arn:aws-cn:s3:::b""#,
        r#"[null,"*"]"#,
    ];
    accepted(PolicyKind::Identity, &fine.map(of).each_ref().map(String::as_str));
}

#[test]
fn statements_name_actions_then_resources() {
    refused(
        PolicyKind::Identity,
        &[
            (r#"{"Effect":"Deny"}"#, ACTIONS),
            (r#"{"Effect":"Allow","Resource":"*"}"#, ACTIONS),
            (r#"{"Effect":"Allow","Action":[],"Resource":"*"}"#, ACTIONS),
            (r#"{"Effect":"Allow","Action":"s3:x"}"#, RESOURCES),
            (r#"{"Effect":"Allow","Action":"s3:x","Resource":[]}"#, RESOURCES),
            (r#"{"Effect":"Allow","Action":"x"}"#, VENDOR),
            (r#"{"Effect":"Allow","NotAction":"","Resource":"*"}"#, VENDOR),
            (
                r#"{"Effect":"Allow","Action":"s3:a:b","Resource":"*"}"#,
                ONE_COLON,
            ),
            (
                r#"{"Effect":"Allow","Action":"a a:x","Resource":"*"}"#,
                "Vendor a a is not valid",
            ),
            (
                r#"{"Effect":"Allow","Action":"s:3:x","Resource":"x"}"#,
                r#"Resource x must be in ARN format or "*"."#,
            ),
        ],
    );
    accepted(
        PolicyKind::Identity,
        &[
            r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#,
            r#"{"Effect":"Allow","Action":"a-b.c:x y","Resource":"*"}"#,
            r#"{"Effect":"Allow","NotAction":"s3:x","NotResource":"*"}"#,
            r#"{"Effect":"Allow","Action":"s3:x","Resource":"*","Condition":{}}"#,
            r#"{"Effect":"Allow","Action":"s3:x","Resource":"*","Condition":{"x":{}}}"#,
            r#"{"Effect":"Allow","Action":"s3:x","Resource":"*","Condition":{"DateLessThan":{"a":[]}}}"#,
            r#"{"Effect":"Allow","Action":"s3:x","Resource":"*","Condition":{"NumericLessThan":{"a":7},"Bool":{"b":true}}}"#,
        ],
    );
}

#[test]
fn sids_are_unique_save_in_key_policies_and_in_iam_alphanumeric() {
    let with = |sid: &str| format!(r#"{{"Sid":"{sid}","Effect":"Allow","Action":"s3:x","Resource":"*"}}"#);
    let twice = format!("{},{}", with("a"), r#"{"Sid":"a","Effect":"Allow"}"#);
    refused(
        PolicyKind::Identity,
        &[
            (&twice, UNIQUE),
            (
                &with("a b"),
                "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*",
            ),
        ],
    );
    accepted(PolicyKind::Identity, &[&format!("{},{}", with(""), with(""))]);
    let trust =
        r#"{"Sid":"a","Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"sts:AssumeRole"}"#;
    let keys = r#"{"Sid":"Enable IAM User Permissions","Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"kms:*","Resource":"*"}"#;
    accepted(PolicyKind::KeyPolicy, &[keys, &format!("{keys},{keys}")]);
    refused(PolicyKind::Trust, &[(&format!("{trust},{trust}"), UNIQUE)]);
}

#[test]
fn principals_stand_where_they_belong() {
    let principal = r#"{"Effect":"Allow","Principal":"*","Action":"s3:x","Resource":"*"}"#;
    let none = r#"{"Effect":"Allow","Action":"s3:x","Resource":"*"}"#;
    for kind in [PolicyKind::Identity, PolicyKind::Boundary, PolicyKind::Session] {
        refused(
            kind,
            &[(principal, "Policy document should not specify a principal.")],
        );
        accepted(kind, &[none]);
    }
    for kind in [PolicyKind::Resource, PolicyKind::KeyPolicy, PolicyKind::Endpoint] {
        refused(kind, &[(none, "Missing required field Principal")]);
        refused(
            kind,
            &[(
                &principal.replace("\"*\",\"Action", "{},\"Action"),
                "Missing required field Principal",
            )],
        );
        accepted(kind, &[principal]);
    }
}

#[test]
fn principals_that_can_not_exist_are_refused() {
    let of = |principal: &str| {
        format!(r#"{{"Effect":"Allow","Principal":{principal},"Action":"s3:x","Resource":"*"}}"#)
    };
    let wrong = [
        r#""111122223333""#,
        r#"{"AWS":"1111"}"#,
        r#"{"AWS":"arn:aws:iam::111122223333:group/g"}"#,
        r#"{"AWS":"arn:aws:iam::111122223333:user/"}"#,
        r#"{"AWS":"arn:aws:iam::111122223333:role/app*"}"#,
        r#"{"AWS":"arn:aws:s3:::b"}"#,
        r#"{"AWS":"ana"}"#,
        r#"{"User":"ana"}"#,
        r#"{"Service":""}"#,
    ];
    for principal in wrong {
        let error = Policy::parse(&document(&of(principal)), PolicyKind::Resource).expect_err(principal);
        assert!(
            matches!(error, PolicyError::InvalidPrincipal { .. }),
            "{principal}: {error}"
        );
    }
    let right = [
        r#""*""#,
        r#"{"AWS":"*"}"#,
        r#"{"AWS":["111122223333","arn:aws:iam::111122223333:root"]}"#,
        r#"{"AWS":"arn:aws-cn:iam::111122223333:role/a/b"}"#,
        r#"{"AWS":"arn:aws:sts::111122223333:assumed-role/app/s"}"#,
        r#"{"AWS":"arn:aws:sts::111122223333:federated-user/guest"}"#,
        r#"{"AWS":"AROAEXAMPLEEXAMPLEAPP"}"#,
        r#"{"AWS":"arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1"}"#,
        r#"{"Service":"events.amazonaws.com","Federated":"accounts.google.com","CanonicalUser":"79a5"}"#,
    ];
    accepted(
        PolicyKind::Resource,
        &right.map(of).each_ref().map(String::as_str),
    );
}

#[test]
fn trust_policies_are_about_assuming_the_role() {
    let trust = |action: &str| {
        format!(r#"{{"Effect":"Allow","Principal":{{"Service":"ec2.amazonaws.com"}},"Action":{action}}}"#)
    };
    accepted(
        PolicyKind::Trust,
        &[&trust(r#"["sts:AssumeRole","sts:TagSession"]"#)],
    );
    let text = "AssumeRole policy may only specify STS AssumeRole actions.";
    refused(
        PolicyKind::Trust,
        &[
            (&trust(r#""s3:GetObject""#), text),
            (
                r#"{"Effect":"Allow","Action":"sts:AssumeRole"}"#,
                "Missing required field Principal",
            ),
            (
                r#"{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole","Resource":"*"}"#,
                "Has prohibited field Resource",
            ),
            (
                r#"{"Effect":"Deny","NotPrincipal":{"AWS":"111122223333"},"Action":"sts:AssumeRole"}"#,
                "Has prohibited field NotPrincipal",
            ),
        ],
    );
}

#[test]
fn organizations_has_one_text_for_all() {
    let text = "The provided policy document does not meet the requirements of the specified policy type.";
    refused(
        PolicyKind::ServiceControl,
        &[
            (r#"{"Effect":"Allow","Action":"x","Resource":"*"}"#, text),
            (
                r#"{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}"#,
                text,
            ),
        ],
    );
    refused(
        PolicyKind::ResourceControl,
        &[
            (r#"{"Effect":"Deny","Action":"s3:*","Resource":"*"}"#, text),
            (
                r#"{"Effect":"Deny","Principal":{"AWS":"111122223333"},"Action":"s3:*","Resource":"*"}"#,
                text,
            ),
            (
                r#"{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"}"#,
                text,
            ),
        ],
    );
    accepted(
        PolicyKind::ResourceControl,
        &[
            r#"{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*"}"#,
            r#"{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}"#,
        ],
    );
}

#[test]
fn an_error_says_where_beyond_awss_text() {
    let error = Policy::parse(
        &document(r#"{"Effect":"Allow","Actoin":"s3:x"}"#),
        PolicyKind::Identity,
    )
    .expect_err("an unknown element");
    assert_eq!(error.detail(), Some("unknown element Actoin"));
}

#[test]
fn a_trusted_document_needs_the_grammar_only() {
    let odd = document(r#"{"Sid":"a b","Effect":"Allow","Action":"s3:x","Resource":"arn:aws:iam::aws:x"}"#);
    assert!(Policy::parse(&odd, PolicyKind::Identity).is_err());
    assert!(Policy::parse_trusted(&odd, PolicyKind::Identity).is_ok());
    assert!(Policy::parse_trusted("{}", PolicyKind::Identity).is_err());
}
