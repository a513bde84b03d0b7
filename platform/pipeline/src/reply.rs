//! Answers that belong to no service, and the way from a wire reply to HTTP.

use bytes::Bytes;
use haechi_wire::WireReply;
use http::{Response, StatusCode};

/// A codec's reply as an HTTP response.
pub(crate) fn from_wire(reply: WireReply, request_id: &str) -> Response<Bytes> {
    let mut builder = Response::builder()
        .status(StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR))
        .header("x-amzn-requestid", request_id);
    for (name, value) in reply.headers {
        builder = builder.header(name, value);
    }
    builder.body(reply.body).unwrap_or_else(|error| {
        tracing::error!(%error, "a reply has a header that HTTP does not allow");
        plain(StatusCode::INTERNAL_SERVER_ERROR, "internal fault")
    })
}

/// A JSON document outside any service.
pub(crate) fn json(status: StatusCode, value: &serde_json::Value) -> Response<Bytes> {
    let mut response = plain(status, &value.to_string());
    response.headers_mut().insert(
        http::header::CONTENT_TYPE,
        http::HeaderValue::from_static("application/json"),
    );
    response
}

/// A line of text.
pub(crate) fn plain(status: StatusCode, text: &str) -> Response<Bytes> {
    let mut response = Response::new(Bytes::copy_from_slice(text.as_bytes()));
    *response.status_mut() = status;
    response.headers_mut().insert(
        http::header::CONTENT_TYPE,
        http::HeaderValue::from_static("text/plain; charset=utf-8"),
    );
    response
}

pub(crate) fn too_large(limit: usize) -> Response<Bytes> {
    let text = format!("Request entity too large: at most {limit} bytes are taken.");
    plain(StatusCode::PAYLOAD_TOO_LARGE, &text)
}

pub(crate) fn bad_request(text: &str) -> Response<Bytes> {
    plain(StatusCode::BAD_REQUEST, text)
}

pub(crate) fn timed_out() -> Response<Bytes> {
    plain(
        StatusCode::REQUEST_TIMEOUT,
        "The request body did not arrive in time.",
    )
}
