//! Refusals in EC2's words. EC2's model names no errors.
//!
//! Source: EC2 API reference, "Error codes"; the texts are those that the service answers.

use haechi_core::Failure;
use haechi_wire::ApiError;

/// 400 with a code and its text.
pub(crate) fn refuse(code: &'static str, message: impl Into<String>) -> Failure {
    ApiError::new(code, 400, message).into()
}

/// Something with this id is not there: `what` as EC2 spells it, `The vpc ID 'vpc-1' does not exist`.
pub(crate) fn missing(code: &'static str, what: &str, id: &str) -> Failure {
    refuse(code, format!("The {what} ID '{id}' does not exist"))
}

/// Something else hangs on it.
pub(crate) fn dependency(message: impl Into<String>) -> Failure {
    refuse("DependencyViolation", message)
}

/// A value that is no such value.
pub(crate) fn invalid_value(value: &str, parameter: &str, why: &str) -> Failure {
    let message = format!("Value ({value}) for parameter {parameter} is invalid. {why}");
    refuse("InvalidParameterValue", message)
}

/// A parameter that the model leaves optional and the operation does not.
pub(crate) fn missing_parameter(name: &str) -> Failure {
    refuse(
        "MissingParameter",
        format!("The request must contain the parameter {name}"),
    )
}

/// `DryRun`: nothing stood in the way.
pub(crate) fn would_have_succeeded() -> Failure {
    let message = "Request would have succeeded, but DryRun flag is set.";
    ApiError::new("DryRunOperation", 412, message).into()
}

/// 403, with the gate's reason.
pub(crate) fn unauthorized(reason: &str) -> Failure {
    let message = format!("You are not authorized to perform this operation. {reason}");
    ApiError::new("UnauthorizedOperation", 403, message).into()
}
