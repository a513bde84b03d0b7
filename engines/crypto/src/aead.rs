//! Authenticated encryption under a key that is used once.
//!
//! A random-nonce AES-GCM key may encrypt some 2^32 messages before nonces threaten to meet. Here each message
//! has a key of its own, derived from the long-lived secret and 128 random bits, and a random IV on top: the
//! limit is gone (the construction is that of AWS's "derived key mode").

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};

use crate::derive::{self, Label};
use crate::error::CryptoError;
use crate::random;
use crate::secret::{KeyBytes, Plaintext};

const DERIVATION_NONCE: usize = 16;
const IV: usize = 12;
/// What a message adds to its header: derivation nonce and IV. They close the header.
pub(crate) const SALT: usize = DERIVATION_NONCE + IV;
/// The length of the authentication tag that closes the message.
pub(crate) const TAG: usize = 16;

/// Appends salt, ciphertext and tag to `header`. Header, salt and `binding` are authenticated.
pub(crate) fn seal(
    secret: &KeyBytes,
    label: Label,
    header: Vec<u8>,
    binding: &[u8],
    plaintext: &[u8],
) -> Result<Vec<u8>, CryptoError> {
    const FAILED: CryptoError = CryptoError::Provider("encrypting");
    let mut out = header;
    let mut salt = [0; SALT];
    random::fill(&mut salt)?;
    out.reserve(SALT + plaintext.len() + TAG);
    out.extend_from_slice(&salt);
    let aad = [&out[..], binding].concat();
    let body = out.len();
    out.extend_from_slice(plaintext);
    let (key, iv) = one_time_key(secret, label, &salt)?;
    let tag = key
        .seal_in_place_separate_tag(iv, Aad::from(&aad), &mut out[body..])
        .map_err(|_| FAILED)?;
    out.extend_from_slice(tag.as_ref());
    Ok(out)
}

/// Opens what [`seal`] made: `message` is header ‖ salt ‖ ciphertext ‖ tag with a header of `header` bytes.
/// `None` when it is too short or not authentic.
pub(crate) fn open(
    secret: &KeyBytes,
    label: Label,
    message: &[u8],
    header: usize,
    binding: &[u8],
) -> Option<Plaintext> {
    let (_, rest) = message.split_at_checked(header)?;
    let (salt, body) = rest.split_first_chunk::<SALT>()?;
    let plaintext_len = body.len().checked_sub(TAG)?;
    let aad = [&message[..header + SALT], binding].concat();
    let (ciphertext, tag) = body.split_at(plaintext_len);
    let mut plaintext = vec![0; plaintext_len];
    let (key, iv) = one_time_key(secret, label, salt).ok()?;
    key.open_separate_gather(iv, Aad::from(&aad), ciphertext, tag, &mut plaintext)
        .ok()?;
    Some(Plaintext::new(plaintext))
}

fn one_time_key(
    secret: &KeyBytes,
    label: Label,
    salt: &[u8; SALT],
) -> Result<(LessSafeKey, Nonce), CryptoError> {
    const FAILED: CryptoError = CryptoError::Provider("setting up AES-256-GCM");
    let (nonce, iv) = salt.split_at(DERIVATION_NONCE);
    let mut key = zeroize::Zeroizing::new([0; 32]);
    derive::derive(secret.expose(), label, nonce, &mut *key)?;
    let key = UnboundKey::new(&AES_256_GCM, &*key).map_err(|_| FAILED)?;
    let iv = Nonce::try_assume_unique_for_key(iv).map_err(|_| FAILED)?;
    Ok((LessSafeKey::new(key), iv))
}
