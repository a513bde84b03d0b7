//! Console passwords: kept as Argon2id hashes only.

use argon2::{Argon2, PasswordHash, PasswordHasher, PasswordVerifier};
use haechi_core::Failure;

use crate::Iam;

impl Iam {
    /// The hash of a password, in PHC form. Hashing is slow on purpose and stays off the threads that serve.
    pub(crate) async fn hash_password(&self, password: String) -> Result<String, Failure> {
        let mut salt = [0; 16];
        self.platform.random.fill(&mut salt);
        let hashing = tokio::task::spawn_blocking(move || {
            Argon2::default()
                .hash_password_with_salt(password.as_bytes(), &salt)
                .map(|hash: PasswordHash| hash.to_string())
        });
        hashing
            .await
            .map_err(Failure::internal)?
            .map_err(|error| Failure::internal(error.to_string()))
    }

    /// Whether a password is the one of a hash.
    pub(crate) async fn is_password(&self, password: String, hash: String) -> Result<bool, Failure> {
        let checking = tokio::task::spawn_blocking(move || {
            PasswordHash::new(&hash).is_ok_and(|hash| {
                Argon2::default()
                    .verify_password(password.as_bytes(), &hash)
                    .is_ok()
            })
        });
        checking.await.map_err(Failure::internal)
    }
}
