//! What an evaluation decided and all that AWS's log line, samples and metrics say of it (developer guide, page
//! "Log fields for protection pack (web ACL) traffic").

use crate::compile::Response;
use crate::model::CustomResponseBody;
use std::borrow::Cow;

/// What happens to the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ActionTaken {
    /// It goes through.
    Allow,
    /// It is refused.
    Block,
    /// The client is sent a puzzle.
    Captcha,
    /// The client is sent a silent challenge.
    Challenge,
    /// The client is asked for a payment.
    Monetize,
}

impl ActionTaken {
    /// As logs have it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "ALLOW",
            Self::Block => "BLOCK",
            Self::Captcha => "CAPTCHA",
            Self::Challenge => "CHALLENGE",
            Self::Monetize => "MONETIZE",
        }
    }
}

/// The kind of the rule that decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RuleType {
    /// A rule of the web ACL, or its default action.
    Regular,
    /// A rate-based rule of the web ACL.
    RateBased,
    /// A rule in a rule group of the account.
    Group,
    /// A rule in a managed rule group.
    ManagedRuleGroup,
}

impl RuleType {
    /// As logs have it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Regular => "REGULAR",
            Self::RateBased => "RATE_BASED",
            Self::Group => "GROUP",
            Self::ManagedRuleGroup => "MANAGED_RULE_GROUP",
        }
    }
}

/// Name of the default action where a rule's name stands.
pub const DEFAULT_ACTION: &str = "Default_Action";

/// The decision.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict<'p> {
    /// What happens to the request.
    pub action: ActionTaken,
    /// Who decided so.
    pub terminating_rule: TerminatingRule<'p>,
    /// Rules of the web ACL that matched without deciding.
    pub non_terminating: Vec<NonTerminating<'p>>,
    /// Rule groups that were evaluated, in order.
    pub rule_groups: Vec<RuleGroupOutcome<'p>>,
    /// Rate-based rules that acted on the request.
    pub rate_based: Vec<RateBasedOutcome<'p>>,
    /// Labels in the order in which they were added, fully qualified.
    pub labels: Vec<Cow<'p, str>>,
    /// Headers to insert before the request goes on, prefix `x-amzn-waf-` included.
    pub inserted_headers: Vec<(&'p str, &'p str)>,
    /// The response to send instead of the plain 403, when the action is Block.
    pub response: Option<BlockResponse<'p>>,
    /// Price multiplier, when the action is Monetize.
    pub price_multiplier: Option<&'p str>,
    /// Components that were inspected and had more than can be inspected.
    pub oversize_fields: Vec<OversizeField>,
    /// What the last Captcha action found, if one was applied.
    pub captcha: Option<TokenResponse>,
    /// What the last Challenge action found, if one was applied.
    pub challenge: Option<TokenResponse>,
    /// The client's autonomous system number, if an ASN match statement looked at it.
    pub client_asn: Option<u32>,
}

/// The rule that decided.
#[derive(Clone, Debug, PartialEq)]
pub struct TerminatingRule<'p> {
    /// The web ACL's rule, or [`DEFAULT_ACTION`].
    pub rule_id: &'p str,
    /// Its kind.
    pub rule_type: RuleType,
    /// The rule group's rule, when the web ACL's rule refers to a rule group.
    pub rule_in_group: Option<&'p str>,
    /// The web ACL rule's metric; the default action counts under the web ACL's.
    pub metric: Option<&'p str>,
    /// Whether the rule wants its requests sampled; the default action asks the web ACL.
    pub sampled: Option<bool>,
    /// What SQL-injection and XSS statements saw.
    pub match_details: Vec<MatchDetail>,
}

/// A rule that matched without deciding.
#[derive(Clone, Debug, PartialEq)]
pub struct NonTerminating<'p> {
    /// The rule.
    pub rule_id: &'p str,
    /// `COUNT`, or `CAPTCHA` or `CHALLENGE` when the token was good.
    pub action: &'static str,
    /// The action that the rule group's author chose, if an override replaced it.
    pub overridden_action: Option<&'static str>,
    /// Its metric.
    pub metric: &'p str,
    /// Whether it wants its requests sampled.
    pub sampled: bool,
    /// What SQL-injection and XSS statements saw.
    pub match_details: Vec<MatchDetail>,
}

/// What a rule group did.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleGroupOutcome<'p> {
    /// The web ACL's rule that refers to it.
    pub rule_id: &'p str,
    /// The ARN, or `AWS#AWSManagedRulesCommonRuleSet` and `#Version_…` when the reference names one.
    pub rule_group_id: &'p str,
    /// The group's rule that decided, even when the override action only counts it.
    pub terminating_rule: Option<NonTerminating<'p>>,
    /// The group's rules that matched without deciding, those of [`RuleGroupOutcome::excluded_rules`] left out.
    pub non_terminating: Vec<NonTerminating<'p>>,
    /// The group's rules that matched and are excluded by the legacy setting `ExcludedRules`.
    pub excluded_rules: Vec<&'p str>,
}

/// What a rate-based rule did.
#[derive(Clone, Debug, PartialEq)]
pub struct RateBasedOutcome<'p> {
    /// Index into the plan's counters.
    pub index: usize,
    /// The web ACL's rule.
    pub rule_id: &'p str,
    /// The rule group's rule, if it is in one.
    pub rule_in_group: Option<&'p str>,
    /// `IP`, `FORWARDEDIP`, `CUSTOMKEYS` or `CONSTANT`.
    pub limit_key: &'static str,
    /// The limit.
    pub max_rate_allowed: u64,
    /// The window.
    pub evaluation_window_sec: u64,
    /// The address, for keys that are one.
    pub limit_value: Option<std::net::IpAddr>,
    /// Key, name and value of each custom key.
    pub custom_values: Vec<CustomValue<'p>>,
}

/// One custom key and its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomValue<'p> {
    /// Such as `HEADER`.
    pub key: &'static str,
    /// Such as the header's name.
    pub name: Option<&'p str>,
    /// The value after transformations; bytes that are not UTF-8 are replaced.
    pub value: String,
}

/// The kind of attack a statement found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ConditionType {
    /// An SQL injection.
    SqlInjection,
    /// Cross-site scripting.
    Xss,
}

impl ConditionType {
    /// As logs have it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SqlInjection => "SQL_INJECTION",
            Self::Xss => "XSS",
        }
    }
}

/// What an SQL-injection or XSS statement saw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatchDetail {
    /// The kind of attack.
    pub condition_type: ConditionType,
    /// `LOW` or `HIGH`, of SQL-injection statements.
    pub sensitivity_level: Option<&'static str>,
    /// Such as `HEADER`, `BODY`, `ALL_QUERY_ARGS`.
    pub location: &'static str,
    /// The telling tokens; bytes that are not UTF-8 are replaced.
    pub matched_data: Vec<String>,
    /// Name of the header, cookie or argument.
    pub matched_field_name: Option<String>,
}

/// A component that had more than can be inspected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OversizeField {
    /// The body as text.
    Body,
    /// The body as JSON.
    JsonBody,
    /// Headers, or their order.
    Headers,
    /// Cookies.
    Cookies,
}

impl OversizeField {
    /// As logs have it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Body => "REQUEST_BODY",
            Self::JsonBody => "REQUEST_JSON_BODY",
            Self::Headers => "REQUEST_HEADERS",
            Self::Cookies => "REQUEST_COOKIES",
        }
    }
}

/// What the request's token says. Whoever holds the signing key checks the token; whether it is too old is for
/// the rule to say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TokenState {
    /// There is none.
    #[default]
    Absent,
    /// It is damaged or not ours.
    Invalid,
    /// It is for another domain.
    DomainMismatch,
    /// It is genuine.
    Valid {
        /// When a puzzle was solved, in seconds of Unix time.
        captcha_solved: Option<u64>,
        /// When a challenge was solved, in seconds of Unix time.
        challenge_solved: Option<u64>,
    },
}

/// Why a token was not good enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FailureReason {
    /// There is no token, or it has no such timestamp.
    TokenMissing,
    /// Older than the immunity time.
    TokenExpired,
    /// Not genuine.
    TokenInvalid,
    /// For another domain.
    TokenDomainMismatch,
}

impl FailureReason {
    /// As logs have it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TokenMissing => "TOKEN_MISSING",
            Self::TokenExpired => "TOKEN_EXPIRED",
            Self::TokenInvalid => "TOKEN_INVALID",
            Self::TokenDomainMismatch => "TOKEN_DOMAIN_MISMATCH",
        }
    }
}

/// What a Captcha or Challenge action found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenResponse {
    /// The token was good and the evaluation went on.
    Passed {
        /// Seconds of Unix time.
        solve_timestamp: u64,
    },
    /// The client was asked.
    Asked {
        /// 405 for Captcha, 202 for Challenge.
        response_code: u16,
        /// Why.
        failure_reason: FailureReason,
    },
}

/// A custom response.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BlockResponse<'p>(pub(crate) &'p Response);

impl<'p> BlockResponse<'p> {
    /// Status code, 200 to 599.
    pub fn status(self) -> u16 {
        self.0.status
    }

    /// Names and values of headers.
    pub fn headers(self) -> impl Iterator<Item = (&'p str, &'p str)> {
        self.0.headers.iter().map(|(name, value)| (&**name, &**value))
    }

    /// The body and its type.
    pub fn body(self) -> Option<&'p CustomResponseBody> {
        self.0.body.as_ref()
    }
}
