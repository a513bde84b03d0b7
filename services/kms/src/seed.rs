//! Keys that an operator declares in a seed file: the same id and material on every machine.
//!
//! Declaring is idempotent: a key or an alias that exists stays as it is, whatever the file says now.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use haechi_core::{AccountId, Failure, Region};
use haechi_crypto::{KeyMaterial, KeySpec};
use haechi_policy::{Policy, PolicyKind};
use haechi_wire::Blob;

use crate::Kms;
use crate::model::alias::{Alias, AliasName};
use crate::model::key::{Key, KeyManager, KeyOrigin};
use crate::model::key_id::KeyId;
use crate::model::multi_region::{MultiRegion, MultiRegionRole};
use crate::model::rotation::Rotation;
use crate::model::state::KeyState;
use crate::model::usage::KeyUsage;
use crate::policy::default_policy;
use crate::store::{ALIASES, KEYS, insert_key, put_alias};

/// A key to make.
#[derive(Debug, Clone)]
pub struct KeySeed {
    /// Its account.
    pub account: AccountId,
    /// Its Region.
    pub region: Region,
    /// Its id.
    pub id: String,
    /// Its material: bytes for symmetric and HMAC keys, PKCS#8 for pairs, in base64. Generated where none is given.
    pub material: Option<Blob>,
    /// AWS's name of its spec.
    pub spec: String,
    /// AWS's name of its usage; may be left out where the spec has one usage.
    pub usage: Option<String>,
    /// Whether it is a multi-Region primary.
    pub multi_region: bool,
    /// What its owner says of it.
    pub description: String,
    /// Its key policy; AWS's default where none is given.
    pub policy: Option<String>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// Its aliases, with or without `alias/`.
    pub aliases: Vec<String>,
}

/// Why a declaration could not be met.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SeedError {
    /// A member of the declaration is wrong.
    #[error("key {id}: {reason}")]
    Declaration {
        /// The key's id, as declared.
        id: String,
        /// What is wrong.
        reason: String,
    },
    /// The store or the keyring failed.
    #[error(transparent)]
    Failure(#[from] Failure),
}

impl From<haechi_store::StoreError> for SeedError {
    fn from(error: haechi_store::StoreError) -> Self {
        Self::Failure(error.into())
    }
}

impl Kms {
    /// Makes a key and its aliases, where they are not there yet. Returns whether anything was made.
    pub async fn seed_key(&self, seed: &KeySeed) -> Result<bool, SeedError> {
        let wanted = Wanted::parse(seed)?;
        let scope = seed.region.scope(&seed.account);
        let exists = self
            .platform
            .store
            .get(&KEYS, &scope, wanted.id.as_str())
            .await?
            .is_some();
        // Material is not made in vain: an RSA key takes its time.
        let key = if exists {
            None
        } else {
            Some(self.seeded(seed, &wanted).await?)
        };
        let now = self.platform.now().as_millis();
        let (key, wanted, scope) = (&key, &wanted, &scope);
        let seeding = self.platform.store.txn(|txn| async move {
            let mut made = false;
            if let Some(key) = key {
                made = insert_key(&txn, key).await?;
                if made {
                    crate::timers::follow(&txn, key).await?;
                }
            }
            for name in &wanted.aliases {
                if txn.get(&ALIASES, scope, name.as_str()).await?.is_some() {
                    continue;
                }
                let (name, target) = (name.clone(), wanted.id.clone());
                let alias = Alias {
                    name,
                    target,
                    created_ms: now,
                    updated_ms: now,
                };
                put_alias(&txn, scope, &alias, None).await?;
                made = true;
            }
            Ok::<bool, SeedError>(made)
        });
        seeding.await
    }

    async fn seeded(&self, seed: &KeySeed, wanted: &Wanted) -> Result<Key, SeedError> {
        let (account, region) = (&seed.account, &seed.region);
        let material = match &wanted.material {
            Some(material) => self.seal_material(account, region, &wanted.id, material).await?,
            None => {
                self.generate_material(account, region, &wanted.id, wanted.spec)
                    .await?
            }
        };
        let multi_region = seed.multi_region.then(|| MultiRegion {
            role: MultiRegionRole::Primary,
            primary: region.clone(),
            replicas: Vec::new(),
        });
        Ok(Key {
            id: wanted.id.clone(),
            account: account.clone(),
            region: region.clone(),
            created_ms: self.platform.now().as_millis(),
            description: seed.description.clone(),
            state: KeyState::Enabled,
            manager: KeyManager::Customer,
            spec: wanted.spec,
            usage: wanted.usage,
            origin: KeyOrigin::AwsKms,
            policy: seed
                .policy
                .clone()
                .unwrap_or_else(|| default_policy(account, region)),
            principals: BTreeMap::new(),
            tags: seed.tags.clone(),
            multi_region,
            materials: vec![material],
            rotation: Rotation::default(),
            deletion: None,
            custom_store: None,
        })
    }
}

/// A declaration whose members fit together.
struct Wanted {
    id: KeyId,
    spec: KeySpec,
    usage: KeyUsage,
    material: Option<KeyMaterial>,
    aliases: Vec<AliasName>,
}

impl Wanted {
    fn parse(seed: &KeySeed) -> Result<Self, SeedError> {
        let wrong = |reason: String| SeedError::Declaration {
            id: seed.id.clone(),
            reason,
        };
        let id = KeyId::custom(&seed.id)
            .ok_or_else(|| wrong("an id has 1 to 64 letters, digits, hyphens and underscores".to_owned()))?;
        if id.is_multi_region() != seed.multi_region {
            return Err(wrong(
                "multi-Region keys, and they alone, have ids that begin with mrk-".to_owned(),
            ));
        }
        let spec: KeySpec = seed
            .spec
            .parse()
            .map_err(|error| wrong(format!("spec {}: {error}", seed.spec)))?;
        let usage = usage(seed, spec).map_err(wrong)?;
        if let Some(policy) = &seed.policy {
            Policy::parse(policy, PolicyKind::KeyPolicy)
                .map_err(|error| wrong(format!("policy: {error}")))?;
        }
        let material = match &seed.material {
            None => None,
            Some(text) => Some(material(text, spec).map_err(wrong)?),
        };
        let aliases = seed
            .aliases
            .iter()
            .map(|name| alias(name).map_err(wrong))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            id,
            spec,
            usage,
            material,
            aliases,
        })
    }
}

fn usage(seed: &KeySeed, spec: KeySpec) -> Result<KeyUsage, String> {
    let possible = KeyUsage::of(spec);
    match (&seed.usage, possible) {
        (None, [only]) => Ok(*only),
        (None, _) => Err(format!("a key of spec {spec} needs a usage: say what it is for")),
        (Some(name), _) => KeyUsage::parse(name)
            .filter(|usage| possible.contains(usage))
            .ok_or_else(|| format!("usage {name} does not go with spec {spec}")),
    }
}

/// The message never quotes the material.
fn material(text: &Blob, spec: KeySpec) -> Result<KeyMaterial, String> {
    let bytes = Blob::from(
        STANDARD
            .decode(text.trim_ascii())
            .map_err(|_| "its material is not base64".to_owned())?,
    );
    KeyMaterial::from_bytes(spec, &bytes).map_err(|_| format!("its material does not fit the spec {spec}"))
}

fn alias(name: &str) -> Result<AliasName, String> {
    let full = if name.starts_with("alias/") {
        name.to_owned()
    } else {
        format!("alias/{name}")
    };
    AliasName::parse(&full)
        .filter(|name| !name.is_reserved())
        .ok_or_else(|| format!("{name:?} is no alias that a customer may have"))
}
