//! The OpenID Connect issuers that the operator vouches for, with their public keys.
//!
//! The server fetches nothing from the network: what AWS reads from an issuer's `jwks_uri`, the operator gives as a
//! file. Trust boundary: a token chooses among an issuer's keys by their ids and nothing else. Keys inside a token
//! (`jwk`, `x5c`) and addresses of keys (`jku`, `x5u`) are never looked at, and only asymmetric algorithms exist here,
//! each bound to the kind of its key, so that `none` and a public key used as an HMAC secret verify nothing.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, JwkSet, KeyAlgorithm, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::{Map, Value};

use crate::identity_token::IdentityTokenError;

/// The keys of the issuers, by the issuers' URLs.
#[derive(Default)]
pub struct Issuers(BTreeMap<String, Vec<IssuerKey>>);

struct IssuerKey {
    id: Option<String>,
    algorithms: Vec<Algorithm>,
    key: DecodingKey,
}

/// An issuer cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IssuerError {
    /// Only `https` issuers exist.
    #[error("the OIDC issuer {0:?} does not begin with https://")]
    NotHttps(String),
    /// The file cannot be read.
    #[error("cannot read the keys of an OIDC issuer in {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// The file is no key set.
    #[error("the keys of the OIDC issuer {issuer} are no JSON Web Key Set: {source}")]
    Malformed {
        /// The issuer's URL.
        issuer: String,
        /// Where it breaks.
        source: serde_json::Error,
    },
    /// No key of the set can verify a token.
    #[error("the OIDC issuer {0} has no RSA, P-256 or P-384 key to sign with")]
    NoKey(String),
}

impl Issuers {
    /// Reads the key set of every issuer, given as its URL and a file.
    pub fn read<'a>(issuers: impl IntoIterator<Item = &'a (String, PathBuf)>) -> Result<Self, IssuerError> {
        let mut all = Self::default();
        for (url, path) in issuers {
            all.add(url, &read_file(path)?)?;
        }
        Ok(all)
    }

    /// Adds an issuer with the text of its key set.
    pub(crate) fn add(&mut self, url: &str, jwks: &str) -> Result<(), IssuerError> {
        if !url.starts_with("https://") {
            return Err(IssuerError::NotHttps(url.to_owned()));
        }
        let set: JwkSet = serde_json::from_str(jwks).map_err(|source| IssuerError::Malformed {
            issuer: url.to_owned(),
            source,
        })?;
        let keys: Vec<IssuerKey> = set.keys.iter().filter_map(issuer_key).collect();
        if keys.is_empty() {
            return Err(IssuerError::NoKey(url.to_owned()));
        }
        self.0.insert(url.to_owned(), keys);
        Ok(())
    }

    /// The claims of a token whose signature is the issuer's. Says nothing of its times and its audience.
    pub(crate) fn verify(&self, issuer: &str, token: &str) -> Result<Map<String, Value>, IdentityTokenError> {
        let header = jsonwebtoken::decode_header(token).map_err(|_| IdentityTokenError::NotAToken)?;
        // An extension that must be understood is one that we do not understand (RFC 7515, 4.1.11).
        if header.crit.is_some() {
            return Err(IdentityTokenError::NotAToken);
        }
        let keys = self.0.get(issuer).ok_or(IdentityTokenError::UnknownKey)?;
        let mut fitting = keys
            .iter()
            .filter(|key| header.kid.is_none() || header.kid == key.id)
            .filter(|key| key.algorithms.contains(&header.alg))
            .peekable();
        if fitting.peek().is_none() {
            return Err(IdentityTokenError::UnknownKey);
        }
        let rules = signature_alone(header.alg);
        fitting
            .find_map(|key| jsonwebtoken::decode::<Map<String, Value>>(token, &key.key, &rules).ok())
            .map(|verified| verified.claims)
            .ok_or(IdentityTokenError::BadSignature)
    }
}

fn read_file(path: &Path) -> Result<String, IssuerError> {
    std::fs::read_to_string(path).map_err(|source| IssuerError::Read {
        path: path.to_owned(),
        source,
    })
}

/// Times and audiences are judged where AWS's errors for them are known.
fn signature_alone(algorithm: Algorithm) -> Validation {
    let mut rules = Validation::new(algorithm);
    rules.required_spec_claims.clear();
    rules.validate_exp = false;
    rules.validate_aud = false;
    rules
}

fn issuer_key(jwk: &Jwk) -> Option<IssuerKey> {
    if jwk.common.public_key_use == Some(PublicKeyUse::Encryption) {
        return None;
    }
    let mut algorithms = match &jwk.algorithm {
        AlgorithmParameters::RSA(_) => vec![Algorithm::RS256, Algorithm::RS384, Algorithm::RS512],
        AlgorithmParameters::EllipticCurve(key) if key.curve == EllipticCurve::P256 => vec![Algorithm::ES256],
        AlgorithmParameters::EllipticCurve(key) if key.curve == EllipticCurve::P384 => vec![Algorithm::ES384],
        _ => Vec::new(),
    };
    if let Some(only) = jwk.common.key_algorithm {
        algorithms.retain(|algorithm| KeyAlgorithm::from(*algorithm) == only);
    }
    if algorithms.is_empty() {
        return None;
    }
    let key = DecodingKey::from_jwk(jwk).ok()?;
    Some(IssuerKey {
        id: jwk.common.key_id.clone(),
        algorithms,
        key,
    })
}
