//! Who may do what: actions, resources, condition keys.
//!
//! Source: service authorization reference, "Actions, resources, and condition keys for Amazon Kinesis Firehose".

use std::collections::BTreeMap;
use std::sync::Arc;

use haechi_core::{Ask, Call, Failure};

use crate::model::{Stream, stream_arn};
use crate::store::{STREAMS, own_scope};
use crate::{Firehose, error};

impl Firehose {
    /// Asks for an action that has no resource.
    pub(crate) async fn permit(&self, call: &Call) -> Result<(), Failure> {
        let action = call.action();
        let ask = Ask::new(&action, "*", &call.account);
        self.platform.gate.authorize(call, ask, ()).await?;
        Ok(())
    }

    /// The stream of this name, once the caller may do to it what the call does.
    pub(crate) async fn stream_for(
        &self,
        call: &Call,
        name: &str,
        tags: &BTreeMap<String, String>,
    ) -> Result<Arc<Stream>, Failure> {
        let found = self.find_for(call, name, tags).await?;
        found.ok_or_else(|| error::no_such_stream(&call.account, name))
    }

    /// As [`Firehose::stream_for`], for requests that may find none.
    pub(crate) async fn find_for(
        &self,
        call: &Call,
        name: &str,
        tags: &BTreeMap<String, String>,
    ) -> Result<Option<Arc<Stream>>, Failure> {
        let found = self.platform.store.get(&STREAMS, &own_scope(call), name).await?;
        let own = found.as_ref().map(|stream| &stream.tags);
        let context = haechi_core::tags::context(tags, &[], own);
        let arn = stream_arn(&call.account, &call.region, name);
        let action = call.action();
        let ask = Ask::new(&action, &arn, &call.account).with_context(context);
        Ok(self.platform.gate.authorize(call, ask, found).await?.into_inner())
    }
}
