//! Within one account: "Policy evaluation for requests within a single account" and the section on
//! resource-based policies of "How AWS enforcement code logic evaluates requests to allow or deny access" (IAM
//! user guide).

use haechi_policy::PolicyKind::{Boundary, Identity, Resource, Session};
use haechi_policy::Requester;

use crate::scene::Expect::{Allow, Explicit, Implicit};
use crate::scene::*;

#[test]
fn identity_policies_allow_and_deny() {
    check(vec![
        ("nothing allows", Scene::new(user()), Implicit(Identity)),
        ("an allow suffices", Scene::new(user()).identity(&statement("Allow", "s3:Get*", "*")), Allow),
        ("actions fold case", Scene::new(user()).identity(&statement("Allow", "S3:gEToBJECT", "*")), Allow),
        (
            "resources don't",
            Scene::new(user()).identity(&statement("Allow", "s3:*", "arn:aws:s3:::BUCKET/*")),
            Implicit(Identity),
        ),
        (
            "an explicit deny wins",
            Scene::new(user()).admin().identity(&statement("Deny", "s3:GetObject", "*")),
            Explicit(Identity),
        ),
        (
            "NotAction is everything else",
            Scene::new(user()).identity(r#"{"Effect":"Allow","NotAction":"iam:*","Resource":"*"}"#),
            Allow,
        ),
        (
            "NotAction leaves out what it names",
            Scene::new(user()).identity(r#"{"Effect":"Allow","NotAction":["iam:*","s3:Get*"],"Resource":"*"}"#),
            Implicit(Identity),
        ),
        (
            "NotResource is every other resource",
            Scene::new(user())
                .admin()
                .identity(r#"{"Effect":"Deny","Action":"s3:*","NotResource":"arn:aws:s3:::logs/*"}"#),
            Explicit(Identity),
        ),
        (
            "a variable without a value invalidates an allowing NotResource",
            Scene::new(session())
                .identity(r#"{"Effect":"Allow","Action":"s3:*","NotResource":"arn:aws:s3:::home/${aws:username}/*"}"#),
            Implicit(Identity),
        ),
        (
            "a denying one still denies",
            Scene::new(session())
                .admin()
                .identity(r#"{"Effect":"Deny","Action":"s3:*","NotResource":"arn:aws:s3:::home/${aws:username}/*"}"#),
            Explicit(Identity),
        ),
        (
            "a variable with a value does not",
            Scene::new(user())
                .identity(r#"{"Effect":"Allow","Action":"s3:*","NotResource":"arn:aws:s3:::home/${aws:username}/*"}"#),
            Allow,
        ),
        (
            "a condition that fails keeps a statement out",
            Scene::new(user()).identity(
                r#"{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:username":"eva"}}}"#,
            ),
            Implicit(Identity),
        ),
        (
            "every condition must hold",
            Scene::new(user()).with("aws:SourceIp", "192.0.2.1").identity(
                r#"{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:username":"ana"},
                    "IpAddress":{"aws:SourceIp":"198.51.100.0/24"}}}"#,
            ),
            Implicit(Identity),
        ),
    ]);
}

#[test]
fn root_is_allowed_everything_that_is_not_denied() {
    check(vec![
        ("root needs no policy", Scene::new(root()), Allow),
        (
            "a resource's deny binds root",
            Scene::new(root()).resource(&granting("Deny", "\"*\"", "s3:*")),
            Explicit(Resource),
        ),
        (
            "an SCP binds root of a member account",
            Scene::new(root()).scp("Allow", "ec2:*"),
            Implicit(haechi_policy::PolicyKind::ServiceControl),
        ),
        (
            "a silent resource policy does not matter to root",
            Scene::new(root()).resource(&granting("Allow", &aws(OTHER), "*")),
            Allow,
        ),
    ]);
}

#[test]
fn a_boundary_and_session_policies_limit_identity_policies() {
    check(vec![
        (
            "boundary allows too",
            Scene::new(user()).admin().boundary("Allow", "s3:*"),
            Allow,
        ),
        (
            "boundary is silent",
            Scene::new(user()).admin().boundary("Allow", "ec2:*"),
            Implicit(Boundary),
        ),
        (
            "boundary denies",
            Scene::new(user()).admin().boundary("Deny", "s3:*"),
            Explicit(Boundary),
        ),
        (
            "a boundary gives nothing",
            Scene::new(user()).boundary("Allow", "*"),
            Implicit(Identity),
        ),
        (
            "a session without policies has the role's",
            Scene::new(session()).admin(),
            Allow,
        ),
        (
            "session policy allows too",
            Scene::new(session()).admin().session("Allow", "s3:*"),
            Allow,
        ),
        (
            "session policy is silent",
            Scene::new(session()).admin().session("Allow", "ec2:*"),
            Implicit(Session),
        ),
        (
            "session policy denies",
            Scene::new(session()).admin().session("Deny", "s3:*"),
            Explicit(Session),
        ),
        (
            "any of several session policies may allow",
            Scene::new(session())
                .admin()
                .session("Allow", "ec2:*")
                .session("Allow", "s3:*"),
            Allow,
        ),
        (
            "a session policy gives nothing",
            Scene::new(session()).session("Allow", "*"),
            Implicit(Identity),
        ),
        (
            "a federated user without session policies can do nothing",
            Scene::new(federated()).admin(),
            Implicit(Session),
        ),
        (
            "a federated user has the intersection",
            Scene::new(federated()).admin().session("Allow", "s3:*"),
            Allow,
        ),
        (
            "also the other way round",
            Scene::new(federated()).session("Allow", "s3:*"),
            Implicit(Identity),
        ),
    ]);
}

/// The bullets "IAM role", "IAM role session", "IAM user" and "AWS STS federated user principal", each with
/// implicit denies in the identity policy, the boundary and the session policy.
#[test]
fn what_a_resource_policy_grants_depends_on_how_it_names_the_caller() {
    let to = |principal: &str| granting("Allow", &aws(principal), "s3:*");
    let everyone = granting("Allow", "\"*\"", "s3:*");
    let limited = |requester: Requester| Scene::new(requester).boundary("Allow", "ec2:*");
    let narrowed = |requester: Requester| Scene::new(requester).session("Allow", "ec2:*");
    check(vec![
        (
            "user named: no identity policy needed",
            Scene::new(user()).resource(&to(USER)),
            Allow,
        ),
        (
            "user named: boundary does not limit",
            limited(user()).resource(&to(USER)),
            Allow,
        ),
        (
            "user named by unique id",
            limited(user()).resource(&to(USER_ID)),
            Allow,
        ),
        (
            "another user named",
            Scene::new(user()).resource(&to("arn:aws:iam::111122223333:user/eva")),
            Implicit(Identity),
        ),
        (
            "role named: no identity policy needed",
            Scene::new(session()).resource(&to(ROLE)),
            Allow,
        ),
        (
            "role named by unique id",
            Scene::new(session()).resource(&to(ROLE_ID)),
            Allow,
        ),
        (
            "role named: boundary limits",
            limited(session()).resource(&to(ROLE)),
            Implicit(Boundary),
        ),
        (
            "role named: session policy limits",
            narrowed(session()).resource(&to(ROLE)),
            Implicit(Session),
        ),
        (
            "session named: no identity policy needed",
            Scene::new(session()).resource(&to(SESSION)),
            Allow,
        ),
        (
            "session named: boundary does not limit",
            limited(session()).resource(&to(SESSION)),
            Allow,
        ),
        (
            "session named: session policy does not limit",
            narrowed(session()).resource(&to(SESSION)),
            Allow,
        ),
        (
            "federated user named",
            Scene::new(federated()).resource(&to(FEDERATED)),
            Allow,
        ),
        (
            "federated user named: nothing limits",
            limited(federated())
                .session("Allow", "ec2:*")
                .resource(&to(FEDERATED)),
            Allow,
        ),
        (
            "its user named: boundary limits",
            limited(federated()).session("Allow", "s3:*").resource(&to(USER)),
            Implicit(Boundary),
        ),
        (
            "its user named: session policy limits",
            narrowed(federated()).resource(&to(USER)),
            Implicit(Session),
        ),
        (
            "everyone named: nothing limits",
            limited(session()).session("Allow", "ec2:*").resource(&everyone),
            Allow,
        ),
        (
            "account named: identity policy decides",
            Scene::new(user()).resource(&to(ACCOUNT)),
            Implicit(Identity),
        ),
        (
            "account named, identity allows",
            Scene::new(user()).admin().resource(&to(ROOT)),
            Allow,
        ),
        (
            "silent resource policy: identity decides",
            Scene::new(user()).admin().resource(&to(OTHER)),
            Allow,
        ),
        (
            "explicit deny in identity wins over all",
            Scene::new(user())
                .identity(&statement("Deny", "*", "*"))
                .resource(&to(USER)),
            Explicit(Identity),
        ),
        (
            "explicit deny in boundary wins over all",
            Scene::new(user()).boundary("Deny", "*").resource(&to(USER)),
            Explicit(Boundary),
        ),
        (
            "explicit deny in session wins over all",
            Scene::new(session()).session("Deny", "*").resource(&to(SESSION)),
            Explicit(Session),
        ),
        (
            "the most direct statement counts",
            {
                let both = format!("{},{}", to(ROLE), to(SESSION));
                limited(session()).resource(&both)
            },
            Allow,
        ),
    ]);
}

#[test]
fn a_role_is_named_without_its_path_only_as_a_session() {
    // A role's ARN has its path, a session's has not ("IAM identifiers").
    let to = |principal: &str| granting("Allow", &aws(principal), "s3:*");
    check(vec![(
        "the role's ARN without its path is another role",
        Scene::new(session()).resource(&to("arn:aws:iam::111122223333:role/app")),
        Implicit(Identity),
    )]);
}
