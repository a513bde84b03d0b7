//! Role trust policies: "Role trust policies" and "Granting a user permissions to switch roles" (IAM user guide).

use haechi_policy::PolicyKind::{Identity, Trust};
use haechi_policy::{Requester, ResourcePolicyMode};

use crate::scene::Expect::{Allow, Explicit, Implicit};
use crate::scene::*;

const TARGET: &str = "arn:aws:iam::111122223333:role/target";

fn trusting(principal: &str) -> String {
    format!(r#"{{"Effect":"Allow","Principal":{principal},"Action":"sts:AssumeRole"}}"#)
}

fn assume(requester: Requester, statements: &[String]) -> Scene {
    Scene::new(requester)
        .asks("sts:AssumeRole", TARGET)
        .resource_in(ResourcePolicyMode::Trust, statements)
}

#[test]
fn the_trust_policy_must_allow() {
    check(vec![
        (
            "not trusted",
            assume(user(), &[trusting(&aws(OTHER))]).admin(),
            Implicit(Trust),
        ),
        (
            "named itself: enough",
            assume(user(), &[trusting(&aws(USER))]),
            Allow,
        ),
        (
            "role named: its session may",
            assume(session(), &[trusting(&aws(ROLE))]),
            Allow,
        ),
        (
            "account named: identity decides",
            assume(user(), &[trusting(&aws(ACCOUNT))]),
            Implicit(Identity),
        ),
        (
            "account named, identity allows",
            assume(user(), &[trusting(&aws(ACCOUNT))]).identity(&statement(
                "Allow",
                "sts:AssumeRole",
                TARGET,
            )),
            Allow,
        ),
        (
            "across accounts both",
            assume(user(), &[trusting(&aws(USER))]).owned_by(OTHER),
            Implicit(Identity),
        ),
        (
            "across accounts both allow",
            assume(user(), &[trusting(&aws(USER))]).owned_by(OTHER).admin(),
            Allow,
        ),
        (
            "a deny in the trust policy",
            assume(
                user(),
                &[
                    trusting(&aws(USER)),
                    r#"{"Effect":"Deny","Principal":"*","Action":"sts:AssumeRole"}"#.to_owned(),
                ],
            ),
            Explicit(Trust),
        ),
    ]);
}

#[test]
fn an_external_id_is_a_condition_like_any_other() {
    let guarded = r#"{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"sts:AssumeRole",
        "Condition":{"StringEquals":{"sts:ExternalId":"7"}}}"#;
    let scene = || assume(user(), &[guarded.to_owned()]).admin();
    check(vec![
        ("with it", scene().with("sts:ExternalId", "7"), Allow),
        (
            "with another",
            scene().with("sts:ExternalId", "8"),
            Implicit(Trust),
        ),
        ("without it", scene(), Implicit(Trust)),
    ]);
}

const TRUSTING_PROVIDER: &str = r#"{"Effect":"Allow",
    "Principal":{"Federated":"arn:aws:iam::111122223333:oidc-provider/issuer.example"},
    "Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringEquals":{"issuer.example:sub":"ci"}}}"#;

#[test]
fn services_and_providers_are_trusted_by_name() {
    let service = trusting(r#"{"Service":["ec2.amazonaws.com","lambda.amazonaws.com"]}"#);
    let identity = |provider: &str| {
        Scene::new(Requester::web_identity(provider, "ci"))
            .asks("sts:AssumeRoleWithWebIdentity", TARGET)
            .resource_in(ResourcePolicyMode::Trust, &[TRUSTING_PROVIDER.to_owned()])
    };
    let known = "arn:aws:iam::111122223333:oidc-provider/issuer.example";
    check(vec![
        (
            "a trusted service",
            assume(
                Requester::service("lambda.amazonaws.com"),
                std::slice::from_ref(&service),
            ),
            Allow,
        ),
        (
            "another service",
            assume(Requester::service("glue.amazonaws.com"), &[service]),
            Implicit(Trust),
        ),
        (
            "a trusted provider",
            identity(known).with("issuer.example:sub", "ci"),
            Allow,
        ),
        (
            "another subject",
            identity(known).with("issuer.example:sub", "x"),
            Implicit(Trust),
        ),
        (
            "another provider",
            identity("arn:aws:iam::111122223333:oidc-provider/evil.example").with("issuer.example:sub", "ci"),
            Implicit(Trust),
        ),
    ]);
}
