//! Permission: API Gateway's actions are HTTP methods, its resources are paths.
//!
//! `apigateway:GET` on `arn:aws:apigateway:REGION::/restapis/a1b2c3d4e5/stages/prod`. Source: service authorization
//! reference, "Actions, resources, and condition keys for Amazon API Gateway Management". Tags in a request that makes
//! something want `apigateway:PUT` on `/tags/…` besides.

use haechi_core::{Ask, Authorized, Call, Failure};
use haechi_wire::{Location, Value};

use crate::ApiGateway;
use crate::tags::{self, Tags};

impl ApiGateway {
    /// Releases `value` if the caller may do what the call does.
    pub(crate) async fn authorize<T>(
        &self,
        call: &Call,
        of_request: &Tags,
        of_resource: Option<&Tags>,
        value: T,
    ) -> Result<Authorized<T>, Failure> {
        let action = format!("apigateway:{}", call.operation.method);
        let resource = resource_arn(call, &path(call));
        let context = || tags::context(of_request, &[], of_resource);
        let ask = Ask::new(&action, &resource, &call.account).with_context(context());
        let released = self.platform.gate.authorize(call, ask, value).await?;
        let makes = call.operation.name.starts_with("Create");
        if makes && !of_request.is_empty() {
            let tagged = resource_arn(call, &format!("/tags/{}", encoded(&format!("{resource}/*"))));
            let ask = Ask::new("apigateway:PUT", &tagged, &call.account).with_context(context());
            self.platform.gate.authorize(call, ask, ()).await?;
        }
        Ok(released)
    }
}

/// `arn:aws:apigateway:REGION::PATH`.
pub(crate) fn resource_arn(call: &Call, path: &str) -> String {
    format!("arn:{}:apigateway:{}::{path}", call.partition(), call.region)
}

/// The call's path: the operation's template with the labels of its input.
fn path(call: &Call) -> String {
    let template = call.operation.uri;
    let mut path = template
        .split_once('?')
        .map_or(template, |(path, _)| path)
        .to_owned();
    for (member, slot) in call.operation.input.members.iter().zip(&call.input.0) {
        if let (Location::Uri, Some(Value::String(text))) = (member.location, slot) {
            let text = if member.name == "resourceArn" {
                encoded(text)
            } else {
                text.clone()
            };
            path = path.replace(&format!("{{{}}}", member.wire_name()), &text);
        }
    }
    path
}

/// An ARN as it stands in a path.
fn encoded(arn: &str) -> String {
    arn.replace(':', "%3A").replace('/', "%2F")
}
