//! Rate-based rules of a plan.

use super::rules::Compiler;
use super::{FieldKey, SlotId, Stmt};
use crate::error::CompileError;
use crate::model::{AggregateKeyType, FallbackBehavior, RateBasedCustomKey, RateBasedStatement};

/// AWS's default window.
const DEFAULT_WINDOW: u64 = 300;

#[derive(Debug)]
pub(crate) struct RatePlan {
    /// The rule of the web ACL, and the rule group's rule if it is in one.
    pub(crate) rule: Box<str>,
    pub(crate) rule_in_group: Option<Box<str>>,
    pub(crate) limit: u64,
    pub(crate) window_seconds: u64,
    pub(crate) kind: AggregateKeyType,
    pub(crate) keys: Vec<KeyPart>,
    pub(crate) scope_down: Option<Stmt>,
    /// Header and fallback for forwarded addresses.
    pub(crate) forwarded: Option<(Vec<u8>, bool)>,
    /// Where the rule is and all its settings: two plans with the same one count together.
    pub(crate) fingerprint: String,
}

/// One custom key.
#[derive(Debug)]
pub(crate) struct KeyPart {
    /// As logs have it, such as `HEADER`.
    pub(crate) log_name: &'static str,
    /// Of the header, cookie, argument or namespace.
    pub(crate) name: Option<Box<str>>,
    pub(crate) source: KeySource,
}

#[derive(Debug)]
pub(crate) enum KeySource {
    Slot(SlotId),
    Method,
    ForwardedIp,
    Ip,
    LabelNamespace,
    /// The answer of the rule when there is no fingerprint.
    Ja3 {
        fallback: bool,
    },
    Ja4 {
        fallback: bool,
    },
    Asn,
}

impl RatePlan {
    pub(crate) fn by_address(&self) -> bool {
        matches!(self.kind, AggregateKeyType::Ip | AggregateKeyType::ForwardedIp)
    }
}

impl Compiler<'_> {
    /// Adds the rule's counters to the plan; their index.
    pub(super) fn rate_based(
        &mut self,
        statement: &RateBasedStatement,
        rule: &str,
        rule_in_group: Option<&str>,
        context: &str,
    ) -> Result<usize, CompileError> {
        let at = rule_in_group.unwrap_or(rule);
        let scope_down = statement
            .scope_down_statement
            .as_deref()
            .map(|scope_down| {
                self.statement(scope_down, at, "RateBasedStatement.ScopeDownStatement.", context)
            })
            .transpose()?;
        let keys = statement.custom_keys.iter().map(|key| self.key(key)).collect();
        let forwarded = statement.forwarded_ip_config.as_ref().map(|config| {
            let fallback = config.fallback_behavior == FallbackBehavior::Match;
            (config.header_name.as_bytes().to_ascii_lowercase(), fallback)
        });
        self.rates.push(RatePlan {
            rule: rule.into(),
            rule_in_group: rule_in_group.map(Into::into),
            limit: statement.limit,
            window_seconds: statement.evaluation_window_sec.unwrap_or(DEFAULT_WINDOW),
            kind: statement.aggregate_key_type,
            keys,
            scope_down,
            forwarded,
            fingerprint: format!("{rule}\n{}\n{statement:?}", rule_in_group.unwrap_or_default()),
        });
        Ok(self.rates.len() - 1)
    }

    fn key(&mut self, key: &RateBasedCustomKey) -> KeyPart {
        if let Some((field, chain)) = FieldKey::of_custom_key(key) {
            let source = KeySource::Slot(self.slots.slot(field, chain));
            let (log_name, name) = match key {
                RateBasedCustomKey::Header(header) => ("HEADER", Some(&header.name)),
                RateBasedCustomKey::Cookie(cookie) => ("COOKIE", Some(&cookie.name)),
                RateBasedCustomKey::QueryArgument(argument) => ("QUERY_ARGUMENT", Some(&argument.name)),
                RateBasedCustomKey::QueryString(_) => ("QUERY_STRING", None),
                _ => ("URI_PATH", None),
            };
            return KeyPart {
                log_name,
                name: name.map(|name| name.as_str().into()),
                source,
            };
        }
        let fallback = |behavior: FallbackBehavior| behavior == FallbackBehavior::Match;
        let (log_name, name, source) = match key {
            RateBasedCustomKey::HttpMethod(_) => ("HTTP_METHOD", None, KeySource::Method),
            RateBasedCustomKey::ForwardedIp(_) => ("FORWARDED_IP", None, KeySource::ForwardedIp),
            RateBasedCustomKey::LabelNamespace(label) => (
                "LABEL_NAMESPACE",
                Some(label.namespace.as_str().into()),
                KeySource::LabelNamespace,
            ),
            RateBasedCustomKey::Ja3Fingerprint(print) => (
                "JA3_FINGERPRINT",
                None,
                KeySource::Ja3 {
                    fallback: fallback(print.fallback_behavior),
                },
            ),
            RateBasedCustomKey::Ja4Fingerprint(print) => (
                "JA4_FINGERPRINT",
                None,
                KeySource::Ja4 {
                    fallback: fallback(print.fallback_behavior),
                },
            ),
            RateBasedCustomKey::Asn(_) => ("ASN", None, KeySource::Asn),
            _ => ("IP", None, KeySource::Ip),
        };
        KeyPart {
            log_name,
            name,
            source,
        }
    }
}
