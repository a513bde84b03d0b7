//! Why a request is refused before anybody asks what it may do.

/// A refusal. Its `Display` is the log's wording; what the client gets is
/// [`code`](Self::code), [`http_status`](Self::http_status) and [`message`](Self::message) in the style of the
/// service that was called.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SigError {
    /// The request carries no signature and the operation needs one.
    #[error("the request is not signed")]
    MissingAuthenticationToken,
    /// The signature's form is wrong: a parameter is missing, doubled or malformed, or the algorithm is not
    /// [`ALGORITHM`](crate::ALGORITHM).
    #[error("the signature is malformed: {0}")]
    Incomplete(String),
    /// Header and query both claim to sign the request; which one counts must not be the client's choice.
    #[error("the request is signed in its header and in its query")]
    TwoSignatures,
    /// No active access key has this id.
    #[error("the access key id is unknown or inactive")]
    UnknownAccessKey,
    /// The session token is not one of ours, or belongs to another access key.
    #[error("the session token is invalid")]
    InvalidToken,
    /// The session that the token stands for has ended.
    #[error("the session token has expired")]
    ExpiredToken,
    /// The credential scope is not that of this service, Region or day.
    #[error("the credential scope is wrong: {0}")]
    Scope(String),
    /// A header that must be signed is not, by the name in AWS's message.
    #[error("{0} is not signed")]
    UnsignedHeader(String),
    /// The signature's date lies too far in the past. The text is AWS's.
    #[error("{0}")]
    Expired(String),
    /// The signature's date lies too far in the future. The text is AWS's.
    #[error("{0}")]
    NotYetCurrent(String),
    /// A presigned URL's own time is over.
    #[error("the presigned URL has expired")]
    UrlExpired,
    /// The signature is not the one that this request has with this key.
    #[error("the signature does not match")]
    Mismatch {
        /// The canonical request and the string to sign, if the rules ask for them.
        explanation: Option<Box<str>>,
    },
    /// S3: the declared payload hash is not that of the body.
    #[error("x-amz-content-sha256 is not the hash of the body")]
    PayloadHashMismatch,
    /// S3: the payload hash is missing or not a hash.
    #[error("x-amz-content-sha256 is missing or malformed")]
    PayloadHashMissing,
    /// S3: the payload is signed chunk by chunk, which is not there yet.
    #[error("chunked payload signatures are not implemented")]
    ChunkedPayload,
}

impl SigError {
    /// A plain mismatch without explanation.
    pub(crate) const MISMATCH: Self = Self::Mismatch { explanation: None };

    /// The Region in the credential scope is none of this deployment's.
    pub fn wrong_region() -> Self {
        Self::Scope("Credential should be scoped to a valid region. ".to_owned())
    }

    /// The service in the credential scope is not `expected`, the one that the request is for.
    pub fn wrong_service(expected: &str) -> Self {
        Self::Scope(format!(
            "Credential should be scoped to correct service: '{expected}'. "
        ))
    }
}
