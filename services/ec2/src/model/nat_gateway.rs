//! A NAT gateway. It translates nothing here; it is what private route tables name, and it holds an Elastic IP address.

use haechi_core::Failure;
use haechi_store::Table;
use serde::{Deserialize, Serialize};

use crate::error;
use crate::filters::Facts;
use crate::ids;
use crate::noun::Noun;
use crate::store::NAT_GATEWAYS;

/// A NAT gateway.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct NatGateway {
    /// `nat-…`
    pub(crate) id: String,
    pub(crate) subnet: String,
    pub(crate) vpc: String,
    /// Its Elastic IP address; a private one has none.
    pub(crate) allocation: Option<String>,
    pub(crate) created_millis: i64,
}

impl NatGateway {
    /// What its network interface says of itself.
    pub(crate) fn description(&self) -> String {
        format!("Interface for NAT Gateway {}", self.id)
    }

    /// What ties its address to its network interface.
    pub(crate) fn address_association(&self) -> String {
        ids::derived("eipassoc", &[&self.id])
    }
}

impl Noun for NatGateway {
    const TABLE: Table<Self> = NAT_GATEWAYS;
    const KIND: &'static str = "natgateway";
    const FILTERS: &'static [&'static str] = &["nat-gateway-id", "state", "subnet-id", "vpc-id"];

    fn id(&self) -> &str {
        &self.id
    }

    fn missing(id: &str) -> Failure {
        let message = format!("The Nat Gateway {id} was not found");
        error::refuse("NatGatewayNotFound", message)
    }

    fn facts(&self) -> Facts {
        let mut facts = Facts::default();
        facts.add("nat-gateway-id", &self.id);
        facts.add("state", "available");
        facts.add("subnet-id", &self.subnet);
        facts.add("vpc-id", &self.vpc);
        facts
    }
}
