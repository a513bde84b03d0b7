//! Any bytes to the injection detectors.
#![no_main]

use haechi_injection::{Sensitivity, sqli, xss};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let _ = sqli::detect(data, Sensitivity::Low);
    let _ = sqli::detect(data, Sensitivity::High);
    let _ = xss::detect(data);
});
