//! The record itself, in the order in which CloudTrail writes its members.

use std::collections::BTreeMap;

use haechi_core::call::AuditNotes;
use haechi_core::{AuditedResource, Call, Timestamp};
use haechi_wire::ApiError;
use serde::Serialize;
use serde_json::Value;

use crate::identity::UserIdentity;
use crate::json::Object;
use crate::rules;

/// The version of the record format that we write.
pub(crate) const EVENT_VERSION: &str = "1.11";

/// Room for a record of the usual length.
const USUAL: usize = 1536;

/// A call's record for one account.
pub(crate) struct Record<'a> {
    pub(crate) call: &'a Call,
    pub(crate) notes: &'a AuditNotes,
    pub(crate) user_identity: &'a UserIdentity<'a>,
    pub(crate) event_time: &'a str,
    pub(crate) event_source: &'a str,
    pub(crate) error: Option<&'a ApiError>,
    /// JSON.
    pub(crate) request_parameters: &'a [u8],
    /// JSON.
    pub(crate) response_elements: &'a [u8],
    pub(crate) event_id: &'a str,
    pub(crate) read_only: bool,
    pub(crate) recipient: &'a str,
    pub(crate) shared_event_id: Option<&'a str>,
}

impl Record<'_> {
    /// The record as JSON.
    pub(crate) fn to_json(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(USUAL);
        Object::write(&mut out, |record| self.members(record));
        out
    }

    fn members(&self, record: &mut Object<'_>) {
        let (call, notes) = (self.call, self.notes);
        let via = call.origin.via_service();
        record.text("eventVersion", EVENT_VERSION);
        record.object("userIdentity", |identity| self.user_identity.write(identity));
        record.text("eventTime", self.event_time);
        record.text("eventSource", self.event_source);
        record.text("eventName", call.operation.name);
        record.text("awsRegion", call.region.as_str());
        match via {
            Some(service) => record.text("sourceIPAddress", service),
            None => record.text("sourceIPAddress", &call.origin.source_ip.to_string()),
        }
        record.text("userAgent", via.unwrap_or(&call.origin.user_agent));
        if let Some(error) = self.error {
            record.text("errorCode", rules::error_code(call.operation, &error.code));
            record.optional(
                "errorMessage",
                Some(error.message.as_str()).filter(|message| !message.is_empty()),
            );
        }
        record.raw("requestParameters", self.request_parameters);
        record.raw("responseElements", self.response_elements);
        if !notes.additional.is_empty() {
            record.object("additionalEventData", |data| additional(data, notes));
        }
        record.text("requestID", &call.request_id);
        record.text("eventID", self.event_id);
        record.boolean("readOnly", self.read_only);
        if !notes.resources.is_empty() {
            resources(record.member("resources"), &notes.resources);
        }
        record.text("eventType", "AwsApiCall");
        record.boolean("managementEvent", true);
        record.text("recipientAccountId", self.recipient);
        record.optional("sharedEventID", self.shared_event_id);
        record.text("eventCategory", "Management");
        if let Some((version, suite)) = &call.origin.tls {
            record.object("tlsDetails", |details| {
                details.text("tlsVersion", version);
                details.text("cipherSuite", suite);
                details.text("clientProvidedHostHeader", &call.origin.host);
            });
        }
    }
}

/// In order of their names; what was noted last counts.
fn additional(data: &mut Object<'_>, notes: &AuditNotes) {
    if let [(name, value)] = notes.additional.as_slice() {
        return data.text(name, value);
    }
    let sorted: BTreeMap<&str, &str> = notes
        .additional
        .iter()
        .map(|(name, value)| (name.as_ref(), value.as_str()))
        .collect();
    for (name, value) in sorted {
        data.text(name, value);
    }
}

fn resources(out: &mut Vec<u8>, resources: &[AuditedResource]) {
    out.push(b'[');
    for (index, resource) in resources.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        Object::write(out, |entry| {
            entry.text("accountId", resource.account.as_str());
            entry.text("type", resource.kind);
            entry.text("ARN", &resource.arn);
        });
    }
    out.push(b']');
}

/// An event of which a service is the author (`AwsServiceEvent`).
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ServiceRecord<'a> {
    pub(crate) event_version: &'static str,
    pub(crate) user_identity: Value,
    pub(crate) event_time: String,
    pub(crate) event_source: &'a str,
    pub(crate) event_name: &'a str,
    pub(crate) aws_region: &'a str,
    #[serde(rename = "sourceIPAddress")]
    pub(crate) source_ip_address: &'static str,
    pub(crate) user_agent: &'static str,
    pub(crate) request_parameters: Value,
    pub(crate) response_elements: Value,
    #[serde(rename = "eventID")]
    pub(crate) event_id: &'a str,
    pub(crate) read_only: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) resources: Vec<Resource<'a>>,
    pub(crate) event_type: &'static str,
    pub(crate) management_event: bool,
    pub(crate) recipient_account_id: &'a str,
    #[serde(skip_serializing_if = "Value::is_null")]
    pub(crate) service_event_details: &'a Value,
    pub(crate) event_category: &'static str,
}

#[derive(Debug, Serialize)]
pub(crate) struct Resource<'a> {
    #[serde(rename = "accountId")]
    account_id: &'a str,
    r#type: &'a str,
    #[serde(rename = "ARN")]
    arn: &'a str,
}

impl<'a> From<&'a AuditedResource> for Resource<'a> {
    fn from(resource: &'a AuditedResource) -> Self {
        Self {
            account_id: resource.account.as_str(),
            r#type: resource.kind,
            arn: &resource.arn,
        }
    }
}

/// `2026-11-23T14:03:00Z`: CloudTrail's times have no fraction.
pub(crate) fn seconds(time: Timestamp) -> String {
    time.iso8601_seconds()
}
