//! Session tokens: sealed, so that nobody can make or change one, and self-contained, so that every node opens them.
//!
//! A token is the account's twelve digits followed by the sealed claims in base64. The account stands outside only to
//! find the domain key; it is bound into the seal.

use std::sync::Arc;

use haechi_core::principal::FederatedIdentity;
use haechi_core::{AccountId, Caller, Failure, Principal, Region, Session, Timestamp};
use haechi_crypto::{Binding, Sealed};
use haechi_keyring::Keyring;
use haechi_wire::Blob;
use quick_cache::sync::Cache;
use serde::{Deserialize, Serialize};

/// Tokens that are kept open.
const CAPACITY: usize = 10_000;

/// What a token says.
#[derive(Serialize, Deserialize)]
struct Claims {
    access_key_id: String,
    secret: String,
    principal: StoredPrincipal,
    issued_ms: i64,
    expires_ms: i64,
    mfa_ms: Option<i64>,
    policies: Vec<String>,
    policy_arns: Vec<String>,
    tags: Vec<(String, String)>,
    transitive_tag_keys: Vec<String>,
    source_identity: Option<String>,
    chain: u32,
    federated: Option<(String, Vec<(String, String)>)>,
    session_token: bool,
}

#[derive(Serialize, Deserialize)]
enum StoredPrincipal {
    Root {
        account: AccountId,
    },
    User {
        account: AccountId,
        path: String,
        name: String,
        id: String,
    },
    Role {
        account: AccountId,
        path: String,
        role: String,
        id: String,
        session: String,
    },
    Federated {
        account: AccountId,
        name: String,
        issuer: Box<StoredPrincipal>,
    },
}

/// A token that has been opened.
pub(crate) struct Opened {
    pub(crate) access_key_id: String,
    pub(crate) secret: Blob,
    pub(crate) caller: Caller,
    pub(crate) expires: Timestamp,
}

/// Tokens opened lately: every request of a session brings the same one.
pub(crate) struct OpenedTokens(Cache<String, Arc<Opened>>);

impl Default for OpenedTokens {
    fn default() -> Self {
        Self(Cache::new(CAPACITY))
    }
}

/// Seals a session into a token.
pub(crate) async fn seal(
    keyring: &Keyring,
    account: &AccountId,
    access_key_id: &str,
    secret: &str,
    principal: &Principal,
    session: &Session,
) -> Result<String, Failure> {
    let claims = Claims {
        access_key_id: access_key_id.to_owned(),
        secret: secret.to_owned(),
        principal: stored(principal)
            .ok_or_else(|| Failure::internal("only accounts' principals have sessions"))?,
        issued_ms: session.issued.as_millis(),
        expires_ms: session.expires.as_millis(),
        mfa_ms: session.mfa.map(Timestamp::as_millis),
        policies: session.policies.clone(),
        policy_arns: session.policy_arns.clone(),
        tags: session.tags.clone(),
        transitive_tag_keys: session.transitive_tag_keys.clone(),
        source_identity: session.source_identity.clone(),
        chain: session.chain,
        federated: session
            .federated
            .as_ref()
            .map(|f| (f.provider.clone(), f.attributes.clone())),
        session_token: session.session_token,
    };
    let text = Blob::from(serde_json::to_vec(&claims).map_err(Failure::internal)?);
    let domain = keyring
        .domain(account, &Region::global())
        .await
        .map_err(Failure::internal)?;
    let sealed = domain.seal(&binding(account), &text).map_err(Failure::internal)?;
    match serde_json::to_value(sealed).map_err(Failure::internal)? {
        serde_json::Value::String(sealed) => Ok(format!("{account}{sealed}")),
        _ => Err(Failure::internal("a sealed record is written as text")),
    }
}

impl OpenedTokens {
    /// Opens a token; `None` where it is not one of ours.
    pub(crate) async fn open(&self, keyring: &Keyring, token: &str) -> Result<Option<Arc<Opened>>, Failure> {
        if let Some(opened) = self.0.get(token) {
            return Ok(Some(opened));
        }
        let Some((account, sealed)) = token.split_at_checked(12) else {
            return Ok(None);
        };
        let (Ok(account), Ok(sealed)) = (
            AccountId::parse(account),
            serde_json::from_value::<Sealed>(serde_json::Value::String(sealed.to_owned())),
        ) else {
            return Ok(None);
        };
        let domain = keyring
            .domain(&account, &Region::global())
            .await
            .map_err(Failure::internal)?;
        let Ok(text) = domain.open(&binding(&account), &sealed) else {
            return Ok(None);
        };
        let claims: Claims = serde_json::from_slice(text.expose()).map_err(Failure::internal)?;
        let opened = Arc::new(opened(claims));
        self.0.insert(token.to_owned(), Arc::clone(&opened));
        Ok(Some(opened))
    }
}

fn opened(claims: Claims) -> Opened {
    let session = Session {
        issued: Timestamp::from_millis(claims.issued_ms),
        expires: Timestamp::from_millis(claims.expires_ms),
        mfa: claims.mfa_ms.map(Timestamp::from_millis),
        policies: claims.policies,
        policy_arns: claims.policy_arns,
        tags: claims.tags,
        transitive_tag_keys: claims.transitive_tag_keys,
        source_identity: claims.source_identity,
        chain: claims.chain,
        federated: claims
            .federated
            .map(|(provider, attributes)| FederatedIdentity { provider, attributes }),
        session_token: claims.session_token,
    };
    let caller = Caller {
        principal: principal(claims.principal),
        access_key_id: Some(claims.access_key_id.clone()),
        session: Some(Arc::new(session)),
    };
    Opened {
        access_key_id: claims.access_key_id,
        secret: Blob::from(claims.secret.into_bytes()),
        caller,
        expires: Timestamp::from_millis(claims.expires_ms),
    }
}

fn binding(account: &AccountId) -> Binding {
    Binding::new("sts/session-token").with(account.as_str())
}

fn stored(principal: &Principal) -> Option<StoredPrincipal> {
    Some(match principal.clone() {
        Principal::Root { account } => StoredPrincipal::Root { account },
        Principal::User {
            account,
            path,
            name,
            id,
        } => StoredPrincipal::User {
            account,
            path,
            name,
            id,
        },
        Principal::AssumedRole {
            account,
            path,
            role,
            id,
            session,
        } => StoredPrincipal::Role {
            account,
            path,
            role,
            id,
            session,
        },
        Principal::FederatedUser {
            account,
            name,
            issuer,
        } => StoredPrincipal::Federated {
            account,
            name,
            issuer: Box::new(stored(&issuer)?),
        },
        _ => return None,
    })
}

fn principal(stored: StoredPrincipal) -> Principal {
    match stored {
        StoredPrincipal::Root { account } => Principal::Root { account },
        StoredPrincipal::User {
            account,
            path,
            name,
            id,
        } => Principal::User {
            account,
            path,
            name,
            id,
        },
        StoredPrincipal::Role {
            account,
            path,
            role,
            id,
            session,
        } => Principal::AssumedRole {
            account,
            path,
            role,
            id,
            session,
        },
        StoredPrincipal::Federated {
            account,
            name,
            issuer,
        } => Principal::FederatedUser {
            account,
            name,
            issuer: Box::new(principal(*issuer)),
        },
    }
}
