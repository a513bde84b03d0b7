//! The material of a key, one record per rotation or import.

use haechi_crypto::{Binding, MaterialId, Sealed};
use serde::{Deserialize, Serialize};

/// One piece of key material, sealed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Material {
    /// Its name: 64 hexadecimal digits in the API.
    pub id: MaterialId,
    /// The material under the domain key; gone once imported material has expired or was deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sealed: Option<Sealed>,
    /// Its place in the key's life.
    pub state: MaterialState,
    /// When it was made or imported, in ms since the epoch.
    pub created_ms: i64,
    /// When it became the current one, in ms since the epoch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rotated_ms: Option<i64>,
    /// Why it became the current one; none for a key's first material.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rotation: Option<RotationType>,
    /// For imported material: when it expires, in ms since the epoch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_ms: Option<i64>,
    /// For imported material: what its owner says of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// `KeyMaterialState`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum MaterialState {
    /// Encrypts and decrypts.
    Current,
    /// Only decrypts.
    NonCurrent,
    /// Imported as new material; becomes current by RotateKeyOnDemand.
    PendingRotation,
    /// Imported in the primary and not yet in every replica.
    PendingMultiRegionImportAndRotation,
}

impl MaterialState {
    /// AWS's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Current => "CURRENT",
            Self::NonCurrent => "NON_CURRENT",
            Self::PendingRotation => "PENDING_ROTATION",
            Self::PendingMultiRegionImportAndRotation => "PENDING_MULTI_REGION_IMPORT_AND_ROTATION",
        }
    }
}

/// `RotationType`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum RotationType {
    /// By the calendar.
    Automatic,
    /// By RotateKeyOnDemand.
    OnDemand,
}

impl RotationType {
    /// AWS's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Automatic => "AUTOMATIC",
            Self::OnDemand => "ON_DEMAND",
        }
    }
}

impl Material {
    /// Whether the material is here.
    pub fn is_present(&self) -> bool {
        self.sealed.is_some()
    }
}

/// What sealed material is bound to: nobody can pass one key's record off as another's.
pub fn binding(account: &str, region: &str, key_id: &str, material: &MaterialId) -> Binding {
    Binding::new("kms/material")
        .with(account)
        .with(region)
        .with(key_id)
        .with(&material.to_string())
}
