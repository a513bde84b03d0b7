//! Where a load balancer stands: its subnets, its security groups, its addresses.
//!
//! Source: API reference, CreateLoadBalancer, SetSubnets, SetSecurityGroups: an application load balancer stands in at
//! least two zones, no load balancer twice in one; an Internet-facing one needs a VPC with an internet gateway.

use haechi_api_elbv2 as api;
use haechi_api_elbv2::error::ErrorCode;
use haechi_core::{Call, Failure};
use haechi_store::Txn;

use crate::LoadBalancing;
use crate::error;
use crate::model::load_balancer::{Address, Kind, Zone};

/// What a request says of places.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    pub(crate) kind: Kind,
    pub(crate) internal: bool,
    pub(crate) ip_address_type: String,
    pub(crate) mappings: Vec<api::SubnetMapping>,
}

/// Where it is to stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Placement {
    pub(crate) vpc: String,
    pub(crate) zones: Vec<Zone>,
}

/// Subnets or mappings of a request, as mappings.
pub(crate) fn mappings(
    subnets: Option<Vec<String>>,
    mappings: Option<Vec<api::SubnetMapping>>,
) -> Result<Vec<api::SubnetMapping>, Failure> {
    match (subnets, mappings) {
        (Some(_), Some(_)) => Err(error::validation(
            "You must specify either subnets or subnet mappings, but not both",
        )),
        (Some(subnets), None) => Ok(subnets
            .into_iter()
            .map(|subnet| api::SubnetMapping {
                subnet_id: Some(subnet),
                ..api::SubnetMapping::default()
            })
            .collect()),
        (None, mappings) => Ok(mappings.unwrap_or_default()),
    }
}

impl LoadBalancing {
    /// Finds the subnets that a request names.
    pub(crate) async fn place(&self, txn: &Txn, call: &Call, wanted: &Wanted) -> Result<Placement, Failure> {
        let mut found: Option<Placement> = None;
        for mapping in &wanted.mappings {
            let id = mapping.subnet_id.as_deref().unwrap_or_default();
            let subnet = self
                .network
                .subnet(txn, &call.account, &call.region, id)
                .await?
                .ok_or_else(|| {
                    let message = format!("The subnet ID '{id}' does not exist");
                    error::refuse(ErrorCode::SubnetNotFoundException, message)
                })?;
            if !wanted.internal && !subnet.internet_gateway {
                let message = format!("VPC {} has no internet gateway", subnet.vpc);
                return Err(error::refuse(ErrorCode::InvalidSubnetException, message));
            }
            if wanted.ip_address_type != "ipv4" && !subnet.ipv6 {
                let message = "You must specify subnets with an associated IPv6 CIDR block";
                return Err(error::refuse(ErrorCode::InvalidSubnetException, message));
            }
            let place = found.get_or_insert_with(|| Placement {
                vpc: subnet.vpc.clone(),
                zones: Vec::new(),
            });
            if place.vpc != subnet.vpc {
                return Err(error::configuration(
                    "The following subnets must belong to the same VPC as the others: ".to_owned() + id,
                ));
            }
            if place
                .zones
                .iter()
                .any(|zone| zone.name == subnet.availability_zone)
            {
                return Err(error::configuration(
                    "A load balancer cannot be attached to multiple subnets in the same Availability Zone",
                ));
            }
            let address = self.address(txn, call, wanted.kind, mapping).await?;
            place.zones.push(Zone {
                name: subnet.availability_zone,
                subnet: subnet.id,
                address,
            });
        }
        let zones = found.as_ref().map_or(0, |place| place.zones.len());
        match (found, wanted.kind) {
            (None, Kind::Network | Kind::Gateway) => {
                Err(error::validation("At least one subnet must be specified"))
            }
            (Some(place), Kind::Network | Kind::Gateway) => Ok(place),
            (Some(place), Kind::Application) if zones >= 2 => Ok(place),
            _ => Err(error::validation(
                "At least two subnets in two different Availability Zones must be specified",
            )),
        }
    }

    async fn address(
        &self,
        txn: &Txn,
        call: &Call,
        kind: Kind,
        mapping: &api::SubnetMapping,
    ) -> Result<Option<Address>, Failure> {
        let given = Address {
            allocation: mapping.allocation_id.clone(),
            public_ipv4: match &mapping.allocation_id {
                Some(id) => Some(self.public_address(txn, call, id).await?),
                None => None,
            },
            private_ipv4: mapping.private_i_pv4_address.clone(),
            ipv6: mapping.i_pv6_address.clone(),
        };
        if given == Address::default() {
            return Ok(None);
        }
        if kind != Kind::Network {
            return Err(error::configuration(format!(
                "Addresses cannot be specified for load balancers with type '{}'",
                kind.name()
            )));
        }
        Ok(Some(given))
    }

    async fn public_address(&self, txn: &Txn, call: &Call, id: &str) -> Result<String, Failure> {
        let found = self.network.address(txn, &call.account, &call.region, id).await?;
        found.ok_or_else(|| {
            let message = format!("The allocation ID '{id}' does not exist");
            error::refuse(ErrorCode::AllocationIdNotFoundException, message)
        })
    }

    /// Checks the security groups that a request names; an application load balancer that names none gets its VPC's
    /// default one.
    pub(crate) async fn groups(
        &self,
        txn: &Txn,
        call: &Call,
        kind: Kind,
        vpc: &str,
        wanted: &[String],
    ) -> Result<Vec<String>, Failure> {
        let (account, region) = (&call.account, &call.region);
        if kind == Kind::Gateway && !wanted.is_empty() {
            return Err(error::configuration(
                "Security groups are not supported for load balancers with type 'gateway'",
            ));
        }
        if wanted.is_empty() && kind == Kind::Application {
            let default = self
                .network
                .default_security_group(txn, account, region, vpc)
                .await?;
            return Ok(default.into_iter().collect());
        }
        for id in wanted {
            match self
                .network
                .vpc_of_security_group(txn, account, region, id)
                .await?
            {
                None => {
                    let message = format!("Security group '{id}' does not exist");
                    return Err(error::refuse(ErrorCode::InvalidSecurityGroupException, message));
                }
                Some(other) if other != vpc => {
                    return Err(error::configuration("One or more security groups are invalid"));
                }
                Some(_) => {}
            }
        }
        Ok(wanted.to_vec())
    }
}
