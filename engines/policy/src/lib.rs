//! The IAM policy language and its evaluation.
//!
//! Pure: data in, answer out. There is no clock, no I/O and no knowledge of any service in here. A caller
//! parses documents once ([`Policy::parse`]), keeps them, and asks per request:
//!
//! ```
//! use haechi_policy::{Attached, Context, Policies, Policy, PolicyKind, Request, Requester, decide};
//!
//! let policy = Policy::parse(
//!     r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"kms:Enc*","Resource":"*"}]}"#,
//!     PolicyKind::Identity,
//! )?;
//! let requester = Requester::user("111122223333", "arn:aws:iam::111122223333:user/ana", "AIDAEXAMPLE");
//! let context = Context::new().with("aws:SourceIp", "192.0.2.7");
//! let request = Request {
//!     requester: &requester,
//!     action: "kms:Encrypt",
//!     resource: "arn:aws:kms:eu-north-1:111122223333:key/k",
//!     resource_account: Some("111122223333"),
//!     context: &context,
//! };
//! let identity = [Attached { policy: &policy, label: "arn:aws:iam::111122223333:policy/encryptors" }];
//! let decision = decide(&request, &Policies { identity: &identity, ..Policies::default() });
//! assert!(decision.is_allowed());
//! # Ok::<(), haechi_policy::PolicyError>(())
//! ```
//!
//! [`decide`] answers and names the reason in AWS's words; [`explain`] tells the same story statement by
//! statement, for people. Both walk the same compiled statements, so they can't disagree.
//!
//! Floors: this crate uses nothing of ours.

mod condition;
mod context;
mod decision;
mod document;
mod evaluate;
mod pattern;
mod principal;
mod request;
mod requester;
mod statement;
mod variable;

pub use condition::{Operator, Quantifier};
pub use context::{Context, Values};
pub use decision::{AllowedBy, Decision, DenyKind, DenyReason};
pub use document::error::PolicyError;
pub use document::kind::PolicyKind;
pub use document::policy::{Policy, policy_size};
pub use evaluate::decide;
pub use evaluate::explain::{ConditionReport, Explanation, PolicyReport, StatementReport, explain};
pub use principal::{Naming, PrincipalRef};
pub use request::{Attached, Policies, Request, ResourcePolicy, ResourcePolicyMode};
pub use requester::{Requester, RequesterKind};
pub use statement::Effect;
