//! Regions, Availability Zones, and what the account may do in them.

use std::sync::Arc;

use haechi_api_ec2 as api;
use haechi_core::{Call, Failure};

use crate::filters::Facts;
use crate::model::vpc::Vpc;
use crate::noun::Selection;
use crate::tags::Tags;
use crate::zones::{REGIONS, RegionFacts, Zone};
use crate::{Ec2, error, zones};

const ZONE_FILTERS: &[&str] = &[
    "group-name",
    "message",
    "opt-in-status",
    "parent-zone-id",
    "parent-zone-name",
    "region-name",
    "state",
    "zone-id",
    "zone-name",
    "zone-type",
];

pub(crate) async fn describe_availability_zones(
    ec2: Arc<Ec2>,
    call: Arc<Call>,
    input: api::DescribeAvailabilityZonesRequest,
) -> Result<api::DescribeAvailabilityZonesResult, Failure> {
    ec2.may_read(&call, input.dry_run).await?;
    let region = call.region.as_str();
    let zones = zones::of(&call.region);
    let mut names = input.zone_names.unwrap_or_default();
    for id in input.zone_ids.unwrap_or_default() {
        let found = zones.iter().find(|zone| zone.id == id);
        names.push(found.ok_or_else(|| no_zone(&id))?.name.clone());
    }
    let all = zones
        .iter()
        .map(|zone| {
            let mut facts = Facts::default();
            facts.add("group-name", format!("{region}-zg-1"));
            facts.add("opt-in-status", "opt-in-not-required");
            facts.add("region-name", region);
            facts.add("state", "available");
            facts.add("zone-id", &zone.id);
            facts.add("zone-name", &zone.name);
            facts.add("zone-type", "availability-zone");
            (shown(region, zone), facts, Tags::new())
        })
        .collect();
    let (found, _) = Selection::new(Some(names), input.filters, None, None)?.of(
        all,
        ZONE_FILTERS,
        |zone: &api::AvailabilityZone| zone.zone_name.as_deref().unwrap_or_default(),
        no_zone,
    )?;
    Ok(api::DescribeAvailabilityZonesResult {
        availability_zones: Some(found.into_iter().map(|(zone, _)| zone).collect()),
    })
}

fn no_zone(name: &str) -> Failure {
    let message = format!("Invalid availability zone: [{name}]");
    error::refuse("InvalidParameterValue", message)
}

fn shown(region: &str, zone: &Zone) -> api::AvailabilityZone {
    api::AvailabilityZone {
        opt_in_status: Some(api::AvailabilityZoneOptInStatus::OptInNotRequired),
        messages: Some(Vec::new()),
        region_name: Some(region.to_owned()),
        zone_name: Some(zone.name.clone()),
        zone_id: Some(zone.id.clone()),
        // What AWS calls the network border group's zone group: the Region and its generation.
        group_name: Some(format!("{region}-zg-1")),
        network_border_group: Some(region.to_owned()),
        zone_type: Some("availability-zone".to_owned()),
        state: Some(api::AvailabilityZoneState::Available),
        ..api::AvailabilityZone::default()
    }
}

pub(crate) async fn describe_regions(
    ec2: Arc<Ec2>,
    call: Arc<Call>,
    input: api::DescribeRegionsRequest,
) -> Result<api::DescribeRegionsResult, Failure> {
    ec2.may_read(&call, input.dry_run).await?;
    let every = input.all_regions == Some(true);
    let named = input.region_names.is_some();
    let all = REGIONS
        .iter()
        .filter(|region| every || named || !region.opt_in)
        .map(|region| {
            let answer = region_shown(region);
            let mut facts = Facts::default();
            facts.add_some("endpoint", answer.endpoint.as_deref());
            facts.add_some("opt-in-status", answer.opt_in_status.as_deref());
            facts.add("region-name", region.name);
            (answer, facts, Tags::new())
        })
        .collect();
    let known = ["endpoint", "opt-in-status", "region-name"];
    let (found, _) = Selection::new(input.region_names, input.filters, None, None)?.of(
        all,
        &known,
        |region: &api::Region| region.region_name.as_deref().unwrap_or_default(),
        |name| {
            error::refuse(
                "InvalidParameterValue",
                format!("Invalid region provided: [{name}]"),
            )
        },
    )?;
    Ok(api::DescribeRegionsResult {
        regions: Some(found.into_iter().map(|(region, _)| region).collect()),
    })
}

fn region_shown(region: &RegionFacts) -> api::Region {
    let status = if region.opt_in {
        "not-opted-in"
    } else {
        "opt-in-not-required"
    };
    api::Region {
        opt_in_status: Some(status.to_owned()),
        region_name: Some(region.name.to_owned()),
        endpoint: Some(format!("ec2.{}.amazonaws.com", region.name)),
        ..api::Region::default()
    }
}

pub(crate) async fn describe_account_attributes(
    ec2: Arc<Ec2>,
    call: Arc<Call>,
    input: api::DescribeAccountAttributesRequest,
) -> Result<api::DescribeAccountAttributesResult, Failure> {
    ec2.may_read(&call, input.dry_run).await?;
    let vpcs = ec2.all::<Vpc>(&call.account, &call.region).await?;
    let default_vpc = vpcs.iter().find(|vpc| vpc.is_default);
    let default_vpc = default_vpc.map_or_else(|| "none".to_owned(), |vpc| vpc.id.clone());
    let wanted: Option<Vec<String>> = input
        .attribute_names
        .map(|names| names.iter().map(|name| name.as_str().to_owned()).collect());
    let all = [
        ("supported-platforms", "VPC".to_owned()),
        ("default-vpc", default_vpc),
        ("max-instances", "20".to_owned()),
        ("vpc-max-security-groups-per-interface", "5".to_owned()),
        ("max-elastic-ips", "5".to_owned()),
        ("vpc-max-elastic-ips", "5".to_owned()),
    ];
    let shown = all
        .into_iter()
        .filter(|(name, _)| {
            wanted
                .as_ref()
                .is_none_or(|wanted| wanted.iter().any(|one| one == name))
        })
        .map(|(name, value)| api::AccountAttribute {
            attribute_name: Some(name.to_owned()),
            attribute_values: Some(vec![api::AccountAttributeValue {
                attribute_value: Some(value),
            }]),
        });
    Ok(api::DescribeAccountAttributesResult {
        account_attributes: Some(shown.collect()),
    })
}
