//! GetKeyLastUsage: the last successful cryptographic operation with a key, and its event in the trail.
//!
//! The answer is read from the trail itself, so that using a key costs nothing more and the two can't disagree. The
//! trail is kept for 90 days: tracking begins there, or when the key was made. Each member of a multi-Region family
//! has its own history. Errors: NotFound, then AccessDenied. Follows the KMS API reference, "GetKeyLastUsage".

use std::sync::Arc;

use haechi_api_kms as api;
use haechi_core::{Call, Failure, Timestamp};
use haechi_store::{Direction, LogQuery, LogRecord};
use serde::Deserialize;

use crate::Kms;
use crate::authz::Wish;
use crate::loaded::LoadedKey;

/// How long the trail is kept (CloudTrail user guide, "Working with CloudTrail event history").
const KEPT_MS: i64 = 90 * 86_400_000;
/// Events that are read at a time.
const PAGE: usize = 200;

/// The operations that count as use (`KeyLastUsageTrackingOperation`).
const TRACKED: [&str; 14] = [
    "Decapsulate",
    "Decrypt",
    "DeriveSharedSecret",
    "Encapsulate",
    "Encrypt",
    "GenerateDataKey",
    "GenerateDataKeyPair",
    "GenerateDataKeyPairWithoutPlaintext",
    "GenerateDataKeyWithoutPlaintext",
    "GenerateMac",
    "ReEncrypt",
    "Sign",
    "Verify",
    "VerifyMac",
];

pub(crate) async fn get_key_last_usage(
    kms: Arc<Kms>,
    call: Arc<Call>,
    input: api::GetKeyLastUsageRequest,
) -> Result<api::GetKeyLastUsageResponse, Failure> {
    let key_id = input.key_id.unwrap_or_default();
    let loaded = kms
        .own_key_for(&call, &key_id, Wish::new("GetKeyLastUsage"))
        .await?;
    let key = &loaded.key;
    let tracked_from = key.created_ms.max(call.time.as_millis() - KEPT_MS);
    let usage = kms.last_use(&loaded, tracked_from, call.time.as_millis()).await?;
    Ok(api::GetKeyLastUsageResponse {
        key_id: Some(loaded.arn.clone()),
        key_last_usage: Some(usage.unwrap_or_default()),
        tracking_start_date: Some(Timestamp::from_millis(tracked_from)),
        key_creation_date: Some(key.created()),
    })
}

/// What is read of an event.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    #[serde(rename = "eventID")]
    event_id: String,
    event_name: String,
    error_code: Option<String>,
    #[serde(rename = "requestID")]
    request_id: Option<String>,
}

impl Kms {
    /// The newest use of a key since `from_ms`.
    async fn last_use(
        &self,
        loaded: &LoadedKey,
        from_ms: i64,
        to_ms: i64,
    ) -> Result<Option<api::KeyLastUsageData>, Failure> {
        let stream = haechi_audit::stream(&loaded.key.account, &loaded.key.region);
        let term = format!("ResourceName={}", loaded.arn);
        let mut cursor = None;
        loop {
            let query = LogQuery {
                stream: &stream,
                from_ms,
                to_ms,
                term: Some(&term),
                direction: Direction::Backward,
                cursor,
                limit: PAGE,
            };
            let page = self.platform.store.scan(&query).await?;
            if let Some(found) = page.records.iter().find_map(usage) {
                return Ok(Some(found));
            }
            match page.next {
                Some(next) => cursor = Some(next),
                None => return Ok(None),
            }
        }
    }
}

/// The event as use; `None` where it was refused, or is no cryptographic operation.
fn usage(record: &LogRecord) -> Option<api::KeyLastUsageData> {
    let event: Event = serde_json::from_slice(&record.body).ok()?;
    if event.error_code.is_some() || !TRACKED.contains(&event.event_name.as_str()) {
        return None;
    }
    Some(api::KeyLastUsageData {
        operation: Some(event.event_name.as_str().into()),
        timestamp: Some(Timestamp::from_millis(record.time)),
        cloud_trail_event_id: Some(event.event_id),
        kms_request_id: event.request_id,
    })
}
