//! The keys that sign a pool's tokens, and their public half as a JSON web key (RFC 7517).

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use haechi_core::Failure;
use haechi_crypto::{KeyPairSpec, Plaintext, PrivateKey};
use haechi_keyring::Sealed;
use serde::{Deserialize, Serialize};

/// DER of a 2048-bit RSA SubjectPublicKeyInfo (RFC 8017, A.1.1): headers, 256 bytes of modulus, the exponent 65537.
const SPKI_LENGTH: usize = 294;
const MODULUS: std::ops::Range<usize> = 33..289;

/// A key pair: its public half open, its private half sealed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct SigningKey {
    /// `kid`
    pub(crate) id: String,
    /// The modulus in Base64url.
    pub(crate) modulus: String,
    pub(crate) private: Sealed,
}

/// A key pair that has not been sealed yet.
pub(crate) struct Fresh {
    pub(crate) id: String,
    pub(crate) modulus: String,
    pub(crate) private: Plaintext,
}

/// Makes a key pair; `id` is 32 random bytes.
pub(crate) async fn generate(id: [u8; 32]) -> Result<Fresh, Failure> {
    let made = tokio::task::spawn_blocking(|| PrivateKey::generate(KeyPairSpec::Rsa2048)).await;
    let key = made.map_err(Failure::internal)?.map_err(Failure::internal)?;
    let spki = key.public_key_der();
    let modulus = spki
        .get(MODULUS)
        .filter(|_| spki.len() == SPKI_LENGTH)
        .ok_or_else(|| Failure::internal("an RSA key of another form than it should have"))?;
    Ok(Fresh {
        id: STANDARD.encode(id),
        modulus: URL_SAFE_NO_PAD.encode(modulus),
        private: key.to_pkcs8().map_err(Failure::internal)?,
    })
}

/// The key set of a pool.
pub(crate) fn key_set(keys: &[SigningKey]) -> String {
    let keys: Vec<_> = keys
        .iter()
        .map(|key| {
            serde_json::json!({
                "alg": "RS256", "e": "AQAB", "kid": key.id, "kty": "RSA", "n": key.modulus, "use": "sig",
            })
        })
        .collect();
    serde_json::json!({ "keys": keys }).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_modulus_is_256_bytes_and_not_even() {
        let key = generate([7; 32]).await.unwrap();
        let modulus = URL_SAFE_NO_PAD.decode(&key.modulus).unwrap();
        assert_eq!(modulus.len(), 256);
        assert!(modulus[0] >= 0x80 && modulus[255] % 2 == 1);
    }
}
