//! PutRecord, PutRecordBatch: records for a stream, durable when the answer leaves.
//!
//! A batch is taken whole or not at all, so that no entry of an answer has an error. CloudTrail does not record these
//! operations.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use haechi_api_firehose as api;
use haechi_core::{Call, Failure};

use crate::store::own_scope;
use crate::{Firehose, error};

/// Bytes of a batch.
const MAX_BATCH: usize = 4 << 20;

pub(crate) async fn put_record(
    firehose: Arc<Firehose>,
    call: Arc<Call>,
    input: api::PutRecordInput,
) -> Result<api::PutRecordOutput, Failure> {
    let name = input.delivery_stream_name.unwrap_or_default();
    let record = input.record.unwrap_or_default();
    let ids = put(&firehose, &call, &name, vec![record]).await?;
    Ok(api::PutRecordOutput {
        record_id: ids.into_iter().next(),
        encrypted: Some(false),
    })
}

pub(crate) async fn put_record_batch(
    firehose: Arc<Firehose>,
    call: Arc<Call>,
    input: api::PutRecordBatchInput,
) -> Result<api::PutRecordBatchOutput, Failure> {
    let name = input.delivery_stream_name.unwrap_or_default();
    let ids = put(&firehose, &call, &name, input.records.unwrap_or_default()).await?;
    let entry = |record_id| api::PutRecordBatchResponseEntry {
        record_id: Some(record_id),
        ..Default::default()
    };
    Ok(api::PutRecordBatchOutput {
        failed_put_count: Some(0),
        encrypted: Some(false),
        request_responses: Some(ids.into_iter().map(entry).collect()),
    })
}

/// Takes records; their ids in the same order.
async fn put(
    firehose: &Firehose,
    call: &Call,
    name: &str,
    records: Vec<api::Record>,
) -> Result<Vec<String>, Failure> {
    call.mark_audited();
    firehose.stream_for(call, name, &Default::default()).await?;
    let data: Vec<_> = records
        .into_iter()
        .map(|record| record.data.unwrap_or_default())
        .collect();
    if data.iter().map(|data| data.len()).sum::<usize>() > MAX_BATCH {
        return Err(error::invalid("Records size exceeds 4 MB limit"));
    }
    let data = data.iter().map(|data| STANDARD.encode(data)).collect();
    let taken = firehose.take(&own_scope(call), name, data).await?;
    taken.ok_or_else(|| error::no_such_stream(&call.account, name))
}
