//! DescribeDeliveryStream, ListDeliveryStreams.

use std::sync::Arc;

use haechi_api_firehose as api;
use haechi_core::{Call, Failure, Timestamp};
use haechi_store::Id;

use crate::Firehose;
use crate::model::{Stream, stream_arn};
use crate::store::{STREAMS, own_scope};

/// The id of the one destination.
pub(crate) const DESTINATION: &str = "destinationId-000000000001";
/// Names on a page where no limit is given.
const DEFAULT_LIMIT: i32 = 10;

pub(crate) async fn describe_delivery_stream(
    firehose: Arc<Firehose>,
    call: Arc<Call>,
    input: api::DescribeDeliveryStreamInput,
) -> Result<api::DescribeDeliveryStreamOutput, Failure> {
    let name = input.delivery_stream_name.unwrap_or_default();
    let stream = firehose.stream_for(&call, &name, &Default::default()).await?;
    Ok(api::DescribeDeliveryStreamOutput {
        delivery_stream_description: Some(describe(&call, &stream)),
    })
}

fn describe(call: &Call, stream: &Stream) -> api::DeliveryStreamDescription {
    api::DeliveryStreamDescription {
        delivery_stream_name: Some(stream.name.clone()),
        delivery_stream_arn: Some(stream_arn(&call.account, &call.region, &stream.name)),
        delivery_stream_status: Some(api::DeliveryStreamStatus::Active),
        delivery_stream_encryption_configuration: Some(api::DeliveryStreamEncryptionConfiguration {
            status: Some("DISABLED".into()),
            ..Default::default()
        }),
        delivery_stream_type: Some(api::DeliveryStreamType::DirectPut),
        version_id: Some(stream.version.to_string()),
        create_timestamp: Some(Timestamp::from_millis(stream.created_ms)),
        last_update_timestamp: stream.updated_ms.map(Timestamp::from_millis),
        destinations: Some(vec![api::DestinationDescription {
            destination_id: Some(DESTINATION.to_owned()),
            http_endpoint_destination_description: Some(stream.destination.0.clone()),
            ..Default::default()
        }]),
        has_more_destinations: Some(false),
        ..Default::default()
    }
}

pub(crate) async fn list_delivery_streams(
    firehose: Arc<Firehose>,
    call: Arc<Call>,
    input: api::ListDeliveryStreamsInput,
) -> Result<api::ListDeliveryStreamsOutput, Failure> {
    firehose.permit(&call).await?;
    let limit = input.limit.unwrap_or(DEFAULT_LIMIT).max(1) as usize;
    let direct = input
        .delivery_stream_type
        .is_none_or(|kind| kind == api::DeliveryStreamType::DirectPut);
    let after = input
        .exclusive_start_delivery_stream_name
        .map(|name| Id::of(&name));
    let rows = firehose
        .platform
        .store
        .list(&STREAMS, &own_scope(&call), after.as_ref(), limit + 1)
        .await?;
    let names = rows
        .iter()
        .filter(|_| direct)
        .map(|(_, stream)| stream.name.clone());
    Ok(api::ListDeliveryStreamsOutput {
        delivery_stream_names: Some(names.take(limit).collect()),
        has_more_delivery_streams: Some(direct && rows.len() > limit),
    })
}
