//! The seal that a person opens.

use argon2::{Algorithm, Argon2, Params, Version};
use haechi_crypto::{KeyBytes, Plaintext, RootKey, random};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::{Seal, SealError, SealMethod, SealedRoot};

/// What a guess at the passphrase costs, to us and to an attacker (RFC 9106).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Argon2idParameters {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// How often the memory is gone through.
    pub passes: u32,
    /// Lanes that could run at once.
    pub lanes: u32,
}

impl Argon2idParameters {
    /// 64 MiB in three passes: RFC 9106's choice where memory is short; half a second on one core.
    pub const DEFAULT: Self = Self {
        memory_kib: 64 * 1024,
        passes: 3,
        lanes: 1,
    };

    /// The bounds guard both ways: against a record that was weakened, and against one that would make the
    /// process swallow all memory when it opens.
    fn check(self) -> Result<Params, SealError> {
        let bounded = |value: u32, range: std::ops::RangeInclusive<u32>, what| {
            range
                .contains(&value)
                .then_some(())
                .ok_or(SealError::Parameters(what))
        };
        bounded(
            self.memory_kib,
            8 * 1024..=2 * 1024 * 1024,
            "memory is 8 MiB to 2 GiB",
        )?;
        bounded(self.passes, 1..=100, "1 to 100 passes")?;
        bounded(self.lanes, 1..=16, "1 to 16 lanes")?;
        Params::new(self.memory_kib, self.passes, self.lanes, Some(KeyBytes::LEN))
            .map_err(|_| SealError::Parameters("Argon2 refuses them"))
    }
}

impl Default for Argon2idParameters {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// Seals the root under a passphrase. Every closing draws a new salt.
pub struct PassphraseSeal {
    passphrase: Plaintext,
    parameters: Argon2idParameters,
}

impl PassphraseSeal {
    /// The fewest bytes of a passphrase.
    pub const MIN_LEN: usize = 12;
    const SALT: usize = 16;

    /// A seal with the default parameters. Where the passphrase comes from (prompt, file, environment) is the
    /// caller's matter; it is taken as it is, so strip a file's line end first.
    pub fn new(passphrase: Plaintext) -> Result<Self, SealError> {
        Self::with_parameters(passphrase, Argon2idParameters::DEFAULT)
    }

    /// A seal with parameters of its own. They matter for closing; opening uses those of the record.
    pub fn with_parameters(passphrase: Plaintext, parameters: Argon2idParameters) -> Result<Self, SealError> {
        if passphrase.len() < Self::MIN_LEN {
            return Err(SealError::PassphraseTooShort(passphrase.len()));
        }
        parameters.check()?;
        Ok(Self {
            passphrase,
            parameters,
        })
    }

    /// Half a second of work with the default parameters: not for an async thread.
    fn stretch(&self, parameters: Argon2idParameters, salt: &[u8]) -> Result<KeyBytes, SealError> {
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters.check()?);
        let mut kek = Zeroizing::new([0; KeyBytes::LEN]);
        argon2
            .hash_password_into(self.passphrase.expose(), salt, &mut *kek)
            .map_err(|_| SealError::Parameters("Argon2 refuses them, or memory is short"))?;
        KeyBytes::from_slice(&*kek).ok_or(SealError::WrongKey)
    }
}

impl Seal for PassphraseSeal {
    fn close(&self, root: &RootKey) -> Result<SealedRoot, SealError> {
        let mut salt = vec![0; Self::SALT];
        random::fill(&mut salt)?;
        let kek = self.stretch(self.parameters, &salt)?;
        SealedRoot::under_key(
            SealMethod::Passphrase {
                argon2id: self.parameters,
                salt,
            },
            root,
            &kek,
        )
    }

    fn open(&self, sealed: &SealedRoot) -> Result<RootKey, SealError> {
        match sealed.method() {
            SealMethod::Passphrase { argon2id, salt } if salt.len() == Self::SALT => {
                sealed.open_under_key(&self.stretch(*argon2id, salt)?)
            }
            SealMethod::Passphrase { .. } => Err(SealError::Malformed("the salt has not 16 bytes".into())),
            other => Err(SealError::AnotherMethod {
                sealed_by: other.name(),
                tried: "passphrase",
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The least that is allowed: the tests are not about cost.
    const CHEAP: Argon2idParameters = Argon2idParameters {
        memory_kib: 8 * 1024,
        passes: 1,
        lanes: 1,
    };

    fn seal(passphrase: &str) -> PassphraseSeal {
        PassphraseSeal::with_parameters(Plaintext::copy_of(passphrase.as_bytes()), CHEAP).unwrap()
    }

    #[test]
    fn passphrase_opens_what_it_closed_and_another_does_not() {
        let root = RootKey::generate().unwrap();
        let sealed = seal("correct horse battery").close(&root).unwrap();
        assert_eq!(seal("correct horse battery").open(&sealed).unwrap(), root);
        assert!(matches!(
            seal("correct horse batterz").open(&sealed),
            Err(SealError::WrongKey)
        ));
    }

    #[test]
    fn parameters_of_the_record_open_it_whatever_the_default_is_today() {
        let root = RootKey::generate().unwrap();
        let sealed = seal("correct horse battery").close(&root).unwrap();
        let today = PassphraseSeal::new(Plaintext::copy_of(b"correct horse battery")).unwrap();
        assert_eq!(today.open(&sealed).unwrap(), root);
    }

    #[test]
    fn equal_passphrases_give_different_salts() {
        let root = RootKey::generate().unwrap();
        let seal = seal("correct horse battery");
        assert_ne!(
            seal.close(&root).unwrap().method(),
            seal.close(&root).unwrap().method()
        );
    }

    #[test]
    fn short_passphrases_and_absurd_parameters_are_refused() {
        assert!(matches!(
            PassphraseSeal::new(Plaintext::copy_of(b"hunter2")),
            Err(SealError::PassphraseTooShort(7))
        ));
        for parameters in [
            Argon2idParameters {
                memory_kib: 16,
                ..CHEAP
            },
            Argon2idParameters {
                memory_kib: u32::MAX,
                ..CHEAP
            },
            Argon2idParameters { passes: 0, ..CHEAP },
            Argon2idParameters { lanes: 0, ..CHEAP },
        ] {
            assert!(
                matches!(parameters.check(), Err(SealError::Parameters(_))),
                "{parameters:?}"
            );
        }
    }

    /// Computed with another implementation (OpenSSL's, through Python's `cryptography`).
    #[test]
    fn stretching_is_argon2id_version_19() {
        let parameters = Argon2idParameters {
            memory_kib: 8192,
            passes: 2,
            lanes: 1,
        };
        let seal =
            PassphraseSeal::with_parameters(Plaintext::copy_of(b"passwordpassword"), parameters).unwrap();
        let key = seal.stretch(parameters, b"somesaltsomesalt").unwrap();
        let hex = hex::encode(key.expose());
        assert_eq!(
            hex,
            "5d483386affae0068dca14ae15f165a65df9aaf745697f6a8e9e19a0b034f3f9"
        );
    }
}
