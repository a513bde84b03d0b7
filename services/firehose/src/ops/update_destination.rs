//! UpdateDestination: what is given replaces what was there; the rest stays.
//!
//! Order of errors: permission, existence, what is not carried here, then whether the version is the present one.

use std::sync::Arc;

use haechi_api_firehose as api;
use haechi_api_firehose::error::ErrorCode;
use haechi_core::{Call, Failure};
use haechi_wire::Stored;

use super::describe::DESTINATION;
use crate::destination::Given;
use crate::store::{STREAMS, current, own_scope};
use crate::{Firehose, error};

pub(crate) async fn update_destination(
    firehose: Arc<Firehose>,
    call: Arc<Call>,
    input: api::UpdateDestinationInput,
) -> Result<api::UpdateDestinationOutput, Failure> {
    let name = input.delivery_stream_name.unwrap_or_default();
    let before = firehose.stream_for(&call, &name, &Default::default()).await?;
    call.audit_parameter("httpEndpointDestinationUpdate", serde_json::Value::Null);
    let Some(update) = input.http_endpoint_destination_update else {
        return Err(error::invalid(
            "The destination of the stream is an HTTP endpoint, and no other kind is there.",
        ));
    };
    if input.destination_id.as_deref() != Some(DESTINATION) {
        return Err(error::invalid("There is no destination with this id."));
    }
    if update.s3_update.is_some() {
        return Err(error::invalid("Backup to S3 is not there."));
    }
    let given = Given {
        endpoint: update.endpoint_configuration,
        hints: update.buffering_hints,
        logging: update.cloud_watch_logging_options,
        request: update.request_configuration,
        processing: update.processing_configuration,
        role: update.role_arn,
        retry: update.retry_options,
        backup: update.s3_backup_mode,
        secrets: update.secrets_manager_configuration,
    };
    let wanted = given.over(before.destination.0.clone())?;
    let sealed = firehose.seal(&call, &before.id, wanted.access_key).await?;
    let (shown, sealed, known) = (&wanted.shown, &sealed, &before.id);
    let version = input.current_delivery_stream_version_id.as_deref();
    let (scope, name, call_ref) = (&own_scope(&call), name.as_str(), call.as_ref());
    firehose
        .platform
        .write(call_ref, |txn| async move {
            let mut stream = current(&txn, call_ref, name).await?;
            if version != Some(stream.version.to_string().as_str()) || stream.id != *known {
                let text = "The version of the stream is another than the one that was given.";
                return Err(ErrorCode::ConcurrentModificationException.with(text).into());
            }
            stream.destination = Stored(shown.clone());
            stream.version += 1;
            stream.updated_ms = Some(call_ref.time.as_millis());
            if sealed.is_some() {
                stream.access_key.clone_from(sealed);
            }
            txn.put(&STREAMS, scope, name, &stream).await?;
            Ok(api::UpdateDestinationOutput::default())
        })
        .await
}
