//! Refusals in the words of Elastic Load Balancing.
//!
//! Source: the service's API reference for codes; the texts are those that it answers.

use haechi_api_elbv2::error::ErrorCode;
use haechi_core::Failure;
use haechi_wire::ApiError;

/// 400 outside the model: a value that makes no sense.
pub(crate) fn validation(message: impl Into<String>) -> Failure {
    ApiError::new("ValidationError", 400, message).into()
}

/// An error of the model.
pub(crate) fn refuse(code: ErrorCode, message: impl Into<String>) -> Failure {
    code.with(message).into()
}

/// Settings that don't go together.
pub(crate) fn configuration(message: impl Into<String>) -> Failure {
    refuse(ErrorCode::InvalidConfigurationRequestException, message)
}

/// What a caller may not do to this one.
pub(crate) fn not_permitted(message: impl Into<String>) -> Failure {
    refuse(ErrorCode::OperationNotPermittedException, message)
}

/// An action that can't be.
pub(crate) fn action(message: impl Into<String>) -> Failure {
    refuse(ErrorCode::InvalidLoadBalancerActionException, message)
}

pub(crate) fn no_load_balancer(arn: &str) -> Failure {
    refuse(
        ErrorCode::LoadBalancerNotFoundException,
        format!("Load balancer '{arn}' not found"),
    )
}

pub(crate) fn no_target_group(arn: &str) -> Failure {
    refuse(
        ErrorCode::TargetGroupNotFoundException,
        format!("Target group '{arn}' not found"),
    )
}

pub(crate) fn no_listener(arn: &str) -> Failure {
    refuse(
        ErrorCode::ListenerNotFoundException,
        format!("Listener '{arn}' not found"),
    )
}

pub(crate) fn no_rule(arn: &str) -> Failure {
    refuse(
        ErrorCode::RuleNotFoundException,
        format!("Rule '{arn}' not found"),
    )
}
