//! Samples: `SampledHTTPRequest` of the API, without `Timestamp` and `Weight`, which only the server knows.

use super::details::response_code_sent;
use super::mask::Masks;
use super::{Facts, Recorder, Sampler};
use crate::request::HttpRequest;
use crate::verdict::{NonTerminating, RuleGroupOutcome, TokenResponse, Verdict};
use serde::Serialize;
use std::borrow::Cow;
use std::net::IpAddr;

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct SampledRequest<'a> {
    request: Request<'a>,
    action: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_name_within_rule_group: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    request_headers_inserted: Vec<Pair<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_code_sent: Option<u16>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    labels: Vec<Label<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    captcha_response: Option<Token>,
    #[serde(skip_serializing_if = "Option::is_none")]
    challenge_response: Option<Token>,
    #[serde(skip_serializing_if = "Option::is_none")]
    overridden_action: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Request<'a> {
    #[serde(rename = "ClientIP")]
    client_ip: IpAddr,
    country: &'a str,
    #[serde(rename = "URI")]
    uri: Cow<'a, str>,
    method: Cow<'a, str>,
    #[serde(rename = "HTTPVersion")]
    http_version: &'a str,
    headers: Vec<Pair<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Pair<'a> {
    name: Cow<'a, str>,
    value: Cow<'a, str>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Label<'a> {
    name: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Token {
    response_code: u16,
    solve_timestamp: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure_reason: Option<&'static str>,
}

impl From<TokenResponse> for Token {
    fn from(response: TokenResponse) -> Self {
        let (response_code, solve_timestamp, failure_reason) = match response {
            TokenResponse::Passed { solve_timestamp } => (0, solve_timestamp, None),
            TokenResponse::Asked {
                response_code,
                failure_reason,
            } => (response_code, 0, Some(failure_reason.as_str())),
        };
        Self {
            response_code,
            solve_timestamp,
            failure_reason,
        }
    }
}

/// What a sample says of the rule that it is a sample of.
struct View<'a> {
    action: &'a str,
    rule_in_group: Option<(&'a str, &'a str)>,
    overridden_action: Option<&'static str>,
}

/// Offers the request once for each rule of the web ACL that matched and wants samples. Rules in rule groups are
/// sampled under the metric of the web ACL's rule that refers to the group, as `RuleNameWithinRuleGroup` implies.
pub(super) fn offer(
    recorder: &Recorder,
    request: &HttpRequest<'_>,
    verdict: &Verdict<'_>,
    facts: &Facts<'_>,
    sampler: &mut Sampler,
) {
    let masks = &recorder.sample_masks;
    let mut keep = |metric: &str, view: View<'_>| {
        sampler.offer(metric, facts.timestamp, || {
            json(request, verdict, facts, masks, view)
        });
    };
    for rule in verdict.non_terminating.iter().filter(|rule| rule.sampled) {
        // Of a group whose override action is Count, the group's own entry says more.
        if !verdict
            .rule_groups
            .iter()
            .any(|group| group.rule_id == rule.rule_id)
        {
            keep(
                rule.metric,
                View {
                    action: rule.action,
                    rule_in_group: None,
                    overridden_action: None,
                },
            );
        }
    }
    for group in &verdict.rule_groups {
        let Some(metric) = recorder.metrics.sampled_group(group.rule_id) else {
            continue;
        };
        for rule in matched_without_deciding(group, verdict) {
            let view = View {
                action: if is_deciding(group, rule) {
                    "COUNT"
                } else {
                    rule.action
                },
                rule_in_group: Some((group.rule_group_id, rule.rule_id)),
                overridden_action: rule.overridden_action,
            };
            keep(metric, view);
        }
    }
    let rule = &verdict.terminating_rule;
    if !rule.sampled.unwrap_or(recorder.samples) {
        return;
    }
    let group = verdict
        .rule_groups
        .iter()
        .find(|group| group.rule_id == rule.rule_id);
    let view = View {
        action: verdict.action.as_str(),
        rule_in_group: group
            .zip(rule.rule_in_group)
            .map(|(group, rule)| (group.rule_group_id, rule)),
        overridden_action: group
            .and_then(|group| group.terminating_rule.as_ref())
            .and_then(|rule| rule.overridden_action),
    };
    keep(rule.metric.unwrap_or(recorder.metrics.web_acl()), view);
}

fn is_deciding(group: &RuleGroupOutcome<'_>, rule: &NonTerminating<'_>) -> bool {
    group
        .terminating_rule
        .as_ref()
        .is_some_and(|deciding| std::ptr::eq(deciding, rule))
}

/// The group's rules that matched, but for the one that decided about the request.
fn matched_without_deciding<'a, 'p>(
    group: &'a RuleGroupOutcome<'p>,
    verdict: &'a Verdict<'p>,
) -> impl Iterator<Item = &'a NonTerminating<'p>> {
    let decided = verdict.terminating_rule.rule_id == group.rule_id;
    let counted = group.terminating_rule.iter().filter(move |_| !decided);
    group.non_terminating.iter().chain(counted)
}

/// `AWS#AWSManagedRulesCommonRuleSet#NoUserAgent_HEADER`, or `my-group#my-rule` for a group with an ARN.
fn name_within_group(group: &str, rule: &str) -> String {
    if group.starts_with("arn:") {
        let name = group.rsplit('/').nth(1).unwrap_or_default();
        return format!("{name}#{rule}");
    }
    let mut parts = group.splitn(3, '#');
    let (vendor, name) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    format!("{vendor}#{name}#{rule}")
}

fn json(
    request: &HttpRequest<'_>,
    verdict: &Verdict<'_>,
    facts: &Facts<'_>,
    masks: &Masks,
    view: View<'_>,
) -> String {
    let pair = |name: &'_ [u8], value: Cow<'_, str>| Pair {
        name: Cow::Owned(String::from_utf8_lossy(name).into_owned()),
        value: Cow::Owned(value.into_owned()),
    };
    let sample = SampledRequest {
        request: Request {
            client_ip: request.client_ip,
            country: facts.country.unwrap_or("-"),
            uri: String::from_utf8_lossy(request.path),
            method: String::from_utf8_lossy(request.method),
            http_version: request.http_version,
            headers: request
                .headers
                .iter()
                .map(|&(name, value)| pair(name, masks.header_value(name, value)))
                .collect(),
        },
        action: view.action,
        rule_name_within_rule_group: view
            .rule_in_group
            .map(|(group, rule)| name_within_group(group, rule)),
        request_headers_inserted: verdict
            .inserted_headers
            .iter()
            .map(|&(name, value)| Pair {
                name: name.into(),
                value: value.into(),
            })
            .collect(),
        response_code_sent: response_code_sent(verdict),
        labels: verdict
            .labels
            .iter()
            .take(100)
            .map(|label| Label { name: label })
            .collect(),
        captcha_response: verdict.captcha.map(Token::from),
        challenge_response: verdict.challenge.map(Token::from),
        overridden_action: view.overridden_action,
    };
    serde_json::to_string(&sample).unwrap_or_default()
}
