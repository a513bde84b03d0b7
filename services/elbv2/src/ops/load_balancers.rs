//! CreateLoadBalancer, DescribeLoadBalancers, DeleteLoadBalancer.
//!
//! Source: API reference. Creating is idempotent: the same name with the same settings gives the load balancer that is
//! there, with others `DuplicateLoadBalancerName`. It is told to be provisioning once, and is active from then on: the
//! gateway serves it as soon as it hears of it. Deleting takes listeners and rules along and leaves target groups; one
//! that is not there is no error.

use std::collections::BTreeMap;
use std::sync::Arc;

use haechi_api_elbv2 as api;
use haechi_api_elbv2::error::ErrorCode;
use haechi_core::{Call, Failure};
use haechi_policy::Context;
use haechi_store::{ALL, Txn};

use crate::find::{current, current_all, key_of, save};
use crate::model::load_balancer::{Kind, LoadBalancer};
use crate::ops::limits::MOST_LOAD_BALANCERS;
use crate::paging::PageRequest;
use crate::placement::{Placement, Wanted, mappings};
use crate::store::{LISTENERS, LOAD_BALANCERS, RULES};
use crate::tags::{self, Tags};
use crate::{LoadBalancing, answer, error, hosted_zones, names};

/// A new load balancer as a request wants it.
struct Request {
    name: String,
    place: Wanted,
    security_groups: Vec<String>,
    tags: Tags,
    ipam_pool: Option<String>,
    customer_owned_pool: Option<String>,
    ipv6_source_nat: Option<String>,
}

impl Request {
    fn read(input: api::CreateLoadBalancerInput) -> Result<Self, Failure> {
        let name = input.name.unwrap_or_default();
        let kind = input
            .r#type
            .as_ref()
            .map_or("application", api::LoadBalancerTypeEnum::as_str);
        let kind =
            Kind::of_name(kind).ok_or_else(|| error::validation("The load balancer type is not valid"))?;
        names::check("Load balancer", &name)?;
        if name.starts_with("internal-") {
            let message = format!("Load balancer name '{name}' cannot begin with 'internal-'");
            return Err(error::validation(message));
        }
        if kind == Kind::Gateway && input.scheme.is_some() {
            let message = "Scheme is not supported for load balancers with type 'gateway'";
            return Err(error::configuration(message));
        }
        let ip_address_type = input
            .ip_address_type
            .map_or_else(|| "ipv4".to_owned(), |given| given.as_str().to_owned());
        Ok(Self {
            name,
            place: Wanted {
                kind,
                internal: input.scheme == Some(api::LoadBalancerSchemeEnum::Internal)
                    || kind == Kind::Gateway,
                ip_address_type,
                mappings: mappings(input.subnets, input.subnet_mappings)?,
            },
            security_groups: input.security_groups.unwrap_or_default(),
            tags: tags::from_request(input.tags)?,
            ipam_pool: input.ipam_pools.and_then(|pools| pools.ipv4_ipam_pool_id),
            customer_owned_pool: input.customer_owned_ipv4_pool,
            ipv6_source_nat: input
                .enable_prefix_for_ipv6_source_nat
                .map(|given| given.as_str().to_owned()),
        })
    }

    fn context(&self) -> Context {
        let mut context = Context::new();
        let scheme = if self.place.internal {
            "internal"
        } else {
            "internet-facing"
        };
        context.set("elasticloadbalancing:scheme", scheme);
        let subnets = self.place.mappings.iter();
        let subnets: Vec<String> = subnets.filter_map(|mapping| mapping.subnet_id.clone()).collect();
        if !subnets.is_empty() {
            context.set("elasticloadbalancing:subnet", subnets);
        }
        if !self.security_groups.is_empty() {
            context.set("elasticloadbalancing:securitygroup", self.security_groups.clone());
        }
        context
    }

    fn load_balancer(&self, call: &Call, id: &str, number: &str, found: Placement) -> LoadBalancer {
        let kind = self.place.kind;
        let prefix = if self.place.internal { "internal-" } else { "" };
        let (region, suffix) = (&call.region, call.partition().dns_suffix());
        let (name, path) = (&self.name, kind.path());
        // Network load balancers' names have their id in them, and the Region behind `elb`.
        let dns_name = match kind {
            Kind::Application => format!("{prefix}{name}-{number}.{region}.elb.{suffix}"),
            Kind::Network | Kind::Gateway => format!("{name}-{id}.elb.{region}.{suffix}"),
        };
        LoadBalancer {
            arn: names::arn(
                &call.account,
                &call.region,
                &format!("loadbalancer/{path}/{name}/{id}"),
            ),
            name: name.clone(),
            kind,
            internal: self.place.internal,
            dns_name,
            hosted_zone: hosted_zones::of(&call.region, kind).map(str::to_owned),
            vpc: found.vpc,
            zones: found.zones,
            security_groups: Vec::new(),
            ip_address_type: self.place.ip_address_type.clone(),
            created_ms: call.time.as_millis(),
            attributes: BTreeMap::new(),
            tags: self.tags.clone(),
            ipam_pool: self.ipam_pool.clone(),
            customer_owned_pool: self.customer_owned_pool.clone(),
            private_link_rules: None,
            ipv6_source_nat: self.ipv6_source_nat.clone(),
            capacity: None,
        }
    }
}

/// Whether one is what the other was made as.
fn same_settings(one: &LoadBalancer, other: &LoadBalancer) -> bool {
    let sorted = |groups: &[String]| {
        let mut groups = groups.to_vec();
        groups.sort();
        groups
    };
    one.kind == other.kind
        && one.internal == other.internal
        && one.vpc == other.vpc
        && one.zones == other.zones
        && one.ip_address_type == other.ip_address_type
        && one.tags == other.tags
        && sorted(&one.security_groups) == sorted(&other.security_groups)
}

pub(crate) async fn create_load_balancer(
    elbv2: Arc<LoadBalancing>,
    call: Arc<Call>,
    input: api::CreateLoadBalancerInput,
) -> Result<api::CreateLoadBalancerOutput, Failure> {
    let request = Request::read(input)?;
    let path = format!("loadbalancer/{}/{}/*", request.place.kind.path(), request.name);
    let arn = names::arn(&call.account, &call.region, &path);
    elbv2
        .may_make(&call, &arn, &arn, &request.tags, request.context())
        .await?;
    let random = &*elbv2.platform.random;
    let (id, number) = (random.hex(16), random.text(10, b"123456789"));
    let (id, number, request, call, elbv2) = (&id, &number, &request, &call, &elbv2);
    elbv2
        .platform
        .write(call, |txn| async move {
            let place = elbv2.place(&txn, call, &request.place).await?;
            let mut new = request.load_balancer(call, id, number, place);
            new.security_groups = elbv2
                .groups(&txn, call, new.kind, &new.vpc, &request.security_groups)
                .await?;
            let shown = admit(&txn, call, new).await?;
            Ok(api::CreateLoadBalancerOutput {
                load_balancers: Some(vec![shown]),
            })
        })
        .await
}

/// Puts a new load balancer, unless its name is taken.
async fn admit(txn: &Txn, call: &Call, new: LoadBalancer) -> Result<api::LoadBalancer, Failure> {
    let others = current_all::<LoadBalancer>(txn, call).await?;
    if let Some(present) = others.iter().find(|other| other.name == new.name) {
        if same_settings(present, &new) {
            return Ok(answer::load_balancer(present));
        }
        let message = format!(
            "A load balancer with the same name '{}' exists, but with different settings",
            new.name
        );
        return Err(error::refuse(
            ErrorCode::DuplicateLoadBalancerNameException,
            message,
        ));
    }
    if others.iter().filter(|other| other.kind == new.kind).count() >= MOST_LOAD_BALANCERS {
        let message = "The maximum number of load balancers has been reached";
        return Err(error::refuse(ErrorCode::TooManyLoadBalancersException, message));
    }
    save(txn, call, &new).await?;
    let mut shown = answer::load_balancer(&new);
    shown.state = Some(api::LoadBalancerState {
        code: Some(api::LoadBalancerStateEnum::Provisioning),
        reason: None,
    });
    Ok(shown)
}

pub(crate) async fn describe_load_balancers(
    elbv2: Arc<LoadBalancing>,
    call: Arc<Call>,
    input: api::DescribeLoadBalancersInput,
) -> Result<api::DescribeLoadBalancersOutput, Failure> {
    elbv2.may_read(&call).await?;
    let (arns, wanted) = (input.load_balancer_arns, input.names);
    if arns.is_some() && wanted.is_some() {
        let message = "Load balancer names and load balancer ARNs cannot be specified at the same time";
        return Err(error::validation(message));
    }
    let page = PageRequest::parse(input.marker.as_deref(), input.page_size)?;
    let mut all = elbv2.all::<LoadBalancer>(&call).await?;
    if let Some(arns) = &arns {
        for arn in arns {
            key_of::<LoadBalancer>(arn)?;
        }
        if !arns.iter().all(|arn| all.iter().any(|known| known.arn == *arn)) {
            let message = "One or more load balancers not found";
            return Err(error::refuse(ErrorCode::LoadBalancerNotFoundException, message));
        }
        all.retain(|known| arns.contains(&known.arn));
    }
    if let Some(wanted) = &wanted {
        let missing = wanted
            .iter()
            .filter(|name| !all.iter().any(|known| known.name == **name));
        let missing: Vec<&str> = missing.map(String::as_str).collect();
        if !missing.is_empty() {
            let message = format!("Load balancers '[{}]' not found", missing.join(", "));
            return Err(error::refuse(ErrorCode::LoadBalancerNotFoundException, message));
        }
        all.retain(|known| wanted.contains(&known.name));
    }
    let (all, next_marker) = page.of(all, |load_balancer| load_balancer.name.clone());
    Ok(api::DescribeLoadBalancersOutput {
        load_balancers: Some(all.iter().map(|one| answer::load_balancer(one)).collect()),
        next_marker,
    })
}

pub(crate) async fn delete_load_balancer(
    elbv2: Arc<LoadBalancing>,
    call: Arc<Call>,
    input: api::DeleteLoadBalancerInput,
) -> Result<api::DeleteLoadBalancerOutput, Failure> {
    let arn = &input.load_balancer_arn.unwrap_or_default();
    let found = elbv2.find::<LoadBalancer>(&call, arn).await?;
    let none = Tags::new();
    elbv2
        .may_change(&call, arn, found.as_ref().map_or(&none, |found| &found.tags))
        .await?;
    if found.is_none() {
        return Ok(api::DeleteLoadBalancerOutput::default());
    }
    let call = &call;
    elbv2
        .platform
        .write(call, |txn| async move {
            let gone = current::<LoadBalancer>(&txn, call, arn).await?;
            if gone.all_attributes().flag("deletion_protection.enabled") {
                return Err(error::not_permitted(format!(
                    "Load balancer '{arn}' cannot be deleted because deletion protection is enabled"
                )));
            }
            let place = call.scope();
            let name = gone.name.as_str();
            for (key, _) in txn.list_under(&LISTENERS, &place, name, None, ALL).await? {
                txn.delete(&LISTENERS, &place, &key).await?;
            }
            for (key, _) in txn.list_under(&RULES, &place, name, None, ALL).await? {
                txn.delete(&RULES, &place, &key).await?;
            }
            txn.delete(&LOAD_BALANCERS, &place, name).await?;
            haechi_dataplane::associations::disassociate(&txn, &call.region, arn).await?;
            haechi_dataplane::touch(&txn).await?;
            Ok(api::DeleteLoadBalancerOutput::default())
        })
        .await
}
