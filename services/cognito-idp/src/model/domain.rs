//! The domains of pools.

use haechi_api_cognito_idp as api;
use haechi_core::AccountId;
use haechi_wire::Stored;
use serde::{Deserialize, Serialize};

/// A domain: a prefix at Cognito's own name, or a name of one's own with a certificate.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Domain {
    pub(crate) pool: String,
    pub(crate) account: AccountId,
    pub(crate) shown: Stored<api::DomainDescriptionType>,
}

impl Domain {
    /// Whether it is a name of one's own.
    pub(crate) fn is_custom(&self) -> bool {
        self.shown.custom_domain_config.is_some()
    }
}
