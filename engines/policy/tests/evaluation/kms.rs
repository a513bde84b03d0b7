//! Keys: "Key policies in AWS KMS", "Troubleshooting AWS KMS permissions" and "Allowing users in other accounts to
//! use a KMS key" in the KMS developer guide.

use haechi_policy::PolicyKind::{Boundary, Identity, KeyPolicy, ServiceControl, Session};
use haechi_policy::{Requester, ResourcePolicyMode};

use crate::scene::Expect::{Allow, Explicit, Implicit};
use crate::scene::*;

const KEY: &str = "arn:aws:kms:eu-north-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";

fn key(requester: Requester, statements: &[String]) -> Scene {
    Scene::new(requester)
        .asks("kms:Decrypt", KEY)
        .resource_in(ResourcePolicyMode::KeyPolicy, statements)
}

fn to(principal: &str) -> String {
    granting("Allow", &aws(principal), "kms:*")
}

/// The default key policy of a key made through the API.
fn default_policy() -> Vec<String> {
    vec![to(ROOT)]
}

#[test]
fn no_key_policy_no_access() {
    let eva = to("arn:aws:iam::111122223333:user/eva");
    check(vec![
        (
            "identity alone is nothing",
            key(user(), std::slice::from_ref(&eva)).admin(),
            Implicit(KeyPolicy),
        ),
        (
            "not even for root",
            key(root(), std::slice::from_ref(&eva)),
            Implicit(KeyPolicy),
        ),
        (
            "nor for a role's session",
            key(session(), &[eva]).admin(),
            Implicit(KeyPolicy),
        ),
    ]);
}

#[test]
fn the_default_policy_delegates_to_iam() {
    check(vec![
        (
            "identity decides",
            key(user(), &default_policy()),
            Implicit(Identity),
        ),
        ("identity allows", key(user(), &default_policy()).admin(), Allow),
        ("root itself is named", key(root(), &default_policy()), Allow),
        (
            "boundary limits",
            key(user(), &default_policy()).admin().boundary("Allow", "s3:*"),
            Implicit(Boundary),
        ),
        (
            "a deny in IAM wins",
            key(user(), &default_policy())
                .admin()
                .identity(&statement("Deny", "kms:Decrypt", "*")),
            Explicit(Identity),
        ),
    ]);
}

#[test]
fn naming_the_principal_is_enough() {
    check(vec![
        ("user", key(user(), &[to(USER)]), Allow),
        ("role", key(session(), &[to(ROLE)]), Allow),
        (
            "role, session policy limits",
            key(session(), &[to(ROLE)]).session("Allow", "s3:*"),
            Implicit(Session),
        ),
        (
            "a deny in the key policy wins",
            key(user(), &[to(USER), granting("Deny", &aws(USER), "kms:Decrypt")]),
            Explicit(KeyPolicy),
        ),
    ]);
}

#[test]
fn across_accounts_the_key_policy_and_iam_must_both_allow() {
    let foreign = |requester: Requester, statement: String| key(requester, &[statement]).owned_by(OTHER);
    check(vec![
        ("both", foreign(session(), to(ROLE)).admin(), Allow),
        ("both, account named", foreign(user(), to(ROOT)).admin(), Allow),
        ("no IAM", foreign(session(), to(ROLE)), Implicit(Identity)),
        (
            "no key policy",
            foreign(session(), to(OTHER)).admin(),
            Implicit(KeyPolicy),
        ),
        (
            "delegation to its own account does not reach the caller",
            foreign(user(), to("arn:aws:iam::444455556666:root")).admin(),
            Implicit(KeyPolicy),
        ),
    ]);
}

#[test]
fn grants_only_allow() {
    let silent = vec![to("arn:aws:iam::111122223333:user/eva")];
    check(vec![
        (
            "a user, neither key policy nor IAM",
            key(user(), &silent).granted_to(USER),
            Allow,
        ),
        (
            "a role's session, by the role",
            key(session(), &silent).granted_to(ROLE),
            Allow,
        ),
        (
            "a grant to someone else",
            key(user(), &silent).granted_to(ROLE),
            Implicit(KeyPolicy),
        ),
        (
            "a session policy limits a grant to the role",
            key(session(), &silent).granted_to(ROLE).session("Allow", "s3:*"),
            Implicit(Session),
        ),
        (
            "a deny anywhere wins",
            key(user(), &[granting("Deny", "\"*\"", "kms:Decrypt")]).granted_to(USER),
            Explicit(KeyPolicy),
        ),
        (
            "an SCP must allow",
            key(user(), &silent).granted_to(USER).scp("Allow", "s3:*"),
            Implicit(ServiceControl),
        ),
        (
            "across accounts IAM must allow too",
            key(user(), &silent).owned_by(OTHER).granted_to(USER),
            Implicit(Identity),
        ),
        (
            "across accounts with IAM",
            key(user(), &silent).owned_by(OTHER).granted_to(USER).admin(),
            Allow,
        ),
        (
            "a service as grantee",
            key(Requester::service("dynamodb.amazonaws.com"), &silent).granted_to("dynamodb.amazonaws.com"),
            Allow,
        ),
        (
            "delegation is not undone by a grant to the role",
            key(session(), &default_policy()).granted_to(ROLE),
            Allow,
        ),
    ]);
}

/// The policy that AWS managed keys have: everyone of the account, through one service.
#[test]
fn an_aws_managed_key_serves_its_account_through_its_service() {
    let managed = r#"{"Effect":"Allow","Principal":{"AWS":"*"},"Action":["kms:Encrypt","kms:Decrypt"],"Resource":"*",
        "Condition":{"StringEquals":{"kms:ViaService":"secretsmanager.eu-north-1.amazonaws.com","kms:CallerAccount":"111122223333"}}}"#;
    let scene = || key(user(), &[managed.to_owned()]).with("kms:CallerAccount", ACCOUNT);
    check(vec![
        (
            "through the service",
            scene().with("kms:ViaService", "secretsmanager.eu-north-1.amazonaws.com"),
            Allow,
        ),
        ("directly", scene().admin(), Implicit(KeyPolicy)),
    ]);
}

#[test]
fn operations_without_a_key_are_iams_alone() {
    let scene = || Scene::new(user()).asks("kms:ListKeys", "*");
    check(vec![
        (
            "allowed",
            scene().identity(&statement("Allow", "kms:ListKeys", "*")),
            Allow,
        ),
        (
            "only for a key",
            scene().identity(&statement("Allow", "kms:ListKeys", KEY)),
            Implicit(Identity),
        ),
        ("not at all", scene(), Implicit(Identity)),
        ("root", Scene::new(root()).asks("kms:CreateKey", "*"), Allow),
    ]);
}
