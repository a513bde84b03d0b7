//! Attributes of listeners.

use std::sync::Arc;

use haechi_api_elbv2 as api;
use haechi_core::{Call, Failure};

use crate::LoadBalancing;
use crate::attributes::{self, Attributes};
use crate::find::{current, save};
use crate::model::listener::Listener;

pub(crate) async fn describe_listener_attributes(
    elbv2: Arc<LoadBalancing>,
    call: Arc<Call>,
    input: api::DescribeListenerAttributesInput,
) -> Result<api::DescribeListenerAttributesOutput, Failure> {
    let arn = input.listener_arn.unwrap_or_default();
    let found = elbv2.read::<Listener>(&call, &arn).await?;
    Ok(api::DescribeListenerAttributesOutput {
        attributes: Some(shown(&found.all_attributes())),
    })
}

pub(crate) async fn modify_listener_attributes(
    elbv2: Arc<LoadBalancing>,
    call: Arc<Call>,
    input: api::ModifyListenerAttributesInput,
) -> Result<api::ModifyListenerAttributesOutput, Failure> {
    let arn = &input.listener_arn.unwrap_or_default();
    let given = &input.attributes.unwrap_or_default();
    elbv2.open::<Listener>(&call, arn).await?;
    let call = &call;
    elbv2
        .platform
        .write(call, |txn| async move {
            let mut changed = current::<Listener>(&txn, call, arn).await?;
            let known = attributes::listener::of(changed.kind, changed.protocol.as_deref());
            for attribute in given {
                let key = attribute.key.clone().unwrap_or_default();
                let value = attribute.value.clone().unwrap_or_default();
                attributes::check("Listener", &known, &key, &value)?;
                changed.attributes.insert(key, value);
            }
            save(&txn, call, &changed).await?;
            Ok(api::ModifyListenerAttributesOutput {
                attributes: Some(shown(&changed.all_attributes())),
            })
        })
        .await
}

fn shown(attributes: &Attributes<'_>) -> Vec<api::ListenerAttribute> {
    attributes
        .all()
        .map(|(key, value)| api::ListenerAttribute {
            key: Some(key.to_owned()),
            value: Some(value.to_owned()),
        })
        .collect()
}
