//! GetTags, TagResource, UntagResource: of APIs, stages and domain names, by ARN.

use std::sync::Arc;

use haechi_api_apigateway as api;
use haechi_core::{Arn, Call, Failure};
use haechi_store::Txn;
use haechi_wire::Empty;

use crate::access::{current, current_domain, current_stage};
use crate::store::{APIS, DOMAINS, STAGES};
use crate::tags::{self, Tags};
use crate::{ApiGateway, error};

/// What an ARN names.
enum Tagged {
    Api(String),
    Stage(String, String),
    Domain(String),
}

pub(crate) async fn tags(
    gateway: Arc<ApiGateway>,
    call: Arc<Call>,
    input: api::GetTagsRequest,
) -> Result<api::Tags, Failure> {
    let tagged = parse(&call, &input.resource_arn.unwrap_or_default())?;
    let present = gateway.read(&call, &tagged).await;
    let own = present.as_ref().ok().cloned();
    gateway.authorize(&call, &Tags::new(), own.as_ref(), ()).await?;
    Ok(api::Tags { tags: Some(present?) })
}

pub(crate) async fn tag_resource(
    gateway: Arc<ApiGateway>,
    call: Arc<Call>,
    input: api::TagResourceRequest,
) -> Result<Empty, Failure> {
    let new = tags::from_request(input.tags)?;
    let tagged = parse(&call, &input.resource_arn.unwrap_or_default())?;
    let own = gateway.read(&call, &tagged).await.ok();
    gateway.authorize(&call, &new, own.as_ref(), ()).await?;
    let new = &new;
    gateway
        .retag(&call, &tagged, move |present| tags::add(present, new))
        .await
}

pub(crate) async fn untag_resource(
    gateway: Arc<ApiGateway>,
    call: Arc<Call>,
    input: api::UntagResourceRequest,
) -> Result<Empty, Failure> {
    let tagged = parse(&call, &input.resource_arn.unwrap_or_default())?;
    let own = gateway.read(&call, &tagged).await.ok();
    gateway.authorize(&call, &Tags::new(), own.as_ref(), ()).await?;
    let keys = &input.tag_keys.unwrap_or_default();
    gateway
        .retag(&call, &tagged, move |present| {
            tags::remove(present, keys);
            Ok(())
        })
        .await
}

impl ApiGateway {
    async fn read(&self, call: &Call, tagged: &Tagged) -> Result<Tags, Failure> {
        self.platform
            .store
            .txn(|txn| async move {
                let tags = match tagged {
                    Tagged::Api(id) => current(&txn, call, id).await?.shown.0.tags,
                    Tagged::Stage(id, name) => current_stage(&txn, call, id, name).await?.shown.0.tags,
                    Tagged::Domain(name) => current_domain(&txn, call, name).await?.shown.0.tags,
                };
                Ok(tags.unwrap_or_default())
            })
            .await
    }

    async fn retag<F>(&self, call: &Call, tagged: &Tagged, change: F) -> Result<Empty, Failure>
    where
        F: Fn(&mut Option<Tags>) -> Result<(), Failure> + Send + Sync,
    {
        let change = &change;
        self.platform
            .write(call, |txn| async move {
                write(&txn, call, tagged, change).await?;
                Ok(Empty::default())
            })
            .await
    }
}

async fn write<F>(txn: &Txn, call: &Call, tagged: &Tagged, change: &F) -> Result<(), Failure>
where
    F: Fn(&mut Option<Tags>) -> Result<(), Failure> + Send + Sync,
{
    let scope = call.scope();
    match tagged {
        Tagged::Api(id) => {
            let mut api = current(txn, call, id).await?;
            change(&mut api.shown.tags)?;
            txn.put(&APIS, &scope, id, &api).await?;
        }
        Tagged::Stage(id, name) => {
            let mut stage = current_stage(txn, call, id, name).await?;
            change(&mut stage.shown.tags)?;
            txn.put(&STAGES, &scope, (id, name), &stage).await?;
        }
        Tagged::Domain(name) => {
            let mut domain = current_domain(txn, call, name).await?;
            change(&mut domain.shown.tags)?;
            txn.put(&DOMAINS, &scope, name, &domain).await?;
        }
    }
    Ok(())
}

fn parse(call: &Call, text: &str) -> Result<Tagged, Failure> {
    let invalid = || error::bad_request(format!("Invalid resource ARN specified in the request: {text}"));
    let arn = Arn::parse(text)
        .filter(|arn| arn.service() == "apigateway" && arn.region() == call.region.as_str())
        .ok_or_else(invalid)?;
    match arn.resource().split('/').collect::<Vec<_>>().as_slice() {
        ["", "restapis", id] => Ok(Tagged::Api((*id).to_owned())),
        ["", "restapis", id, "stages", name] => Ok(Tagged::Stage((*id).to_owned(), (*name).to_owned())),
        ["", "domainnames", name] => Ok(Tagged::Domain((*name).to_owned())),
        _ => Err(invalid()),
    }
}
