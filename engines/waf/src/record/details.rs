//! Parts that log records and samples share, with AWS's member names in both casings.

use super::mask::{Mask, Masks};
use crate::verdict::{ActionTaken, CustomValue, MatchDetail, NonTerminating, TokenResponse, Verdict};
use serde::Serialize;
use std::borrow::Cow;

/// Name and value, such as a header.
#[derive(Serialize)]
pub(super) struct Pair<'a> {
    pub(super) name: Cow<'a, str>,
    pub(super) value: Cow<'a, str>,
}

/// `captchaResponse` and `challengeResponse` of a log record.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Token {
    response_code: u16,
    solve_timestamp: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure_reason: Option<&'static str>,
}

impl From<TokenResponse> for Token {
    fn from(response: TokenResponse) -> Self {
        match response {
            TokenResponse::Passed { solve_timestamp } => Self {
                response_code: 0,
                solve_timestamp,
                failure_reason: None,
            },
            TokenResponse::Asked {
                response_code,
                failure_reason,
            } => Self {
                response_code,
                solve_timestamp: 0,
                failure_reason: Some(failure_reason.as_str()),
            },
        }
    }
}

/// One element of `terminatingRuleMatchDetails` and `ruleMatchDetails`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Detail<'a> {
    condition_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    sensitivity_level: Option<&'static str>,
    location: &'static str,
    matched_data: Vec<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    matched_field_name: Option<&'a str>,
}

/// The guide's examples: "AWS WAF currently reports the location for JSON body inspection as UNKNOWN".
const JSON_BODY: &str = "JSON_BODY";

impl<'a> Detail<'a> {
    pub(super) fn list(details: &'a [MatchDetail], masks: &Masks) -> Vec<Self> {
        details.iter().map(|detail| Self::new(detail, masks)).collect()
    }

    fn new(detail: &'a MatchDetail, masks: &Masks) -> Self {
        let mask = mask_of_location(detail, masks).filter(|mask| mask.in_details);
        Self {
            condition_type: detail.condition_type.as_str(),
            sensitivity_level: detail.sensitivity_level,
            location: if detail.location == JSON_BODY {
                "UNKNOWN"
            } else {
                detail.location
            },
            matched_data: detail
                .matched_data
                .iter()
                .map(|data| masked(data, mask))
                .collect(),
            matched_field_name: detail.matched_field_name.as_deref(),
        }
    }
}

fn masked(value: &str, mask: Option<Mask>) -> Cow<'_, str> {
    mask.map_or(Cow::Borrowed(value), |mask| mask.apply(value.as_bytes()))
}

fn mask_of_location(detail: &MatchDetail, masks: &Masks) -> Option<Mask> {
    let name = detail.matched_field_name.as_ref().map(String::as_bytes);
    match detail.location {
        "HEADER" => name.map_or_else(|| masks.any_header(), |name| masks.header(name)),
        "COOKIE" => name.map_or_else(
            || masks.any_cookie().or(masks.header(b"cookie")),
            |name| masks.cookie(name).or(masks.header(b"cookie")),
        ),
        "SINGLE_QUERY_ARG" | "ALL_QUERY_ARGS" => name.map_or_else(
            || masks.any_argument(),
            |name| masks.query.or(masks.argument(name)),
        ),
        "QUERY_STRING" => masks.any_argument(),
        "URI" => masks.uri,
        "METHOD" => masks.method,
        "BODY" | JSON_BODY => masks.body,
        _ => None,
    }
}

/// An element of `customValues` as it may be written down.
pub(super) fn custom_value<'a>(custom: &'a CustomValue<'_>, masks: &Masks) -> Cow<'a, str> {
    let name = custom.name.unwrap_or_default().as_bytes();
    let mask = match custom.key {
        "HEADER" => masks.header(name),
        "COOKIE" => masks.cookie(name).or(masks.header(b"cookie")),
        "QUERY_ARGUMENT" => masks.query.or(masks.argument(name)),
        "QUERY_STRING" => masks.any_argument(),
        "URI_PATH" => masks.uri,
        "HTTP_METHOD" => masks.method,
        _ => None,
    };
    masked(&custom.value, mask.filter(|mask| mask.in_rates))
}

/// The status that the web ACL itself answers with, where it is not the plain 403.
pub(super) fn response_code_sent(verdict: &Verdict<'_>) -> Option<u16> {
    let asked = |token: Option<TokenResponse>| match token? {
        TokenResponse::Asked { response_code, .. } => Some(response_code),
        TokenResponse::Passed { .. } => None,
    };
    match verdict.action {
        ActionTaken::Allow => None,
        ActionTaken::Block => verdict.response.map(|response| response.status()),
        ActionTaken::Captcha => asked(verdict.captcha),
        ActionTaken::Challenge => asked(verdict.challenge),
        ActionTaken::Monetize => Some(402),
    }
}

/// What the token said, for a rule that matched without deciding because the token was good.
pub(super) fn tokens_of(rule: &NonTerminating<'_>, verdict: &Verdict<'_>) -> (Option<Token>, Option<Token>) {
    match rule.action {
        "CAPTCHA" => (verdict.captcha.map(Token::from), None),
        "CHALLENGE" => (None, verdict.challenge.map(Token::from)),
        _ => (None, None),
    }
}
