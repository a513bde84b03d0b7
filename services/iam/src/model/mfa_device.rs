//! A virtual MFA device.

use std::collections::BTreeMap;

use haechi_core::{AccountId, Partition};
use haechi_crypto::{Binding, Sealed};
use serde::{Deserialize, Serialize};

use crate::totp::{Seed, step_at};

/// How many wrong codes a device takes in one step of thirty seconds: with a million codes, guessing takes weeks.
const MAX_TRIES: u32 = 5;

/// A device as it stands in the store, under its path and name in lower case.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct MfaDevice {
    /// Its name.
    pub name: String,
    /// `/` or `/division/`.
    pub path: String,
    /// What codes are made of: Base32, under the account's domain key.
    pub seed: Sealed,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// The unique id of the user it is enabled for.
    pub holder: Option<String>,
    /// How many steps the device's clock is ahead of ours.
    pub drift: i64,
    /// The last step, by the device's clock, whose code was used: no code is good twice.
    pub last_step: i64,
    /// Wrong codes in one step of our clock.
    pub tries: (i64, u32),
}

impl MfaDevice {
    /// `arn:aws:iam::<account>:mfa<path><name>`, which is its serial number too.
    pub(crate) fn arn(&self, account: &AccountId) -> String {
        format!(
            "arn:{}:iam::{account}:mfa{}{}",
            Partition::Aws,
            self.path,
            self.name
        )
    }

    /// Takes a code of now, or of the step before or after; it is then used up.
    pub(crate) fn accept(&mut self, seed: &Seed, code: &str, now_ms: i64) -> bool {
        let now = step_at(now_ms);
        if self.tries.0 != now {
            self.tries = (now, 0);
        }
        if self.tries.1 >= MAX_TRIES {
            return false;
        }
        let around = now + self.drift;
        let step = (around - 1..=around + 1).find(|step| *step > self.last_step && seed.is_code(code, *step));
        match step {
            Some(step) => self.last_step = step,
            None => self.tries.1 += 1,
        }
        step.is_some()
    }

    /// Learns the device's clock from two codes that follow each other, at most `reach` steps away.
    pub(crate) fn synchronize(&mut self, seed: &Seed, codes: (&str, &str), now_ms: i64, reach: i64) -> bool {
        let now = step_at(now_ms);
        let step = seed.step_of_pair(codes.0, codes.1, now, reach);
        if let Some(step) = step {
            self.drift = step - now;
            self.last_step = step;
        }
        step.is_some()
    }
}

/// What the sealed seed is bound to.
pub(crate) fn binding(account: &AccountId, serial: &str) -> Binding {
    Binding::new("iam/mfa-seed").with(account.as_str()).with(serial)
}
