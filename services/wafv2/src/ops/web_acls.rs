//! CreateWebACL, GetWebACL, UpdateWebACL.
//!
//! Rules are kept as they were given and given back so. UpdateWebACL replaces everything but name, scope and tags.
//! Order of errors: scope, tags, permission, choices, rules with what they refer to, capacity, existence, lock token,
//! name taken, quota. Follows the API reference's pages.

use std::sync::Arc;

use haechi_api_wafv2 as api;
use haechi_api_wafv2::op;
use haechi_core::{Call, Failure};

use crate::model::entity::{Content, Entity};
use crate::model::kind::Kind;
use crate::model::name::FullName;
use crate::model::web_scope::WebScope;
use crate::{Waf, choices, documents, error, labels, tags};

pub(crate) async fn create_web_acl(
    waf: Arc<Waf>,
    call: Arc<Call>,
    mut input: api::CreateWebACLRequest,
) -> Result<api::CreateWebACLResponse, Failure> {
    let scope = WebScope::of(&call, input.scope.as_ref())?;
    let tags = tags::from_request(input.tags.take())?;
    let name = waf.fresh_name(&call, Kind::WebAcl, scope, input.name.clone());
    waf.permit_making(&call, &name, &tags).await?;
    let description = input.description.clone();
    let content = waf.content(&call, scope, input).await?;
    let entity = Entity::new(&*waf.platform.random, name, description, tags, content);
    waf.insert(&call, &entity, |entity| api::CreateWebACLResponse {
        summary: Some(api::WebACLSummary {
            name: Some(entity.name.clone()),
            id: Some(entity.id.clone()),
            description: Some(entity.description.clone().unwrap_or_default()),
            lock_token: Some(entity.lock_token.clone()),
            arn: Some(entity.arn()),
        }),
    })
    .await
}

pub(crate) async fn update_web_acl(
    waf: Arc<Waf>,
    call: Arc<Call>,
    input: api::UpdateWebACLRequest,
) -> Result<api::UpdateWebACLResponse, Failure> {
    let scope = WebScope::of(&call, input.scope.as_ref())?;
    let id = input.id.clone().unwrap_or_default();
    let name = input.name.clone().unwrap_or_default();
    let name = Waf::full_name(&call, Kind::WebAcl, scope, &name, &id);
    waf.own(&call, &name).await?;
    let (description, lock_token) = (input.description.clone(), input.lock_token.clone());
    let content = waf.content(&call, scope, making(input)).await?;
    let change = |entity: &mut Entity| {
        entity.description.clone_from(&description);
        entity.content.clone_from(&content);
    };
    waf.update(&call, &name, lock_token.as_deref(), change, |entity| {
        api::UpdateWebACLResponse {
            next_lock_token: Some(entity.lock_token.clone()),
        }
    })
    .await
}

/// The request that would make what an update makes of it.
fn making(update: api::UpdateWebACLRequest) -> api::CreateWebACLRequest {
    api::CreateWebACLRequest {
        name: update.name,
        scope: update.scope,
        default_action: update.default_action,
        description: update.description,
        rules: update.rules,
        visibility_config: update.visibility_config,
        data_protection_config: update.data_protection_config,
        tags: None,
        custom_response_bodies: update.custom_response_bodies,
        captcha_config: update.captcha_config,
        challenge_config: update.challenge_config,
        token_domains: update.token_domains,
        association_config: update.association_config,
        on_source_d_do_s_protection_config: update.on_source_d_do_s_protection_config,
        application_config: update.application_config,
        monetization_config: update.monetization_config,
    }
}

impl Waf {
    async fn content(
        &self,
        call: &Call,
        scope: WebScope,
        request: api::CreateWebACLRequest,
    ) -> Result<Content, Failure> {
        choices::check(&request)?;
        let request = documents::write(request);
        let checked = self
            .check_web_acl(call, scope, documents::web_acl(&request)?)
            .await?;
        Ok(Content::WebAcl {
            request,
            capacity: checked.capacity,
            references: checked.references,
        })
    }
}

pub(crate) async fn get_web_acl(
    waf: Arc<Waf>,
    call: Arc<Call>,
    input: api::GetWebACLRequest,
) -> Result<api::GetWebACLResponse, Failure> {
    let name = match (&input.arn, &input.name, &input.scope, &input.id) {
        (Some(arn), ..) => FullName::parse(arn)
            .filter(|name| name.kind == Kind::WebAcl)
            .ok_or_else(|| error::bad_arn(arn))?,
        (None, Some(name), Some(scope), Some(id)) => {
            Waf::full_name(&call, Kind::WebAcl, WebScope::of(&call, Some(scope))?, name, id)
        }
        (None, name, scope, id) => {
            let scope = scope.as_ref().map(api::Scope::as_str);
            return Err(error::incomplete("GetWebACLRequest", name.as_deref(), scope, id.as_deref()).into());
        }
    };
    let acl = waf.own(&call, &name).await?;
    Ok(api::GetWebACLResponse {
        web_acl: Some(describe(&acl)?),
        lock_token: Some(acl.lock_token.clone()),
        application_integration_url: None,
    })
}

/// A web ACL as answers have it.
pub(crate) fn describe(acl: &Entity) -> Result<api::WebACL, Failure> {
    let Content::WebAcl {
        request, capacity, ..
    } = &acl.content
    else {
        return Err(Failure::internal("a web ACL has the content of another kind"));
    };
    let made = documents::read::<op::CreateWebACL>(request)?;
    Ok(api::WebACL {
        name: Some(acl.name.clone()),
        id: Some(acl.id.clone()),
        arn: Some(acl.arn()),
        default_action: made.default_action,
        description: Some(acl.description.clone().unwrap_or_default()),
        rules: Some(made.rules.unwrap_or_default()),
        visibility_config: made.visibility_config,
        data_protection_config: made.data_protection_config,
        capacity: Some(i64::try_from(*capacity).unwrap_or(i64::MAX)),
        pre_process_firewall_manager_rule_groups: None,
        post_process_firewall_manager_rule_groups: None,
        managed_by_firewall_manager: Some(false),
        label_namespace: Some(labels::namespace(acl)),
        custom_response_bodies: made.custom_response_bodies,
        captcha_config: made.captcha_config,
        challenge_config: made.challenge_config,
        token_domains: made.token_domains,
        association_config: made.association_config,
        retrofitted_by_firewall_manager: Some(false),
        on_source_d_do_s_protection_config: made.on_source_d_do_s_protection_config,
        application_config: made.application_config,
        monetization_config: made.monetization_config,
    })
}
