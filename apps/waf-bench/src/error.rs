//! What stops the bench. All of it is bad input or a place that can't be read or written.

use std::io;
use std::path::PathBuf;

use haechi_waf::error::{CompileError, InvalidParameter, ModelError};
use haechi_web_acl::LibraryError;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BenchError {
    /// A file can't be read.
    #[error("{}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A document is not what it should be.
    #[error("{}: {source}", path.display())]
    Document {
        /// The file.
        path: PathBuf,
        /// Why.
        source: ModelError,
    },
    /// A document is none of the shapes that are known.
    #[error("{}: {what}", path.display())]
    Shape {
        /// The file.
        path: PathBuf,
        /// What is expected.
        what: String,
    },
    /// A set or rule group is refused.
    #[error("{}: {source}", path.display())]
    Reference {
        /// The file.
        path: PathBuf,
        /// Why.
        source: LibraryError,
    },
    /// The web ACL refers to something that was not given.
    #[error("{}: rule {rule} refers to {reference}, which was not given; {hint}", path.display())]
    Missing {
        /// The web ACL's file.
        path: PathBuf,
        /// The rule.
        rule: String,
        /// An ARN, or a managed group's name.
        reference: String,
        /// What to do.
        hint: String,
    },
    /// AWS would refuse the web ACL.
    #[error("{}: the web ACL is refused: {source}", path.display())]
    Refused {
        /// The web ACL's file.
        path: PathBuf,
        /// Why.
        source: CompileError,
    },
    /// AWS would refuse the rules.
    #[error("{}: the rules are refused: {source}", path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// Why.
        source: InvalidParameter,
    },
    /// A recording can't be read to its end.
    #[error("{recording}: {source}")]
    Recording {
        /// The recording.
        recording: String,
        /// Why.
        source: io::Error,
    },
    /// A record is no request.
    #[error("{recording}, {record}: {source}")]
    Record {
        /// The recording.
        recording: String,
        /// Such as `line 17`.
        record: String,
        /// Why.
        source: serde_json::Error,
    },
    /// The report can't be written.
    #[error("the report can't be written: {0}")]
    Write(#[from] io::Error),
}
