//! CreateRuleGroup, GetRuleGroup, UpdateRuleGroup.
//!
//! The capacity is fixed when a rule group is made; its rules never may cost more. Changes of a rule group that web
//! ACLs refer to reach them at once. GetRuleGroup works for other accounts to which the rule group is shared.
//! Order of errors: as for web ACLs. Follows the API reference's pages.

use std::sync::Arc;

use haechi_api_wafv2 as api;
use haechi_api_wafv2::op;
use haechi_core::{Call, Failure};

use crate::model::entity::{Content, Entity};
use crate::model::kind::Kind;
use crate::model::name::FullName;
use crate::model::web_scope::WebScope;
use crate::rules::{Checked, MOST_CAPACITY};
use crate::{Waf, choices, documents, error, labels, tags};

pub(crate) async fn create_rule_group(
    waf: Arc<Waf>,
    call: Arc<Call>,
    mut input: api::CreateRuleGroupRequest,
) -> Result<api::CreateRuleGroupResponse, Failure> {
    let scope = WebScope::of(&call, input.scope.as_ref())?;
    let tags = tags::from_request(input.tags.take())?;
    let name = waf.fresh_name(&call, Kind::RuleGroup, scope, input.name.clone());
    waf.permit_making(&call, &name, &tags).await?;
    let capacity = input.capacity.and_then(|capacity| u64::try_from(capacity).ok());
    let capacity = capacity.unwrap_or_default();
    if capacity > MOST_CAPACITY {
        return Err(error::invalid("RULE_GROUP", capacity, error::OVER_CAPACITY).into());
    }
    let description = input.description.clone();
    let (request, checked) = waf.checked(&call, scope, input, capacity).await?;
    let content = Content::RuleGroup {
        request,
        capacity,
        references: checked.references,
        permissions: None,
    };
    let entity = Entity::new(&*waf.platform.random, name, description, tags, content);
    waf.insert(&call, &entity, |entity| api::CreateRuleGroupResponse {
        summary: Some(api::RuleGroupSummary {
            name: Some(entity.name.clone()),
            id: Some(entity.id.clone()),
            description: Some(entity.description.clone().unwrap_or_default()),
            lock_token: Some(entity.lock_token.clone()),
            arn: Some(entity.arn()),
        }),
    })
    .await
}

pub(crate) async fn update_rule_group(
    waf: Arc<Waf>,
    call: Arc<Call>,
    input: api::UpdateRuleGroupRequest,
) -> Result<api::UpdateRuleGroupResponse, Failure> {
    let scope = WebScope::of(&call, input.scope.as_ref())?;
    let id = input.id.clone().unwrap_or_default();
    let name = input.name.clone().unwrap_or_default();
    let name = Waf::full_name(&call, Kind::RuleGroup, scope, &name, &id);
    let before = waf.own(&call, &name).await?;
    let Content::RuleGroup { capacity, .. } = before.content else {
        return Err(Failure::internal("a rule group has the content of another kind"));
    };
    let (description, lock_token) = (input.description.clone(), input.lock_token.clone());
    let (request, checked) = waf
        .checked(&call, scope, making(input, capacity), capacity)
        .await?;
    let change = |entity: &mut Entity| {
        entity.description.clone_from(&description);
        if let Content::RuleGroup {
            request: kept,
            references,
            ..
        } = &mut entity.content
        {
            kept.clone_from(&request);
            references.clone_from(&checked.references);
        }
    };
    waf.update(&call, &name, lock_token.as_deref(), change, |entity| {
        api::UpdateRuleGroupResponse {
            next_lock_token: Some(entity.lock_token.clone()),
        }
    })
    .await
}

/// The request that would make what an update makes of it.
fn making(update: api::UpdateRuleGroupRequest, capacity: u64) -> api::CreateRuleGroupRequest {
    api::CreateRuleGroupRequest {
        name: update.name,
        scope: update.scope,
        capacity: i64::try_from(capacity).ok(),
        description: update.description,
        rules: update.rules,
        visibility_config: update.visibility_config,
        tags: None,
        custom_response_bodies: update.custom_response_bodies,
        monetization_config: update.monetization_config,
    }
}

impl Waf {
    async fn checked(
        &self,
        call: &Call,
        scope: WebScope,
        request: api::CreateRuleGroupRequest,
        capacity: u64,
    ) -> Result<(String, Checked), Failure> {
        choices::check(&request)?;
        let request = documents::write(request);
        let group = documents::rule_group(&request)?;
        let checked = self.check_rule_group(call, scope, group, capacity).await?;
        Ok((request, checked))
    }
}

pub(crate) async fn get_rule_group(
    waf: Arc<Waf>,
    call: Arc<Call>,
    input: api::GetRuleGroupRequest,
) -> Result<api::GetRuleGroupResponse, Failure> {
    let name = match (&input.arn, &input.name, &input.scope, &input.id) {
        (Some(arn), ..) => FullName::parse(arn)
            .filter(|name| name.kind == Kind::RuleGroup)
            .ok_or_else(|| error::bad_arn(arn))?,
        (None, Some(name), Some(scope), Some(id)) => {
            let scope = WebScope::of(&call, Some(scope))?;
            Waf::full_name(&call, Kind::RuleGroup, scope, name, id)
        }
        (None, name, scope, id) => {
            let scope = scope.as_ref().map(api::Scope::as_str);
            return Err(
                error::incomplete("GetRuleGroupRequest", name.as_deref(), scope, id.as_deref()).into(),
            );
        }
    };
    let group = waf.any_for(&call, &name, &call.action()).await?;
    Ok(api::GetRuleGroupResponse {
        rule_group: Some(describe(&group)?),
        lock_token: Some(group.lock_token.clone()),
    })
}

fn describe(group: &Entity) -> Result<api::RuleGroup, Failure> {
    let Content::RuleGroup {
        request, capacity, ..
    } = &group.content
    else {
        return Err(Failure::internal("a rule group has the content of another kind"));
    };
    let rules = documents::rule_group(request)?.rules;
    let made = documents::read::<op::CreateRuleGroup>(request)?;
    let namespace = labels::namespace(group);
    let names = |found: Vec<String>| {
        let names = found
            .into_iter()
            .map(|name| api::LabelSummary { name: Some(name) });
        Some(names.collect::<Vec<_>>()).filter(|names| !names.is_empty())
    };
    Ok(api::RuleGroup {
        name: Some(group.name.clone()),
        id: Some(group.id.clone()),
        capacity: Some(i64::try_from(*capacity).unwrap_or(i64::MAX)),
        arn: Some(group.arn()),
        description: Some(group.description.clone().unwrap_or_default()),
        rules: Some(made.rules.unwrap_or_default()),
        visibility_config: made.visibility_config,
        available_labels: names(labels::added(&rules, &namespace)),
        consumed_labels: names(labels::consumed(&rules, &namespace)),
        label_namespace: Some(namespace),
        custom_response_bodies: made.custom_response_bodies,
        monetization_config: made.monetization_config,
    })
}
