//! Streams and the records that wait.

use std::collections::BTreeMap;

use haechi_api_firehose as api;
use haechi_core::{AccountId, Arn, Region};
use haechi_keyring::{Binding, Sealed};
use haechi_wire::Stored;
use serde::{Deserialize, Serialize};

/// A stream. Its only destination is an HTTP endpoint.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Stream {
    /// Names its records; a stream that is made anew has another.
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) created_ms: i64,
    pub(crate) updated_ms: Option<i64>,
    /// Counts changes of the destination.
    pub(crate) version: u64,
    pub(crate) tags: BTreeMap<String, String>,
    /// As DescribeDeliveryStream shows it.
    pub(crate) destination: Stored<api::HttpEndpointDestinationDescription>,
    /// What the endpoint knows us by.
    pub(crate) access_key: Option<Sealed>,
    /// Deliveries that have failed since the last one that did not.
    pub(crate) failures: u32,
}

/// The bounds of a buffer: it goes out when it has so many bytes, or when its oldest record is so old.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hints {
    pub(crate) bytes: usize,
    pub(crate) interval_ms: i64,
}

impl Stream {
    pub(crate) fn hints(&self) -> Hints {
        let hints = self.destination.buffering_hints.clone().unwrap_or_default();
        Hints {
            bytes: usize::try_from(hints.size_in_m_bs.unwrap_or(5)).unwrap_or(5) << 20,
            interval_ms: i64::from(hints.interval_in_seconds.unwrap_or(300)) * 1_000,
        }
    }

    pub(crate) fn url(&self) -> &str {
        let endpoint = self.destination.endpoint_configuration.as_ref();
        endpoint
            .and_then(|endpoint| endpoint.url.as_deref())
            .unwrap_or_default()
    }
}

/// A record that waits; its data is in base64, as it is delivered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Waiting {
    pub(crate) data: String,
    pub(crate) arrived_ms: i64,
}

/// The ARN of a stream.
pub(crate) fn stream_arn(account: &AccountId, region: &Region, name: &str) -> String {
    format!(
        "arn:{}:firehose:{region}:{account}:deliverystream/{name}",
        region.partition()
    )
}

/// What a sealed access key is bound to.
pub(crate) fn binding(stream: &str) -> Binding {
    Binding::new("firehose/access-key").with(stream)
}

/// The stream that an ARN names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StreamRef {
    pub(crate) account: AccountId,
    pub(crate) region: Region,
    pub(crate) name: String,
}

impl StreamRef {
    pub(crate) fn parse(arn: &str) -> Option<Self> {
        let arn = Arn::parse(arn).filter(|arn| arn.service() == "firehose")?;
        Some(Self {
            account: AccountId::parse(arn.account()).ok()?,
            region: Region::parse(arn.region()).ok()?,
            name: arn.resource().strip_prefix("deliverystream/")?.to_owned(),
        })
    }
}
