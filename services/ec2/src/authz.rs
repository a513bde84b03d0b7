//! Operation → action, resources, condition keys.
//!
//! Source: service authorization reference, "Actions, resources, and condition keys for Amazon EC2". Reading is asked
//! about `*`; what makes something is asked about the kind (`…:vpc/*`), and about `ec2:CreateTags` where it brings tags.

use haechi_core::{Ask, Call, Failure};
use haechi_policy::Context;

use crate::tags::{self, Tags};
use crate::{Ec2, error};

/// What the operation is about to do, for `DryRun`.
pub(crate) type DryRun = Option<bool>;

/// The ARN of something of EC2.
pub(crate) fn arn(call: &Call, kind: &str, id: &str) -> String {
    format!(
        "arn:{}:ec2:{}:{}:{kind}/{id}",
        call.partition(),
        call.region,
        call.account
    )
}

impl Ec2 {
    async fn ask(
        &self,
        call: &Call,
        action: &str,
        resource: &str,
        mut context: Context,
    ) -> Result<(), Failure> {
        context.set("ec2:region", call.region.as_str());
        let ask = Ask::new(action, resource, &call.account).with_context(context);
        match self.platform.gate.authorize(call, ask, ()).await {
            Ok(_) => Ok(()),
            Err(Failure::Api(refusal)) => Err(error::unauthorized(&refusal.message)),
            Err(other) => Err(other),
        }
    }

    /// Asks for the call's own action on something that is read as a whole.
    pub(crate) async fn may_read(&self, call: &Call, dry_run: DryRun) -> Result<(), Failure> {
        self.ask(call, &call.action(), "*", Context::new()).await?;
        stop_if(dry_run)
    }

    /// Asks for the call's own action on something that is there.
    pub(crate) async fn may_change(
        &self,
        call: &Call,
        kind: &str,
        id: &str,
        own: &Tags,
        dry_run: DryRun,
    ) -> Result<(), Failure> {
        let mut context = Context::new();
        tags::describe_resource(own, &mut context);
        self.ask(call, &call.action(), &arn(call, kind, id), context)
            .await?;
        stop_if(dry_run)
    }

    /// Asks for the call's own action on something that is to be made, and for its tags.
    pub(crate) async fn may_make(
        &self,
        call: &Call,
        kind: &str,
        new: &Tags,
        within_vpc: Option<&str>,
        dry_run: DryRun,
    ) -> Result<(), Failure> {
        let mut context = Context::new();
        tags::describe_request(new, &mut context);
        if let Some(vpc) = within_vpc {
            context.set("ec2:vpc", arn(call, "vpc", vpc));
        }
        let resource = arn(call, kind, "*");
        self.ask(call, &call.action(), &resource, context.clone()).await?;
        if !new.is_empty() {
            context.set("ec2:createaction", call.operation.name);
            self.ask(call, "ec2:CreateTags", &resource, context).await?;
        }
        stop_if(dry_run)
    }

    /// Asks for tagging, or taking tags from, something that is there.
    pub(crate) async fn may_tag(
        &self,
        call: &Call,
        kind: &str,
        id: &str,
        own: &Tags,
        new: &Tags,
    ) -> Result<(), Failure> {
        let mut context = Context::new();
        tags::describe_resource(own, &mut context);
        tags::describe_request(new, &mut context);
        self.ask(call, &call.action(), &arn(call, kind, id), context)
            .await
    }
}

/// `DryRun` ends here: the caller was allowed to.
pub(crate) fn stop_if(dry_run: DryRun) -> Result<(), Failure> {
    if dry_run == Some(true) {
        Err(error::would_have_succeeded())
    } else {
        Ok(())
    }
}
