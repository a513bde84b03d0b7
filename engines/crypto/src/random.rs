//! Random bytes of the provider's generator. The crate's documentation says why it is not a parameter.

use crate::error::CryptoError;
use crate::secret::Plaintext;

/// Fills `out` with random bytes fit for keys.
pub fn fill(out: &mut [u8]) -> Result<(), CryptoError> {
    aws_lc_rs::rand::fill(out).map_err(|_| CryptoError::Provider("drawing random bytes"))
}

/// `len` random bytes, as KMS `GenerateRandom` and `GenerateDataKey` hand out.
pub fn bytes(len: usize) -> Result<Plaintext, CryptoError> {
    let mut out = vec![0; len];
    fill(&mut out)?;
    Ok(Plaintext::new(out))
}
