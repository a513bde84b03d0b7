//! A user pool.

use haechi_api_cognito_idp as api;
use haechi_core::{AccountId, Partition, Region};
use haechi_wire::Stored;
use serde::{Deserialize, Serialize};

use crate::model::signing_key::SigningKey;

/// A user pool.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Pool {
    pub(crate) id: String,
    /// What is shown of it, but for its domains.
    pub(crate) shown: Stored<api::UserPoolType>,
    /// The factors of its second step, where they were set.
    pub(crate) mfa: Stored<api::GetUserPoolMfaConfigResponse>,
    /// What signs its tokens: one key for id tokens, one for access tokens.
    pub(crate) keys: Vec<SigningKey>,
    /// The prefix of its domain at `auth.REGION.amazoncognito.com`.
    pub(crate) domain: Option<String>,
    /// Its own domain name.
    pub(crate) custom_domain: Option<String>,
}

impl Pool {
    /// As it is shown.
    pub(crate) fn answer(&self) -> api::UserPoolType {
        api::UserPoolType {
            domain: self.domain.clone(),
            custom_domain: self.custom_domain.clone(),
            ..self.shown.0.clone()
        }
    }

    pub(crate) fn is_protected(&self) -> bool {
        self.shown.deletion_protection == Some(api::DeletionProtectionType::Active)
    }
}

/// `arn:aws:cognito-idp:REGION:ACCOUNT:userpool/ID`.
pub(crate) fn arn(partition: Partition, region: &Region, account: &AccountId, id: &str) -> String {
    format!("arn:{partition}:cognito-idp:{region}:{account}:userpool/{id}")
}

/// What a pool has where a request says nothing, whether it makes the pool or changes it.
pub(crate) fn complete(pool: &mut api::UserPoolType) {
    let policies = pool.policies.get_or_insert_default();
    // A policy that names some rules leaves the others off; a pool without a policy has them all.
    let unsaid = policies.password_policy.is_none();
    let password = policies.password_policy.get_or_insert_default();
    password.minimum_length.get_or_insert(8);
    for rule in [
        &mut password.require_uppercase,
        &mut password.require_lowercase,
        &mut password.require_numbers,
        &mut password.require_symbols,
    ] {
        rule.get_or_insert(unsaid);
    }
    password.temporary_password_validity_days.get_or_insert(7);
    let sign_in = policies.sign_in_policy.get_or_insert_default();
    sign_in
        .allowed_first_auth_factors
        .get_or_insert_with(|| vec![api::AuthFactorType::Password]);
    pool.deletion_protection
        .get_or_insert(api::DeletionProtectionType::Inactive);
    pool.lambda_config.get_or_insert_default();
    pool.mfa_configuration.get_or_insert(api::UserPoolMfaType::Off);
    let email = pool.email_configuration.get_or_insert_default();
    email
        .email_sending_account
        .get_or_insert(api::EmailSendingAccountType::CognitoDefault);
    let users = pool.admin_create_user_config.get_or_insert_default();
    users.allow_admin_create_user_only.get_or_insert(false);
    users
        .unused_account_validity_days
        .get_or_insert_with(|| password.temporary_password_validity_days.unwrap_or(7));
    let template = pool.verification_message_template.get_or_insert_default();
    template
        .default_email_option
        .get_or_insert(api::DefaultEmailOptionType::ConfirmWithCode);
    // Each message may be given in two places, and is shown in both.
    same(&mut pool.sms_verification_message, &mut template.sms_message);
    same(&mut pool.email_verification_message, &mut template.email_message);
    same(&mut pool.email_verification_subject, &mut template.email_subject);
    pool.user_pool_tags.get_or_insert_default();
    pool.user_pool_tier
        .get_or_insert(api::UserPoolTierType::Essentials);
    pool.estimated_number_of_users = Some(0);
}

fn same(one: &mut Option<String>, other: &mut Option<String>) {
    match (&one, &other) {
        (Some(text), None) => *other = Some(text.clone()),
        (None, Some(text)) => *one = Some(text.clone()),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pool_that_says_nothing_has_cognitos_password_rules() {
        let mut pool = api::UserPoolType::default();
        complete(&mut pool);
        let password = pool.policies.unwrap().password_policy.unwrap();
        assert_eq!(password.minimum_length, Some(8));
        assert_eq!(password.require_symbols, Some(true));
        assert_eq!(pool.user_pool_tier, Some(api::UserPoolTierType::Essentials));
    }

    #[test]
    fn a_policy_that_names_some_rules_leaves_the_others_off() {
        let mut pool = api::UserPoolType {
            policies: Some(api::UserPoolPolicyType {
                password_policy: Some(api::PasswordPolicyType {
                    require_numbers: Some(true),
                    ..Default::default()
                }),
                sign_in_policy: None,
            }),
            ..Default::default()
        };
        complete(&mut pool);
        let password = pool.policies.unwrap().password_policy.unwrap();
        assert_eq!(
            (password.require_numbers, password.require_symbols),
            (Some(true), Some(false))
        );
    }

    #[test]
    fn a_message_is_shown_in_both_its_places() {
        let mut pool = api::UserPoolType {
            email_verification_subject: Some("code".into()),
            ..Default::default()
        };
        complete(&mut pool);
        let template = pool.verification_message_template.unwrap();
        assert_eq!(template.email_subject.as_deref(), Some("code"));
    }
}
