//! Private keys and client secrets rest sealed.

use haechi_core::{Call, Failure};
use haechi_keyring::{Binding, Sealed};

use crate::UserPools;
use crate::model::signing_key::{self, SigningKey};

impl UserPools {
    /// The two signing keys of a new pool.
    pub(crate) async fn signing_keys(&self, call: &Call, pool: &str) -> Result<Vec<SigningKey>, Failure> {
        let mut keys = Vec::with_capacity(2);
        for _ in 0..2 {
            let mut id = [0; 32];
            self.platform.random.fill(&mut id);
            let fresh = signing_key::generate(id).await?;
            let binding = Binding::new("cognito-idp/signing-key").with(pool).with(&fresh.id);
            let private = self.seal(call, &binding, fresh.private.expose()).await?;
            keys.push(SigningKey {
                id: fresh.id,
                modulus: fresh.modulus,
                private,
            });
        }
        Ok(keys)
    }

    /// Seals the secret of a client.
    pub(crate) async fn seal_secret(
        &self,
        call: &Call,
        pool: &str,
        client: &str,
        secret: &str,
    ) -> Result<Sealed, Failure> {
        self.seal(call, &secret_of(pool, client), secret.as_bytes()).await
    }

    /// The secret of a client.
    pub(crate) async fn open_secret(
        &self,
        call: &Call,
        pool: &str,
        client: &str,
        sealed: &Sealed,
    ) -> Result<String, Failure> {
        let binding = secret_of(pool, client);
        let opened = self
            .keyring
            .open(&call.account, &call.region, &binding, sealed)
            .await
            .map_err(Failure::internal)?;
        String::from_utf8(opened.expose().to_vec()).map_err(Failure::internal)
    }

    async fn seal(&self, call: &Call, binding: &Binding, secret: &[u8]) -> Result<Sealed, Failure> {
        self.keyring
            .seal(&call.account, &call.region, binding, secret)
            .await
            .map_err(Failure::internal)
    }
}

fn secret_of(pool: &str, client: &str) -> Binding {
    Binding::new("cognito-idp/client-secret").with(pool).with(client)
}
