//! X.509 certificates in PEM, the keys that belong to them and the chains above them.

use aws_lc_rs::rsa;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1_SIGNING, ECDSA_P521_SHA512_ASN1_SIGNING,
    EcdsaKeyPair, EcdsaSigningAlgorithm, KeyPair,
};
use x509_parser::certificate::X509Certificate;
use x509_parser::pem::Pem;
use x509_parser::prelude::FromDer;

/// The curves of ECDSA certificates.
const CURVES: [&EcdsaSigningAlgorithm; 3] = [
    &ECDSA_P256_SHA256_ASN1_SIGNING,
    &ECDSA_P384_SHA384_ASN1_SIGNING,
    &ECDSA_P521_SHA512_ASN1_SIGNING,
];

/// A certificate that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Certificate {
    der: Vec<u8>,
    /// When it ends, in ms since the epoch.
    pub(crate) expires_ms: i64,
    /// The bits of its public key: a PKCS #1 key or a point.
    public_key: Vec<u8>,
}

/// The certificate at this place does not sign the one before it, or cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BrokenChain(pub(crate) usize);

impl Certificate {
    fn from_der(der: Vec<u8>) -> Option<Self> {
        let (rest, parsed) = X509Certificate::from_der(&der).ok()?;
        if !rest.is_empty() {
            return None;
        }
        let expires_ms = parsed.validity().not_after.timestamp() * 1_000;
        let public_key = parsed.public_key().subject_public_key.data.to_vec();
        Some(Self {
            der,
            expires_ms,
            public_key,
        })
    }

    /// Reads the one certificate of a PEM text; `None` where it is not exactly one.
    pub(crate) fn parse(pem: &str) -> Option<Self> {
        let mut blocks = blocks(pem)?;
        let block = blocks.pop().filter(|_| blocks.is_empty())?;
        (block.label == "CERTIFICATE").then(|| Self::from_der(block.contents))?
    }

    /// Whether each certificate of a chain signs the one below it, beginning with this one.
    pub(crate) fn check_chain(&self, chain: &str) -> Result<(), BrokenChain> {
        let mut below = self.clone();
        let blocks = blocks(chain).filter(|blocks| !blocks.is_empty());
        for (at, block) in blocks.ok_or(BrokenChain(0))?.into_iter().enumerate() {
            let above = Self::from_der(block.contents).ok_or(BrokenChain(at))?;
            if !above.signs(&below) {
                return Err(BrokenChain(at));
            }
            below = above;
        }
        Ok(())
    }

    fn signs(&self, other: &Self) -> bool {
        let (Ok((_, own)), Ok((_, other))) = (
            X509Certificate::from_der(&self.der),
            X509Certificate::from_der(&other.der),
        ) else {
            return false;
        };
        other.issuer().as_raw() == own.subject().as_raw()
            && other.verify_signature(Some(own.public_key())).is_ok()
    }

    /// Whether a private key in PEM is the one of this certificate; `None` where it cannot be read. An encrypted key
    /// cannot.
    pub(crate) fn has_private_key(&self, pem: &str) -> Option<bool> {
        let blocks = blocks(pem)?;
        let block = blocks.iter().find(|block| block.label.ends_with("PRIVATE KEY"))?;
        let key = block.contents.as_slice();
        let public = match block.label.as_str() {
            "RSA PRIVATE KEY" => rsa::KeyPair::from_der(key).ok().map(|pair| bits(&pair)),
            "EC PRIVATE KEY" => on_a_curve(|curve| EcdsaKeyPair::from_private_key_der(curve, key).ok()),
            "PRIVATE KEY" => rsa::KeyPair::from_pkcs8(key)
                .ok()
                .map(|pair| bits(&pair))
                .or_else(|| on_a_curve(|curve| EcdsaKeyPair::from_pkcs8(curve, key).ok())),
            _ => None,
        };
        public.map(|public| public == self.public_key)
    }
}

fn bits(pair: &impl KeyPair) -> Vec<u8> {
    pair.public_key().as_ref().to_vec()
}

fn on_a_curve(open: impl Fn(&'static EcdsaSigningAlgorithm) -> Option<EcdsaKeyPair>) -> Option<Vec<u8>> {
    CURVES.into_iter().find_map(open).map(|pair| bits(&pair))
}

/// The blocks of a PEM text; `None` where one of them is broken.
fn blocks(pem: &str) -> Option<Vec<Pem>> {
    Pem::iter_from_buffer(pem.as_bytes())
        .collect::<Result<Vec<_>, _>>()
        .ok()
}

#[cfg(test)]
mod tests;
