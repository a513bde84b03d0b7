//! What a configuration must fulfil beyond its model.
//!
//! What it refers to and what can't exist here (functions, key groups, policies of one's own) is refused as missing.

use haechi_api_cloudfront as api;
use haechi_api_cloudfront::error::ErrorCode;
use haechi_core::{Arn, Failure};

use super::behavior::Behavior;
use super::managed_policies;
use crate::error::{invalid_argument, refused};

/// Quotas of a distribution (CloudFront developer guide, "Quotas").
const MAX_ORIGINS: usize = 100;
const MAX_BEHAVIORS: usize = 75;
const MAX_ALIASES: usize = 100;
const MAX_COMMENT: usize = 128;
const MAX_ROOT_OBJECT: usize = 255;

pub(super) fn check(config: &api::DistributionConfig) -> Result<(), Failure> {
    let comment = config.comment.as_deref().unwrap_or_default();
    if comment.chars().count() > MAX_COMMENT {
        return Err(invalid_argument("The parameter Comment is too big."));
    }
    if config.caller_reference.as_deref().is_none_or(str::is_empty) {
        return Err(invalid_argument("The parameter CallerReference is invalid."));
    }
    let root = config.default_root_object.as_deref().unwrap_or_default();
    if root.starts_with('/') || root.len() > MAX_ROOT_OBJECT {
        return Err(refused(ErrorCode::InvalidDefaultRootObject));
    }
    let targets = origins(config)?;
    let behaviors = Behavior::all(config);
    if behaviors.len() > MAX_BEHAVIORS + 1 {
        return Err(ErrorCode::TooManyCacheBehaviors
            .with("You cannot create more cache behaviors for the distribution.")
            .into());
    }
    let mut patterns: Vec<&str> = behaviors.iter().filter_map(|(pattern, _)| *pattern).collect();
    let count = patterns.len();
    patterns.sort_unstable();
    patterns.dedup();
    if patterns.len() < count {
        return Err(invalid_argument(
            "The parameter PathPattern contains duplicate values.",
        ));
    }
    for (_, behavior) in &behaviors {
        check_behavior(behavior, &targets)?;
    }
    viewers(config)
}

/// The ids that behaviors may aim at: of origins and origin groups.
fn origins(config: &api::DistributionConfig) -> Result<Vec<&str>, Failure> {
    let origins = config
        .origins
        .as_ref()
        .and_then(|it| it.items.as_deref())
        .unwrap_or_default();
    if origins.len() > MAX_ORIGINS {
        return Err(ErrorCode::TooManyOrigins
            .with("You cannot create more origins for the distribution.")
            .into());
    }
    let mut ids = Vec::new();
    for origin in origins {
        check_origin(origin)?;
        let id = origin.id.as_deref().unwrap_or_default();
        if ids.contains(&id) {
            return Err(invalid_argument(
                "The parameter Origins Id contains duplicate values.",
            ));
        }
        ids.push(id);
    }
    let groups = config
        .origin_groups
        .iter()
        .flat_map(|it| it.items.iter().flatten());
    for group in groups {
        let members = group.members.iter().flat_map(|it| it.items.iter().flatten());
        for member in members {
            if !origins.iter().any(|origin| origin.id == member.origin_id) {
                return Err(refused(ErrorCode::NoSuchOrigin));
            }
        }
        ids.extend(group.id.as_deref());
    }
    Ok(ids)
}

fn check_origin(origin: &api::Origin) -> Result<(), Failure> {
    let domain = origin.domain_name.as_deref().unwrap_or_default();
    let host = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_');
    // An address with a port is no name; loopback names are taken, since the gateway may stand on the same machine.
    if domain.is_empty() || domain.len() > 253 || !domain.bytes().all(host) {
        return Err(invalid_argument("The parameter Origin DomainName is invalid."));
    }
    let path = origin.origin_path.as_deref().unwrap_or_default();
    if !path.is_empty() && (!path.starts_with('/') || path.ends_with('/')) {
        return Err(invalid_argument("The parameter OriginPath is invalid."));
    }
    if origin.vpc_origin_config.is_some() {
        return Err(invalid_argument("The specified VPC origin does not exist."));
    }
    if origin
        .origin_access_control_id
        .as_deref()
        .is_some_and(|id| !id.is_empty())
    {
        return Err(refused(ErrorCode::InvalidOriginAccessControl));
    }
    match (&origin.s3_origin_config, &origin.custom_origin_config) {
        (Some(_), None) if is_bucket(domain) => Ok(()),
        (Some(_), None) => Err(invalid_argument(
            "The parameter Origin DomainName does not refer to a valid S3 bucket.",
        )),
        (None, Some(custom)) => check_custom_origin(custom),
        (None, None) | (Some(_), Some(_)) => Err(ErrorCode::InvalidOrigin
            .with("The specified origin server does not exist or is not valid.")
            .into()),
    }
}

fn check_custom_origin(custom: &api::CustomOriginConfig) -> Result<(), Failure> {
    for port in [custom.http_port, custom.https_port].into_iter().flatten() {
        if port != 80 && port != 443 && !(1024..=65535).contains(&port) {
            return Err(invalid_argument(
                "The parameter HTTP Port or HTTPS Port is invalid.",
            ));
        }
    }
    if custom
        .origin_read_timeout
        .is_some_and(|seconds| !(1..=180).contains(&seconds))
    {
        return Err(ErrorCode::InvalidOriginReadTimeout
            .with("The specified origin read timeout is not valid.")
            .into());
    }
    Ok(())
}

/// Whether a host name is that of a bucket.
pub(crate) fn is_bucket(domain: &str) -> bool {
    let aws = domain.ends_with(".amazonaws.com") || domain.ends_with(".amazonaws.com.cn");
    aws && (domain.contains(".s3.") || domain.contains(".s3-"))
}

fn check_behavior(behavior: &Behavior<'_>, targets: &[&str]) -> Result<(), Failure> {
    if !targets.contains(&behavior.origin) {
        return Err(refused(ErrorCode::NoSuchOrigin));
    }
    match (behavior.cache_policy, behavior.forwarded_values) {
        (Some(_), Some(_)) => {
            return Err(invalid_argument(
                "The parameter ForwardedValues cannot be used when a cache policy is associated to the cache behavior.",
            ));
        }
        (None, None) => return Err(invalid_argument("The parameter ForwardedValues is required.")),
        (Some(policy), None) if !managed_policies::CACHE.contains(&policy) => {
            return Err(refused(ErrorCode::NoSuchCachePolicy));
        }
        _ => {}
    }
    check_references(behavior)?;
    let mut methods = behavior.methods();
    methods.sort_unstable();
    let fits = [
        &["GET", "HEAD"][..],
        &["GET", "HEAD", "OPTIONS"],
        &["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"],
    ];
    if !fits.contains(&methods.as_slice()) {
        return Err(invalid_argument("The parameter AllowedMethods is invalid."));
    }
    let (min, default, max) = behavior.ttls;
    let in_order =
        |one: Option<i64>, other: Option<i64>| one.zip(other).is_none_or(|(one, other)| one <= other);
    if behavior.cache_policy.is_none()
        && !(in_order(min, default) && in_order(default, max) && in_order(min, max))
    {
        return Err(refused(ErrorCode::InvalidTTLOrder));
    }
    Ok(())
}

/// What a behavior names must be there.
fn check_references(behavior: &Behavior<'_>) -> Result<(), Failure> {
    let foreign = |id: Option<&str>, managed: &[&str]| id.is_some_and(|id| !managed.contains(&id));
    if foreign(behavior.origin_request_policy, &managed_policies::ORIGIN_REQUEST) {
        return Err(refused(ErrorCode::NoSuchOriginRequestPolicy));
    }
    if foreign(
        behavior.response_headers_policy,
        &managed_policies::RESPONSE_HEADERS,
    ) {
        return Err(refused(ErrorCode::NoSuchResponseHeadersPolicy));
    }
    if behavior.functions.is_some_and(|it| it.quantity.unwrap_or(0) > 0) {
        return Err(refused(ErrorCode::InvalidFunctionAssociation));
    }
    if behavior.lambdas.is_some_and(|it| it.quantity.unwrap_or(0) > 0) {
        return Err(refused(ErrorCode::InvalidLambdaFunctionAssociation));
    }
    if behavior
        .trusted_key_groups
        .is_some_and(|it| it.quantity.unwrap_or(0) > 0)
    {
        return Err(refused(ErrorCode::TrustedKeyGroupDoesNotExist));
    }
    if behavior.field_level_encryption.is_some() {
        return Err(refused(ErrorCode::NoSuchFieldLevelEncryptionConfig));
    }
    if behavior.realtime_log_config.is_some() {
        return Err(refused(ErrorCode::NoSuchRealtimeLogConfig));
    }
    Ok(())
}

/// Alternate domain names and the certificate that must come with them.
fn viewers(config: &api::DistributionConfig) -> Result<(), Failure> {
    let invalid = |message: &str| Err(ErrorCode::InvalidViewerCertificate.with(message).into());
    let aliases = config
        .aliases
        .as_ref()
        .and_then(|it| it.items.as_deref())
        .unwrap_or_default();
    if aliases.len() > MAX_ALIASES {
        return Err(ErrorCode::TooManyDistributionCNAMEs
            .with("Your request contains more CNAMEs than are allowed per distribution.")
            .into());
    }
    let label =
        |label: &str| !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    for alias in aliases {
        let host = alias.strip_prefix("*.").unwrap_or(alias);
        if !host.contains('.') || !host.split('.').all(label) {
            return Err(invalid_argument(
                "The parameter CNAME contains one or more parameters that are not valid.",
            ));
        }
    }
    let certificate = config.viewer_certificate.as_ref();
    let own = certificate.and_then(|it| {
        it.acm_certificate_arn
            .as_deref()
            .or(it.iam_certificate_id.as_deref())
    });
    if !aliases.is_empty() && own.is_none_or(str::is_empty) {
        return invalid(
            "To add an alternate domain name (CNAME) to a CloudFront distribution, you must attach a trusted certificate \
             that validates your authorization to use the domain name. For more details, see: \
             https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/CNAMEs.html#alternate-domain-names-requirements",
        );
    }
    let acm = certificate
        .and_then(|it| it.acm_certificate_arn.as_deref())
        .filter(|arn| !arn.is_empty());
    if let Some(arn) = acm {
        let fits = Arn::parse(arn).is_some_and(|arn| arn.service() == "acm" && arn.region() == "us-east-1");
        if !fits {
            return invalid(
                "The specified SSL certificate doesn't exist, isn't in us-east-1 region, isn't valid, or doesn't \
                 include a valid certificate chain.",
            );
        }
    }
    Ok(())
}
