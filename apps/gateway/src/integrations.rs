//! Verdicts for balancers that people already run: they ask over the protocols they have, the traffic stays theirs.
//!
//! | Who | Protocol | Sees bodies |
//! |---|---|---|
//! | nginx | `auth_request` against `/check` | no |
//! | Traefik, Caddy | forward authentication against `/forward-auth` | Traefik, if it is set to send them |
//! | Envoy | `ext_authz` and `ext_proc` (gRPC) | yes |
//! | HAProxy | a filter of its own (SPOE) | yes |
//!
//! Trust boundary: whoever reaches these sockets may ask, and says who the client is. They belong on loopback or a
//! network of balancers only, and are off unless they are told where to listen. Which web ACL is asked comes from the
//! balancer's configuration alone, never from a header, for clients write headers.

mod answers;
mod ask;
mod check;
mod envoy;
mod haproxy;
mod listen;

use std::io;
use std::net::TcpListener;
use std::sync::Arc;

use haechi_core::{Clock, Random};

use crate::guards::Guards;
use answers::Answers;
use ask::Asker;

/// Where balancers ask. Nothing listens where there is no socket.
#[derive(Debug, Default)]
pub struct Integrations {
    /// HTTP: nginx, Traefik, Caddy.
    pub check: Option<TcpListener>,
    /// gRPC: Envoy.
    pub envoy: Option<TcpListener>,
    /// SPOP: HAProxy.
    pub haproxy: Option<TcpListener>,
    /// The web ACL, by its ARN or that of a resource that it guards, for those who name none. Without it they get
    /// the only web ACL there is.
    pub default_web_acl: Option<String>,
}

impl Integrations {
    /// Whether anything is to be served.
    pub fn any(&self) -> bool {
        self.check.is_some() || self.envoy.is_some() || self.haproxy.is_some()
    }

    /// Answers until `stopping` ends.
    pub async fn run(
        self,
        guards: Arc<Guards>,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
        stopping: impl Future<Output = ()>,
    ) -> io::Result<()> {
        let asker = Arc::new(Asker::new(guards, clock, self.default_web_acl));
        let answers = Arc::new(Answers::new(random));
        // Answers are kept for HAProxy where it can fetch them.
        let fetched = self.check.is_some().then(|| Arc::clone(&answers));
        let endpoint = Arc::new(check::Endpoint {
            asker: Arc::clone(&asker),
            answers,
        });
        let for_envoy = Arc::clone(&asker);
        let checking = listen::run(self.check, move |stream, peer| {
            check::serve(Arc::clone(&endpoint), stream, peer)
        });
        let calling = listen::run(self.envoy, move |stream, _| {
            envoy::serve(Arc::clone(&for_envoy), stream)
        });
        let notifying = listen::run(self.haproxy, move |stream, _| {
            haproxy::serve(Arc::clone(&asker), fetched.clone(), stream)
        });
        tokio::select! {
            () = stopping => Ok(()),
            ended = checking => ended,
            ended = calling => ended,
            ended = notifying => ended,
        }
    }
}
