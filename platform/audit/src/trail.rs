//! From a call to its records.

use std::sync::Arc;

use bytes::Bytes;
use haechi_core::call::AuditNotes;
use haechi_core::ports::{AuditTrail, Outcome, ServiceEvent};
use haechi_core::{AccountId, Call, Principal, Random, Region};
use haechi_store::{LogRecord, Terms};
use haechi_wire::{ApiError, Fields, JsonStyle, to_json};
use serde_json::Value;

use crate::identity::UserIdentity;
use crate::json::push_value;
use crate::parameters::request_parameters;
use crate::record::{EVENT_VERSION, Record, Resource, ServiceRecord, seconds};
use crate::rules;

/// The event log's stream of one account and Region.
pub fn stream(account: &AccountId, region: &Region) -> String {
    ["cloudtrail/", account.as_str(), "/", region.as_str()].concat()
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
        call.with_audit_notes(|notes| self.records_with(call, notes, outcome))
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
            response_elements: event.response.clone(),
            event_id: &event_id,
            read_only: false,
            resources: event.resources.iter().map(Resource::from).collect(),
            event_type: "AwsServiceEvent",
            management_event: true,
            recipient_account_id: event.account.as_str(),
            service_event_details: &event.details,
            event_category: "Management",
        };
        let mut terms = Terms::new();
        terms.add(&["EventId=", &event_id]);
        terms.add(&["EventName=", event.name]);
        terms.add(&["EventSource=", event.source]);
        terms.add(&["ReadOnly=false"]);
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

impl Trail {
    fn records_with(&self, call: &Call, notes: &AuditNotes, outcome: &Outcome<'_>) -> Vec<LogRecord> {
        let response = response_elements(call, notes, outcome);
        let mut response_elements = Vec::new();
        push_value(&mut response_elements, &response);
        let entry = |shared| Entry {
            call,
            notes,
            error: match outcome {
                Outcome::Error(error) => Some(error),
                Outcome::Success(_) => None,
            },
            event_time: seconds(call.time),
            event_source: [call.service.signing_name, ".amazonaws.com"].concat(),
            parameters: request_parameters(call, notes),
            response: &response_elements,
            shared,
        };
        if call.caller.principal == Principal::Anonymous {
            // Nobody's own account: only those hear of it whose resources were meant.
            let entry = entry(None);
            let identity = || UserIdentity::of_bearer(call, &response);
            let write = |owner| entry.write(&*self.random, owner, &identity());
            return owners(notes).into_iter().map(write).collect();
        }
        let foreign = foreign_owners(call, notes, outcome);
        let shared = (!foreign.is_empty()).then(|| self.random.uuid());
        let entry = entry(shared.as_deref());
        let mut records = Vec::with_capacity(1 + foreign.len());
        records.push(entry.write(&*self.random, &call.account, &UserIdentity::of_caller(call)));
        for owner in foreign {
            records.push(entry.write(&*self.random, owner, &UserIdentity::of_foreign_caller(call)));
        }
        records
    }
}

/// What all records of one call share.
struct Entry<'a> {
    call: &'a Call,
    notes: &'a AuditNotes,
    error: Option<&'a ApiError>,
    event_time: String,
    event_source: String,
    parameters: Vec<u8>,
    response: &'a [u8],
    shared: Option<&'a str>,
}

impl Entry<'_> {
    fn write(&self, random: &dyn Random, recipient: &AccountId, identity: &UserIdentity<'_>) -> LogRecord {
        let call = self.call;
        let (event_id, id) = event_id(random);
        let read_only = rules::read_only(call.service, call.operation);
        let record = Record {
            call,
            notes: self.notes,
            user_identity: identity,
            event_time: &self.event_time,
            event_source: &self.event_source,
            error: self.error,
            request_parameters: &self.parameters,
            response_elements: self.response,
            event_id: &event_id,
            read_only,
            recipient: recipient.as_str(),
            shared_event_id: self.shared,
        };
        let mut terms = Terms::new();
        terms.add(&["EventId=", &event_id]);
        terms.add(&["EventName=", call.operation.name]);
        terms.add(&["EventSource=", &self.event_source]);
        terms.add(&["ReadOnly=", if read_only { "true" } else { "false" }]);
        if let Some(name) = identity.lookup_name(&call.caller.principal) {
            terms.add(&["Username=", name]);
        }
        if let Some(key) = &call.caller.access_key_id {
            terms.add(&["AccessKeyId=", key]);
        }
        resource_terms(&self.notes.resources, &mut terms);
        LogRecord {
            stream: stream(recipient, &call.region),
            time: call.time.as_millis(),
            id,
            terms,
            body: record.to_json().into(),
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
    written_response(call, notes, output)
}

fn written_response(call: &Call, notes: &AuditNotes, output: &Fields) -> Value {
    match to_json(call.operation.output, output, JsonStyle::CloudTrail) {
        Value::Object(members) if members.is_empty() => rules::empty_response(call, notes),
        mut value => {
            rules::leave_secrets_out(&mut value);
            value
        }
    }
}

fn resource_terms(resources: &[haechi_core::AuditedResource], terms: &mut Terms) {
    for (index, resource) in resources.iter().enumerate() {
        terms.add(&["ResourceName=", &resource.arn]);
        if resources[..index]
            .iter()
            .all(|before| before.kind != resource.kind)
        {
            terms.add(&["ResourceType=", resource.kind]);
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
