//! An internet gateway, attached to one VPC or none.

use haechi_core::Failure;
use haechi_store::Table;
use serde::{Deserialize, Serialize};

use crate::error;
use crate::filters::Facts;
use crate::noun::Noun;
use crate::store::INTERNET_GATEWAYS;

/// An internet gateway.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct InternetGateway {
    pub(crate) id: String,
    pub(crate) vpc: Option<String>,
    pub(crate) owner: String,
}

impl Noun for InternetGateway {
    const TABLE: Table<Self> = INTERNET_GATEWAYS;
    const KIND: &'static str = "internet-gateway";
    const FILTERS: &'static [&'static str] = &[
        "attachment.state",
        "attachment.vpc-id",
        "internet-gateway-id",
        "owner-id",
    ];

    fn id(&self) -> &str {
        &self.id
    }

    fn missing(id: &str) -> Failure {
        error::missing("InvalidInternetGatewayID.NotFound", "internetGateway", id)
    }

    fn facts(&self) -> Facts {
        let mut facts = Facts::default();
        facts.add_some("attachment.state", self.vpc.as_ref().map(|_| "available"));
        facts.add_some("attachment.vpc-id", self.vpc.as_deref());
        facts.add("internet-gateway-id", &self.id);
        facts.add("owner-id", &self.owner);
        facts
    }
}
