//! What a distribution's front does with requests.

use haechi_api_cloudfront as api;
use haechi_dataplane::front::{Action, Condition, Patterns};
use haechi_wire::Stored;

use super::*;
use crate::config;

fn distribution(change: impl FnOnce(&mut api::DistributionConfig)) -> Distribution {
    let mut config = config::tests::minimal();
    change(&mut config);
    Distribution {
        id: "E1".into(),
        account: AccountId::parse("111122223333").unwrap(),
        domain_name: "d1.cloudfront.net".into(),
        etag: "E2".into(),
        modified_ms: 0,
        config: Stored(config::accept(config).unwrap()),
        tags: Default::default(),
    }
}

fn listener(distribution: &Distribution, tls: bool) -> Listener {
    let front = front(distribution);
    front.listeners.into_iter().find(|it| it.tls == tls).unwrap()
}

#[test]
fn a_custom_origin_is_proxied_with_its_path_and_headers() {
    let with_headers = distribution(|config| {
        let origin = &mut config.origins.as_mut().unwrap().items.as_mut().unwrap()[0];
        origin.origin_path = Some("/v1".into());
        origin.custom_headers = Some(api::CustomHeaders {
            quantity: Some(1),
            items: Some(vec![api::OriginCustomHeader {
                header_name: Some("X-Origin".into()),
                header_value: Some("secret".into()),
            }]),
        });
    });
    let listener = listener(&with_headers, true);
    let Action::Proxy {
        url,
        append_path,
        headers,
        timeout,
        ..
    } = &listener.rules[0].action
    else {
        panic!("{:?}", listener.rules[0].action)
    };
    assert_eq!(
        (url.as_str(), *append_path),
        ("http://origin.example.com:8080/v1", true)
    );
    assert_eq!(headers, &[("X-Origin".to_owned(), "secret".to_owned())]);
    assert_eq!(*timeout, 30_000);
}

#[test]
fn plain_http_is_redirected_or_refused_where_the_policy_says_so() {
    let with = |policy: api::ViewerProtocolPolicy| {
        distribution(|config| {
            config
                .default_cache_behavior
                .as_mut()
                .unwrap()
                .viewer_protocol_policy = Some(policy);
        })
    };
    let redirecting = with(api::ViewerProtocolPolicy::RedirectToHttps);
    assert!(matches!(
        listener(&redirecting, false).rules[0].action,
        Action::Redirect { status: 301, .. }
    ));
    assert!(matches!(
        listener(&redirecting, true).rules[0].action,
        Action::Proxy { .. }
    ));
    let strict = with(api::ViewerProtocolPolicy::HttpsOnly);
    assert!(matches!(
        listener(&strict, false).rules[0].action,
        Action::Fixed { status: 403, .. }
    ));
}

#[test]
fn a_behavior_that_does_not_take_the_method_does_not_leave_it_to_the_next() {
    let two = distribution(|config| {
        let behavior = api::CacheBehavior {
            path_pattern: Some("api/*".into()),
            target_origin_id: Some("app".into()),
            viewer_protocol_policy: Some(api::ViewerProtocolPolicy::AllowAll),
            cache_policy_id: Some("4135ea2d-6df8-44a3-9df3-4b5a84be39ad".into()),
            ..Default::default()
        };
        config.cache_behaviors = Some(api::CacheBehaviors {
            quantity: Some(1),
            items: Some(vec![behavior]),
        });
    });
    let rules = listener(&two, true).rules;
    let pattern = Condition::PathPattern(Patterns::Wildcards(vec!["/api/*".into()]));
    let Condition::Method(methods) = &rules[0].conditions[1] else {
        panic!("{:?}", rules[0])
    };
    assert_eq!(methods.len(), 2, "reading only: {methods:?}");
    assert_eq!(rules[0].conditions[0], pattern);
    assert_eq!(rules[1].conditions, [pattern]);
    assert!(matches!(rules[1].action, Action::Fixed { status: 403, .. }));
}

#[test]
fn the_root_is_the_default_root_object() {
    let with_root = distribution(|config| config.default_root_object = Some("index.html".into()));
    let Action::Proxy { url, append_path, .. } = &listener(&with_root, true).rules[0].action else {
        panic!("not proxied")
    };
    assert_eq!(
        (url.as_str(), *append_path),
        ("http://origin.example.com:8080/index.html", false)
    );
}

#[test]
fn whoever_must_show_a_signed_url_is_not_let_in() {
    let signed = distribution(|config| {
        config.default_cache_behavior.as_mut().unwrap().trusted_signers = Some(api::TrustedSigners {
            enabled: Some(true),
            quantity: Some(1),
            items: Some(vec!["self".into()]),
        });
    });
    assert!(matches!(
        listener(&signed, true).rules[0].action,
        Action::Fixed { status: 403, .. }
    ));
}

#[test]
fn a_bucket_is_not_pretended() {
    let s3 = distribution(|config| {
        let origin = &mut config.origins.as_mut().unwrap().items.as_mut().unwrap()[0];
        origin.custom_origin_config = None;
        origin.s3_origin_config = Some(api::S3OriginConfig::default());
        origin.domain_name = Some("bucket.s3.amazonaws.com".into());
    });
    assert!(matches!(
        listener(&s3, true).rules[0].action,
        Action::Fixed { status: 502, .. }
    ));
}
