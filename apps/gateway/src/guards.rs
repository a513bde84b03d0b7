//! The web ACLs in force, by the resources they guard.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use haechi_dataplane::{Protection, Snapshot};
use haechi_waf::geo::{Geo, NoGeo};
use haechi_web_acl::{Feeds, LibraryError};
use tokio::sync::{Mutex, watch};

use crate::guard::Guard;

/// What stands before a resource.
#[derive(Debug, Clone)]
pub enum Standing {
    /// No web ACL is associated with it.
    Unguarded,
    /// This web ACL.
    Guarded(Arc<Guard>),
    /// A web ACL that is not ready yet, or that could not be compiled. Requests may not pass without it, unless the
    /// resource is set to fail open.
    Unready,
}

/// Resource ARN → its guard, `None` while there is none that could be.
type InForce = HashMap<String, Option<Arc<Guard>>>;

/// The web ACLs in force. Reading takes no lock; a new web ACL takes the place of the old one only when it is ready.
pub struct Guards {
    in_force: ArcSwap<InForce>,
    /// Counts the times that something became ready.
    changed: watch::Sender<u64>,
    /// One snapshot is applied at a time.
    applying: Mutex<Applied>,
    feeds: Arc<Feeds>,
    geo: Arc<dyn Geo + Send + Sync>,
}

/// What earlier snapshots left.
#[derive(Default)]
struct Applied {
    /// Guards by web ACL.
    guards: HashMap<String, Arc<Guard>>,
    /// Digests that could not be compiled; they are not tried again.
    broken: HashSet<String>,
}

impl Default for Guards {
    fn default() -> Self {
        Self::new(Feeds::shared(), Arc::new(NoGeo))
    }
}

impl Guards {
    /// No web ACLs yet; these will use the lists and the database of places.
    pub fn new(feeds: Arc<Feeds>, geo: Arc<dyn Geo + Send + Sync>) -> Self {
        Self {
            in_force: ArcSwap::default(),
            changed: watch::channel(0).0,
            applying: Mutex::default(),
            feeds,
            geo,
        }
    }

    /// What stands before a resource now.
    pub fn of(&self, resource: &str) -> Standing {
        match self.in_force.load().get(resource) {
            None => Standing::Unguarded,
            Some(None) => Standing::Unready,
            Some(Some(guard)) => Standing::Guarded(Arc::clone(guard)),
        }
    }

    /// What stands before a resource; waits at most `patience` for a web ACL that is not ready.
    pub async fn settled(&self, resource: &str, patience: Duration) -> Standing {
        let now = self.of(resource);
        if !matches!(now, Standing::Unready) {
            return now;
        }
        let mut changed = self.changed.subscribe();
        let waiting = changed.wait_for(|_| !matches!(self.of(resource), Standing::Unready));
        let _ = tokio::time::timeout(patience, waiting).await;
        self.of(resource)
    }

    /// All guards in force, each once.
    pub fn all(&self) -> Vec<Arc<Guard>> {
        let in_force = self.in_force.load();
        let mut seen = HashSet::new();
        in_force
            .values()
            .flatten()
            .filter(|guard| seen.insert(Arc::as_ptr(guard)))
            .cloned()
            .collect()
    }

    /// Puts a snapshot's web ACLs into force. Returns when all that could be compiled are.
    ///
    /// Resources are known to be guarded from the first moment, before anything is compiled, so that none is served
    /// without its web ACL in between. Until a new web ACL is ready, a resource keeps the one it had.
    pub async fn apply(&self, snapshot: &Snapshot) {
        self.apply_then(snapshot, || ()).await;
    }

    /// As [`Guards::apply`]; calls `show` once all resources are known to be guarded, before anything is compiled.
    /// That is the moment from which on they may be reached.
    pub async fn apply_then(&self, snapshot: &Snapshot, show: impl FnOnce()) {
        let mut applied = self.applying.lock().await;
        self.publish(&snapshot.protections, &applied);
        show();
        for protection in &snapshot.protections {
            let known = applied.guards.get(&protection.web_acl);
            if known.is_some_and(|guard| guard.digest() == protection.digest)
                || applied.broken.contains(&protection.digest)
            {
                continue;
            }
            match self.compile(protection, known.cloned()).await {
                Ok(guard) => {
                    applied.guards.insert(protection.web_acl.clone(), Arc::new(guard));
                    self.publish(&snapshot.protections, &applied);
                }
                Err(error) => {
                    tracing::error!(web_acl = protection.web_acl, %error, "a web ACL could not be compiled; the one before stays in force");
                    applied.broken.insert(protection.digest.clone());
                }
            }
        }
        let present: HashSet<&str> = snapshot.protections.iter().map(|p| p.web_acl.as_str()).collect();
        let digests: HashSet<&str> = snapshot.protections.iter().map(|p| p.digest.as_str()).collect();
        applied
            .guards
            .retain(|web_acl, _| present.contains(web_acl.as_str()));
        applied.broken.retain(|digest| digests.contains(digest.as_str()));
    }

    async fn compile(
        &self,
        protection: &Protection,
        previous: Option<Arc<Guard>>,
    ) -> Result<Guard, CompileFailure> {
        let protection = protection.clone();
        let (feeds, geo) = (Arc::clone(&self.feeds), Arc::clone(&self.geo));
        let compiling =
            tokio::task::spawn_blocking(move || Guard::compile(&protection, previous.as_deref(), feeds, geo));
        Ok(compiling.await??)
    }

    fn publish(&self, protections: &[Protection], applied: &Applied) {
        let before = self.in_force.load();
        let mut in_force = InForce::new();
        for protection in protections {
            let compiled = applied.guards.get(&protection.web_acl);
            // A balancer that asks for verdicts may name the web ACL itself.
            for resource in protection.resources.iter().chain([&protection.web_acl]) {
                // A web ACL of its own, whichever version is compiled; else what the resource was under before.
                let guard = compiled
                    .or_else(|| before.get(resource).and_then(Option::as_ref))
                    .cloned();
                in_force.insert(resource.clone(), guard);
            }
        }
        self.in_force.store(Arc::new(in_force));
        self.changed.send_modify(|count| *count += 1);
    }
}

/// Why there is no guard.
#[derive(Debug, thiserror::Error)]
enum CompileFailure {
    #[error(transparent)]
    Refused(#[from] LibraryError),
    #[error("the compiler broke down: {0}")]
    BrokeDown(#[from] tokio::task::JoinError),
}

impl std::fmt::Debug for Guards {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Guards")
            .field("resources", &self.in_force.load().len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
