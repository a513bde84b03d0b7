//! What must hold of an authorized key before an operation may use it, in the order in which errors win: state, then
//! usage, then algorithm.

use haechi_api_kms::error::ErrorCode;
use haechi_core::Failure;

use crate::error::state_error;
use crate::loaded::LoadedKey;
use crate::model::key::KeyOrigin;
use crate::model::state::OperationClass;
use crate::model::usage::KeyUsage;

impl LoadedKey {
    /// The key's state allows the operation.
    pub(crate) fn require_state(&self, class: OperationClass) -> Result<(), Failure> {
        match state_error(&self.arn, self.key.state, class) {
            Some(error) => Err(error.into()),
            None => Ok(()),
        }
    }

    /// The key may be used now, and is for what the operation does.
    pub(crate) fn require_use(&self, usage: KeyUsage, operation: &str) -> Result<(), Failure> {
        self.require_state(OperationClass::Use)?;
        self.require_usage(usage, operation)
    }

    /// The key's material is imported.
    pub(crate) fn require_external(&self) -> Result<(), Failure> {
        if self.key.origin == KeyOrigin::External {
            return Ok(());
        }
        let origin = self.key.origin.name();
        let message = format!(
            "{} origin is {origin} which is not valid for this operation.",
            self.arn
        );
        Err(ErrorCode::UnsupportedOperationException.with(message).into())
    }

    /// The key is for what the operation does.
    pub(crate) fn require_usage(&self, usage: KeyUsage, operation: &str) -> Result<(), Failure> {
        if self.key.usage == usage {
            return Ok(());
        }
        let message = format!(
            "{} key usage is {} which is not valid for {operation}.",
            self.arn,
            self.key.usage.name()
        );
        Err(ErrorCode::InvalidKeyUsageException.with(message).into())
    }

    /// The key's spec has the algorithm.
    pub(crate) fn require_algorithm(&self, algorithm: &str, allowed: &[&str]) -> Result<(), Failure> {
        if allowed.contains(&algorithm) {
            return Ok(());
        }
        let spec = self.key.spec.name();
        let message = format!("Algorithm {algorithm} is incompatible with key spec {spec}.");
        Err(ErrorCode::InvalidKeyUsageException.with(message).into())
    }
}
