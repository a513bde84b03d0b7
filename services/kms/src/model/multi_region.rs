//! The family of a multi-Region key.

use haechi_core::Region;
use serde::{Deserialize, Serialize};

/// What a member of the family knows of it. Every member holds the same list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MultiRegion {
    /// This key's part.
    pub role: MultiRegionRole,
    /// The primary's Region.
    pub primary: Region,
    /// The Regions of the replicas, in the order in which they were made.
    pub replicas: Vec<Region>,
}

/// `MultiRegionKeyType`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum MultiRegionRole {
    /// The key from which replicas are made.
    Primary,
    /// A replica.
    Replica,
}

impl MultiRegionRole {
    /// AWS's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Primary => "PRIMARY",
            Self::Replica => "REPLICA",
        }
    }
}

impl MultiRegion {
    /// Whether this key is a replica.
    pub fn is_replica(&self) -> bool {
        self.role == MultiRegionRole::Replica
    }

    /// Every Region in which the key lives, the primary's first.
    pub fn regions(&self) -> impl Iterator<Item = &Region> {
        std::iter::once(&self.primary).chain(&self.replicas)
    }
}
