//! The part of the request that a statement looks at.

use super::{Empty, names, shapes};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum FieldToMatch {
    SingleHeader(SingleHeader),
    SingleQueryArgument(SingleQueryArgument),
    AllQueryArguments(Empty),
    UriPath(Empty),
    QueryString(Empty),
    Body(Body),
    Method(Empty),
    JsonBody(JsonBody),
    Headers(Headers),
    Cookies(Cookies),
    HeaderOrder(HeaderOrder),
    #[serde(rename = "JA3Fingerprint")]
    Ja3Fingerprint(Fingerprint),
    #[serde(rename = "JA4Fingerprint")]
    Ja4Fingerprint(Fingerprint),
    UriFragment(UriFragment),
}

shapes! {
    struct SingleHeader {
        name: String,
    }
    struct SingleQueryArgument {
        name: String,
    }
    #[derive(Default)]
    struct Body {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        oversize_handling: Option<OversizeHandling>,
    }
    struct JsonBody {
        match_pattern: JsonMatchPattern,
        match_scope: MatchScope,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        invalid_fallback_behavior: Option<BodyParsingFallbackBehavior>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        oversize_handling: Option<OversizeHandling>,
    }
    struct Headers {
        match_pattern: HeaderMatchPattern,
        match_scope: MatchScope,
        oversize_handling: OversizeHandling,
    }
    struct Cookies {
        match_pattern: CookieMatchPattern,
        match_scope: MatchScope,
        oversize_handling: OversizeHandling,
    }
    struct HeaderOrder {
        oversize_handling: OversizeHandling,
    }
    struct Fingerprint {
        fallback_behavior: FallbackBehavior,
    }
    #[derive(Default)]
    struct UriFragment {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fallback_behavior: Option<FallbackBehavior>,
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum JsonMatchPattern {
    All(Empty),
    /// JSON pointers (RFC 6901).
    IncludedPaths(Vec<String>),
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum HeaderMatchPattern {
    All(Empty),
    IncludedHeaders(Vec<String>),
    ExcludedHeaders(Vec<String>),
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum CookieMatchPattern {
    All(Empty),
    IncludedCookies(Vec<String>),
    ExcludedCookies(Vec<String>),
}

names! {
    /// `JsonMatchScope` and `MapMatchScope` of the API, which have the same values.
    enum MatchScope {
        All,
        Key,
        Value,
    }
    enum OversizeHandling {
        Continue,
        Match,
        NoMatch,
    }
    enum BodyParsingFallbackBehavior {
        Match,
        NoMatch,
        EvaluateAsString,
    }
    enum FallbackBehavior {
        Match,
        NoMatch,
    }
}
