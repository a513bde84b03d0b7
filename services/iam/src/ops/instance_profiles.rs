//! Instance profiles: one role each.

use haechi_store::ALL;
use std::sync::Arc;

use haechi_api_iam as api;
use haechi_core::{Call, Failure};
use haechi_policy::Context;
use haechi_wire::Empty;

use crate::access::{arn, current, insert, path_of, remove, required, save};
use crate::entity::Entity;
use crate::model::instance_profile::InstanceProfile;
use crate::model::role::Role;
use crate::paging::PageRequest;
use crate::store::{INSTANCE_PROFILES, PROFILES_OF_ROLE, name_id, scope};
use crate::{Iam, error, tags, unique_id};

pub(crate) async fn create_instance_profile(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::CreateInstanceProfileRequest,
) -> Result<api::CreateInstanceProfileResponse, Failure> {
    let (name, path) = (required(input.instance_profile_name), path_of(input.path));
    let tags = tags::from_request(input.tags, tags::Case::Kept)?;
    let arn = arn(&call.account, "instance-profile", &path, &name);
    iam.authorize_making(&call, &arn, "iam:TagInstanceProfile", &tags, Context::new())
        .await?;
    let profile = InstanceProfile {
        name,
        path,
        id: unique_id::fresh(&*iam.platform.random, unique_id::INSTANCE_PROFILE),
        created_ms: call.time.as_millis(),
        tags,
        role: None,
    };
    let shown = &iam.profile_answer(&call.account, &profile).await?;
    let (profile, account) = (&profile, &call.account);
    iam.platform
        .write(&call, |txn| async move {
            if !insert(&txn, account, profile).await? {
                return Err(error::already_exists(format!(
                    "Instance Profile {} already exists.",
                    profile.name
                )));
            }
            Ok(api::CreateInstanceProfileResponse {
                instance_profile: Some(shown.clone()),
            })
        })
        .await
}

pub(crate) async fn get_instance_profile(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::GetInstanceProfileRequest,
) -> Result<api::GetInstanceProfileResponse, Failure> {
    let profile = iam
        .open::<InstanceProfile>(&call, &required(input.instance_profile_name))
        .await?;
    let shown = api::InstanceProfile {
        tags: Some(tags::answer(&profile.tags)),
        ..iam.profile_answer(&call.account, &profile).await?
    };
    Ok(api::GetInstanceProfileResponse {
        instance_profile: Some(shown),
    })
}

pub(crate) async fn list_instance_profiles(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::ListInstanceProfilesRequest,
) -> Result<api::ListInstanceProfilesResponse, Failure> {
    let prefix = path_of(input.path_prefix);
    iam.authorize(
        &call,
        &arn(&call.account, "instance-profile", &prefix, ""),
        Context::new(),
    )
    .await?;
    let page = PageRequest::parse(input.marker.as_deref(), input.max_items)?
        .scan(
            &iam.platform.store,
            &INSTANCE_PROFILES,
            &scope(&call.account),
            |profile| profile.path.starts_with(&prefix),
        )
        .await?;
    let mut profiles = Vec::with_capacity(page.items.len());
    for profile in &page.items {
        let shown = iam.profile_answer(&call.account, profile).await?;
        profiles.push(api::InstanceProfile { tags: None, ..shown });
    }
    Ok(api::ListInstanceProfilesResponse {
        is_truncated: Some(page.is_truncated()),
        instance_profiles: Some(profiles),
        marker: page.marker,
    })
}

pub(crate) async fn list_instance_profiles_for_role(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::ListInstanceProfilesForRoleRequest,
) -> Result<api::ListInstanceProfilesForRoleResponse, Failure> {
    let role = iam.open::<Role>(&call, &required(input.role_name)).await?;
    let names = iam.profiles_of(&call.account, &role).await?;
    let page = PageRequest::parse(input.marker.as_deref(), input.max_items)?.of(names, |name| name_id(name));
    let mut profiles = Vec::with_capacity(page.items.len());
    for name in &page.items {
        if let Some(profile) = iam.find::<InstanceProfile>(&call.account, name).await? {
            let shown = iam.profile_answer(&call.account, &profile).await?;
            profiles.push(api::InstanceProfile { tags: None, ..shown });
        }
    }
    Ok(api::ListInstanceProfilesForRoleResponse {
        is_truncated: Some(page.is_truncated()),
        instance_profiles: Some(profiles),
        marker: page.marker,
    })
}

impl Iam {
    /// The names of the instance profiles that hold a role.
    pub(crate) async fn profiles_of(
        &self,
        account: &haechi_core::AccountId,
        role: &Role,
    ) -> Result<Vec<String>, Failure> {
        let (scope, id) = (scope(account), role.own_id());
        let found = self
            .platform
            .store
            .list_under(&PROFILES_OF_ROLE, &scope, id.as_str(), None, ALL)
            .await?;
        Ok(found.into_iter().map(|(_, name)| name.as_ref().clone()).collect())
    }
}

pub(crate) async fn delete_instance_profile(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::DeleteInstanceProfileRequest,
) -> Result<Empty, Failure> {
    let name = &required(input.instance_profile_name);
    iam.open::<InstanceProfile>(&call, name).await?;
    let account = &call.account;
    iam.platform
        .write(&call, |txn| async move {
            let profile = current::<InstanceProfile>(&txn, account, name).await?;
            if profile.role.is_some() {
                let message = "Cannot delete entity, must remove roles from instance profile first.";
                return Err(error::delete_conflict(message));
            }
            remove(&txn, account, &profile).await?;
            Ok(Empty::default())
        })
        .await
}

pub(crate) async fn add_role_to_instance_profile(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::AddRoleToInstanceProfileRequest,
) -> Result<Empty, Failure> {
    let (name, role) = (&required(input.instance_profile_name), &required(input.role_name));
    iam.open::<InstanceProfile>(&call, name).await?;
    let account = &call.account;
    // Whoever gives a role to machines must be allowed to pass it.
    if let Some(role) = iam.find::<Role>(account, role).await? {
        let context = Context::new().with("iam:passedtoservice", "ec2.amazonaws.com");
        iam.authorize_action(&call, "iam:PassRole", &role.arn(account), context)
            .await?;
    }
    iam.platform
        .write(&call, |txn| async move {
            let mut profile = current::<InstanceProfile>(&txn, account, name).await?;
            let role = current::<Role>(&txn, account, role).await?;
            role.guard()?;
            if profile.role.is_some() {
                return Err(error::quota("InstanceSessionsPerInstanceProfile", 1));
            }
            profile.role = Some(role.name.clone());
            let (role_id, profile_id) = (role.own_id(), profile.own_id());
            txn.put(
                &PROFILES_OF_ROLE,
                &scope(account),
                (role_id.as_str(), profile_id.as_str()),
                &profile.name,
            )
            .await?;
            save(&txn, account, &profile).await?;
            Ok(Empty::default())
        })
        .await
}

pub(crate) async fn remove_role_from_instance_profile(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::RemoveRoleFromInstanceProfileRequest,
) -> Result<Empty, Failure> {
    let (name, role) = (&required(input.instance_profile_name), &required(input.role_name));
    iam.open::<InstanceProfile>(&call, name).await?;
    let account = &call.account;
    iam.platform
        .write(&call, |txn| async move {
            let mut profile = current::<InstanceProfile>(&txn, account, name).await?;
            let holds = profile
                .role
                .as_ref()
                .is_some_and(|held| name_id(held) == name_id(role));
            if !holds {
                return Err(Role::missing(role));
            }
            profile.role = None;
            let (role_id, profile_id) = (name_id(role), profile.own_id());
            txn.delete(
                &PROFILES_OF_ROLE,
                &scope(account),
                (role_id.as_str(), profile_id.as_str()),
            )
            .await?;
            save(&txn, account, &profile).await?;
            Ok(Empty::default())
        })
        .await
}
