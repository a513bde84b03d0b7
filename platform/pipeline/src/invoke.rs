//! The way in for calls from inside the process.

use std::sync::Arc;

use async_trait::async_trait;
use haechi_core::Call;
use haechi_core::ports::{InnerCall, Invoke};
use haechi_wire::{ApiError, Fields};

use crate::pipeline::Pipeline;

#[async_trait]
impl Invoke for Pipeline {
    async fn invoke(&self, inner: InnerCall) -> Result<Fields, ApiError> {
        let Some(service) = self.routes().by_schema(inner.service) else {
            return Err(crate::route::unknown_operation());
        };
        let call = Call::new(
            self.parts.random.uuid(),
            self.parts.clock.now(),
            inner.service,
            inner.operation,
            inner.region,
            inner.account,
            inner.caller,
            inner.origin,
            inner.input,
        );
        self.dispatch(service, Arc::new(call)).await
    }
}
