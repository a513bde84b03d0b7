//! The labels of the anti-DDoS managed rule group.
//!
//! Source: developer guide, "AWS WAF Distributed Denial of Service (DDoS) prevention rule group", and the API reference on
//! `ClientSideAction`: which label means what, and which requests get it.

use super::Evaluation;
use crate::compile::Flood;
use crate::rate::Suspicion;
use std::borrow::Cow;

const EVENT: &str = "awswaf:managed:aws:anti-ddos:event-detected";
const PARTICIPANT: &str = "awswaf:managed:aws:anti-ddos:ddos-request";
const LOW: &str = "awswaf:managed:aws:anti-ddos:low-suspicion-ddos-request";
const MEDIUM: &str = "awswaf:managed:aws:anti-ddos:medium-suspicion-ddos-request";
const HIGH: &str = "awswaf:managed:aws:anti-ddos:high-suspicion-ddos-request";
const CHALLENGEABLE: &str = "awswaf:managed:aws:anti-ddos:challengeable-request";

impl<'p> Evaluation<'p, '_, '_> {
    /// Counts the request and labels it with what the detector says.
    pub(super) fn watch(&mut self, flood: &'p Flood) {
        let environment = self.environment;
        let Some(detectors) = environment.rates.flood(flood.index) else {
            return;
        };
        let seen = detectors.observe(environment.resource, self.request.client_ip, environment.now);
        if seen.event {
            self.add_label(Cow::Borrowed(EVENT));
        }
        if let Some(suspicion) = seen.suspicion {
            self.add_label(Cow::Borrowed(PARTICIPANT));
            self.add_label(Cow::Borrowed(match suspicion {
                Suspicion::Low => LOW,
                Suspicion::Medium => MEDIUM,
                Suspicion::High => HIGH,
            }));
        }
        if flood.challenges && !flood.exempt.as_ref().is_some_and(|exempt| self.matches(exempt)) {
            self.add_label(Cow::Borrowed(CHALLENGEABLE));
        }
    }
}
