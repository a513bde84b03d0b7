//! A web ACL in force: decides about requests and words the answers.

mod answer;
mod interstitial;
mod ledger;
mod puzzle;
mod token;

pub use answer::Answer;
pub use interstitial::RESERVED_PATH;
pub use token::TOKEN_COOKIE;

use std::cell::RefCell;
use std::sync::Arc;

use haechi_dataplane::report::WebAclReport;
use haechi_dataplane::{Protection, ResourceKind};
use haechi_waf::compile::Plan;
use haechi_waf::evaluate::{Environment, Scratch};
use haechi_waf::geo::Geo;
use haechi_waf::model::{SearchStringEncoding, WebAcl};
use haechi_waf::rate::RateCounters;
use haechi_waf::record::{Facts, HttpSource};
use haechi_waf::request::{HttpRequest, Limits, ResourceType};
use haechi_waf::verdict::{ActionTaken, Verdict};
use haechi_web_acl::{Feeds, LibraryError};
use http::{HeaderName, HeaderValue};

use interstitial::{Proof, Used};
use ledger::Ledger;
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
    ledger: Ledger,
    used: Used,
    geo: Arc<dyn Geo + Send + Sync>,
}

/// A request as it arrived at a guarded resource.
#[derive(Clone, Copy, Debug)]
pub struct Visit<'a> {
    /// The request; of its body at least as much as [`Guard::limits`] says, where there is as much.
    pub request: HttpRequest<'a>,
    /// What it was sent to.
    pub kind: ResourceKind,
    /// The same as logs and samples name it.
    pub source: &'a HttpSource,
    /// The id that the resource gave the request; a load balancer's is the root of the trace id.
    pub request_id: &'a str,
    /// The host name it was sent to, in lower case, without a port; tokens are bound to it.
    pub host: &'a str,
    /// Whether the client speaks TLS.
    pub https: bool,
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
        let plan = haechi_web_acl::compile(protection, Arc::clone(&feeds))?;
        let rates = match previous {
            Some(previous) => RateCounters::succeeding(&previous.rates, &plan),
            None => RateCounters::new(&plan),
        };
        let acl = WebAcl::from_json(protection.definition.as_bytes(), SearchStringEncoding::Base64).map_err(
            |source| LibraryError::Document {
                what: protection.web_acl.clone(),
                source,
            },
        )?;
        let library = haechi_web_acl::library(protection, feeds)?;
        let ledger = Ledger::new(&acl, protection, &library, previous.map(|guard| &guard.ledger));
        Ok(Self {
            digest: protection.digest.clone(),
            web_acl: protection.web_acl.clone(),
            account: protection.account.clone(),
            plan,
            rates,
            tokens: Tokens::new(protection.token_key.expose(), acl.token_domains),
            ledger,
            used: Used::default(),
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
            let limits = self.limits(visit.kind);
            let environment = Environment {
                resource: &visit.source.id,
                limits,
                geo: &*self.geo,
                rates: &self.rates,
                token: self.tokens.state(&visit.request, visit.host),
                now: visit.now,
            };
            let verdict = self.plan.evaluate(&visit.request, &environment, scratch);
            let facts = Facts {
                timestamp: visit.now,
                source: visit.source,
                request_id: visit.request_id,
                country: self.geo.locate(visit.request.client_ip).country,
                scheme: if visit.https { "https" } else { "http" },
                limits: &limits,
            };
            self.ledger.record(&visit.request, &verdict, &facts);
            self.decision(&verdict, visit)
        })
    }

    /// Answers a request below [`RESERVED_PATH`], where the pages of Captcha and Challenge send what they found.
    pub fn take_proof(&self, visit: &Visit<'_>) -> Answer {
        interstitial::take(&self.tokens, &self.used, visit)
    }

    /// What happened since the last report, if anything did.
    pub fn report(&self, now: u64) -> Option<WebAclReport> {
        self.ledger.report(&self.web_acl, &self.plan, &self.rates, now)
    }

    fn decision(&self, verdict: &Verdict<'_>, visit: &Visit<'_>) -> Decision {
        let answer = match verdict.action {
            ActionTaken::Allow => return Decision::Pass(inserted(verdict)),
            ActionTaken::Block => match verdict.response {
                Some(response) => Answer::custom(response),
                None => Answer::forbidden(visit.kind),
            },
            ActionTaken::Captcha => interstitial::ask(Proof::Puzzle, &self.tokens, visit),
            ActionTaken::Challenge => interstitial::ask(Proof::Challenge, &self.tokens, visit),
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
