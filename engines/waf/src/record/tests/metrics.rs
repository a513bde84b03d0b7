use super::*;

#[test]
fn a_default_action_counts_under_its_name_all_and_the_country() {
    let scene = Scene::new(&[], "", World::default());
    assert_eq!(
        scene.counted(&request("/", &[])),
        [
            "AllowedRequests Country=AU",
            "AllowedRequests Rule=ALL",
            "AllowedRequests Rule=Default_Action"
        ]
    );
}

#[test]
fn rules_labels_and_attacks_are_counted() {
    let labelled = r#""Action":{"Count":{}},"RuleLabels":[{"Name":"ns:seen"}]"#;
    let rules = [
        rule("c", 0, &path_starts("/"), labelled),
        rule("b", 1, &sqli(r#"{"QueryString":{}}"#), BLOCK),
    ];
    let scene = Scene::new(&rules, "", World::default());
    assert_eq!(
        scene.counted(&request("/?1 OR 1=1", &[])),
        [
            "BlockedRequests Attack=SQLi",
            "BlockedRequests Country=AU",
            "BlockedRequests LabelNamespace=awswaf:111122223333:webacl:acl:ns,LabelName=seen",
            "BlockedRequests Rule=ALL",
            "BlockedRequests Rule=Mb",
            "CountedRequests Rule=ALL",
            "CountedRequests Rule=Mc",
        ]
    );
}

/// The guide: `PassedRequests` are those that match none of the group's rules.
#[test]
fn rule_groups_count_apart() {
    let world = || World {
        group: vec![rule("inner", 0, &path_starts("/bad"), BLOCK)],
    };
    let own = format!(r#"{{"RuleGroupReferenceStatement":{{"ARN":"{GROUP}"}}}}"#);
    let scene = Scene::new(
        &[rule("g", 0, &own, r#""OverrideAction":{"None":{}}"#)],
        "",
        world(),
    );
    let counted = scene.counted(&request("/good", &[]));
    assert!(
        counted.contains(&"PassedRequests RuleGroup=MGroup,Rule=ALL".to_owned()),
        "{counted:?}"
    );
    let counted = scene.counted(&request("/bad", &[]));
    for expected in [
        "BlockedRequests RuleGroup=MGroup,Rule=Minner",
        "BlockedRequests RuleGroup=MGroup,Rule=ALL",
        "BlockedRequests Rule=Mg",
    ] {
        assert!(
            counted.contains(&expected.to_owned()),
            "{expected} in {counted:?}"
        );
    }

    let managed = r#"{"ManagedRuleGroupStatement":{"VendorName":"AWS","Name":"AWSManagedRulesSQLiRuleSet"}}"#;
    let scene = Scene::new(
        &[rule("g", 0, managed, r#""OverrideAction":{"Count":{}}"#)],
        "",
        world(),
    );
    let counted = scene.counted(&request("/bad", &[]));
    let expected = "CountedRequests ManagedRuleGroup=AWSManagedRulesSQLiRuleSet,ManagedRuleGroupRule=inner";
    assert!(counted.contains(&expected.to_owned()), "{counted:?}");
}

/// The guide, page "Logs and metrics for CAPTCHA and Challenge".
#[test]
fn a_good_token_counts_twice() {
    let rules = [rule("c", 0, &path_starts("/"), r#""Action":{"Challenge":{}}"#)];
    let mut scene = Scene::new(&rules, "", World::default());
    let asked = scene.counted(&request("/", &[]));
    assert!(
        asked.contains(&"ChallengeRequests Rule=Mc".to_owned()),
        "{asked:?}"
    );
    assert!(
        !asked.iter().any(|name| name.starts_with("RequestsWithValid")),
        "{asked:?}"
    );
    scene.token = TokenState::Valid {
        captcha_solved: None,
        challenge_solved: Some(1_632_420_429),
    };
    let passed = scene.counted(&request("/", &[]));
    for name in [
        "ChallengeRequests Rule=Mc",
        "RequestsWithValidChallengeToken Rule=Mc",
    ] {
        assert!(passed.contains(&name.to_owned()), "{name} in {passed:?}");
    }
}

#[test]
fn without_metrics_nothing_is_counted() {
    let off = |json: String| {
        json.replace(
            r#""CloudWatchMetricsEnabled":true"#,
            r#""CloudWatchMetricsEnabled":false"#,
        )
    };
    let mut scene = Scene::new(
        &[off(rule("r", 0, &path_starts("/r"), BLOCK))],
        "",
        World::default(),
    );
    scene.acl.visibility_config.cloud_watch_metrics_enabled = false;
    assert_eq!(scene.counted(&request("/", &[])), [""; 0]);
    assert_eq!(scene.counted(&request("/r", &[])), [""; 0]);
}

#[test]
fn counts_of_several_requests_add_up() {
    let mut counters = Counters::default();
    for minute in [60, 60, 120] {
        counters.add(minute, "AllowedRequests", &[("Rule", "ALL")]);
    }
    let mut counts: Vec<_> = counters
        .drain()
        .into_iter()
        .map(|count| (count.minute, count.count))
        .collect();
    counts.sort_unstable();
    assert_eq!(counts, [(60, 2), (120, 1)]);
    assert_eq!(counters.drain(), []);
}
