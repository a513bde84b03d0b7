//! The explanation tells the same story as the decision.

use haechi_policy::{Effect, PolicyKind};

use crate::scene::*;

#[test]
fn every_statement_says_what_kept_it_from_matching() {
    let scene = Scene::new(user())
        .with("aws:SourceIp", "192.0.2.1")
        .identity(
            r#"{"Sid":"Office","Effect":"Allow","Action":"s3:*","Resource":"*",
                "Condition":{"IpAddress":{"aws:SourceIp":"198.51.100.0/24"},"Bool":{"aws:MultiFactorAuthPresent":"true"}}}"#,
        )
        .identity(&statement("Allow", "sqs:*", "arn:aws:sqs:::q"))
        .resource(&granting("Allow", &aws(OTHER), "s3:GetObject"));
    let explanation = scene.explain();
    assert!(!explanation.decision.is_allowed());
    let [resource, office, queue] = explanation.policies.as_slice() else {
        panic!("three policies")
    };
    assert_eq!(resource.kind, PolicyKind::Resource);
    assert_eq!(resource.statements[0].principal, Some(false));
    assert_eq!(office.statements[0].sid.as_deref(), Some("Office"));
    assert!(office.statements[0].action && !office.statements[0].matched);
    assert_eq!(
        office.statements[0].obstacles(),
        [
            r#"IpAddress aws:SourceIp wants "198.51.100.0/24", the request has "192.0.2.1""#,
            r#"Bool aws:MultiFactorAuthPresent wants "true", the request has no such key"#,
        ]
    );
    assert_eq!(
        queue.statements[0].obstacles(),
        ["the action is not named", "the resource is not named"]
    );
}

#[test]
fn the_text_names_the_verdict_and_the_statement_that_made_it() {
    let scene = Scene::new(user())
        .admin()
        .identity(&statement("Deny", "s3:Get*", "*"));
    let explanation = scene.explain();
    assert_eq!(explanation.policies[1].statements[0].effect, Effect::Deny);
    assert_eq!(
        explanation.to_string(),
        "DENIED   s3:GetObject on arn:aws:s3:::bucket/key by arn:aws:iam::111122223333:user/ana\n         \
         because: explicit deny in an identity-based policy\n\n\
         identity-based policy: inline\n  [0] no Sid: allows\n\n\
         identity-based policy: inline\n  [0] no Sid: DENIES\n"
    );
}

#[test]
fn control_policies_show_their_level() {
    let explanation = Scene::new(user())
        .admin()
        .scp("Allow", "*")
        .scp("Allow", "ec2:*")
        .explain();
    let levels: Vec<_> = explanation.policies.iter().map(|policy| policy.level).collect();
    assert_eq!(levels, [Some(0), Some(1), None]);
    assert!(
        explanation
            .to_string()
            .contains("service control policy: inline (level 1)\n  [0] no Sid: would allow")
    );
}
