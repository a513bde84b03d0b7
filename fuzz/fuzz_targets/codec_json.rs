//! Any body for any operation of a JSON service: decoded and judged, or refused.
#![no_main]

use haechi_wire::{WireRequest, decode, validate};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((which, body)) = data.split_first() else { return };
    let service = &haechi_api_kms::SERVICE;
    let operation = service.operations[usize::from(*which) % service.operations.len()];
    let headers = http::HeaderMap::new();
    let request = WireRequest { method: "POST", path: "/", query: "", headers: &headers, body };
    if let Ok(fields) = decode(service, operation, &request) {
        let _ = validate(service, operation, &fields);
    }
});
