//! `envoy.service.auth.v3.Authorization/Check`.
//!
//! The client is the peer that Envoy names (with `use_remote_address` and trusted hops, the address it determined).
//! Bodies come if `with_request_body` is set. The web ACL is named by `context_extensions["web-acl"]` or by the
//! metadata `x-haechi-web-acl` of the call.

use prost::Message as _;

use super::messages::{
    AttributeContext, CheckRequest, CheckResponse, DeniedHttpResponse, HttpRequest, OkHttpResponse, RpcStatus,
};
use crate::guard::{Answer, Decision};
use crate::integrations::ask::{Asker, Question};

/// `PERMISSION_DENIED` and `UNAVAILABLE` of `google.rpc.Code`.
const DENIED: i32 = 7;
const UNAVAILABLE: i32 = 14;

pub(super) async fn check(
    asker: &Asker,
    named: Option<&str>,
    message: &[u8],
) -> Result<CheckResponse, &'static str> {
    let request = CheckRequest::decode(message).map_err(|_| "this is no CheckRequest")?;
    let context = request.attributes.ok_or("the request has no attributes")?;
    let http = context.request.as_ref().and_then(|request| request.http.as_ref());
    let http = http.ok_or("the request is not HTTP")?;
    let headers = headers(http);
    let body = if http.raw_body.is_empty() {
        http.body.as_bytes()
    } else {
        &http.raw_body
    };
    let declared = header(&headers, b"content-length");
    let extension = |name| context.context_extensions.get(name).map(String::as_str);
    let question = Question {
        named: extension("web-acl").or_else(|| extension("resource")).or(named),
        method: http.method.as_bytes(),
        target: http.path.as_bytes(),
        http_version: version(&http.protocol),
        headers: &headers,
        body,
        body_length: declared.unwrap_or(0).max(u64::try_from(http.size).unwrap_or(0)),
        client: client(&context).ok_or("the client's address is missing")?,
        https: http.scheme == "https",
    };
    Ok(match asker.ask(&question).await {
        Ok(Decision::Pass(inserted)) => CheckResponse {
            status: Some(RpcStatus { code: 0 }),
            ok_response: Some(OkHttpResponse {
                headers: super::set(inserted),
            }),
            denied_response: None,
        },
        Ok(Decision::Answer(answer)) => denied(*answer),
        Err(why) => {
            tracing::warn!(%why, "Envoy got no verdict");
            CheckResponse {
                status: Some(RpcStatus { code: UNAVAILABLE }),
                denied_response: Some(DeniedHttpResponse {
                    status: Some(super::messages::HttpStatus { code: 503 }),
                    ..DeniedHttpResponse::default()
                }),
                ok_response: None,
            }
        }
    })
}

fn denied(answer: Answer) -> CheckResponse {
    CheckResponse {
        status: Some(RpcStatus { code: DENIED }),
        denied_response: Some(DeniedHttpResponse {
            status: super::status(&answer),
            body: String::from_utf8_lossy(&answer.body).into_owned(),
            headers: super::set(answer.headers),
        }),
        ok_response: None,
    }
}

fn client(context: &AttributeContext) -> Option<std::net::IpAddr> {
    let address = context
        .source
        .as_ref()?
        .address
        .as_ref()?
        .socket_address
        .as_ref()?;
    address.address.parse().ok()
}

/// The client's headers; pseudo-headers and Envoy's own are none, `:authority` is the host.
fn headers(http: &HttpRequest) -> Vec<(&[u8], &[u8])> {
    let map = http.header_map.as_ref().filter(|map| !map.headers.is_empty());
    let all: Vec<(&str, &[u8])> = match map {
        Some(map) => map
            .headers
            .iter()
            .map(|header| (header.key.as_str(), header.bytes()))
            .collect(),
        None => http
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_bytes()))
            .collect(),
    };
    super::process::without_pseudo(&all, http.host.as_bytes())
}

/// A header that is a number.
pub(super) fn header(headers: &[(&[u8], &[u8])], name: &[u8]) -> Option<u64> {
    let (_, value) = headers
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name))?;
    std::str::from_utf8(value).ok()?.trim().parse().ok()
}

fn version(protocol: &str) -> &'static str {
    match protocol {
        "HTTP/1.0" => "HTTP/1.0",
        "HTTP/2" | "HTTP/2.0" => "HTTP/2.0",
        "HTTP/3" | "HTTP/3.0" => "HTTP/3.0",
        _ => "HTTP/1.1",
    }
}
