//! The two DER structures of ML-KEM keys, which the safe API does not write.
//!
//! RFC 9935: the algorithm identifier is the OID alone, without parameters; the public key is the BIT STRING of
//! the encapsulation key, the private key `[0]` with the 64-byte seed. For given lengths every byte before
//! the key is fixed, so a key is its prefix and its bytes.

use zeroize::Zeroizing;

use crate::spec::KeyPairSpec;

/// The length of an ML-KEM seed, d ‖ z.
pub(super) const ML_KEM_SEED: usize = 64;

/// SEQUENCE { OID 2.16.840.1.101.3.4.4.x }
fn algorithm(spec: KeyPairSpec) -> Option<[u8; 13]> {
    let parameter_set = match spec {
        KeyPairSpec::MlKem512 => 1,
        KeyPairSpec::MlKem768 => 2,
        KeyPairSpec::MlKem1024 => 3,
        _ => return None,
    };
    Some([
        0x30,
        11,
        0x06,
        9,
        0x60,
        0x86,
        0x48,
        0x01,
        0x65,
        0x03,
        0x04,
        0x04,
        parameter_set,
    ])
}

/// SubjectPublicKeyInfo of an encapsulation key.
pub(super) fn ml_kem_spki(spec: KeyPairSpec, public: &[u8]) -> Option<Vec<u8>> {
    let algorithm = algorithm(spec)?;
    // BIT STRING with no unused bits; encapsulation keys have 800 to 1,568 bytes: two length bytes each.
    let bits = u16::try_from(public.len() + 1).ok()?.to_be_bytes();
    let whole = u16::try_from(algorithm.len() + 4 + 1 + public.len())
        .ok()?
        .to_be_bytes();
    let mut der = Vec::with_capacity(usize::from(u16::from_be_bytes(whole)) + 4);
    der.extend_from_slice(&[0x30, 0x82, whole[0], whole[1]]);
    der.extend_from_slice(&algorithm);
    der.extend_from_slice(&[0x03, 0x82, bits[0], bits[1], 0]);
    der.extend_from_slice(public);
    Some(der)
}

/// The encapsulation key in a SubjectPublicKeyInfo of exactly this spec.
pub(super) fn ml_kem_public(spec: KeyPairSpec, spki: &[u8], public_len: usize) -> Option<&[u8]> {
    let public = spki.get(spki.len().checked_sub(public_len)?..)?;
    (ml_kem_spki(spec, public)? == spki).then_some(public)
}

/// PrivateKeyInfo with the seed form.
pub(super) fn ml_kem_pkcs8(spec: KeyPairSpec, seed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let seed: &[u8; ML_KEM_SEED] = seed.try_into().ok()?;
    let mut der = Zeroizing::new(Vec::with_capacity(86));
    der.extend_from_slice(&[0x30, 84, 0x02, 1, 0]);
    der.extend_from_slice(&algorithm(spec)?);
    der.extend_from_slice(&[0x04, 66, 0x80, 64]);
    der.extend_from_slice(seed);
    Some(der)
}

/// The seed in a PrivateKeyInfo of this spec: of the seed form, or of the form that has both seed and
/// expanded key (from which only the seed is taken).
pub(super) fn ml_kem_seed(spec: KeyPairSpec, pkcs8: &[u8]) -> Result<&[u8; ML_KEM_SEED], NoSeed> {
    let (whole, rest) = element(0x30, pkcs8).ok_or(NoSeed::Malformed)?;
    let (version, body) = element(0x02, whole).ok_or(NoSeed::Malformed)?;
    let algorithm = algorithm(spec).ok_or(NoSeed::Malformed)?;
    let body = body.strip_prefix(&algorithm).ok_or(NoSeed::Malformed)?;
    let (key, _attributes) = element(0x04, body).ok_or(NoSeed::Malformed)?;
    if !rest.is_empty() || !matches!(version, [0 | 1]) {
        return Err(NoSeed::Malformed);
    }
    if element(0x04, key).is_some() {
        return Err(NoSeed::ExpandedOnly);
    }
    let seed = match element(0x30, key) {
        Some((both, [])) => element(0x04, both).map(|(seed, _expanded)| seed),
        _ => element(0x80, key)
            .filter(|(_, rest)| rest.is_empty())
            .map(|(seed, _)| seed),
    };
    seed.and_then(|seed| seed.try_into().ok())
        .ok_or(NoSeed::Malformed)
}

/// Why a private key gives no seed.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum NoSeed {
    /// It is not the PKCS#8 of such a key.
    Malformed,
    /// It holds the expanded key alone.
    ExpandedOnly,
}

/// The content of the DER element with this tag at the start of `input`, and what follows it.
fn element(tag: u8, input: &[u8]) -> Option<(&[u8], &[u8])> {
    let (&[found, first], rest) = input.split_first_chunk::<2>()?;
    if found != tag {
        return None;
    }
    let (len, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        0x81 => rest
            .split_first()
            .map(|(len, rest)| (usize::from(*len), rest))
            .filter(|(len, _)| *len > 0x7f)?,
        0x82 => rest
            .split_first_chunk::<2>()
            .map(|(len, rest)| (usize::from(u16::from_be_bytes(*len)), rest))
            .filter(|(len, _)| *len > 0xff)?,
        _ => return None,
    };
    rest.split_at_checked(len)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn seed_comes_back_from_pkcs8_of_its_own_spec_only() {
        let seed = [9; 64];
        let der = ml_kem_pkcs8(KeyPairSpec::MlKem768, &seed).unwrap();
        assert_eq!(ml_kem_seed(KeyPairSpec::MlKem768, &der), Ok(&seed));
        assert_eq!(ml_kem_seed(KeyPairSpec::MlKem512, &der), Err(NoSeed::Malformed));
        let longer = [&der[..], &[0]].concat();
        assert_eq!(
            ml_kem_seed(KeyPairSpec::MlKem768, &longer),
            Err(NoSeed::Malformed)
        );
    }

    proptest! {
        #[test]
        fn reading_any_bytes_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            for start in [&[][..], &[0x30, 84, 2, 1, 0]] {
                let der = [start, &bytes].concat();
                let _ = ml_kem_seed(KeyPairSpec::MlKem512, &der);
                let _ = ml_kem_public(KeyPairSpec::MlKem512, &der, 800);
            }
        }
    }
}
