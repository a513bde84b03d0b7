//! The network interfaces of load balancers: one in each of their subnets.

use async_trait::async_trait;
use haechi_core::ports::{InterfaceFacts, NetworkInterfaces};
use haechi_core::{AccountId, Failure, Region};
use haechi_store::Txn;

use crate::LoadBalancing;
use crate::model::load_balancer::Kind;
use crate::store::LOAD_BALANCERS;

#[async_trait]
impl NetworkInterfaces for LoadBalancing {
    async fn interfaces(
        &self,
        txn: &Txn,
        account: &AccountId,
        region: &Region,
    ) -> Result<Vec<InterfaceFacts>, Failure> {
        let all = txn.list_locked(&LOAD_BALANCERS, &region.scope(account)).await?;
        let interfaces = all.iter().flat_map(|(_, load_balancer)| {
            load_balancer.zones.iter().map(|zone| InterfaceFacts {
                subnet: zone.subnet.clone(),
                security_groups: load_balancer.security_groups.clone(),
                description: format!("ELB {}", load_balancer.path()),
                kind: match load_balancer.kind {
                    Kind::Application => "interface",
                    Kind::Network => "network_load_balancer",
                    Kind::Gateway => "gateway_load_balancer",
                },
                requester: "amazon-elb",
            })
        });
        Ok(interfaces.collect())
    }
}
