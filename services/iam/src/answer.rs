//! Records as the API shows them.

use haechi_api_iam as api;
use haechi_core::{AccountId, Failure, Timestamp};

use crate::documents::encoded;
use crate::model::group::Group;
use crate::model::instance_profile::InstanceProfile;
use crate::model::managed_policy::{ManagedPolicy, PolicyVersion};
use crate::model::permissions::Permissions;
use crate::model::role::Role;
use crate::model::user::User;
use crate::store::{ROLE_USES, ROLES, name_id, scope};
use crate::tags;
use crate::{Iam, error};

/// A date of the store.
#[allow(clippy::unnecessary_wraps)]
pub(crate) fn date(ms: i64) -> Option<Timestamp> {
    // IAM's dates have no fractions.
    Some(Timestamp::from_millis(ms - ms.rem_euclid(1_000)))
}

/// `Active` or `Inactive`.
pub(crate) fn status(active: bool) -> api::StatusType {
    if active {
        api::StatusType::Active
    } else {
        api::StatusType::Inactive
    }
}

/// Whether a request makes something active: it can be that or inactive, nothing else.
pub(crate) fn active(status: Option<api::StatusType>) -> Result<bool, Failure> {
    match status {
        Some(api::StatusType::Active) => Ok(true),
        Some(api::StatusType::Inactive) => Ok(false),
        _ => Err(error::validation("The status can be Active or Inactive.")),
    }
}

/// The boundary of a principal.
pub(crate) fn boundary(permissions: &Permissions) -> Option<api::AttachedPermissionsBoundary> {
    permissions
        .boundary
        .clone()
        .map(|arn| api::AttachedPermissionsBoundary {
            // The model says `PermissionsBoundaryPolicy`; the service says `Policy`.
            permissions_boundary_type: Some("Policy".into()),
            permissions_boundary_arn: Some(arn),
        })
}

/// A user with everything that GetUser tells.
pub(crate) fn user(account: &AccountId, user: &User) -> api::User {
    api::User {
        permissions_boundary: boundary(&user.permissions),
        tags: tags::answer_if_any(&user.tags),
        ..listed_user(account, user)
    }
}

/// A user as lists show it: without boundary and tags.
pub(crate) fn listed_user(account: &AccountId, user: &User) -> api::User {
    api::User {
        path: Some(user.path.clone()),
        user_name: Some(user.name.clone()),
        user_id: Some(user.id.clone()),
        arn: Some(user.arn(account)),
        create_date: date(user.created_ms),
        ..api::User::default()
    }
}

/// A group.
pub(crate) fn group(account: &AccountId, group: &Group) -> api::Group {
    api::Group {
        path: Some(group.path.clone()),
        group_name: Some(group.name.clone()),
        group_id: Some(group.id.clone()),
        arn: Some(group.arn(account)),
        create_date: date(group.created_ms),
    }
}

/// A version of a policy; lists leave the document out.
pub(crate) fn version(
    policy: &ManagedPolicy,
    version: &PolicyVersion,
    with_document: bool,
) -> api::PolicyVersion {
    api::PolicyVersion {
        document: with_document.then(|| encoded(&version.document)),
        version_id: Some(format!("v{}", version.number)),
        is_default_version: Some(policy.default_version == version.number),
        create_date: date(version.created_ms),
    }
}

/// An attached policy: its name is the end of its ARN.
pub(crate) fn attached(arn: &str) -> api::AttachedPolicy {
    api::AttachedPolicy {
        policy_name: Some(arn.rsplit('/').next().unwrap_or(arn).to_owned()),
        policy_arn: Some(arn.to_owned()),
    }
}

/// A role as an instance profile and CreateRole's answer show it: without description and length of sessions, as
/// recorded in 2026.
pub(crate) fn brief_role(account: &AccountId, role: &Role, trust_policy: &str) -> api::Role {
    api::Role {
        path: Some(role.path.clone()),
        role_name: Some(role.name.clone()),
        role_id: Some(role.id.clone()),
        arn: Some(role.arn(account)),
        create_date: date(role.created_ms),
        assume_role_policy_document: Some(encoded(trust_policy)),
        ..api::Role::default()
    }
}

impl Iam {
    /// A role with everything that GetRole tells.
    pub(crate) async fn role_answer(&self, account: &AccountId, role: &Role) -> Result<api::Role, Failure> {
        Ok(api::Role {
            permissions_boundary: boundary(&role.permissions),
            tags: tags::answer_if_any(&role.tags),
            role_last_used: Some(self.role_last_used(account, role).await?),
            ..self.listed_role(account, role).await?
        })
    }

    /// A role as lists show it.
    pub(crate) async fn listed_role(&self, account: &AccountId, role: &Role) -> Result<api::Role, Failure> {
        Ok(api::Role {
            description: role.description.clone(),
            max_session_duration: i32::try_from(role.max_session_seconds).ok(),
            ..brief_role(account, role, &self.trust_policy(role).await?)
        })
    }

    /// When the role was last assumed; empty where it never was.
    pub(crate) async fn role_last_used(
        &self,
        account: &AccountId,
        role: &Role,
    ) -> Result<api::RoleLastUsed, Failure> {
        let used = self
            .platform
            .store
            .get(&ROLE_USES, &scope(account), role.id.as_str())
            .await?;
        Ok(
            used.map_or_else(api::RoleLastUsed::default, |used| api::RoleLastUsed {
                last_used_date: date(used.at_ms),
                region: Some(used.region.clone()),
            }),
        )
    }

    /// An instance profile with its role.
    pub(crate) async fn profile_answer(
        &self,
        account: &AccountId,
        profile: &InstanceProfile,
    ) -> Result<api::InstanceProfile, Failure> {
        let mut roles = Vec::new();
        if let Some(name) = &profile.role
            && let Some(role) = self
                .platform
                .store
                .get(&ROLES, &scope(account), name_id(name).as_str())
                .await?
        {
            roles.push(brief_role(account, &role, &self.trust_policy(&role).await?));
        }
        Ok(api::InstanceProfile {
            path: Some(profile.path.clone()),
            instance_profile_name: Some(profile.name.clone()),
            instance_profile_id: Some(profile.id.clone()),
            arn: Some(profile.arn(account)),
            create_date: date(profile.created_ms),
            roles: Some(roles),
            tags: tags::answer_if_any(&profile.tags),
        })
    }
}
