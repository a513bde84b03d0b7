//! How a service registers its operations.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use futures_util::FutureExt as _;
use haechi_wire::{Fields, Operation, ServiceSchema, Shape};

use crate::call::Call;
use crate::failure::Failure;

type Answer = Pin<Box<dyn Future<Output = Result<Fields, Failure>> + Send>>;

/// A published request quota: so many calls of a class per second, account and Region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// The operations that share it, by the name the service gives them.
    pub class: &'static str,
    /// Calls per second.
    pub per_second: u32,
}

/// A service behind the pipeline.
pub trait Service: Send + Sync {
    /// Its API.
    fn schema(&self) -> &'static ServiceSchema;

    /// The names of the operations that are there.
    fn operations(&self) -> Vec<&'static str>;

    /// The request quota that the call counts against, if its service publishes one.
    fn quota(&self, call: &Call) -> Option<Quota> {
        let _ = call;
        None
    }

    /// Runs one operation; `None` where it is not there.
    fn call(&self, call: Arc<Call>, input: Fields) -> Option<Answer>;
}

type Handler<S> = Box<dyn Fn(Arc<S>, Arc<Call>, Fields) -> Answer + Send + Sync>;

/// The operations of a service over its state `S`.
///
/// ```ignore
/// Router::new(&haechi_api_kms::SERVICE, state)
///     .on::<op::Encrypt, _, _>(ops::encrypt::encrypt)
/// ```
pub struct Router<S> {
    schema: &'static ServiceSchema,
    state: Arc<S>,
    handlers: BTreeMap<&'static str, Handler<S>>,
    quota: fn(&Call) -> Option<Quota>,
}

impl<S: Send + Sync + 'static> Router<S> {
    /// No operations yet.
    pub fn new(schema: &'static ServiceSchema, state: Arc<S>) -> Self {
        Self {
            schema,
            state,
            handlers: BTreeMap::new(),
            quota: |_| None,
        }
    }

    /// Says which quota a call counts against.
    pub fn quotas(mut self, quota: fn(&Call) -> Option<Quota>) -> Self {
        self.quota = quota;
        self
    }

    /// Registers the handler of `O`.
    pub fn on<O, F, Fut>(mut self, handler: F) -> Self
    where
        O: Operation,
        F: Fn(Arc<S>, Arc<Call>, O::Input) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<O::Output, Failure>> + Send + 'static,
    {
        let erased: Handler<S> = Box::new(move |state, call, input| {
            // Not an async block: that would hold the future twice, as captured and as awaited.
            let running = handler(state, call, O::Input::from_fields(input));
            Box::pin(running.map(|answer| answer.map(Shape::into_fields)))
        });
        let before = self.handlers.insert(O::SCHEMA.name, erased);
        assert!(before.is_none(), "{} is registered twice", O::SCHEMA.name);
        self
    }
}

impl<S: Send + Sync + 'static> Service for Router<S> {
    fn schema(&self) -> &'static ServiceSchema {
        self.schema
    }

    fn operations(&self) -> Vec<&'static str> {
        self.handlers.keys().copied().collect()
    }

    fn quota(&self, call: &Call) -> Option<Quota> {
        (self.quota)(call)
    }

    fn call(&self, call: Arc<Call>, input: Fields) -> Option<Answer> {
        let handler = self.handlers.get(call.operation.name)?;
        Some(handler(Arc::clone(&self.state), call, input))
    }
}
