//! AWS WAF's log records (developer guide, "Log fields for protection pack (web ACL) traffic"). They have no bodies.

use std::borrow::Cow;
use std::net::IpAddr;

use serde::Deserialize;
use serde::de::Error as _;

use super::record::{Logged, Record, Target, action};
use super::text::{Headers, Text};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line<'a> {
    timestamp: u64,
    #[serde(borrow)]
    action: Text<'a>,
    #[serde(borrow)]
    terminating_rule_id: Text<'a>,
    #[serde(borrow, default)]
    rule_group_list: Option<Vec<Group<'a>>>,
    #[serde(borrow)]
    http_request: Request<'a>,
    #[serde(borrow, default)]
    ja3_fingerprint: Option<Text<'a>>,
    #[serde(borrow, default)]
    ja4_fingerprint: Option<Text<'a>>,
    #[serde(default)]
    request_body_size: Option<u64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Group<'a> {
    #[serde(borrow, default)]
    terminating_rule: Option<GroupRule<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GroupRule<'a> {
    #[serde(borrow)]
    rule_id: Text<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request<'a> {
    client_ip: IpAddr,
    #[serde(borrow, default)]
    headers: Option<Headers<'a>>,
    #[serde(borrow)]
    uri: Text<'a>,
    #[serde(borrow, default)]
    args: Option<Text<'a>>,
    #[serde(borrow, default)]
    fragment: Option<Text<'a>>,
    #[serde(borrow)]
    http_method: Text<'a>,
    #[serde(borrow, default)]
    http_version: Option<Text<'a>>,
}

pub(super) fn parse(json: &[u8]) -> Result<Record<'_>, serde_json::Error> {
    let line: Line<'_> = serde_json::from_slice(json)?;
    let taken = action(&line.action.0)
        .ok_or_else(|| serde_json::Error::custom(format!("{:?} is no action", line.action.0)))?;
    let request = line.http_request;
    // The path is logged as it came, so a `?` or `#` in it would be the path's own.
    let target = Target {
        host: None,
        path: request.uri.0,
        query: not_empty(request.args),
        fragment: not_empty(request.fragment),
    };
    let mut record = Record::new(request.http_method.0, target);
    record.set_headers(request.headers.unwrap_or_default().0);
    if let Some(Text(version)) = request.http_version {
        record.http_version = version;
    }
    record.body_length = line.request_body_size.unwrap_or_else(|| content_length(&record));
    record.client_ip = Some(request.client_ip);
    record.timestamp = Some(line.timestamp);
    record.ja3 = line.ja3_fingerprint.map(|Text(text)| text);
    record.ja4 = line.ja4_fingerprint.map(|Text(text)| text);
    let groups = line.rule_group_list.unwrap_or_default();
    record.logged = Some(Logged {
        action: taken,
        rule: line.terminating_rule_id.0,
        // The group that decided was the last that was evaluated.
        rule_in_group: groups
            .into_iter()
            .next_back()
            .and_then(|group| group.terminating_rule)
            .map(|rule| rule.rule_id.0),
    });
    Ok(record)
}

fn not_empty(text: Option<Text<'_>>) -> Option<Cow<'_, str>> {
    text.map(|Text(text)| text).filter(|text| !text.is_empty())
}

fn content_length(record: &Record<'_>) -> u64 {
    record
        .headers
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .and_then(|(_, value)| value.trim().parse().ok())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use haechi_waf::verdict::ActionTaken;

    /// In the form of the developer guide's examples.
    const LINE: &[u8] = br#"{
        "timestamp": 1576280412771, "formatVersion": 1,
        "webaclId": "arn:aws:wafv2:ap-southeast-2:111122223333:regional/webacl/STMTest/1EXAMPLE",
        "terminatingRuleId": "common", "terminatingRuleType": "MANAGED_RULE_GROUP", "action": "BLOCK",
        "terminatingRuleMatchDetails": [], "httpSourceName": "ALB", "httpSourceId": "-",
        "ruleGroupList": [
            {"ruleGroupId": "AWS#A", "terminatingRule": null, "nonTerminatingMatchingRules": []},
            {"ruleGroupId": "AWS#B", "terminatingRule": {"ruleId": "NoUserAgent_HEADER", "action": "BLOCK"}}
        ],
        "rateBasedRuleList": [], "nonTerminatingMatchingRules": [],
        "httpRequest": {
            "clientIp": "1.1.1.1", "country": "AU",
            "headers": [{"name": "Host", "value": "localhost:1989"}, {"name": "Content-Length", "value": "12"}],
            "uri": "/myUri", "args": "a=\"b", "httpVersion": "HTTP/1.1", "httpMethod": "POST", "requestId": "rid"
        },
        "labels": [{"name": "value"}]
    }"#;

    #[test]
    fn a_log_record_is_a_request_and_what_became_of_it() {
        let record = parse(LINE).unwrap();
        assert_eq!((&*record.method, &*record.path), ("POST", "/myUri"));
        assert_eq!(record.query.as_deref(), Some("a=\"b"));
        assert_eq!(record.timestamp, Some(1_576_280_412_771));
        assert!(record.lacks_body() && record.body_length == 12);
        let logged = record.logged.unwrap();
        assert_eq!((logged.action, &*logged.rule), (ActionTaken::Block, "common"));
        assert_eq!(logged.rule_in_group.as_deref(), Some("NoUserAgent_HEADER"));
    }
}
