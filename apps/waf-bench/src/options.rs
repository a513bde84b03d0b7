//! What a run of the bench is asked for.

use std::net::IpAddr;
use std::path::PathBuf;

use haechi_waf::request::ResourceType;

/// What to test with and what to report.
#[derive(Clone, Debug)]
pub struct TestOptions {
    /// Files, or `-`.
    pub recordings: Vec<PathBuf>,
    /// What the web ACL protects: how much of a body is inspected.
    pub resource: ResourceType,
    /// Stands for the client of recordings that do not say who asked.
    pub client_ip: IpAddr,
    /// Whether clients have a token that Captcha and Challenge accept.
    pub has_token: bool,
    /// The report's format.
    pub format: ReportFormat,
    /// Which requests are reported one by one.
    pub list: Listing,
    /// Which requests are explained.
    pub explain: Explain,
    /// What makes the run fail.
    pub fail_on: Vec<FailOn>,
    /// Whether records that are no requests are counted and passed over.
    pub skip_bad_records: bool,
    /// Requests shown per group of changes.
    pub examples: usize,
    /// As many threads evaluate; rate-based rules take one, for they count in order.
    pub threads: usize,
}

/// For whom the report is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReportFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
    /// For build servers.
    Junit,
}

/// Which requests are reported one by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listing {
    /// None.
    None,
    /// Those that are not as expected, as logged, or as with the other web ACL.
    Notable,
    /// All.
    All,
}

/// Which requests are explained.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Explain {
    /// None.
    None,
    /// The one of this number (or in this line) of each recording, with the statements that did not match.
    Number(u64),
    /// Those on which any rule matched.
    Matching,
    /// All.
    All,
}

/// What makes a run fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailOn {
    /// A request is blocked.
    Blocked,
    /// A request is allowed.
    Allowed,
    /// A request is answered with a puzzle or a challenge.
    Challenged,
    /// The two web ACLs decide differently on a request.
    Changed,
    /// A request is not judged as its record expects.
    Mismatch,
    /// A request is not judged as its log record says it was.
    Logged,
}

impl FailOn {
    /// Its name on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Blocked => "blocked",
            Self::Allowed => "allowed",
            Self::Challenged => "challenged",
            Self::Changed => "changed",
            Self::Mismatch => "mismatch",
            Self::Logged => "logged",
        }
    }
}
