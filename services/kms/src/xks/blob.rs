//! The ciphertext blob of a key in an external key store.
//!
//! Data are encrypted twice: under material of ours, which gives a blob as any key's
//! ([`haechi_crypto::envelope`]), and then all of that blob but its header under the external key:
//!
//! ```text
//! header (clear) │ len │ metadata │ len │ IV │ tag (16) │ ciphertext
//! ```
//!
//! The header names key and material, so that a blob finds its key; it is authenticated by both layers.

use std::collections::BTreeMap;

use aws_lc_rs::digest::{Context, SHA256};

const TAG: usize = 16;

/// What a proxy made of a plaintext.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct External {
    /// The external key manager's own mark, such as a key version.
    pub(crate) metadata: Option<Vec<u8>>,
    pub(crate) iv: Vec<u8>,
    pub(crate) tag: Vec<u8>,
    pub(crate) ciphertext: Vec<u8>,
}

/// What the external key authenticates along: the header, and a digest of the encryption context, which may be longer
/// than a proxy must take and is nobody's business outside.
pub(crate) fn additional_data(header: &[u8], context: &BTreeMap<String, String>) -> Vec<u8> {
    let mut hash = Context::new(&SHA256);
    for text in context.iter().flat_map(|(name, value)| [name, value]) {
        hash.update(&(text.len() as u64).to_be_bytes());
        hash.update(text.as_bytes());
    }
    [header, hash.finish().as_ref()].concat()
}

impl External {
    /// The blob behind `header`. The lengths were checked when the answer was read.
    pub(crate) fn behind(&self, header: &[u8]) -> Vec<u8> {
        let metadata = self.metadata.as_deref().unwrap_or_default();
        let mut blob = header.to_vec();
        for part in [metadata, &self.iv] {
            blob.push(part.len() as u8);
            blob.extend_from_slice(part);
        }
        blob.extend_from_slice(&self.tag);
        blob.extend_from_slice(&self.ciphertext);
        blob
    }

    /// Reads what stands behind the header of a blob from anywhere.
    pub(crate) fn read(body: &[u8]) -> Option<Self> {
        let (metadata, rest) = short(body)?;
        let (iv, rest) = short(rest)?;
        let (tag, ciphertext) = rest.split_at_checked(TAG)?;
        Some(Self {
            metadata: (!metadata.is_empty()).then(|| metadata.to_vec()),
            iv: iv.to_vec(),
            tag: tag.to_vec(),
            ciphertext: ciphertext.to_vec(),
        })
    }
}

/// A part with its length before it.
fn short(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first()?;
    rest.split_at_checked(usize::from(*length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blob_gives_back_what_the_proxy_made() {
        for metadata in [None, Some(b"key_version=1".to_vec())] {
            let external = External {
                metadata,
                iv: vec![1; 12],
                tag: vec![2; TAG],
                ciphertext: vec![3; 60],
            };
            let blob = external.behind(b"header");
            assert_eq!(&blob[..6], b"header");
            assert_eq!(External::read(&blob[6..]), Some(external));
        }
    }

    #[test]
    fn what_is_cut_short_is_no_blob() {
        for junk in [&b""[..], &[9, 1], &[0], &[0, 12, 1], &[0, 0, 1, 2, 3]] {
            assert_eq!(External::read(junk), None);
        }
    }

    #[test]
    fn another_header_or_context_gives_other_additional_data() {
        let context = |name: &str, value: &str| BTreeMap::from([(name.to_owned(), value.to_owned())]);
        let data = additional_data(b"key-1", &context("a", "bc"));
        assert_ne!(data, additional_data(b"key-2", &context("a", "bc")));
        assert_ne!(data, additional_data(b"key-1", &context("ab", "c")));
    }
}
