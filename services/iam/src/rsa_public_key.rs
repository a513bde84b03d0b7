//! RSA public keys in the two forms that SSH users have: `ssh-rsa AAAA…` and PEM.

use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};
use x509_parser::prelude::{FromDer, parse_x509_pem};
use x509_parser::public_key::PublicKey;
use x509_parser::x509::SubjectPublicKeyInfo;

/// The shortest modulus that is taken.
const MIN_BITS: usize = 2_048;
/// The object identifier 1.2.840.113549.1.1.1 (`rsaEncryption`) and its NULL parameters, in DER.
const RSA_ENCRYPTION: &[u8] = &[
    0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00,
];

/// Exponent and modulus, most significant byte first, without leading zeros.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RsaPublicKey {
    exponent: Vec<u8>,
    modulus: Vec<u8>,
}

impl RsaPublicKey {
    /// Reads either form; `None` where it is no RSA key of at least 2,048 bits.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let key = if text.starts_with("-----BEGIN") {
            Self::from_pem(text)
        } else {
            Self::from_ssh(text)
        };
        key.filter(|key| key.bits() >= MIN_BITS)
    }

    fn new(exponent: &[u8], modulus: &[u8]) -> Option<Self> {
        let key = Self {
            exponent: positive(exponent).to_vec(),
            modulus: positive(modulus).to_vec(),
        };
        (!key.exponent.is_empty() && !key.modulus.is_empty()).then_some(key)
    }

    fn from_pem(text: &str) -> Option<Self> {
        let (_, pem) = parse_x509_pem(text.as_bytes()).ok()?;
        let (rest, info) = SubjectPublicKeyInfo::from_der(&pem.contents).ok()?;
        match info.parsed().ok()? {
            PublicKey::RSA(key) if rest.is_empty() && pem.label == "PUBLIC KEY" => {
                Self::new(key.exponent, key.modulus)
            }
            _ => None,
        }
    }

    fn from_ssh(text: &str) -> Option<Self> {
        let mut words = text.split_ascii_whitespace();
        if words.next() != Some("ssh-rsa") {
            return None;
        }
        let blob = STANDARD.decode(words.next()?).ok()?;
        let mut rest = blob.as_slice();
        let kind = field(&mut rest)?;
        let (exponent, modulus) = (field(&mut rest)?, field(&mut rest)?);
        (kind == b"ssh-rsa" && rest.is_empty()).then(|| Self::new(exponent, modulus))?
    }

    fn bits(&self) -> usize {
        let top = self
            .modulus
            .first()
            .map_or(8, |byte| byte.leading_zeros() as usize);
        self.modulus.len() * 8 - top
    }

    fn blob(&self) -> Vec<u8> {
        let fields = [b"ssh-rsa".to_vec(), signed(&self.exponent), signed(&self.modulus)];
        let mut blob = Vec::new();
        for field in fields {
            blob.extend((field.len() as u32).to_be_bytes());
            blob.extend(field);
        }
        blob
    }

    /// `ssh-rsa AAAA…`, without a comment.
    pub(crate) fn to_ssh(&self) -> String {
        format!("ssh-rsa {}", STANDARD.encode(self.blob()))
    }

    /// `-----BEGIN PUBLIC KEY-----`
    pub(crate) fn to_pem(&self) -> String {
        let numbers = [
            der(0x02, &signed(&self.modulus)),
            der(0x02, &signed(&self.exponent)),
        ]
        .concat();
        let bits = [vec![0], der(0x30, &numbers)].concat();
        let info = der(0x30, &[RSA_ENCRYPTION.to_vec(), der(0x03, &bits)].concat());
        let text = STANDARD.encode(info);
        let lines: Vec<&str> = (0..text.len())
            .step_by(64)
            .map(|at| &text[at..text.len().min(at + 64)])
            .collect();
        format!(
            "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n",
            lines.join("\n")
        )
    }

    /// The MD5 fingerprint as `ssh-keygen -l -E md5` shows it.
    pub(crate) fn fingerprint(&self) -> String {
        let mut text = String::new();
        for (at, byte) in Md5::digest(self.blob()).iter().enumerate() {
            let colon = if at == 0 { "" } else { ":" };
            let _ = write!(text, "{colon}{byte:02x}");
        }
        text
    }
}

/// One length-prefixed field of an SSH key.
fn field<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, after) = rest.split_first_chunk::<4>()?;
    let (found, after) = after.split_at_checked(u32::from_be_bytes(*length) as usize)?;
    *rest = after;
    Some(found)
}

/// A number without leading zeros.
fn positive(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    &number[zeros..]
}

/// A number that no reader takes for a negative one.
fn signed(number: &[u8]) -> Vec<u8> {
    let pad = number.first().is_some_and(|byte| byte & 0x80 != 0);
    let mut bytes = if pad { vec![0] } else { Vec::new() };
    bytes.extend(number);
    bytes
}

fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let mut out = vec![tag];
    if length < 0x80 {
        out.push(length as u8);
    } else {
        let bytes = length.to_be_bytes();
        let bytes = positive(&bytes);
        out.push(0x80 | bytes.len() as u8);
        out.extend(bytes);
    }
    out.extend(content);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(bytes: usize) -> RsaPublicKey {
        RsaPublicKey::new(&[1, 0, 1], &vec![0xc3; bytes]).unwrap()
    }

    #[test]
    fn both_forms_are_the_same_key() {
        let key = key(256);
        assert_eq!(RsaPublicKey::parse(&key.to_ssh()), Some(key.clone()));
        assert_eq!(
            RsaPublicKey::parse(&format!("{} me@here\n", key.to_ssh())),
            Some(key.clone())
        );
        assert_eq!(RsaPublicKey::parse(&key.to_pem()), Some(key));
    }

    #[test]
    fn a_short_key_a_cut_key_and_another_kind_are_refused() {
        assert_eq!(RsaPublicKey::parse(&key(255).to_ssh()), None);
        let whole = key(256).to_ssh();
        assert_eq!(RsaPublicKey::parse(&whole[..whole.len() - 8]), None);
        assert_eq!(
            RsaPublicKey::parse(&whole.replace("ssh-rsa ", "ssh-ed25519 ")),
            None
        );
        assert_eq!(RsaPublicKey::parse("ssh-rsa"), None);
    }

    #[test]
    fn the_fingerprint_is_sixteen_bytes_with_colons() {
        let fingerprint = key(256).fingerprint();
        assert_eq!(fingerprint.split(':').count(), 16);
        assert_eq!(fingerprint.len(), 47);
    }
}
