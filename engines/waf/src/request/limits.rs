//! How much of a request is inspected (developer guide, page "Oversize web request components in AWS WAF").

use crate::model::{AssociatedResourceType, AssociationConfig, SizeInspectionLimit};

/// What the web ACL protects; decides how much of a body is inspected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "AWS's own names")]
pub enum ResourceType {
    ApplicationLoadBalancer,
    AppSync,
    ApiGateway,
    CognitoUserPool,
    AppRunnerService,
    VerifiedAccessInstance,
    CloudFront,
    Amplify,
    AgentcoreGateway,
}

/// How much of each component is inspected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the body.
    pub body: usize,
    /// Bytes of all headers, counted as on the wire of HTTP/1.1; as many of cookies.
    pub header_bytes: usize,
    /// Number of headers; as many cookies.
    pub header_count: usize,
}

const KIB: usize = 1024;

impl Limits {
    /// AWS's limits for a resource: 8 KiB of body, fixed, behind load balancers and AppSync; elsewhere 16 KiB
    /// unless the web ACL's association configuration raises it.
    pub fn of(resource: ResourceType, config: Option<&AssociationConfig>) -> Self {
        let associated = match resource {
            ResourceType::ApplicationLoadBalancer | ResourceType::AppSync => None,
            ResourceType::ApiGateway => Some(AssociatedResourceType::ApiGateway),
            ResourceType::CognitoUserPool => Some(AssociatedResourceType::CognitoUserPool),
            ResourceType::AppRunnerService => Some(AssociatedResourceType::AppRunnerService),
            ResourceType::VerifiedAccessInstance => Some(AssociatedResourceType::VerifiedAccessInstance),
            ResourceType::CloudFront | ResourceType::Amplify => Some(AssociatedResourceType::Cloudfront),
            ResourceType::AgentcoreGateway => Some(AssociatedResourceType::AgentcoreGateway),
        };
        let body = match associated {
            None => 8 * KIB,
            Some(key) => match config.and_then(|config| config.request_body.get(&key)) {
                None => 16 * KIB,
                Some(raised) => match raised.default_size_inspection_limit {
                    SizeInspectionLimit::Kb16 => 16 * KIB,
                    SizeInspectionLimit::Kb32 => 32 * KIB,
                    SizeInspectionLimit::Kb48 => 48 * KIB,
                    SizeInspectionLimit::Kb64 => 64 * KIB,
                },
            },
        };
        Self {
            body,
            header_bytes: 8 * KIB,
            header_count: 200,
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::of(ResourceType::ApplicationLoadBalancer, None)
    }
}
