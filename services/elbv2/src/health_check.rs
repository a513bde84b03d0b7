//! Health checks: their defaults, and what may be asked of them.
//!
//! Source: API reference, CreateTargetGroup, the members `HealthCheck…`, `HealthyThresholdCount` and `Matcher`.

use haechi_api_elbv2 as api;
use haechi_core::Failure;

use crate::error;
use crate::model::target_group::{HealthCheck, TargetGroup, TargetType};

/// The health check of a group of which nothing is said.
pub(crate) fn defaults(
    target_type: TargetType,
    protocol: Option<&str>,
    version: Option<&str>,
) -> HealthCheck {
    let text = |text: &str| Some(text.to_owned());
    let grpc = version == Some("GRPC");
    let http = HealthCheck {
        enabled: true,
        protocol: text("HTTP"),
        port: text("traffic-port"),
        path: text(if grpc { "/AWS.ALB/healthcheck" } else { "/" }),
        interval: 30,
        timeout: 5,
        healthy: 5,
        unhealthy: 2,
        http_code: if grpc { None } else { text("200") },
        grpc_code: if grpc { text("12") } else { None },
    };
    match (target_type, protocol) {
        (TargetType::Lambda, _) => HealthCheck {
            enabled: false,
            protocol: None,
            port: None,
            interval: 35,
            timeout: 30,
            ..http
        },
        (TargetType::Alb, _) => HealthCheck {
            timeout: 6,
            http_code: text("200-399"),
            ..http
        },
        (_, Some("HTTP" | "HTTPS")) => http,
        (_, other) => {
            let geneve = other == Some("GENEVE");
            HealthCheck {
                protocol: text("TCP"),
                port: text(if geneve { "80" } else { "traffic-port" }),
                path: None,
                interval: if geneve { 10 } else { 30 },
                timeout: if geneve { 5 } else { 10 },
                http_code: None,
                ..http
            }
        }
    }
}

/// What a request changes; `None` stays as it is.
#[derive(Debug, Clone, Default)]
pub(crate) struct Change {
    pub(crate) protocol: Option<String>,
    pub(crate) port: Option<String>,
    pub(crate) enabled: Option<bool>,
    pub(crate) path: Option<String>,
    pub(crate) interval: Option<i32>,
    pub(crate) timeout: Option<i32>,
    pub(crate) healthy: Option<i32>,
    pub(crate) unhealthy: Option<i32>,
    pub(crate) matcher: Option<api::Matcher>,
}

/// A text that says something: Terraform sends what it doesn't know as empty.
fn given(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.is_empty())
}

impl Change {
    /// Changes the health check of a group, or says why that can't be.
    pub(crate) fn apply(&self, group: &mut TargetGroup) -> Result<(), Failure> {
        let is_lambda = group.target_type == TargetType::Lambda;
        if self.enabled == Some(false) && !is_lambda {
            let message =
                "Health check enabled must be true for target groups with target type other than lambda";
            return Err(error::validation(message));
        }
        let for_http = group.is_for_http();
        let check = &mut group.health_check;
        check.enabled = self.enabled.unwrap_or(check.enabled);
        if let Some(protocol) = given(self.protocol.as_deref()) {
            Self::change_protocol(check, protocol, for_http)?;
        }
        if let Some(port) = given(self.port.as_deref()) {
            let is_port = port == "traffic-port" || port.parse().is_ok_and(|port: u16| port > 0);
            if !is_port {
                let message =
                    format!("Health check port '{port}' must be 'traffic-port' or between '1' and '65535'");
                return Err(error::validation(message));
            }
            check.port = Some(port.to_owned());
        }
        let is_http = matches!(check.protocol.as_deref(), Some("HTTP" | "HTTPS")) || is_lambda;
        if let Some(path) = given(self.path.as_deref()) {
            if !is_http {
                let message = "Health check path can only be specified for HTTP and HTTPS health checks";
                return Err(error::configuration(message));
            }
            if !path.starts_with('/') {
                return Err(error::validation(format!(
                    "Health check path '{path}' must begin with a '/' character"
                )));
            }
            check.path = Some(path.to_owned());
        }
        if let Some(matcher) = &self.matcher {
            if !is_http {
                let message = "Health check matcher can only be specified for HTTP and HTTPS health checks";
                return Err(error::configuration(message));
            }
            change_matcher(check, matcher, for_http)?;
        }
        check.interval = self.interval.unwrap_or(check.interval);
        check.timeout = self.timeout.unwrap_or(check.timeout);
        check.healthy = self.healthy.unwrap_or(check.healthy);
        check.unhealthy = self.unhealthy.unwrap_or(check.unhealthy);
        if check.timeout >= check.interval {
            let message = "Health check interval must be greater than the timeout.";
            return Err(error::validation(message));
        }
        Ok(())
    }

    fn change_protocol(check: &mut HealthCheck, protocol: &str, for_http: bool) -> Result<(), Failure> {
        let fits = match protocol {
            "HTTP" | "HTTPS" => true,
            "TCP" => !for_http,
            _ => false,
        };
        if !fits {
            let message =
                format!("Health check protocol '{protocol}' is not supported for this target group");
            return Err(error::configuration(message));
        }
        check.protocol = Some(protocol.to_owned());
        if protocol == "TCP" {
            (check.path, check.http_code, check.grpc_code) = (None, None, None);
        } else {
            let codes = if for_http { "200" } else { "200-399" };
            check.path.get_or_insert_with(|| "/".to_owned());
            if check.grpc_code.is_none() {
                check.http_code.get_or_insert_with(|| codes.to_owned());
            }
        }
        Ok(())
    }
}

fn change_matcher(check: &mut HealthCheck, matcher: &api::Matcher, for_http: bool) -> Result<(), Failure> {
    if let Some(codes) = given(matcher.http_code.as_deref()) {
        let (low, high) = (200, if for_http { 499 } else { 599 });
        if !are_codes(codes, low, high) {
            return Err(error::validation(format!(
                "Health check matcher HTTP code '{codes}' must be within '{low}-{high}' inclusive"
            )));
        }
        (check.http_code, check.grpc_code) = (Some(codes.to_owned()), None);
    }
    if let Some(codes) = given(matcher.grpc_code.as_deref()) {
        if !are_codes(codes, 0, 99) {
            return Err(error::validation(format!(
                "Health check matcher gRPC code '{codes}' must be within '0-99' inclusive"
            )));
        }
        (check.http_code, check.grpc_code) = (None, Some(codes.to_owned()));
    }
    Ok(())
}

/// `200`, `200,202`, `200-299`.
fn are_codes(text: &str, low: u32, high: u32) -> bool {
    let code = |text: &str| {
        let code = text.trim().parse::<u32>().ok();
        code.filter(|code| (low..=high).contains(code))
    };
    text.split(',').all(|part| match part.split_once('-') {
        Some((from, to)) => matches!((code(from), code(to)), (Some(from), Some(to)) if from <= to),
        None => code(part).is_some(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_numbers_lists_and_ranges() {
        for good in ["200", "200,202", "200-299", "200,300-302"] {
            assert!(are_codes(good, 200, 499), "{good}");
        }
        for bad in ["", "abc", "199", "500", "299-200", "200,", "200-"] {
            assert!(!are_codes(bad, 200, 499), "{bad}");
        }
    }

    #[test]
    fn each_kind_of_group_has_its_own_defaults() {
        let http = defaults(TargetType::Ip, Some("HTTP"), Some("HTTP1"));
        assert_eq!(
            (http.interval, http.timeout, http.healthy, http.unhealthy),
            (30, 5, 5, 2)
        );
        assert_eq!(http.http_code.as_deref(), Some("200"));
        let grpc = defaults(TargetType::Ip, Some("HTTP"), Some("GRPC"));
        assert_eq!(grpc.path.as_deref(), Some("/AWS.ALB/healthcheck"));
        let tcp = defaults(TargetType::Instance, Some("TCP"), None);
        assert_eq!(
            (tcp.protocol.as_deref(), tcp.path, tcp.timeout),
            (Some("TCP"), None, 10)
        );
        assert!(!defaults(TargetType::Lambda, None, None).enabled);
    }
}
