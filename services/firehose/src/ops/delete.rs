//! DeleteDeliveryStream: the stream is gone at once, and with it the records that waited.

use std::sync::Arc;

use haechi_api_firehose as api;
use haechi_core::{Call, Failure};

use crate::Firehose;
use crate::delivery;
use crate::store::{STREAMS, current, own_scope};

pub(crate) async fn delete_delivery_stream(
    firehose: Arc<Firehose>,
    call: Arc<Call>,
    input: api::DeleteDeliveryStreamInput,
) -> Result<api::DeleteDeliveryStreamOutput, Failure> {
    let name = input.delivery_stream_name.unwrap_or_default();
    firehose.stream_for(&call, &name, &Default::default()).await?;
    let (scope, name, call_ref) = (&own_scope(&call), name.as_str(), call.as_ref());
    firehose
        .platform
        .write(call_ref, |txn| async move {
            let gone = current(&txn, call_ref, name).await?;
            txn.delete(&STREAMS, scope, name).await?;
            delivery::forget(&txn, scope, &gone, call_ref.time).await?;
            Ok(api::DeleteDeliveryStreamOutput::default())
        })
        .await
}
