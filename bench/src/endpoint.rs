//! Where the requests go.

use std::str::FromStr;

/// A plain HTTP endpoint: `http://HOST[:PORT]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// What the `host` header says, and what is connected to.
    pub host: String,
    /// The port connected to.
    pub port: u16,
}

/// Why an endpoint is not usable.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum EndpointError {
    /// TLS would be measured, not the server.
    #[error("the endpoint must begin with http://")]
    NotHttp,
    /// What follows is no `HOST[:PORT]`.
    #[error("the endpoint must be http://HOST or http://HOST:PORT")]
    NoHost,
}

impl Endpoint {
    /// `HOST:PORT` as the `host` header gives it.
    pub fn authority(&self) -> String {
        if self.port == 80 {
            self.host.clone()
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }
}

impl FromStr for Endpoint {
    type Err = EndpointError;

    fn from_str(text: &str) -> Result<Self, EndpointError> {
        let authority = text
            .strip_prefix("http://")
            .ok_or(EndpointError::NotHttp)?
            .trim_end_matches('/');
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) => (host, port.parse().map_err(|_| EndpointError::NoHost)?),
            None => (authority, 80),
        };
        if host.is_empty() || host.contains('/') {
            return Err(EndpointError::NoHost);
        }
        Ok(Self {
            host: host.to_owned(),
            port,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_and_port_are_read() {
        let endpoint: Endpoint = "http://127.0.0.1:4566/".parse().expect("valid");
        assert_eq!(
            (endpoint.authority().as_str(), endpoint.port),
            ("127.0.0.1:4566", 4566)
        );
        let endpoint: Endpoint = "http://localhost".parse().expect("valid");
        assert_eq!((endpoint.authority().as_str(), endpoint.port), ("localhost", 80));
    }

    #[test]
    fn others_are_refused() {
        for text in [
            "https://localhost",
            "localhost:4566",
            "http://",
            "http://a/b",
            "http://a:b",
        ] {
            assert!(text.parse::<Endpoint>().is_err(), "{text}");
        }
    }
}
