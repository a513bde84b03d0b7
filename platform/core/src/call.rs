//! One request on its way through the pipeline.

use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};

use haechi_store::Scope;
use haechi_wire::{Fields, OperationSchema, ServiceSchema, Timestamp};
use parking_lot::Mutex;

use crate::ids::{AccountId, Partition, Region};
use crate::principal::Caller;

/// A request that has been authenticated and decoded; what a handler knows of its circumstances.
#[derive(Debug)]
pub struct Call {
    /// The id that the answer carries (`x-amzn-RequestId`).
    pub request_id: String,
    /// When it arrived.
    pub time: Timestamp,
    /// The service that was called.
    pub service: &'static ServiceSchema,
    /// The operation.
    pub operation: &'static OperationSchema,
    /// The Region that was called, from the signature's scope.
    pub region: Region,
    /// The caller's account: where the request is counted, logged, and what it makes belongs.
    pub account: AccountId,
    /// Who calls.
    pub caller: Caller,
    /// How the request came.
    pub origin: Origin,
    /// The decoded input, for the audit record.
    pub input: Fields,
    notes: Mutex<AuditNotes>,
    audited: AtomicBool,
}

/// How a request came.
#[derive(Debug, Clone)]
pub struct Origin {
    /// The address of the client.
    pub source_ip: IpAddr,
    /// Its `User-Agent`.
    pub user_agent: String,
    /// The `Host` it asked for.
    pub host: String,
    /// The TLS version and cipher suite, where the connection has one.
    pub tls: Option<(String, String)>,
    /// The service that makes the call on the caller's behalf (a forward access session): its service principal,
    /// such as `ssm.amazonaws.com`, and the whole chain with the last one first.
    pub via: Vec<String>,
}

impl Origin {
    /// The service through which the request came, as `kms:ViaService` and `invokedBy` want it.
    pub fn via_service(&self) -> Option<&str> {
        self.via.first().map(String::as_str)
    }
}

/// A resource that the audit record names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditedResource {
    /// Its ARN.
    pub arn: String,
    /// `AWS::KMS::Key` …
    pub kind: &'static str,
    /// The account that owns it.
    pub account: AccountId,
}

/// What a handler adds to its audit record.
#[derive(Debug, Default, Clone)]
pub struct AuditNotes {
    /// The resources that the call touched.
    pub resources: Vec<AuditedResource>,
    /// `additionalEventData`.
    pub additional: Vec<(Cow<'static, str>, String)>,
    /// What replaces members of `requestParameters` (an alias resolved, a secret left out).
    pub parameters: Vec<(Cow<'static, str>, serde_json::Value)>,
    /// What stands in `responseElements`; `None` leaves it to the operation's rule.
    pub response: Option<serde_json::Value>,
}

impl Call {
    /// A call as the pipeline makes it.
    #[allow(clippy::too_many_arguments)]
    pub fn new(
        request_id: String,
        time: Timestamp,
        service: &'static ServiceSchema,
        operation: &'static OperationSchema,
        region: Region,
        account: AccountId,
        caller: Caller,
        origin: Origin,
        input: Fields,
    ) -> Self {
        Self {
            request_id,
            time,
            service,
            operation,
            region,
            account,
            caller,
            origin,
            input,
            notes: Mutex::default(),
            audited: AtomicBool::new(false),
        }
    }

    /// The partition of the Region.
    pub fn partition(&self) -> Partition {
        self.region.partition()
    }

    /// Where the account keeps what it has in the Region.
    pub fn scope(&self) -> Scope {
        self.region.scope(&self.account)
    }

    /// The caller's ARN.
    pub fn caller_arn(&self) -> String {
        self.caller.principal.arn(self.partition())
    }

    /// `service:Operation`, the action that the call asks for unless its service says otherwise.
    pub fn action(&self) -> String {
        format!("{}:{}", self.service.signing_name, self.operation.name)
    }

    /// Names a resource in the audit record.
    pub fn audit_resource(&self, arn: impl Into<String>, kind: &'static str, account: &AccountId) {
        let resource = AuditedResource {
            arn: arn.into(),
            kind,
            account: account.clone(),
        };
        let mut notes = self.notes.lock();
        if !notes.resources.contains(&resource) {
            notes.resources.push(resource);
        }
    }

    /// Adds to `additionalEventData`.
    pub fn audit_additional(&self, name: impl Into<Cow<'static, str>>, value: impl Into<String>) {
        self.notes.lock().additional.push((name.into(), value.into()));
    }

    /// Replaces one member of `requestParameters`.
    pub fn audit_parameter(&self, name: impl Into<Cow<'static, str>>, value: serde_json::Value) {
        self.notes.lock().parameters.push((name.into(), value));
    }

    /// Says what stands in `responseElements`.
    pub fn audit_response(&self, value: serde_json::Value) {
        self.notes.lock().response = Some(value);
    }

    /// What the handler has noted so far.
    pub fn audit_notes(&self) -> AuditNotes {
        self.notes.lock().clone()
    }

    /// Looks at what the handler has noted so far, without a copy; nothing can be noted meanwhile.
    pub fn with_audit_notes<R>(&self, look: impl FnOnce(&AuditNotes) -> R) -> R {
        look(&self.notes.lock())
    }

    /// The audit record went into the transaction of the change: the pipeline need not append one.
    pub fn mark_audited(&self) {
        self.audited.store(true, Ordering::Release);
    }

    /// Whether the record has been written.
    pub fn is_audited(&self) -> bool {
        self.audited.load(Ordering::Acquire)
    }
}
