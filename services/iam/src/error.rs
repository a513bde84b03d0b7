//! Refusals in IAM's words.
//!
//! The texts are those that AWS answers; where the API reference gives none, the recorded ones of Moto's tests.

use haechi_api_iam::error::ErrorCode;
use haechi_core::{AccountId, Failure};
use haechi_policy::PolicyError;
use haechi_wire::ApiError;

/// 404 with the whole text.
pub(crate) fn no_such_entity(message: impl Into<String>) -> Failure {
    ErrorCode::NoSuchEntityException.with(message).into()
}

/// 409: the name is taken.
pub(crate) fn already_exists(message: impl Into<String>) -> Failure {
    ErrorCode::EntityAlreadyExistsException.with(message).into()
}

/// 409: something still hangs on the entity.
pub(crate) fn delete_conflict(message: impl Into<String>) -> Failure {
    ErrorCode::DeleteConflictException.with(message).into()
}

/// 409: a quota with its AWS name.
pub(crate) fn quota(name: &str, limit: usize) -> Failure {
    limit_exceeded(format!("Cannot exceed quota for {name}: {limit}"))
}

/// 409 with the whole text.
pub(crate) fn limit_exceeded(message: impl Into<String>) -> Failure {
    ErrorCode::LimitExceededException.with(message).into()
}

/// 400: a value that the model's constraints do not catch.
pub(crate) fn invalid_input(message: impl Into<String>) -> Failure {
    ErrorCode::InvalidInputException.with(message).into()
}

/// 400 outside the model.
pub(crate) fn validation(message: impl Into<String>) -> Failure {
    ApiError::new("ValidationError", 400, message).into()
}

/// 403: credentials that IAM's operations do not take.
pub(crate) fn token_not_taken() -> Failure {
    ApiError::new(
        "InvalidClientTokenId",
        403,
        "The security token included in the request is invalid",
    )
    .into()
}

/// 400: a document that AWS refuses.
pub(crate) fn malformed(error: &PolicyError) -> Failure {
    malformed_text(error.to_string())
}

/// 400: a document that AWS refuses, with the whole text.
pub(crate) fn malformed_text(message: impl Into<String>) -> Failure {
    ErrorCode::MalformedPolicyDocumentException.with(message).into()
}

/// 400: only AWS may change a service-linked role.
pub(crate) fn protected_role(name: &str) -> Failure {
    let message = format!(
        "Cannot perform the operation on the protected role '{name}' - this role is only modifiable by AWS"
    );
    ErrorCode::UnmodifiableEntityException.with(message).into()
}

/// 404: the managed policy that a request names.
pub(crate) fn no_such_policy(arn: &str) -> Failure {
    no_such_entity(format!("Policy {arn} was not found."))
}

/// 404: the access key that a request names.
pub(crate) fn no_such_access_key(id: &str) -> Failure {
    no_such_entity(format!("The Access Key with id {id} cannot be found."))
}

/// 404: the account has no password policy.
pub(crate) fn no_password_policy(account: &AccountId) -> Failure {
    no_such_entity(format!(
        "The Password Policy with domain name {account} cannot be found."
    ))
}
