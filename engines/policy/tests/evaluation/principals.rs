//! Who a principal is: "JSON policy elements: Principal" and "NotPrincipal" (IAM user guide).

use haechi_policy::PolicyKind::{Identity, Resource};
use haechi_policy::{Naming, Requester};

use crate::scene::Expect::{Allow, Explicit, Implicit};
use crate::scene::*;

#[test]
fn every_kind_of_principal_names_its_requester() {
    let service = Requester::service("events.amazonaws.com");
    let anonymous = Requester::anonymous;
    let canonical = "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be";
    let allow = |principal: &str| granting("Allow", principal, "s3:*");
    check(vec![
        (
            "a service",
            Scene::new(service.clone()).resource(&allow(r#"{"Service":"events.amazonaws.com"}"#)),
            Allow,
        ),
        (
            "any service",
            Scene::new(service.clone()).resource(&allow(r#"{"Service":"*"}"#)),
            Allow,
        ),
        (
            "another service",
            Scene::new(service.clone()).resource(&allow(r#"{"Service":"sns.amazonaws.com"}"#)),
            Implicit(Resource),
        ),
        (
            "a service is no account's",
            Scene::new(service.clone()).resource(&allow(&aws(ACCOUNT))),
            Implicit(Resource),
        ),
        (
            "a service has no identity policies",
            Scene::new(service).admin(),
            Implicit(Resource),
        ),
        (
            "everyone is also nobody",
            Scene::new(anonymous()).resource(&allow("\"*\"")),
            Allow,
        ),
        (
            "so is AWS:*",
            Scene::new(anonymous()).resource(&allow(&aws("*"))),
            Allow,
        ),
        (
            "nobody is in no account",
            Scene::new(anonymous()).resource(&allow(&aws(ACCOUNT))),
            Implicit(Resource),
        ),
        (
            "one of several",
            Scene::new(user()).resource(&allow(&format!(r#"{{"AWS":["{OTHER}","{USER}"]}}"#))),
            Allow,
        ),
        (
            "types mix",
            Scene::new(user()).resource(&allow(&format!(
                r#"{{"Service":"sns.amazonaws.com","AWS":"{USER}"}}"#
            ))),
            Allow,
        ),
        (
            "the canonical user is the account",
            Scene::new(user().with_canonical_user(canonical))
                .admin()
                .owned_by(OTHER)
                .resource(&allow(&format!(r#"{{"CanonicalUser":"{canonical}"}}"#))),
            Allow,
        ),
        (
            "a session keeps its provider",
            Scene::new(session().with_provider("cognito-identity.amazonaws.com"))
                .resource(&allow(r#"{"Federated":"cognito-identity.amazonaws.com"}"#)),
            Allow,
        ),
        (
            "another provider",
            Scene::new(session()).resource(&allow(r#"{"Federated":"cognito-identity.amazonaws.com"}"#)),
            Implicit(Identity),
        ),
    ]);
}

/// A statement with `NotPrincipal`, whose AWS entries are given.
fn except(effect: &str, principals: &[&str]) -> String {
    let quoted: Vec<_> = principals
        .iter()
        .map(|principal| format!("\"{principal}\""))
        .collect();
    format!(
        r#"{{"Effect":"{effect}","NotPrincipal":{{"AWS":[{}]}},"Action":"s3:*","Resource":"*"}}"#,
        quoted.join(",")
    )
}

#[test]
fn not_principal_with_deny_spares_only_whom_it_lists_in_full() {
    check(vec![
        (
            "user and account listed",
            Scene::new(user())
                .admin()
                .resource(&except("Deny", &[USER, ROOT])),
            Allow,
        ),
        (
            "only the user",
            Scene::new(user()).admin().resource(&except("Deny", &[USER])),
            Explicit(Resource),
        ),
        (
            "only the account",
            Scene::new(user()).admin().resource(&except("Deny", &[ROOT])),
            Explicit(Resource),
        ),
        (
            "session, role and account",
            Scene::new(session())
                .admin()
                .resource(&except("Deny", &[SESSION, ROLE, ACCOUNT])),
            Allow,
        ),
        (
            "without the session",
            Scene::new(session())
                .admin()
                .resource(&except("Deny", &[ROLE, ACCOUNT])),
            Explicit(Resource),
        ),
        (
            "root is its account",
            Scene::new(root()).resource(&except("Deny", &[ROOT])),
            Allow,
        ),
        (
            "a boundary always loses",
            Scene::new(user())
                .admin()
                .boundary("Allow", "*")
                .resource(&except("Deny", &[USER, ROOT])),
            Explicit(Resource),
        ),
    ]);
}

#[test]
fn not_principal_with_allow_gives_to_all_but_the_listed() {
    check(vec![
        (
            "not listed",
            Scene::new(user()).resource(&except("Allow", &[OTHER])),
            Allow,
        ),
        (
            "listed",
            Scene::new(user()).resource(&except("Allow", &[USER])),
            Implicit(Identity),
        ),
        (
            "its account listed",
            Scene::new(user()).resource(&except("Allow", &[ACCOUNT])),
            Implicit(Identity),
        ),
        (
            "its role listed",
            Scene::new(session()).resource(&except("Allow", &[ROLE])),
            Implicit(Identity),
        ),
    ]);
}

#[test]
fn a_grantee_names_its_requester() {
    let rows = [
        (user(), USER, Some(Naming::Direct)),
        (user(), ROOT, Some(Naming::Account)),
        (user(), ACCOUNT, Some(Naming::Account)),
        (user(), "arn:aws:iam::111122223333:user/eva", None),
        (session(), ROLE, Some(Naming::Issuer)),
        (session(), SESSION, Some(Naming::Direct)),
        (session(), "arn:aws:sts::111122223333:assumed-role/app/s2", None),
        (federated(), USER, Some(Naming::Issuer)),
        (root(), ROOT, Some(Naming::Direct)),
        (root(), ACCOUNT, Some(Naming::Direct)),
        (
            Requester::service("rds.amazonaws.com"),
            "rds.amazonaws.com",
            Some(Naming::Direct),
        ),
        (Requester::anonymous(), "", None),
    ];
    for (requester, principal, naming) in rows {
        assert_eq!(
            requester.named_by(principal),
            naming,
            "{principal} for {}",
            requester.arn
        );
    }
}

#[test]
fn a_requester_describes_itself_in_the_context() {
    // "Request information that you can use for policy variables", principal key values.
    let rows = [
        (user(), Some("ana"), Some(USER), USER_ID, "User"),
        (root(), None, Some(ROOT), ACCOUNT, "Account"),
        (
            session(),
            None,
            Some(ROLE),
            "AROAEXAMPLEEXAMPLEAPP:s1",
            "AssumedRole",
        ),
        (
            federated(),
            None,
            Some(FEDERATED),
            "111122223333:guest",
            "FederatedUser",
        ),
        (
            Requester::anonymous(),
            None,
            None,
            "ANONYMOUS_PRINCIPAL",
            "Anonymous",
        ),
    ];
    for (requester, name, arn, id, kind) in rows {
        let mut context = haechi_policy::Context::new();
        requester.describe(&mut context);
        let value = |key: &str| context.values(key).map(|values| values[0].as_str());
        assert_eq!(value("aws:username"), name, "{kind}");
        assert_eq!(value("aws:PrincipalArn"), arn, "{kind}");
        assert_eq!(value("aws:userid"), Some(id), "{kind}");
        assert_eq!(value("aws:PrincipalType"), Some(kind));
    }
}
