//! The account: its summary, alias and password policy.

use std::collections::BTreeMap;
use std::sync::Arc;

use haechi_api_iam as api;
use haechi_core::{AccountId, Call, Failure};
use haechi_policy::Context;
use haechi_store::{ALL, Record, Scope, Table, Txn};
use haechi_wire::Empty;

use crate::access::required;
use crate::model::account::{Account, PasswordPolicy};
use crate::paging::PageRequest;
use crate::store::{
    ACCOUNTS, ALIASES, GROUPS, INSTANCE_PROFILES, MFA_DEVICES, OIDC_PROVIDERS, POLICIES, ROLES,
    SAML_PROVIDERS, SERVER_CERTIFICATES, USERS, scope,
};
use crate::{Iam, error};

/// Quotas that every account starts with. Source: IAM user guide, "IAM and AWS STS quotas", and the example answer of
/// GetAccountSummary.
const QUOTAS: [(&str, i32); 20] = [
    ("UsersQuota", 5000),
    ("GroupsQuota", 300),
    ("RolesQuota", 1000),
    ("PoliciesQuota", 1500),
    ("InstanceProfilesQuota", 1000),
    ("ServerCertificatesQuota", 20),
    ("UserPolicySizeQuota", 2048),
    ("GroupPolicySizeQuota", 5120),
    ("RolePolicySizeQuota", 10240),
    ("AssumeRolePolicySizeQuota", 2048),
    ("PolicySizeQuota", 6144),
    ("GroupsPerUserQuota", 10),
    ("AccessKeysPerUserQuota", 2),
    ("SigningCertificatesPerUserQuota", 2),
    ("AttachedPoliciesPerUserQuota", 10),
    ("AttachedPoliciesPerGroupQuota", 10),
    ("AttachedPoliciesPerRoleQuota", 10),
    ("VersionsPerPolicyQuota", 5),
    ("PolicyVersionsInUseQuota", 10000),
    ("AccountPasswordPresent", 0),
];

/// The account's record as the transaction sees it.
pub(crate) async fn current_account(txn: &Txn, id: &AccountId) -> Result<Account, Failure> {
    let found = txn.get(&ACCOUNTS, &Scope::deployment(), id.as_str()).await?;
    Ok(found
        .ok_or_else(|| Failure::internal("the account is gone"))?
        .as_ref()
        .clone())
}

pub(crate) async fn save_account(txn: &Txn, account: &Account) -> Result<(), Failure> {
    Ok(txn
        .put(&ACCOUNTS, &Scope::deployment(), account.id.as_str(), account)
        .await?)
}

async fn count<T: Record>(iam: &Iam, table: &Table<T>, scope: &Scope) -> Result<i32, Failure> {
    let found = iam.platform.store.list(table, scope, None, ALL).await?;
    Ok(i32::try_from(found.len()).unwrap_or(i32::MAX))
}

pub(crate) async fn get_account_summary(
    iam: Arc<Iam>,
    call: Arc<Call>,
    _: Empty,
) -> Result<api::GetAccountSummaryResponse, Failure> {
    iam.authorize(&call, "*", Context::new()).await?;
    let scope = &scope(&call.account);
    let mut summary: BTreeMap<String, i32> = QUOTAS
        .iter()
        .map(|(name, value)| ((*name).to_owned(), *value))
        .collect();
    let policies = iam.platform.store.list(&POLICIES, scope, None, ALL).await?;
    let versions: usize = policies.iter().map(|(_, policy)| policy.versions.len()).sum();
    let devices = iam.platform.store.list(&MFA_DEVICES, scope, None, ALL).await?;
    let in_use = devices
        .iter()
        .filter(|(_, device)| device.holder.is_some())
        .count();
    let account = iam.account(&call.account).await?;
    let root_keys = account.as_ref().map_or(0, |account| account.root_keys.len());
    let token_version = account.as_ref().map_or(1, |account| account.sts_token_version);
    let counts = [
        ("Users", count(&iam, &USERS, scope).await?),
        ("Groups", count(&iam, &GROUPS, scope).await?),
        ("Roles", count(&iam, &ROLES, scope).await?),
        ("InstanceProfiles", count(&iam, &INSTANCE_PROFILES, scope).await?),
        (
            "Providers",
            count(&iam, &OIDC_PROVIDERS, scope).await? + count(&iam, &SAML_PROVIDERS, scope).await?,
        ),
        ("Policies", i32::try_from(policies.len()).unwrap_or(i32::MAX)),
        ("PolicyVersionsInUse", i32::try_from(versions).unwrap_or(i32::MAX)),
        ("AccountAccessKeysPresent", i32::from(root_keys > 0)),
        ("GlobalEndpointTokenVersion", token_version),
        ("AccountMFAEnabled", 0),
        ("AccountSigningCertificatesPresent", 0),
        ("MFADevices", i32::try_from(devices.len()).unwrap_or(i32::MAX)),
        ("MFADevicesInUse", i32::try_from(in_use).unwrap_or(i32::MAX)),
        (
            "ServerCertificates",
            count(&iam, &SERVER_CERTIFICATES, scope).await?,
        ),
    ];
    summary.extend(counts.map(|(name, value)| (name.to_owned(), value)));
    Ok(api::GetAccountSummaryResponse {
        summary_map: Some(summary),
    })
}

pub(crate) async fn create_account_alias(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::CreateAccountAliasRequest,
) -> Result<Empty, Failure> {
    iam.authorize(&call, "*", Context::new()).await?;
    let alias = &required(input.account_alias);
    let id = &call.account;
    iam.platform
        .write(&call, |txn| async move {
            let everywhere = Scope::deployment();
            // An alias is taken once for all accounts; a new one replaces the account's old one.
            if let Some(holder) = txn.get(&ALIASES, &everywhere, alias.as_str()).await? {
                if *holder == *id {
                    return Ok(Empty::default());
                }
                return Err(error::already_exists(format!(
                    "The account alias {alias} already exists."
                )));
            }
            let mut account = current_account(&txn, id).await?;
            if let Some(before) = account.alias.replace(alias.clone()) {
                txn.delete(&ALIASES, &everywhere, before.as_str()).await?;
            }
            txn.put(&ALIASES, &everywhere, alias.as_str(), id).await?;
            save_account(&txn, &account).await?;
            Ok(Empty::default())
        })
        .await
}

pub(crate) async fn list_account_aliases(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::ListAccountAliasesRequest,
) -> Result<api::ListAccountAliasesResponse, Failure> {
    iam.authorize(&call, "*", Context::new()).await?;
    let alias = iam
        .account(&call.account)
        .await?
        .and_then(|account| account.alias.clone());
    let page = PageRequest::parse(input.marker.as_deref(), input.max_items)?.of(alias, Clone::clone);
    Ok(api::ListAccountAliasesResponse {
        is_truncated: Some(page.is_truncated()),
        account_aliases: Some(page.items),
        marker: page.marker,
    })
}

pub(crate) async fn delete_account_alias(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::DeleteAccountAliasRequest,
) -> Result<Empty, Failure> {
    iam.authorize(&call, "*", Context::new()).await?;
    let alias = &required(input.account_alias);
    let id = &call.account;
    iam.platform
        .write(&call, |txn| async move {
            let mut account = current_account(&txn, id).await?;
            if account.alias.as_ref() != Some(alias) {
                return Err(error::no_such_entity(format!(
                    "The account alias {alias} cannot be found."
                )));
            }
            account.alias = None;
            txn.delete(&ALIASES, &Scope::deployment(), alias.as_str()).await?;
            save_account(&txn, &account).await?;
            Ok(Empty::default())
        })
        .await
}

pub(crate) async fn update_account_password_policy(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::UpdateAccountPasswordPolicyRequest,
) -> Result<Empty, Failure> {
    iam.authorize(&call, "*", Context::new()).await?;
    // What is left out goes back to its default.
    let policy = &PasswordPolicy {
        minimum_length: input.minimum_password_length.unwrap_or(6),
        symbols: input.require_symbols.unwrap_or(false),
        numbers: input.require_numbers.unwrap_or(false),
        uppercase: input.require_uppercase_characters.unwrap_or(false),
        lowercase: input.require_lowercase_characters.unwrap_or(false),
        users_may_change: input.allow_users_to_change_password.unwrap_or(false),
        max_age_days: input.max_password_age.filter(|days| *days > 0),
        reuse_prevention: input.password_reuse_prevention.filter(|times| *times > 0),
        hard_expiry: input.hard_expiry,
    };
    let id = &call.account;
    iam.platform
        .write(&call, |txn| async move {
            let mut account = current_account(&txn, id).await?;
            account.password_policy = Some(policy.clone());
            save_account(&txn, &account).await?;
            Ok(Empty::default())
        })
        .await
}

pub(crate) async fn get_account_password_policy(
    iam: Arc<Iam>,
    call: Arc<Call>,
    _: Empty,
) -> Result<api::GetAccountPasswordPolicyResponse, Failure> {
    iam.authorize(&call, "*", Context::new()).await?;
    let policy = iam
        .account(&call.account)
        .await?
        .and_then(|account| account.password_policy.clone());
    let policy = policy.ok_or_else(|| error::no_password_policy(&call.account))?;
    Ok(api::GetAccountPasswordPolicyResponse {
        password_policy: Some(api::PasswordPolicy {
            minimum_password_length: Some(policy.minimum_length),
            require_symbols: Some(policy.symbols),
            require_numbers: Some(policy.numbers),
            require_uppercase_characters: Some(policy.uppercase),
            require_lowercase_characters: Some(policy.lowercase),
            allow_users_to_change_password: Some(policy.users_may_change),
            expire_passwords: Some(policy.max_age_days.is_some()),
            max_password_age: policy.max_age_days,
            password_reuse_prevention: policy.reuse_prevention,
            hard_expiry: policy.hard_expiry,
        }),
    })
}

pub(crate) async fn delete_account_password_policy(
    iam: Arc<Iam>,
    call: Arc<Call>,
    _: Empty,
) -> Result<Empty, Failure> {
    iam.authorize(&call, "*", Context::new()).await?;
    let id = &call.account;
    iam.platform
        .write(&call, |txn| async move {
            let mut account = current_account(&txn, id).await?;
            if account.password_policy.take().is_none() {
                // Other words than GetAccountPasswordPolicy's, as recorded in 2026.
                return Err(error::no_such_entity(
                    "The account policy with name PasswordPolicy cannot be found.",
                ));
            }
            save_account(&txn, &account).await?;
            Ok(Empty::default())
        })
        .await
}

/// Tokens of Haechi are good in all Regions whatever their version; the choice is kept and shown.
pub(crate) async fn set_security_token_service_preferences(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::SetSecurityTokenServicePreferencesRequest,
) -> Result<Empty, Failure> {
    iam.authorize(&call, "*", Context::new()).await?;
    let version = match input.global_endpoint_token_version {
        Some(api::GlobalEndpointTokenVersion::V2Token) => 2,
        _ => 1,
    };
    let id = &call.account;
    iam.platform
        .write(&call, |txn| async move {
            let mut account = current_account(&txn, id).await?;
            account.sts_token_version = version;
            save_account(&txn, &account).await?;
            Ok(Empty::default())
        })
        .await
}
