//! The record itself, in the order in which CloudTrail writes its members.

use std::collections::BTreeMap;

use haechi_core::{AuditedResource, Timestamp};
use serde::Serialize;
use serde_json::Value;

use crate::identity::UserIdentity;

/// The version of the record format that we write.
pub(crate) const EVENT_VERSION: &str = "1.11";

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Record<'a> {
    pub(crate) event_version: &'static str,
    pub(crate) user_identity: UserIdentity<'a>,
    pub(crate) event_time: String,
    pub(crate) event_source: &'a str,
    pub(crate) event_name: &'a str,
    pub(crate) aws_region: &'a str,
    #[serde(rename = "sourceIPAddress")]
    pub(crate) source_ip_address: String,
    pub(crate) user_agent: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error_code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error_message: Option<&'a str>,
    pub(crate) request_parameters: &'a Value,
    pub(crate) response_elements: &'a Value,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) additional_event_data: BTreeMap<&'a str, &'a str>,
    #[serde(rename = "requestID")]
    pub(crate) request_id: &'a str,
    #[serde(rename = "eventID")]
    pub(crate) event_id: &'a str,
    pub(crate) read_only: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) resources: Vec<Resource<'a>>,
    pub(crate) event_type: &'static str,
    pub(crate) management_event: bool,
    pub(crate) recipient_account_id: &'a str,
    #[serde(rename = "sharedEventID", skip_serializing_if = "Option::is_none")]
    pub(crate) shared_event_id: Option<&'a str>,
    pub(crate) event_category: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tls_details: Option<TlsDetails<'a>>,
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

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TlsDetails<'a> {
    pub(crate) tls_version: &'a str,
    pub(crate) cipher_suite: &'a str,
    pub(crate) client_provided_host_header: &'a str,
}

/// `2026-11-23T14:03:00Z`: CloudTrail's times have no fraction.
pub(crate) fn seconds(time: Timestamp) -> String {
    Timestamp::from_millis(time.as_millis().div_euclid(1_000) * 1_000).iso8601()
}
