//! Who may do what. No action of metrics has a resource; what is written can be bound to a namespace.
//!
//! Source: service authorization reference, "Actions, resources, and condition keys for Amazon CloudWatch".

use haechi_core::{Ask, Call, Failure};
use haechi_policy::Context;

use crate::CloudWatch;

impl CloudWatch {
    /// Asks for the operation's action.
    pub(crate) async fn permit(&self, call: &Call, namespace: Option<&str>) -> Result<(), Failure> {
        let mut context = Context::new();
        if let Some(namespace) = namespace {
            context.set("cloudwatch:namespace", namespace);
        }
        let action = format!("cloudwatch:{}", call.operation.name);
        let ask = Ask::new(&action, "*", &call.account).with_context(context);
        self.platform.gate.authorize(call, ask, ()).await?;
        Ok(())
    }
}
