//! The shape for people: one JSON document per line.
//!
//! ```json
//! {"name": "search", "method": "GET", "uri": "/search?q=haechi", "headers": {"host": "shop.example"},
//!  "clientIp": "192.0.2.44", "timestamp": "2026-11-23T09:00:00Z", "expect": "ALLOW"}
//! ```

use std::borrow::Cow;
use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use haechi_waf::verdict::ActionTaken;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use super::record::{Expectation, Record, Target, action, milliseconds};
use super::text::{Headers, Text};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Plain<'a> {
    #[serde(borrow, default)]
    name: Option<Text<'a>>,
    #[serde(borrow, default)]
    method: Option<Text<'a>>,
    #[serde(borrow, alias = "target", alias = "url")]
    uri: Text<'a>,
    #[serde(borrow, default)]
    http_version: Option<Text<'a>>,
    #[serde(borrow, default)]
    headers: Headers<'a>,
    #[serde(borrow, default)]
    body: Option<Text<'a>>,
    #[serde(borrow, default)]
    body_base64: Option<Text<'a>>,
    /// Where the recording has only the beginning of the body.
    #[serde(default)]
    body_length: Option<u64>,
    #[serde(default)]
    client_ip: Option<IpAddr>,
    #[serde(default)]
    timestamp: Option<Time>,
    #[serde(borrow, default)]
    ja3: Option<Text<'a>>,
    #[serde(borrow, default)]
    ja4: Option<Text<'a>>,
    #[serde(borrow, default)]
    expect: Option<Expect<'a>>,
}

/// Seconds or milliseconds of Unix time, or ISO 8601.
#[derive(Deserialize)]
#[serde(untagged)]
enum Time {
    Number(f64),
    Text(String),
}

/// Numbers below are seconds: as milliseconds they are in 1973.
const FIRST_MILLISECONDS: f64 = 1e11;

impl Time {
    fn milliseconds(&self) -> Option<u64> {
        match self {
            Self::Number(number) if *number < 0.0 => None,
            Self::Number(number) if *number < FIRST_MILLISECONDS => Some((number * 1000.0) as u64),
            Self::Number(number) => Some(*number as u64),
            Self::Text(text) => milliseconds(text),
        }
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Expect<'a> {
    Action(Action),
    #[serde(borrow)]
    All(ExpectAll<'a>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExpectAll<'a> {
    #[serde(default)]
    action: Option<Action>,
    #[serde(borrow, default)]
    rule: Option<Text<'a>>,
    #[serde(borrow, default)]
    labels: Vec<Text<'a>>,
}

struct Action(ActionTaken);

impl<'de> Deserialize<'de> for Action {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Text(name) = Text::deserialize(deserializer)?;
        let unknown = || {
            D::Error::custom(format!(
                "{name:?} is no action: ALLOW, BLOCK, CAPTCHA or CHALLENGE"
            ))
        };
        action(&name).map(Action).ok_or_else(unknown)
    }
}

impl<'a> From<Expect<'a>> for Expectation<'a> {
    fn from(expect: Expect<'a>) -> Self {
        match expect {
            Expect::Action(Action(action)) => Self {
                action: Some(action),
                rule: None,
                labels: Vec::new(),
            },
            Expect::All(all) => Self {
                action: all.action.map(|Action(action)| action),
                rule: all.rule.map(|Text(rule)| rule),
                labels: all.labels.into_iter().map(|Text(label)| label).collect(),
            },
        }
    }
}

pub(super) fn parse(json: &[u8]) -> Result<Record<'_>, serde_json::Error> {
    let plain: Plain<'_> = serde_json::from_slice(json)?;
    let method = plain.method.map_or(Cow::Borrowed("GET"), |Text(method)| method);
    let mut record = Record::new(method, Target::new(plain.uri.0));
    record.set_headers(plain.headers.0);
    match (plain.body, plain.body_base64) {
        (Some(Text(Cow::Borrowed(body))), None) => record.set_body(Cow::Borrowed(body.as_bytes())),
        (Some(Text(Cow::Owned(body))), None) => record.set_body(Cow::Owned(body.into_bytes())),
        (None, Some(Text(encoded))) => {
            let body = STANDARD
                .decode(encoded.as_bytes())
                .map_err(|error| serde_json::Error::custom(format!("bodyBase64: {error}")))?;
            record.set_body(Cow::Owned(body));
        }
        (None, None) => {}
        (Some(_), Some(_)) => return Err(serde_json::Error::custom("give body or bodyBase64, not both")),
    }
    record.body_length = plain.body_length.unwrap_or(0).max(record.body_length);
    if let Some(Text(version)) = plain.http_version {
        record.http_version = version;
    }
    if let Some(time) = plain.timestamp {
        let wrong = || serde_json::Error::custom("timestamp: give Unix time or ISO 8601 with its time zone");
        record.timestamp = Some(time.milliseconds().ok_or_else(wrong)?);
    }
    record.name = plain.name.map(|Text(name)| name);
    record.client_ip = plain.client_ip;
    record.ja3 = plain.ja3.map(|Text(ja3)| ja3);
    record.ja4 = plain.ja4.map(|Text(ja4)| ja4);
    record.expect = plain.expect.map(Expectation::from);
    Ok(record)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_member_is_read() {
        let record = parse(
            br#"{"name": "n", "method": "POST", "url": "https://shop.example/a?b=c", "headers": [["x", "y"]],
                 "bodyBase64": "AAE=", "clientIp": "2001:db8::1", "timestamp": 1763888400,
                 "expect": {"action": "block", "rule": "r", "labels": ["l"]}}"#,
        )
        .unwrap();
        assert_eq!((&*record.path, record.query.as_deref()), ("/a", Some("b=c")));
        assert_eq!(record.headers[0], ("host".into(), "shop.example".into()));
        assert_eq!((&*record.body, record.body_length), ([0, 1].as_slice(), 2));
        assert_eq!(record.timestamp, Some(1_763_888_400_000));
        let expect = record.expect.unwrap();
        assert_eq!(
            (expect.action, expect.rule.as_deref()),
            (Some(ActionTaken::Block), Some("r"))
        );
        assert_eq!(expect.labels, ["l"]);
    }

    #[test]
    fn a_timestamp_may_be_seconds_milliseconds_or_text() {
        for time in [
            "1763888400",
            "1763888400000",
            "\"2025-11-23T09:00:00Z\"",
            "\"2025-11-23T18:00:00+09:00\"",
        ] {
            let line = format!(r#"{{"uri": "/", "timestamp": {time}}}"#);
            assert_eq!(
                parse(line.as_bytes()).unwrap().timestamp,
                Some(1_763_888_400_000),
                "{time}"
            );
        }
    }

    #[test]
    fn what_is_misspelt_is_refused() {
        for (bad, word) in [
            (r#"{"uri": "/", "client_ip": "192.0.2.1"}"#, "client_ip"),
            (r#"{"uri": "/", "expect": "DENY"}"#, "Expect"),
            (r#"{"uri": "/", "timestamp": "yesterday"}"#, "timestamp"),
            (r#"{"uri": "/", "body": "a", "bodyBase64": "YQ=="}"#, "not both"),
            (r#"{"method": "GET"}"#, "uri"),
        ] {
            let error = parse(bad.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(word), "{bad}: {error}");
        }
    }
}
