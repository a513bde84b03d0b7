//! What IAM keeps, and under which keys.
//!
//! Names are kept in lower case as ids: IAM's names keep their case and are unique without regard to it.

use haechi_core::{AccountId, Partition};
use haechi_store::{Scope, Table};

use crate::model::access_key::AccessKey;
use crate::model::account::Account;
use crate::model::group::Group;
use crate::model::instance_profile::InstanceProfile;
use crate::model::managed_policy::ManagedPolicy;
use crate::model::mfa_device::MfaDevice;
use crate::model::oidc_provider::OidcProvider;
use crate::model::role::{Role, RoleUse};
use crate::model::saml_provider::SamlProvider;
use crate::model::server_certificate::ServerCertificate;
use crate::model::user::User;

/// Accounts of the deployment, by id.
pub(crate) const ACCOUNTS: Table<Account> = Table::new("iam", "accounts", 1).guarded();

/// Access keys of the deployment, by key id.
pub(crate) const ACCESS_KEYS: Table<AccessKey> = Table::new("iam", "access-keys", 1);

/// Users of an account, by name.
pub(crate) const USERS: Table<User> = Table::new("iam", "users", 1).guarded();

/// Groups of an account, by name.
pub(crate) const GROUPS: Table<Group> = Table::new("iam", "groups", 1).guarded();

/// Roles of an account, by name.
pub(crate) const ROLES: Table<Role> = Table::new("iam", "roles", 1).guarded();

/// Customer managed policies of an account, by name.
pub(crate) const POLICIES: Table<ManagedPolicy> = Table::new("iam", "policies", 1).guarded();

/// Instance profiles of an account, by name.
pub(crate) const INSTANCE_PROFILES: Table<InstanceProfile> =
    Table::new("iam", "instance-profiles", 1).guarded();

/// The instance profiles of a role: `(role name, profile name)` → the profile's name.
pub(crate) const PROFILES_OF_ROLE: Table<String> = Table::new("iam", "profiles-of-role", 1).guarded();

/// OpenID Connect providers of an account, by host and path.
pub(crate) const OIDC_PROVIDERS: Table<OidcProvider> = Table::new("iam", "oidc-providers", 1).guarded();

/// Server certificates of an account, by name.
pub(crate) const SERVER_CERTIFICATES: Table<ServerCertificate> =
    Table::new("iam", "server-certificates", 1).guarded();

/// SAML providers of an account, by name.
pub(crate) const SAML_PROVIDERS: Table<SamlProvider> = Table::new("iam", "saml-providers", 1).guarded();

/// Virtual MFA devices of an account, by path and name without the first slash.
pub(crate) const MFA_DEVICES: Table<MfaDevice> = Table::new("iam", "mfa-devices", 1);

/// Account aliases of the deployment → the account: an alias is taken once for everybody.
pub(crate) const ALIASES: Table<AccountId> = Table::new("iam", "account-aliases", 1);

/// When roles of an account were last assumed, by role id. Apart from the roles, since a change of a role renews
/// what is known of all callers.
pub(crate) const ROLE_USES: Table<RoleUse> = Table::new("iam", "role-uses", 1);

/// Who is attached to a managed policy: `(policy ARN, usage and kind, name id)` → name. The middle part is
/// `policy/user`, `policy/group`, `policy/role`, or `boundary/user`, `boundary/role`.
pub(crate) const ATTACHMENTS: Table<String> = Table::new("iam", "attachments", 1).guarded();

/// Unique ids of an account's principals (`AIDA…`, `AROA…`) to their ARNs.
pub(crate) const UNIQUE_IDS: Table<String> = Table::new("iam", "unique-ids", 1);

/// The scope of an account.
pub(crate) fn scope(account: &AccountId) -> Scope {
    Scope::global(Partition::Aws.as_str(), account.as_str())
}

/// The id under which a name stands.
pub(crate) fn name_id(name: &str) -> String {
    name.to_ascii_lowercase()
}
