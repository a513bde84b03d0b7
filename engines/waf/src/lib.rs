//! Web ACLs: compile AWS's JSON to a plan, evaluate requests against it.
//!
//! [`model`] is AWS's JSON, [`validate`] what the service refuses, [`compile`] makes a [`compile::Plan`],
//! [`evaluate`] gives a [`verdict::Verdict`] for a [`request::HttpRequest`], [`record`] what is written down of it.
//! No I/O, no clock: sets and rule groups come from a [`compile::Resolver`], places of addresses from a
//! [`geo::Geo`], the time is a parameter.
//!
//! ```
//! use haechi_waf::compile::{NoResolver, Plan};
//! use haechi_waf::evaluate::{Environment, Scratch};
//! use haechi_waf::geo::NoGeo;
//! use haechi_waf::model::{SearchStringEncoding, WebAcl};
//! use haechi_waf::rate::RateCounters;
//! use haechi_waf::request::{HttpRequest, Limits};
//! use haechi_waf::verdict::{ActionTaken, TokenState};
//!
//! let json = r#"{
//!     "Name": "acl", "DefaultAction": {"Allow": {}},
//!     "VisibilityConfig": {"SampledRequestsEnabled": true, "CloudWatchMetricsEnabled": true, "MetricName": "acl"},
//!     "Rules": [{
//!         "Name": "admin", "Priority": 0, "Action": {"Block": {}},
//!         "VisibilityConfig": {"SampledRequestsEnabled": true, "CloudWatchMetricsEnabled": true, "MetricName": "admin"},
//!         "Statement": {"ByteMatchStatement": {
//!             "SearchString": "/admin", "PositionalConstraint": "STARTS_WITH", "FieldToMatch": {"UriPath": {}},
//!             "TextTransformations": [{"Priority": 0, "Type": "LOWERCASE"}]
//!         }}
//!     }]
//! }"#;
//! let acl = WebAcl::from_json(json.as_bytes(), SearchStringEncoding::Text).expect("a web ACL");
//! let plan = Plan::compile(&acl, "111122223333", &NoResolver).expect("a plan");
//! let rates = RateCounters::new(&plan);
//! let environment = Environment {
//!     resource: "",
//!     limits: Limits::default(), geo: &NoGeo, rates: &rates, token: TokenState::Absent, now: 0,
//! };
//! let request = HttpRequest::new(b"GET", b"/Admin/users", "192.0.2.1".parse().expect("an address"));
//! let verdict = plan.evaluate(&request, &environment, &mut Scratch::new());
//! assert_eq!((verdict.action, verdict.terminating_rule.rule_id), (ActionTaken::Block, "admin"));
//! ```

pub mod compile;
pub mod error;
pub mod evaluate;
pub mod geo;
pub mod ip_set;
pub mod model;
pub mod rate;
pub mod record;
pub mod regex;
pub mod request;
pub mod transform;
pub mod validate;
pub mod verdict;
pub mod wcu;
