//! When a key's material changes.

use serde::{Deserialize, Serialize};

/// The shortest rotation period, in days.
pub const MIN_PERIOD_DAYS: i64 = 90;
/// The longest rotation period, in days.
pub const MAX_PERIOD_DAYS: i64 = 2_560;
/// The rotation period where none is named, in days.
pub const DEFAULT_PERIOD_DAYS: i64 = 365;
/// How often a key may be rotated on demand, all told (KMS developer guide, "Resource quotas").
pub const MAX_ON_DEMAND: u32 = 25;

/// The rotation of one key.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rotation {
    /// Present while automatic rotation is on.
    pub automatic: Option<AutomaticRotation>,
    /// How often the key was rotated on demand.
    pub on_demand: u32,
    /// When an on-demand rotation that is under way began, in ms since the epoch.
    pub on_demand_started_ms: Option<i64>,
}

impl Rotation {
    /// Whether nothing was ever asked for.
    pub fn is_unset(&self) -> bool {
        *self == Self::default()
    }
}

/// Automatic rotation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AutomaticRotation {
    /// Days between rotations.
    pub period_days: i64,
    /// The next one, in ms since the epoch.
    pub next_ms: i64,
}
