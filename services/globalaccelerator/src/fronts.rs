//! What the gateway serves of accelerators: an enabled one passes the requests to its listeners' ports on to an
//! application load balancer, web ACL and all.
//!
//! Of several endpoints the one with the greatest share (the group's dial times its weight) is taken: requests are not
//! spread over Regions here. Other kinds of endpoints carry no requests.

use async_trait::async_trait;
use haechi_api_globalaccelerator as api;
use haechi_core::{AccountId, Arn, Failure, Region};
use haechi_dataplane::front::{Action, FrontSettings, Listener, TargetGroup};
use haechi_dataplane::{Front, Fronts, ResourceKind};
use haechi_store::ALL;

use crate::GlobalAccelerator;
use crate::model::{self, Accelerator};
use crate::ops::endpoints::is_application_load_balancer;
use crate::store::ACCELERATORS;

/// Of a range of more ports than these, the web's usual ones are listened on.
const MAX_PORTS: i32 = 64;
const USUAL: [i32; 4] = [80, 443, 8080, 8443];

#[async_trait]
impl Fronts for GlobalAccelerator {
    async fn fronts(&self) -> Result<(Vec<Front>, Vec<TargetGroup>), Failure> {
        let store = &self.platform.store;
        let all = store.list_everywhere(&ACCELERATORS, None, ALL).await?;
        let fronts = all.iter().filter(|(_, _, it)| it.value.is_enabled());
        let fronts = fronts.filter_map(|(scope, _, it)| {
            let account = AccountId::parse(&scope.account).ok()?;
            Some(front(&account, &it.value))
        });
        Ok((fronts.collect(), Vec::new()))
    }

    /// No web ACL guards an accelerator.
    async fn protectable(&self, _resource: &Arn) -> Result<Option<(ResourceKind, AccountId)>, Failure> {
        Ok(None)
    }
}

fn front(account: &AccountId, accelerator: &Accelerator) -> Front {
    let shown = &accelerator.shown;
    let names = [&shown.dns_name, &shown.dual_stack_dns_name];
    let sets = shown.ip_sets.iter().flatten();
    let addresses = sets.flat_map(|set| set.ip_addresses.iter().flatten());
    let listeners = accelerator
        .listeners
        .values()
        .filter(|it| it.shown.protocol != Some(api::Protocol::Udp));
    let listeners = listeners.flat_map(|it| {
        let action = endpoint(it).map_or_else(no_endpoint, Action::Front);
        ports(it.shown.port_ranges.as_deref().unwrap_or_default())
            .into_iter()
            .map(move |port| Listener {
                arn: None,
                port,
                tls: matches!(port, 443 | 8443),
                certificates: Vec::new(),
                rules: Vec::new(),
                default_action: action.clone(),
            })
    });
    Front {
        resource: model::arn(account, &accelerator.id),
        kind: ResourceKind::Accelerator,
        account: account.to_string(),
        region: Region::global().to_string(),
        host_names: names.into_iter().flatten().chain(addresses).cloned().collect(),
        base_path: None,
        listeners: listeners.collect(),
        settings: FrontSettings::default(),
    }
}

/// The load balancer that requests of a listener go to.
fn endpoint(listener: &model::Listener) -> Option<String> {
    let shares = listener.groups.values().flat_map(|group| {
        let dial = f64::from(group.traffic_dial_percentage.unwrap_or(100.0));
        let endpoints = group.endpoint_descriptions.iter().flatten();
        endpoints.filter_map(move |it| {
            let id = it
                .endpoint_id
                .as_deref()
                .filter(|id| is_application_load_balancer(id))?;
            Some((dial * f64::from(it.weight.unwrap_or(0)), id))
        })
    });
    let open = shares.filter(|(share, _)| *share > 0.0);
    let greatest = open.max_by(|(one, a), (other, b)| one.total_cmp(other).then_with(|| b.cmp(a)));
    greatest.map(|(_, id)| id.to_owned())
}

fn no_endpoint() -> Action {
    Action::Fixed {
        status: 503,
        headers: vec![("content-type".to_owned(), "text/plain; charset=utf-8".to_owned())],
        body: "This accelerator has no application load balancer to pass requests on to.\n".to_owned(),
    }
}

fn ports(ranges: &[api::PortRange]) -> Vec<u16> {
    let mut ports = Vec::new();
    for range in ranges {
        let (from, to) = (range.from_port.unwrap_or(1), range.to_port.unwrap_or(0));
        if to - from < MAX_PORTS {
            ports.extend(from..=to);
        } else {
            ports.extend(USUAL.into_iter().filter(|port| (from..=to).contains(port)));
        }
    }
    ports
        .into_iter()
        .filter_map(|port| u16::try_from(port).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use haechi_wire::Stored;

    use super::*;

    fn group(dial: f32, endpoints: &[(&str, i32)]) -> Stored<api::EndpointGroup> {
        let endpoint = |(id, weight): &(&str, i32)| api::EndpointDescription {
            endpoint_id: Some((*id).into()),
            weight: Some(*weight),
            ..Default::default()
        };
        Stored(api::EndpointGroup {
            traffic_dial_percentage: Some(dial),
            endpoint_descriptions: Some(endpoints.iter().map(endpoint).collect()),
            ..Default::default()
        })
    }

    fn listener(groups: Vec<Stored<api::EndpointGroup>>) -> model::Listener {
        let numbered = groups.into_iter().enumerate();
        model::Listener {
            shown: Stored::default(),
            groups: numbered.map(|(n, group)| (n.to_string(), group)).collect(),
        }
    }

    #[test]
    fn requests_go_to_the_load_balancer_with_the_greatest_share() {
        let (one, two) = ("arn:x:loadbalancer/app/one/1", "arn:x:loadbalancer/app/two/2");
        let both = listener(vec![group(10.0, &[(one, 200)]), group(100.0, &[(two, 128)])]);
        assert_eq!(endpoint(&both).as_deref(), Some(two));
    }

    #[test]
    fn a_closed_dial_and_other_kinds_of_endpoints_take_nothing() {
        let balancer = "arn:x:loadbalancer/app/one/1";
        assert_eq!(endpoint(&listener(vec![group(0.0, &[(balancer, 128)])])), None);
        assert_eq!(
            endpoint(&listener(vec![group(100.0, &[("eipalloc-1", 128)])])),
            None
        );
    }

    #[test]
    fn of_a_wide_range_the_usual_ports_are_listened_on() {
        let range = |from, to| api::PortRange {
            from_port: Some(from),
            to_port: Some(to),
        };
        assert_eq!(ports(&[range(80, 81)]), [80, 81]);
        assert_eq!(ports(&[range(1, 65_535)]), [80, 443, 8080, 8443]);
    }
}
