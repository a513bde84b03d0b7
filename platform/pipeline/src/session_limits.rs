//! What some temporary credentials may never call, whatever their policies say.
//!
//! Sessions of GetSessionToken call IAM only with a second factor, and of STS only AssumeRole and GetCallerIdentity.
//! Sessions of GetFederationToken call nothing of IAM, and of STS only GetCallerIdentity. Source: IAM user guide,
//! "Compare AWS STS credentials".

use haechi_core::{Call, Principal};
use haechi_wire::ApiError;

/// Refuses the call if its credentials are of a kind that may not make it.
pub(crate) fn check(call: &Call) -> Result<(), ApiError> {
    let Some(session) = &call.caller.session else {
        return Ok(());
    };
    let federated = matches!(call.caller.principal, Principal::FederatedUser { .. });
    if !federated && !session.session_token {
        return Ok(());
    }
    let operation = call.operation.name;
    match call.service.name {
        // AWS's IAM says so of every session token that it does not take.
        "iam" if federated || session.mfa.is_none() => Err(ApiError::new(
            "InvalidClientTokenId",
            403,
            "The security token included in the request is invalid.",
        )),
        "sts" if operation == "GetCallerIdentity" || (operation == "AssumeRole" && !federated) => Ok(()),
        "sts" => Err(ApiError::new(
            "AccessDenied",
            403,
            format!("Cannot call {operation} with session credentials"),
        )),
        _ => Ok(()),
    }
}
