//! The network interfaces that other services keep here, and those of NAT gateways.

use haechi_core::ports::InterfaceFacts;
use haechi_core::{Call, Failure};
use haechi_store::Txn;

use crate::Ec2;
use crate::model::nat_gateway::NatGateway;
use crate::noun::current_all;

impl Ec2 {
    /// All interfaces of the caller's account in its Region, in no order.
    pub(crate) async fn interfaces(&self, txn: &Txn, call: &Call) -> Result<Vec<InterfaceFacts>, Failure> {
        let mut all = Vec::new();
        for user in self.users.get().map_or(&[][..], Vec::as_slice) {
            all.extend(user.interfaces(txn, &call.account, &call.region).await?);
        }
        let gateways = current_all::<NatGateway>(txn, call).await?;
        all.extend(gateways.iter().map(|gateway| InterfaceFacts {
            subnet: gateway.subnet.clone(),
            security_groups: Vec::new(),
            description: gateway.description(),
            kind: "nat_gateway",
            requester: "amazon-aws",
        }));
        Ok(all)
    }
}
