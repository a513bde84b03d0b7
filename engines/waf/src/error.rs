//! What can be wrong with a web ACL.

use std::fmt;

/// A document that is not a web ACL, rule group or set.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModelError {
    /// Not JSON, a member is missing, or a member is not part of the API's model.
    #[error("the document does not fit AWS's model: {0}")]
    Json(#[from] serde_json::Error),
    /// The document was read with [`crate::model::SearchStringEncoding::Base64`].
    #[error(
        "rule {rule}: SearchString is not Base64 ({source}); give it as Base64 or read the document as text"
    )]
    SearchString {
        /// The rule that has the statement.
        rule: String,
        /// What the decoder says.
        source: base64::DecodeError,
    },
}

/// A rule that the service refuses: AWS's `WAFInvalidParameterException`, whose `Field`, `Parameter` and `Reason`
/// members users see.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Error reason: {reason}, field: {field}, parameter: {parameter}")]
pub struct InvalidParameter {
    /// The setting that is wrong.
    pub field: ParameterField,
    /// The invalid value, or the name of what is missing.
    pub parameter: String,
    /// What to do about it.
    pub reason: String,
}

impl InvalidParameter {
    pub(crate) fn new(
        field: ParameterField,
        parameter: impl fmt::Display,
        reason: impl Into<String>,
    ) -> Self {
        Self {
            field,
            parameter: parameter.to_string(),
            reason: reason.into(),
        }
    }
}

/// Why a web ACL or rule group did not become a plan.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CompileError {
    /// AWS's `WAFInvalidParameterException`.
    #[error(transparent)]
    InvalidParameter(#[from] InvalidParameter),
    /// AWS's `WAFNonexistentItemException`: a reference that the resolver does not know.
    #[error("rule {rule} refers to {reference}, which does not exist")]
    Nonexistent {
        /// The rule that has the reference.
        rule: String,
        /// An ARN, or vendor, name and version of a managed rule group.
        reference: String,
    },
    /// A part of the language that this engine does not carry out.
    #[error("rule {rule}: {what} is not supported by this engine")]
    Unsupported {
        /// The rule that has it.
        rule: String,
        /// What it is.
        what: String,
    },
}

macro_rules! parameter_fields {
    ($($variant:ident = $name:literal,)*) => {
        /// The part of AWS's `ParameterExceptionField` that rules can get wrong.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        #[allow(missing_docs, reason = "AWS's own names")]
        pub enum ParameterField { $($variant,)* }

        impl ParameterField {
            /// The value on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }
    };
}

parameter_fields! {
    WebAcl = "WEB_ACL",
    RuleGroup = "RULE_GROUP",
    RegexPatternSet = "REGEX_PATTERN_SET",
    IpSet = "IP_SET",
    Rule = "RULE",
    ExcludedRule = "EXCLUDED_RULE",
    Statement = "STATEMENT",
    ByteMatchStatement = "BYTE_MATCH_STATEMENT",
    SizeConstraintStatement = "SIZE_CONSTRAINT_STATEMENT",
    GeoMatchStatement = "GEO_MATCH_STATEMENT",
    RateBasedStatement = "RATE_BASED_STATEMENT",
    LabelMatchStatement = "LABEL_MATCH_STATEMENT",
    AndStatement = "AND_STATEMENT",
    OrStatement = "OR_STATEMENT",
    NotStatement = "NOT_STATEMENT",
    IpAddress = "IP_ADDRESS",
    FieldToMatch = "FIELD_TO_MATCH",
    TextTransformation = "TEXT_TRANSFORMATION",
    PreParseTextTransformation = "PRE_PARSE_TEXT_TRANSFORMATION",
    SingleQueryArgument = "SINGLE_QUERY_ARGUMENT",
    SingleHeader = "SINGLE_HEADER",
    RuleAction = "RULE_ACTION",
    OverrideAction = "OVERRIDE_ACTION",
    HeaderName = "HEADER_NAME",
    ForwardedIpConfig = "FORWARDED_IP_CONFIG",
    CustomRequestHandling = "CUSTOM_REQUEST_HANDLING",
    CustomResponse = "CUSTOM_RESPONSE",
    CustomResponseBody = "CUSTOM_RESPONSE_BODY",
    JsonMatchPattern = "JSON_MATCH_PATTERN",
    HeaderMatchPattern = "HEADER_MATCH_PATTERN",
    CookieMatchPattern = "COOKIE_MATCH_PATTERN",
    ScopeDown = "SCOPE_DOWN",
    CustomKeys = "CUSTOM_KEYS",
    ChallengeConfig = "CHALLENGE_CONFIG",
    TokenDomain = "TOKEN_DOMAIN",
}

impl fmt::Display for ParameterField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
