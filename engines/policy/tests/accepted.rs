//! What a policy that was accepted says of itself: its normal form, whom and what it names, whether it is public.

use haechi_policy::{Policy, PolicyKind, PrincipalRef, policy_size};

/// A document of version 2012-10-17 with these statements.
fn document(statements: &str) -> String {
    format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#)
}

fn resource_policy(statements: &str) -> Policy {
    Policy::parse(&document(statements), PolicyKind::Resource).expect("a resource policy")
}

#[test]
fn a_deleted_principal_turns_into_its_unique_id() {
    let gone = "arn:aws:iam::111122223333:role/gone";
    let policy = resource_policy(&format!(
        r#"{{"Effect":"Allow","Principal":{{"AWS":["{gone}","444455556666"]}},"Action":"s3:x","Resource":"*"}},
           {{"Effect":"Deny","NotPrincipal":{{"AWS":"{gone}"}},"Action":"s3:x","Resource":"{gone}"}}"#
    ));
    assert!(policy.mentions(gone) && !policy.mentions("arn:aws:iam::111122223333:role/other"));
    assert_eq!(
        policy.with_principal_renamed("arn:aws:iam::111122223333:role/other", "AROAX"),
        None
    );
    let json = policy
        .with_principal_renamed(gone, "AROAEXAMPLEEXAMPLEGONE")
        .expect("it is named");
    let renamed = Policy::parse(&json, PolicyKind::Resource).expect("still a policy");
    assert_eq!(
        renamed.principals().collect::<Vec<_>>(),
        [
            PrincipalRef::UniqueId("AROAEXAMPLEEXAMPLEGONE"),
            PrincipalRef::Account("444455556666"),
            PrincipalRef::UniqueId("AROAEXAMPLEEXAMPLEGONE"),
        ]
    );
    assert!(
        json.contains(&format!(r#""Resource":"{gone}""#)),
        "only principals are renamed"
    );
}

#[test]
fn the_normal_form_has_no_white_space_and_keeps_the_order() {
    let json = "{ \"Version\" : \"2012-10-17\",\n \"Statement\": { \"Sid\":\"a\", \"Resource\": \"*\", \"Effect\":\"Allow\",\"Action\": \"s3:x\" } }";
    let policy = Policy::parse(json, PolicyKind::Identity).expect("a policy");
    assert_eq!(
        policy.to_json(),
        r#"{"Version":"2012-10-17","Statement":{"Sid":"a","Resource":"*","Effect":"Allow","Action":"s3:x"}}"#
    );
    assert_eq!(policy_size(json), policy.to_json().len());
}

#[test]
fn context_keys_are_those_of_conditions_and_variables() {
    let json = document(
        r#"{"Effect":"Allow","Action":"s3:x","Resource":"arn:aws:s3:::b/${aws:username}",
            "Condition":{"StringLike":{"s3:prefix":["${aws:PrincipalTag/team, 'none'}/${*}"],"AWS:UserName":"x"},"Null":{"aws:TagKeys":"true"}}}"#,
    );
    let policy = Policy::parse(&json, PolicyKind::Identity).expect("a policy");
    assert_eq!(
        policy.context_keys(),
        [
            "aws:username",
            "s3:prefix",
            "aws:PrincipalTag/team",
            "aws:TagKeys"
        ]
    );
}

#[test]
fn public_is_what_no_fixed_value_narrows() {
    // "The meaning of public" in the S3 user guide.
    let with = |principal: &str, condition: &str| {
        resource_policy(&format!(
            r#"{{"Effect":"Allow","Principal":{principal},"Action":"s3:x","Resource":"*","Condition":{condition}}}"#
        ))
        .allows_public()
    };
    assert!(with("\"*\"", "{}"));
    assert!(with(
        r#"{"AWS":"*"}"#,
        r#"{"StringLike":{"aws:SourceVpc":"vpc-*"}}"#
    ));
    assert!(with("\"*\"", r#"{"IpAddress":{"aws:SourceIp":"0.0.0.0/0"}}"#));
    assert!(with("\"*\"", r#"{"StringNotEquals":{"aws:SourceVpc":"vpc-1"}}"#));
    assert!(with(
        "\"*\"",
        r#"{"StringEqualsIfExists":{"aws:SourceVpc":"vpc-1"}}"#
    ));
    assert!(with("\"*\"", r#"{"StringEquals":{"aws:UserAgent":"x"}}"#));
    assert!(!with("\"*\"", r#"{"StringEquals":{"aws:SourceVpc":"vpc-1"}}"#));
    assert!(!with("\"*\"", r#"{"StringEquals":{"aws:PrincipalOrgID":"o-1"}}"#));
    assert!(!with("\"*\"", r#"{"IpAddress":{"aws:SourceIp":"192.0.2.0/24"}}"#));
    assert!(!with(r#"{"AWS":"111122223333"}"#, "{}"));
    assert!(
        !resource_policy(r#"{"Effect":"Deny","Principal":"*","Action":"s3:x","Resource":"*"}"#)
            .allows_public()
    );
}
