//! The log record (developer guide, pages "Log fields for protection pack (web ACL) traffic" and "Log examples"):
//! member names and their order are those of AWS's examples.

use super::Facts;
use super::details::{Detail, Pair, Token, custom_value, response_code_sent, tokens_of};
use super::mask::Masks;
use crate::request::HttpRequest;
use crate::verdict::{NonTerminating, RateBasedOutcome, RuleGroupOutcome, Verdict};
use serde::Serialize;
use std::borrow::Cow;
use std::net::IpAddr;

/// AWS logs the first 100 labels.
const MAX_LABELS: usize = 100;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Record<'a> {
    timestamp: u64,
    format_version: u8,
    webacl_id: &'a str,
    terminating_rule_id: &'a str,
    terminating_rule_type: &'static str,
    action: &'static str,
    terminating_rule_match_details: Vec<Detail<'a>>,
    http_source_name: &'static str,
    http_source_id: &'a str,
    rule_group_list: Vec<Group<'a>>,
    rate_based_rule_list: Vec<RateBased<'a>>,
    non_terminating_matching_rules: Vec<Matching<'a>>,
    request_headers_inserted: Option<Vec<Pair<'a>>>,
    response_code_sent: Option<u16>,
    http_request: Request<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    labels: Vec<Label<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    captcha_response: Option<Token>,
    #[serde(skip_serializing_if = "Option::is_none")]
    challenge_response: Option<Token>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    oversize_fields: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ja3_fingerprint: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ja4_fingerprint: Option<&'a str>,
    request_body_size: u64,
    #[serde(rename = "requestBodySizeInspectedByWAF")]
    request_body_size_inspected: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_asn: Option<u32>,
}

#[derive(Serialize)]
struct Label<'a> {
    name: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Request<'a> {
    client_ip: IpAddr,
    country: &'a str,
    headers: Vec<Pair<'a>>,
    uri: Cow<'a, str>,
    args: Cow<'a, str>,
    http_version: &'a str,
    http_method: Cow<'a, str>,
    request_id: &'a str,
    fragment: Cow<'a, str>,
    scheme: &'a str,
    host: Cow<'a, str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Matching<'a> {
    rule_id: &'a str,
    action: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    overridden_action: Option<&'static str>,
    rule_match_details: Option<Vec<Detail<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    captcha_response: Option<Token>,
    #[serde(skip_serializing_if = "Option::is_none")]
    challenge_response: Option<Token>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Group<'a> {
    rule_group_id: &'a str,
    terminating_rule: Option<Matching<'a>>,
    non_terminating_matching_rules: Vec<Matching<'a>>,
    excluded_rules: Option<Vec<Excluded<'a>>>,
    customer_config: Option<()>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Excluded<'a> {
    exclusion_type: &'static str,
    rule_id: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RateBased<'a> {
    rate_based_rule_id: &'a str,
    rate_based_rule_name: &'a str,
    limit_key: &'static str,
    max_rate_allowed: u64,
    /// A string in AWS's examples.
    evaluation_window_sec: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit_value: Option<IpAddr>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    custom_values: Vec<Custom<'a>>,
}

#[derive(Serialize)]
struct Custom<'a> {
    key: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    value: Cow<'a, str>,
}

/// The record on one line. `None` only if JSON could not be written, which no input brings about.
pub(super) fn line(
    web_acl: &str,
    request: &HttpRequest<'_>,
    verdict: &Verdict<'_>,
    facts: &Facts<'_>,
    masks: &Masks,
) -> Option<String> {
    let rule = &verdict.terminating_rule;
    let inserted = &verdict.inserted_headers;
    let record = Record {
        timestamp: facts.timestamp,
        format_version: 1,
        webacl_id: web_acl,
        terminating_rule_id: rule.rule_id,
        terminating_rule_type: rule.rule_type.as_str(),
        action: verdict.action.as_str(),
        terminating_rule_match_details: Detail::list(&rule.match_details, masks),
        http_source_name: facts.source.name,
        http_source_id: &facts.source.id,
        rule_group_list: verdict
            .rule_groups
            .iter()
            .map(|group| Group::new(group, verdict, masks))
            .collect(),
        rate_based_rule_list: verdict
            .rate_based
            .iter()
            .map(|rate| RateBased::new(rate, masks))
            .collect(),
        non_terminating_matching_rules: matching(&verdict.non_terminating, verdict, masks),
        request_headers_inserted: (!inserted.is_empty()).then(|| {
            inserted
                .iter()
                .map(|(name, value)| Pair {
                    name: (*name).into(),
                    value: (*value).into(),
                })
                .collect()
        }),
        response_code_sent: response_code_sent(verdict),
        http_request: Request::new(request, facts, masks),
        labels: verdict
            .labels
            .iter()
            .take(MAX_LABELS)
            .map(|label| Label { name: label })
            .collect(),
        captcha_response: verdict.captcha.map(Token::from),
        challenge_response: verdict.challenge.map(Token::from),
        oversize_fields: verdict
            .oversize_fields
            .iter()
            .map(|field| field.as_str())
            .collect(),
        ja3_fingerprint: request.ja3,
        ja4_fingerprint: request.ja4,
        request_body_size: request.body_length,
        request_body_size_inspected: request.inspected_body(facts.limits).len() as u64,
        client_asn: verdict.client_asn,
    };
    serde_json::to_string(&record).ok()
}

fn matching<'a>(rules: &'a [NonTerminating<'_>], verdict: &Verdict<'_>, masks: &Masks) -> Vec<Matching<'a>> {
    let one = |rule: &'a NonTerminating<'_>| {
        let (captcha_response, challenge_response) = tokens_of(rule, verdict);
        Matching {
            rule_id: rule.rule_id,
            action: rule.action,
            overridden_action: rule.overridden_action,
            rule_match_details: Some(Detail::list(&rule.match_details, masks)),
            captcha_response,
            challenge_response,
        }
    };
    rules.iter().map(one).collect()
}

impl<'a> Group<'a> {
    fn new(group: &'a RuleGroupOutcome<'_>, verdict: &Verdict<'_>, masks: &Masks) -> Self {
        // In AWS's examples the details of the rule that decided stand only in `terminatingRuleMatchDetails`.
        let terminating_rule = group.terminating_rule.as_ref().map(|rule| Matching {
            rule_id: rule.rule_id,
            action: rule.action,
            overridden_action: rule.overridden_action,
            rule_match_details: None,
            captcha_response: None,
            challenge_response: None,
        });
        let excluded = group.excluded_rules.iter().map(|rule| Excluded {
            exclusion_type: "EXCLUDED_AS_COUNT",
            rule_id: rule,
        });
        Self {
            rule_group_id: group.rule_group_id,
            terminating_rule,
            non_terminating_matching_rules: matching(&group.non_terminating, verdict, masks),
            excluded_rules: (!group.excluded_rules.is_empty()).then(|| excluded.collect()),
            customer_config: None,
        }
    }
}

impl<'a> RateBased<'a> {
    fn new(rate: &'a RateBasedOutcome<'_>, masks: &Masks) -> Self {
        let custom = |value: &'a crate::verdict::CustomValue<'_>| Custom {
            key: value.key,
            name: value.name,
            value: custom_value(value, masks),
        };
        Self {
            rate_based_rule_id: rate.rule_id,
            rate_based_rule_name: rate.rule_in_group.unwrap_or(rate.rule_id),
            limit_key: rate.limit_key,
            max_rate_allowed: rate.max_rate_allowed,
            evaluation_window_sec: rate.evaluation_window_sec.to_string(),
            limit_value: rate.limit_value,
            custom_values: rate.custom_values.iter().map(custom).collect(),
        }
    }
}

impl<'a> Request<'a> {
    fn new(request: &HttpRequest<'a>, facts: &Facts<'a>, masks: &Masks) -> Self {
        let masked = |mask: Option<super::mask::Mask>, value: &'a [u8]| {
            mask.map_or_else(|| String::from_utf8_lossy(value), |mask| mask.apply(value))
        };
        let host = request.header_values(b"host").next().unwrap_or_default();
        Self {
            client_ip: request.client_ip,
            country: facts.country.unwrap_or("-"),
            headers: headers(request, masks),
            uri: masked(masks.uri, request.path),
            args: request
                .query
                .map_or(Cow::Borrowed(""), |query| masks.query_string(query)),
            http_version: request.http_version,
            http_method: masked(masks.method, request.method),
            request_id: facts.request_id,
            fragment: String::from_utf8_lossy(request.fragment.unwrap_or_default()),
            scheme: facts.scheme,
            host: masked(masks.header(b"host"), host),
        }
    }
}

fn headers<'a>(request: &HttpRequest<'a>, masks: &Masks) -> Vec<Pair<'a>> {
    let pair = |&(name, value): &crate::request::Header<'a>| Pair {
        name: String::from_utf8_lossy(name),
        value: masks.header_value(name, value),
    };
    request.headers.iter().map(pair).collect()
}
