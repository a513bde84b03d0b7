//! Secrets that IAM keeps, under the key of their account.

use haechi_core::{AccountId, Failure, Region};
use haechi_crypto::{Binding, Plaintext, Sealed};

use crate::Iam;

impl Iam {
    /// Seals a secret of an account.
    pub(crate) async fn seal(
        &self,
        account: &AccountId,
        binding: &Binding,
        secret: &[u8],
    ) -> Result<Sealed, Failure> {
        let domain = self
            .keyring
            .domain(account, &Region::global())
            .await
            .map_err(Failure::internal)?;
        domain.seal(binding, secret).map_err(Failure::internal)
    }

    /// Opens what [`Iam::seal`] sealed.
    pub(crate) async fn unseal(
        &self,
        account: &AccountId,
        binding: &Binding,
        sealed: &Sealed,
    ) -> Result<Plaintext, Failure> {
        let domain = self
            .keyring
            .domain(account, &Region::global())
            .await
            .map_err(Failure::internal)?;
        domain.open(binding, sealed).map_err(Failure::internal)
    }
}
