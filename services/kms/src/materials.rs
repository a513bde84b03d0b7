//! Key material in use and in the making.

use std::sync::Arc;

use haechi_api_kms::error::ErrorCode;
use haechi_core::{AccountId, Failure, Region};
use haechi_crypto::{KeyMaterial, KeyPairSpec, KeySpec, MaterialId, PrivateKey};

use crate::Kms;
use crate::loaded::LoadedKey;
use crate::model::key_id::KeyId;
use crate::model::material::{Material, MaterialState, binding};

impl Kms {
    /// The material that encrypts and signs now, opened.
    pub(crate) async fn current(
        &self,
        loaded: &LoadedKey,
    ) -> Result<(MaterialId, Arc<KeyMaterial>), Failure> {
        let material = loaded
            .key
            .current_material()
            .ok_or_else(|| unavailable(&loaded.arn))?;
        let open = self
            .keys
            .open(loaded, material)
            .await?
            .ok_or_else(|| unavailable(&loaded.arn))?;
        Ok((material.id, open))
    }

    /// The material of this id, opened; `None` where the key never had it or has lost it.
    pub(crate) async fn material(
        &self,
        loaded: &LoadedKey,
        id: &MaterialId,
    ) -> Result<Option<Arc<KeyMaterial>>, Failure> {
        match loaded.key.material(id) {
            Some(material) => self.keys.open(loaded, material).await,
            None => Ok(None),
        }
    }

    /// Runs work with the key pair that is the key's current material. An RSA key of 4,096 bits takes more than a
    /// millisecond for a private operation: that leaves the async threads.
    pub(crate) async fn with_pair<R: Send + 'static>(
        &self,
        loaded: &LoadedKey,
        work: impl FnOnce(&PrivateKey) -> R + Send + 'static,
    ) -> Result<R, Failure> {
        let (_, material) = self.current(loaded).await?;
        let KeyMaterial::Pair(pair) = material.as_ref() else {
            return Err(Failure::internal(
                "an asymmetric key holds material of another kind",
            ));
        };
        if pair.spec() != KeyPairSpec::Rsa4096 {
            return Ok(work(pair));
        }
        let working = tokio::task::spawn_blocking(move || match material.as_ref() {
            KeyMaterial::Pair(pair) => Some(work(pair)),
            _ => None,
        });
        working
            .await
            .map_err(Failure::internal)?
            .ok_or_else(|| Failure::internal("material changed its kind"))
    }

    /// Makes new material for a key and seals it. RSA takes up to a second: it leaves the async threads. Everything
    /// else takes less than the way to another thread and back.
    pub(crate) async fn generate_material(
        &self,
        account: &AccountId,
        region: &Region,
        key_id: &KeyId,
        spec: KeySpec,
    ) -> Result<Material, Failure> {
        let slow = matches!(
            spec,
            KeySpec::Pair(KeyPairSpec::Rsa2048 | KeyPairSpec::Rsa3072 | KeyPairSpec::Rsa4096)
        );
        let fresh = if slow {
            tokio::task::spawn_blocking(move || KeyMaterial::generate(spec))
                .await
                .map_err(Failure::internal)?
        } else {
            KeyMaterial::generate(spec)
        };
        let fresh = fresh.map_err(Failure::internal)?;
        self.seal_material(account, region, key_id, &fresh).await
    }

    /// Seals material as the current one of a key.
    pub(crate) async fn seal_material(
        &self,
        account: &AccountId,
        region: &Region,
        key_id: &KeyId,
        material: &KeyMaterial,
    ) -> Result<Material, Failure> {
        let id = material.id(key_id.as_str()).map_err(Failure::internal)?;
        let bytes = material.to_bytes().map_err(Failure::internal)?;
        let domain = self
            .keyring
            .domain(account, region)
            .await
            .map_err(Failure::internal)?;
        let bound = binding(account.as_str(), region.as_str(), key_id.as_str(), &id);
        let sealed = domain.seal(&bound, bytes.expose()).map_err(Failure::internal)?;
        Ok(Material {
            id,
            sealed: Some(sealed),
            state: MaterialState::Current,
            created_ms: self.platform.now().as_millis(),
            rotated_ms: None,
            rotation: None,
            expires_ms: None,
            description: None,
        })
    }
}

fn unavailable(arn: &str) -> Failure {
    ErrorCode::KeyUnavailableException
        .with(format!("{arn} has no key material."))
        .into()
}
