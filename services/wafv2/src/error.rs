//! WAF's errors in AWS's words.
//!
//! Source of the words: the API reference's pages of the exceptions, and answers of AWS that users quote in public
//! issue trackers.

use std::fmt::Display;

use haechi_api_wafv2 as api;
use haechi_api_wafv2::error::ErrorCode;
use haechi_core::Failure;
use haechi_waf::error::{CompileError, InvalidParameter};
use haechi_wire::ApiError;

/// Reason where one of several members must be there and none or several are.
pub(crate) const EXACTLY_ONE: &str =
    "You have used none or multiple values for a field that requires exactly one value.";
/// Reason where a value has the wrong form.
pub(crate) const FORMAT: &str = "The parameter contains formatting that is not valid.";
/// Reason where an ARN is none, or names what can't be meant.
pub(crate) const BAD_ARN: &str = "The ARN isn't valid. A valid ARN begins with arn: and includes other information separated by colons or slashes.";
/// Reason where rules cost too much.
pub(crate) const OVER_CAPACITY: &str = "You exceeded the capacity limit for a rule group or web ACL.";

/// `WAFInvalidParameterException`: which field, which value, what is wrong with it.
pub(crate) fn invalid(field: &str, parameter: impl Display, reason: impl Into<String>) -> ApiError {
    let (parameter, reason) = (parameter.to_string(), reason.into());
    api::WAFInvalidParameterException {
        message: Some(format!(
            "Error reason: {reason}, field: {field}, parameter: {parameter}"
        )),
        field: Some(field.into()),
        parameter: Some(parameter),
        reason: Some(reason),
    }
    .into()
}

/// What the engine found wrong with a rule.
pub(crate) fn invalid_parameter(found: &InvalidParameter) -> ApiError {
    invalid(found.field.as_str(), &found.parameter, &found.reason)
}

/// Why the engine takes a web ACL or rule group not.
pub(crate) fn refused(found: &CompileError) -> Failure {
    match found {
        CompileError::InvalidParameter(found) => invalid_parameter(found).into(),
        CompileError::Nonexistent { .. } => nonexistent().into(),
        other => invalid("STATEMENT", "Statement", other.to_string()).into(),
    }
}

/// There is no such thing.
pub(crate) fn nonexistent() -> ApiError {
    ErrorCode::WAFNonexistentItemException
        .with("AWS WAF couldn’t perform the operation because your resource doesn’t exist.")
}

/// The name is taken.
pub(crate) fn duplicate() -> ApiError {
    ErrorCode::WAFDuplicateItemException.with(
        "AWS WAF couldn’t perform the operation because some resource in your request is a duplicate of an existing one.",
    )
}

/// The lock token is an old one.
pub(crate) fn optimistic_lock() -> ApiError {
    ErrorCode::WAFOptimisticLockException.with(
        "AWS WAF couldn’t save your changes because someone changed the resource after you started to edit it. Reapply your changes.",
    )
}

/// It is in use.
pub(crate) fn associated() -> ApiError {
    ErrorCode::WAFAssociatedItemException.with(
        "AWS WAF couldn’t perform the operation because your resource is being used by another resource or it’s associated with another resource.",
    )
}

/// A quota.
pub(crate) fn limits_exceeded() -> ApiError {
    ErrorCode::WAFLimitsExceededException.with(
        "AWS WAF couldn’t perform the operation because you exceeded your resource limit. For example, the maximum number of WebACL objects that you can create for an AWS account.",
    )
}

/// The operation is not for this thing.
pub(crate) fn invalid_operation() -> ApiError {
    ErrorCode::WAFInvalidOperationException.with("The operation isn't valid. ")
}

/// What was named is not what it should be.
pub(crate) fn invalid_resource() -> ApiError {
    ErrorCode::WAFInvalidResourceException.with(
        "AWS WAF couldn’t perform the operation because the resource that you requested isn’t valid. Check the resource, and try again.",
    )
}

/// The permission policy is not as AWS wants it.
pub(crate) fn invalid_permission_policy(why: &str) -> ApiError {
    ErrorCode::WAFInvalidPermissionPolicyException.with(format!(
        "The operation failed because the specified policy isn't in the proper format. {why}"
    ))
}

/// An ARN that can't be meant.
pub(crate) fn bad_arn(arn: &str) -> ApiError {
    invalid("RESOURCE_ARN", arn, BAD_ARN)
}

/// Neither an ARN nor all of name, scope and id. AWS answers in the manner of its servers' programming language.
pub(crate) fn incomplete(
    request: &str,
    name: Option<&str>,
    scope: Option<&str>,
    id: Option<&str>,
) -> ApiError {
    let (name, scope, id) = (
        name.unwrap_or("null"),
        scope.unwrap_or("null"),
        id.unwrap_or("null"),
    );
    let message = format!(
        "Critical information is missing in your request: {request}(name={name}, scope={scope}, id={id}, aRN=null)."
    );
    ApiError::new("AccessDeniedException", 400, message)
}
