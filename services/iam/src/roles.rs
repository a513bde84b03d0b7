//! What STS asks of IAM.

use async_trait::async_trait;
use haechi_core::ports::{RoleFacts, Roles, SecondFactor};
use haechi_core::{AccountId, Arn, Failure, Principal, Region, Timestamp};
use haechi_store::Scope;

use parking_lot::Mutex;
use rustc_hash::FxHashMap;

use crate::Iam;
use crate::model::role::RoleUse;
use crate::store::{ACCESS_KEYS, OIDC_PROVIDERS, ROLE_USES, ROLES, name_id, scope};

/// How often a role's last use is written, at most: assuming a role must not cost a write each time.
const USE_INTERVAL_MS: i64 = 60_000;
/// How many roles' last uses are remembered between writes.
const USES_REMEMBERED: usize = 10_000;

/// When this process last wrote down the use of each role.
#[derive(Debug, Default)]
pub(crate) struct RoleUses(Mutex<FxHashMap<String, i64>>);

impl RoleUses {
    /// Whether a use must be written; it then counts as written.
    fn is_worth_noting(&self, role_id: &str, at: Timestamp) -> bool {
        let now = at.as_millis();
        let mut uses = self.0.lock();
        if uses
            .get(role_id)
            .is_some_and(|written| now - written < USE_INTERVAL_MS)
        {
            return false;
        }
        if uses.len() >= USES_REMEMBERED {
            uses.retain(|_, written| now - *written < USE_INTERVAL_MS);
        }
        uses.insert(role_id.to_owned(), now);
        true
    }
}

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
        let found = self
            .platform
            .store
            .get(&ROLES, &scope(&account), name.as_str())
            .await?;
        // The path is part of the name that the caller gave.
        let Some(role) = found.filter(|role| role.arn(&account) == arn) else {
            return Ok(None);
        };
        Ok(Some(RoleFacts {
            account,
            arn: arn.to_owned(),
            path: role.path.clone(),
            name: role.name.clone(),
            id: role.id.clone(),
            trust_policy: self.trust_policy(&role).await?,
            max_session_seconds: role.max_session_seconds,
            tags: role.tags.iter().map(|(k, v)| (k.clone(), v.clone())).collect(),
        }))
    }

    async fn oidc_audiences(
        &self,
        account: &AccountId,
        issuer: &str,
    ) -> Result<Option<Vec<String>>, Failure> {
        let url = name_id(issuer.trim_start_matches("https://").trim_end_matches('/'));
        let found = self
            .platform
            .store
            .get(&OIDC_PROVIDERS, &scope(account), url.as_str())
            .await?;
        Ok(found.map(|provider| provider.client_ids.clone()))
    }

    async fn access_key_account(&self, access_key_id: &str) -> Result<Option<AccountId>, Failure> {
        let found = self
            .platform
            .store
            .get(&ACCESS_KEYS, &Scope::deployment(), access_key_id)
            .await?;
        Ok(found.map(|key| key.account.clone()))
    }

    async fn second_factor(
        &self,
        principal: &Principal,
        serial: &str,
        code: &str,
        at: Timestamp,
    ) -> Result<SecondFactor, Failure> {
        self.check_second_factor(principal, serial, code, at).await
    }

    async fn role_used(&self, role: &RoleFacts, at: Timestamp, region: &Region) -> Result<(), Failure> {
        if self.role_uses.is_worth_noting(&role.id, at) {
            let used = &RoleUse {
                at_ms: at.as_millis(),
                region: region.as_str().to_owned(),
            };
            let scope = &scope(&role.account);
            let put = self.platform.store.txn(|txn| async move {
                txn.put(&ROLE_USES, scope, role.id.as_str(), used).await?;
                Ok::<(), Failure>(())
            });
            put.await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_that_is_assumed_all_the_time_is_written_once_a_minute() {
        let uses = RoleUses::default();
        let noted =
            (0..180).filter(|second| uses.is_worth_noting("AROA", Timestamp::from_millis(second * 1_000)));
        assert_eq!(noted.count(), 3);
        assert!(uses.is_worth_noting("AROB", Timestamp::from_millis(0)));
    }
}
