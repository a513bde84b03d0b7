//! Key derivation: KBKDF in counter mode with HMAC-SHA-256 (NIST SP 800-108r1, section 4.1).
//!
//! Every use has its own label, so that one key serves several purposes without their outputs meeting.

use aws_lc_rs::kdf::{KbkdfCtrHmacAlgorithmId, get_kbkdf_ctr_hmac_algorithm, kbkdf_ctr_hmac};

use crate::error::CryptoError;

/// What a derived key or value is for. The texts are part of the formats on disk: never change one.
#[derive(Clone, Copy)]
pub(crate) enum Label {
    /// The one-time key of a ciphertext blob.
    Envelope,
    /// The one-time key of a sealed record.
    Seal,
    /// The public name of a sealing key.
    SealingKeyId,
    /// The public name of key material.
    MaterialId,
}

impl Label {
    const fn bytes(self) -> &'static [u8] {
        match self {
            Self::Envelope => b"haechi/envelope/1",
            Self::Seal => b"haechi/seal/1",
            Self::SealingKeyId => b"haechi/sealing-key-id/1",
            Self::MaterialId => b"haechi/material-id/1",
        }
    }
}

/// Fills `out` from `secret`; the fixed info is `label ‖ 0x00 ‖ context ‖ [bits of out]` as SP 800-108 has it.
pub(crate) fn derive(secret: &[u8], label: Label, context: &[u8], out: &mut [u8]) -> Result<(), CryptoError> {
    const FAILED: CryptoError = CryptoError::Provider("deriving a key");
    let label = label.bytes();
    let bits = u32::try_from(out.len() * 8).map_err(|_| FAILED)?;
    let mut info = Vec::with_capacity(label.len() + 1 + context.len() + 4);
    info.extend_from_slice(label);
    info.push(0);
    info.extend_from_slice(context);
    info.extend_from_slice(&bits.to_be_bytes());
    let algorithm = get_kbkdf_ctr_hmac_algorithm(KbkdfCtrHmacAlgorithmId::Sha256).ok_or(FAILED)?;
    kbkdf_ctr_hmac(algorithm, secret, &info, out).map_err(|_| FAILED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_block_is_hmac_of_counter_and_fixed_info() {
        // SP 800-108 in counter mode with 32-bit counter: K(1) = HMAC(key, 00000001 ‖ info).
        let mut out = [0; 32];
        derive(&[7; 32], Label::Seal, b"context", &mut out).unwrap();
        let mut message = vec![0, 0, 0, 1];
        message.extend_from_slice(b"haechi/seal/1\0context");
        message.extend_from_slice(&256u32.to_be_bytes());
        let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, &[7; 32]);
        assert_eq!(aws_lc_rs::hmac::sign(&key, &message).as_ref(), out);
    }

    #[test]
    fn labels_separate_outputs() {
        let (mut a, mut b) = ([0; 32], [0; 32]);
        derive(&[7; 32], Label::Seal, b"x", &mut a).unwrap();
        derive(&[7; 32], Label::Envelope, b"x", &mut b).unwrap();
        assert_ne!(a, b);
    }
}
