//! Firehose streams that deliver to HTTP endpoints.
//!
//! Owns the tables of [`store`]: streams, and the records that wait. A record is durable when PutRecord answers and
//! stays until its endpoint has taken it, or for a day. Timer: `deliver`, one per stream that has records
//! ([`delivery`]). Other services give their lines through
//! [`LogDelivery`](haechi_core::telemetry::LogDelivery).
//!
//! Not there, and refused: destinations other than HTTP endpoints, sources other than direct puts, processing,
//! backup to S3 (what can't be delivered within a day is dropped and logged).
//!
//! Trust boundary: an endpoint's access key rests sealed; endpoints are reached by TLS alone, proven by the system's
//! authorities.

mod access;
mod delivery;
mod destination;
mod endpoint;
mod error;
mod model;
mod ops;
mod port;
mod store;

use std::sync::Arc;

use haechi_api_firehose::op;
use haechi_core::{Platform, Router, Service};
use haechi_keyring::Keyring;

pub use delivery::register_timers;
pub use endpoint::TlsError;

/// The service's state.
pub struct Firehose {
    platform: Platform,
    keyring: Arc<Keyring>,
    endpoints: endpoint::Endpoints,
    buffers: delivery::Buffers,
}

impl Firehose {
    /// The service over its platform.
    pub fn new(platform: Platform, keyring: Arc<Keyring>) -> Result<Arc<Self>, TlsError> {
        Ok(Arc::new(Self {
            platform,
            keyring,
            endpoints: endpoint::Endpoints::new()?,
            buffers: delivery::Buffers::default(),
        }))
    }
}

/// The operations, one line each.
pub fn service(firehose: Arc<Firehose>) -> Arc<dyn Service> {
    let router = Router::new(&haechi_api_firehose::SERVICE, firehose)
        .on::<op::CreateDeliveryStream, _, _>(ops::create::create_delivery_stream)
        .on::<op::DeleteDeliveryStream, _, _>(ops::delete::delete_delivery_stream)
        .on::<op::DescribeDeliveryStream, _, _>(ops::describe::describe_delivery_stream)
        .on::<op::ListDeliveryStreams, _, _>(ops::describe::list_delivery_streams)
        .on::<op::ListTagsForDeliveryStream, _, _>(ops::tags::list_tags_for_delivery_stream)
        .on::<op::PutRecord, _, _>(ops::put_records::put_record)
        .on::<op::PutRecordBatch, _, _>(ops::put_records::put_record_batch)
        .on::<op::TagDeliveryStream, _, _>(ops::tags::tag_delivery_stream)
        .on::<op::UntagDeliveryStream, _, _>(ops::tags::untag_delivery_stream)
        .on::<op::UpdateDestination, _, _>(ops::update_destination::update_destination);
    Arc::new(router)
}
