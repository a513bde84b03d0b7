//! Which service and which operation a request asks for.
//!
//! JSON services name both in `X-Amz-Target`; query services in `Action` and `Version`; those that speak CBOR in the
//! path; services of the rest
//! protocols are found by the signing scope and their operations by method and path ([`crate::rest_route`]). The
//! signing scope must name the same service, or a key scoped to one service could be used on another.

use std::sync::Arc;

use haechi_core::{Service, speaks_json};
use haechi_wire::{ApiError, OperationSchema, Protocol, ServiceSchema};
use http::{HeaderMap, Method};

use crate::rest_route::{self, RestRoutes};

/// Where a request goes.
pub(crate) struct Target {
    pub(crate) service: Arc<dyn Service>,
    pub(crate) operation: Result<&'static OperationSchema, ApiError>,
    /// How the client speaks; some services have several protocols.
    pub(crate) protocol: Protocol,
}

impl Target {
    pub(crate) fn own(
        service: &Arc<dyn Service>,
        operation: Result<&'static OperationSchema, ApiError>,
    ) -> Self {
        Self {
            protocol: service.schema().protocol,
            service: Arc::clone(service),
            operation,
        }
    }
}

/// The services that are there, by the names that requests use for them.
pub(crate) struct Routes {
    services: Vec<Arc<dyn Service>>,
    rest: RestRoutes,
}

impl Routes {
    pub(crate) fn new(services: Vec<Arc<dyn Service>>) -> Self {
        let rest = RestRoutes::new(&services);
        Self { services, rest }
    }

    pub(crate) fn by_schema(&self, schema: &ServiceSchema) -> Option<&Arc<dyn Service>> {
        self.services.iter().find(|s| s.schema().name == schema.name)
    }

    /// Finds the target of a request; `None` where no service of ours is meant.
    pub(crate) fn find(&self, request: &RequestView<'_>, scope: Option<&str>) -> Option<Target> {
        let mut target = match self.rest.find(request, scope) {
            Some(target) => target,
            None => self.named(request, scope)?,
        };
        if target.protocol == Protocol::Query && accepts_json(request.headers) {
            target.protocol = Protocol::QueryJson;
        }
        if !is_addressed(target.protocol, request) {
            target.operation = Err(no_such_place(target.service.schema()));
        }
        Some(target)
    }

    fn named(&self, request: &RequestView<'_>, scope: Option<&str>) -> Option<Target> {
        if request
            .headers
            .get("smithy-protocol")
            .is_some_and(|name| name == "rpc-v2-cbor")
        {
            return self.by_path(request.path);
        }
        if let Some(target) = request.headers.get("x-amz-target") {
            return self.by_target(target.to_str().ok()?, scope);
        }
        if let Some((action, version)) = request.action() {
            return self.by_action(&action, version.as_deref(), scope);
        }
        let service = self
            .services
            .iter()
            .find(|s| Some(s.schema().signing_name) == scope)?;
        Some(Target::own(service, Err(missing_action(service.schema()))))
    }

    /// `/service/NAME/operation/NAME` of RPC v2.
    fn by_path(&self, path: &str) -> Option<Target> {
        let (prefix, name) = path.strip_prefix("/service/")?.split_once("/operation/")?;
        let named = |s: &&Arc<dyn Service>| s.schema().target_prefix == Some(prefix);
        let service = self
            .services
            .iter()
            .filter(|s| s.schema().speaks(Protocol::Cbor))
            .find(named)?;
        let operation = service.schema().operation(name).ok_or_else(unknown_operation);
        Some(Target::own(service, operation))
    }

    /// A target that is nobody's is an unknown operation of the service that the request was signed for.
    fn by_target(&self, target: &str, scope: Option<&str>) -> Option<Target> {
        let named = target.rsplit_once('.').and_then(|(prefix, name)| {
            let service = self.services.iter().find(|s| is_target_of(s.schema(), prefix))?;
            Some((service, service.schema().operation(name)))
        });
        let (service, operation) = named.or_else(|| {
            let mut speaking = self.services.iter().filter(|s| speaks_json(s.schema()));
            let service = speaking.find(|s| Some(s.schema().signing_name) == scope)?;
            Some((service, None))
        })?;
        let operation = operation.ok_or_else(unknown_operation);
        Some(Target {
            protocol: Protocol::Json,
            ..Target::own(service, operation)
        })
    }

    fn by_action(&self, action: &str, version: Option<&str>, scope: Option<&str>) -> Option<Target> {
        let speaks_query =
            |s: &&Arc<dyn Service>| !speaks_json(s.schema()) || s.schema().speaks(Protocol::Query);
        let service = match scope {
            Some(scope) => self
                .services
                .iter()
                .filter(speaks_query)
                .find(|s| s.schema().signing_name == scope),
            None => self.services.iter().filter(speaks_query).find(|s| {
                version.is_none_or(|v| v == s.schema().api_version) && s.schema().operation(action).is_some()
            }),
        }?;
        let schema = service.schema();
        let operation = match version {
            Some(version) if version != schema.api_version => Err(invalid_action(action, version)),
            _ => schema
                .operation(action)
                .ok_or_else(|| invalid_action(action, version.unwrap_or(schema.api_version))),
        };
        let target = Target::own(service, operation);
        let kept = target.protocol == Protocol::Cbor;
        Some(Target {
            protocol: if kept { Protocol::Query } else { target.protocol },
            ..target
        })
    }
}

/// The parts of a request that routing looks at.
pub(crate) struct RequestView<'a> {
    pub(crate) method: &'a Method,
    pub(crate) path: &'a str,
    pub(crate) query: &'a str,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) body: &'a [u8],
}

impl<'a> RequestView<'a> {
    /// The first label of the host name: the service's own, where a client uses AWS's names.
    pub(crate) fn host_label(&self) -> Option<&'a str> {
        let host = self.headers.get(http::header::HOST)?.to_str().ok()?;
        host.split_once('.').map(|(label, _)| label)
    }

    /// `Action` and `Version`, from the body of a form POST or from the query string.
    fn action(&self) -> Option<(String, Option<String>)> {
        let form = self
            .headers
            .get(http::header::CONTENT_TYPE)
            .and_then(|v| v.to_str().ok())
            .is_some_and(|v| v.starts_with("application/x-www-form-urlencoded"));
        let body = if *self.method == Method::POST && form {
            self.body
        } else {
            b""
        };
        let find = |name: &str| form_value(body, name).or_else(|| form_value(self.query.as_bytes(), name));
        Some((find("Action")?, find("Version")))
    }
}

/// The first value of `name` in a form; only plain values count, since action names have nothing to escape.
fn form_value(form: &[u8], name: &str) -> Option<String> {
    form.split(|b| *b == b'&').find_map(|pair| {
        let value = pair.strip_prefix(name.as_bytes())?.strip_prefix(b"=")?;
        String::from_utf8(value.to_vec()).ok()
    })
}

/// Whether method and path are those at which the service's protocol is spoken. A signature covers a path only after
/// `.`, `..` and doubled slashes have been taken out, so that other spellings of `/` must not be served.
fn is_addressed(protocol: Protocol, request: &RequestView<'_>) -> bool {
    match protocol {
        Protocol::Cbor => {
            *request.method == Method::POST && haechi_sigv4::normalize_path(request.path) == request.path
        }
        Protocol::Json => request.path == "/" && *request.method == Method::POST,
        Protocol::Query | Protocol::QueryJson | Protocol::Ec2 => {
            request.path == "/" && (*request.method == Method::POST || *request.method == Method::GET)
        }
        _ => haechi_sigv4::normalize_path(request.path) == request.path,
    }
}

fn no_such_place(schema: &ServiceSchema) -> ApiError {
    if matches!(schema.protocol, Protocol::RestJson | Protocol::RestXml) {
        rest_route::no_such_path()
    } else if speaks_json(schema) {
        ApiError::new("UnknownOperationException", 404, "")
    } else {
        ApiError::new(
            "InvalidAction",
            404,
            "The action or operation requested is invalid.",
        )
    }
}

/// botocore writes the service's whole name before the operation, `com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101`;
/// SDKs made from Smithy models only its last part, as Smithy's AWS JSON protocol says. AWS takes both.
fn is_target_of(schema: &ServiceSchema, prefix: &str) -> bool {
    let Some(whole) = schema.target_prefix else {
        return false;
    };
    prefix == whole || whole.rsplit_once('.').is_some_and(|(_, last)| prefix == last)
}

/// Whether the client asks for JSON where XML is the custom.
fn accepts_json(headers: &HeaderMap) -> bool {
    let accepted = headers
        .get(http::header::ACCEPT)
        .and_then(|accepted| accepted.to_str().ok());
    accepted.is_some_and(|accepted| accepted.starts_with("application/json"))
}

/// What AWS's JSON services answer to a target that they do not have.
pub(crate) fn unknown_operation() -> ApiError {
    ApiError::new("UnknownOperationException", 400, "")
}

/// What AWS's query services answer to an action that they do not have.
pub(crate) fn invalid_action(action: &str, version: &str) -> ApiError {
    ApiError::new(
        "InvalidAction",
        400,
        format!("Could not find operation {action} for version {version}"),
    )
}

fn missing_action(schema: &ServiceSchema) -> ApiError {
    if speaks_json(schema) {
        ApiError::new("UnknownOperationException", 404, "")
    } else {
        ApiError::new(
            "MissingAction",
            400,
            "The request is missing an action or a required parameter.",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_value_is_found_by_its_whole_name() {
        let form = b"XAction=Wrong&Action=GetCallerIdentity&Version=2011-06-15";
        assert_eq!(form_value(form, "Action").as_deref(), Some("GetCallerIdentity"));
        assert_eq!(form_value(form, "Version").as_deref(), Some("2011-06-15"));
        assert_eq!(form_value(form, "Missing"), None);
    }
}
