//! The few calls that the safe API of `aws-lc-rs` lacks, straight to AWS-LC.
//!
//! - Ed25519ph (RFC 8032, section 5.1), for `ED25519_PH_SHA_512`;
//! - ML-DSA over an external µ (FIPS 204, algorithms 7 and 8 without their first step), for `EXTERNAL_MU`;
//! - ML-KEM keys from their seed (FIPS 203, algorithm 16), for key pairs that keep the seed form.
//!
//! Nothing here keeps a pointer beyond a call, except [`MlDsaHandle`], which owns its own.
#![allow(unsafe_code)]

use std::ffi::c_int;
use std::ptr::{self, NonNull};

use aws_lc_sys::{EVP_PKEY, EVP_PKEY_CTX};
use zeroize::Zeroizing;

use crate::error::CryptoError;
use crate::spec::KeyPairSpec;

/// AWS-LC answers 1 for success.
const OK: c_int = 1;

/// Signs with Ed25519ph; AWS-LC hashes `message` with SHA-512 first.
pub(crate) fn ed25519ph_sign(
    seed: &[u8; 32],
    public: &[u8; 32],
    message: &[u8],
) -> Result<[u8; 64], CryptoError> {
    let mut private = Zeroizing::new([0; 64]);
    private[..32].copy_from_slice(seed);
    private[32..].copy_from_slice(public);
    let mut signature = [0; 64];
    let context: &[u8] = &[];
    // SAFETY: all pointers are to live slices of the lengths that the prototype asks for: 64 bytes of signature
    // and private key (seed ‖ public key), `message.len()` bytes of message, an empty context.
    let answer = unsafe {
        aws_lc_sys::ED25519ph_sign(
            signature.as_mut_ptr(),
            message.as_ptr(),
            message.len(),
            private.as_ptr(),
            context.as_ptr(),
            context.len(),
        )
    };
    (answer == OK)
        .then_some(signature)
        .ok_or(CryptoError::Provider("signing with Ed25519ph"))
}

/// Verifies an Ed25519ph signature over the message (not its hash).
pub(crate) fn ed25519ph_verify(public: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> bool {
    let context: &[u8] = &[];
    // SAFETY: all pointers are to live slices of the lengths that the prototype asks for: 64 bytes of signature,
    // 32 of public key, `message.len()` of message, an empty context.
    let answer = unsafe {
        aws_lc_sys::ED25519ph_verify(
            message.as_ptr(),
            message.len(),
            signature.as_ptr(),
            public.as_ptr(),
            context.as_ptr(),
            context.len(),
        )
    };
    answer == OK
}

/// An `EVP_PKEY` that this value alone owns.
struct Pkey(NonNull<EVP_PKEY>);

impl Pkey {
    fn own(key: *mut EVP_PKEY) -> Option<Self> {
        NonNull::new(key).map(Self)
    }

    fn context(&self) -> Option<Context> {
        // SAFETY: the key lives as long as `self`; the context takes its own reference to it. A null engine is
        // the default one.
        Context::own(unsafe { aws_lc_sys::EVP_PKEY_CTX_new(self.0.as_ptr(), ptr::null_mut()) })
    }
}

impl Drop for Pkey {
    fn drop(&mut self) {
        // SAFETY: `self` owns the reference and it is not used again.
        unsafe { aws_lc_sys::EVP_PKEY_free(self.0.as_ptr()) }
    }
}

/// An `EVP_PKEY_CTX` that this value alone owns.
struct Context(NonNull<EVP_PKEY_CTX>);

impl Context {
    fn own(context: *mut EVP_PKEY_CTX) -> Option<Self> {
        NonNull::new(context).map(Self)
    }

    fn as_ptr(&self) -> *mut EVP_PKEY_CTX {
        self.0.as_ptr()
    }
}

impl Drop for Context {
    fn drop(&mut self) {
        // SAFETY: `self` owns the context and it is not used again.
        unsafe { aws_lc_sys::EVP_PKEY_CTX_free(self.0.as_ptr()) }
    }
}

/// An ML-DSA key for signatures over an external µ.
pub(crate) struct MlDsaHandle {
    key: Pkey,
    signature_len: usize,
}

// SAFETY: AWS-LC documents that an EVP_PKEY may be used by several threads at once as long as none mutates it;
// after construction this type only signs and verifies, each call with a context of its own.
unsafe impl Send for MlDsaHandle {}
// SAFETY: as above.
unsafe impl Sync for MlDsaHandle {}

impl MlDsaHandle {
    /// From the private key: the expanded form, or the seed.
    pub(crate) fn from_private(spec: KeyPairSpec, private: &[u8]) -> Option<Self> {
        let (nid, signature_len) = ml_dsa_parameters(spec)?;
        // SAFETY: pointer and length are those of a live slice, which AWS-LC copies.
        let key =
            unsafe { aws_lc_sys::EVP_PKEY_pqdsa_new_raw_private_key(nid, private.as_ptr(), private.len()) };
        Some(Self {
            key: Pkey::own(key)?,
            signature_len,
        })
    }

    /// From the raw public key.
    pub(crate) fn from_public(spec: KeyPairSpec, public: &[u8]) -> Option<Self> {
        let (nid, signature_len) = ml_dsa_parameters(spec)?;
        // SAFETY: pointer and length are those of a live slice, which AWS-LC copies.
        let key =
            unsafe { aws_lc_sys::EVP_PKEY_pqdsa_new_raw_public_key(nid, public.as_ptr(), public.len()) };
        Some(Self {
            key: Pkey::own(key)?,
            signature_len,
        })
    }

    /// Signs a message representative µ.
    pub(crate) fn sign_mu(&self, mu: &[u8; 64]) -> Result<Vec<u8>, CryptoError> {
        const FAILED: CryptoError = CryptoError::Provider("signing an external mu with ML-DSA");
        let context = self.key.context().ok_or(FAILED)?;
        let mut signature = vec![0; self.signature_len];
        let mut len = signature.len();
        // SAFETY: the context is live and its key is an ML-DSA key, for which EVP_PKEY_sign takes µ of 64 bytes
        // as its "digest"; the output buffer has `len` bytes, and AWS-LC writes no more.
        let answer = unsafe {
            if aws_lc_sys::EVP_PKEY_sign_init(context.as_ptr()) == OK {
                aws_lc_sys::EVP_PKEY_sign(
                    context.as_ptr(),
                    signature.as_mut_ptr(),
                    &raw mut len,
                    mu.as_ptr(),
                    mu.len(),
                )
            } else {
                0
            }
        };
        (answer == OK && len == signature.len())
            .then_some(signature)
            .ok_or(FAILED)
    }

    /// Verifies a signature over a message representative µ.
    pub(crate) fn verify_mu(&self, mu: &[u8; 64], signature: &[u8]) -> bool {
        let Some(context) = self.key.context() else {
            return false;
        };
        // SAFETY: the context is live and its key is an ML-DSA key, for which EVP_PKEY_verify takes µ of 64
        // bytes as its "digest"; both slices are live and their lengths are given.
        let answer = unsafe {
            if aws_lc_sys::EVP_PKEY_verify_init(context.as_ptr()) == OK {
                aws_lc_sys::EVP_PKEY_verify(
                    context.as_ptr(),
                    signature.as_ptr(),
                    signature.len(),
                    mu.as_ptr(),
                    mu.len(),
                )
            } else {
                0
            }
        };
        answer == OK
    }
}

fn ml_dsa_parameters(spec: KeyPairSpec) -> Option<(c_int, usize)> {
    match spec {
        KeyPairSpec::MlDsa44 => Some((aws_lc_sys::NID_MLDSA44, 2420)),
        KeyPairSpec::MlDsa65 => Some((aws_lc_sys::NID_MLDSA65, 3309)),
        KeyPairSpec::MlDsa87 => Some((aws_lc_sys::NID_MLDSA87, 4627)),
        _ => None,
    }
}

/// The decapsulation and encapsulation key of a 64-byte ML-KEM seed (d ‖ z).
pub(crate) struct MlKemExpanded {
    pub(crate) decapsulation: Zeroizing<Vec<u8>>,
    pub(crate) encapsulation: Vec<u8>,
}

/// Expands an ML-KEM seed. `None` when `spec` is no ML-KEM spec or the provider fails.
pub(crate) fn ml_kem_expand(spec: KeyPairSpec, seed: &[u8; 64]) -> Option<MlKemExpanded> {
    let (nid, decapsulation_len, encapsulation_len) = match spec {
        KeyPairSpec::MlKem512 => (aws_lc_sys::NID_MLKEM512, 1632, 800),
        KeyPairSpec::MlKem768 => (aws_lc_sys::NID_MLKEM768, 2400, 1184),
        KeyPairSpec::MlKem1024 => (aws_lc_sys::NID_MLKEM1024, 3168, 1568),
        _ => return None,
    };
    // SAFETY: makes a context without a key; a null engine is the default one.
    let context =
        Context::own(unsafe { aws_lc_sys::EVP_PKEY_CTX_new_id(aws_lc_sys::EVP_PKEY_KEM, ptr::null_mut()) })?;
    let mut key = ptr::null_mut();
    let mut seed_len = seed.len();
    // SAFETY: the context is live and of the KEM kind; the seed is a live slice of the given length; on success
    // AWS-LC stores a key that we own in `key`, otherwise it stays null.
    unsafe {
        if aws_lc_sys::EVP_PKEY_CTX_kem_set_params(context.as_ptr(), nid) == OK
            && aws_lc_sys::EVP_PKEY_keygen_init(context.as_ptr()) == OK
        {
            aws_lc_sys::EVP_PKEY_keygen_deterministic(
                context.as_ptr(),
                &raw mut key,
                seed.as_ptr(),
                &raw mut seed_len,
            );
        }
    }
    let key = Pkey::own(key)?;
    let mut decapsulation = Zeroizing::new(vec![0; decapsulation_len]);
    let mut encapsulation = vec![0; encapsulation_len];
    let (mut decapsulation_written, mut encapsulation_written) = (decapsulation_len, encapsulation_len);
    // SAFETY: the key is live; each buffer has as many bytes as its length variable says, and AWS-LC writes no
    // more than that.
    let answers = unsafe {
        (
            aws_lc_sys::EVP_PKEY_get_raw_private_key(
                key.0.as_ptr(),
                decapsulation.as_mut_ptr(),
                &raw mut decapsulation_written,
            ),
            aws_lc_sys::EVP_PKEY_get_raw_public_key(
                key.0.as_ptr(),
                encapsulation.as_mut_ptr(),
                &raw mut encapsulation_written,
            ),
        )
    };
    let whole = (decapsulation_written, encapsulation_written) == (decapsulation_len, encapsulation_len);
    (answers == (OK, OK) && whole).then_some(MlKemExpanded {
        decapsulation,
        encapsulation,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8032, section 7.3.
    #[test]
    fn ed25519ph_signs_as_the_rfc_does() {
        let key = |text| <[u8; 32]>::try_from(hex::decode(text).unwrap()).unwrap();
        let seed = key("833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42");
        let public = key("ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf");
        let signature = ed25519ph_sign(&seed, &public, b"abc").unwrap();
        assert_eq!(
            hex::encode(signature),
            "98a70222f0b8121aa9d30f813d683f809e462b469c7ff87639499bb94e6dae4131f85042463c2a355a2003d062adf5aaa10b8c61e636062aaad11c2a26083406"
        );
        assert!(ed25519ph_verify(&public, b"abc", &signature));
        assert!(!ed25519ph_verify(&public, b"abd", &signature));
    }
}
