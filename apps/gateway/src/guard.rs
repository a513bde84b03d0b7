//! A web ACL in force: decides about requests and words the answers.

mod answer;
mod token;

pub use answer::Answer;
pub use token::TOKEN_COOKIE;

use std::cell::RefCell;
use std::sync::Arc;

use haechi_dataplane::{Protection, ResourceKind};
use haechi_waf::compile::Plan;
use haechi_waf::evaluate::{Environment, Scratch};
use haechi_waf::geo::Geo;
use haechi_waf::model::{SearchStringEncoding, WebAcl};
use haechi_waf::rate::RateCounters;
use haechi_waf::request::{HttpRequest, Limits, ResourceType};
use haechi_waf::verdict::{ActionTaken, Verdict};
use haechi_web_acl::{Feeds, LibraryError};
use http::{HeaderName, HeaderValue};

use token::Tokens;

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::new(Scratch::new());
}

/// A web ACL, compiled, with the counters of its rate-based rules and the key of its tokens.
pub struct Guard {
    digest: String,
    web_acl: String,
    account: String,
    plan: Plan,
    rates: RateCounters,
    tokens: Tokens,
    geo: Arc<dyn Geo + Send + Sync>,
}

/// A request as it arrived at a guarded resource.
#[derive(Clone, Copy, Debug)]
pub struct Visit<'a> {
    /// The request; of its body at least as much as [`Guard::limits`] says, where there is as much.
    pub request: HttpRequest<'a>,
    /// What it was sent to.
    pub kind: ResourceKind,
    /// The ARN of what it was sent to.
    pub resource: &'a str,
    /// The host name it was sent to, in lower case, without a port; tokens are bound to it.
    pub host: &'a str,
    /// Milliseconds of Unix time.
    pub now: u64,
}

/// What happens to a request.
#[derive(Debug)]
pub enum Decision {
    /// It goes on, with these headers added.
    Pass(Vec<(HeaderName, HeaderValue)>),
    /// It ends here with this answer.
    Answer(Box<Answer>),
}

impl Guard {
    /// Compiles a web ACL; takes some hundred milliseconds for large ones. Rate-based rules whose settings are the
    /// same in `previous` go on counting.
    pub fn compile(
        protection: &Protection,
        previous: Option<&Self>,
        feeds: Arc<Feeds>,
        geo: Arc<dyn Geo + Send + Sync>,
    ) -> Result<Self, LibraryError> {
        let plan = haechi_web_acl::compile(protection, feeds)?;
        let rates = match previous {
            Some(previous) => RateCounters::succeeding(&previous.rates, &plan),
            None => RateCounters::new(&plan),
        };
        // It was read once already, so this can't fail; no token domains are the stricter reading anyway.
        let domains = WebAcl::from_json(protection.definition.as_bytes(), SearchStringEncoding::Base64)
            .map(|acl| acl.token_domains)
            .unwrap_or_default();
        Ok(Self {
            digest: protection.digest.clone(),
            web_acl: protection.web_acl.clone(),
            account: protection.account.clone(),
            plan,
            rates,
            tokens: Tokens::new(protection.token_key.expose(), domains),
            geo,
        })
    }

    /// The web ACL's ARN.
    pub fn web_acl(&self) -> &str {
        &self.web_acl
    }

    /// The account that owns the web ACL.
    pub fn account(&self) -> &str {
        &self.account
    }

    /// What changes whenever the web ACL does.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// How much of a request to such a resource is looked at.
    pub fn limits(&self, kind: ResourceKind) -> Limits {
        self.plan.limits(resource_type(kind))
    }

    /// Decides about a request.
    pub fn decide(&self, visit: &Visit<'_>) -> Decision {
        SCRATCH.with_borrow_mut(|scratch| {
            let environment = Environment {
                limits: self.limits(visit.kind),
                geo: &*self.geo,
                rates: &self.rates,
                token: self.tokens.state(&visit.request, visit.host),
                now: visit.now,
            };
            let verdict = self.plan.evaluate(&visit.request, &environment, scratch);
            self.decision(&verdict, visit)
        })
    }

    fn decision(&self, verdict: &Verdict<'_>, visit: &Visit<'_>) -> Decision {
        let answer = match verdict.action {
            ActionTaken::Allow => return Decision::Pass(inserted(verdict)),
            ActionTaken::Block => match verdict.response {
                Some(response) => Answer::custom(response),
                None => Answer::forbidden(visit.kind),
            },
            ActionTaken::Captcha => Answer::captcha(),
            ActionTaken::Challenge => Answer::challenge(),
            ActionTaken::Monetize => Answer::payment_required(),
        };
        Decision::Answer(Box::new(answer))
    }
}

impl std::fmt::Debug for Guard {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Guard")
            .field("web_acl", &self.web_acl)
            .field("digest", &self.digest)
            .finish_non_exhaustive()
    }
}

/// Headers that rules insert. Names and values were validated with the rule; what HTTP can't carry is left out.
fn inserted(verdict: &Verdict<'_>) -> Vec<(HeaderName, HeaderValue)> {
    verdict
        .inserted_headers
        .iter()
        .filter_map(|(name, value)| Some((name.parse().ok()?, HeaderValue::from_str(value).ok()?)))
        .collect()
}

/// What decides the limits of inspection. An accelerator is never guarded itself.
fn resource_type(kind: ResourceKind) -> ResourceType {
    match kind {
        ResourceKind::ApplicationLoadBalancer | ResourceKind::Accelerator => {
            ResourceType::ApplicationLoadBalancer
        }
        ResourceKind::ApiGatewayStage => ResourceType::ApiGateway,
        ResourceKind::AppSyncApi => ResourceType::AppSync,
        ResourceKind::CognitoUserPool => ResourceType::CognitoUserPool,
        ResourceKind::CloudFrontDistribution => ResourceType::CloudFront,
    }
}

#[cfg(test)]
pub(crate) mod tests;
