//! The key state machine.
//!
//! Source of every row: KMS developer guide, "Key states of AWS KMS keys".

use std::fmt;

use serde::{Deserialize, Serialize};

/// The state of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum KeyState {
    /// Ready for everything.
    Enabled,
    /// Kept from use by its owner.
    Disabled,
    /// Waiting for the end of its waiting period.
    PendingDeletion,
    /// A primary to be deleted once its replicas are gone.
    PendingReplicaDeletion,
    /// Waiting for imported material.
    PendingImport,
    /// Being replicated.
    Creating,
    /// Changing its primary Region.
    Updating,
    /// Its custom key store is not connected.
    Unavailable,
}

impl KeyState {
    /// All states.
    #[cfg(test)]
    pub const ALL: [Self; 8] = [
        Self::Enabled,
        Self::Disabled,
        Self::PendingDeletion,
        Self::PendingReplicaDeletion,
        Self::PendingImport,
        Self::Creating,
        Self::Updating,
        Self::Unavailable,
    ];

    /// AWS's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Enabled => "Enabled",
            Self::Disabled => "Disabled",
            Self::PendingDeletion => "PendingDeletion",
            Self::PendingReplicaDeletion => "PendingReplicaDeletion",
            Self::PendingImport => "PendingImport",
            Self::Creating => "Creating",
            Self::Updating => "Updating",
            Self::Unavailable => "Unavailable",
        }
    }

    /// How an error message says it: `<arn> is pending deletion.`
    pub const fn words(self) -> &'static str {
        match self {
            Self::Enabled => "enabled",
            Self::Disabled => "disabled",
            Self::PendingDeletion => "pending deletion",
            Self::PendingReplicaDeletion => "pending replica deletion",
            Self::PendingImport => "pending import",
            Self::Creating => "creating",
            Self::Updating => "updating",
            Self::Unavailable => "unavailable",
        }
    }
}

impl fmt::Display for KeyState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Operations that the state machine treats alike; a column of the guide's table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OperationClass {
    /// Cryptographic operations, and GetPublicKey.
    Use,
    /// CreateGrant.
    Grant,
    /// EnableKey and DisableKey.
    Switch,
    /// EnableKeyRotation, DisableKeyRotation.
    Rotation,
    /// RotateKeyOnDemand, which imported material knows too.
    RotateOnDemand,
    /// GetKeyRotationStatus, ListKeyRotations.
    RotationStatus,
    /// ScheduleKeyDeletion.
    ScheduleDeletion,
    /// CancelKeyDeletion.
    CancelDeletion,
    /// CreateAlias, TagResource, UntagResource, UpdateKeyDescription, and UpdateAlias for its new target.
    Label,
    /// GetParametersForImport and ImportKeyMaterial.
    Import,
    /// DeleteImportedKeyMaterial.
    DeleteMaterial,
    /// ReplicateKey.
    Replicate,
    /// UpdatePrimaryRegion.
    MovePrimary,
}

/// What the state machine says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The operation may go on.
    Proceed,
    /// `DisabledException`.
    Disabled,
    /// `KMSInvalidStateException`.
    InvalidState,
    /// `UnsupportedOperationException`.
    Unsupported,
}

impl KeyState {
    /// What becomes of an operation on a key in this state.
    pub fn allows(self, class: OperationClass) -> Verdict {
        use KeyState as S;
        use OperationClass as O;
        use Verdict as V;
        match (class, self) {
            (O::Use, S::Enabled | S::Updating) => V::Proceed,
            (O::Use, S::Disabled) => V::Disabled,
            (O::Use, _) => V::InvalidState,

            (O::Grant, S::Enabled | S::Updating | S::Unavailable) => V::Proceed,
            (O::Grant, S::Disabled) => V::Disabled,
            (O::Grant, _) => V::InvalidState,

            (O::Switch, S::Enabled | S::Disabled | S::Unavailable) => V::Proceed,
            (O::Switch, _) => V::InvalidState,

            (O::Rotation, S::Enabled | S::Updating) => V::Proceed,
            (O::Rotation, S::Disabled) => V::Disabled,
            (O::Rotation, S::PendingImport | S::Unavailable) => V::Unsupported,
            (O::Rotation, _) => V::InvalidState,

            (O::RotateOnDemand, S::Enabled | S::Updating) => V::Proceed,
            (O::RotateOnDemand, S::Disabled) => V::Disabled,
            (O::RotateOnDemand, S::Unavailable) => V::Unsupported,
            (O::RotateOnDemand, _) => V::InvalidState,

            (O::RotationStatus, S::PendingImport | S::Unavailable) => V::Unsupported,
            (O::RotationStatus, S::Creating) => V::InvalidState,
            (O::RotationStatus, _) => V::Proceed,

            (O::ScheduleDeletion, S::PendingDeletion | S::PendingReplicaDeletion | S::Updating) => {
                V::InvalidState
            }
            (O::ScheduleDeletion, _) => V::Proceed,

            (O::CancelDeletion, S::PendingDeletion | S::PendingReplicaDeletion) => V::Proceed,
            (O::CancelDeletion, _) => V::InvalidState,

            (O::Label, S::PendingDeletion | S::PendingReplicaDeletion) => V::InvalidState,
            (O::Label, _) => V::Proceed,

            (O::Import, S::PendingDeletion | S::PendingReplicaDeletion | S::Creating | S::Updating) => {
                V::InvalidState
            }
            (O::Import, _) => V::Proceed,

            (O::DeleteMaterial, S::Creating | S::Updating) => V::InvalidState,
            (O::DeleteMaterial, _) => V::Proceed,

            (O::Replicate, S::Enabled) => V::Proceed,
            (O::Replicate, S::Disabled) => V::Disabled,
            (O::Replicate, _) => V::InvalidState,

            (O::MovePrimary, S::Enabled | S::Updating) => V::Proceed,
            (O::MovePrimary, S::Disabled) => V::Disabled,
            (O::MovePrimary, _) => V::InvalidState,
        }
    }
}

#[cfg(test)]
mod tests;
