//! What STS asks of IAM.

use async_trait::async_trait;
use haechi_core::ports::{RoleFacts, Roles};
use haechi_core::{AccountId, Arn, Failure, Region, Timestamp};
use haechi_store::Scope;

use crate::Iam;
use crate::store::{ACCESS_KEYS, ROLES, name_id, scope};

#[async_trait]
impl Roles for Iam {
    async fn role(&self, arn: &str) -> Result<Option<RoleFacts>, Failure> {
        let Some(parsed) = Arn::parse(arn) else {
            return Ok(None);
        };
        let Ok(account) = AccountId::parse(parsed.account()) else {
            return Ok(None);
        };
        let name = name_id(arn.rsplit('/').next().unwrap_or_default());
        let found = self.platform.store.get(&ROLES, &scope(&account), name.as_str()).await?;
        // The path is part of the name that the caller gave.
        Ok(found.filter(|role| role.arn(&account) == arn).map(|role| RoleFacts {
            account,
            arn: arn.to_owned(),
            path: role.path.clone(),
            name: role.name.clone(),
            id: role.id.clone(),
            trust_policy: role.trust_policy.clone(),
            max_session_seconds: role.max_session_seconds,
            tags: role.tags.iter().map(|(k, v)| (k.clone(), v.clone())).collect(),
        }))
    }

    async fn oidc_audiences(&self, account: &AccountId, issuer: &str) -> Result<Option<Vec<String>>, Failure> {
        let _ = (account, issuer);
        Ok(None)
    }

    async fn access_key_account(&self, access_key_id: &str) -> Result<Option<AccountId>, Failure> {
        let found = self.platform.store.get(&ACCESS_KEYS, &Scope::deployment(), access_key_id).await?;
        Ok(found.map(|key| key.account.clone()))
    }

    async fn role_used(&self, role: &RoleFacts, at: Timestamp, region: &Region) -> Result<(), Failure> {
        let _ = (role, at, region);
        Ok(())
    }
}
