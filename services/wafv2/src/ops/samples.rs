//! GetSampledRequests: a random share of the first 5,000 requests of a time window, each with its weight.
//!
//! Follows the API reference's page of the operation. The window may reach back three hours.

use std::sync::Arc;

use haechi_api_wafv2 as api;
use haechi_core::{Call, Failure, Timestamp};
use haechi_waf::model::WebAcl;
use haechi_wire::{OperationSchema, Protocol, Shape, WireRequest};

use crate::model::entity::Content;
use crate::model::web_scope::WebScope;
use crate::protections::web_acl_name;
use crate::reports::samples::Found;
use crate::{Waf, documents, error};

/// Reads the answer's own shape, in which samples rest.
static READ: OperationSchema = OperationSchema::new(
    "GetSampledRequests",
    api::GetSampledRequestsResponse::SCHEMA,
    api::GetSampledRequestsResponse::SCHEMA,
);
/// How far back requests are kept.
pub(crate) const KEPT_MS: i64 = 3 * 3_600_000;
/// Requests of a window that are sampled.
const POPULATION: u64 = 5_000;

pub(crate) async fn get_sampled_requests(
    waf: Arc<Waf>,
    call: Arc<Call>,
    input: api::GetSampledRequestsRequest,
) -> Result<api::GetSampledRequestsResponse, Failure> {
    let arn = input.web_acl_arn.unwrap_or_default();
    let scope = WebScope::of(&call, input.scope.as_ref())?;
    let name = web_acl_name(&arn)
        .filter(|name| name.region == call.region && name.scope == scope)
        .ok_or_else(|| error::bad_arn(&arn))?;
    let acl = waf.own(&call, &name).await?;
    let metric = input.rule_metric_name.unwrap_or_default();
    let Content::WebAcl { request, .. } = &acl.content else {
        return Err(error::nonexistent().into());
    };
    if !has_metric(&documents::web_acl(request)?, &metric) {
        return Err(error::nonexistent().into());
    }
    let window = input.time_window.unwrap_or_default();
    let millis = |time: Option<Timestamp>| time.map_or(call.time.as_millis(), Timestamp::as_millis);
    let (from_ms, to_ms) = (millis(window.start_time), millis(window.end_time));
    if from_ms > to_ms {
        return Err(error::invalid(
            "TIME_WINDOW",
            "TimeWindow",
            "The start time must be before the end time.",
        )
        .into());
    }
    let from_ms = from_ms.max(call.time.as_millis() - KEPT_MS);
    let found = waf
        .first_samples(&name.id, &metric, from_ms, to_ms, POPULATION)
        .await?;
    let population: u64 = found.iter().map(|sample| sample.weight).sum();
    // Where there were more requests than are sampled, the answer tells until when it goes.
    let end_ms = match found.last() {
        Some(last) if population >= POPULATION => last.at_ms,
        _ => to_ms,
    };
    let population = population.min(POPULATION);
    let most = usize::try_from(input.max_items.unwrap_or(500))
        .unwrap_or(500)
        .clamp(1, 500);
    let drawn = draw(found, most, population, &mut |bound| waf.chance(bound));
    Ok(api::GetSampledRequestsResponse {
        sampled_requests: Some(drawn.iter().filter_map(show).collect()),
        population_size: Some(population as i64),
        time_window: Some(api::TimeWindow {
            start_time: Some(Timestamp::from_millis(from_ms)),
            end_time: Some(Timestamp::from_millis(end_ms)),
        }),
    })
}

/// Whether the name is that of the web ACL's metric or of one of its rules'.
fn has_metric(acl: &WebAcl, metric: &str) -> bool {
    let manager = acl
        .pre_process_firewall_manager_rule_groups
        .iter()
        .chain(&acl.post_process_firewall_manager_rule_groups)
        .map(|group| &group.visibility_config);
    let rules = acl.rules.iter().map(|rule| &rule.visibility_config);
    let mut known = std::iter::once(&acl.visibility_config)
        .chain(rules)
        .chain(manager);
    known.any(|visibility| visibility.metric_name == metric)
}

/// Draws at most so many, each equally likely, and shares the population out among them.
fn draw(
    mut found: Vec<Found>,
    most: usize,
    population: u64,
    below: &mut dyn FnMut(usize) -> usize,
) -> Vec<Found> {
    if found.len() <= most && found.iter().map(|sample| sample.weight).sum::<u64>() == population {
        return found;
    }
    while found.len() > most {
        let victim = below(found.len());
        found.swap_remove(victim);
    }
    found.sort_by_key(|sample| sample.at_ms);
    let count = found.len() as u64;
    for (nth, sample) in found.iter_mut().enumerate() {
        sample.weight = population / count + u64::from((nth as u64) < population % count);
    }
    found
}

fn show(sample: &Found) -> Option<api::SampledHTTPRequest> {
    let wrapped = format!(r#"{{"SampledRequests":[{}]}}"#, sample.request);
    let message = WireRequest {
        method: "POST",
        path: "/",
        query: "",
        headers: &http::HeaderMap::new(),
        body: wrapped.as_bytes(),
    };
    let fields = haechi_wire::decode_as(Protocol::Json, &READ, &message).ok()?;
    let read = api::GetSampledRequestsResponse::from_fields(fields);
    let request = read.sampled_requests?.into_iter().next()?;
    Some(api::SampledHTTPRequest {
        weight: Some(sample.weight as i64),
        timestamp: Some(Timestamp::from_millis(sample.at_ms)),
        ..request
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(at_ms: i64, weight: u64) -> Found {
        Found {
            at_ms,
            weight,
            request: String::new(),
        }
    }

    #[test]
    fn few_are_all_given_with_their_weights() {
        let found = vec![sample(1, 3), sample(2, 4)];
        assert_eq!(draw(found.clone(), 5, 7, &mut |_| 0), found);
    }

    #[test]
    fn of_many_a_share_stands_for_all() {
        let found = (0..100).map(|at| sample(at, 7)).collect();
        let drawn = draw(found, 30, 700, &mut |bound| bound / 2);
        assert_eq!(
            (drawn.len(), drawn.iter().map(|sample| sample.weight).sum::<u64>()),
            (30, 700)
        );
        assert!(drawn.is_sorted_by_key(|sample| sample.at_ms));
    }
}
