//! Compiled patterns of this process. Web ACLs share most of theirs: the managed rule groups are in nearly every
//! one, and a web ACL that is replaced has what it had before.

use super::Regex;
use crate::error::InvalidParameter;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

/// Patterns that nothing uses are forgotten when there are this many.
const MOST: usize = 2048;

static COMPILED: LazyLock<Mutex<HashMap<Box<str>, Arc<Regex>>>> = LazyLock::new(Mutex::default);

pub(super) fn get_or_compile(pattern: &str) -> Result<Arc<Regex>, InvalidParameter> {
    let lock = || COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = lock().get(pattern) {
        return Ok(Arc::clone(known));
    }
    let regex = Arc::new(Regex::new(pattern)?);
    let mut compiled = lock();
    if compiled.len() >= MOST {
        compiled.retain(|_, regex| Arc::strong_count(regex) > 1);
    }
    // Two threads may have compiled the same; the first one's stays.
    Ok(Arc::clone(compiled.entry(pattern.into()).or_insert(regex)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_compiled_once() {
        let first = get_or_compile("compiled[0-9]once").expect("a pattern");
        let again = get_or_compile("compiled[0-9]once").expect("a pattern");
        assert!(Arc::ptr_eq(&first, &again));
        assert!(get_or_compile("compiled(").is_err());
    }
}
