//! The stages, in their order.

use std::io::Read as _;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use flate2::read::GzDecoder;
use haechi_core::ports::{AuditTrail, Credentials, Meter, Outcome};
use haechi_core::{Call, Caller, Clock, Failure, Origin, Random, Region, Service, speaks_json};
use haechi_store::Store;
use haechi_wire::{ApiError, Auth, Fields, OperationSchema, Protocol, ServiceSchema, WireReply, WireRequest};
use http::{Method, Response, StatusCode};

use crate::admin::{Admin, AdminError};
use crate::authenticate::Authenticator;
use crate::config::{AuditMode, PipelineConfig};
use crate::http_front::{Peer, WholeRequest};
use crate::reply;
use crate::route::{RequestView, Routes, Target};
use crate::session_limits;
use crate::throttle::Throttle;
use crate::unrouted;

/// What a pipeline is made of.
pub struct PipelineParts {
    /// Settings.
    pub config: PipelineConfig,
    /// The services.
    pub services: Vec<Arc<dyn Service>>,
    /// Who knows access keys; asked in this order.
    pub credentials: Arc<dyn Credentials>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Request ids.
    pub random: Arc<dyn Random>,
    /// Where audit records go.
    pub store: Store,
    /// Who writes them.
    pub audit: Arc<dyn AuditTrail>,
    /// Who counts.
    pub meter: Arc<dyn Meter>,
    /// The operator's requests.
    pub admin: Arc<dyn Admin>,
}

/// The path of a request. One per process.
pub struct Pipeline {
    pub(crate) parts: PipelineParts,
    routes: Routes,
    authenticator: Authenticator,
    throttle: Throttle,
}

/// The service that a client means, where it is there, and the protocol in which it speaks.
type Spoken = (Option<&'static ServiceSchema>, Protocol);

/// An authenticated request, not yet decoded.
struct Addressed<'a> {
    protocol: Protocol,
    service: &'a Arc<dyn Service>,
    operation: &'static OperationSchema,
    request_id: &'a str,
    caller: Caller,
    region: Region,
    origin: Origin,
}

impl Pipeline {
    /// Puts the stages together.
    pub fn new(mut parts: PipelineParts) -> Self {
        let services = std::mem::take(&mut parts.services);
        let authenticator = Authenticator::new(Arc::clone(&parts.credentials), &parts.config);
        Self {
            parts,
            routes: Routes::new(services),
            authenticator,
            throttle: Throttle::default(),
        }
    }

    pub(crate) fn config(&self) -> &PipelineConfig {
        &self.parts.config
    }

    pub(crate) fn routes(&self) -> &Routes {
        &self.routes
    }

    /// Answers one HTTP request.
    pub(crate) async fn handle(&self, request: WholeRequest, peer: &Peer) -> Response<Bytes> {
        let request_id = self.parts.random.uuid();
        if let Some(path) = request.parts.uri.path().strip_prefix("/_haechi/") {
            return self.operator(path, &request).await;
        }
        let ((service, protocol), outcome) = self.run(&request, peer, &request_id).await;
        match outcome {
            Ok(wire) => reply::from_wire(wire, &request_id),
            Err(error) => {
                let wire = match service {
                    Some(service) => haechi_wire::encode_error_as(protocol, service, &error, &request_id),
                    None => haechi_wire::encode_unrouted_error(protocol, &error, &request_id),
                };
                reply::from_wire(wire, &request_id)
            }
        }
    }

    async fn run(
        &self,
        request: &WholeRequest,
        peer: &Peer,
        request_id: &str,
    ) -> (Spoken, Result<WireReply, ApiError>) {
        let view = RequestView {
            method: &request.parts.method,
            path: request.parts.uri.path(),
            query: request.parts.uri.query().unwrap_or(""),
            headers: &request.parts.headers,
            body: &request.body,
        };
        let signature = match Authenticator::parse(&request.parts) {
            Ok(signature) => signature,
            Err(error) => {
                let (schema, protocol) = match self.routes.find(&view, None) {
                    Some(target) => (Some(target.service.schema()), target.protocol),
                    None => (None, unrouted::protocol(&view, None)),
                };
                self.parts
                    .meter
                    .refused(schema.map_or("unknown", |s| s.name), error.code());
                return ((schema, protocol), Err(error.into_api(schema)));
            }
        };
        let found = self.routes.find(&view, signature.service());
        let Some(Target {
            service,
            operation,
            protocol,
        }) = found
        else {
            self.parts.meter.refused("unknown", "UnknownService");
            let protocol = unrouted::protocol(&view, signature.service());
            return (
                (None, protocol),
                Err(unrouted::no_such_service(protocol, signature.service())),
            );
        };
        let schema = service.schema();
        let spoken = (Some(schema), protocol);
        let unsigned_allowed = operation.as_ref().is_ok_and(|o| o.auth == Auth::None);
        let authenticated = self
            .authenticator
            .authenticate(
                &signature,
                &request.parts,
                &request.body,
                schema,
                unsigned_allowed,
            )
            .await;
        let (caller, region) = match authenticated {
            Ok(found) => found,
            Err(error) => {
                self.parts.meter.refused(schema.name, &error.code);
                return (spoken, Err(error));
            }
        };
        let operation = match operation {
            Ok(operation) => operation,
            Err(error) => return (spoken, Err(error)),
        };
        let origin = origin(request, peer);
        let addressed = Addressed {
            protocol,
            service: &service,
            operation,
            request_id,
            caller,
            region,
            origin,
        };
        (spoken, self.decode_and_dispatch(request, addressed).await)
    }

    async fn decode_and_dispatch(
        &self,
        request: &WholeRequest,
        to: Addressed<'_>,
    ) -> Result<WireReply, ApiError> {
        let schema = to.service.schema();
        let body = unpack(request, to.protocol, self.config())?;
        let wire = WireRequest {
            method: request.parts.method.as_str(),
            path: request.parts.uri.path(),
            query: request.parts.uri.query().unwrap_or(""),
            headers: &request.parts.headers,
            body: &body,
        };
        let input = haechi_wire::decode_as(to.protocol, to.operation, &wire)?;
        let account = to
            .caller
            .principal
            .account()
            .cloned()
            .unwrap_or_else(|| self.config().default_account.clone());
        let call = Call::new(
            to.request_id.to_owned(),
            self.parts.clock.now(),
            schema,
            to.operation,
            if schema.global {
                Region::global()
            } else {
                to.region
            },
            account,
            to.caller,
            to.origin,
            input,
        );
        let output = self.dispatch(to.service, Arc::new(call)).await?;
        Ok(haechi_wire::encode_as(
            to.protocol,
            schema,
            to.operation,
            &output,
            to.request_id,
        ))
    }

    /// From a decoded call to its output: validate, throttle, handle, audit, meter. Calls from inside enter here.
    pub(crate) async fn dispatch(
        &self,
        service: &Arc<dyn Service>,
        call: Arc<Call>,
    ) -> Result<Fields, ApiError> {
        let started = started();
        let result = self.admit_and_handle(service, &call).await;
        let result = match self.audit(&call, &result).await {
            Ok(()) => result,
            // An answer without its audit record does not leave.
            Err(failure) => {
                tracing::error!(request = %call.request_id, error = %failure, "the audit record was not written");
                Err(ApiError::internal())
            }
        };
        let micros = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
        let error = result.as_ref().err();
        self.parts.meter.count(
            &call,
            error.map_or(200, |e| e.status),
            error.map(|e| e.code.as_ref()),
            micros,
        );
        result
    }

    async fn admit_and_handle(
        &self,
        service: &Arc<dyn Service>,
        call: &Arc<Call>,
    ) -> Result<Fields, ApiError> {
        session_limits::check(call)?;
        haechi_wire::validate(call.service, call.operation, &call.input)?;
        if self.config().throttling
            && let Some(quota) = service.quota(call)
            && !self.throttle.admit(&call.account, &call.region, quota, call.time)
        {
            return Err(throttled(call.service));
        }
        let Some(answer) = service.call(Arc::clone(call), call.input.clone()) else {
            return Err(if speaks_json(call.service) {
                crate::route::unknown_operation()
            } else {
                crate::route::invalid_action(call.operation.name, call.service.api_version)
            });
        };
        answer.await.map_err(|failure| {
            if !matches!(failure, Failure::Api(_)) {
                let operation = call.operation.name;
                tracing::error!(request = %call.request_id, operation, error = %failure, "a call failed");
            }
            failure.into_api()
        })
    }

    async fn audit(&self, call: &Call, result: &Result<Fields, ApiError>) -> Result<(), Failure> {
        if call.is_audited() {
            return Ok(());
        }
        let outcome = match result {
            Ok(output) => Outcome::Success(output),
            Err(error) => Outcome::Error(error),
        };
        let records = self.parts.audit.records(call, &outcome);
        if records.is_empty() {
            return Ok(());
        }
        match self.config().audit {
            AuditMode::Durable => self.parts.store.append(records).await?,
            AuditMode::Relaxed => {
                let store = self.parts.store.clone();
                #[expect(
                    clippy::disallowed_methods,
                    reason = "relaxed audit is nobody's to wait for, and a failure is logged"
                )]
                tokio::spawn(async move {
                    if let Err(error) = store.append(records).await {
                        tracing::error!(%error, "an audit record was lost");
                    }
                });
            }
        }
        Ok(())
    }

    async fn operator(&self, path: &str, request: &WholeRequest) -> Response<Bytes> {
        if path == "ready" {
            return if self.parts.admin.ready() {
                reply::plain(StatusCode::OK, "ready\n")
            } else {
                reply::plain(StatusCode::SERVICE_UNAVAILABLE, "starting\n")
            };
        }
        // The signature does not cover other spellings of the path.
        let spelled = request.parts.uri.path();
        if request.parts.method != Method::POST || haechi_sigv4::normalize_path(spelled) != spelled {
            return reply::plain(StatusCode::NOT_FOUND, "there is no such page\n");
        }
        match self.operate(path, request).await {
            Ok(value) => reply::json(StatusCode::OK, &value),
            Err(error) => {
                let status = match error {
                    AdminError::Unknown(_) => StatusCode::NOT_FOUND,
                    AdminError::Refused(_) => StatusCode::BAD_REQUEST,
                    AdminError::Forbidden => StatusCode::FORBIDDEN,
                    AdminError::Internal(ref cause) => {
                        tracing::error!(%cause, path, "an operator's request failed");
                        StatusCode::INTERNAL_SERVER_ERROR
                    }
                };
                reply::json(status, &serde_json::json!({ "error": error.to_string() }))
            }
        }
    }

    async fn operate(&self, path: &str, request: &WholeRequest) -> Result<serde_json::Value, AdminError> {
        let caller = self
            .authenticator
            .authenticate_operator(&request.parts, &request.body)
            .await
            .ok_or(AdminError::Forbidden)?;
        let body = if request.body.is_empty() {
            serde_json::Value::Null
        } else {
            serde_json::from_slice(&request.body).map_err(|e| AdminError::Refused(e.to_string()))?
        };
        self.parts.admin.post(path, body, &caller).await
    }
}

/// The body as the codec wants it: SDKs compress great requests of some operations (`requestcompression` of the
/// models). What it unpacks to has the limit of any body, so that a small request can't fill the memory.
fn unpack(request: &WholeRequest, protocol: Protocol, config: &PipelineConfig) -> Result<Bytes, ApiError> {
    let encoding = request.parts.headers.get(http::header::CONTENT_ENCODING);
    let packed = encoding.is_some_and(|encoding| encoding.as_bytes().eq_ignore_ascii_case(b"gzip"));
    if !packed
        || !matches!(
            protocol,
            Protocol::Json | Protocol::Query | Protocol::QueryJson | Protocol::Cbor
        )
    {
        return Ok(request.body.clone());
    }
    let target = request
        .parts
        .headers
        .get("x-amz-target")
        .map(|target| target.as_bytes());
    let limit = config.body_limit(target);
    let mut body = Vec::new();
    let mut unpacking = GzDecoder::new(request.body.as_ref()).take(limit as u64 + 1);
    match unpacking.read_to_end(&mut body) {
        Ok(length) if length <= limit => Ok(body.into()),
        Ok(_) => Err(ApiError::new(
            "RequestEntityTooLarge",
            413,
            "The request is too large.",
        )),
        Err(_) => Err(ApiError::new(
            "SerializationException",
            400,
            "The body is not valid gzip.",
        )),
    }
}

// Latency is a measurement of the process, not a fact of the service: it is never simulated.
#[allow(clippy::disallowed_methods)]
fn started() -> Instant {
    Instant::now()
}

fn origin(request: &WholeRequest, peer: &Peer) -> Origin {
    let header = |name: http::header::HeaderName| {
        request
            .parts
            .headers
            .get(name)
            .and_then(|v| v.to_str().ok())
            .unwrap_or("")
            .to_owned()
    };
    let host = request
        .parts
        .uri
        .authority()
        .map_or_else(|| header(http::header::HOST), ToString::to_string);
    Origin {
        source_ip: peer.ip,
        user_agent: header(http::header::USER_AGENT),
        host,
        tls: peer.tls.clone(),
        via: Vec::new(),
    }
}

fn throttled(service: &ServiceSchema) -> ApiError {
    if service.name == "kms" {
        let text =
            "You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.";
        ApiError::new("ThrottlingException", 400, text)
    } else if speaks_json(service) {
        ApiError::new("ThrottlingException", 400, "Rate exceeded")
    } else {
        ApiError::new("Throttling", 400, "Rate exceeded")
    }
}
