//! AWS Identity and Access Management.
//!
//! Owns accounts, users, groups, roles, managed policies and access keys (see [`store`]). Trust boundary: it answers
//! the platform's two questions, whose key is this ([`credentials`]) and what bounds this caller ([`identities`]).

mod access;
mod accounts;
mod answer;
mod attachment;
mod aws_managed;
mod certificates;
mod credentials;
mod documents;
mod entity;
mod error;
mod identities;
mod mfa;
mod model;
mod ops;
mod paging;
mod passwords;
mod positions;
mod qr_png;
mod roles;
mod rsa_public_key;
mod saml_metadata;
mod secrets;
mod seed;
mod simulation;
mod store;
mod tags;
mod totp;
mod trust;
mod unique_id;

use std::sync::Arc;

use haechi_api_iam::op;
use haechi_core::{Platform, Router, Service};
use haechi_keyring::Keyring;

pub use crate::accounts::{AccountExistsError, NewAccessKey};
use crate::credentials::OpenCredentials;
use crate::identities::ParsedPolicies;
pub use crate::model::account::Account;
use crate::ops::{
    access_key_uses, access_keys, account, attached, boundaries, credential_report, details, groups, inline,
    instance_profiles, login_profiles, mfa_devices, oidc_providers, policies, policy_entities,
    policy_versions, roles as role_ops, saml_providers, server_certificates, service_credentials,
    service_linked_roles, signing_certificates, simulate, ssh_public_keys, tagging, users,
    virtual_mfa_devices,
};
use crate::roles::RoleUses;
pub use crate::seed::{SeedError, UserSeed};

/// The service's state.
pub struct Iam {
    platform: Platform,
    keyring: Arc<Keyring>,
    parsed: ParsedPolicies,
    open_credentials: OpenCredentials,
    role_uses: RoleUses,
}

impl Iam {
    /// The service over its platform.
    pub fn new(platform: Platform, keyring: Arc<Keyring>) -> Arc<Self> {
        let parsed = ParsedPolicies::new(&platform.store);
        Arc::new(Self {
            platform,
            keyring,
            parsed,
            open_credentials: OpenCredentials::new(),
            role_uses: RoleUses::default(),
        })
    }
}

/// The operations, one line each.
pub fn service(iam: Arc<Iam>) -> Arc<dyn Service> {
    let router = Router::new(&haechi_api_iam::SERVICE, iam)
        .on::<op::AddClientIDToOpenIDConnectProvider, _, _>(
            oidc_providers::add_client_id_to_open_id_connect_provider,
        )
        .on::<op::AddRoleToInstanceProfile, _, _>(instance_profiles::add_role_to_instance_profile)
        .on::<op::AddUserToGroup, _, _>(groups::add_user_to_group)
        .on::<op::AttachGroupPolicy, _, _>(attached::attach_group_policy)
        .on::<op::AttachRolePolicy, _, _>(attached::attach_role_policy)
        .on::<op::AttachUserPolicy, _, _>(attached::attach_user_policy)
        .on::<op::ChangePassword, _, _>(login_profiles::change_password)
        .on::<op::CreateAccessKey, _, _>(access_keys::create_access_key)
        .on::<op::CreateAccountAlias, _, _>(account::create_account_alias)
        .on::<op::CreateGroup, _, _>(groups::create_group)
        .on::<op::CreateInstanceProfile, _, _>(instance_profiles::create_instance_profile)
        .on::<op::CreateLoginProfile, _, _>(login_profiles::create_login_profile)
        .on::<op::CreateOpenIDConnectProvider, _, _>(oidc_providers::create_open_id_connect_provider)
        .on::<op::CreatePolicy, _, _>(policies::create_policy)
        .on::<op::CreatePolicyVersion, _, _>(policy_versions::create_policy_version)
        .on::<op::CreateRole, _, _>(role_ops::create_role)
        .on::<op::CreateSAMLProvider, _, _>(saml_providers::create_saml_provider)
        .on::<op::CreateServiceLinkedRole, _, _>(service_linked_roles::create_service_linked_role)
        .on::<op::CreateServiceSpecificCredential, _, _>(
            service_credentials::create_service_specific_credential,
        )
        .on::<op::CreateUser, _, _>(users::create_user)
        .on::<op::CreateVirtualMFADevice, _, _>(virtual_mfa_devices::create_virtual_mfa_device)
        .on::<op::DeactivateMFADevice, _, _>(mfa_devices::deactivate_mfa_device)
        .on::<op::DeleteAccessKey, _, _>(access_keys::delete_access_key)
        .on::<op::DeleteAccountAlias, _, _>(account::delete_account_alias)
        .on::<op::DeleteAccountPasswordPolicy, _, _>(account::delete_account_password_policy)
        .on::<op::DeleteGroup, _, _>(groups::delete_group)
        .on::<op::DeleteGroupPolicy, _, _>(inline::delete_group_policy)
        .on::<op::DeleteInstanceProfile, _, _>(instance_profiles::delete_instance_profile)
        .on::<op::DeleteLoginProfile, _, _>(login_profiles::delete_login_profile)
        .on::<op::DeleteOpenIDConnectProvider, _, _>(oidc_providers::delete_open_id_connect_provider)
        .on::<op::DeletePolicy, _, _>(policies::delete_policy)
        .on::<op::DeletePolicyVersion, _, _>(policy_versions::delete_policy_version)
        .on::<op::DeleteRole, _, _>(role_ops::delete_role)
        .on::<op::DeleteRolePermissionsBoundary, _, _>(boundaries::delete_role_permissions_boundary)
        .on::<op::DeleteRolePolicy, _, _>(inline::delete_role_policy)
        .on::<op::DeleteSAMLProvider, _, _>(saml_providers::delete_saml_provider)
        .on::<op::DeleteSSHPublicKey, _, _>(ssh_public_keys::delete_ssh_public_key)
        .on::<op::DeleteServerCertificate, _, _>(server_certificates::delete_server_certificate)
        .on::<op::DeleteServiceLinkedRole, _, _>(service_linked_roles::delete_service_linked_role)
        .on::<op::DeleteServiceSpecificCredential, _, _>(
            service_credentials::delete_service_specific_credential,
        )
        .on::<op::DeleteSigningCertificate, _, _>(signing_certificates::delete_signing_certificate)
        .on::<op::DeleteUser, _, _>(users::delete_user)
        .on::<op::DeleteUserPermissionsBoundary, _, _>(boundaries::delete_user_permissions_boundary)
        .on::<op::DeleteUserPolicy, _, _>(inline::delete_user_policy)
        .on::<op::DeleteVirtualMFADevice, _, _>(virtual_mfa_devices::delete_virtual_mfa_device)
        .on::<op::DetachGroupPolicy, _, _>(attached::detach_group_policy)
        .on::<op::DetachRolePolicy, _, _>(attached::detach_role_policy)
        .on::<op::DetachUserPolicy, _, _>(attached::detach_user_policy)
        .on::<op::EnableMFADevice, _, _>(mfa_devices::enable_mfa_device)
        .on::<op::GenerateCredentialReport, _, _>(credential_report::generate_credential_report)
        .on::<op::GetAccessKeyLastUsed, _, _>(access_key_uses::get_access_key_last_used)
        .on::<op::GetAccountAuthorizationDetails, _, _>(details::get_account_authorization_details)
        .on::<op::GetAccountPasswordPolicy, _, _>(account::get_account_password_policy)
        .on::<op::GetAccountSummary, _, _>(account::get_account_summary)
        .on::<op::GetContextKeysForCustomPolicy, _, _>(simulate::get_context_keys_for_custom_policy)
        .on::<op::GetContextKeysForPrincipalPolicy, _, _>(simulate::get_context_keys_for_principal_policy)
        .on::<op::GetCredentialReport, _, _>(credential_report::get_credential_report)
        .on::<op::GetGroup, _, _>(groups::get_group)
        .on::<op::GetGroupPolicy, _, _>(inline::get_group_policy)
        .on::<op::GetInstanceProfile, _, _>(instance_profiles::get_instance_profile)
        .on::<op::GetLoginProfile, _, _>(login_profiles::get_login_profile)
        .on::<op::GetMFADevice, _, _>(mfa_devices::get_mfa_device)
        .on::<op::GetOpenIDConnectProvider, _, _>(oidc_providers::get_open_id_connect_provider)
        .on::<op::GetPolicy, _, _>(policies::get_policy)
        .on::<op::GetPolicyVersion, _, _>(policy_versions::get_policy_version)
        .on::<op::GetRole, _, _>(role_ops::get_role)
        .on::<op::GetRolePolicy, _, _>(inline::get_role_policy)
        .on::<op::GetSAMLProvider, _, _>(saml_providers::get_saml_provider)
        .on::<op::GetSSHPublicKey, _, _>(ssh_public_keys::get_ssh_public_key)
        .on::<op::GetServerCertificate, _, _>(server_certificates::get_server_certificate)
        .on::<op::GetServiceLinkedRoleDeletionStatus, _, _>(
            service_linked_roles::get_service_linked_role_deletion_status,
        )
        .on::<op::GetUser, _, _>(users::get_user)
        .on::<op::GetUserPolicy, _, _>(inline::get_user_policy)
        .on::<op::ListAccessKeys, _, _>(access_keys::list_access_keys)
        .on::<op::ListAccountAliases, _, _>(account::list_account_aliases)
        .on::<op::ListAttachedGroupPolicies, _, _>(attached::list_attached_group_policies)
        .on::<op::ListAttachedRolePolicies, _, _>(attached::list_attached_role_policies)
        .on::<op::ListAttachedUserPolicies, _, _>(attached::list_attached_user_policies)
        .on::<op::ListEntitiesForPolicy, _, _>(policy_entities::list_entities_for_policy)
        .on::<op::ListGroupPolicies, _, _>(inline::list_group_policies)
        .on::<op::ListGroups, _, _>(groups::list_groups)
        .on::<op::ListGroupsForUser, _, _>(groups::list_groups_for_user)
        .on::<op::ListInstanceProfileTags, _, _>(tagging::list_instance_profile_tags)
        .on::<op::ListInstanceProfiles, _, _>(instance_profiles::list_instance_profiles)
        .on::<op::ListInstanceProfilesForRole, _, _>(instance_profiles::list_instance_profiles_for_role)
        .on::<op::ListMFADeviceTags, _, _>(tagging::list_mfa_device_tags)
        .on::<op::ListMFADevices, _, _>(mfa_devices::list_mfa_devices)
        .on::<op::ListOpenIDConnectProviderTags, _, _>(tagging::list_open_id_connect_provider_tags)
        .on::<op::ListOpenIDConnectProviders, _, _>(oidc_providers::list_open_id_connect_providers)
        .on::<op::ListPolicies, _, _>(policies::list_policies)
        .on::<op::ListPolicyTags, _, _>(tagging::list_policy_tags)
        .on::<op::ListPolicyVersions, _, _>(policy_versions::list_policy_versions)
        .on::<op::ListRolePolicies, _, _>(inline::list_role_policies)
        .on::<op::ListRoleTags, _, _>(tagging::list_role_tags)
        .on::<op::ListRoles, _, _>(role_ops::list_roles)
        .on::<op::ListSAMLProviderTags, _, _>(tagging::list_saml_provider_tags)
        .on::<op::ListSAMLProviders, _, _>(saml_providers::list_saml_providers)
        .on::<op::ListSSHPublicKeys, _, _>(ssh_public_keys::list_ssh_public_keys)
        .on::<op::ListServerCertificateTags, _, _>(tagging::list_server_certificate_tags)
        .on::<op::ListServerCertificates, _, _>(server_certificates::list_server_certificates)
        .on::<op::ListServiceSpecificCredentials, _, _>(
            service_credentials::list_service_specific_credentials,
        )
        .on::<op::ListSigningCertificates, _, _>(signing_certificates::list_signing_certificates)
        .on::<op::ListUserPolicies, _, _>(inline::list_user_policies)
        .on::<op::ListUserTags, _, _>(tagging::list_user_tags)
        .on::<op::ListUsers, _, _>(users::list_users)
        .on::<op::ListVirtualMFADevices, _, _>(virtual_mfa_devices::list_virtual_mfa_devices)
        .on::<op::PutGroupPolicy, _, _>(inline::put_group_policy)
        .on::<op::PutRolePermissionsBoundary, _, _>(boundaries::put_role_permissions_boundary)
        .on::<op::PutRolePolicy, _, _>(inline::put_role_policy)
        .on::<op::PutUserPermissionsBoundary, _, _>(boundaries::put_user_permissions_boundary)
        .on::<op::PutUserPolicy, _, _>(inline::put_user_policy)
        .on::<op::RemoveClientIDFromOpenIDConnectProvider, _, _>(
            oidc_providers::remove_client_id_from_open_id_connect_provider,
        )
        .on::<op::RemoveRoleFromInstanceProfile, _, _>(instance_profiles::remove_role_from_instance_profile)
        .on::<op::RemoveUserFromGroup, _, _>(groups::remove_user_from_group)
        .on::<op::ResetServiceSpecificCredential, _, _>(
            service_credentials::reset_service_specific_credential,
        )
        .on::<op::ResyncMFADevice, _, _>(mfa_devices::resync_mfa_device)
        .on::<op::SetDefaultPolicyVersion, _, _>(policy_versions::set_default_policy_version)
        .on::<op::SetSecurityTokenServicePreferences, _, _>(account::set_security_token_service_preferences)
        .on::<op::SimulateCustomPolicy, _, _>(simulate::simulate_custom_policy)
        .on::<op::SimulatePrincipalPolicy, _, _>(simulate::simulate_principal_policy)
        .on::<op::TagInstanceProfile, _, _>(tagging::tag_instance_profile)
        .on::<op::TagMFADevice, _, _>(tagging::tag_mfa_device)
        .on::<op::TagOpenIDConnectProvider, _, _>(tagging::tag_open_id_connect_provider)
        .on::<op::TagPolicy, _, _>(tagging::tag_policy)
        .on::<op::TagRole, _, _>(tagging::tag_role)
        .on::<op::TagSAMLProvider, _, _>(tagging::tag_saml_provider)
        .on::<op::TagServerCertificate, _, _>(tagging::tag_server_certificate)
        .on::<op::TagUser, _, _>(tagging::tag_user)
        .on::<op::UntagInstanceProfile, _, _>(tagging::untag_instance_profile)
        .on::<op::UntagMFADevice, _, _>(tagging::untag_mfa_device)
        .on::<op::UntagOpenIDConnectProvider, _, _>(tagging::untag_open_id_connect_provider)
        .on::<op::UntagPolicy, _, _>(tagging::untag_policy)
        .on::<op::UntagRole, _, _>(tagging::untag_role)
        .on::<op::UntagSAMLProvider, _, _>(tagging::untag_saml_provider)
        .on::<op::UntagServerCertificate, _, _>(tagging::untag_server_certificate)
        .on::<op::UntagUser, _, _>(tagging::untag_user)
        .on::<op::UpdateAccessKey, _, _>(access_keys::update_access_key)
        .on::<op::UpdateAccountPasswordPolicy, _, _>(account::update_account_password_policy)
        .on::<op::UpdateAssumeRolePolicy, _, _>(role_ops::update_assume_role_policy)
        .on::<op::UpdateGroup, _, _>(groups::update_group)
        .on::<op::UpdateLoginProfile, _, _>(login_profiles::update_login_profile)
        .on::<op::UpdateOpenIDConnectProviderThumbprint, _, _>(
            oidc_providers::update_open_id_connect_provider_thumbprint,
        )
        .on::<op::UpdateRole, _, _>(role_ops::update_role)
        .on::<op::UpdateRoleDescription, _, _>(role_ops::update_role_description)
        .on::<op::UpdateSAMLProvider, _, _>(saml_providers::update_saml_provider)
        .on::<op::UpdateSSHPublicKey, _, _>(ssh_public_keys::update_ssh_public_key)
        .on::<op::UpdateServerCertificate, _, _>(server_certificates::update_server_certificate)
        .on::<op::UpdateServiceSpecificCredential, _, _>(
            service_credentials::update_service_specific_credential,
        )
        .on::<op::UpdateSigningCertificate, _, _>(signing_certificates::update_signing_certificate)
        .on::<op::UpdateUser, _, _>(users::update_user)
        .on::<op::UploadSSHPublicKey, _, _>(ssh_public_keys::upload_ssh_public_key)
        .on::<op::UploadServerCertificate, _, _>(server_certificates::upload_server_certificate)
        .on::<op::UploadSigningCertificate, _, _>(signing_certificates::upload_signing_certificate);
    Arc::new(router)
}
