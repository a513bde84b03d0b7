//! The wording: "Troubleshoot access denied error messages" (IAM user guide).

use haechi_policy::{DenyReason, PolicyKind};

use crate::scene::*;

#[test]
fn a_denial_is_worded_as_aws_does() {
    let user = "arn:aws:iam::777788889999:user/John";
    let message = |reason: DenyReason, action: &str, resource: &str| reason.message(user, action, resource);
    assert_eq!(
        message(
            DenyReason::implicit(PolicyKind::ServiceControl),
            "codecommit:ListRepositories",
            ""
        ),
        "User: arn:aws:iam::777788889999:user/John is not authorized to perform: codecommit:ListRepositories \
         because no service control policy allows the codecommit:ListRepositories action"
    );
    assert_eq!(
        message(
            DenyReason::explicit(PolicyKind::Resource, "inline"),
            "secretsmanager:GetSecretValue",
            "arn:aws:secretsmanager:us-east-1:1:secret:*"
        ),
        "User: arn:aws:iam::777788889999:user/John is not authorized to perform: secretsmanager:GetSecretValue \
         on resource: arn:aws:secretsmanager:us-east-1:1:secret:* with an explicit deny in a resource-based policy"
    );
}

#[test]
fn each_kind_of_policy_has_its_words() {
    let rows = [
        (
            PolicyKind::Identity,
            "because no identity-based policy allows the a:B action",
            "with an explicit deny in an identity-based policy",
        ),
        (
            PolicyKind::Resource,
            "because no resource-based policy allows the a:B action",
            "with an explicit deny in a resource-based policy",
        ),
        (
            PolicyKind::KeyPolicy,
            "because no resource-based policy allows the a:B action",
            "with an explicit deny in a resource-based policy",
        ),
        (
            PolicyKind::Trust,
            "because no role trust policy allows the a:B action",
            "with an explicit deny in the role trust policy",
        ),
        (
            PolicyKind::Boundary,
            "because no permissions boundary allows the a:B action",
            "with an explicit deny in a permissions boundary",
        ),
        (
            PolicyKind::Session,
            "because no session policy allows the a:B action",
            "with an explicit deny in a session policy",
        ),
        (
            PolicyKind::ServiceControl,
            "because no service control policy allows the a:B action",
            "with an explicit deny in a service control policy",
        ),
        (
            PolicyKind::ResourceControl,
            "because no resource control policy allows the a:B action",
            "with an explicit deny in a resource control policy",
        ),
        (
            PolicyKind::Endpoint,
            "because no VPC endpoint policy allows the a:B action",
            "with an explicit deny in a VPC endpoint policy",
        ),
    ];
    for (kind, implicit, explicit) in rows {
        assert_eq!(DenyReason::implicit(kind).clause("a:B"), implicit);
        assert_eq!(DenyReason::explicit(kind, "inline").clause("a:B"), explicit);
    }
}

#[test]
fn a_managed_policy_that_denies_is_named() {
    let arn = "arn:aws:iam::123456789012:policy/ExampleDenyPolicy";
    assert_eq!(
        DenyReason::explicit(PolicyKind::Identity, arn).clause("iam:CreateInstanceProfile"),
        format!("with an explicit deny in an identity-based policy: {arn}")
    );
}

#[test]
fn the_decision_carries_what_the_message_needs() {
    let decision = Scene::new(user()).asks("kms:ListKeys", "*").decide();
    let reason = decision.deny_reason().expect("nothing allows");
    assert_eq!(
        reason.message(USER, "kms:ListKeys", "*"),
        "User: arn:aws:iam::111122223333:user/ana is not authorized to perform: kms:ListKeys on resource: * \
         because no identity-based policy allows the kms:ListKeys action"
    );
}
