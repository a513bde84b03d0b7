//! Resources that web ACLs guard: what their ARNs look like, and which permissions their own services ask for.
//!
//! Source: API reference, "AssociateWebACL"; developer guide, "How AWS WAF works with IAM", the section on actions
//! that require additional permissions; service authorization reference.

use haechi_core::{Arn, Call, Failure};
use haechi_dataplane::{ResourceKind, protectable};

use crate::{Waf, error};

/// A kind of resource that AssociateWebACL takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum GuardedKind {
    LoadBalancer,
    ApiStage,
    GraphQlApi,
    UserPool,
}

impl GuardedKind {
    /// What an ARN names, by its form. Network load balancers, distributions and the rest are none.
    pub(crate) fn of(arn: &Arn) -> Option<Self> {
        let parts: Vec<&str> = arn.resource().split('/').collect();
        match (arn.service(), parts.as_slice()) {
            ("elasticloadbalancing", ["loadbalancer", "app", _, _]) => Some(Self::LoadBalancer),
            ("apigateway", ["", "restapis", _, "stages", _]) => Some(Self::ApiStage),
            ("appsync", ["apis", _]) => Some(Self::GraphQlApi),
            ("cognito-idp", ["userpool", _]) => Some(Self::UserPool),
            _ => None,
        }
    }

    /// `ResourceType` of ListResourcesForWebACL.
    pub(crate) fn resource_type(self) -> &'static str {
        match self {
            Self::LoadBalancer => "APPLICATION_LOAD_BALANCER",
            Self::ApiStage => "API_GATEWAY",
            Self::GraphQlApi => "APPSYNC",
            Self::UserPool => "COGNITO_USER_POOL",
        }
    }

    fn is(self, kind: ResourceKind) -> bool {
        matches!(
            (self, kind),
            (Self::LoadBalancer, ResourceKind::ApplicationLoadBalancer)
                | (Self::ApiStage, ResourceKind::ApiGatewayStage)
                | (Self::GraphQlApi, ResourceKind::AppSyncApi)
                | (Self::UserPool, ResourceKind::CognitoUserPool)
        )
    }

    /// The action on the resource that changing its web ACL needs beside `wafv2:…` on the web ACL.
    pub(crate) fn associating(self) -> &'static str {
        match self {
            Self::LoadBalancer => "elasticloadbalancing:SetWebAcl",
            Self::ApiStage => "apigateway:SetWebACL",
            Self::GraphQlApi => "appsync:SetWebACL",
            Self::UserPool => "cognito-idp:AssociateWebACL",
        }
    }

    /// The action on the resource that taking it from its web ACL needs.
    pub(crate) fn disassociating(self) -> &'static str {
        match self {
            Self::UserPool => "cognito-idp:DisassociateWebACL",
            other => other.associating(),
        }
    }

    /// The action on the resource that asking for its web ACL needs, where there is one.
    pub(crate) fn asking(self) -> Option<&'static str> {
        (self == Self::UserPool).then_some("cognito-idp:GetWebACLForResource")
    }
}

/// An ARN that may be a guarded resource's.
pub(crate) struct Guarded {
    pub(crate) arn: Arn,
    pub(crate) kind: GuardedKind,
}

impl Guarded {
    /// Reads an ARN of the Region that was called.
    pub(crate) fn parse(call: &Call, text: &str) -> Result<Self, Failure> {
        let arn = Arn::parse(text).filter(|arn| arn.region() == call.region.as_str());
        arn.and_then(|arn| GuardedKind::of(&arn).map(|kind| Self { arn, kind }))
            .ok_or_else(|| error::bad_arn(text).into())
    }
}

impl Waf {
    /// The resource must be there and the caller's.
    pub(crate) async fn require_resource(&self, call: &Call, guarded: &Guarded) -> Result<(), Failure> {
        let services = self.fronts.get().map_or(&[][..], Vec::as_slice);
        let found = protectable(services, &guarded.arn).await?;
        match found {
            Some((kind, owner)) if guarded.kind.is(kind) && owner == call.account => Ok(()),
            _ => Err(error::nonexistent().into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_of_an_arn_says_whether_a_web_acl_may_guard_it() {
        for (arn, kind) in [
            (
                "arn:aws:elasticloadbalancing:us-east-1:111122223333:loadbalancer/app/front/50dc6c495c0c9188",
                Some(GuardedKind::LoadBalancer),
            ),
            (
                "arn:aws:apigateway:us-east-1::/restapis/a1b2c3/stages/prod",
                Some(GuardedKind::ApiStage),
            ),
            (
                "arn:aws:appsync:us-east-1:111122223333:apis/abc",
                Some(GuardedKind::GraphQlApi),
            ),
            (
                "arn:aws:cognito-idp:us-east-1:111122223333:userpool/us-east-1_abc",
                Some(GuardedKind::UserPool),
            ),
            (
                "arn:aws:elasticloadbalancing:us-east-1:111122223333:loadbalancer/net/front/50dc6c",
                None,
            ),
            (
                "arn:aws:elasticloadbalancing:us-east-1:111122223333:loadbalancer/classic",
                None,
            ),
            ("arn:aws:apigateway:us-east-1::/apis/a1b2c3/stages/prod", None),
            ("arn:aws:cloudfront::111122223333:distribution/E1", None),
        ] {
            assert_eq!(GuardedKind::of(&Arn::parse(arn).expect(arn)), kind, "{arn}");
        }
    }
}
