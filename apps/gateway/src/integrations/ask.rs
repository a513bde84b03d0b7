//! A balancer's question, put to the right web ACL.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use haechi_core::Clock;
use haechi_dataplane::ResourceKind;
use haechi_waf::record::HttpSource;
use haechi_waf::request::{Header, HttpRequest};

use crate::guard::{Decision, Guard, RESERVED_PATH, Visit};
use crate::guards::{Guards, Standing};

/// A request that a balancer asks about.
#[derive(Debug, Clone, Copy)]
pub(super) struct Question<'a> {
    /// ARN of the web ACL or of a resource that it guards, as the balancer's configuration says.
    pub(super) named: Option<&'a str>,
    pub(super) method: &'a [u8],
    /// Path and query as the client sent them.
    pub(super) target: &'a [u8],
    pub(super) http_version: &'a str,
    pub(super) headers: &'a [Header<'a>],
    pub(super) body: &'a [u8],
    /// Length of the whole body.
    pub(super) body_length: u64,
    pub(super) client: IpAddr,
    pub(super) https: bool,
}

/// Why there is no verdict. The request may not pass then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unanswered {
    #[error("the balancer names a web ACL that is not there, or none where there are several")]
    NoSuchWebAcl,
    #[error("the web ACL is not ready, or can't be compiled")]
    NotReady,
}

/// Puts questions to web ACLs.
pub(super) struct Asker {
    guards: Arc<Guards>,
    clock: Arc<dyn Clock>,
    default: Option<String>,
    asked: AtomicU64,
}

/// A web ACL that was just made is ready soon.
const PATIENCE: Duration = Duration::from_secs(5);

impl Asker {
    pub(super) fn new(guards: Arc<Guards>, clock: Arc<dyn Clock>, default: Option<String>) -> Self {
        Self {
            guards,
            clock,
            default,
            asked: AtomicU64::new(0),
        }
    }

    /// The verdict.
    pub(super) async fn ask(&self, question: &Question<'_>) -> Result<Decision, Unanswered> {
        let named = question.named.or(self.default.as_deref());
        let guard = match named {
            Some(arn) => self.guard(arn).await?,
            None => self.only()?,
        };
        Ok(self.decide(&guard, named.unwrap_or_default(), question))
    }

    async fn guard(&self, arn: &str) -> Result<Arc<Guard>, Unanswered> {
        let standing = match self.guards.of(arn) {
            Standing::Unready => self.guards.settled(arn, PATIENCE).await,
            other => other,
        };
        match standing {
            Standing::Guarded(guard) => Ok(guard),
            Standing::Unguarded => Err(Unanswered::NoSuchWebAcl),
            Standing::Unready => Err(Unanswered::NotReady),
        }
    }

    fn only(&self) -> Result<Arc<Guard>, Unanswered> {
        let mut all = self.guards.all();
        match (all.pop(), all.pop()) {
            (Some(guard), None) => Ok(guard),
            _ => Err(Unanswered::NoSuchWebAcl),
        }
    }

    fn decide(&self, guard: &Guard, arn: &str, question: &Question<'_>) -> Decision {
        let header = |name: &[u8]| {
            let mut values = question
                .headers
                .iter()
                .filter(|(known, _)| known.eq_ignore_ascii_case(name));
            values
                .next()
                .and_then(|(_, value)| std::str::from_utf8(value).ok())
        };
        let host = header(b"host").unwrap_or_default();
        // Without its port, which `[::1]:80` has after the bracket.
        let name = match host.rsplit_once(':') {
            Some((name, port)) if !port.ends_with(']') => name,
            _ => host,
        };
        let id = header(b"x-amzn-trace-id").or_else(|| header(b"x-request-id"));
        let id = id.map_or_else(
            || format!("{:016x}", self.asked.fetch_add(1, Ordering::Relaxed)),
            ToOwned::to_owned,
        );
        let source = HttpSource::of_resource(arn, guard.account());
        let visit = Visit {
            request: HttpRequest {
                http_version: question.http_version,
                headers: question.headers,
                body: question.body,
                body_length: question.body_length.max(question.body.len() as u64),
                ..HttpRequest::new(question.method, question.target, question.client)
            },
            kind: kind(arn),
            source: &source,
            request_id: &id,
            host: &name.to_ascii_lowercase(),
            https: question.https,
            now: u64::try_from(self.clock.now().as_millis()).unwrap_or(0),
        };
        // As in the gateway: pages of Captcha and Challenge send here what they found, the application never gets it.
        if visit.request.path.starts_with(RESERVED_PATH.as_bytes()) {
            return Decision::Answer(Box::new(guard.take_proof(&visit)));
        }
        guard.decide(&visit)
    }
}

/// What a request is taken to be sent to: decides how much of a body is inspected and how a refusal looks.
fn kind(arn: &str) -> ResourceKind {
    let mut parts = arn.splitn(6, ':').skip(2);
    match (parts.next(), parts.nth(2)) {
        (Some("apigateway"), _) => ResourceKind::ApiGatewayStage,
        (Some("appsync"), _) => ResourceKind::AppSyncApi,
        (Some("cognito-idp"), _) => ResourceKind::CognitoUserPool,
        (Some("cloudfront"), _) => ResourceKind::CloudFrontDistribution,
        (Some("wafv2"), Some(resource)) if resource.starts_with("global/") => {
            ResourceKind::CloudFrontDistribution
        }
        _ => ResourceKind::ApplicationLoadBalancer,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kind_of_resource_follows_from_the_arn() {
        for (arn, wanted) in [
            (
                "arn:aws:wafv2:us-east-1:111122223333:global/webacl/a/1",
                ResourceKind::CloudFrontDistribution,
            ),
            (
                "arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/a/1",
                ResourceKind::ApplicationLoadBalancer,
            ),
            (
                "arn:aws:apigateway:eu-west-1::/restapis/x/stages/prod",
                ResourceKind::ApiGatewayStage,
            ),
            ("", ResourceKind::ApplicationLoadBalancer),
        ] {
            assert_eq!(kind(arn), wanted, "{arn}");
        }
    }
}
