//! An Elastic IP address. It is a number out of a documentation range: nothing listens there.

use haechi_core::Failure;
use haechi_store::Table;
use serde::{Deserialize, Serialize};

use crate::error;
use crate::filters::Facts;
use crate::noun::Noun;
use crate::store::ADDRESSES;

/// An Elastic IP address.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Address {
    /// `eipalloc-…`
    pub(crate) id: String,
    pub(crate) public_ip: String,
    pub(crate) border_group: String,
}

impl Noun for Address {
    const TABLE: Table<Self> = ADDRESSES;
    const KIND: &'static str = "elastic-ip";
    const FILTERS: &'static [&'static str] = &[
        "allocation-id",
        "association-id",
        "domain",
        "instance-id",
        "network-border-group",
        "network-interface-id",
        "network-interface-owner-id",
        "private-ip-address",
        "public-ip",
    ];

    fn id(&self) -> &str {
        &self.id
    }

    fn missing(id: &str) -> Failure {
        error::missing("InvalidAllocationID.NotFound", "allocation", id)
    }

    fn facts(&self) -> Facts {
        let mut facts = Facts::default();
        facts.add("allocation-id", &self.id);
        facts.add("domain", "vpc");
        facts.add("network-border-group", &self.border_group);
        facts.add("public-ip", &self.public_ip);
        facts
    }
}
