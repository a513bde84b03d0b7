//! From a call to its records.

use std::sync::Arc;

use bytes::Bytes;
use haechi_core::call::AuditNotes;
use haechi_core::ports::{AuditTrail, Outcome, ServiceEvent};
use haechi_core::{AccountId, Call, Principal, Random, Region};
use haechi_store::LogRecord;
use haechi_wire::{Fields, JsonStyle, to_json};
use serde_json::Value;

use crate::identity::UserIdentity;
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
        let parameters = request_parameters(call, &notes);
        let response = response_elements(call, &notes, outcome);
        let event_source = format!("{}.amazonaws.com", call.service.signing_name);
        let entry = |shared| Entry {
            call,
            notes: &notes,
            outcome,
            event_source: &event_source,
            parameters: &parameters,
            response: &response,
            shared,
        };
        if call.caller.principal == Principal::Anonymous {
            // Nobody's own account: only those hear of it whose resources were meant.
            let identity = || UserIdentity::of_bearer(call, &response);
            let write = |owner| entry(None).write(&*self.random, owner, identity());
            return owners(&notes).into_iter().map(write).collect();
        }
        let foreign = foreign_owners(call, &notes, outcome);
        let shared = (!foreign.is_empty()).then(|| self.random.uuid());
        let entry = entry(shared.as_deref());
        let mut records = Vec::with_capacity(1 + foreign.len());
        records.push(entry.write(&*self.random, &call.account, UserIdentity::of_caller(call)));
        for owner in foreign {
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
    event_source: &'a str,
    parameters: &'a Value,
    response: &'a Value,
    shared: Option<&'a str>,
}

impl Entry<'_> {
    fn write(&self, random: &dyn Random, recipient: &AccountId, identity: UserIdentity<'_>) -> LogRecord {
        let call = self.call;
        let (event_id, id) = event_id(random);
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
            event_source: self.event_source,
            event_name: call.operation.name,
            aws_region: call.region.as_str(),
            source_ip_address: via.map_or_else(|| call.origin.source_ip.to_string(), str::to_owned),
            user_agent: via.unwrap_or(&call.origin.user_agent),
            error_code: error.map(|e| rules::error_code(call.operation, &e.code)),
            error_message: error.map(|e| e.message.as_str()).filter(|m| !m.is_empty()),
            request_parameters: self.parameters,
            response_elements: self.response,
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
            format!("EventSource={}", self.event_source),
            format!("ReadOnly={read_only}"),
        ];
        if let Some(name) = record.user_identity.lookup_name(&call.caller.principal) {
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

/// The accounts whose resources the call names.
fn owners(notes: &AuditNotes) -> Vec<&AccountId> {
    let mut owners: Vec<&AccountId> = Vec::new();
    for resource in &notes.resources {
        if !owners.contains(&&resource.account) {
            owners.push(&resource.account);
        }
    }
    owners
}

/// Accounts other than the caller's whose resources a successful call used. A refused call is known to the caller's
/// account alone (KMS developer guide, "Cross-account use").
fn foreign_owners<'a>(call: &Call, notes: &'a AuditNotes, outcome: &Outcome<'_>) -> Vec<&'a AccountId> {
    let mut owners = match outcome {
        Outcome::Success(_) => owners(notes),
        Outcome::Error(_) => Vec::new(),
    };
    owners.retain(|owner| **owner != call.account);
    owners
}

fn request_parameters(call: &Call, notes: &AuditNotes) -> Value {
    let Value::Object(mut parameters) = to_json(call.operation.input, &call.input, JsonStyle::CloudTrail)
    else {
        return Value::Null;
    };
    for name in rules::omitted_parameters(call.service, call.operation) {
        parameters.remove(*name);
    }
    rules::hide_material(&mut parameters);
    for (name, value) in &notes.parameters {
        parameters.insert(name.clone(), value.clone());
    }
    if parameters.is_empty() {
        Value::Null
    } else {
        Value::Object(parameters)
    }
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
        mut value => {
            rules::leave_secrets_out(&mut value);
            value
        }
    }
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
    let mut bytes = [0; 16];
    random.fill(&mut bytes);
    let id = uuid::Builder::from_random_bytes(bytes).into_uuid();
    (id.to_string(), id.into_bytes())
}

fn body(record: &impl serde::Serialize) -> Bytes {
    serde_json::to_vec(record)
        .expect("a record holds only text, booleans and JSON")
        .into()
}
