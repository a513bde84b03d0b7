//! AddTags, RemoveTags, DescribeTags, of load balancers, target groups, listeners and rules.

use std::sync::Arc;

use haechi_api_elbv2 as api;
use haechi_core::{Call, Failure};
use haechi_policy::Context;
use haechi_store::Txn;

use crate::find::{Resource, current, save};
use crate::model::listener::Listener;
use crate::model::load_balancer::LoadBalancer;
use crate::model::rule::Rule;
use crate::model::target_group::TargetGroup;
use crate::names::{Name, no_arn};
use crate::tags::{self, Tags};
use crate::{LoadBalancing, error};

/// The most resources that one request may name.
const MOST_RESOURCES: usize = 20;

/// What changes tags.
type Change<'a> = &'a (dyn Fn(&mut Tags) -> Result<(), Failure> + Send + Sync);

impl LoadBalancing {
    /// The tags of what an ARN names; of a listener's default rule those that the listener keeps for it.
    async fn tags_of(&self, call: &Call, arn: &str) -> Result<Tags, Failure> {
        let own = match Name::parse(arn) {
            Some(Name::LoadBalancer { .. }) => self.own_tags::<LoadBalancer>(call, arn).await?,
            Some(Name::TargetGroup { .. }) => self.own_tags::<TargetGroup>(call, arn).await?,
            Some(Name::Listener { .. }) => self.own_tags::<Listener>(call, arn).await?,
            Some(Name::Rule { .. }) => match self.default_of(call, arn).await? {
                Some(listener) => Some(listener.rule_tags.clone()),
                None => self.own_tags::<Rule>(call, arn).await?,
            },
            None => return Err(no_arn(arn, "resource")),
        };
        own.ok_or_else(|| missing(arn))
    }

    async fn own_tags<R: Resource>(&self, call: &Call, arn: &str) -> Result<Option<Tags>, Failure> {
        let found = self.find::<R>(call, arn).await?;
        Ok(found.map(|record| record.tags().clone()))
    }

    /// The listener whose default rule this is.
    async fn default_of(&self, call: &Call, rule: &str) -> Result<Option<Arc<Listener>>, Failure> {
        let all = self.all::<Listener>(call).await?;
        Ok(all.into_iter().find(|listener| listener.default_rule == rule))
    }

    async fn admit(&self, call: &Call, arns: &[String], context: &Context) -> Result<(), Failure> {
        if arns.len() > MOST_RESOURCES {
            let message = format!("You can specify at most '{MOST_RESOURCES}' resources");
            return Err(error::validation(message));
        }
        for arn in arns {
            let found = self.tags_of(call, arn).await;
            let own = found.as_ref().map_or_else(|_| Tags::new(), Tags::clone);
            self.may_change_with(call, arn, &own, context.clone()).await?;
            found?;
        }
        Ok(())
    }

    async fn change(&self, txn: &Txn, call: &Call, arn: &str, change: Change<'_>) -> Result<(), Failure> {
        match Name::parse(arn) {
            Some(Name::LoadBalancer { .. }) => of::<LoadBalancer>(txn, call, arn, change).await,
            Some(Name::TargetGroup { .. }) => of::<TargetGroup>(txn, call, arn, change).await,
            Some(Name::Listener { .. }) => of::<Listener>(txn, call, arn, change).await,
            Some(Name::Rule { .. }) => match self.default_of(call, arn).await? {
                Some(listener) => {
                    let mut listener = current::<Listener>(txn, call, &listener.arn).await?;
                    change(&mut listener.rule_tags)?;
                    save(txn, call, &listener).await
                }
                None => of::<Rule>(txn, call, arn, change).await,
            },
            None => Err(no_arn(arn, "resource")),
        }
    }
}

async fn of<R: Resource>(txn: &Txn, call: &Call, arn: &str, change: Change<'_>) -> Result<(), Failure> {
    let mut record = current::<R>(txn, call, arn).await?;
    change(record.tags_mut())?;
    save(txn, call, &record).await
}

fn missing(arn: &str) -> Failure {
    match Name::parse(arn) {
        Some(Name::TargetGroup { .. }) => error::no_target_group(arn),
        Some(Name::Listener { .. }) => error::no_listener(arn),
        Some(Name::Rule { .. }) => error::no_rule(arn),
        Some(Name::LoadBalancer { .. }) | None => error::no_load_balancer(arn),
    }
}

pub(crate) async fn add_tags(
    elbv2: Arc<LoadBalancing>,
    call: Arc<Call>,
    input: api::AddTagsInput,
) -> Result<api::AddTagsOutput, Failure> {
    let arns = &input.resource_arns.unwrap_or_default();
    let new = &tags::from_request(input.tags)?;
    let mut context = Context::new();
    tags::describe_request(new, &mut context);
    elbv2.admit(&call, arns, &context).await?;
    let (call, elbv2) = (&call, &elbv2);
    elbv2
        .platform
        .write(call, |txn| async move {
            for arn in arns {
                elbv2.change(&txn, call, arn, &|own| tags::add(own, new)).await?;
            }
            Ok(api::AddTagsOutput::default())
        })
        .await
}

pub(crate) async fn remove_tags(
    elbv2: Arc<LoadBalancing>,
    call: Arc<Call>,
    input: api::RemoveTagsInput,
) -> Result<api::RemoveTagsOutput, Failure> {
    let arns = &input.resource_arns.unwrap_or_default();
    let keys = &input.tag_keys.unwrap_or_default();
    let mut context = Context::new();
    tags::describe_keys(keys, &mut context);
    elbv2.admit(&call, arns, &context).await?;
    let (call, elbv2) = (&call, &elbv2);
    elbv2
        .platform
        .write(call, |txn| async move {
            for arn in arns {
                let gone = |own: &mut Tags| {
                    own.retain(|key, _| !keys.contains(key));
                    Ok(())
                };
                elbv2.change(&txn, call, arn, &gone).await?;
            }
            Ok(api::RemoveTagsOutput::default())
        })
        .await
}

pub(crate) async fn describe_tags(
    elbv2: Arc<LoadBalancing>,
    call: Arc<Call>,
    input: api::DescribeTagsInput,
) -> Result<api::DescribeTagsOutput, Failure> {
    elbv2.may_read(&call).await?;
    let arns = input.resource_arns.unwrap_or_default();
    if arns.len() > MOST_RESOURCES {
        let message = format!("You can specify at most '{MOST_RESOURCES}' resources");
        return Err(error::validation(message));
    }
    let mut descriptions = Vec::with_capacity(arns.len());
    for arn in arns {
        let own = elbv2.tags_of(&call, &arn).await?;
        descriptions.push(api::TagDescription {
            resource_arn: Some(arn),
            tags: Some(tags::answer(&own)),
        });
    }
    Ok(api::DescribeTagsOutput {
        tag_descriptions: Some(descriptions),
    })
}
