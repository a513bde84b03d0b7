//! Which bytes of the request a statement looks at, before transformations.

use crate::model::{
    CookieMatchPattern, FieldToMatch, HeaderMatchPattern, JsonMatchPattern, MatchScope,
    PreParseTextTransformation, PreParseTextTransformationType, RateBasedCustomKey, TextTransformation,
};
use crate::request::json::Pointers;

/// A component by its content: two statements with equal keys look at the same bytes. Handling of oversize and
/// missing components is not part of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum FieldKey {
    /// Name in lower case.
    SingleHeader(Vec<u8>),
    /// Name in lower case.
    SingleQueryArgument {
        name: Vec<u8>,
        pre_parse: Vec<PreParseTextTransformationType>,
    },
    AllQueryArguments {
        pre_parse: Vec<PreParseTextTransformationType>,
    },
    UriPath,
    QueryString,
    Body,
    Method,
    JsonBody {
        pointers: Pointers,
        scope: MatchScope,
    },
    /// Names in lower case.
    Headers {
        names: Names,
        scope: MatchScope,
    },
    Cookies {
        names: Names,
        scope: MatchScope,
    },
    HeaderOrder,
    Ja3Fingerprint,
    Ja4Fingerprint,
    UriFragment,
    /// One cookie's value; only keys of rate-based rules can name one.
    Cookie(Vec<u8>),
}

/// Which entries of headers or cookies.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Names {
    All,
    Included(Vec<Vec<u8>>),
    Excluded(Vec<Vec<u8>>),
}

impl Names {
    pub(crate) fn has(&self, matches: impl Fn(&[u8]) -> bool) -> bool {
        match self {
            Self::All => true,
            Self::Included(names) => names.iter().any(|name| matches(name)),
            Self::Excluded(names) => !names.iter().any(|name| matches(name)),
        }
    }
}

fn lower(name: &str) -> Vec<u8> {
    name.as_bytes().to_ascii_lowercase()
}

impl FieldKey {
    pub(crate) fn new(field: &FieldToMatch, pre_parse: &[PreParseTextTransformation]) -> Self {
        match field {
            FieldToMatch::SingleHeader(header) => Self::SingleHeader(lower(&header.name)),
            FieldToMatch::SingleQueryArgument(argument) => Self::SingleQueryArgument {
                name: lower(&argument.name),
                pre_parse: in_order(pre_parse),
            },
            FieldToMatch::AllQueryArguments(_) => Self::AllQueryArguments {
                pre_parse: in_order(pre_parse),
            },
            FieldToMatch::UriPath(_) => Self::UriPath,
            FieldToMatch::QueryString(_) => Self::QueryString,
            FieldToMatch::Body(_) => Self::Body,
            FieldToMatch::Method(_) => Self::Method,
            FieldToMatch::JsonBody(json) => Self::JsonBody {
                pointers: match &json.match_pattern {
                    JsonMatchPattern::All(_) => Pointers::all(),
                    JsonMatchPattern::IncludedPaths(paths) => Pointers::included(paths),
                },
                scope: json.match_scope,
            },
            FieldToMatch::Headers(headers) => Self::Headers {
                names: match &headers.match_pattern {
                    HeaderMatchPattern::All(_) => Names::All,
                    HeaderMatchPattern::IncludedHeaders(names) => {
                        Names::Included(names.iter().map(|n| lower(n)).collect())
                    }
                    HeaderMatchPattern::ExcludedHeaders(names) => {
                        Names::Excluded(names.iter().map(|n| lower(n)).collect())
                    }
                },
                scope: headers.match_scope,
            },
            FieldToMatch::Cookies(cookies) => Self::Cookies {
                names: match &cookies.match_pattern {
                    CookieMatchPattern::All(_) => Names::All,
                    CookieMatchPattern::IncludedCookies(names) => Names::Included(bytes(names)),
                    CookieMatchPattern::ExcludedCookies(names) => Names::Excluded(bytes(names)),
                },
                scope: cookies.match_scope,
            },
            FieldToMatch::HeaderOrder(_) => Self::HeaderOrder,
            FieldToMatch::Ja3Fingerprint(_) => Self::Ja3Fingerprint,
            FieldToMatch::Ja4Fingerprint(_) => Self::Ja4Fingerprint,
            FieldToMatch::UriFragment(_) => Self::UriFragment,
        }
    }

    /// The component that a custom key of a rate-based rule counts by, with its transformations; `None` for keys
    /// that are not text.
    pub(crate) fn of_custom_key(key: &RateBasedCustomKey) -> Option<(Self, &[TextTransformation])> {
        Some(match key {
            RateBasedCustomKey::Header(header) => (
                Self::SingleHeader(lower(&header.name)),
                &header.text_transformations,
            ),
            RateBasedCustomKey::Cookie(cookie) => (
                Self::Cookie(cookie.name.as_bytes().to_vec()),
                &cookie.text_transformations,
            ),
            RateBasedCustomKey::QueryArgument(argument) => (
                Self::SingleQueryArgument {
                    name: lower(&argument.name),
                    pre_parse: Vec::new(),
                },
                &argument.text_transformations,
            ),
            RateBasedCustomKey::QueryString(query) => (Self::QueryString, &query.text_transformations),
            RateBasedCustomKey::UriPath(path) => (Self::UriPath, &path.text_transformations),
            _ => return None,
        })
    }
}

fn bytes(names: &[String]) -> Vec<Vec<u8>> {
    names.iter().map(|name| name.as_bytes().to_vec()).collect()
}

fn in_order(pre_parse: &[PreParseTextTransformation]) -> Vec<PreParseTextTransformationType> {
    let mut steps: Vec<_> = pre_parse.iter().collect();
    steps.sort_by_key(|step| step.priority);
    steps
        .into_iter()
        .map(|step| step.r#type)
        .filter(|step| *step != PreParseTextTransformationType::None)
        .collect()
}
