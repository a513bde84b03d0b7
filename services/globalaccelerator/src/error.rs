//! Refusals in Global Accelerator's words.

use haechi_api_globalaccelerator::error::ErrorCode;
use haechi_core::Failure;

pub(crate) fn refused(code: ErrorCode, message: impl Into<String>) -> Failure {
    code.with(message).into()
}

pub(crate) fn invalid(message: impl Into<String>) -> Failure {
    refused(ErrorCode::InvalidArgumentException, message)
}

pub(crate) fn no_such_accelerator() -> Failure {
    refused(
        ErrorCode::AcceleratorNotFoundException,
        "Accelerator does not exist.",
    )
}

pub(crate) fn no_such_listener() -> Failure {
    refused(ErrorCode::ListenerNotFoundException, "Listener does not exist.")
}

pub(crate) fn no_such_group() -> Failure {
    refused(
        ErrorCode::EndpointGroupNotFoundException,
        "Endpoint group does not exist.",
    )
}

pub(crate) fn invalid_ports() -> Failure {
    refused(
        ErrorCode::InvalidPortRangeException,
        "The port numbers that you specified are not valid numbers or are not unique for this accelerator.",
    )
}
