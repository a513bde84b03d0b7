//! CreateListener, DescribeListener, ListListeners, UpdateListener, DeleteListener.

use std::collections::BTreeMap;
use std::sync::Arc;

use haechi_api_globalaccelerator as api;
use haechi_api_globalaccelerator::error::ErrorCode;
use haechi_core::{Call, Failure};
use haechi_wire::{Empty, Stored};

use crate::model::{Accelerator, Listener, check_ports};
use crate::paging::page;
use crate::{GlobalAccelerator, error, identifiers};

pub(crate) async fn create_listener(
    accelerators: Arc<GlobalAccelerator>,
    call: Arc<Call>,
    input: api::CreateListenerRequest,
) -> Result<api::CreateListenerResponse, Failure> {
    let arn = input.accelerator_arn.unwrap_or_default();
    let (place, _) = accelerators.open(&call, &arn).await?;
    let id = identifiers::listener(&*accelerators.platform.random);
    let listener = api::Listener {
        listener_arn: Some(format!("{arn}/listener/{id}")),
        port_ranges: input.port_ranges,
        protocol: Some(input.protocol.unwrap_or(api::Protocol::Tcp)),
        client_affinity: Some(input.client_affinity.unwrap_or(api::ClientAffinity::None)),
    };
    accelerators
        .change(&call, &place, |it| {
            check(it, &id, &listener)?;
            it.listeners.insert(
                id.clone(),
                Listener {
                    shown: Stored(listener.clone()),
                    groups: BTreeMap::new(),
                },
            );
            Ok(api::CreateListenerResponse {
                listener: Some(listener.clone()),
            })
        })
        .await
}

pub(crate) async fn describe_listener(
    accelerators: Arc<GlobalAccelerator>,
    call: Arc<Call>,
    input: api::DescribeListenerRequest,
) -> Result<api::DescribeListenerResponse, Failure> {
    let (place, found) = accelerators
        .open(&call, &input.listener_arn.unwrap_or_default())
        .await?;
    Ok(api::DescribeListenerResponse {
        listener: Some(found.listener(&place)?.shown.0.clone()),
    })
}

pub(crate) async fn list_listeners(
    accelerators: Arc<GlobalAccelerator>,
    call: Arc<Call>,
    input: api::ListListenersRequest,
) -> Result<api::ListListenersResponse, Failure> {
    let (_, found) = accelerators
        .open(&call, &input.accelerator_arn.unwrap_or_default())
        .await?;
    let token = input.next_token.as_deref();
    let (items, next_token) = page(
        &found.listeners,
        |(id, _)| (*id).clone(),
        token,
        input.max_results,
    )?;
    Ok(api::ListListenersResponse {
        listeners: Some(items.into_iter().map(|(_, it)| it.shown.0.clone()).collect()),
        next_token,
    })
}

pub(crate) async fn update_listener(
    accelerators: Arc<GlobalAccelerator>,
    call: Arc<Call>,
    input: api::UpdateListenerRequest,
) -> Result<api::UpdateListenerResponse, Failure> {
    let (place, _) = accelerators
        .open(&call, input.listener_arn.as_deref().unwrap_or_default())
        .await?;
    accelerators
        .change(&call, &place, |it| {
            let mut listener = it.listener(&place)?.shown.0.clone();
            listener.port_ranges = input.port_ranges.clone().or(listener.port_ranges);
            listener.protocol = input.protocol.clone().or(listener.protocol);
            listener.client_affinity = input.client_affinity.clone().or(listener.client_affinity);
            check(it, place.listener.as_deref().unwrap_or_default(), &listener)?;
            it.listener_mut(&place)?.shown = Stored(listener.clone());
            Ok(api::UpdateListenerResponse {
                listener: Some(listener),
            })
        })
        .await
}

pub(crate) async fn delete_listener(
    accelerators: Arc<GlobalAccelerator>,
    call: Arc<Call>,
    input: api::DeleteListenerRequest,
) -> Result<Empty, Failure> {
    let (place, _) = accelerators
        .open(&call, &input.listener_arn.unwrap_or_default())
        .await?;
    accelerators
        .change(&call, &place, |it| {
            if !it.listener(&place)?.groups.is_empty() {
                return Err(error::refused(
                    ErrorCode::AssociatedEndpointGroupFoundException,
                    "The listener has endpoint groups associated with it. Delete them first.",
                ));
            }
            it.listeners.remove(place.listener.as_deref().unwrap_or_default());
            Ok(Empty::default())
        })
        .await
}

/// The ports of a listener are its own, in its protocol.
fn check(accelerator: &Accelerator, id: &str, listener: &api::Listener) -> Result<(), Failure> {
    let mut all = listener.port_ranges.clone().unwrap_or_default();
    check_ports(&all)?;
    for (other, known) in &accelerator.listeners {
        if other != id && known.shown.protocol == listener.protocol {
            all.extend(known.shown.port_ranges.iter().flatten().cloned());
        }
    }
    check_ports(&all)
}
