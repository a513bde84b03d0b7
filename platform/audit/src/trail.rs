//! From a call to its records.

use std::sync::Arc;

use bytes::Bytes;
use haechi_core::call::AuditNotes;
use haechi_core::ports::{AuditTrail, Outcome, ServiceEvent};
use haechi_core::{AccountId, Call, Random, Region};
use haechi_store::LogRecord;
use haechi_wire::{Fields, JsonStyle, to_json};
use serde_json::Value;

use crate::identity::{UserIdentity, lookup_name};
use crate::record::{EVENT_VERSION, Record, Resource, ServiceRecord, TlsDetails, seconds};
use crate::rules;

/// The event log's stream of one account and Region.
pub fn stream(account: &AccountId, region: &Region) -> String {
    format!("cloudtrail/{account}/{region}")
}

/// Makes records.
pub struct Trail {
    random: Arc<dyn Random>,
}

impl Trail {
    /// Event ids come from `random`.
    pub fn new(random: Arc<dyn Random>) -> Self {
        Self { random }
    }
}

impl AuditTrail for Trail {
    fn records(&self, call: &Call, outcome: &Outcome<'_>) -> Vec<LogRecord> {
        let notes = call.audit_notes();
        let owners = foreign_owners(call, &notes, outcome);
        let shared = (!owners.is_empty()).then(|| self.random.uuid());
        let parameters = request_parameters(call, &notes);
        let response = response_elements(call, &notes, outcome);
        let entry = Entry { call, notes: &notes, outcome, parameters, response, shared: shared.as_deref() };
        let mut records = Vec::with_capacity(1 + owners.len());
        records.push(entry.write(&*self.random, &call.account, UserIdentity::of_caller(call)));
        for owner in owners {
            records.push(entry.write(&*self.random, owner, UserIdentity::of_foreign_caller(call)));
        }
        records
    }

    fn service_event(&self, event: &ServiceEvent) -> Vec<LogRecord> {
        let (event_id, id) = event_id(&*self.random);
        let record = ServiceRecord {
            event_version: EVENT_VERSION,
            user_identity: serde_json::json!({
                "accountId": event.account.as_str(),
                "invokedBy": "AWS Internal",
            }),
            event_time: seconds(event.time),
            event_source: event.source,
            event_name: event.name,
            aws_region: event.region.as_str(),
            source_ip_address: "AWS Internal",
            user_agent: "AWS Internal",
            request_parameters: Value::Null,
            response_elements: Value::Null,
            event_id: &event_id,
            read_only: false,
            resources: event.resources.iter().map(Resource::from).collect(),
            event_type: "AwsServiceEvent",
            management_event: true,
            recipient_account_id: event.account.as_str(),
            service_event_details: &event.details,
            event_category: "Management",
        };
        let mut terms = vec![
            format!("EventId={event_id}"),
            format!("EventName={}", event.name),
            format!("EventSource={}", event.source),
            "ReadOnly=false".to_owned(),
        ];
        resource_terms(&event.resources, &mut terms);
        vec![LogRecord {
            stream: stream(&event.account, &event.region),
            time: event.time.as_millis(),
            id,
            terms,
            body: body(&record),
        }]
    }
}

/// What all records of one call share.
struct Entry<'a> {
    call: &'a Call,
    notes: &'a AuditNotes,
    outcome: &'a Outcome<'a>,
    parameters: Value,
    response: Value,
    shared: Option<&'a str>,
}

impl Entry<'_> {
    fn write(&self, random: &dyn Random, recipient: &AccountId, identity: UserIdentity<'_>) -> LogRecord {
        let call = self.call;
        let (event_id, id) = event_id(random);
        let event_source = format!("{}.amazonaws.com", event_source_name(call));
        let error = match self.outcome {
            Outcome::Error(error) => Some(*error),
            Outcome::Success(_) => None,
        };
        let via = call.origin.via_service();
        let read_only = rules::read_only(call.service, call.operation);
        let record = Record {
            event_version: EVENT_VERSION,
            user_identity: identity,
            event_time: seconds(call.time),
            event_source: event_source.clone(),
            event_name: call.operation.name,
            aws_region: call.region.as_str(),
            source_ip_address: via.map_or_else(|| call.origin.source_ip.to_string(), str::to_owned),
            user_agent: via.unwrap_or(&call.origin.user_agent),
            error_code: error.map(|e| error_code(&e.code)),
            error_message: error.map(|e| e.message.as_str()).filter(|m| !m.is_empty()),
            request_parameters: self.parameters.clone(),
            response_elements: self.response.clone(),
            additional_event_data: self
                .notes
                .additional
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str()))
                .collect(),
            request_id: &call.request_id,
            event_id: &event_id,
            read_only,
            resources: self.notes.resources.iter().map(Resource::from).collect(),
            event_type: "AwsApiCall",
            management_event: true,
            recipient_account_id: recipient.as_str(),
            shared_event_id: self.shared,
            event_category: "Management",
            tls_details: call.origin.tls.as_ref().map(|(version, suite)| TlsDetails {
                tls_version: version,
                cipher_suite: suite,
                client_provided_host_header: &call.origin.host,
            }),
        };
        let mut terms = vec![
            format!("EventId={event_id}"),
            format!("EventName={}", call.operation.name),
            format!("EventSource={event_source}"),
            format!("ReadOnly={read_only}"),
        ];
        if let Some(name) = lookup_name(&call.caller.principal) {
            terms.push(format!("Username={name}"));
        }
        if let Some(key) = &call.caller.access_key_id {
            terms.push(format!("AccessKeyId={key}"));
        }
        resource_terms(&self.notes.resources, &mut terms);
        LogRecord {
            stream: stream(recipient, &call.region),
            time: call.time.as_millis(),
            id,
            terms,
            body: body(&record),
        }
    }
}

/// Accounts other than the caller's whose resources a successful call used. A refused call is known to the caller's
/// account alone (KMS developer guide, "Cross-account use").
fn foreign_owners<'a>(call: &Call, notes: &'a AuditNotes, outcome: &Outcome<'_>) -> Vec<&'a AccountId> {
    let mut owners: Vec<&AccountId> = Vec::new();
    if matches!(outcome, Outcome::Success(_)) {
        for resource in &notes.resources {
            if resource.account != call.account && !owners.contains(&&resource.account) {
                owners.push(&resource.account);
            }
        }
    }
    owners
}

fn request_parameters(call: &Call, notes: &AuditNotes) -> Value {
    let Value::Object(mut parameters) = to_json(call.operation.input, &call.input, JsonStyle::CloudTrail) else {
        return Value::Null;
    };
    for name in rules::omitted_parameters(call.service, call.operation) {
        parameters.remove(*name);
    }
    for (name, value) in &notes.parameters {
        parameters.insert(name.clone(), value.clone());
    }
    if parameters.is_empty() { Value::Null } else { Value::Object(parameters) }
}

fn response_elements(call: &Call, notes: &AuditNotes, outcome: &Outcome<'_>) -> Value {
    let Outcome::Success(output) = outcome else {
        return Value::Null;
    };
    if let Some(response) = &notes.response {
        return response.clone();
    }
    if !rules::keeps_response(call.service, call.operation) {
        return Value::Null;
    }
    written_response(call, output)
}

fn written_response(call: &Call, output: &Fields) -> Value {
    match to_json(call.operation.output, output, JsonStyle::CloudTrail) {
        Value::Object(members) if members.is_empty() => Value::Null,
        value => value,
    }
}

/// CloudTrail writes `AccessDenied` for the `AccessDeniedException` of JSON services too.
fn error_code(code: &str) -> &str {
    match code {
        "AccessDeniedException" => "AccessDenied",
        other => other,
    }
}

fn event_source_name(call: &Call) -> &'static str {
    call.service.signing_name
}

fn resource_terms(resources: &[haechi_core::AuditedResource], terms: &mut Vec<String>) {
    for resource in resources {
        terms.push(format!("ResourceName={}", resource.arn));
        let kind = format!("ResourceType={}", resource.kind);
        if !terms.contains(&kind) {
            terms.push(kind);
        }
    }
}

/// A fresh event id, as text and as the log's record id.
fn event_id(random: &dyn Random) -> (String, [u8; 16]) {
    let text = random.uuid();
    let mut id = [0; 16];
    let digits: Vec<u8> = text.bytes().filter(|b| *b != b'-').collect();
    for (slot, pair) in id.iter_mut().zip(digits.chunks(2)) {
        let digit = |b: u8| (b as char).to_digit(16).unwrap_or(0) as u8;
        *slot = digit(pair[0]) << 4 | digit(pair[1]);
    }
    (text, id)
}

fn body(record: &impl serde::Serialize) -> Bytes {
    serde_json::to_vec(record).expect("a record holds only text, booleans and JSON").into()
}
