//! What an operator asks of a running server: `/_haechi/…`.
//!
//! Readiness is open. Everything else is a POST signed with root credentials of the management account, under the
//! signing name `haechi`; the binary supplies what it does.

use async_trait::async_trait;
use haechi_core::Caller;

/// An operator's request succeeded with this JSON document.
pub type AdminReply = serde_json::Value;

/// Why an operator's request failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AdminError {
    /// No such request.
    #[error("there is no {0}")]
    Unknown(String),
    /// The request makes no sense, or the server was not started for it.
    #[error("{0}")]
    Refused(String),
    /// The caller may not.
    #[error("only root credentials of the management account may do this")]
    Forbidden,
    /// Something of ours is broken; the log has the cause.
    #[error("internal fault")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// The operator's requests.
#[async_trait]
pub trait Admin: Send + Sync {
    /// Whether the server can serve.
    fn ready(&self) -> bool;

    /// Answers `POST /_haechi/<path>`.
    async fn post(
        &self,
        path: &str,
        body: serde_json::Value,
        caller: &Caller,
    ) -> Result<AdminReply, AdminError>;
}
