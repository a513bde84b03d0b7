//! A KMS key.

use std::collections::BTreeMap;

use haechi_core::{AccountId, Region, Timestamp};
use haechi_crypto::{KeySpec, MaterialId};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::key_id::KeyId;
use super::material::{Material, MaterialState};
use super::multi_region::MultiRegion;
use super::rotation::Rotation;
use super::state::KeyState;
use super::usage::KeyUsage;

/// A KMS key as it stands in the store. What most keys don't have is left out of the record.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Key {
    /// Its id; shared by the replicas of a multi-Region key.
    pub id: KeyId,
    /// The account that owns it.
    pub account: AccountId,
    /// The Region it lives in.
    pub region: Region,
    /// When it was made, in ms since the epoch.
    pub created_ms: i64,
    /// What its owner says of it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// What can be done with it now.
    pub state: KeyState,
    /// Who manages it.
    pub manager: KeyManager,
    /// What it is made of.
    #[serde(serialize_with = "write_spec", deserialize_with = "read_spec")]
    pub spec: KeySpec,
    /// What it is for.
    pub usage: KeyUsage,
    /// Where its material comes from.
    pub origin: KeyOrigin,
    /// Its key policy, as it was put.
    pub policy: String,
    /// The unique ids (`AIDA…`, `AROA…`) that the users and roles named in the policy had when it was put: someone
    /// made later under the same name is not meant.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub principals: BTreeMap<String, String>,
    /// Its tags.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// Present for multi-Region keys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub multi_region: Option<MultiRegion>,
    /// All material it ever had, oldest first. Empty while it waits for its first import.
    pub materials: Vec<Material>,
    /// Automatic and on-demand rotation.
    #[serde(default, skip_serializing_if = "Rotation::is_unset")]
    pub rotation: Rotation,
    /// Present while it waits to be deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deletion: Option<Deletion>,
    /// Present for keys in a custom key store.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custom_store: Option<CustomStoreKey>,
}

/// Who manages a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum KeyManager {
    /// The account's owner.
    Customer,
    /// AWS, for one of its services: `alias/aws/<service>`.
    Aws {
        /// The service, such as `ssm`.
        service: String,
    },
}

/// Where key material comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum KeyOrigin {
    /// `AWS_KMS`: generated here.
    AwsKms,
    /// `EXTERNAL`: imported.
    External,
    /// `AWS_CLOUDHSM`: generated in a CloudHSM cluster.
    CloudHsm,
    /// `EXTERNAL_KEY_STORE`: in a key manager outside, behind an XKS proxy.
    ExternalKeyStore,
}

impl KeyOrigin {
    /// AWS's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AwsKms => "AWS_KMS",
            Self::External => "EXTERNAL",
            Self::CloudHsm => "AWS_CLOUDHSM",
            Self::ExternalKeyStore => "EXTERNAL_KEY_STORE",
        }
    }
}

/// A deletion that is waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deletion {
    /// When the key goes, in ms since the epoch; unknown while a primary waits for its replicas.
    pub date_ms: Option<i64>,
    /// The waiting period that was asked for, 7 to 30 days.
    pub window_days: i64,
}

/// Where a key of a custom key store really is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomStoreKey {
    /// The custom key store.
    pub store_id: String,
    /// The key's id at the external key manager.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub xks_key_id: Option<String>,
}

impl Key {
    /// `arn:aws:kms:<region>:<account>:key/<id>`.
    pub fn arn(&self) -> String {
        arn(&self.account, &self.region, &self.id)
    }

    /// The material that encrypts and signs now.
    pub fn current_material(&self) -> Option<&Material> {
        self.materials.iter().find(|m| m.state == MaterialState::Current)
    }

    /// The material with this id.
    pub fn material(&self, id: &MaterialId) -> Option<&Material> {
        self.materials.iter().find(|m| m.id == *id)
    }

    /// Whether AWS manages it.
    pub fn is_aws_managed(&self) -> bool {
        matches!(self.manager, KeyManager::Aws { .. })
    }

    /// Whether the primary of its multi-Region family, or no multi-Region key at all.
    pub fn is_replica(&self) -> bool {
        self.multi_region.as_ref().is_some_and(MultiRegion::is_replica)
    }

    /// When it was made.
    pub fn created(&self) -> Timestamp {
        Timestamp::from_millis(self.created_ms)
    }
}

/// The ARN of a key.
pub fn arn(account: &AccountId, region: &Region, id: &KeyId) -> String {
    format!("arn:{}:kms:{region}:{account}:key/{id}", region.partition())
}

fn write_spec<S: Serializer>(spec: &KeySpec, out: S) -> Result<S::Ok, S::Error> {
    out.serialize_str(spec.name())
}

fn read_spec<'de, D: Deserializer<'de>>(input: D) -> Result<KeySpec, D::Error> {
    let name = String::deserialize(input)?;
    name.parse().map_err(serde::de::Error::custom)
}
