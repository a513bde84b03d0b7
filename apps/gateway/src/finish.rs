//! What is done when an exchange is over, however it ended.

use std::sync::Arc;

use crate::access_log::{AccessLog, Entry};
use crate::activity::Activity;
use crate::board::Target;

/// Lives as long as an exchange, in the end inside the response's body.
pub(crate) struct Finish {
    activity: Arc<Activity>,
    target: Option<Arc<Target>>,
    log: Option<Box<(Arc<AccessLog>, Entry)>>,
}

impl Finish {
    /// An exchange begins.
    pub(crate) fn begin(activity: &Arc<Activity>) -> Self {
        activity.begin();
        Self {
            activity: Arc::clone(activity),
            target: None,
            log: None,
        }
    }

    /// It is this target's work now.
    pub(crate) fn by(&mut self, target: &Arc<Target>) {
        target.begin();
        if let Some(before) = self.target.replace(Arc::clone(target)) {
            before.end();
        }
    }

    /// It will be written to the access log.
    pub(crate) fn log(&mut self, log: &Arc<AccessLog>, entry: Entry) {
        self.log = Some(Box::new((Arc::clone(log), entry)));
    }

    /// What the log will say, if there is one.
    pub(crate) fn entry(&mut self) -> Option<&mut Entry> {
        self.log.as_mut().map(|log| &mut log.1)
    }

    /// So many bytes of the response went out.
    pub(crate) fn sent(&mut self, bytes: usize) {
        if let Some(log) = &mut self.log {
            log.1.sent += bytes as u64;
        }
    }
}

impl Drop for Finish {
    fn drop(&mut self) {
        self.activity.end();
        if let Some(target) = &self.target {
            target.end();
        }
        if let Some(log) = self.log.take() {
            log.0.write(log.1);
        }
    }
}
