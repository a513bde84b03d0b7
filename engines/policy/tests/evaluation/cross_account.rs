//! Across accounts: "Cross-account policy evaluation logic" (IAM user guide). Both sides must allow.

use haechi_policy::PolicyKind::{Boundary, Identity, Resource, ServiceControl, Session};
use haechi_policy::Requester;

use crate::scene::Expect::{Allow, Explicit, Implicit};
use crate::scene::*;

fn foreign(requester: Requester) -> Scene {
    Scene::new(requester).owned_by(OTHER)
}

fn to(principal: &str) -> String {
    granting("Allow", &aws(principal), "s3:*")
}

#[test]
fn both_accounts_must_allow() {
    check(vec![
        (
            "both allow, user named",
            foreign(user()).admin().resource(&to(USER)),
            Allow,
        ),
        (
            "both allow, account named",
            foreign(user()).admin().resource(&to(ACCOUNT)),
            Allow,
        ),
        (
            "both allow, role named",
            foreign(session()).admin().resource(&to(ROLE)),
            Allow,
        ),
        (
            "both allow, everyone named",
            foreign(user()).admin().resource(&granting("Allow", "\"*\"", "*")),
            Allow,
        ),
        (
            "only identity allows",
            foreign(user()).admin(),
            Implicit(Resource),
        ),
        (
            "only identity allows, policy names others",
            foreign(user()).admin().resource(&to(OTHER)),
            Implicit(Resource),
        ),
        (
            "only the resource allows, user named",
            foreign(user()).resource(&to(USER)),
            Implicit(Identity),
        ),
        (
            "only the resource allows, session named",
            foreign(session()).resource(&to(SESSION)),
            Implicit(Identity),
        ),
        (
            "the resource denies",
            foreign(user()).admin().resource(&granting("Deny", "\"*\"", "*")),
            Explicit(Resource),
        ),
    ]);
}

#[test]
fn the_callers_ceilings_hold_across_accounts() {
    check(vec![
        (
            "boundary",
            foreign(user())
                .admin()
                .boundary("Allow", "ec2:*")
                .resource(&to(USER)),
            Implicit(Boundary),
        ),
        (
            "session",
            foreign(session())
                .admin()
                .session("Allow", "ec2:*")
                .resource(&to(SESSION)),
            Implicit(Session),
        ),
        (
            "SCP",
            foreign(user()).admin().scp("Allow", "ec2:*").resource(&to(USER)),
            Implicit(ServiceControl),
        ),
    ]);
}

#[test]
fn root_of_another_account_needs_only_the_resources_side() {
    check(vec![
        ("named", foreign(root()).resource(&to(ROOT)), Allow),
        ("named by id", foreign(root()).resource(&to(ACCOUNT)), Allow),
        (
            "not named",
            foreign(root()).resource(&to(OTHER)),
            Implicit(Resource),
        ),
    ]);
}
