use super::*;
use crate::record::Sampler;
use serde_json::json;

fn samples(scene: &Scene, request: &HttpRequest<'_>) -> Vec<(String, Value)> {
    let mut sampler = Sampler::new(7, 1 << 20);
    scene
        .recorder("{}")
        .sample(request, &scene.verdict(request), &scene.facts(), &mut sampler);
    let mut samples: Vec<_> = sampler
        .drain()
        .into_iter()
        .map(|sample| (sample.metric, parse(&sample.request)))
        .collect();
    samples.sort_by(|a, b| a.0.cmp(&b.0));
    samples
}

#[test]
fn a_sample_has_the_shape_of_the_api() {
    let action =
        r#""Action":{"Block":{"CustomResponse":{"ResponseCode":418}}},"RuleLabels":[{"Name":"tea"}]"#;
    let scene = Scene::new(
        &[rule("r", 0, &path_starts("/pot"), action)],
        "",
        World::default(),
    );
    let headers: &[Header<'_>] = &[(b"Host", b"localhost")];
    let samples = samples(&scene, &request("/pot?a=1", headers));
    assert_eq!(
        samples,
        [(
            "Mr".to_owned(),
            json!({
                "Request": {
                    "ClientIP": "1.1.1.1", "Country": "AU", "URI": "/pot", "Method": "GET",
                    "HTTPVersion": "HTTP/1.1", "Headers": [{"Name": "Host", "Value": "localhost"}]
                },
                "Action": "BLOCK",
                "ResponseCodeSent": 418,
                "Labels": [{"Name": "awswaf:111122223333:webacl:acl:tea"}]
            })
        )]
    );
}

#[test]
fn each_matching_rule_and_the_default_action_get_a_sample() {
    let scene = Scene::new(&[rule("c", 0, &path_starts("/"), COUNT)], "", World::default());
    let samples = samples(&scene, &request("/", &[]));
    let seen: Vec<_> = samples
        .iter()
        .map(|(metric, sample)| (metric.as_str(), &sample["Action"]))
        .collect();
    assert_eq!(seen, [("MAcl", &json!("ALLOW")), ("Mc", &json!("COUNT"))]);
}

/// API reference, `SampledHTTPRequest`: `<vendor>#<group>#<rule>` and `<group>#<rule>`.
#[test]
fn rules_in_groups_are_named_in_samples() {
    let managed = r#"{"ManagedRuleGroupStatement":{"VendorName":"AWS","Name":"AWSManagedRulesSQLiRuleSet"}}"#;
    let own = format!(r#"{{"RuleGroupReferenceStatement":{{"ARN":"{GROUP}"}}}}"#);
    for (statement, name) in [
        (managed, "AWS#AWSManagedRulesSQLiRuleSet#inner"),
        (&own, "hello-world#inner"),
    ] {
        for (action, expected) in [(BLOCK, "BLOCK"), (COUNT, "COUNT")] {
            let world = World {
                group: vec![rule("inner", 0, &path_starts("/"), action)],
            };
            let reference = rule("g", 0, statement, r#""OverrideAction":{"None":{}}"#);
            let scene = Scene::new(&[reference], "", world);
            let samples = samples(&scene, &request("/", &[]));
            let sample = &samples
                .iter()
                .find(|(metric, _)| metric == "Mg")
                .expect("a sample")
                .1;
            assert_eq!(
                (&sample["RuleNameWithinRuleGroup"], &sample["Action"]),
                (&json!(name), &json!(expected))
            );
        }
    }
}

#[test]
fn of_few_requests_all_are_kept_with_the_weight_one() {
    let mut sampler = Sampler::new(3, 1 << 20);
    (0..500).for_each(|nth| sampler.offer("m", nth, || nth.to_string()));
    let samples = sampler.drain();
    assert!(
        samples
            .iter()
            .enumerate()
            .all(|(nth, sample)| sample.request == nth.to_string() && sample.weight == 1)
    );
    assert_eq!(samples.len(), 500);
    assert_eq!(sampler.drain(), []);
}

/// API reference, `GetSampledRequests`: a random selection among the first 5,000 requests.
#[test]
fn of_many_requests_five_hundred_of_the_first_five_thousand_are_kept() {
    let mut late = 0;
    for seed in 0..20 {
        let mut sampler = Sampler::new(seed, 1 << 20);
        (0..7_333).for_each(|nth| sampler.offer("m", nth, || String::from("x")));
        let samples = sampler.drain();
        assert_eq!(samples.len(), 500);
        assert_eq!(samples.iter().map(|sample| sample.weight).sum::<u64>(), 5_000);
        assert!(samples.iter().all(|sample| sample.at < 5_000));
        late += samples.iter().filter(|sample| sample.at >= 2_500).count();
    }
    // Half of 10,000 draws come from the second half: 5,000 ± 8 standard deviations.
    assert!((4_600..5_400).contains(&late), "{late}");
}

#[test]
fn after_a_window_with_more_requests_than_samples_a_few_stand_for_the_next_until_it_is_quiet() {
    let mut sampler = Sampler::new(11, 1 << 20);
    let mut window = |requests: u64| {
        (0..requests).for_each(|nth| sampler.offer("m", nth, || String::from("x")));
        let samples = sampler.drain();
        let weight: u64 = samples.iter().map(|sample| sample.weight).sum();
        (samples.len(), weight)
    };
    assert_eq!(window(501), (500, 501));
    assert_eq!(window(600), (10, 600));
    assert_eq!(window(100), (10, 100));
    assert_eq!(window(100), (100, 100));
}

#[test]
fn memory_is_bounded_and_weights_stay_true() {
    let mut sampler = Sampler::new(5, 10_000);
    for nth in 0..400 {
        sampler.offer("a", nth, || "x".repeat(100));
        sampler.offer("b", nth, || "x".repeat(100));
    }
    let samples = sampler.drain();
    assert!(samples.iter().map(|sample| sample.request.len()).sum::<usize>() <= 10_000);
    for metric in ["a", "b"] {
        let weights: u64 = samples
            .iter()
            .filter(|sample| sample.metric == metric)
            .map(|sample| sample.weight)
            .sum();
        assert_eq!(weights, 400);
    }
}

#[test]
fn without_sampling_nothing_is_kept() {
    let quiet = rule("r", 0, &path_starts("/"), BLOCK).replace(
        r#""SampledRequestsEnabled":true"#,
        r#""SampledRequestsEnabled":false"#,
    );
    let scene = Scene::new(&[quiet], "", World::default());
    assert_eq!(samples(&scene, &request("/", &[])), []);
}
