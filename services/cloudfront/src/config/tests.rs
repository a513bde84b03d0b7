//! Which configurations are taken.

use haechi_api_cloudfront as api;
use haechi_core::Failure;

use super::accept;

/// The least that is taken: one custom origin.
pub(crate) fn minimal() -> api::DistributionConfig {
    let origin = api::Origin {
        id: Some("app".into()),
        domain_name: Some("origin.example.com".into()),
        custom_origin_config: Some(api::CustomOriginConfig {
            http_port: Some(8080),
            https_port: Some(443),
            origin_protocol_policy: Some(api::OriginProtocolPolicy::HttpOnly),
            ..Default::default()
        }),
        ..Default::default()
    };
    api::DistributionConfig {
        caller_reference: Some("ref".into()),
        comment: Some(String::new()),
        enabled: Some(true),
        origins: Some(api::Origins {
            quantity: Some(1),
            items: Some(vec![origin]),
        }),
        default_cache_behavior: Some(api::DefaultCacheBehavior {
            target_origin_id: Some("app".into()),
            viewer_protocol_policy: Some(api::ViewerProtocolPolicy::AllowAll),
            cache_policy_id: Some("4135ea2d-6df8-44a3-9df3-4b5a84be39ad".into()),
            ..Default::default()
        }),
        ..Default::default()
    }
}

fn code(result: Result<api::DistributionConfig, Failure>) -> String {
    result.map_or_else(
        |failure| failure.into_api().code.into_owned(),
        |_| "accepted".to_owned(),
    )
}

fn after(change: impl FnOnce(&mut api::DistributionConfig)) -> String {
    let mut config = minimal();
    change(&mut config);
    code(accept(config))
}

#[test]
fn what_a_request_leaves_out_is_shown_with_its_default() {
    let config = accept(minimal()).unwrap();
    assert_eq!(config.price_class, Some(api::PriceClass::PriceClassAll));
    assert_eq!(config.aliases.unwrap().quantity, Some(0));
    let behavior = config.default_cache_behavior.unwrap();
    assert_eq!(behavior.allowed_methods.unwrap().quantity, Some(2));
    assert_eq!(behavior.default_ttl, None, "a cache policy brings its own");
    let origin = &config.origins.unwrap().items.unwrap()[0];
    assert_eq!(origin.connection_attempts, Some(3));
}

#[test]
fn completing_twice_changes_nothing() {
    let once = accept(minimal()).unwrap();
    assert_eq!(accept(once.clone()).unwrap(), once);
}

#[test]
fn a_quantity_that_lies_is_refused() {
    let refused = after(|config| config.origins.as_mut().unwrap().quantity = Some(2));
    assert_eq!(refused, "InconsistentQuantities");
}

#[test]
fn what_a_behavior_names_must_be_there() {
    let behavior = |change: fn(&mut api::DefaultCacheBehavior)| {
        after(|config| change(config.default_cache_behavior.as_mut().unwrap()))
    };
    assert_eq!(
        behavior(|it| it.target_origin_id = Some("x".into())),
        "NoSuchOrigin"
    );
    assert_eq!(
        behavior(|it| it.cache_policy_id = Some("x".into())),
        "NoSuchCachePolicy"
    );
    assert_eq!(
        behavior(|it| it.origin_request_policy_id = Some("x".into())),
        "NoSuchOriginRequestPolicy"
    );
    assert_eq!(behavior(|it| it.cache_policy_id = None), "InvalidArgument");
}

#[test]
fn an_alternate_name_needs_a_certificate_of_us_east_1() {
    let with_alias = |arn: Option<&str>| {
        after(|config| {
            config.aliases = Some(api::Aliases {
                quantity: Some(1),
                items: Some(vec!["www.example.com".into()]),
            });
            config.viewer_certificate = Some(api::ViewerCertificate {
                acm_certificate_arn: arn.map(Into::into),
                ..Default::default()
            });
        })
    };
    assert_eq!(with_alias(None), "InvalidViewerCertificate");
    assert_eq!(
        with_alias(Some("arn:aws:acm:eu-west-1:111122223333:certificate/a")),
        "InvalidViewerCertificate"
    );
    assert_eq!(
        with_alias(Some("arn:aws:acm:us-east-1:111122223333:certificate/a")),
        "accepted"
    );
}

#[test]
fn a_bucket_is_named_as_one() {
    let s3 = |domain: &str| {
        after(|config| {
            let origin = &mut config.origins.as_mut().unwrap().items.as_mut().unwrap()[0];
            origin.custom_origin_config = None;
            origin.s3_origin_config = Some(api::S3OriginConfig::default());
            origin.domain_name = Some(domain.into());
        })
    };
    assert_eq!(s3("bucket.s3.us-east-1.amazonaws.com"), "accepted");
    assert_eq!(s3("bucket.example.com"), "InvalidArgument");
}
