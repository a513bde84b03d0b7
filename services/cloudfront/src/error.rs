//! Refusals in CloudFront's words, as its clients have recorded them.

use haechi_api_cloudfront::error::ErrorCode;
use haechi_core::Failure;

/// A refusal of the model with its usual text.
pub(crate) fn refused(code: ErrorCode) -> Failure {
    let message = match code {
        ErrorCode::NoSuchDistribution => "The specified distribution does not exist.",
        ErrorCode::NoSuchInvalidation => "The specified invalidation does not exist.",
        ErrorCode::NoSuchResource => "The specified resource does not exist.",
        ErrorCode::NoSuchOrigin => "One or more of your origins or origin groups do not exist.",
        ErrorCode::NoSuchCachePolicy => "The specified cache policy does not exist.",
        ErrorCode::NoSuchOriginRequestPolicy => "The specified origin request policy does not exist.",
        ErrorCode::NoSuchResponseHeadersPolicy => "The specified response headers policy does not exist.",
        ErrorCode::NoSuchRealtimeLogConfig => "The specified real-time log configuration does not exist.",
        ErrorCode::NoSuchFieldLevelEncryptionConfig => {
            "The specified configuration for field-level encryption doesn't exist."
        }
        ErrorCode::TrustedKeyGroupDoesNotExist => "The specified key group does not exist.",
        ErrorCode::InvalidIfMatchVersion => "The If-Match version is missing or not valid for the resource.",
        ErrorCode::PreconditionFailed => {
            "The request failed because it didn't meet the preconditions in one or more request-header fields."
        }
        ErrorCode::DistributionNotDisabled => {
            "The distribution you are trying to delete has not been disabled."
        }
        ErrorCode::CNAMEAlreadyExists => {
            "One or more of the CNAMEs you provided are already associated with a different resource."
        }
        ErrorCode::InvalidWebACLId => "Web ACL is not accessible by the requester.",
        ErrorCode::IllegalUpdate => "The update contains modifications that are not allowed.",
        ErrorCode::InconsistentQuantities => "The value of Quantity and the size of Items don't match.",
        ErrorCode::InvalidDefaultRootObject => {
            "The default root object file name is too big or contains an invalid character."
        }
        ErrorCode::InvalidOriginAccessControl => "The origin access control is not valid.",
        ErrorCode::InvalidFunctionAssociation => "A CloudFront function association is invalid.",
        ErrorCode::InvalidLambdaFunctionAssociation => {
            "The specified Lambda@Edge function association is invalid."
        }
        ErrorCode::InvalidTTLOrder => "The order of the TTL values is not valid.",
        _ => "The request is not valid.",
    };
    code.with(message).into()
}

/// `InvalidArgument` with the whole text.
pub(crate) fn invalid_argument(message: impl Into<String>) -> Failure {
    ErrorCode::InvalidArgument.with(message).into()
}
