//! Whatever stands in the headers or the query that carry a signature: an answer, never a panic.
#![no_main]

use haechi_sigv4::{Parsed, RequestView};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let (query, header) = data.split_at(data.len() / 2);
    let mut headers = http::HeaderMap::new();
    if let Ok(value) = http::HeaderValue::from_bytes(header) {
        headers.insert("authorization", value);
    }
    let query = String::from_utf8_lossy(query);
    let view = RequestView { method: "POST", path: "/", query: &query, headers: &headers, authority: None };
    let _ = Parsed::from_request(&view);
});
