//! To a server and back.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use http::header::{CONTENT_LENGTH, HOST, HeaderMap, HeaderValue};
use http::request::Parts;
use http::uri::PathAndQuery;
use http::{Method, Request, Response, StatusCode, Uri, Version};
use hyper::body::Incoming;
use hyper::upgrade::OnUpgrade;

use super::{Exchange, Refusal, refuse, tunnel};
use crate::balance::{self, Choice};
use crate::board::{Origin, Place, Target, Trust};
use crate::body::{Hold, RequestBody, ResponseBody};
use crate::finish::Finish;
use crate::headers;
use crate::routes::{Action, Asked, Decided, Front, Listener, ProxyTo};
use crate::upstream::{self, Answered, ConnectError, Lease, UpstreamError};

/// Where and how a request goes on.
pub(super) struct Plan {
    origin: Arc<Origin>,
    target: Option<Arc<Target>>,
    sticky: Option<(Choice, usize, Option<u32>)>,
    uri: Option<Uri>,
    method: Option<Method>,
    host: Option<HeaderValue>,
    set: Vec<(http::HeaderName, HeaderValue)>,
    timeout: Duration,
    port: u16,
}

/// Decides on a server, host and URL.
pub(super) fn plan(
    exchange: &Exchange<'_>,
    front: &Front,
    listener: &Listener,
    decided: &Decided<'_>,
    asked: &Asked<'_>,
    parts: &Parts,
) -> Result<Plan, Refusal> {
    let mut plan = match decided.action {
        Action::Proxy(to) => proxy(to, decided, asked, parts, listener.port)?,
        Action::Forward { groups, stickiness } => {
            let tick = exchange.shared().ticker.now();
            let choice = balance::choose(groups, *stickiness, &parts.headers, tick)
                .ok_or_else(|| refuse(StatusCode::SERVICE_UNAVAILABLE, "there is no target"))?;
            let cookies = groups.len() > 1 && stickiness.is_some() || choice.group.stickiness.is_some();
            Plan {
                origin: Arc::clone(&choice.target.origin),
                target: Some(Arc::clone(&choice.target)),
                sticky: cookies.then_some((choice, groups.len(), *stickiness)),
                // The base path is the front's own.
                uri: front.base_path.as_ref().and_then(|_| rebased(asked)),
                method: None,
                host: None,
                set: Vec::new(),
                timeout: Duration::from_secs(u64::from(front.settings.idle_timeout)),
                port: listener.port,
            }
        }
        Action::Fixed(_) | Action::Redirect(_) | Action::Front(_) => {
            return Err(refuse(StatusCode::INTERNAL_SERVER_ERROR, "nothing to forward to"));
        }
    };
    for transform in decided.transforms {
        if let Some(host) = transform.host(asked.host) {
            plan.host = HeaderValue::try_from(host).ok();
        }
        let present = plan.uri.as_ref().unwrap_or(&parts.uri).path_and_query();
        if let Some(url) = transform.url(present.map_or("/", PathAndQuery::as_str)) {
            let url: Uri = url
                .parse()
                .map_err(|_| refuse(StatusCode::BAD_REQUEST, "the rewritten URL is malformed"))?;
            plan.uri = Some(url);
        }
    }
    Ok(plan)
}

fn rebased(asked: &Asked<'_>) -> Option<Uri> {
    match asked.query {
        Some(query) => format!("{}?{query}", asked.path).parse().ok(),
        None => asked.path.parse().ok(),
    }
}

fn proxy(
    to: &ProxyTo,
    decided: &Decided<'_>,
    asked: &Asked<'_>,
    parts: &Parts,
    port: u16,
) -> Result<Plan, Refusal> {
    let malformed = || refuse(StatusCode::INTERNAL_SERVER_ERROR, "the URL to go to is malformed");
    let uri = to
        .target(&decided.parameters, asked.path, parts.uri.query())
        .ok_or_else(malformed)?;
    let authority = uri.authority().ok_or_else(malformed)?.clone();
    let tls = uri.scheme_str() == Some("https");
    let server_port = authority.port_u16().unwrap_or(if tls { 443 } else { 80 });
    let name = authority.host().trim_start_matches('[').trim_end_matches(']');
    Ok(Plan {
        origin: Arc::new(Origin {
            place: match name.parse() {
                Ok(ip) => Place::Address(std::net::SocketAddr::new(ip, server_port)),
                Err(_) => Place::Name(name.into(), server_port),
            },
            tls: tls.then_some(Trust::Verified),
            http2: false,
        }),
        target: None,
        sticky: None,
        host: HeaderValue::try_from(authority.as_str()).ok(),
        uri: Some(uri),
        method: to.method.clone(),
        set: to.headers.clone(),
        timeout: to.timeout,
        port,
    })
}

/// The request itself, which leaves its owner for good.
pub(super) fn taken(parts: &mut Parts, hold: &mut Hold) -> (Parts, Hold) {
    let (empty, ()) = Request::new(()).into_parts();
    (std::mem::replace(parts, empty), std::mem::take(hold))
}

/// Sends the request on and passes the response back.
pub(super) async fn send(
    exchange: &mut Exchange<'_>,
    front: &Front,
    plan: Plan,
    mut parts: Parts,
    hold: Hold,
) -> Result<Response<ResponseBody>, Refusal> {
    let connection = exchange.connection;
    let upgrade = (parts.version == Version::HTTP_11 && !plan.origin.http2)
        .then(|| headers::upgrade(&parts.headers))
        .flatten();
    let client_side = parts.extensions.remove::<OnUpgrade>();
    let chunked = !hold.is_empty() && !parts.headers.contains_key(CONTENT_LENGTH);
    prepare(exchange, front, &plan, &mut parts, upgrade.as_ref(), chunked);
    if let (Some(target), Some(finish)) = (&plan.target, &mut exchange.finish) {
        finish.by(target);
        if let Some(entry) = finish.entry() {
            entry.target = Some(target.address.to_string());
        }
    }
    let repeatable = hold.is_empty()
        && upgrade.is_none()
        && matches!(
            parts.method,
            Method::GET | Method::HEAD | Method::OPTIONS | Method::PUT | Method::DELETE
        );
    let request = Request::from_parts(parts, hold.into_body(plan.origin.http2));
    let sending = std::pin::pin!(upstream::send(
        &connection.shared.connector,
        &plan.origin,
        request,
        connection.shared.ticker.now(),
        |request| repeatable.then(|| copy(request)),
    ));
    let answered = patiently(sending, plan.timeout, &connection.activity).await;
    let Answered { response, lease } = match answered {
        Some(Ok(answered)) => answered,
        Some(Err(error)) => {
            tracing::debug!(origin = ?plan.origin, %error, "a server did not answer");
            if matches!(&error, UpstreamError::BrokenOff(error) if error.is_user()) {
                return Err(refuse(StatusCode::BAD_REQUEST, "the client's body broke off"));
            }
            let timed_out = matches!(error, UpstreamError::Connect(ConnectError::TimedOut));
            return Err(if timed_out {
                refuse(StatusCode::GATEWAY_TIMEOUT, "no connection to the server in time")
            } else {
                refuse(StatusCode::BAD_GATEWAY, "the server refused or broke off")
            });
        }
        None => {
            return Err(refuse(
                StatusCode::GATEWAY_TIMEOUT,
                "the server did not answer in time",
            ));
        }
    };
    if response.status() == StatusCode::SWITCHING_PROTOCOLS {
        return tunnelled(
            exchange,
            response,
            lease,
            client_side.filter(|_| upgrade.is_some()),
        );
    }
    Ok(passed(exchange, front, &plan, response, lease))
}

/// Changes a request for the server.
fn prepare(
    exchange: &Exchange<'_>,
    front: &Front,
    plan: &Plan,
    parts: &mut Parts,
    upgrade: Option<&HeaderValue>,
    chunked: bool,
) {
    let connection = exchange.connection;
    let client = headers::Client {
        address: &connection.address,
        tls: connection.tls.is_some(),
        port: plan.port,
    };
    let http2 = plan.origin.http2;
    let authority = parts.uri.authority().cloned();
    headers::to_server(&mut parts.headers, front, &client, http2, chunked);
    headers::trace(&mut parts.headers, &exchange.trace_id);
    if let Some(upgrade) = upgrade {
        parts
            .headers
            .insert(http::header::CONNECTION, HeaderValue::from_static("upgrade"));
        parts.headers.insert(http::header::UPGRADE, upgrade.clone());
    }
    if let Some(host) = &plan.host {
        parts.headers.insert(HOST, host.clone());
    } else if let Some(authority) = &authority
        && !parts.headers.contains_key(HOST)
        && let Ok(host) = HeaderValue::try_from(authority.as_str())
    {
        parts.headers.insert(HOST, host);
    }
    for (name, value) in &plan.set {
        parts.headers.insert(name.clone(), value.clone());
    }
    if let Some(method) = &plan.method {
        parts.method = method.clone();
    }
    let path_and_query = plan.uri.as_ref().unwrap_or(&parts.uri).path_and_query().cloned();
    let path_and_query = path_and_query.unwrap_or_else(|| PathAndQuery::from_static("/"));
    if http2 {
        parts.uri = absolute(&parts.headers, plan, path_and_query);
        parts.headers.remove(HOST);
        parts.version = Version::HTTP_2;
    } else {
        if parts.uri.authority().is_some() || plan.uri.is_some() {
            parts.uri = Uri::from(path_and_query);
        }
        parts.version = Version::HTTP_11;
    }
}

/// HTTP/2 wants scheme and authority in the target.
fn absolute(headers: &HeaderMap, plan: &Plan, path_and_query: PathAndQuery) -> Uri {
    let authority = headers
        .get(HOST)
        .and_then(|host| http::uri::Authority::try_from(host.as_bytes()).ok());
    let mut parts = http::uri::Parts::default();
    parts.scheme = Some(match plan.origin.tls {
        Some(_) => http::uri::Scheme::HTTPS,
        None => http::uri::Scheme::HTTP,
    });
    parts.authority = authority.or_else(|| Some(http::uri::Authority::from_static("localhost")));
    parts.path_and_query = Some(path_and_query);
    Uri::from_parts(parts).unwrap_or_default()
}

/// The same request once more; only for those without a body.
fn copy(request: &Request<RequestBody>) -> Request<RequestBody> {
    let mut copy = Request::new(RequestBody::empty());
    copy.method_mut().clone_from(request.method());
    copy.uri_mut().clone_from(request.uri());
    *copy.version_mut() = request.version();
    copy.headers_mut().clone_from(request.headers());
    copy
}

/// Waits for an answer as long as the client still sends, and `patience` from then on.
async fn patiently<T>(
    mut answering: Pin<&mut impl Future<Output = T>>,
    patience: Duration,
    activity: &crate::activity::Activity,
) -> Option<T> {
    loop {
        match tokio::time::timeout(patience, answering.as_mut()).await {
            Ok(answer) => return Some(answer),
            Err(_) if activity.silent_for() < patience.as_secs().try_into().unwrap_or(u32::MAX) => {}
            Err(_) => return None,
        }
    }
}

fn passed(
    exchange: &mut Exchange<'_>,
    front: &Front,
    plan: &Plan,
    response: Response<Incoming>,
    lease: Option<Lease>,
) -> Response<ResponseBody> {
    let (mut parts, incoming) = response.into_parts();
    headers::drop_hop_by_hop(&mut parts.headers);
    parts.version = Version::HTTP_11;
    if parts.status.is_server_error() {
        front.counters.target_5xx.fetch_add(1, Ordering::Relaxed);
    }
    if let Some((choice, groups, stickiness)) = &plan.sticky {
        balance::stick(choice, *groups, *stickiness, &mut parts.headers);
    }
    if let Some(entry) = exchange.entry() {
        entry.status = parts.status.as_u16();
    }
    Response::from_parts(parts, ResponseBody::passing(incoming, lease, finish_of(exchange)))
}

/// The exchange's end goes with the response's body.
fn finish_of(exchange: &mut Exchange<'_>) -> Finish {
    let activity = &exchange.connection.activity;
    exchange.finish.take().unwrap_or_else(|| Finish::begin(activity))
}

fn tunnelled(
    exchange: &mut Exchange<'_>,
    response: Response<Incoming>,
    lease: Option<Lease>,
    client_side: Option<OnUpgrade>,
) -> Result<Response<ResponseBody>, Refusal> {
    let Some(client_side) = client_side else {
        return Err(refuse(
            StatusCode::BAD_GATEWAY,
            "the server changed the protocol unasked",
        ));
    };
    // The connection is no longer one of HTTP.
    if let Some(lease) = lease {
        lease.discard();
    }
    let (parts, incoming) = response.into_parts();
    let server_side = hyper::upgrade::on(Response::from_parts(parts.clone(), incoming));
    let mut finish = finish_of(exchange);
    if let Some(entry) = finish.entry() {
        entry.status = parts.status.as_u16();
    }
    tunnel::spawn(
        Arc::clone(&exchange.connection.activity),
        client_side,
        server_side,
        finish,
    );
    let end = Finish::begin(&exchange.connection.activity);
    Ok(Response::from_parts(
        parts,
        ResponseBody::whole(bytes::Bytes::new(), end),
    ))
}
