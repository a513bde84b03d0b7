//! Operation → action, resources, condition keys.
//!
//! Source: service authorization reference, "Actions, resources, and condition keys for AWS Elastic Load Balancing V2":
//! what describes is asked about `*`; what makes a load balancer or a target group about its name (`…/NAME/*`); a
//! listener is made in its load balancer, a rule in its listener; what brings tags is asked about `AddTags` too.

use haechi_core::{Ask, Call, Failure};
use haechi_policy::Context;

use crate::LoadBalancing;
use crate::tags::{self, Tags};

/// The action that brings tags.
const ADD_TAGS: &str = "elasticloadbalancing:AddTags";

impl LoadBalancing {
    async fn ask(&self, call: &Call, action: &str, resource: &str, context: Context) -> Result<(), Failure> {
        let ask = Ask::new(action, resource, &call.account).with_context(context);
        self.platform.gate.authorize(call, ask, ()).await?;
        Ok(())
    }

    /// Asks for the call's own action on what is read as a whole.
    pub(crate) async fn may_read(&self, call: &Call) -> Result<(), Failure> {
        self.ask(call, &call.action(), "*", Context::new()).await
    }

    /// Asks for the call's own action on something with these tags.
    pub(crate) async fn may_change(&self, call: &Call, arn: &str, own: &Tags) -> Result<(), Failure> {
        self.may_change_with(call, arn, own, Context::new()).await
    }

    /// As [`Self::may_change`], with condition keys of the request.
    pub(crate) async fn may_change_with(
        &self,
        call: &Call,
        arn: &str,
        own: &Tags,
        mut context: Context,
    ) -> Result<(), Failure> {
        tags::describe_resource(own, &mut context);
        self.ask(call, &call.action(), arn, context).await
    }

    /// Asks for the call's own action on `arn`, where it makes something with tags whose own ARN will be like `made`.
    pub(crate) async fn may_make(
        &self,
        call: &Call,
        arn: &str,
        made: &str,
        new: &Tags,
        mut context: Context,
    ) -> Result<(), Failure> {
        tags::describe_request(new, &mut context);
        self.ask(call, &call.action(), arn, context.clone()).await?;
        if !new.is_empty() {
            context.set("elasticloadbalancing:createaction", call.operation.name);
            self.ask(call, ADD_TAGS, made, context).await?;
        }
        Ok(())
    }
}
