//! What a request gets whose service is not there: an error in the protocol in which it was asked, or the client would
//! report a broken answer instead of the reason.

use haechi_wire::{ApiError, Protocol};
use http::header::CONTENT_TYPE;

use crate::route::RequestView;

/// The protocol of a client whose service nobody knows, as far as its request shows it.
pub(crate) fn protocol(request: &RequestView<'_>, scope: Option<&str>) -> Protocol {
    let content_type = request
        .headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let names_action = request.query.split('&').any(|pair| pair.starts_with("Action="));
    if scope == Some("s3") {
        Protocol::RestXml
    } else if names_action || content_type.starts_with("application/x-www-form-urlencoded") {
        Protocol::Query
    } else {
        Protocol::Json
    }
}

/// Why it is refused, in the codes that clients of that protocol know.
pub(crate) fn no_such_service(protocol: Protocol, scope: Option<&str>) -> ApiError {
    let message = match scope {
        Some(name) => format!("The service {name} is not there, or the request names no operation of it."),
        None => "The request names no service.".to_owned(),
    };
    match protocol {
        Protocol::Query => ApiError::new("InvalidAction", 400, message),
        Protocol::RestXml => ApiError::new("NotImplemented", 501, message),
        _ => ApiError::new("UnknownOperationException", 404, message),
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue, Method};

    use super::*;

    fn spoken(query: &str, content_type: &'static str, scope: Option<&str>) -> Protocol {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        let request = RequestView {
            method: &Method::POST,
            path: "/",
            query,
            headers: &headers,
            body: b"",
        };
        protocol(&request, scope)
    }

    #[test]
    fn a_query_client_reads_its_refusal_in_xml() {
        let form = "application/x-www-form-urlencoded; charset=utf-8";
        assert_eq!(spoken("", form, Some("cloudformation")), Protocol::Query);
        assert_eq!(spoken("Action=ListTopics", "", Some("sns")), Protocol::Query);
        let refusal = no_such_service(Protocol::Query, Some("sns"));
        assert_eq!((refusal.code.as_ref(), refusal.status), ("InvalidAction", 400));
    }

    #[test]
    fn every_other_client_reads_what_its_kind_can() {
        assert_eq!(spoken("", "", Some("s3")), Protocol::RestXml);
        assert_eq!(
            spoken("", "application/x-amz-json-1.0", Some("dynamodb")),
            Protocol::Json
        );
    }
}
