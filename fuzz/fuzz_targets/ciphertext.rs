//! Any bytes as a ciphertext: a header or an error, and nothing opens that was not sealed.
#![no_main]

use haechi_crypto::{CanonicalContext, CiphertextHeader, SymmetricKey, envelope};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|blob: &[u8]| {
    let _ = CiphertextHeader::parse(blob);
    let key = SymmetricKey::from_bytes(&[7; 32]).expect("32 bytes are a key");
    assert!(envelope::decrypt(&key, blob, &CanonicalContext::empty()).is_err());
});
