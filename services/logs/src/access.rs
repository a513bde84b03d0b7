//! Who may do what: actions, resources, condition keys.
//!
//! Source: service authorization reference, "Actions, resources, and condition keys for Amazon CloudWatch Logs", and
//! the resource that refusals of AWS name: `log-group:NAME:log-stream:` for what concerns a whole group, which
//! policies on `log-group:NAME:*` cover.

use std::collections::BTreeMap;
use std::sync::Arc;

use haechi_core::{Ask, Call, Failure};
use haechi_store::Scope;

use crate::model::{Group, GroupRef, group_arn};
use crate::store::GROUPS;
use crate::{Logs, error};

/// What of a group is asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Part<'a> {
    /// The group and all its streams.
    Whole,
    /// The group itself, as the tagging operations name it.
    Itself,
    /// One of its streams.
    Stream(&'a str),
}

impl Logs {
    /// Asks for an action that has no resource.
    pub(crate) async fn permit(&self, call: &Call) -> Result<(), Failure> {
        let action = call.action();
        let ask = Ask::new(&action, "*", &call.account);
        self.platform.gate.authorize(call, ask, ()).await?;
        Ok(())
    }

    /// Asks for an action on all groups together, as listing does.
    pub(crate) async fn permit_listing(&self, call: &Call) -> Result<(), Failure> {
        let arn = format!("{}:log-stream:", group_arn(&call.account, &call.region, ""));
        let action = call.action();
        let ask = Ask::new(&action, &arn, &call.account);
        self.platform.gate.authorize(call, ask, ()).await?;
        Ok(())
    }

    /// The group of this name, once the caller may do to it what the call does.
    pub(crate) async fn group_for(
        &self,
        call: &Call,
        name: &str,
        part: Part<'_>,
        tags: &BTreeMap<String, String>,
    ) -> Result<Arc<Group>, Failure> {
        let found = self.find_for(call, name, part, tags).await?;
        found.ok_or_else(error::no_such_group)
    }

    /// As [`Logs::group_for`], for requests that may find none.
    pub(crate) async fn find_for(
        &self,
        call: &Call,
        name: &str,
        part: Part<'_>,
        tags: &BTreeMap<String, String>,
    ) -> Result<Option<Arc<Group>>, Failure> {
        let found = self.platform.store.get(&GROUPS, &own_scope(call), name).await?;
        let itself = group_arn(&call.account, &call.region, name);
        let arn = match part {
            Part::Itself => itself,
            Part::Whole => format!("{itself}:log-stream:"),
            Part::Stream(stream) => format!("{itself}:log-stream:{stream}"),
        };
        let own = found.as_ref().map(|group| &group.tags);
        let context = haechi_core::tags::context(tags, &[], own);
        let action = call.action();
        let ask = Ask::new(&action, &arn, &call.account).with_context(context);
        Ok(self.platform.gate.authorize(call, ask, found).await?.into_inner())
    }
}

/// The scope of the caller's groups.
pub(crate) fn own_scope(call: &Call) -> Scope {
    call.scope()
}

/// The name of the group that a request gives, by one of its two members.
pub(crate) fn named_group(
    call: &Call,
    name: Option<String>,
    identifier: Option<String>,
) -> Result<String, Failure> {
    match (name, identifier) {
        (Some(_), Some(_)) => Err(error::invalid(
            "LogGroup name and LogGroup ARN are mutually exclusive parameters.",
        )),
        (None, None) => Err(error::invalid(
            "Either a logGroupName or a logGroupIdentifier must be given.",
        )),
        (Some(name), None) => Ok(name),
        (None, Some(identifier)) if identifier.starts_with("arn:") => named_by_arn(call, &identifier),
        (None, Some(name)) => Ok(name),
    }
}

/// The name of the group that an ARN gives; groups of other accounts and Regions are not there.
pub(crate) fn named_by_arn(call: &Call, arn: &str) -> Result<String, Failure> {
    let named = GroupRef::parse(arn).ok_or_else(|| error::invalid("Invalid ARN"))?;
    if named.account == call.account && named.region == call.region {
        Ok(named.name)
    } else {
        Err(error::no_such_group())
    }
}
