//! Derived keys, kept for the next request of the same caller.

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use quick_cache::Equivalent;
use quick_cache::sync::Cache;

use crate::{Parsed, SigningKey};

/// A bounded cache of [`SigningKey`]s by access key id, day, Region and service.
///
/// It holds derived keys only, never a secret. The secret takes part in the look-up through a keyed 64-bit
/// hash, so an id whose secret was replaced never meets the key of the old one.
#[derive(Debug)]
pub struct SigningKeys {
    cache: Cache<Owned, Arc<SigningKey>>,
    secret_hasher: RandomState,
}

/// The hash of [`Owned`] and [`Borrowed`] must be the same: same fields, same order.
#[derive(Debug, Hash, PartialEq, Eq)]
struct Owned {
    access_key_id: Box<str>,
    day: Box<str>,
    region: Box<str>,
    service: Box<str>,
    secret: u64,
}

#[derive(Hash)]
struct Borrowed<'a> {
    access_key_id: &'a str,
    day: &'a str,
    region: &'a str,
    service: &'a str,
    secret: u64,
}

impl Equivalent<Owned> for Borrowed<'_> {
    fn equivalent(&self, key: &Owned) -> bool {
        self.secret == key.secret
            && *self.access_key_id == *key.access_key_id
            && *self.day == *key.day
            && *self.region == *key.region
            && *self.service == *key.service
    }
}

impl SigningKeys {
    /// A cache of about `capacity` keys (some 500 bytes each).
    pub fn new(capacity: usize) -> Self {
        Self {
            cache: Cache::new(capacity),
            secret_hasher: RandomState::new(),
        }
    }

    /// The key that a request with this scope must be signed with, if `secret` is the secret of its access key.
    pub fn signing_key(&self, parsed: &Parsed<'_>, secret: &str) -> Arc<SigningKey> {
        let wanted = Borrowed {
            access_key_id: parsed.access_key_id(),
            day: parsed.scope_day(),
            region: parsed.region(),
            service: parsed.service(),
            secret: self.secret_hasher.hash_one(secret),
        };
        if let Some(key) = self.cache.get(&wanted) {
            return key;
        }
        let key = Arc::new(SigningKey::derive(
            secret,
            wanted.day,
            wanted.region,
            wanted.service,
        ));
        let owned = Owned {
            access_key_id: wanted.access_key_id.into(),
            day: wanted.day.into(),
            region: wanted.region.into(),
            service: wanted.service.into(),
            secret: wanted.secret,
        };
        self.cache.insert(owned, Arc::clone(&key));
        key
    }

    /// How many keys are held.
    pub fn len(&self) -> usize {
        self.cache.len()
    }

    /// True if no key is held.
    pub fn is_empty(&self) -> bool {
        self.cache.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RequestView;
    use http::HeaderMap;

    fn headers(credential: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let authorization =
            format!("AWS4-HMAC-SHA256 Credential={credential}/aws4_request, SignedHeaders=host, Signature=0");
        headers.insert("authorization", authorization.parse().expect("a header value"));
        headers.insert("x-amz-date", "20150830T123600Z".parse().expect("a header value"));
        headers
    }

    fn key(keys: &SigningKeys, credential: &str, secret: &str) -> Arc<SigningKey> {
        let headers = headers(credential);
        let view = RequestView {
            method: "GET",
            path: "/",
            query: "",
            headers: &headers,
            authority: None,
        };
        let parsed = Parsed::from_request(&view).expect("well formed").expect("signed");
        keys.signing_key(&parsed, secret)
    }

    #[test]
    fn the_same_scope_is_derived_once() {
        let keys = SigningKeys::new(16);
        let first = key(&keys, "AKID/20150830/us-east-1/kms", "secret");
        let second = key(&keys, "AKID/20150830/us-east-1/kms", "secret");
        assert!(Arc::ptr_eq(&first, &second));
    }

    #[test]
    fn another_secret_of_the_same_id_is_another_key() {
        let keys = SigningKeys::new(16);
        let first = key(&keys, "AKID/20150830/us-east-1/kms", "secret");
        let second = key(&keys, "AKID/20150830/us-east-1/kms", "replaced");
        assert_ne!(first.sign(b"x"), second.sign(b"x"));
    }

    #[test]
    fn region_and_service_are_not_confused() {
        let keys = SigningKeys::new(16);
        let first = key(&keys, "AKID/20150830/us-east-1/kms", "secret");
        let second = key(&keys, "AKID/20150830/us-east-1k/ms", "secret");
        assert_ne!(first.sign(b"x"), second.sign(b"x"));
    }

    #[test]
    fn the_cache_stays_bounded() {
        let keys = SigningKeys::new(16);
        for region in 0..1000 {
            key(&keys, &format!("AKID/20150830/region-{region}/kms"), "secret");
        }
        assert!(keys.len() <= 16, "{}", keys.len());
    }
}
