//! Rate-based statements.

use super::{Empty, FallbackBehavior, ForwardedIpConfig, Statement, TextTransformation, names, shapes};
use serde::{Deserialize, Serialize};

shapes! {
    struct RateBasedStatement {
        limit: u64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        evaluation_window_sec: Option<u64>,
        aggregate_key_type: AggregateKeyType,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        scope_down_statement: Option<Box<Statement>>,
        #[serde(rename = "ForwardedIPConfig", default, skip_serializing_if = "Option::is_none")]
        forwarded_ip_config: Option<ForwardedIpConfig>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        custom_keys: Vec<RateBasedCustomKey>,
    }
    struct RateLimitNamed {
        name: String,
        text_transformations: Vec<TextTransformation>,
    }
    struct RateLimitTransformed {
        text_transformations: Vec<TextTransformation>,
    }
    struct RateLimitLabelNamespace {
        namespace: String,
    }
    struct RateLimitFingerprint {
        fallback_behavior: FallbackBehavior,
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum RateBasedCustomKey {
    Header(RateLimitNamed),
    Cookie(RateLimitNamed),
    QueryArgument(RateLimitNamed),
    QueryString(RateLimitTransformed),
    #[serde(rename = "HTTPMethod")]
    HttpMethod(Empty),
    #[serde(rename = "ForwardedIP")]
    ForwardedIp(Empty),
    #[serde(rename = "IP")]
    Ip(Empty),
    LabelNamespace(RateLimitLabelNamespace),
    UriPath(RateLimitTransformed),
    #[serde(rename = "JA3Fingerprint")]
    Ja3Fingerprint(RateLimitFingerprint),
    #[serde(rename = "JA4Fingerprint")]
    Ja4Fingerprint(RateLimitFingerprint),
    #[serde(rename = "ASN")]
    Asn(Empty),
}

names! {
    enum AggregateKeyType {
        Ip,
        ForwardedIp,
        CustomKeys,
        Constant,
    }
}
