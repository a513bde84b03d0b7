//! The control plane of another process: a server that is asked over `/_haechi/dataplane/…`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use haechi_core::Failure;
use haechi_dataplane::report::{Report, WebAclReport};
use haechi_dataplane::{ControlPlane, Snapshot};
use serde_json::{Value, json};

use crate::client;

/// Log lines and samples per request, so that a report stays below the server's limit on bodies.
const LINES: usize = 100;

/// A server that is followed. Requests are signed with the root credentials in the data directory.
pub(crate) struct Remote {
    endpoint: String,
    data_dir: PathBuf,
}

impl Remote {
    pub(crate) fn new(endpoint: &str, data_dir: &Path) -> Self {
        Self {
            endpoint: endpoint.to_owned(),
            data_dir: data_dir.to_owned(),
        }
    }

    async fn post(&self, path: &str, body: &Value) -> Result<Value, Failure> {
        client::post(&self.data_dir, &self.endpoint, path, body)
            .await
            .map_err(Failure::internal)
    }

    async fn tell(&self, report: &Report) -> Result<(), Failure> {
        let body = serde_json::to_value(report).map_err(Failure::internal)?;
        self.post("dataplane/report", &body).await.map(drop)
    }
}

#[async_trait]
impl ControlPlane for Remote {
    async fn next(&self, known: Option<u64>) -> Result<Arc<Snapshot>, Failure> {
        loop {
            let mut answer = self
                .post("dataplane/snapshot", &json!({ "known": known }))
                .await?;
            // Nothing new: the server answers after a while all the same.
            if answer["snapshot"].is_null() {
                continue;
            }
            let snapshot = serde_json::from_value(answer["snapshot"].take()).map_err(Failure::internal)?;
            return Ok(Arc::new(snapshot));
        }
    }

    async fn report(&self, report: Report) -> Result<(), Failure> {
        for part in parts(report) {
            self.tell(&part).await?;
        }
        Ok(())
    }
}

/// The same report in pieces.
fn parts(mut report: Report) -> Vec<Report> {
    let gateway = report.gateway.clone();
    let web_acls = std::mem::take(&mut report.web_acls);
    let mut parts = vec![report];
    for mut web_acl in web_acls {
        let samples = std::mem::take(&mut web_acl.samples);
        let lines = std::mem::take(&mut web_acl.log_lines);
        let (name, limited) = (web_acl.web_acl.clone(), web_acl.rate_limited.clone());
        let empty = || WebAclReport {
            web_acl: name.clone(),
            rate_limited: limited.clone(),
            ..WebAclReport::default()
        };
        let mut pieces = vec![web_acl];
        pieces.extend(samples.chunks(LINES).map(|samples| WebAclReport {
            samples: samples.to_vec(),
            ..empty()
        }));
        pieces.extend(lines.chunks(LINES).map(|lines| WebAclReport {
            log_lines: lines.to_vec(),
            ..empty()
        }));
        parts.extend(pieces.into_iter().map(|piece| Report {
            gateway: gateway.clone(),
            web_acls: vec![piece],
            ..Report::default()
        }));
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_in_pieces_says_the_same_once() {
        let report = Report {
            gateway: "g".to_owned(),
            web_acls: vec![WebAclReport {
                web_acl: "acl".to_owned(),
                log_lines: (0..250).map(|n| n.to_string()).collect(),
                ..WebAclReport::default()
            }],
            ..Report::default()
        };
        let parts = parts(report);
        let lines: Vec<_> = parts
            .iter()
            .flat_map(|part| &part.web_acls)
            .flat_map(|web_acl| &web_acl.log_lines)
            .collect();
        assert_eq!(lines.len(), 250);
        assert!(parts.iter().all(|part| part.gateway == "g"));
    }
}
