//! Where balancers that people already run ask for verdicts.

use std::net::{SocketAddr, TcpListener};

use anyhow::Context as _;
use clap::Args;
use haechi_gateway::integrations::Integrations;
use serde::Deserialize;

/// All off unless they are told where to listen. Whoever reaches them may ask: keep them to loopback or a network of
/// balancers.
#[derive(Debug, Clone, Default, Args, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(crate) struct BalancerSettings {
    /// Where nginx (auth_request), Traefik and Caddy (forward authentication) ask for verdicts
    #[arg(long, env = "HAECHI_WAF_CHECK_LISTEN", value_name = "HOST:PORT")]
    waf_check_listen: Option<SocketAddr>,
    /// Where Envoy (ext_authz, ext_proc) asks for verdicts
    #[arg(long, env = "HAECHI_WAF_ENVOY_LISTEN", value_name = "HOST:PORT")]
    waf_envoy_listen: Option<SocketAddr>,
    /// Where HAProxy (SPOE) asks for verdicts
    #[arg(long, env = "HAECHI_WAF_HAPROXY_LISTEN", value_name = "HOST:PORT")]
    waf_haproxy_listen: Option<SocketAddr>,
    /// The web ACL, by its ARN or that of a resource it guards, that answers balancers which name none
    #[arg(long, env = "HAECHI_WAF_DEFAULT_WEB_ACL", value_name = "ARN")]
    waf_default_web_acl: Option<String>,
}

impl BalancerSettings {
    /// These settings, and where they say nothing, those below.
    pub(crate) fn over(self, below: Self) -> Self {
        Self {
            waf_check_listen: self.waf_check_listen.or(below.waf_check_listen),
            waf_envoy_listen: self.waf_envoy_listen.or(below.waf_envoy_listen),
            waf_haproxy_listen: self.waf_haproxy_listen.or(below.waf_haproxy_listen),
            waf_default_web_acl: self.waf_default_web_acl.or(below.waf_default_web_acl),
        }
    }

    /// Binds the sockets and tells where they are.
    pub(crate) fn bind(&self) -> anyhow::Result<Integrations> {
        Ok(Integrations {
            check: socket("--waf-check-listen", "http://", self.waf_check_listen)?,
            envoy: socket("--waf-envoy-listen", "grpc://", self.waf_envoy_listen)?,
            haproxy: socket("--waf-haproxy-listen", "spop://", self.waf_haproxy_listen)?,
            default_web_acl: self.waf_default_web_acl.clone(),
        })
    }
}

fn socket(flag: &str, scheme: &str, address: Option<SocketAddr>) -> anyhow::Result<Option<TcpListener>> {
    let Some(address) = address else { return Ok(None) };
    let socket = TcpListener::bind(address)
        .with_context(|| format!("cannot listen on {address}; give another {flag}"))?;
    println!("verdicts for balancers: {scheme}{}", socket.local_addr()?);
    Ok(Some(socket))
}
