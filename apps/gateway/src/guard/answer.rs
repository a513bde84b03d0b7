//! Answers that end a request: refusals as the various kinds of resources word them, custom responses.

use bytes::Bytes;
use haechi_dataplane::ResourceKind;
use haechi_waf::model::ResponseContentType;
use haechi_waf::verdict::BlockResponse;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, SERVER};
use http::{HeaderName, HeaderValue, StatusCode};

/// A load balancer's page, byte for byte.
macro_rules! page {
    ($title:literal) => {
        concat!(
            "<html>\r\n<head><title>",
            $title,
            "</title></head>\r\n<body>\r\n<center><h1>",
            $title,
            "</h1></center>\r\n</body>\r\n</html>\r\n"
        )
    };
}

/// Names the action to clients, so that scripts can tell a challenge from an answer (developer guide, page "How the
/// AWS WAF CAPTCHA and Challenge rule actions work").
pub const ACTION_HEADER: HeaderName = HeaderName::from_static("x-amzn-waf-action");

/// An answer to send instead of the application's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Its headers, without the length of its body.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// Its body.
    pub body: Bytes,
}

const fn value(text: &'static str) -> HeaderValue {
    HeaderValue::from_static(text)
}

impl Answer {
    /// An answer of this type.
    pub fn new(status: StatusCode, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        Self {
            status,
            headers: vec![(CONTENT_TYPE, value(content_type))],
            body: body.into(),
        }
    }

    /// The answer with one header more.
    #[must_use]
    pub fn with(mut self, name: HeaderName, header: HeaderValue) -> Self {
        self.headers.push((name, header));
        self
    }

    /// The 403 of a blocked request without a custom response. The bodies are those that clients of the services
    /// see; AWS documents only the status.
    pub fn forbidden(kind: ResourceKind) -> Self {
        let status = StatusCode::FORBIDDEN;
        match kind {
            ResourceKind::ApplicationLoadBalancer | ResourceKind::Accelerator => Self::plain(status),
            ResourceKind::ApiGatewayStage => {
                Self::new(status, "application/json", &b"{\"message\":\"Forbidden\"}"[..])
                    .with(ERROR_TYPE, value("ForbiddenException"))
            }
            ResourceKind::AppSyncApi => Self::new(status, "application/json", APPSYNC)
                .with(ERROR_TYPE, value("WAFForbiddenException")),
            ResourceKind::CognitoUserPool => Self::new(status, "application/x-amz-json-1.1", COGNITO)
                .with(ERROR_TYPE, value("ForbiddenException:"))
                .with(
                    HeaderName::from_static("x-amzn-errormessage"),
                    value("Request not allowed due to WAF block."),
                ),
            ResourceKind::CloudFrontDistribution => Self::new(status, "text/html", CLOUDFRONT)
                .with(SERVER, value("CloudFront"))
                .with(HeaderName::from_static("x-cache"), value("Error from cloudfront")),
        }
    }

    /// What a load balancer says with this status.
    pub fn plain(status: StatusCode) -> Self {
        let body = match status {
            StatusCode::BAD_REQUEST => page!("400 Bad Request"),
            StatusCode::FORBIDDEN => page!("403 Forbidden"),
            StatusCode::NOT_FOUND => page!("404 Not Found"),
            StatusCode::METHOD_NOT_ALLOWED => page!("405 Not Allowed"),
            StatusCode::REQUEST_TIMEOUT => page!("408 Request Time-out"),
            StatusCode::PAYLOAD_TOO_LARGE => page!("413 Request Entity Too Large"),
            StatusCode::URI_TOO_LONG => page!("414 Request-URI Too Large"),
            StatusCode::HTTP_VERSION_NOT_SUPPORTED => page!("505 HTTP Version Not Supported"),
            StatusCode::INTERNAL_SERVER_ERROR => page!("500 Internal Server Error"),
            StatusCode::NOT_IMPLEMENTED => page!("501 Not Implemented"),
            StatusCode::BAD_GATEWAY => page!("502 Bad Gateway"),
            StatusCode::SERVICE_UNAVAILABLE => page!("503 Service Temporarily Unavailable"),
            StatusCode::GATEWAY_TIMEOUT => page!("504 Gateway Time-out"),
            _ => "",
        };
        Self::new(status, "text/html", body).with(SERVER, value("awselb/2.0"))
    }

    /// A rule's or default action's own response.
    pub(super) fn custom(response: BlockResponse<'_>) -> Self {
        let status = StatusCode::from_u16(response.status()).unwrap_or(StatusCode::FORBIDDEN);
        let mut headers: Vec<_> = response
            .headers()
            .filter_map(|(name, text)| Some((name.parse().ok()?, HeaderValue::from_str(text).ok()?)))
            .collect();
        let body = match response.body() {
            None => Bytes::new(),
            Some(body) => {
                let kind = match body.content_type {
                    ResponseContentType::TextPlain => "text/plain",
                    ResponseContentType::TextHtml => "text/html",
                    ResponseContentType::ApplicationJson => "application/json",
                };
                headers.push((CONTENT_TYPE, value(kind)));
                Bytes::copy_from_slice(body.content.as_bytes())
            }
        };
        Self {
            status,
            headers,
            body,
        }
    }

    /// Asks for a token, by a page where the client shows pages.
    pub(super) fn asking(status: StatusCode, action: &'static str, page: Bytes) -> Self {
        Self::new(status, "text/html; charset=UTF-8", page)
            .with(ACTION_HEADER, value(action))
            .with(CACHE_CONTROL, value("no-store, max-age=0"))
            .with(
                http::header::ACCESS_CONTROL_EXPOSE_HEADERS,
                value("x-amzn-waf-action"),
            )
    }

    pub(super) fn payment_required() -> Self {
        Self::new(
            StatusCode::PAYMENT_REQUIRED,
            "text/plain",
            &b"Payment Required"[..],
        )
        .with(ACTION_HEADER, value("monetize"))
    }
}

const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");
const APPSYNC: &str = r#"{"errors":[{"errorType":"WAFForbiddenException","message":"403 Forbidden"}]}"#;
const COGNITO: &str = r#"{"__type":"ForbiddenException","message":"Request not allowed due to WAF block."}"#;
const CLOUDFRONT: &str = "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\">\n\
<title>ERROR: The request could not be satisfied</title>\n</head><body>\n<h1>403 ERROR</h1>\n\
<h2>The request could not be satisfied.</h2>\n<hr>\nRequest blocked.\n</body></html>\n";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_load_balancers_403_has_its_118_bytes() {
        let answer = Answer::forbidden(ResourceKind::ApplicationLoadBalancer);
        assert_eq!(answer.body.len(), 118);
        assert!(answer.headers.contains(&(SERVER, value("awselb/2.0"))));
    }

    #[test]
    fn services_that_speak_json_refuse_in_json() {
        for kind in [
            ResourceKind::ApiGatewayStage,
            ResourceKind::AppSyncApi,
            ResourceKind::CognitoUserPool,
        ] {
            let answer = Answer::forbidden(kind);
            serde_json::from_slice::<serde_json::Value>(&answer.body).expect("JSON");
        }
    }
}
