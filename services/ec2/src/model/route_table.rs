//! A route table of a VPC: its own routes and what it is associated with. The routes to the VPC's own ranges are not
//! kept, they follow from the VPC.
//!
//! Source: VPC user guide, "Configure route tables". Each VPC is made with a main table, under an id that follows from
//! the VPC's. It is kept only once somebody changes it; until then it is [`RouteTable::untouched`].

use std::sync::Arc;

use haechi_core::{Call, Failure};
use haechi_store::{Table, Txn};
use serde::{Deserialize, Serialize};

use crate::error;
use crate::filters::Facts;
use crate::model::internet_gateway::InternetGateway;
use crate::model::vpc::Vpc;
use crate::noun::{Noun, current_all};
use crate::store::ROUTE_TABLES;

/// Where a route leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Target {
    InternetGateway(String),
    NatGateway(String),
}

/// A route that somebody made.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Route {
    /// An IPv4 or an IPv6 range in its usual spelling.
    pub(crate) destination: String,
    pub(crate) target: Target,
}

/// What uses the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum User {
    Subnet(String),
    Gateway(String),
}

/// The tie between the table and one of its users.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Association {
    /// `rtbassoc-…`
    pub(crate) id: String,
    pub(crate) user: User,
}

/// A route table.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct RouteTable {
    pub(crate) id: String,
    pub(crate) vpc: String,
    pub(crate) routes: Vec<Route>,
    pub(crate) associations: Vec<Association>,
    pub(crate) owner: String,
}

impl RouteTable {
    /// A VPC's main table that nobody has changed: the default VPC's leads out, others have no routes of their own.
    fn untouched(vpc: &Vpc, gateways: &[Arc<InternetGateway>]) -> Self {
        let way_out = gateways
            .iter()
            .find(|gateway| vpc.is_default && gateway.vpc.as_ref() == Some(&vpc.id));
        let route = way_out.map(|gateway| Route {
            destination: "0.0.0.0/0".to_owned(),
            target: Target::InternetGateway(gateway.id.clone()),
        });
        Self {
            id: vpc.first_route_table(),
            vpc: vpc.id.clone(),
            routes: route.into_iter().collect(),
            associations: Vec::new(),
            owner: vpc.owner.clone(),
        }
    }

    /// All tables of the VPCs: those that are kept, and the main ones that nobody has changed.
    pub(crate) fn all(
        kept: Vec<Arc<Self>>,
        vpcs: &[Arc<Vpc>],
        gateways: &[Arc<InternetGateway>],
    ) -> Vec<Self> {
        let mut all: Vec<Self> = kept.into_iter().map(Arc::unwrap_or_clone).collect();
        for vpc in vpcs {
            let first = vpc.first_route_table();
            if vpc.main.is_none() && !all.iter().any(|table| table.id == first) {
                all.push(Self::untouched(vpc, gateways));
            }
        }
        all
    }
}

impl Noun for RouteTable {
    const TABLE: Table<Self> = ROUTE_TABLES;
    const KIND: &'static str = "route-table";
    const FILTERS: &'static [&'static str] = &[
        "association.gateway-id",
        "association.main",
        "association.route-table-association-id",
        "association.route-table-id",
        "association.subnet-id",
        "owner-id",
        "route-table-id",
        "route.destination-cidr-block",
        "route.destination-ipv6-cidr-block",
        "route.gateway-id",
        "route.nat-gateway-id",
        "route.origin",
        "route.state",
        "vpc-id",
    ];

    fn id(&self) -> &str {
        &self.id
    }

    fn missing(id: &str) -> Failure {
        error::missing("InvalidRouteTableID.NotFound", "routeTable", id)
    }

    /// What the table knows without its VPC; routes and associations are facts of what the API shows.
    fn facts(&self) -> Facts {
        let mut facts = Facts::default();
        facts.add("owner-id", &self.owner);
        facts.add("route-table-id", &self.id);
        facts.add("vpc-id", &self.vpc);
        facts
    }
}

/// The route tables and VPCs of the caller as a transaction sees them.
pub(crate) struct Routing {
    pub(crate) tables: Vec<RouteTable>,
    pub(crate) vpcs: Vec<Arc<Vpc>>,
    pub(crate) gateways: Vec<Arc<InternetGateway>>,
}

impl Routing {
    pub(crate) async fn read(txn: &Txn, call: &Call) -> Result<Self, Failure> {
        let vpcs = current_all::<Vpc>(txn, call).await?;
        let gateways = current_all::<InternetGateway>(txn, call).await?;
        let kept = current_all::<RouteTable>(txn, call).await?;
        Ok(Self {
            tables: RouteTable::all(kept, &vpcs, &gateways),
            vpcs,
            gateways,
        })
    }

    /// The table with this id.
    pub(crate) fn table(&self, id: &str) -> Result<RouteTable, Failure> {
        let found = self.tables.iter().find(|table| table.id == id);
        found.cloned().ok_or_else(|| RouteTable::missing(id))
    }

    /// The VPC with this id.
    pub(crate) fn vpc(&self, id: &str) -> Result<&Vpc, Failure> {
        let found = self.vpcs.iter().find(|vpc| vpc.id == id);
        found.map(AsRef::as_ref).ok_or_else(|| Vpc::missing(id))
    }
}
