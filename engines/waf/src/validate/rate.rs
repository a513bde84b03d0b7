//! Rate-based statements (API reference, `RateBasedStatement` and `RateBasedStatementCustomKey`).

use super::statement::{self, chain, forwarded};
use super::{Field, Result, ensure, refuse};
use crate::model::{AggregateKeyType, RateBasedCustomKey as Key, RateBasedStatement};

const WINDOWS: [u64; 4] = [60, 120, 300, 600];
const KEYS: usize = 5;

pub(super) fn rate_based(rate: &RateBasedStatement) -> Result {
    let field = Field::RateBasedStatement;
    ensure(
        (10..=2_000_000_000).contains(&rate.limit),
        field,
        rate.limit,
        "The limit is from 10 to 2,000,000,000.",
    )?;
    if let Some(window) = rate.evaluation_window_sec {
        ensure(
            WINDOWS.contains(&window),
            field,
            window,
            "The evaluation window is 60, 120, 300 or 600 seconds.",
        )?;
    }
    let custom = rate.aggregate_key_type == AggregateKeyType::CustomKeys;
    if !custom {
        let none = rate.custom_keys.is_empty();
        ensure(
            none,
            Field::CustomKeys,
            "CustomKeys",
            "Custom keys need the aggregate key type CUSTOM_KEYS.",
        )?;
    }
    let forwarded_key = rate
        .custom_keys
        .iter()
        .any(|key| matches!(key, Key::ForwardedIp(_)));
    let needs_forwarded = rate.aggregate_key_type == AggregateKeyType::ForwardedIp || forwarded_key;
    match &rate.forwarded_ip_config {
        Some(config) => forwarded(&config.header_name)?,
        None if needs_forwarded => {
            return refuse(
                Field::ForwardedIpConfig,
                "ForwardedIPConfig",
                "Say which header has the address.",
            );
        }
        None => {}
    }
    match rate.aggregate_key_type {
        AggregateKeyType::CustomKeys => custom_keys(&rate.custom_keys)?,
        AggregateKeyType::Constant if rate.scope_down_statement.is_none() => {
            return refuse(
                Field::ScopeDown,
                "ScopeDownStatement",
                "Counting all requests needs a scope-down statement.",
            );
        }
        _ => {}
    }
    rate.scope_down_statement
        .as_deref()
        .map_or(Ok(()), statement::nested)
}

fn custom_keys(keys: &[Key]) -> Result {
    let field = Field::CustomKeys;
    ensure(!keys.is_empty(), field, "CustomKeys", super::MINIMUM)?;
    ensure(
        keys.len() <= KEYS,
        field,
        keys.len(),
        "A rate-based rule has at most 5 custom keys.",
    )?;
    for (nth, key) in keys.iter().enumerate() {
        ensure(
            !keys[..nth].contains(key),
            field,
            format!("{key:?}"),
            "Custom keys must be different.",
        )?;
        match key {
            Key::Header(named) | Key::Cookie(named) | Key::QueryArgument(named) => {
                chain(&named.text_transformations)?;
            }
            Key::QueryString(text) | Key::UriPath(text) => chain(&text.text_transformations)?,
            Key::LabelNamespace(label) => {
                let ends = label.namespace.ends_with(':');
                ensure(
                    ends,
                    field,
                    &label.namespace,
                    "A label namespace ends in a colon.",
                )?;
            }
            _ => {}
        }
    }
    let alone = matches!(keys, [Key::Ip(_) | Key::ForwardedIp(_)]);
    let reason = "To count by an address only, use the aggregate key type IP or FORWARDED_IP.";
    ensure(!alone, field, "CustomKeys", reason)
}
