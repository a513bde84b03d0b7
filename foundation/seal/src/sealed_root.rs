//! The record that a seal leaves behind.

use haechi_crypto::{KeyBytes, RootKey, Sealed};
use serde::{Deserialize, Serialize};

use crate::{Argon2idParameters, SealError};

/// The newest version of the record's format.
const VERSION: u8 = 1;

/// The root key under a seal: safe to store, to back up, and to show.
///
/// ```json
/// { "version": 1,
///   "method": { "kind": "passphrase", "argon2id": { "memory_kib": 65536, "passes": 3, "lanes": 1 }, "salt": "…" },
///   "root_id": "89abcdef01234567",
///   "wrapped_root": "…" }
/// ```
///
/// Parameters lie here; paths, PINs and library names do not. They come from the configuration: a record that could
/// name the library to load would hand the process to whoever can write the record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealedRoot {
    version: u8,
    method: SealMethod,
    root_id: String,
    #[serde(with = "base64_bytes")]
    wrapped_root: Vec<u8>,
}

/// Which seal closed a record, with what it needs to open it besides its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
#[non_exhaustive]
pub enum SealMethod {
    /// A key file.
    KeyFile,
    /// A passphrase, stretched by Argon2id.
    Passphrase {
        /// What the stretching costs.
        argon2id: Argon2idParameters,
        /// 16 random bytes.
        #[serde(with = "base64_bytes")]
        salt: Vec<u8>,
    },
    /// An AES-256 key in an HSM.
    Pkcs11 {
        /// The label of the token.
        token: String,
        /// The label of the key.
        key: String,
    },
}

impl SealMethod {
    /// The method's name, as it stands in the record and in the configuration.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::KeyFile => "key-file",
            Self::Passphrase { .. } => "passphrase",
            Self::Pkcs11 { .. } => "pkcs11",
        }
    }
}

impl SealedRoot {
    /// A record of `root`, wrapped by whatever the method says.
    pub(crate) fn new(method: SealMethod, root: &RootKey, wrapped_root: Vec<u8>) -> Self {
        Self {
            version: VERSION,
            method,
            root_id: root.id().to_string(),
            wrapped_root,
        }
    }

    /// A record of `root` under a key-encryption key that the seal can always bring forth again.
    pub(crate) fn under_key(method: SealMethod, root: &RootKey, kek: &KeyBytes) -> Result<Self, SealError> {
        let wrapped = root.wrap_under(kek)?;
        Ok(Self::new(method, root, wrapped.as_bytes().to_vec()))
    }

    /// Opens a record of [`SealedRoot::under_key`].
    pub(crate) fn open_under_key(&self, kek: &KeyBytes) -> Result<RootKey, SealError> {
        let wrapped = Sealed::from_bytes(self.wrapped_root.clone()).map_err(|_| SealError::WrongKey)?;
        let root = RootKey::unwrap_with(kek, &wrapped).map_err(|_| SealError::WrongKey)?;
        self.checked(root)
    }

    /// The root that a seal opened, if it is the one that this record is about.
    pub(crate) fn checked(&self, root: RootKey) -> Result<RootKey, SealError> {
        if root.id().to_string() == self.root_id {
            Ok(root)
        } else {
            Err(SealError::WrongKey)
        }
    }

    /// How the root is sealed.
    pub fn method(&self) -> &SealMethod {
        &self.method
    }

    /// The public name of the root key, which stays the same from seal to seal.
    pub fn root_id(&self) -> &str {
        &self.root_id
    }

    #[cfg(feature = "pkcs11")]
    pub(crate) fn wrapped_root(&self) -> &[u8] {
        &self.wrapped_root
    }

    /// The record as JSON for people and files.
    pub fn to_json(&self) -> Result<Vec<u8>, SealError> {
        let mut json =
            serde_json::to_vec_pretty(self).map_err(|error| SealError::Malformed(error.to_string()))?;
        json.push(b'\n');
        Ok(json)
    }

    /// Reads a record. A newer version is told apart from a damaged one.
    pub fn from_json(json: &[u8]) -> Result<Self, SealError> {
        #[derive(Deserialize)]
        struct Versioned {
            version: u8,
        }
        let malformed = |error: serde_json::Error| SealError::Malformed(error.to_string());
        let Versioned { version } = serde_json::from_slice(json).map_err(malformed)?;
        if version != VERSION {
            return Err(SealError::UnknownVersion(version));
        }
        serde_json::from_slice(json).map_err(malformed)
    }
}

mod base64_bytes {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use serde::Deserialize as _;

    pub(super) fn serialize<S: serde::Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(bytes))
    }

    pub(super) fn deserialize<'de, D: serde::Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<u8>, D::Error> {
        let text = std::borrow::Cow::<'_, str>::deserialize(deserializer)?;
        STANDARD.decode(text.as_bytes()).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record() -> SealedRoot {
        SealedRoot::new(SealMethod::KeyFile, &RootKey::generate().unwrap(), vec![1, 2, 3])
    }

    #[test]
    fn json_comes_back_and_names_the_method() {
        let record = record();
        let json = record.to_json().unwrap();
        assert!(String::from_utf8_lossy(&json).contains("\"kind\": \"key-file\""));
        assert_eq!(SealedRoot::from_json(&json).unwrap(), record);
    }

    #[test]
    fn newer_version_is_not_taken_for_damage() {
        let json = String::from_utf8(record().to_json().unwrap()).unwrap();
        let newer = json.replace("\"version\": 1", "\"version\": 9");
        assert!(matches!(
            SealedRoot::from_json(newer.as_bytes()),
            Err(SealError::UnknownVersion(9))
        ));
        assert!(matches!(
            SealedRoot::from_json(b"{}"),
            Err(SealError::Malformed(_))
        ));
        assert!(matches!(
            SealedRoot::from_json(&json.as_bytes()[..20]),
            Err(SealError::Malformed(_))
        ));
    }
}
