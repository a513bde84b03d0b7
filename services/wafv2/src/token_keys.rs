//! What signs the tokens of Captcha and Challenge: a random key per account, which rests sealed.

use haechi_core::{AccountId, Failure, Region};
use haechi_dataplane::SigningKey;
use haechi_keyring::{Binding, Sealed};
use haechi_store::{Scope, Table};
use serde::{Deserialize, Serialize};

use crate::Waf;

/// One record per account.
const TOKEN_KEYS: Table<TokenKey> = Table::new("wafv2", "token-keys", 1);
/// The id of the one record.
const CURRENT: &str = "current";
/// For HMAC-SHA-256.
const LENGTH: usize = 32;

#[derive(Clone, Serialize, Deserialize)]
struct TokenKey {
    sealed: Sealed,
}

impl Waf {
    /// The account's key, made when it is first asked for. Of several nodes that ask at once all get the same.
    pub(crate) async fn token_key(
        &self,
        account: &AccountId,
        region: &Region,
    ) -> Result<SigningKey, Failure> {
        let scope = Scope::global(region.partition().as_str(), account.as_str());
        let binding = Binding::new("wafv2/token-key").with(account.as_str());
        let global = Region::global();
        let sealed = match self.platform.store.get(&TOKEN_KEYS, &scope, CURRENT).await? {
            Some(found) => found.sealed.clone(),
            None => self.make(account, &scope, &binding).await?,
        };
        let plain = self
            .keyring
            .open(account, &global, &binding, &sealed)
            .await
            .map_err(Failure::internal)?;
        Ok(SigningKey::new(plain.expose().to_vec()))
    }

    async fn make(&self, account: &AccountId, scope: &Scope, binding: &Binding) -> Result<Sealed, Failure> {
        let mut fresh = [0; LENGTH];
        self.platform.random.fill(&mut fresh);
        let sealed = self
            .keyring
            .seal(account, &Region::global(), binding, &fresh)
            .await
            .map_err(Failure::internal)?;
        zeroize::Zeroize::zeroize(&mut fresh);
        let record = &TokenKey { sealed };
        self.platform
            .store
            .txn(|txn| async move {
                if let Some(found) = txn.get(&TOKEN_KEYS, scope, CURRENT).await? {
                    return Ok(found.sealed.clone());
                }
                txn.put(&TOKEN_KEYS, scope, CURRENT, record).await?;
                Ok::<_, Failure>(record.sealed.clone())
            })
            .await
    }
}
