//! What Firehose keeps, and under which keys.

use haechi_core::{Call, Failure};
use haechi_store::{Scope, Table, Txn};

use crate::error;
use crate::model::{Stream, Waiting};

/// Streams, by name.
pub(crate) const STREAMS: Table<Stream> = Table::new("firehose", "streams", 1).guarded();

/// Records that wait: `(stream's id, time of arrival, place)`. The place is chance and the number within the request,
/// so that records go out about as they came in and two requests never meet.
pub(crate) const RECORDS: Table<Waiting> = Table::new("firehose", "records", 1);

/// The scope of the caller's streams.
pub(crate) fn own_scope(call: &Call) -> Scope {
    call.scope()
}

/// The stream as the transaction sees it.
pub(crate) async fn current(txn: &Txn, call: &Call, name: &str) -> Result<Stream, Failure> {
    let found = txn.get(&STREAMS, &own_scope(call), name).await?;
    let found = found.ok_or_else(|| error::no_such_stream(&call.account, name))?;
    Ok(found.as_ref().clone())
}
