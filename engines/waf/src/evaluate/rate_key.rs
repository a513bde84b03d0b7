//! Rate-based rules: the aggregation key of a request, and its count.

use super::Evaluation;
use crate::compile::{KeySource, RatePlan};
use crate::model::AggregateKeyType;
use crate::rate::RateKey;
use crate::request::Forwarded;
use crate::verdict::{CustomValue, RateBasedOutcome};
use std::net::IpAddr;

/// The answer of the rule, where the request has no key.
struct NoKey(bool);

impl<'p> Evaluation<'p, '_, '_> {
    /// Counts the request; what to say of it when it is over the limit.
    ///
    /// The guide: requests that don't match the scope-down statement, or miss any of the custom keys, are neither
    /// counted nor limited.
    pub(super) fn over_limit(&mut self, index: usize) -> Option<RateBasedOutcome<'p>> {
        let plan = self.plan;
        let rate = &plan.rates[index];
        if let Some(scope_down) = &rate.scope_down
            && !self.matches(scope_down)
        {
            return None;
        }
        let key = match self.key(rate) {
            Ok(key) => key,
            Err(NoKey(answer)) => return answer.then(|| self.outcome(rate, index, None)),
        };
        let instance = self.environment.rates.instance(index)?;
        let over = instance.count(key, self.environment.now);
        let address = if let RateKey::Ip(ip) = key { Some(ip) } else { None };
        over.then(|| self.outcome(rate, index, address))
    }

    fn key(&mut self, rate: &'p RatePlan) -> Result<RateKey, NoKey> {
        match rate.kind {
            AggregateKeyType::Constant => Ok(RateKey::Constant),
            AggregateKeyType::Ip => Ok(RateKey::Ip(self.request.client_ip)),
            AggregateKeyType::ForwardedIp => self.forwarded(rate).map(RateKey::Ip),
            AggregateKeyType::CustomKeys => {
                let mut text = Vec::new();
                for key in &rate.keys {
                    // The length keeps ("a", "bc") and ("ab", "c") apart.
                    let start = text.len();
                    text.extend_from_slice(&[0; 4]);
                    self.value(rate, &key.source, key.name.as_deref(), &mut text)?;
                    let length = (text.len() - start - 4) as u32;
                    text[start..start + 4].copy_from_slice(&length.to_be_bytes());
                }
                Ok(RateKey::custom(&text))
            }
        }
    }

    fn forwarded(&self, rate: &RatePlan) -> Result<IpAddr, NoKey> {
        let Some((header, fallback)) = &rate.forwarded else {
            return Err(NoKey(false));
        };
        match Forwarded::first(self.request, header) {
            Forwarded::Ip(ip) => Ok(ip),
            Forwarded::Invalid => Err(NoKey(*fallback)),
            Forwarded::Missing => Err(NoKey(false)),
        }
    }

    /// Writes the value of one custom key.
    fn value(
        &mut self,
        rate: &RatePlan,
        source: &KeySource,
        name: Option<&str>,
        text: &mut Vec<u8>,
    ) -> Result<(), NoKey> {
        match source {
            KeySource::Slot(slot) => {
                let state = self.compute(*slot);
                if !state.present {
                    return Err(NoKey(false));
                }
                for (nth, item) in self.scratch.items[state.items()].iter().enumerate() {
                    if nth > 0 {
                        text.push(0);
                    }
                    text.extend_from_slice(&self.scratch.arena[item.text()]);
                }
            }
            KeySource::Method => text.extend_from_slice(self.request.method),
            KeySource::Ip => text.extend_from_slice(self.request.client_ip.to_string().as_bytes()),
            KeySource::ForwardedIp => text.extend_from_slice(self.forwarded(rate)?.to_string().as_bytes()),
            KeySource::Asn => {
                let asn = self.asn_of(self.request.client_ip);
                text.extend_from_slice(asn.to_string().as_bytes());
            }
            KeySource::Ja3 { fallback } => {
                text.extend_from_slice(self.request.ja3.ok_or(NoKey(*fallback))?.as_bytes());
            }
            KeySource::Ja4 { fallback } => {
                text.extend_from_slice(self.request.ja4.ok_or(NoKey(*fallback))?.as_bytes());
            }
            KeySource::LabelNamespace => {
                let namespace = name.unwrap_or_default();
                let start = text.len();
                for label in self.labels.iter().filter(|label| label.starts_with(namespace)) {
                    text.extend_from_slice(label.as_bytes());
                    text.push(0);
                }
                if text.len() == start {
                    return Err(NoKey(false));
                }
                text.pop();
            }
        }
        Ok(())
    }

    fn outcome(
        &mut self,
        rate: &'p RatePlan,
        index: usize,
        limit_value: Option<IpAddr>,
    ) -> RateBasedOutcome<'p> {
        let mut custom_values = Vec::new();
        for key in &rate.keys {
            let mut text = Vec::new();
            if self
                .value(rate, &key.source, key.name.as_deref(), &mut text)
                .is_ok()
            {
                let value = String::from_utf8_lossy(&text).into_owned();
                custom_values.push(CustomValue {
                    key: key.log_name,
                    name: key.name.as_deref(),
                    value,
                });
            }
        }
        RateBasedOutcome {
            index,
            rule_id: &rate.rule,
            rule_in_group: rate.rule_in_group.as_deref(),
            limit_key: match rate.kind {
                AggregateKeyType::Ip => "IP",
                AggregateKeyType::ForwardedIp => "FORWARDEDIP",
                AggregateKeyType::CustomKeys => "CUSTOMKEYS",
                AggregateKeyType::Constant => "CONSTANT",
            },
            max_rate_allowed: rate.limit,
            evaluation_window_sec: rate.window_seconds,
            limit_value,
            custom_values,
        }
    }
}
