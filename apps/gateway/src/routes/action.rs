//! What happens to requests.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use haechi_dataplane::front;
use http::{HeaderName, HeaderValue, Method, StatusCode};

use super::template::Parameters;
use crate::board::Group;

pub(crate) enum Action {
    /// To a target of one of these groups, by weight.
    Forward {
        groups: Vec<(Arc<Group>, u32)>,
        stickiness: Option<u32>,
    },
    Proxy(ProxyTo),
    Fixed(Fixed),
    Redirect(Redirect),
    /// To another front, by ARN.
    Front(Box<str>),
}

/// To a URL.
pub(crate) struct ProxyTo {
    pub(crate) url: String,
    pub(crate) append_path: bool,
    pub(crate) method: Option<Method>,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    pub(crate) timeout: Duration,
}

/// A response of the front's own.
pub(crate) struct Fixed {
    pub(crate) status: StatusCode,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    pub(crate) body: bytes::Bytes,
}

/// A redirection with placeholders.
pub(crate) struct Redirect {
    pub(crate) status: StatusCode,
    protocol: String,
    host: String,
    port: String,
    path: String,
    query: String,
}

/// What placeholders stand for.
pub(crate) struct Placeholders<'a> {
    pub(crate) protocol: &'a str,
    pub(crate) host: &'a str,
    pub(crate) port: u16,
    pub(crate) path: &'a str,
    pub(crate) query: &'a str,
}

impl Action {
    pub(super) fn new(action: &front::Action, known: &HashMap<&str, Arc<Group>>) -> Self {
        match action {
            front::Action::Forward {
                groups,
                group_stickiness,
            } => Self::Forward {
                groups: groups
                    .iter()
                    .filter_map(|group| Some((Arc::clone(known.get(group.group.as_str())?), group.weight)))
                    .collect(),
                stickiness: *group_stickiness,
            },
            front::Action::Proxy {
                url,
                append_path,
                method,
                headers: set,
                timeout,
            } => Self::Proxy(ProxyTo {
                url: url.clone(),
                append_path: *append_path,
                method: method.as_ref().and_then(|method| method.parse().ok()),
                headers: headers(set),
                timeout: Duration::from_millis(u64::from(*timeout)),
            }),
            front::Action::Fixed {
                status,
                headers: set,
                body,
            } => Self::Fixed(Fixed {
                status: StatusCode::from_u16(*status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
                headers: headers(set),
                body: bytes::Bytes::copy_from_slice(body.as_bytes()),
            }),
            front::Action::Redirect {
                protocol,
                host,
                port,
                path,
                query,
                status,
            } => Self::Redirect(Redirect {
                status: StatusCode::from_u16(*status).unwrap_or(StatusCode::FOUND),
                protocol: protocol.clone(),
                host: host.clone(),
                port: port.clone(),
                path: path.clone(),
                query: query.clone(),
            }),
            front::Action::Front(arn) => Self::Front(arn.as_str().into()),
        }
    }
}

fn headers(list: &[(String, String)]) -> Vec<(HeaderName, HeaderValue)> {
    let header = |(name, value): &(String, String)| Some((name.parse().ok()?, value.parse().ok()?));
    list.iter().filter_map(header).collect()
}

impl ProxyTo {
    /// The URL for a request with this path (after the base path) and query.
    pub(crate) fn target(
        &self,
        parameters: &Parameters,
        path: &str,
        query: Option<&str>,
    ) -> Option<http::Uri> {
        let mut url = parameters.fill(&self.url);
        if self.append_path {
            if url.ends_with('/') {
                url.pop();
            }
            url.push_str(path);
        }
        if let Some(query) = query {
            url.push(if url.contains('?') { '&' } else { '?' });
            url.push_str(query);
        }
        let uri: http::Uri = url.parse().ok()?;
        (uri.scheme().is_some() && uri.authority().is_some()).then_some(uri)
    }
}

impl Redirect {
    /// The `Location`; a load balancer always names the port, and leaves `?` out where there is no query.
    pub(crate) fn location(&self, given: &Placeholders<'_>) -> String {
        let port = given.port.to_string();
        let fill = |text: &str| {
            if !text.contains("#{") {
                return text.to_owned();
            }
            text.replace("#{protocol}", given.protocol)
                .replace("#{host}", given.host)
                .replace("#{port}", &port)
                .replace("#{path}", given.path.trim_start_matches('/'))
                .replace("#{query}", given.query)
        };
        let protocol = fill(&self.protocol).to_ascii_lowercase();
        let mut location = format!(
            "{protocol}://{}:{}{}",
            fill(&self.host),
            fill(&self.port),
            fill(&self.path)
        );
        let query = fill(&self.query);
        if !query.is_empty() {
            location.push('?');
            location.push_str(&query);
        }
        location
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redirect_fills_its_placeholders() {
        let redirect = Redirect {
            status: StatusCode::MOVED_PERMANENTLY,
            protocol: "HTTPS".to_owned(),
            host: "#{host}".to_owned(),
            port: "443".to_owned(),
            path: "/new/#{path}".to_owned(),
            query: "#{query}".to_owned(),
        };
        let mut given = Placeholders {
            protocol: "http",
            host: "a.example",
            port: 80,
            path: "/x/y",
            query: "q=1",
        };
        assert_eq!(redirect.location(&given), "https://a.example:443/new/x/y?q=1");
        given.query = "";
        assert_eq!(redirect.location(&given), "https://a.example:443/new/x/y");
    }

    #[test]
    fn a_proxied_url_takes_parameters_path_and_query() {
        let proxy = |url: &str, append_path| ProxyTo {
            url: url.to_owned(),
            append_path,
            method: None,
            headers: Vec::new(),
            timeout: Duration::from_secs(1),
        };
        let none = Parameters::default();
        let to = |proxy: &ProxyTo, query| proxy.target(&none, "/a/b", query).expect("a URL").to_string();
        assert_eq!(
            to(&proxy("http://up:1/base/", true), None),
            "http://up:1/base/a/b"
        );
        assert_eq!(to(&proxy("http://up:1/x", false), Some("q")), "http://up:1/x?q");
        assert_eq!(
            to(&proxy("http://up:1/x?k=1", false), Some("q")),
            "http://up:1/x?k=1&q"
        );
        assert!(proxy("/relative", false).target(&none, "/", None).is_none());
    }
}
