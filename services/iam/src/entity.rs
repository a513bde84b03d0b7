//! What users, groups, roles, policies, instance profiles and identity providers have in common: a name or an ARN in
//! requests, an ARN in policies, tags.

use haechi_core::{AccountId, Arn, Failure};
use haechi_store::{Record, Table};

use crate::error;
use crate::model::group::Group;
use crate::model::instance_profile::InstanceProfile;
use crate::model::managed_policy::ManagedPolicy;
use crate::model::mfa_device::MfaDevice;
use crate::model::oidc_provider::OidcProvider;
use crate::model::permissions::Permissions;
use crate::model::role::Role;
use crate::model::saml_provider::SamlProvider;
use crate::model::server_certificate::ServerCertificate;
use crate::model::user::User;
use crate::store::{
    GROUPS, INSTANCE_PROFILES, MFA_DEVICES, OIDC_PROVIDERS, POLICIES, ROLES, SAML_PROVIDERS,
    SERVER_CERTIFICATES, USERS, name_id,
};
use crate::tags::{Case, Tags};

/// An entity of an account.
pub(crate) trait Entity: Record + Clone {
    /// Where it stands.
    const TABLE: Table<Self>;

    /// Its ARN.
    fn entity_arn(&self, account: &AccountId) -> String;

    /// The ARN that a refusal names where there is no such entity.
    fn presumed_arn(given: &str, account: &AccountId) -> String;

    /// The id in the table for what a request gives: a name, or an ARN.
    fn id_of(given: &str) -> String {
        name_id(given)
    }

    /// Its own id in the table.
    fn own_id(&self) -> String;

    /// The account that owns what a request names.
    fn owner(_given: &str, own: &AccountId) -> AccountId {
        own.clone()
    }

    /// Whether what the request gives is really this entity: an ARN has a path too.
    fn is_called(&self, _given: &str, _account: &AccountId) -> bool {
        true
    }

    /// Whether keys of tags that differ in case only are one key.
    const TAG_CASE: Case = Case::Kept;

    /// What the tags of an answer are sorted by, and pages of them continued after.
    fn tag_place(key: &str) -> String {
        key.to_owned()
    }

    /// Its tags; groups have none.
    fn tags(&self) -> Option<&Tags> {
        None
    }

    /// Its tags, to be changed.
    fn tags_mut(&mut self) -> Option<&mut Tags> {
        None
    }

    /// Its permissions boundary, if it has one.
    fn boundary(&self) -> Option<&str> {
        None
    }

    /// There is no such entity.
    fn missing(given: &str) -> Failure;

    /// Refuses changes of what only AWS may change.
    fn guard(&self) -> Result<(), Failure> {
        Ok(())
    }
}

/// An entity that policies are attached to.
pub(crate) trait Holder: Entity {
    /// `user`, `group` or `role`.
    const KIND: &'static str;
    /// The quota of attached policies, by AWS's name.
    const ATTACHED_QUOTA: &'static str;
    /// How many characters its inline policies may have together.
    const INLINE_SIZE: usize;

    /// Its name.
    fn name(&self) -> &str;
    /// Its policies.
    fn permissions(&self) -> &Permissions;
    /// Its policies, to be changed.
    fn permissions_mut(&mut self) -> &mut Permissions;
}

macro_rules! tagged {
    () => {
        fn tags(&self) -> Option<&Tags> {
            Some(&self.tags)
        }
        fn tags_mut(&mut self) -> Option<&mut Tags> {
            Some(&mut self.tags)
        }
    };
}

macro_rules! named {
    ($kind:literal) => {
        fn entity_arn(&self, account: &AccountId) -> String {
            self.arn(account)
        }
        fn presumed_arn(given: &str, account: &AccountId) -> String {
            format!(concat!("arn:aws:iam::{}:", $kind, "/{}"), account, given)
        }
        fn own_id(&self) -> String {
            name_id(&self.name)
        }
    };
}

macro_rules! by_arn {
    () => {
        fn presumed_arn(given: &str, _account: &AccountId) -> String {
            given.to_owned()
        }
        fn owner(given: &str, own: &AccountId) -> AccountId {
            let account = Arn::parse(given).and_then(|arn| AccountId::parse(arn.account()).ok());
            account.unwrap_or_else(|| own.clone())
        }
        fn is_called(&self, given: &str, account: &AccountId) -> bool {
            self.entity_arn(account) == given
        }
    };
}

macro_rules! holder {
    ($kind:literal, $quota:literal, $size:literal) => {
        const KIND: &'static str = $kind;
        const ATTACHED_QUOTA: &'static str = $quota;
        const INLINE_SIZE: usize = $size;
        fn name(&self) -> &str {
            &self.name
        }
        fn permissions(&self) -> &Permissions {
            &self.permissions
        }
        fn permissions_mut(&mut self) -> &mut Permissions {
            &mut self.permissions
        }
    };
}

impl Entity for User {
    const TAG_CASE: Case = Case::Ignored;
    const TABLE: Table<Self> = USERS;
    named!("user");
    tagged!();
    fn boundary(&self) -> Option<&str> {
        self.permissions.boundary.as_deref()
    }
    fn missing(given: &str) -> Failure {
        error::no_such_entity(format!("The user with name {given} cannot be found."))
    }
}

impl Holder for User {
    holder!("user", "PoliciesPerUser", 2048);
}

impl Entity for Group {
    const TABLE: Table<Self> = GROUPS;
    named!("group");
    fn missing(given: &str) -> Failure {
        error::no_such_entity(format!("The group with name {given} cannot be found."))
    }
}

impl Holder for Group {
    holder!("group", "PoliciesPerGroup", 5120);
}

impl Entity for Role {
    const TAG_CASE: Case = Case::Ignored;
    const TABLE: Table<Self> = ROLES;
    named!("role");
    tagged!();
    fn boundary(&self) -> Option<&str> {
        self.permissions.boundary.as_deref()
    }
    fn missing(given: &str) -> Failure {
        error::no_such_entity(format!("The role with name {given} cannot be found."))
    }
    fn guard(&self) -> Result<(), Failure> {
        if self.is_service_linked() {
            Err(error::protected_role(&self.name))
        } else {
            Ok(())
        }
    }
}

impl Holder for Role {
    holder!("role", "PoliciesPerRole", 10240);
}

impl Entity for InstanceProfile {
    const TABLE: Table<Self> = INSTANCE_PROFILES;
    named!("instance-profile");
    tagged!();
    fn missing(given: &str) -> Failure {
        error::no_such_entity(format!("Instance Profile {given} cannot be found."))
    }
}

impl Entity for ServerCertificate {
    const TABLE: Table<Self> = SERVER_CERTIFICATES;
    named!("server-certificate");
    tagged!();
    fn missing(given: &str) -> Failure {
        error::no_such_entity(format!(
            "The Server Certificate with name {given} cannot be found."
        ))
    }
}

impl Entity for ManagedPolicy {
    const TABLE: Table<Self> = POLICIES;
    by_arn!();
    tagged!();
    fn entity_arn(&self, _account: &AccountId) -> String {
        self.arn.clone()
    }
    fn id_of(given: &str) -> String {
        name_id(given.rsplit('/').next().unwrap_or(given))
    }
    fn own_id(&self) -> String {
        name_id(&self.name)
    }
    fn missing(given: &str) -> Failure {
        error::no_such_policy(given)
    }

    /// Short keys first (recorded in 2026).
    fn tag_place(key: &str) -> String {
        format!("{:03}/{key}", key.len())
    }
}

impl Entity for OidcProvider {
    const TABLE: Table<Self> = OIDC_PROVIDERS;
    by_arn!();
    tagged!();
    fn entity_arn(&self, account: &AccountId) -> String {
        self.arn(account)
    }
    fn id_of(given: &str) -> String {
        name_id(given.split_once(":oidc-provider/").map_or(given, |(_, url)| url))
    }
    fn own_id(&self) -> String {
        name_id(&self.url)
    }
    fn missing(given: &str) -> Failure {
        error::no_such_entity(format!("OpenIDConnect Provider not found for arn {given}"))
    }
}

impl Entity for SamlProvider {
    const TABLE: Table<Self> = SAML_PROVIDERS;
    by_arn!();
    tagged!();
    fn entity_arn(&self, account: &AccountId) -> String {
        self.arn(account)
    }
    fn id_of(given: &str) -> String {
        name_id(
            given
                .split_once(":saml-provider/")
                .map_or(given, |(_, name)| name),
        )
    }
    fn own_id(&self) -> String {
        name_id(&self.name)
    }
    fn missing(given: &str) -> Failure {
        error::no_such_entity(format!("Manifest not found for arn {given}"))
    }
}

/// A virtual device's serial number is its ARN.
impl Entity for MfaDevice {
    const TABLE: Table<Self> = MFA_DEVICES;
    by_arn!();
    tagged!();
    fn entity_arn(&self, account: &AccountId) -> String {
        self.arn(account)
    }
    fn id_of(given: &str) -> String {
        name_id(given.split_once(":mfa/").map_or(given, |(_, name)| name))
    }
    fn own_id(&self) -> String {
        name_id(&format!("{}{}", self.path.trim_start_matches('/'), self.name))
    }
    fn missing(given: &str) -> Failure {
        error::no_such_entity(format!("MFA Device with serial number {given} does not exist."))
    }
}
