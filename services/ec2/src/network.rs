//! What other services may ask of the network.

use async_trait::async_trait;
use haechi_core::ports::{Network, SubnetFacts};
use haechi_core::{AccountId, Failure, Region};
use haechi_store::{ALL, Txn};

use crate::Ec2;
use crate::store::{ADDRESSES, INTERNET_GATEWAYS, SECURITY_GROUPS, SUBNETS, VPCS};

#[async_trait]
impl Network for Ec2 {
    async fn subnet(
        &self,
        txn: &Txn,
        account: &AccountId,
        region: &Region,
        id: &str,
    ) -> Result<Option<SubnetFacts>, Failure> {
        self.ensure_defaults(account, region).await?;
        let place = &region.scope(account);
        let Some(subnet) = txn.get(&SUBNETS, place, id).await? else {
            return Ok(None);
        };
        let gateways = txn.list(&INTERNET_GATEWAYS, place, None, ALL).await?;
        let internet_gateway = gateways
            .iter()
            .any(|(_, gateway)| gateway.vpc.as_deref() == Some(subnet.vpc.as_str()));
        Ok(Some(SubnetFacts {
            id: subnet.id.clone(),
            vpc: subnet.vpc.clone(),
            availability_zone: subnet.zone.clone(),
            ipv6: subnet.ipv6.is_some(),
            internet_gateway,
        }))
    }

    async fn has_vpc(
        &self,
        txn: &Txn,
        account: &AccountId,
        region: &Region,
        id: &str,
    ) -> Result<bool, Failure> {
        self.ensure_defaults(account, region).await?;
        Ok(txn.get(&VPCS, &region.scope(account), id).await?.is_some())
    }

    async fn vpc_of_security_group(
        &self,
        txn: &Txn,
        account: &AccountId,
        region: &Region,
        id: &str,
    ) -> Result<Option<String>, Failure> {
        self.ensure_defaults(account, region).await?;
        let found = txn.get(&SECURITY_GROUPS, &region.scope(account), id).await?;
        Ok(found.map(|group| group.vpc.clone()))
    }

    async fn default_security_group(
        &self,
        txn: &Txn,
        account: &AccountId,
        region: &Region,
        vpc: &str,
    ) -> Result<Option<String>, Failure> {
        self.ensure_defaults(account, region).await?;
        let groups = txn
            .list(&SECURITY_GROUPS, &region.scope(account), None, ALL)
            .await?;
        let found = groups
            .into_iter()
            .find(|(_, group)| group.vpc == vpc && group.name == "default");
        Ok(found.map(|(_, group)| group.id.clone()))
    }

    async fn address(
        &self,
        txn: &Txn,
        account: &AccountId,
        region: &Region,
        allocation: &str,
    ) -> Result<Option<String>, Failure> {
        let found = txn.get(&ADDRESSES, &region.scope(account), allocation).await?;
        Ok(found.map(|address| address.public_ip.clone()))
    }
}
