//! What a user has besides its name and permissions: keys, certificates and passwords that belong to it alone. They
//! stand in the user's record, so that they follow it when it is renamed and limits hold without further locks.

use haechi_core::AccountId;
use haechi_crypto::{Binding, Sealed};
use serde::{Deserialize, Serialize};

/// Everything of one user.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Belongings {
    /// SSH public keys, oldest first.
    pub ssh_public_keys: Vec<SshPublicKey>,
    /// Signing certificates, oldest first.
    pub signing_certificates: Vec<SigningCertificate>,
    /// Credentials for one service each, oldest first.
    pub service_credentials: Vec<ServiceCredential>,
    /// The MFA devices that are enabled, oldest first.
    pub mfa_devices: Vec<EnabledDevice>,
}

impl Belongings {
    /// What must go before the user may: the words of AWS's refusal.
    pub(crate) fn obstacle(&self) -> Option<&'static str> {
        if !self.signing_certificates.is_empty() {
            Some("must delete signing certificates first")
        } else if !self.mfa_devices.is_empty() {
            Some("must delete MFA device first")
        } else if !self.ssh_public_keys.is_empty() {
            Some("must delete SSH public keys first")
        } else if !self.service_credentials.is_empty() {
            Some("must delete service specific credentials first")
        } else {
            None
        }
    }
}

/// An SSH public key.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct SshPublicKey {
    /// `APKA…`
    pub id: String,
    /// As it was uploaded.
    pub body: String,
    /// MD5 over the key, in hexadecimal with colons.
    pub fingerprint: String,
    /// Whether it may be used.
    pub active: bool,
    /// When it was uploaded, in ms since the epoch.
    pub uploaded_ms: i64,
}

/// An X.509 certificate for signed requests of old.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct SigningCertificate {
    /// 32 letters and digits.
    pub id: String,
    /// PEM, as it was uploaded.
    pub body: String,
    /// Whether it may be used.
    pub active: bool,
    /// When it was uploaded, in ms since the epoch.
    pub uploaded_ms: i64,
}

/// A user name and password, or an API key, for one service.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ServiceCredential {
    /// `ACCA…`
    pub id: String,
    /// `codecommit.amazonaws.com`
    pub service: String,
    /// The name under which the service knows the user. It stays when the user is renamed.
    pub name: String,
    /// Whether it may be used.
    pub active: bool,
    /// When it was made, in ms since the epoch.
    pub created_ms: i64,
    /// When an API key ends, in ms since the epoch.
    pub expires_ms: Option<i64>,
    /// The password or the key, under the account's domain key.
    pub secret: Sealed,
}

/// An MFA device that is enabled for the user.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct EnabledDevice {
    /// Its serial number: the ARN of a virtual device.
    pub serial: String,
    /// Since when, in ms since the epoch.
    pub enabled_ms: i64,
}

/// What a sealed password of a service is bound to.
pub(crate) fn service_binding(account: &AccountId, credential_id: &str) -> Binding {
    Binding::new("iam/service-specific-credential")
        .with(account.as_str())
        .with(credential_id)
}
