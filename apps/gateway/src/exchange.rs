//! One request on its way: host → front → web ACL → rules → server → response.

mod asked;
mod forward;
mod tunnel;

use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use http::header::LOCATION;
use http::request::Parts;
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode, Version};
use hyper::body::Incoming;

use crate::access_log::Entry;
use crate::activity::Activity;
use crate::body::{Hold, ResponseBody};
use crate::finish::Finish;
use crate::guard::{Answer, Decision};
use crate::guards::Standing;
use crate::headers;
use crate::host::{self, Host};
use crate::routes::{Action, Asked, Found, Front, Table};
use crate::shared::Shared;
use crate::tls::TlsFacts;

/// How long a request waits for a web ACL that is being compiled.
const WEB_ACL_PATIENCE: Duration = Duration::from_secs(5);
/// Fronts that point to fronts; accelerators point once.
const MOST_HOPS: usize = 4;

/// A client's connection.
pub(crate) struct Connection {
    pub(crate) shared: Arc<Shared>,
    pub(crate) peer: IpAddr,
    /// The peer's address for `X-Forwarded-For`.
    pub(crate) address: HeaderValue,
    pub(crate) tls: Option<TlsFacts>,
    pub(crate) activity: Arc<Activity>,
}

/// What became of a request.
enum Reply {
    /// An answer of our own, by this front if one was found.
    Own(Answer),
    /// A server's response.
    Passed(Response<ResponseBody>),
}

/// Why a request gets an answer of our own.
struct Refusal {
    answer: Answer,
    why: &'static str,
}

fn refuse(status: StatusCode, why: &'static str) -> Refusal {
    Refusal {
        answer: Answer::plain(status),
        why,
    }
}

/// Serves a request. Never fails: what goes wrong has a status.
pub(crate) async fn serve(
    connection: Arc<Connection>,
    request: Request<Incoming>,
) -> Result<Response<ResponseBody>, Infallible> {
    let mut finish = Finish::begin(&connection.activity);
    let (mut parts, incoming) = request.into_parts();
    headers::join_cookies(&mut parts.headers);
    let as_sent = crate::target::take(&mut parts.headers);
    let trace_id = headers::new_trace(connection.shared.clock.now().as_millis() / 1_000);
    if let Some(log) = &connection.shared.access_log {
        finish.log(log, entry(&connection, &parts, &trace_id));
    }
    let mut served = None;
    let mut exchange = Exchange {
        connection: &connection,
        finish: Some(finish),
        front: &mut served,
        as_sent,
        trace_id,
    };
    let outcome = exchange.run(parts, Hold::new(incoming)).await;
    let mut finish = exchange.finish.take();
    let mut response = match outcome {
        Ok(Reply::Passed(response)) => response,
        Ok(Reply::Own(answer)) => own(answer, finish.take(), &connection),
        Err(refusal) => {
            if let Some(entry) = finish.as_mut().and_then(Finish::entry) {
                entry.error = Some(refusal.why.to_owned());
            }
            count_refusal(served.as_deref(), refusal.answer.status);
            own(refusal.answer, finish.take(), &connection)
        }
    };
    if let Some(front) = &served {
        for (name, value) in &front.response_headers {
            response.headers_mut().insert(name.clone(), value.clone());
        }
    }
    connection.shared.totals.count(response.status());
    Ok(response)
}

fn own(answer: Answer, finish: Option<Finish>, connection: &Connection) -> Response<ResponseBody> {
    let mut finish = finish.unwrap_or_else(|| Finish::begin(&connection.activity));
    if let Some(entry) = finish.entry() {
        entry.status = answer.status.as_u16();
    }
    let mut response = Response::new(ResponseBody::whole(answer.body, finish));
    *response.status_mut() = answer.status;
    for (name, value) in answer.headers {
        response.headers_mut().append(name, value);
    }
    response
}

fn count_refusal(front: Option<&Front>, status: StatusCode) {
    if let Some(front) = front {
        let count = match status.as_u16() {
            400..=499 => &front.counters.front_4xx,
            _ => &front.counters.front_5xx,
        };
        count.fetch_add(1, Ordering::Relaxed);
    }
}

/// The beginning of a line of the access log.
fn entry(connection: &Connection, parts: &Parts, trace_id: &str) -> Entry {
    let text = |name: HeaderName| {
        parts
            .headers
            .get(name)
            .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
    };
    Entry {
        began: connection.shared.clock.now().as_millis(),
        client: Some(connection.peer),
        host: host::of(parts)
            .map(|host| host.name.into_owned())
            .unwrap_or_default(),
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().map(ToOwned::to_owned),
        version: format!("{:?}", parts.version),
        user_agent: text(http::header::USER_AGENT),
        tls: connection.tls.is_some(),
        trace_id: trace_id.to_owned(),
        ..Entry::default()
    }
}

struct Exchange<'c> {
    connection: &'c Connection,
    /// Taken by the response's body.
    finish: Option<Finish>,
    /// The front that the request was for, once it is known.
    front: &'c mut Option<Arc<Front>>,
    /// The request's target as it came, where it goes on percent-encoded.
    as_sent: Option<http::HeaderValue>,
    trace_id: String,
}

impl Exchange<'_> {
    fn shared(&self) -> &Shared {
        &self.connection.shared
    }

    fn entry(&mut self) -> Option<&mut Entry> {
        self.finish.as_mut().and_then(Finish::entry)
    }

    /// From front to front until an action answers.
    async fn run(&mut self, mut parts: Parts, mut hold: Hold) -> Result<Reply, Refusal> {
        if matches!(parts.method, Method::CONNECT | Method::TRACE) {
            return Err(refuse(StatusCode::METHOD_NOT_ALLOWED, "the method is not served"));
        }
        let table = self.shared().table.load_full();
        let mut front = self.find(&parts, &table)?;
        for _ in 0..MOST_HOPS {
            front.counters.requests.fetch_add(1, Ordering::Relaxed);
            self.connection.activity.set_patience(front.settings.idle_timeout);
            *self.front = Some(Arc::clone(front));
            if let Some(entry) = self.entry() {
                entry.resource = front.resource.to_string();
            }
            if let Some(answer) = self.ask_web_acl(front, &mut parts, &mut hold).await? {
                return Ok(Reply::Own(answer));
            }
            match self.act(front, &table, &mut parts, &mut hold).await? {
                Next::Reply(reply) => return Ok(reply),
                Next::Front(other) => front = other,
            }
        }
        Err(refuse(
            StatusCode::BAD_GATEWAY,
            "fronts point to each other in a circle",
        ))
    }

    fn find<'t>(&mut self, parts: &Parts, table: &'t Table) -> Result<&'t Arc<Front>, Refusal> {
        let host =
            host::of(parts).ok_or_else(|| refuse(StatusCode::BAD_REQUEST, "there is no single host"))?;
        match table.find(&host.name, parts.uri.path()) {
            Found::Front(front) => Ok(front),
            Found::NoSuchHost => Err(refuse(StatusCode::NOT_FOUND, "nothing has this host name")),
            Found::NoSuchPath(front) => {
                *self.front = Some(Arc::clone(front));
                Err(match front.kind {
                    // As API Gateway says it of a stage that is not there.
                    haechi_dataplane::ResourceKind::ApiGatewayStage => Refusal {
                        answer: Answer::forbidden(front.kind),
                        why: "no stage has this path",
                    },
                    _ => refuse(StatusCode::NOT_FOUND, "nothing has this path"),
                })
            }
        }
    }

    /// Lets the front's web ACL decide. Headers that it inserts are put into the request.
    async fn ask_web_acl(
        &mut self,
        front: &Front,
        parts: &mut Parts,
        hold: &mut Hold,
    ) -> Result<Option<Answer>, Refusal> {
        let standing = match self.shared().guards.of(&front.resource) {
            // Boxed, as few requests wait here and all would carry its state.
            Standing::Unready => {
                Box::pin(self.shared().guards.settled(&front.resource, WEB_ACL_PATIENCE)).await
            }
            other => other,
        };
        let guard = match standing {
            Standing::Unguarded => return Ok(None),
            Standing::Unready if front.settings.fail_open => return Ok(None),
            Standing::Unready => {
                return Err(refuse(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "the web ACL is not ready",
                ));
            }
            Standing::Guarded(guard) => guard,
        };
        // AWS WAF does not inspect the body of gRPC; it is a conversation that would not go on while held.
        let wanted = guard.limits(front.kind).body;
        if hold.lacks(wanted) && !crate::body::is_grpc(&parts.headers) {
            let patience = Duration::from_secs(u64::from(front.settings.idle_timeout));
            match tokio::time::timeout(patience, hold.fill(wanted)).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) => return Err(refuse(StatusCode::BAD_REQUEST, "the body broke off")),
                Err(_) => return Err(refuse(StatusCode::REQUEST_TIMEOUT, "the body did not come")),
            }
        }
        let seen = asked::Seen {
            parts,
            as_sent: self.as_sent.as_ref().map(http::HeaderValue::as_bytes),
            request_id: &self.trace_id,
        };
        let decision = asked::decide(self.connection, &guard, front, &seen, hold);
        if let Some(entry) = self.entry() {
            entry.web_acl = Some(if matches!(decision, Decision::Pass(_)) {
                "pass"
            } else {
                "answer"
            });
        }
        match decision {
            Decision::Pass(inserted) => {
                for (name, value) in inserted {
                    parts.headers.insert(name, value);
                }
                Ok(None)
            }
            Decision::Answer(answer) => Ok(Some(*answer)),
        }
    }

    /// Carries out what the front's rules say.
    async fn act<'t>(
        &mut self,
        front: &'t Arc<Front>,
        table: &'t Table,
        parts: &mut Parts,
        hold: &mut Hold,
    ) -> Result<Next<'t>, Refusal> {
        let Some(Host { name, port }) = host::of(parts) else {
            return Err(refuse(StatusCode::BAD_REQUEST, "there is no single host"));
        };
        let tls = self.connection.tls.is_some();
        let listener = front
            .listener(port, tls)
            .ok_or_else(|| refuse(StatusCode::SERVICE_UNAVAILABLE, "it has no listeners"))?;
        let path = front
            .cut_base(parts.uri.path())
            .ok_or_else(|| refuse(StatusCode::NOT_FOUND, "nothing has this path"))?;
        let asked = Asked {
            host: &name,
            path,
            query: parts.uri.query(),
            method: &parts.method,
            headers: &parts.headers,
            peer: self.connection.peer,
        };
        let decided = listener.decide(&asked);
        let reply = match decided.action {
            Action::Front(arn) => {
                let other = table
                    .of_resource(arn)
                    .ok_or_else(|| refuse(StatusCode::BAD_GATEWAY, "what it points to is gone"))?;
                return Ok(Next::Front(other));
            }
            Action::Fixed(fixed) => Reply::Own(Answer {
                status: fixed.status,
                headers: fixed.headers.clone(),
                body: fixed.body.clone(),
            }),
            Action::Redirect(redirect) => {
                let location = redirect.location(&crate::routes::Placeholders {
                    protocol: if listener.tls { "https" } else { "http" },
                    host: &name,
                    port: port.unwrap_or(listener.port),
                    path,
                    query: parts.uri.query().unwrap_or_default(),
                });
                let location = HeaderValue::try_from(location)
                    .map_err(|_| refuse(StatusCode::BAD_REQUEST, "the redirection would be malformed"))?;
                let mut answer = Answer::plain(redirect.status);
                answer.headers.push((LOCATION, location));
                Reply::Own(answer)
            }
            Action::Forward { .. } | Action::Proxy(_) => {
                let plan = forward::plan(self, front, listener, &decided, &asked, parts)?;
                let (parts, hold) = forward::taken(parts, hold);
                Reply::Passed(forward::send(self, front, plan, parts, hold).await?)
            }
        };
        Ok(Next::Reply(reply))
    }
}

/// What comes after the rules of a front.
#[allow(
    clippy::large_enum_variant,
    reason = "moved once per request; a box would be an allocation"
)]
enum Next<'t> {
    Reply(Reply),
    Front(&'t Arc<Front>),
}

/// The protocol version as web ACLs and logs write it.
fn version_text(version: Version) -> &'static str {
    match version {
        Version::HTTP_10 => "HTTP/1.0",
        Version::HTTP_2 => "HTTP/2.0",
        _ => "HTTP/1.1",
    }
}
