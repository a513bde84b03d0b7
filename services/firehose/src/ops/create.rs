//! CreateDeliveryStream. A stream is active at once.
//!
//! Order of errors: permission, what is not carried here, tags, then whether the name is taken and the quota.

use std::sync::Arc;

use haechi_api_firehose as api;
use haechi_core::{Call, Failure};
use haechi_wire::{Fields, Shape, Stored};

use super::tags;
use crate::destination::of_configuration;
use crate::model::{Stream, binding, stream_arn};
use crate::store::{STREAMS, own_scope};
use crate::{Firehose, error};

/// Streams of an account in a Region.
const QUOTA: usize = 5_000;

pub(crate) async fn create_delivery_stream(
    firehose: Arc<Firehose>,
    call: Arc<Call>,
    input: api::CreateDeliveryStreamInput,
) -> Result<api::CreateDeliveryStreamOutput, Failure> {
    let name = input.delivery_stream_name.clone().unwrap_or_default();
    let tags = tags::read(input.tags.clone().unwrap_or_default())?;
    firehose.find_for(&call, &name, &tags).await?;
    call.audit_parameter("httpEndpointDestinationConfiguration", serde_json::Value::Null);
    let wanted = match input.http_endpoint_destination_configuration.clone() {
        Some(given) if is_carried(&input) => of_configuration(given)?,
        _ => {
            return Err(error::invalid(
                "Only streams of direct puts with an HTTP endpoint as their destination, without encryption settings, are there.",
            ));
        }
    };
    let id = firehose.platform.random.uuid();
    let stream = &Stream {
        access_key: firehose.seal(&call, &id, wanted.access_key).await?,
        id,
        name,
        created_ms: call.time.as_millis(),
        updated_ms: None,
        version: 1,
        tags,
        destination: Stored(wanted.shown),
        failures: 0,
    };
    let scope = &own_scope(&call);
    let arn = &stream_arn(&call.account, &call.region, &stream.name);
    firehose
        .platform
        .write(&call, |txn| async move {
            if txn.get(&STREAMS, scope, stream.name.as_str()).await?.is_some() {
                return Err(error::stream_exists(&scope_account(scope)?, &stream.name));
            }
            if txn.list_locked(&STREAMS, scope).await?.len() >= QUOTA {
                return Err(error::limit("The account has as many streams as it may have."));
            }
            txn.put(&STREAMS, scope, stream.name.as_str(), stream).await?;
            Ok(api::CreateDeliveryStreamOutput {
                delivery_stream_arn: Some(arn.clone()),
            })
        })
        .await
}

fn scope_account(scope: &haechi_store::Scope) -> Result<haechi_core::AccountId, Failure> {
    haechi_core::AccountId::parse(&scope.account).map_err(Failure::internal)
}

/// Whether nothing is asked for but a stream of direct puts to an HTTP endpoint.
fn is_carried(input: &api::CreateDeliveryStreamInput) -> bool {
    const CARRIED: &[&str] = &[
        "DeliveryStreamName",
        "DeliveryStreamType",
        "HttpEndpointDestinationConfiguration",
        "Tags",
    ];
    let direct = input
        .delivery_stream_type
        .as_ref()
        .is_none_or(|kind| *kind == api::DeliveryStreamType::DirectPut);
    let Fields(slots) = input.clone().into_fields();
    let members = api::CreateDeliveryStreamInput::SCHEMA.members.iter().zip(&slots);
    let mut there = members.filter(|(_, held)| held.is_some());
    direct && there.all(|(member, _)| CARRIED.contains(&member.name))
}

impl Firehose {
    /// Seals an endpoint's access key for the stream of this id.
    pub(crate) async fn seal(
        &self,
        call: &Call,
        id: &str,
        access_key: Option<String>,
    ) -> Result<Option<haechi_keyring::Sealed>, Failure> {
        let Some(key) = access_key.filter(|key| !key.is_empty()) else {
            return Ok(None);
        };
        let sealed = self
            .keyring
            .seal(&call.account, &call.region, &binding(id), key.as_bytes())
            .await
            .map_err(Failure::internal)?;
        Ok(Some(sealed))
    }
}
