//! The default cache behavior and the others, which are two structures of the API with the same members.

use haechi_api_cloudfront as api;

/// What both kinds of cache behaviors have in common, lent out.
pub(crate) struct Behavior<'a> {
    pub(crate) origin: &'a str,
    pub(crate) viewer_protocol_policy: Option<&'a api::ViewerProtocolPolicy>,
    pub(crate) allowed_methods: Option<&'a api::AllowedMethods>,
    pub(crate) trusted_signers: Option<&'a api::TrustedSigners>,
    pub(crate) trusted_key_groups: Option<&'a api::TrustedKeyGroups>,
    pub(crate) lambdas: Option<&'a api::LambdaFunctionAssociations>,
    pub(crate) functions: Option<&'a api::FunctionAssociations>,
    pub(crate) field_level_encryption: Option<&'a str>,
    pub(crate) realtime_log_config: Option<&'a str>,
    pub(crate) cache_policy: Option<&'a str>,
    pub(crate) origin_request_policy: Option<&'a str>,
    pub(crate) response_headers_policy: Option<&'a str>,
    pub(crate) forwarded_values: Option<&'a api::ForwardedValues>,
    pub(crate) ttls: (Option<i64>, Option<i64>, Option<i64>),
}

macro_rules! lend {
    ($given:expr) => {{
        let it = $given;
        let text = |value: &'a Option<String>| value.as_deref().filter(|text| !text.is_empty());
        Behavior {
            origin: it.target_origin_id.as_deref().unwrap_or_default(),
            viewer_protocol_policy: it.viewer_protocol_policy.as_ref(),
            allowed_methods: it.allowed_methods.as_ref(),
            trusted_signers: it.trusted_signers.as_ref(),
            trusted_key_groups: it.trusted_key_groups.as_ref(),
            lambdas: it.lambda_function_associations.as_ref(),
            functions: it.function_associations.as_ref(),
            field_level_encryption: text(&it.field_level_encryption_id),
            realtime_log_config: text(&it.realtime_log_config_arn),
            cache_policy: text(&it.cache_policy_id),
            origin_request_policy: text(&it.origin_request_policy_id),
            response_headers_policy: text(&it.response_headers_policy_id),
            forwarded_values: it.forwarded_values.as_ref(),
            ttls: (it.min_ttl, it.default_ttl, it.max_ttl),
        }
    }};
}

impl<'a> From<&'a api::DefaultCacheBehavior> for Behavior<'a> {
    fn from(it: &'a api::DefaultCacheBehavior) -> Self {
        lend!(it)
    }
}

impl<'a> From<&'a api::CacheBehavior> for Behavior<'a> {
    fn from(it: &'a api::CacheBehavior) -> Self {
        lend!(it)
    }
}

impl<'a> Behavior<'a> {
    /// The behaviors of a configuration, those with path patterns in their order and the default one last.
    pub(crate) fn all(config: &'a api::DistributionConfig) -> Vec<(Option<&'a str>, Self)> {
        let with_pattern = config
            .cache_behaviors
            .iter()
            .flat_map(|it| it.items.iter().flatten());
        let default = config.default_cache_behavior.iter().map(|it| (None, it.into()));
        with_pattern
            .map(|it| (it.path_pattern.as_deref(), it.into()))
            .chain(default)
            .collect()
    }

    /// The methods that are passed on; `GET` and `HEAD` where nothing is said.
    pub(crate) fn methods(&self) -> Vec<&'a str> {
        match self.allowed_methods.and_then(|it| it.items.as_ref()) {
            Some(items) if !items.is_empty() => items.iter().map(api::Method::as_str).collect(),
            _ => vec!["GET", "HEAD"],
        }
    }

    /// Whether only viewers with a signed URL or cookie are let in.
    pub(crate) fn wants_signed_urls(&self) -> bool {
        self.trusted_signers.is_some_and(|it| it.enabled == Some(true))
            || self.trusted_key_groups.is_some_and(|it| it.enabled == Some(true))
    }
}
