//! What holds for every policy and every request.

use haechi_policy::{
    Attached, Context, Policies, Policy, PolicyKind, Request, Requester, ResourcePolicy, ResourcePolicyMode,
    decide, explain,
};
use proptest::prelude::*;

const KINDS: [PolicyKind; 9] = [
    PolicyKind::Identity,
    PolicyKind::Resource,
    PolicyKind::Trust,
    PolicyKind::KeyPolicy,
    PolicyKind::ServiceControl,
    PolicyKind::ResourceControl,
    PolicyKind::Boundary,
    PolicyKind::Session,
    PolicyKind::Endpoint,
];

fn pick(values: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop::sample::select(values).prop_map(str::to_owned)
}

fn action() -> impl Strategy<Value = String> {
    pick(&[
        "*",
        "s3:*",
        "s3:Get*",
        "s3:GetObject",
        "kms:Decrypt",
        "s3:?etObject",
        "S3:PUTOBJECT",
    ])
}

fn resource() -> impl Strategy<Value = String> {
    pick(&[
        "*",
        "arn:aws:s3:::b/*",
        "arn:aws:s3:::b/k",
        "arn:aws:s3:::*/k",
        "arn:aws:s3:::b/${aws:username}",
        "arn:aws:*:*:*:b/k",
        "arn:aws:kms:*:111122223333:key/*",
    ])
}

fn principal() -> impl Strategy<Value = String> {
    pick(&[
        r#""*""#,
        r#"{"AWS":"*"}"#,
        r#"{"AWS":"111122223333"}"#,
        r#"{"AWS":"arn:aws:iam::111122223333:user/ana"}"#,
        r#"{"AWS":"arn:aws:iam::111122223333:role/app"}"#,
        r#"{"AWS":["arn:aws:sts::111122223333:assumed-role/app/s","444455556666"]}"#,
        r#"{"Service":"s3.amazonaws.com"}"#,
    ])
}

fn condition() -> impl Strategy<Value = String> {
    pick(&[
        "{}",
        r#"{"StringEquals":{"aws:username":"ana"}}"#,
        r#"{"StringNotEquals":{"aws:username":"${aws:PrincipalTag/x}"}}"#,
        r#"{"IpAddress":{"aws:SourceIp":"192.0.2.0/24"}}"#,
        r#"{"ForAllValues:StringLike":{"aws:TagKeys":["a*","b"]}}"#,
        r#"{"NumericLessThan":{"aws:MultiFactorAuthAge":300}}"#,
        r#"{"Null":{"aws:username":true}}"#,
        r#"{"DateGreaterThanIfExists":{"aws:CurrentTime":"2026-01-01"}}"#,
        r#"{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/*"},"Bool":{"aws:SecureTransport":"true"}}"#,
    ])
}

fn statement(effect: &'static str, principals: bool) -> impl Strategy<Value = String> {
    (action(), resource(), principal(), condition(), any::<[bool; 3]>()).prop_map(
        move |(action, resource, principal, condition, not)| {
            let name = |negated: bool, name: &str| if negated { format!("Not{name}") } else { name.to_owned() };
            let principal = if principals { format!(r#""{}":{principal},"#, name(not[2], "Principal")) } else { String::new() };
            format!(
                r#"{{"Effect":"{effect}",{principal}"{}":"{action}","{}":"{resource}","Condition":{condition}}}"#,
                name(not[0], "Action"),
                name(not[1], "Resource")
            )
        },
    )
}

fn any_statement(principals: bool) -> impl Strategy<Value = String> {
    prop_oneof![statement("Allow", principals), statement("Deny", principals)]
}

fn statements(principals: bool) -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(any_statement(principals), 1..4)
}

fn requester() -> impl Strategy<Value = Requester> {
    prop_oneof![
        Just(Requester::root("111122223333", "arn:aws:iam::111122223333:root")),
        Just(Requester::user(
            "111122223333",
            "arn:aws:iam::111122223333:user/ana",
            "AIDAEXAMPLEEXAMPLE"
        )),
        Just(Requester::assumed_role(
            "111122223333",
            "arn:aws:sts::111122223333:assumed-role/app/s",
            "arn:aws:iam::111122223333:role/app",
            "AROAEXAMPLEEXAMPLE"
        )),
        Just(Requester::service("s3.amazonaws.com")),
        Just(Requester::anonymous()),
    ]
}

/// Everything that bears on one request, as text.
#[derive(Clone, Debug)]
struct World {
    requester: Requester,
    action: String,
    resource: String,
    owner: String,
    identity: Vec<String>,
    boundary: Option<Vec<String>>,
    session: Option<Vec<String>>,
    control: Option<Vec<String>>,
    resource_policy: Option<(Vec<String>, ResourcePolicyMode)>,
}

fn world() -> impl Strategy<Value = World> {
    let mode = prop::sample::select(&[ResourcePolicyMode::Standard, ResourcePolicyMode::KeyPolicy][..]);
    let asked = (
        requester(),
        pick(&["s3:GetObject", "s3:PutObject", "kms:Decrypt"]),
        pick(&[
            "arn:aws:s3:::b/k",
            "arn:aws:s3:::b/ana",
            "arn:aws:kms:eu-north-1:111122223333:key/1",
            "*",
        ]),
        pick(&["111122223333", "444455556666"]),
    );
    let policies = (
        statements(false),
        prop::option::of(statements(false)),
        prop::option::of(statements(false)),
        prop::option::of(statements(false)),
        prop::option::of((statements(true), mode)),
    );
    (asked, policies).prop_map(
        |((requester, action, resource, owner), (identity, boundary, session, control, resource_policy))| {
            World {
                requester,
                action,
                resource,
                owner,
                identity,
                boundary,
                session,
                control,
                resource_policy,
            }
        },
    )
}

fn parse(kind: PolicyKind, statements: &[String]) -> Policy {
    let json = format!(
        r#"{{"Version":"2012-10-17","Statement":[{}]}}"#,
        statements.join(",")
    );
    Policy::parse(&json, kind).unwrap_or_else(|error| panic!("{json}: {error}"))
}

impl World {
    /// Whether the request is allowed; the explanation must agree.
    fn allows(&self) -> bool {
        let named = |policy| Attached { policy, label: "p" };
        let optional =
            |kind, statements: &Option<Vec<String>>| statements.as_ref().map(|list| parse(kind, list));
        let identity = parse(PolicyKind::Identity, &self.identity);
        let boundary = optional(PolicyKind::Boundary, &self.boundary);
        let session = optional(PolicyKind::Session, &self.session);
        let control = optional(PolicyKind::ServiceControl, &self.control);
        let resource = self
            .resource_policy
            .as_ref()
            .map(|(list, mode)| (parse(PolicyKind::Resource, list), *mode));
        let session: Option<Vec<_>> = session.as_ref().map(|policy| vec![named(policy)]);
        let level: Vec<_> = control.iter().map(named).collect();
        let levels = [level.as_slice()];
        let mut context = Context::new()
            .with("aws:SourceIp", "192.0.2.9")
            .with("aws:TagKeys", ["a1", "b"]);
        self.requester.describe(&mut context);
        let request = Request {
            requester: &self.requester,
            action: &self.action,
            resource: &self.resource,
            resource_account: Some(&self.owner),
            context: &context,
        };
        let policies = Policies {
            identity: &[named(&identity)],
            boundary: boundary.as_ref().map(named),
            session: session.as_deref(),
            service_control: if control.is_some() { &levels } else { &[] },
            resource: resource.as_ref().map(|(policy, mode)| ResourcePolicy {
                attached: named(policy),
                mode: *mode,
            }),
            ..Policies::default()
        };
        let decision = decide(&request, &policies);
        let explanation = explain(&request, &policies);
        assert_eq!(explanation.decision, decision);
        let denied = explanation
            .policies
            .iter()
            .flat_map(|policy| &policy.statements)
            .any(|statement| statement.matched && statement.effect == haechi_policy::Effect::Deny);
        assert!(
            !(denied && decision.is_allowed()),
            "a deny that matches was not heard:\n{explanation}"
        );
        decision.is_allowed()
    }
}

proptest! {
    #[test]
    fn a_further_deny_never_allows(world in world(), deny in statement("Deny", false), place in 0..4_usize) {
        let mut harder = world.clone();
        match place {
            0 => harder.identity.push(deny),
            1 => if let Some(boundary) = &mut harder.boundary { boundary.push(deny) },
            2 => if let Some(session) = &mut harder.session { session.push(deny) },
            _ => if let Some(control) = &mut harder.control { control.push(deny) },
        }
        prop_assert!(world.allows() || !harder.allows());
    }

    #[test]
    fn a_further_deny_of_the_resource_never_allows(world in world(), deny in statement("Deny", true)) {
        let mut harder = world.clone();
        if let Some((policy, _)) = &mut harder.resource_policy { policy.push(deny) }
        prop_assert!(world.allows() || !harder.allows());
    }

    #[test]
    fn a_further_allow_never_denies(world in world(), allow in statement("Allow", false), place in 0..4_usize) {
        let mut easier = world.clone();
        match place {
            0 => easier.identity.push(allow),
            1 => if let Some(boundary) = &mut easier.boundary { boundary.push(allow) },
            2 => if let Some(session) = &mut easier.session { session.push(allow) },
            _ => if let Some(control) = &mut easier.control { control.push(allow) },
        }
        prop_assert!(!world.allows() || easier.allows());
    }

    #[test]
    fn taking_a_boundary_away_never_denies(world in world()) {
        let mut free = world.clone();
        free.boundary = None;
        prop_assert!(!world.allows() || free.allows());
    }

    #[test]
    fn any_text_is_parsed_or_refused(text in ".{0,200}", kind in prop::sample::select(&KINDS[..])) {
        let _ = Policy::parse(&text, kind);
    }

    #[test]
    fn any_document_is_parsed_or_refused_and_what_is_parsed_evaluates(
        document in document(),
        kind in prop::sample::select(&KINDS[..]),
    ) {
        let Ok(policy) = Policy::parse(&document, kind) else { return Ok(()) };
        let again = Policy::parse(policy.to_json(), kind);
        prop_assert!(again.is_ok(), "the normal form is a policy too");
        let requester = Requester::user("111122223333", "arn:aws:iam::111122223333:user/ana", "AIDAEXAMPLEEXAMPLE");
        let context = Context::new().with("a:b", "한글:*?${}");
        let request = Request {
            requester: &requester,
            action: "s3:GetObject",
            resource: "arn:aws:s3:::b/한글",
            resource_account: None,
            context: &context,
        };
        let attached = [Attached { policy: &policy, label: "p" }];
        let policies = Policies { identity: &attached, ..Policies::default() };
        let _ = explain(&request, &policies).to_string();
        let _ = (policy.allows_public(), policy.context_keys(), policy.principals().count());
    }
}

/// Documents that are nearly policies: the right names, values of any shape.
fn document() -> impl Strategy<Value = String> {
    let scalar = || {
        prop_oneof![
            action(),
            resource(),
            pick(&[
                "Allow",
                "Deny",
                "allow",
                "2012-10-17",
                "",
                "${",
                "${a, 'b'}",
                "한글",
                "arn:aws:s3",
                "a:b:c",
                "::"
            ]),
        ]
        .prop_map(|text| format!("{text:?}"))
    };
    let value = move || {
        prop_oneof![
            4 => scalar(),
            1 => principal(),
            1 => condition(),
            1 => Just("null".to_owned()),
            1 => Just("7".to_owned()),
            2 => prop::collection::vec(scalar(), 0..3).prop_map(|list| format!("[{}]", list.join(","))),
            1 => (pick(&["AWS", "StringLike", "NumericEquals", "x"]), scalar())
                .prop_map(|(name, value)| format!(r#"{{"{name}":{{"a:b":{value}}}}}"#)),
        ]
    };
    let names = &[
        "Effect",
        "Action",
        "NotAction",
        "Resource",
        "NotResource",
        "Principal",
        "NotPrincipal",
        "Condition",
        "Sid",
        "X",
    ];
    let usual = (
        pick(&["Allow", "Deny"]),
        action(),
        resource(),
        prop::option::of(principal()),
        condition(),
        prop::collection::vec((pick(names), value()), 0..2),
    )
        .prop_map(|(effect, action, resource, principal, condition, extra)| {
            let mut members = vec![format!(
                r#""Effect":"{effect}","Action":"{action}","Resource":"{resource}","Condition":{condition}"#
            )];
            members.extend(principal.map(|principal| format!(r#""Principal":{principal}"#)));
            members.extend(
                extra
                    .into_iter()
                    .map(|(name, value)| format!(r#""{name}":{value}"#)),
            );
            format!("{{{}}}", members.join(","))
        });
    let odd = prop::collection::vec((pick(names), value()), 0..6).prop_map(|members| {
        let members: Vec<_> = members
            .into_iter()
            .map(|(name, value)| format!(r#""{name}":{value}"#))
            .collect();
        format!("{{{}}}", members.join(","))
    });
    prop::collection::vec(prop_oneof![3 => usual, 1 => odd], 0..3)
        .prop_map(|list| format!(r#"{{"Version":"2012-10-17","Statement":[{}]}}"#, list.join(",")))
}
