//! GetAccountAuthorizationDetails: every principal with its policies, and every policy with its versions.

use std::sync::Arc;

use haechi_api_iam as api;
use haechi_core::{AccountId, Call, Failure};
use haechi_policy::Context;
use haechi_store::{ALL, Scope};

use crate::attachment::Uses;
use crate::aws_managed;
use crate::documents::encoded;
use crate::model::instance_profile::InstanceProfile;
use crate::model::managed_policy::ManagedPolicy;
use crate::model::permissions::Permissions;
use crate::model::role::Role;
use crate::model::user::User;
use crate::paging::PageRequest;
use crate::store::{GROUPS, POLICIES, ROLES, USERS, scope};
use crate::{Iam, answer, tags};

/// An item of the answer, under the key by which pages are cut.
enum Detail {
    User(Arc<User>),
    Group(Arc<crate::model::group::Group>),
    Role(Arc<Role>),
    Policy(Arc<ManagedPolicy>),
    AwsPolicy(aws_managed::AwsPolicy),
}

impl Detail {
    fn key(&self) -> String {
        match self {
            Self::User(user) => format!("1/{}", user.name),
            Self::Group(group) => format!("2/{}", group.name),
            Self::Role(role) => format!("3/{}", role.name),
            Self::Policy(policy) => format!("4/{}", policy.arn),
            Self::AwsPolicy(policy) => format!("5/{}", policy.arn()),
        }
    }
}

pub(crate) async fn get_account_authorization_details(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::GetAccountAuthorizationDetailsRequest,
) -> Result<api::GetAccountAuthorizationDetailsResponse, Failure> {
    iam.authorize(&call, "*", Context::new()).await?;
    let filter = input.filter.unwrap_or_default();
    let mut details = collect(&iam, &scope(&call.account), &filter).await?;
    let uses = iam.all_uses(&call.account).await?;
    if wants(&filter, &api::EntityType::AWSManagedPolicy) {
        // Of AWS's policies only those that are in use.
        let used = aws_managed::all()
            .iter()
            .filter(|policy| uses.contains_key(&policy.arn()));
        details.extend(used.copied().map(Detail::AwsPolicy));
    }
    details.sort_by_cached_key(Detail::key);
    let page = PageRequest::parse(input.marker.as_deref(), input.max_items)?.of(details, Detail::key);
    let mut answer = api::GetAccountAuthorizationDetailsResponse {
        user_detail_list: Some(Vec::new()),
        group_detail_list: Some(Vec::new()),
        role_detail_list: Some(Vec::new()),
        policies: Some(Vec::new()),
        is_truncated: Some(page.is_truncated()),
        marker: page.marker,
    };
    let account = &call.account;
    let uses = |arn: &str| uses.get(arn).copied().unwrap_or_default();
    for detail in page.items {
        match detail {
            Detail::User(user) => answer
                .user_detail_list
                .get_or_insert_default()
                .push(user_detail(account, &user)),
            Detail::Group(group) => {
                answer
                    .group_detail_list
                    .get_or_insert_default()
                    .push(group_detail(account, &group));
            }
            Detail::Role(role) => {
                answer
                    .role_detail_list
                    .get_or_insert_default()
                    .push(role_detail(&iam, account, &role).await?);
            }
            Detail::Policy(policy) => {
                answer
                    .policies
                    .get_or_insert_default()
                    .push(policy_detail(&policy, uses(&policy.arn)));
            }
            Detail::AwsPolicy(policy) => {
                answer
                    .policies
                    .get_or_insert_default()
                    .push(aws_detail(&policy, uses(&policy.arn())));
            }
        }
    }
    Ok(answer)
}

fn wants(filter: &[api::EntityType], kind: &api::EntityType) -> bool {
    filter.is_empty() || filter.contains(kind)
}

async fn collect(iam: &Iam, scope: &Scope, filter: &[api::EntityType]) -> Result<Vec<Detail>, Failure> {
    let store = &iam.platform.store;
    let mut details = Vec::new();
    if wants(filter, &api::EntityType::User) {
        details.extend(
            store
                .list(&USERS, scope, None, ALL)
                .await?
                .into_iter()
                .map(|(_, user)| Detail::User(user)),
        );
    }
    if wants(filter, &api::EntityType::Group) {
        details.extend(
            store
                .list(&GROUPS, scope, None, ALL)
                .await?
                .into_iter()
                .map(|(_, it)| Detail::Group(it)),
        );
    }
    if wants(filter, &api::EntityType::Role) {
        details.extend(
            store
                .list(&ROLES, scope, None, ALL)
                .await?
                .into_iter()
                .map(|(_, role)| Detail::Role(role)),
        );
    }
    if wants(filter, &api::EntityType::LocalManagedPolicy) {
        details.extend(
            store
                .list(&POLICIES, scope, None, ALL)
                .await?
                .into_iter()
                .map(|(_, it)| Detail::Policy(it)),
        );
    }
    Ok(details)
}

fn inline(permissions: &Permissions) -> Option<Vec<api::PolicyDetail>> {
    let shown: Vec<_> = permissions
        .inline
        .iter()
        .map(|(name, document)| api::PolicyDetail {
            policy_name: Some(name.clone()),
            policy_document: Some(encoded(document)),
        })
        .collect();
    (!shown.is_empty()).then_some(shown)
}

fn attached(permissions: &Permissions) -> Vec<api::AttachedPolicy> {
    permissions
        .attached
        .iter()
        .map(|arn| answer::attached(arn))
        .collect()
}

fn user_detail(account: &AccountId, user: &User) -> api::UserDetail {
    api::UserDetail {
        path: Some(user.path.clone()),
        user_name: Some(user.name.clone()),
        user_id: Some(user.id.clone()),
        arn: Some(user.arn(account)),
        create_date: answer::date(user.created_ms),
        user_policy_list: inline(&user.permissions),
        group_list: Some(user.groups.clone()),
        attached_managed_policies: Some(attached(&user.permissions)),
        permissions_boundary: answer::boundary(&user.permissions),
        tags: Some(tags::answer(&user.tags)),
    }
}

fn group_detail(account: &AccountId, group: &crate::model::group::Group) -> api::GroupDetail {
    api::GroupDetail {
        path: Some(group.path.clone()),
        group_name: Some(group.name.clone()),
        group_id: Some(group.id.clone()),
        arn: Some(group.arn(account)),
        create_date: answer::date(group.created_ms),
        group_policy_list: inline(&group.permissions),
        attached_managed_policies: Some(attached(&group.permissions)),
    }
}

async fn role_detail(iam: &Iam, account: &AccountId, role: &Role) -> Result<api::RoleDetail, Failure> {
    let mut profiles = Vec::new();
    for name in iam.profiles_of(account, role).await? {
        if let Some(profile) = iam.find::<InstanceProfile>(account, &name).await? {
            profiles.push(iam.profile_answer(account, &profile).await?);
        }
    }
    Ok(api::RoleDetail {
        path: Some(role.path.clone()),
        role_name: Some(role.name.clone()),
        role_id: Some(role.id.clone()),
        arn: Some(role.arn(account)),
        create_date: answer::date(role.created_ms),
        assume_role_policy_document: Some(encoded(&iam.trust_policy(role).await?)),
        instance_profile_list: Some(profiles),
        role_policy_list: Some(inline(&role.permissions).unwrap_or_default()),
        attached_managed_policies: Some(attached(&role.permissions)),
        permissions_boundary: answer::boundary(&role.permissions),
        tags: Some(tags::answer(&role.tags)),
        role_last_used: Some(iam.role_last_used(account, role).await?),
    })
}

fn policy_detail(policy: &ManagedPolicy, uses: Uses) -> api::ManagedPolicyDetail {
    let versions = policy
        .versions
        .iter()
        .rev()
        .map(|version| answer::version(policy, version, true));
    api::ManagedPolicyDetail {
        policy_name: Some(policy.name.clone()),
        policy_id: Some(policy.id.clone()),
        arn: Some(policy.arn.clone()),
        path: Some(policy.path.clone()),
        default_version_id: Some(format!("v{}", policy.default_version)),
        attachment_count: Some(uses.attached),
        permissions_boundary_usage_count: Some(uses.boundary),
        is_attachable: Some(true),
        description: policy.description.clone(),
        create_date: answer::date(policy.created_ms),
        update_date: answer::date(policy.updated_ms),
        policy_version_list: Some(versions.collect()),
    }
}

fn aws_detail(policy: &aws_managed::AwsPolicy, uses: Uses) -> api::ManagedPolicyDetail {
    let version = api::PolicyVersion {
        document: Some(encoded(policy.document)),
        version_id: Some(policy.version.to_owned()),
        is_default_version: Some(true),
        create_date: policy.updated(),
    };
    api::ManagedPolicyDetail {
        policy_name: Some(policy.name().to_owned()),
        policy_id: Some(policy.id()),
        arn: Some(policy.arn()),
        path: Some(policy.path()),
        default_version_id: Some(policy.version.to_owned()),
        attachment_count: Some(uses.attached),
        permissions_boundary_usage_count: Some(uses.boundary),
        is_attachable: Some(true),
        description: None,
        create_date: policy.created(),
        update_date: policy.updated(),
        policy_version_list: Some(vec![version]),
    }
}
