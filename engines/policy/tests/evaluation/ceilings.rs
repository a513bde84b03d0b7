//! Service and resource control policies ("SCP evaluation", "RCP evaluation" in the Organizations user guide) and
//! VPC endpoint policies (PrivateLink guide).

use haechi_policy::PolicyKind::{Endpoint, Identity, ResourceControl, ServiceControl};
use haechi_policy::Requester;

use crate::scene::Expect::{Allow, Explicit, Implicit};
use crate::scene::*;

#[test]
fn every_level_of_the_organization_must_allow() {
    check(vec![
        ("no SCP at all", Scene::new(user()).admin(), Allow),
        (
            "each level allows",
            Scene::new(user()).admin().scp("Allow", "*").scp("Allow", "s3:*"),
            Allow,
        ),
        (
            "one level is silent",
            Scene::new(user()).admin().scp("Allow", "*").scp("Allow", "ec2:*"),
            Implicit(ServiceControl),
        ),
        (
            "one level denies",
            Scene::new(user()).admin().scp("Allow", "*").scp("Deny", "s3:*"),
            Explicit(ServiceControl),
        ),
        (
            "an SCP gives nothing",
            Scene::new(user()).scp("Allow", "*"),
            Implicit(Identity),
        ),
        (
            "an SCP binds what a resource policy grants",
            Scene::new(user())
                .scp("Allow", "ec2:*")
                .resource(&granting("Allow", &aws(USER), "*")),
            Implicit(ServiceControl),
        ),
        (
            "a deny wins over a missing allow",
            Scene::new(user()).scp("Allow", "ec2:*").scp("Deny", "s3:*"),
            Explicit(ServiceControl),
        ),
    ]);
}

#[test]
fn resource_control_policies_deny_whoever_asks() {
    let public = granting("Allow", "\"*\"", "*");
    check(vec![
        (
            "full access alone",
            Scene::new(user()).admin().rcp("Allow", "*"),
            Allow,
        ),
        (
            "a deny",
            Scene::new(user()).admin().rcp("Deny", "s3:*"),
            Explicit(ResourceControl),
        ),
        (
            "a deny of something else",
            Scene::new(user()).admin().rcp("Deny", "sqs:*"),
            Allow,
        ),
        (
            "a deny binds root",
            Scene::new(root()).rcp("Deny", "s3:*"),
            Explicit(ResourceControl),
        ),
        (
            "a deny binds the anonymous",
            Scene::new(Requester::anonymous())
                .resource(&public)
                .rcp("Deny", "s3:*"),
            Explicit(ResourceControl),
        ),
        (
            "a deny binds services",
            Scene::new(Requester::service("logging.s3.amazonaws.com"))
                .resource(&public)
                .rcp("Deny", "s3:*"),
            Explicit(ResourceControl),
        ),
    ]);
}

#[test]
fn an_endpoint_policy_must_allow_what_comes_through_it() {
    check(vec![
        (
            "allows",
            Scene::new(user())
                .admin()
                .endpoint(&granting("Allow", "\"*\"", "*")),
            Allow,
        ),
        (
            "silent",
            Scene::new(user())
                .admin()
                .endpoint(&granting("Allow", "\"*\"", "ec2:*")),
            Implicit(Endpoint),
        ),
        (
            "denies",
            Scene::new(user())
                .admin()
                .endpoint(&granting("Deny", "\"*\"", "s3:*")),
            Explicit(Endpoint),
        ),
        (
            "names another account",
            Scene::new(user())
                .admin()
                .endpoint(&granting("Allow", &aws(OTHER), "*")),
            Implicit(Endpoint),
        ),
        (
            "gives nothing",
            Scene::new(user()).endpoint(&granting("Allow", "\"*\"", "*")),
            Implicit(Identity),
        ),
    ]);
}
