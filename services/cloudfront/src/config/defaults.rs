//! What CloudFront shows where a request said nothing.

use haechi_api_cloudfront as api;

/// The two kinds of behaviors are two structures with the same members.
macro_rules! complete_behavior {
    ($behavior:expr) => {{
        let it = $behavior;
        let signers = it.trusted_signers.get_or_insert_default();
        signers.enabled.get_or_insert(false);
        signers.quantity.get_or_insert(0);
        let groups = it.trusted_key_groups.get_or_insert_default();
        groups.enabled.get_or_insert(false);
        groups.quantity.get_or_insert(0);
        methods(&mut it.allowed_methods);
        it.smooth_streaming.get_or_insert(false);
        it.compress.get_or_insert(false);
        it.lambda_function_associations
            .get_or_insert_default()
            .quantity
            .get_or_insert(0);
        it.function_associations
            .get_or_insert_default()
            .quantity
            .get_or_insert(0);
        it.field_level_encryption_id.get_or_insert_default();
        it.grpc_config
            .get_or_insert_default()
            .enabled
            .get_or_insert(false);
        if let Some(values) = &mut it.forwarded_values {
            forwarded(values);
            it.min_ttl.get_or_insert(0);
            it.default_ttl.get_or_insert(86_400);
            it.max_ttl.get_or_insert(31_536_000);
        }
    }};
}

/// The configuration with everything in it.
pub(super) fn complete(mut config: api::DistributionConfig) -> api::DistributionConfig {
    let none = Some(0);
    config.aliases.get_or_insert_default().quantity.get_or_insert(0);
    config.default_root_object.get_or_insert_default();
    config
        .origin_groups
        .get_or_insert_default()
        .quantity
        .get_or_insert(0);
    config
        .cache_behaviors
        .get_or_insert_default()
        .quantity
        .get_or_insert(0);
    config
        .custom_error_responses
        .get_or_insert_default()
        .quantity
        .get_or_insert(0);
    config.comment.get_or_insert_default();
    config.price_class.get_or_insert(api::PriceClass::PriceClassAll);
    config.web_acl_id.get_or_insert_default();
    config.http_version.get_or_insert(api::HttpVersion::Http2);
    config.is_ipv6_enabled.get_or_insert(true);
    config.continuous_deployment_policy_id.get_or_insert_default();
    config.staging.get_or_insert(false);
    config.connection_mode.get_or_insert(api::ConnectionMode::Direct);
    let logging = config.logging.get_or_insert_default();
    logging.enabled.get_or_insert(false);
    logging.include_cookies.get_or_insert(false);
    logging.bucket.get_or_insert_default();
    logging.prefix.get_or_insert_default();
    let restrictions = config.restrictions.get_or_insert_default();
    let geo = restrictions.geo_restriction.get_or_insert_default();
    geo.restriction_type.get_or_insert(api::GeoRestrictionType::None);
    geo.quantity = geo.quantity.or(none);
    certificate(config.viewer_certificate.get_or_insert_default());
    for origin in config
        .origins
        .iter_mut()
        .flat_map(|it| it.items.iter_mut().flatten())
    {
        complete_origin(origin);
    }
    for behavior in config
        .cache_behaviors
        .iter_mut()
        .flat_map(|it| it.items.iter_mut().flatten())
    {
        complete_behavior!(behavior);
    }
    if let Some(behavior) = &mut config.default_cache_behavior {
        complete_behavior!(behavior);
    }
    config
}

/// The default certificate, or what goes with one's own. The oldest protocol that viewers may speak with the default
/// certificate is fixed (CloudFront API reference, `ViewerCertificate`).
fn certificate(it: &mut api::ViewerCertificate) {
    let acm = it.acm_certificate_arn.clone().filter(|arn| !arn.is_empty());
    let iam = it.iam_certificate_id.clone().filter(|id| !id.is_empty());
    let (named, source) = match (acm, iam) {
        (Some(arn), _) => (Some(arn), api::CertificateSource::Acm),
        (None, Some(id)) => (Some(id), api::CertificateSource::Iam),
        (None, None) => (None, api::CertificateSource::Cloudfront),
    };
    it.certificate_source = Some(source);
    it.cloud_front_default_certificate = Some(named.is_none());
    if named.is_some() {
        it.certificate = named;
        it.ssl_support_method
            .get_or_insert(api::SSLSupportMethod::SniOnly);
        it.minimum_protocol_version
            .get_or_insert(api::MinimumProtocolVersion::from("TLSv1"));
    } else {
        it.ssl_support_method = Some(api::SSLSupportMethod::Vip);
        it.minimum_protocol_version = Some(api::MinimumProtocolVersion::from("TLSv1"));
    }
}

fn complete_origin(origin: &mut api::Origin) {
    origin.origin_path.get_or_insert_default();
    origin
        .custom_headers
        .get_or_insert_default()
        .quantity
        .get_or_insert(0);
    origin.connection_attempts.get_or_insert(3);
    origin.connection_timeout.get_or_insert(10);
    origin
        .origin_shield
        .get_or_insert_default()
        .enabled
        .get_or_insert(false);
    origin.origin_access_control_id.get_or_insert_default();
    if let Some(custom) = &mut origin.custom_origin_config {
        custom.origin_read_timeout.get_or_insert(30);
        custom.origin_keepalive_timeout.get_or_insert(5);
        let tls = custom
            .origin_ssl_protocols
            .get_or_insert_with(|| api::OriginSslProtocols {
                quantity: Some(1),
                items: Some(vec![api::SslProtocol::TLSv12]),
            });
        tls.quantity.get_or_insert(0);
    }
    if let Some(s3) = &mut origin.s3_origin_config {
        s3.origin_access_identity.get_or_insert_default();
    }
}

fn methods(it: &mut Option<api::AllowedMethods>) {
    let both = || Some(vec![api::Method::Head, api::Method::Get]);
    let allowed = it.get_or_insert_default();
    if allowed.items.is_none() {
        (allowed.quantity, allowed.items) = (Some(2), both());
    }
    allowed.cached_methods.get_or_insert_with(|| api::CachedMethods {
        quantity: Some(2),
        items: both(),
    });
}

fn forwarded(it: &mut api::ForwardedValues) {
    it.headers.get_or_insert_default().quantity.get_or_insert(0);
    it.query_string_cache_keys
        .get_or_insert_default()
        .quantity
        .get_or_insert(0);
}
