//! CreateStage, GetStage, GetStages, UpdateStage, DeleteStage.
//!
//! A stage shows the web ACL that guards it; WAF makes and ends that association. Caches and canaries are kept and
//! shown, the gateway does not carry them. Follows the API Gateway API reference, "Stage".

use std::sync::Arc;

use haechi_api_apigateway as api;
use haechi_core::{Call, Failure};
use haechi_dataplane::{associations, touch};
use haechi_store::{ALL, Txn};
use haechi_wire::{Empty, Stored};

use crate::access::{current, current_stage};
use crate::model::stage::{Stage, stage_arn};
use crate::patch::Patch;
use crate::store::{DEPLOYMENTS, STAGES};
use crate::{ApiGateway, error, tags};

mod settings;

pub(crate) async fn create_stage(
    gateway: Arc<ApiGateway>,
    call: Arc<Call>,
    input: api::CreateStageRequest,
) -> Result<api::Stage, Failure> {
    let tags = tags::from_request(input.tags)?;
    let api_id = &input.rest_api_id.unwrap_or_default();
    gateway.open_with(&call, api_id, &tags).await?;
    let name = &input.stage_name.unwrap_or_default();
    check_name(name)?;
    let mut stage = new_stage(&call, api_id, name);
    let shown = &mut stage.shown;
    shown.deployment_id = input.deployment_id;
    shown.description = input.description.filter(|text| !text.is_empty());
    shown.variables = input.variables.filter(|it| !it.is_empty());
    shown.documentation_version = input.documentation_version.filter(|text| !text.is_empty());
    shown.canary_settings = input.canary_settings;
    shown.tracing_enabled = Some(input.tracing_enabled.unwrap_or(false));
    shown.tags = (!tags.is_empty()).then_some(tags);
    settings::set_cache(shown, input.cache_cluster_enabled, input.cache_cluster_size);
    let (call, stage) = (&call, &stage);
    gateway
        .platform
        .write(call, |txn| async move {
            current(&txn, call, api_id).await?;
            must_have_deployment(&txn, call, stage).await?;
            if txn.get(&STAGES, &call.scope(), (api_id, name)).await?.is_some() {
                return Err(error::conflict("Stage already exists"));
            }
            txn.put(&STAGES, &call.scope(), (api_id, name), stage).await?;
            touch(&txn).await?;
            Ok(stage.shown.0.clone())
        })
        .await
}

pub(crate) async fn stage(
    gateway: Arc<ApiGateway>,
    call: Arc<Call>,
    input: api::GetStageRequest,
) -> Result<api::Stage, Failure> {
    let api_id = input.rest_api_id.unwrap_or_default();
    gateway.open(&call, &api_id).await?;
    let name = input.stage_name.unwrap_or_default();
    let (call, api_id, name) = (&call, &api_id, &name);
    gateway
        .platform
        .store
        .txn(|txn| async move {
            let stage = current_stage(&txn, call, api_id, name).await?;
            answer(&txn, call, &stage).await
        })
        .await
}

pub(crate) async fn stages(
    gateway: Arc<ApiGateway>,
    call: Arc<Call>,
    input: api::GetStagesRequest,
) -> Result<api::Stages, Failure> {
    let api_id = input.rest_api_id.unwrap_or_default();
    gateway.open(&call, &api_id).await?;
    let (call, api_id, wanted) = (&call, &api_id, &input.deployment_id);
    gateway
        .platform
        .store
        .txn(|txn| async move {
            let mut item = Vec::new();
            for (_, stage) in txn.list_under(&STAGES, &call.scope(), api_id, None, ALL).await? {
                if wanted.as_ref().is_none_or(|wanted| stage.deployment() == wanted) {
                    item.push(answer(&txn, call, &stage).await?);
                }
            }
            Ok::<_, Failure>(api::Stages { item: Some(item) })
        })
        .await
}

pub(crate) async fn update_stage(
    gateway: Arc<ApiGateway>,
    call: Arc<Call>,
    input: api::UpdateStageRequest,
) -> Result<api::Stage, Failure> {
    let api_id = &input.rest_api_id.unwrap_or_default();
    gateway.open(&call, api_id).await?;
    let name = &input.stage_name.unwrap_or_default();
    let (call, patches) = (&call, &Patch::all(input.patch_operations)?);
    gateway
        .platform
        .write(call, |txn| async move {
            let mut stage = current_stage(&txn, call, api_id, name).await?;
            for patch in patches {
                settings::apply(patch, &mut stage.shown)?;
            }
            must_have_deployment(&txn, call, &stage).await?;
            stage.shown.last_updated_date = Some(call.time);
            txn.put(&STAGES, &call.scope(), (api_id, name), &stage).await?;
            touch(&txn).await?;
            answer(&txn, call, &stage).await
        })
        .await
}

pub(crate) async fn delete_stage(
    gateway: Arc<ApiGateway>,
    call: Arc<Call>,
    input: api::DeleteStageRequest,
) -> Result<Empty, Failure> {
    let api_id = &input.rest_api_id.unwrap_or_default();
    gateway.open(&call, api_id).await?;
    let name = &input.stage_name.unwrap_or_default();
    let call = &call;
    gateway
        .platform
        .write(call, |txn| async move {
            current_stage(&txn, call, api_id, name).await?;
            let arn = stage_arn(call.partition(), &call.region, api_id, name);
            associations::disassociate(&txn, &call.region, &arn).await?;
            txn.delete(&STAGES, &call.scope(), (api_id, name)).await?;
            touch(&txn).await?;
            Ok(Empty::default())
        })
        .await
}

/// A stage without a deployment yet.
pub(crate) fn new_stage(call: &Call, api_id: &str, name: &str) -> Stage {
    Stage {
        api: api_id.to_owned(),
        name: name.to_owned(),
        shown: Stored(api::Stage {
            stage_name: Some(name.to_owned()),
            cache_cluster_enabled: Some(false),
            cache_cluster_status: Some(api::CacheClusterStatus::NotAvailable),
            method_settings: Some(std::collections::BTreeMap::new()),
            tracing_enabled: Some(false),
            created_date: Some(call.time),
            last_updated_date: Some(call.time),
            ..api::Stage::default()
        }),
    }
}

/// The name of a stage is part of its URL.
pub(crate) fn check_name(name: &str) -> Result<(), Failure> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
    if name.is_empty() || name.len() > 128 || !name.bytes().all(plain) {
        return Err(error::bad_request("Stage name only allows a-zA-Z0-9_-"));
    }
    Ok(())
}

async fn must_have_deployment(txn: &Txn, call: &Call, stage: &Stage) -> Result<(), Failure> {
    let id = (stage.api.as_str(), stage.deployment());
    let found = txn.get(&DEPLOYMENTS, &call.scope(), id).await?;
    found.map(drop).ok_or_else(error::no_such_deployment)
}

/// The stage as it is shown, with the web ACL that guards it.
async fn answer(txn: &Txn, call: &Call, stage: &Stage) -> Result<api::Stage, Failure> {
    let arn = stage_arn(call.partition(), &call.region, &stage.api, &stage.name);
    let web_acl_arn = associations::web_acl_of(txn, &call.region, &arn).await?;
    Ok(api::Stage {
        web_acl_arn,
        ..stage.shown.0.clone()
    })
}
