//! CreateDeployment, GetDeployment, GetDeployments, UpdateDeployment, DeleteDeployment.
//!
//! A deployment is a copy of the API's resources; with a stage's name the stage is made or moved to it. One that a
//! stage uses can't be deleted. Follows the API Gateway API reference, "Deployment".

use haechi_store::ALL;
use std::sync::Arc;

use haechi_api_apigateway as api;
use haechi_core::{Call, Failure};
use haechi_dataplane::touch;
use haechi_wire::Empty;

use crate::access::current;
use crate::model::deployment::Deployment;
use crate::model::stage::Stage;
use crate::ops::stages::{check_name, new_stage};
use crate::paging::page;
use crate::patch::Patch;
use crate::store::{DEPLOYMENTS, STAGES};
use crate::{ApiGateway, error, identifiers};

pub(crate) async fn create_deployment(
    gateway: Arc<ApiGateway>,
    call: Arc<Call>,
    input: api::CreateDeploymentRequest,
) -> Result<api::Deployment, Failure> {
    let api_id = &input.rest_api_id.clone().unwrap_or_default();
    gateway.open(&call, api_id).await?;
    let stage_name = input.stage_name.clone().filter(|name| !name.is_empty());
    if let Some(name) = &stage_name {
        check_name(name)?;
    }
    let id = &identifiers::short(&*gateway.platform.random);
    let (call, input, stage_name) = (&call, &input, &stage_name);
    gateway
        .platform
        .write(call, |txn| async move {
            let api = current(&txn, call, api_id).await?;
            let description = input.description.clone().filter(|text| !text.is_empty());
            let deployment = Deployment::of(&api, id.clone(), description, call.time)?;
            txn.put(&DEPLOYMENTS, &call.scope(), (api_id, id), &deployment)
                .await?;
            if let Some(name) = stage_name {
                let before = txn.get(&STAGES, &call.scope(), (api_id, name)).await?;
                let mut stage = match before {
                    Some(stage) => Stage::clone(&stage),
                    None => new_stage(call, api_id, name),
                };
                deploy_to(&mut stage, id, call, input);
                txn.put(&STAGES, &call.scope(), (api_id, name), &stage).await?;
                touch(&txn).await?;
            }
            Ok(deployment.shown(false))
        })
        .await
}

fn deploy_to(stage: &mut Stage, deployment: &str, call: &Call, input: &api::CreateDeploymentRequest) {
    let shown = &mut stage.shown;
    shown.deployment_id = Some(deployment.to_owned());
    shown.last_updated_date = Some(call.time);
    if let Some(description) = &input.stage_description {
        shown.description = Some(description.clone());
    }
    if let Some(variables) = input.variables.clone().filter(|it| !it.is_empty()) {
        shown.variables = Some(variables);
    }
    if let Some(tracing) = input.tracing_enabled {
        shown.tracing_enabled = Some(tracing);
    }
}

pub(crate) async fn deployment(
    gateway: Arc<ApiGateway>,
    call: Arc<Call>,
    input: api::GetDeploymentRequest,
) -> Result<api::Deployment, Failure> {
    let api_id = input.rest_api_id.unwrap_or_default();
    gateway.open(&call, &api_id).await?;
    let id = input.deployment_id.unwrap_or_default();
    let store = &gateway.platform.store;
    let found = store.get(&DEPLOYMENTS, &call.scope(), (&api_id, &id)).await?;
    let embed = input.embed.unwrap_or_default();
    let with_summary = embed.iter().any(|part| part == "apisummary");
    Ok(found.ok_or_else(error::no_such_deployment)?.shown(with_summary))
}

pub(crate) async fn deployments(
    gateway: Arc<ApiGateway>,
    call: Arc<Call>,
    input: api::GetDeploymentsRequest,
) -> Result<api::Deployments, Failure> {
    let api_id = input.rest_api_id.unwrap_or_default();
    gateway.open(&call, &api_id).await?;
    let store = &gateway.platform.store;
    let all = store
        .list_under(&DEPLOYMENTS, &call.scope(), &api_id, None, ALL)
        .await?;
    let all = all.into_iter().map(|(_, deployment)| deployment);
    let (items, position) = page(all, |it| it.id.clone(), input.position.as_deref(), input.limit)?;
    Ok(api::Deployments {
        position,
        items: Some(items.iter().map(|it| it.shown(false)).collect()),
    })
}

pub(crate) async fn update_deployment(
    gateway: Arc<ApiGateway>,
    call: Arc<Call>,
    input: api::UpdateDeploymentRequest,
) -> Result<api::Deployment, Failure> {
    let api_id = &input.rest_api_id.unwrap_or_default();
    gateway.open(&call, api_id).await?;
    let id = &input.deployment_id.unwrap_or_default();
    let (call, patches) = (&call, &Patch::all(input.patch_operations)?);
    gateway
        .platform
        .write(call, |txn| async move {
            let found = txn.get(&DEPLOYMENTS, &call.scope(), (api_id, id)).await?;
            let mut deployment = Deployment::clone(&*found.ok_or_else(error::no_such_deployment)?);
            for patch in patches {
                match patch.segments().as_slice() {
                    ["description"] => deployment.description = patch.text(),
                    _ => return Err(patch.refused(&["/description"])),
                }
            }
            txn.put(&DEPLOYMENTS, &call.scope(), (api_id, id), &deployment)
                .await?;
            Ok(deployment.shown(false))
        })
        .await
}

pub(crate) async fn delete_deployment(
    gateway: Arc<ApiGateway>,
    call: Arc<Call>,
    input: api::DeleteDeploymentRequest,
) -> Result<Empty, Failure> {
    let api_id = &input.rest_api_id.unwrap_or_default();
    gateway.open(&call, api_id).await?;
    let id = &input.deployment_id.unwrap_or_default();
    let call = &call;
    gateway
        .platform
        .write(call, |txn| async move {
            let found = txn.get(&DEPLOYMENTS, &call.scope(), (api_id, id)).await?;
            found.ok_or_else(error::no_such_deployment)?;
            txn.depend_on_epoch(&STAGES, &call.scope()).await?;
            let stages = txn.list_under(&STAGES, &call.scope(), api_id, None, ALL).await?;
            if stages.iter().any(|(_, stage)| stage.deployment() == id) {
                return Err(error::bad_request(
                    "Active stages pointing to this deployment must be moved or deleted",
                ));
            }
            txn.delete(&DEPLOYMENTS, &call.scope(), (api_id, id)).await?;
            Ok(Empty::default())
        })
        .await
}
