//! The MFA code that comes with a request.
//!
//! Follows the IAM user guide, "Secure API access with MFA": serial number and code come together or not at all; only
//! IAM users have devices here; a session of a session brings its own proof along and cannot renew it.

use haechi_core::ports::SecondFactor;
use haechi_core::{Call, Failure, Timestamp};
use haechi_wire::ApiError;

use crate::Sts;
use crate::session_input::validation;

fn denied(text: &str) -> Failure {
    ApiError::new("AccessDenied", 403, text).into()
}

impl Sts {
    /// When the caller proved that it holds its device: now, or never.
    pub(crate) async fn proved_now(
        &self,
        call: &Call,
        serial: Option<&str>,
        code: Option<&str>,
    ) -> Result<Option<Timestamp>, Failure> {
        let (serial, code) = match (serial, code) {
            (None, None) => return Ok(None),
            (Some(serial), Some(code)) => (serial, code),
            _ => {
                return Err(validation(
                    "Both SerialNumber and TokenCode must be given for multi-factor authentication.",
                ));
            }
        };
        if call.caller.session.is_some() {
            return Err(denied("Cannot call with MFA when using temporary credentials."));
        }
        let principal = &call.caller.principal;
        match self
            .roles
            .second_factor(principal, serial, code, call.time)
            .await?
        {
            SecondFactor::Proved => Ok(Some(call.time)),
            SecondFactor::WrongCode => Err(denied(
                "MultiFactorAuthentication failed with invalid MFA one time pass code. ",
            )),
            SecondFactor::NotTheirs => Err(denied(
                "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial \
                 number is valid and associated with this user.",
            )),
        }
    }
}
