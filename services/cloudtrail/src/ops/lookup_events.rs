//! LookupEvents: the management events of the last 90 days in the Region that was called, newest first.
//!
//! One lookup attribute at the most. Order of errors: AccessDenied, event category, attributes, time range, page size,
//! token. Follows the CloudTrail API reference, "LookupEvents". Insight events do not exist here, so asking for them
//! finds none.

use std::sync::Arc;

use haechi_api_cloudtrail as api;
use haechi_api_cloudtrail::error::ErrorCode;
use haechi_audit::stream;
use haechi_core::{Ask, Call, Failure, Timestamp};
use haechi_store::{Direction, LogCursor, LogQuery, LogRecord};
use serde_json::Value;

use crate::CloudTrail;

/// How far back events are found, in milliseconds.
const WINDOW_MS: i64 = 90 * 86_400_000;
/// The largest page, and the one that is given where none is asked for.
const MAX_RESULTS: i32 = 50;

pub(crate) async fn lookup_events(
    cloudtrail: Arc<CloudTrail>,
    call: Arc<Call>,
    input: api::LookupEventsRequest,
) -> Result<api::LookupEventsResponse, Failure> {
    let ask = Ask::new("cloudtrail:LookupEvents", "*", &call.account);
    cloudtrail.platform.gate.authorize(&call, ask, ()).await?;
    let lookup = Lookup::parse(&call, input)?;
    if lookup.insights {
        return Ok(api::LookupEventsResponse {
            events: Some(Vec::new()),
            next_token: None,
        });
    }
    let stream = stream(&call.account, &call.region);
    let query = LogQuery {
        stream: &stream,
        from_ms: lookup.from_ms,
        to_ms: lookup.to_ms,
        term: lookup.term.as_deref(),
        direction: Direction::Backward,
        cursor: lookup.cursor,
        limit: lookup.limit,
    };
    let page = cloudtrail.platform.store.scan(&query).await?;
    Ok(api::LookupEventsResponse {
        events: Some(page.records.iter().filter_map(event).collect()),
        next_token: page.next.map(|cursor| cursor.to_string()),
    })
}

/// A request whose parameters fit together.
struct Lookup {
    term: Option<String>,
    from_ms: i64,
    to_ms: i64,
    cursor: Option<LogCursor>,
    limit: usize,
    insights: bool,
}

impl Lookup {
    fn parse(call: &Call, input: api::LookupEventsRequest) -> Result<Self, Failure> {
        let insights = match input.event_category.as_ref().map(api::EventCategory::as_str) {
            None => false,
            Some("insight") => true,
            Some(_) => {
                let text = "An EventCategory value is not valid.";
                return Err(ErrorCode::InvalidEventCategoryException.with(text).into());
            }
        };
        let term = term(input.lookup_attributes.unwrap_or_default())?;
        let now = call.time.as_millis();
        let from_ms = input.start_time.map_or(i64::MIN, Timestamp::as_millis);
        let to_ms = input.end_time.map_or(now, Timestamp::as_millis);
        // A range that has not begun yet is empty, not wrong.
        if input.end_time.is_some() && from_ms > to_ms {
            let text = "The start time must be before the end time.";
            return Err(ErrorCode::InvalidTimeRangeException.with(text).into());
        }
        let limit = input.max_results.unwrap_or(MAX_RESULTS);
        if !(1..=MAX_RESULTS).contains(&limit) {
            let text = format!("The value of MaxResults must be between 1 and {MAX_RESULTS}.");
            return Err(ErrorCode::InvalidMaxResultsException.with(text).into());
        }
        let cursor =
            match input.next_token {
                None => None,
                Some(token) => Some(token.parse().map_err(|_| {
                    Failure::from(ErrorCode::InvalidNextTokenException.with("Invalid token."))
                })?),
            };
        Ok(Self {
            term,
            from_ms: from_ms.max(now - WINDOW_MS),
            to_ms,
            cursor,
            limit: limit as usize,
            insights,
        })
    }
}

/// The log's index term for the one attribute that may be given.
fn term(attributes: Vec<api::LookupAttribute>) -> Result<Option<String>, Failure> {
    let mut attributes = attributes.into_iter();
    let Some(attribute) = attributes.next() else {
        return Ok(None);
    };
    let invalid = |text: &str| Failure::from(ErrorCode::InvalidLookupAttributesException.with(text));
    if attributes.next().is_some() {
        return Err(invalid("You can only specify one lookup attribute."));
    }
    let (Some(key), Some(value)) = (attribute.attribute_key, attribute.attribute_value) else {
        return Err(invalid("A lookup attribute has a key and a value."));
    };
    if key.as_str() == "ReadOnly" && value != "true" && value != "false" {
        return Err(invalid("The value of ReadOnly must be true or false."));
    }
    Ok(Some(format!("{}={value}", key.as_str())))
}

/// A record as LookupEvents shows it. One that is no JSON object cannot be shown; none such is ever written.
fn event(record: &LogRecord) -> Option<api::Event> {
    let text = std::str::from_utf8(&record.body).ok()?;
    let parsed: Value = serde_json::from_str(text).ok()?;
    let member = |name: &str| parsed[name].as_str().map(str::to_owned);
    let indexed = |name: &str| {
        let prefix = format!("{name}=");
        record
            .terms
            .iter()
            .find_map(|term| term.strip_prefix(&prefix))
            .map(str::to_owned)
    };
    Some(api::Event {
        event_id: member("eventID"),
        event_name: member("eventName"),
        read_only: parsed["readOnly"].as_bool().map(|read| read.to_string()),
        access_key_id: indexed("AccessKeyId"),
        event_time: Some(Timestamp::from_millis(record.time.div_euclid(1_000) * 1_000)),
        event_source: member("eventSource"),
        username: indexed("Username"),
        resources: Some(resources(&parsed)),
        cloud_trail_event: Some(text.to_owned()),
    })
}

fn resources(record: &Value) -> Vec<api::Resource> {
    let named = record["resources"].as_array().into_iter().flatten();
    named
        .map(|resource| api::Resource {
            resource_type: resource["type"].as_str().map(str::to_owned),
            resource_name: resource["ARN"].as_str().map(str::to_owned),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attribute(key: &str, value: &str) -> api::LookupAttribute {
        api::LookupAttribute {
            attribute_key: Some(key.into()),
            attribute_value: Some(value.into()),
        }
    }

    #[test]
    fn one_attribute_becomes_the_index_term() {
        let one = vec![attribute("EventName", "CreateKey")];
        assert_eq!(term(one).unwrap().as_deref(), Some("EventName=CreateKey"));
        assert_eq!(term(Vec::new()).unwrap(), None);
    }

    #[test]
    fn two_attributes_are_refused() {
        let two = vec![attribute("EventName", "CreateKey"), attribute("Username", "root")];
        assert!(matches!(term(two), Err(Failure::Api(e)) if e.code == "InvalidLookupAttributesException"));
    }
}
