//! Codes of MFA devices, as sessions prove them.

use haechi_core::{AccountId, Failure, Principal, Timestamp};

use crate::access::{current, save};
use crate::entity::Entity;
use crate::model::mfa_device::{MfaDevice, binding};
use crate::model::user::User;
use crate::totp::Seed;
use crate::{Iam, error};
use haechi_core::ports::SecondFactor;

impl Iam {
    /// The seed of a device, opened.
    pub(crate) async fn seed(&self, account: &AccountId, device: &MfaDevice) -> Result<Seed, Failure> {
        let binding = binding(account, &device.arn(account));
        let open = self.unseal(account, &binding, &device.seed).await?;
        Seed::from_base32(open.expose()).ok_or_else(|| Failure::internal("a seed that was made here"))
    }

    /// Checks a code of one of the caller's devices. A right code is used up, a wrong one counted, whatever becomes
    /// of the call.
    pub(crate) async fn check_second_factor(
        &self,
        principal: &Principal,
        serial: &str,
        code: &str,
        at: Timestamp,
    ) -> Result<SecondFactor, Failure> {
        let Principal::User {
            account, name, id, ..
        } = principal
        else {
            return Ok(SecondFactor::NotTheirs);
        };
        let user = self.find::<User>(account, name).await?;
        let theirs = user.is_some_and(|user| {
            let mut devices = user.belongings.mfa_devices.iter();
            user.id == *id && devices.any(|device| device.serial == serial)
        });
        let device = self.find::<MfaDevice>(account, serial).await?;
        let Some(device) = device.filter(|_| theirs) else {
            return Ok(SecondFactor::NotTheirs);
        };
        let seed = &self.seed(account, &device).await?;
        let accepted = self
            .platform
            .store
            .txn(|txn| async move {
                let mut device = current::<MfaDevice>(&txn, account, serial).await?;
                let accepted = device.accept(seed, code, at.as_millis());
                save(&txn, account, &device).await?;
                Ok::<bool, Failure>(accepted)
            })
            .await?;
        Ok(if accepted {
            SecondFactor::Proved
        } else {
            SecondFactor::WrongCode
        })
    }
}

/// Refuses codes that are wrong.
pub(crate) fn invalid_code() -> Failure {
    haechi_api_iam::error::ErrorCode::InvalidAuthenticationCodeException
        .with("Authentication code for device is not valid")
        .into()
}

/// There is no such device, or not with this user.
pub(crate) fn missing(serial: &str) -> Failure {
    <MfaDevice as Entity>::missing(serial)
}

/// A path that AWS refuses in its own words rather than the model's.
pub(crate) fn check_path(path: &str) -> Result<(), Failure> {
    if path.starts_with('/') && path.ends_with('/') {
        return Ok(());
    }
    Err(error::validation(
        "The specified value for path is invalid. It must begin and end with / and contain only alphanumeric \
         characters and/or / characters.",
    ))
}
