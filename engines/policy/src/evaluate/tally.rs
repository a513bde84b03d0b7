//! What a set of policies says about a request.

use crate::decision::DenyReason;
use crate::principal::Naming;
use crate::request::Attached;
use crate::statement::{Effect, Subject};

/// The allowing side of policies that don't deny.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
    /// The most direct naming of the requester by a statement that allows.
    pub(super) allowed: Option<Naming>,
}

impl Tally {
    pub(super) fn allows(self) -> bool {
        self.allowed.is_some()
    }

    /// Reads one policy; its explicit deny is the error.
    pub(super) fn one(subject: &Subject<'_>, attached: Attached<'_>) -> Result<Self, DenyReason> {
        let mut tally = Self::default();
        tally.read(subject, attached)?;
        Ok(tally)
    }

    /// Reads policies of which any may allow.
    pub(super) fn many(subject: &Subject<'_>, policies: &[Attached<'_>]) -> Result<Self, DenyReason> {
        let mut tally = Self::default();
        for attached in policies {
            tally.read(subject, *attached)?;
        }
        Ok(tally)
    }

    /// Reads an organization's levels, each of which must allow; whether they do.
    pub(super) fn levels(subject: &Subject<'_>, levels: &[&[Attached<'_>]]) -> Result<bool, DenyReason> {
        let mut every = true;
        for level in levels {
            every &= Self::many(subject, level)?.allows();
        }
        Ok(every)
    }

    fn read(&mut self, subject: &Subject<'_>, attached: Attached<'_>) -> Result<(), DenyReason> {
        for statement in &attached.policy.statements {
            // Nothing is gained by a second allow, except in a resource's policy a more direct one.
            if statement.effect == Effect::Allow && self.allowed == Some(Naming::Direct) {
                continue;
            }
            let Some(naming) = statement.applies(subject) else {
                continue;
            };
            match statement.effect {
                Effect::Allow => self.allowed = self.allowed.max(Some(naming)),
                Effect::Deny => {
                    return Err(DenyReason::explicit(attached.policy.kind(), attached.label));
                }
            }
        }
        Ok(())
    }
}
