//! Import tokens: what ties the material that arrives to the wrapping key that was handed out.
//!
//! A token is the wrapping private key with its terms, sealed under the domain key and bound to the KMS key. Nothing
//! is stored: any node can honour a token, and a token of another key, account or Region does not open.

use haechi_core::{AccountId, Failure, Region, Timestamp};
use haechi_crypto::{Binding, DomainKey, Plaintext, Sealed, WrappingAlgorithm, WrappingKey, WrappingKeySpec};

use crate::model::key_id::KeyId;

/// The version of the token's inner form.
const VERSION: u8 = 1;
/// Version, algorithm, spec, end.
const HEADER: usize = 11;
/// The names of the wrapping key specs, by their number in a token.
const SPECS: [&str; 3] = ["RSA_2048", "RSA_3072", "RSA_4096"];

/// What a token says.
#[derive(Debug)]
pub(crate) struct ImportToken {
    pub(crate) algorithm: WrappingAlgorithm,
    pub(crate) wrapping_key: WrappingKey,
    pub(crate) spec: WrappingKeySpec,
    pub(crate) valid_to: Timestamp,
}

/// The KMS key that a token is for.
pub(crate) struct TokenOwner<'a> {
    pub(crate) account: &'a AccountId,
    pub(crate) region: &'a Region,
    pub(crate) key: &'a KeyId,
}

impl TokenOwner<'_> {
    fn binding(&self) -> Binding {
        Binding::new("kms/import-token")
            .with(self.account.as_str())
            .with(self.region.as_str())
            .with(self.key.as_str())
    }
}

impl ImportToken {
    /// The token's bytes.
    pub(crate) fn seal(&self, domain: &DomainKey, owner: &TokenOwner<'_>) -> Result<Vec<u8>, Failure> {
        let number = |at: Option<usize>| at.and_then(|at| u8::try_from(at).ok());
        let algorithm = number(
            WrappingAlgorithm::ALL
                .iter()
                .position(|one| *one == self.algorithm),
        );
        let spec = number(SPECS.iter().position(|name| *name == self.spec.name()));
        let (Some(algorithm), Some(spec)) = (algorithm, spec) else {
            return Err(Failure::internal(
                "a wrapping key of a kind that no token can name",
            ));
        };
        let private = self.wrapping_key.to_pkcs8().map_err(Failure::internal)?;
        // Of exactly the size needed: growing would leave copies of the private key behind.
        let mut inner = Vec::with_capacity(HEADER + private.len());
        inner.extend_from_slice(&[VERSION, algorithm, spec]);
        inner.extend_from_slice(&self.valid_to.as_millis().to_be_bytes());
        inner.extend_from_slice(private.expose());
        let inner = Plaintext::new(inner);
        let sealed = domain
            .seal(&owner.binding(), inner.expose())
            .map_err(Failure::internal)?;
        Ok(sealed.as_bytes().to_vec())
    }

    /// The length of what the wrapping key encrypts: that of its modulus, in bytes.
    pub(crate) fn block_len(&self) -> usize {
        match self.spec.name() {
            "RSA_2048" => 256,
            "RSA_3072" => 384,
            _ => 512,
        }
    }

    /// Opens a token; `None` where it is none, or one of another key.
    pub(crate) fn open(bytes: &[u8], domain: &DomainKey, owner: &TokenOwner<'_>) -> Option<Self> {
        let sealed = Sealed::from_bytes(bytes.to_vec()).ok()?;
        let inner = domain.open(&owner.binding(), &sealed).ok()?;
        let (header, private) = inner.expose().split_first_chunk::<HEADER>()?;
        let [VERSION, algorithm, spec, valid_to @ ..] = *header else {
            return None;
        };
        let spec: WrappingKeySpec = SPECS.get(usize::from(spec))?.parse().ok()?;
        Some(Self {
            algorithm: *WrappingAlgorithm::ALL.get(usize::from(algorithm))?,
            wrapping_key: WrappingKey::from_pkcs8(spec, private).ok()?,
            spec,
            valid_to: Timestamp::from_millis(i64::from_be_bytes(valid_to)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_opens_for_its_own_key_alone() {
        let domain = DomainKey::generate().unwrap();
        let spec: WrappingKeySpec = "RSA_2048".parse().unwrap();
        let token = ImportToken {
            algorithm: WrappingAlgorithm::RsaAesKeyWrapSha256,
            wrapping_key: WrappingKey::generate(spec).unwrap(),
            spec,
            valid_to: Timestamp::from_millis(1_000),
        };
        let account = AccountId::parse("111122223333").unwrap();
        let (here, there) = (
            Region::parse("eu-north-1").unwrap(),
            Region::parse("us-east-1").unwrap(),
        );
        let (mine, other) = (KeyId::custom("mine").unwrap(), KeyId::custom("other").unwrap());
        let owner = |region, key| TokenOwner {
            account: &account,
            region,
            key,
        };
        let bytes = token.seal(&domain, &owner(&here, &mine)).unwrap();

        let again = ImportToken::open(&bytes, &domain, &owner(&here, &mine)).unwrap();
        assert_eq!(again.algorithm, token.algorithm);
        assert_eq!(again.valid_to, token.valid_to);
        assert_eq!(
            again.wrapping_key.public_key_der(),
            token.wrapping_key.public_key_der()
        );
        assert!(ImportToken::open(&bytes, &domain, &owner(&here, &other)).is_none());
        assert!(ImportToken::open(&bytes, &domain, &owner(&there, &mine)).is_none());
        assert!(ImportToken::open(b"junk", &domain, &owner(&here, &mine)).is_none());
        assert!(ImportToken::open(&bytes[..bytes.len() - 1], &domain, &owner(&here, &mine)).is_none());
    }

    #[test]
    fn the_token_of_the_largest_wrapping_key_fits_the_api() {
        // An RSA private key of 4,096 bits is some 2,400 bytes of PKCS#8; ImportToken takes 6,144.
        let sealed = DomainKey::generate()
            .unwrap()
            .seal(&Binding::new("x"), &[0; HEADER + 2_400])
            .unwrap();
        assert!(sealed.as_bytes().len() <= 6_144);
    }
}
