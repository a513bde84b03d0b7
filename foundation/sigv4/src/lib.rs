//! AWS Signature Version 4: verification and signing.
//!
//! Pure: no I/O, no clock. The time comes in as milliseconds since the epoch, the secret comes in as a
//! derived [`SigningKey`].
//!
//! A server asks three questions, in this order, of every request:
//!
//! 1. [`Parsed::from_request`]: is it signed, in which of the two forms (header, query), by whom, for which
//!    date, Region and service? `None` means that nothing looks like a signature.
//! 2. [`SigningKeys::signing_key`]: the key derived from the caller's secret, cached.
//! 3. [`verify`]: does the signature cover the request (method, path, query, `host`, every `x-amz-*` header,
//!    the bytes of the body), and is it current?
//!
//! Signing ([`Signer`]) shares the canonical form with verification, so the two can't drift apart; both are
//! held to the SigV4 test suite that AWS publishes.
//!
//! Rules follow "Signature Version 4 for API requests" in the IAM user guide and, where that page is silent,
//! what botocore signs. The attacks that each check prevents are named at the check.

mod authorization;
mod canonical;
mod date;
mod error;
mod error_style;
mod key;
mod key_cache;
mod parsed;
mod payload;
mod percent;
mod presigned;
mod rules;
mod sign;
mod signed_headers;
mod verify;
mod view;

pub use canonical::path::normalize_path;
pub use date::AmzDate;
pub use error::SigError;
pub use error_style::ErrorStyle;
pub use key::SigningKey;
pub use key_cache::SigningKeys;
pub use parsed::{Location, Parsed};
pub use payload::{Body, EMPTY_SHA256, UNSIGNED_PAYLOAD};
pub use rules::{Explain, Kind, Rules};
pub use sign::Signer;
pub use verify::{canonical_request, verify};
pub use view::RequestView;

/// The one algorithm that is verified.
pub const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// What every credential scope ends with.
pub(crate) const TERMINATOR: &str = "aws4_request";
