//! ListEntitiesForPolicy.

use std::sync::Arc;

use haechi_api_iam as api;
use haechi_core::{Call, Failure};

use super::policies;
use crate::Iam;
use crate::access::required;
use crate::attachment::Usage;
use crate::model::group::Group;
use crate::model::role::Role;
use crate::model::user::User;
use crate::paging::PageRequest;

/// An entity of the answer.
enum Shown {
    Group(api::PolicyGroup),
    User(api::PolicyUser),
    Role(api::PolicyRole),
}

pub(crate) async fn list_entities_for_policy(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::ListEntitiesForPolicyRequest,
) -> Result<api::ListEntitiesForPolicyResponse, Failure> {
    let arn = required(input.policy_arn.clone());
    policies::open(&iam, &call, &arn).await?;
    let mut found = Vec::new();
    for entity in iam.entities_of(&call.account, &arn).await? {
        if !is_wanted(&input, entity.usage, &entity.kind) {
            continue;
        }
        if let Some((path, shown)) = show(&iam, &call, &entity.kind, entity.name).await?
            && input
                .path_prefix
                .as_deref()
                .is_none_or(|prefix| path.starts_with(prefix))
        {
            found.push(shown);
        }
    }
    found.sort_by_cached_key(key);
    found.dedup_by_key(|shown| key(shown));
    let page = PageRequest::parse(input.marker.as_deref(), input.max_items)?.of(found, key);
    let mut answer = api::ListEntitiesForPolicyResponse {
        policy_groups: Some(Vec::new()),
        policy_users: Some(Vec::new()),
        policy_roles: Some(Vec::new()),
        is_truncated: Some(page.is_truncated()),
        marker: page.marker,
    };
    for shown in page.items {
        match shown {
            Shown::Group(group) => answer.policy_groups.get_or_insert_default().push(group),
            Shown::User(user) => answer.policy_users.get_or_insert_default().push(user),
            Shown::Role(role) => answer.policy_roles.get_or_insert_default().push(role),
        }
    }
    Ok(answer)
}

fn is_wanted(input: &api::ListEntitiesForPolicyRequest, usage: Usage, kind: &str) -> bool {
    let usage_fits = match &input.policy_usage_filter {
        Some(api::PolicyUsageType::PermissionsBoundary) => usage == Usage::Boundary,
        Some(_) => usage == Usage::Policy,
        None => true,
    };
    usage_fits
        && input
            .entity_filter
            .as_ref()
            .is_none_or(|wanted| wanted.as_str().eq_ignore_ascii_case(kind))
}

async fn show(iam: &Iam, call: &Call, kind: &str, name: String) -> Result<Option<(String, Shown)>, Failure> {
    let account = &call.account;
    Ok(match kind {
        "user" => iam.find::<User>(account, &name).await?.map(|user| {
            let shown = api::PolicyUser {
                user_name: Some(name),
                user_id: Some(user.id.clone()),
            };
            (user.path.clone(), Shown::User(shown))
        }),
        "group" => iam.find::<Group>(account, &name).await?.map(|group| {
            let shown = api::PolicyGroup {
                group_name: Some(name),
                group_id: Some(group.id.clone()),
            };
            (group.path.clone(), Shown::Group(shown))
        }),
        _ => iam.find::<Role>(account, &name).await?.map(|role| {
            let shown = api::PolicyRole {
                role_name: Some(name),
                role_id: Some(role.id.clone()),
            };
            (role.path.clone(), Shown::Role(shown))
        }),
    })
}

fn key(shown: &Shown) -> String {
    let (kind, name) = match shown {
        Shown::Group(group) => ("group", &group.group_name),
        Shown::User(user) => ("user", &user.user_name),
        Shown::Role(role) => ("role", &role.role_name),
    };
    format!("{kind}/{}", name.as_deref().unwrap_or_default())
}
