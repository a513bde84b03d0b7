//! Temporary access keys, for the signature check: everything stands in the session token.

use std::sync::Arc;

use async_trait::async_trait;
use haechi_core::Failure;
use haechi_core::ports::{Credential, CredentialError, Credentials};

use crate::Sts;

#[async_trait]
impl Credentials for Sts {
    async fn credential(
        &self,
        access_key_id: &str,
        session_token: Option<&str>,
    ) -> Result<Result<Arc<Credential>, CredentialError>, Failure> {
        let Some(token) = session_token else {
            return Ok(Err(CredentialError::Unknown));
        };
        let Some(opened) = self.tokens.open(&self.keyring, token).await? else {
            return Ok(Err(CredentialError::TokenMismatch));
        };
        // A token of another session must not lend its principal to this key.
        if opened.access_key_id != access_key_id {
            return Ok(Err(CredentialError::TokenMismatch));
        }
        if opened.expires <= self.platform.now() {
            return Ok(Err(CredentialError::Expired));
        }
        Ok(Ok(Arc::new(Credential {
            secret: opened.secret.clone(),
            caller: opened.caller.clone(),
        })))
    }
}
