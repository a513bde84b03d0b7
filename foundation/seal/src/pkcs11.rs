//! The seal of a hardware security module, through PKCS#11.

use std::path::PathBuf;

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error, RvError};
use cryptoki::mechanism::Mechanism;
use cryptoki::mechanism::aead::GcmParams;
use cryptoki::object::{Attribute, KeyType, ObjectClass, ObjectHandle};
use cryptoki::session::{Session, UserType};
use cryptoki::types::AuthPin;
use haechi_crypto::{KeyBytes, Plaintext, RootKey, random};

use crate::{Seal, SealError, SealMethod, SealedRoot};

const IV: usize = 12;
const TAG_BITS: u64 = 128;

/// Where the HSM is and which of its keys seals.
#[derive(Debug)]
pub struct Pkcs11Configuration {
    /// The vendor's PKCS#11 library. Only ever from the configuration: it is loaded into the process.
    pub module: PathBuf,
    /// The label of the token.
    pub token: String,
    /// The label of the AES-256 key on the token.
    pub key: String,
    /// The user's PIN.
    pub pin: Plaintext,
}

/// Seals the root under an AES key that never leaves the token (AES-256-GCM).
pub struct Pkcs11Seal {
    context: Pkcs11,
    token: String,
    key: String,
    pin: AuthPin,
}

impl Pkcs11Seal {
    /// Loads the library and finds the key.
    pub fn at(configuration: Pkcs11Configuration) -> Result<Self, SealError> {
        let seal = Self::load(configuration)?;
        let session = seal.session()?;
        seal.find_key(&session)?
            .ok_or_else(|| Self::failed("finding the key", "no key has this label"))?;
        Ok(seal)
    }

    /// Loads the library and finds the key, or makes it on the token: sensitive, not extractable.
    pub fn at_or_create(configuration: Pkcs11Configuration) -> Result<Self, SealError> {
        let seal = Self::load(configuration)?;
        let session = seal.session()?;
        if seal.find_key(&session)?.is_none() {
            let template = [
                Attribute::Class(ObjectClass::SECRET_KEY),
                Attribute::KeyType(KeyType::AES),
                Attribute::ValueLen((KeyBytes::LEN as u64).into()),
                Attribute::Label(seal.key.clone().into_bytes()),
                Attribute::Token(true),
                Attribute::Private(true),
                Attribute::Sensitive(true),
                Attribute::Extractable(false),
                Attribute::Encrypt(true),
                Attribute::Decrypt(true),
            ];
            session
                .generate_key(&Mechanism::AesKeyGen, &template)
                .map_err(pkcs11("making the key"))?;
        }
        Ok(seal)
    }

    fn load(configuration: Pkcs11Configuration) -> Result<Self, SealError> {
        let Pkcs11Configuration {
            module,
            token,
            key,
            pin,
        } = configuration;
        let context = Pkcs11::new(module).map_err(pkcs11("loading the library"))?;
        match context.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
            // The library belongs to the whole process; another seal on it may have come first.
            Ok(()) | Err(Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => {}
            Err(error) => return Err(pkcs11("initializing the library")(error)),
        }
        let pin = std::str::from_utf8(pin.expose())
            .map_err(|_| Self::failed("reading the PIN", "it is not UTF-8 text"))?;
        Ok(Self {
            context,
            token,
            key,
            pin: AuthPin::from(pin.to_owned()),
        })
    }

    /// A session of its own for each use: sealing is rare, and sessions may not be shared between threads.
    fn session(&self) -> Result<Session, SealError> {
        let slots = self
            .context
            .get_slots_with_initialized_token()
            .map_err(pkcs11("listing tokens"))?;
        for slot in slots {
            let token = self
                .context
                .get_token_info(slot)
                .map_err(pkcs11("reading a token's label"))?;
            if token.label() != self.token {
                continue;
            }
            let session = self
                .context
                .open_rw_session(slot)
                .map_err(pkcs11("opening a session"))?;
            return match session.login(UserType::User, Some(&self.pin)) {
                Ok(()) | Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => Ok(session),
                Err(error) => Err(pkcs11("logging in")(error)),
            };
        }
        Err(Self::failed("finding the token", "no token has this label"))
    }

    fn find_key(&self, session: &Session) -> Result<Option<ObjectHandle>, SealError> {
        let template = [
            Attribute::Class(ObjectClass::SECRET_KEY),
            Attribute::KeyType(KeyType::AES),
            Attribute::Label(self.key.clone().into_bytes()),
        ];
        match session
            .find_objects(&template)
            .map_err(pkcs11("finding the key"))?
            .as_slice()
        {
            [] => Ok(None),
            [key] => Ok(Some(*key)),
            _ => Err(Self::failed("finding the key", "several keys have this label")),
        }
    }

    /// Encrypts or decrypts with the token's key.
    fn with_key<R>(
        &self,
        iv: &[u8; IV],
        action: &'static str,
        work: impl FnOnce(&Session, &Mechanism<'_>, ObjectHandle) -> Result<R, Error>,
    ) -> Result<R, SealError> {
        let session = self.session()?;
        let key = self
            .find_key(&session)?
            .ok_or_else(|| Self::failed("finding the key", "no key has this label"))?;
        let mut iv = *iv;
        let parameters =
            GcmParams::new(&mut iv, AAD, TAG_BITS.into()).map_err(pkcs11("preparing AES-GCM"))?;
        work(&session, &Mechanism::AesGcm(parameters), key).map_err(pkcs11(action))
    }

    fn failed(action: &'static str, reason: &str) -> SealError {
        SealError::Pkcs11 {
            action,
            reason: reason.to_owned(),
        }
    }
}

/// What the token's key is used for here, so that nothing else it may have encrypted passes for a root.
const AAD: &[u8] = b"haechi/root-key/1";

impl Seal for Pkcs11Seal {
    fn close(&self, root: &RootKey) -> Result<SealedRoot, SealError> {
        let mut iv = [0; IV];
        random::fill(&mut iv)?;
        let mut wrapped = iv.to_vec();
        wrapped.extend(self.with_key(&iv, "sealing", |session, mechanism, key| {
            session.encrypt(mechanism, key, root.key().expose())
        })?);
        let method = SealMethod::Pkcs11 {
            token: self.token.clone(),
            key: self.key.clone(),
        };
        Ok(SealedRoot::new(method, root, wrapped))
    }

    fn open(&self, sealed: &SealedRoot) -> Result<RootKey, SealError> {
        if !matches!(sealed.method(), SealMethod::Pkcs11 { .. }) {
            return Err(SealError::AnotherMethod {
                sealed_by: sealed.method().name(),
                tried: "pkcs11",
            });
        }
        let (iv, wrapped) = sealed
            .wrapped_root()
            .split_first_chunk::<IV>()
            .ok_or(SealError::WrongKey)?;
        let opened = self.with_key(iv, "opening the seal", |session, mechanism, key| {
            match session.decrypt(mechanism, key, wrapped) {
                Ok(root) => Ok(Some(Plaintext::new(root))),
                // What modules say of a wrong tag differs: SoftHSM calls it a general error.
                Err(Error::Pkcs11(
                    RvError::EncryptedDataInvalid | RvError::EncryptedDataLenRange | RvError::GeneralError,
                    _,
                )) => Ok(None),
                Err(error) => Err(error),
            }
        })?;
        let key = opened
            .and_then(|root| KeyBytes::from_slice(root.expose()))
            .ok_or(SealError::WrongKey)?;
        sealed.checked(RootKey::from_key(key)?)
    }
}

fn pkcs11(action: &'static str) -> impl FnOnce(Error) -> SealError {
    move |error| SealError::Pkcs11 {
        action,
        reason: error.to_string(),
    }
}
