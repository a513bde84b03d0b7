//! The attributes of listeners.
//!
//! Source: API reference, `ListenerAttribute`.

use super::{Allowed, Known, known};
use crate::model::load_balancer::Kind;

/// Headers that a listener sets on every response: attribute, header.
pub(crate) const RESPONSE_HEADERS: &[(&str, &str)] = &[
    (
        "routing.http.response.strict_transport_security.header_value",
        "strict-transport-security",
    ),
    (
        "routing.http.response.access_control_allow_origin.header_value",
        "access-control-allow-origin",
    ),
    (
        "routing.http.response.access_control_allow_methods.header_value",
        "access-control-allow-methods",
    ),
    (
        "routing.http.response.access_control_allow_headers.header_value",
        "access-control-allow-headers",
    ),
    (
        "routing.http.response.access_control_allow_credentials.header_value",
        "access-control-allow-credentials",
    ),
    (
        "routing.http.response.access_control_expose_headers.header_value",
        "access-control-expose-headers",
    ),
    (
        "routing.http.response.access_control_max_age.header_value",
        "access-control-max-age",
    ),
    (
        "routing.http.response.content_security_policy.header_value",
        "content-security-policy",
    ),
    (
        "routing.http.response.x_content_type_options.header_value",
        "x-content-type-options",
    ),
    (
        "routing.http.response.x_frame_options.header_value",
        "x-frame-options",
    ),
];

const SECURE: &[Known] = &[
    known(
        "routing.http.request.x_amzn_mtls_clientcert_serial_number.header_name",
        "X-Amzn-Mtls-Clientcert-Serial-Number",
        Allowed::Text,
    ),
    known(
        "routing.http.request.x_amzn_mtls_clientcert_issuer.header_name",
        "X-Amzn-Mtls-Clientcert-Issuer",
        Allowed::Text,
    ),
    known(
        "routing.http.request.x_amzn_mtls_clientcert_subject.header_name",
        "X-Amzn-Mtls-Clientcert-Subject",
        Allowed::Text,
    ),
    known(
        "routing.http.request.x_amzn_mtls_clientcert_validity.header_name",
        "X-Amzn-Mtls-Clientcert-Validity",
        Allowed::Text,
    ),
    known(
        "routing.http.request.x_amzn_mtls_clientcert_leaf.header_name",
        "X-Amzn-Mtls-Clientcert-Leaf",
        Allowed::Text,
    ),
    known(
        "routing.http.request.x_amzn_mtls_clientcert.header_name",
        "X-Amzn-Mtls-Clientcert",
        Allowed::Text,
    ),
    known(
        "routing.http.request.x_amzn_tls_version.header_name",
        "X-Amzn-Tls-Version",
        Allowed::Text,
    ),
    known(
        "routing.http.request.x_amzn_tls_cipher_suite.header_name",
        "X-Amzn-Tls-Cipher-Suite",
        Allowed::Text,
    ),
];

/// The keys of a listener.
pub(crate) fn of(kind: Kind, protocol: Option<&str>) -> Vec<Known> {
    match kind {
        Kind::Application => {
            let mut all = vec![known(
                "routing.http.response.server.enabled",
                "true",
                Allowed::Flag,
            )];
            let headers = RESPONSE_HEADERS.iter();
            all.extend(headers.map(|(key, _)| known(key, "", Allowed::Text)));
            if protocol == Some("HTTPS") {
                all.extend_from_slice(SECURE);
            }
            all
        }
        Kind::Network if matches!(protocol, Some("TCP" | "TLS")) => {
            vec![known(
                "tcp.idle_timeout.seconds",
                "350",
                Allowed::Number(60, 6_000),
            )]
        }
        Kind::Network => Vec::new(),
        Kind::Gateway => vec![
            known("tcp.idle_timeout.seconds", "350", Allowed::Number(60, 6_000)),
            known("send_tcp_reset.on_idle_timeout.enabled", "false", Allowed::Flag),
        ],
    }
}
