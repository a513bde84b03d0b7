//! What a gateway tells the control plane: what the web ACLs did, and how the targets are.

use async_trait::async_trait;
use haechi_core::Failure;
use serde::{Deserialize, Serialize};

/// Everything since the gateway's last report.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Which gateway reports; counters of several are added.
    pub gateway: String,
    /// What each web ACL did.
    pub web_acls: Vec<WebAclReport>,
    /// The health of targets, all of them.
    pub targets: Vec<TargetHealth>,
    /// Requests per front, for metrics of load balancers.
    pub fronts: Vec<FrontCount>,
}

/// What a web ACL did since the last report.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct WebAclReport {
    /// Its ARN.
    pub web_acl: String,
    /// Counts.
    pub counts: Vec<MetricCount>,
    /// A random share of the requests, with their weights.
    pub samples: Vec<Sample>,
    /// The addresses that rate-based rules hold back now, all of them.
    pub rate_limited: Vec<RateLimited>,
    /// Log records in AWS's JSON, filtered and redacted, one line each.
    pub log_lines: Vec<String>,
}

/// How often something happened in a minute.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct MetricCount {
    /// Start of the minute, seconds of Unix time.
    pub minute: u64,
    /// `AllowedRequests`, `BlockedRequests`, `CountedRequests`, `PassedRequests`, `CaptchaRequests`, …
    pub name: String,
    /// Dimensions beside `WebACL` and `Region`: `Rule`, `RuleGroup`, `ManagedRuleGroup`, `LabelName` …
    pub dimensions: Vec<(String, String)>,
    /// How often.
    pub count: u64,
}

/// A sampled request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// The metric of the rule that it is a sample of; the web ACL's for the default action.
    pub metric: String,
    /// When, in milliseconds of Unix time.
    pub at: u64,
    /// As many requests as it stands for.
    pub weight: u64,
    /// `SampledHTTPRequest` in AWS's JSON, without `Timestamp` and `Weight`.
    pub request: String,
}

/// The addresses that a rate-based rule holds back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RateLimited {
    /// The web ACL's rule.
    pub rule: String,
    /// The rule group's rule, where the web ACL's rule refers to one.
    pub rule_in_group: Option<String>,
    /// The addresses.
    pub addresses: Vec<std::net::IpAddr>,
}

/// How a target is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetHealth {
    /// ARN of its group.
    pub group: String,
    /// Its id, as it was registered.
    pub id: String,
    /// Its port.
    pub port: u16,
    /// `initial`, `healthy`, `unhealthy`, `draining` or `unused`.
    pub state: String,
    /// Such as `Target.FailedHealthChecks`.
    pub reason: Option<String>,
    /// In words.
    pub description: Option<String>,
}

/// Requests of a front in a minute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrontCount {
    /// The front's ARN.
    pub resource: String,
    /// Start of the minute, seconds of Unix time.
    pub minute: u64,
    /// All requests.
    pub requests: u64,
    /// Answers by the front itself with 4xx.
    pub front_4xx: u64,
    /// Answers by the front itself with 5xx.
    pub front_5xx: u64,
    /// Answers of targets with 5xx.
    pub target_5xx: u64,
}

/// Takes reports in: the service behind web ACLs, the service behind load balancers.
#[async_trait]
pub trait ReportSink: Send + Sync {
    /// Takes what concerns it.
    async fn report(&self, report: &Report) -> Result<(), Failure>;
}
