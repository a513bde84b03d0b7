//! Any text as a policy of any kind; what parses must survive being written and read again.
#![no_main]

use haechi_policy::{Policy, PolicyKind};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    for kind in [PolicyKind::Identity, PolicyKind::KeyPolicy, PolicyKind::Trust, PolicyKind::Session] {
        if let Ok(policy) = Policy::parse(text, kind) {
            assert!(Policy::parse(&policy.to_json(), kind).is_ok());
        }
    }
});
