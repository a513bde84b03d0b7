//! Issuing temporary credentials.

use haechi_api_sts as api;
use haechi_core::{AccountId, Failure, Principal, Session, access_key_id};

use crate::{Sts, token};

/// The characters of secret access keys.
const SECRET_ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

impl Sts {
    /// Makes the credentials of a session.
    pub(crate) async fn issue(
        &self,
        account: &AccountId,
        principal: &Principal,
        session: &Session,
    ) -> Result<api::Credentials, Failure> {
        let random = &self.platform.random;
        let id = access_key_id::fresh(&**random, "ASIA", account);
        let secret = random.text(40, SECRET_ALPHABET);
        let token = token::seal(&self.keyring, account, &id, &secret, principal, session).await?;
        Ok(api::Credentials {
            access_key_id: Some(id),
            secret_access_key: Some(secret),
            session_token: Some(token),
            expiration: Some(session.expires),
        })
    }
}
