//! Services and their operations.

use super::StructSchema;

/// How a service speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// awsJson 1.0 and 1.1: `POST /`, the operation in `X-Amz-Target`.
    Json,
    /// restJson1.
    RestJson,
    /// query: `Action=` in a form, XML in the answer.
    Query,
    /// query, with JSON in the answer because the client accepts that.
    QueryJson,
    /// ec2: query with its own names.
    Ec2,
    /// restXml.
    RestXml,
    /// Smithy RPC v2 with CBOR: `POST /service/NAME/operation/NAME`.
    Cbor,
}

/// Whether calls are signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Auth {
    /// By SigV4, as nearly all are.
    SigV4,
    /// Not at all (`AssumeRoleWithWebIdentity` brings its own token).
    None,
}

/// A service.
#[derive(Debug)]
pub struct ServiceSchema {
    /// The short name, that of the crate: `kms`.
    pub name: &'static str,
    /// `serviceId` of the model: `KMS`, `CloudTrail`.
    pub service_id: &'static str,
    /// The first label of its host name.
    pub endpoint_prefix: &'static str,
    /// The service's name in the credential scope.
    pub signing_name: &'static str,
    /// The `Version` of the query protocol.
    pub api_version: &'static str,
    /// How it speaks.
    pub protocol: Protocol,
    /// What stands before the operation in `X-Amz-Target`.
    pub target_prefix: Option<&'static str>,
    /// `1.0` or `1.1`, for awsJson.
    pub json_version: &'static str,
    /// The namespace of its XML.
    pub xml_namespace: Option<&'static str>,
    /// One endpoint for all Regions of the partition.
    pub global: bool,
    /// A JSON service that speaks to former query clients (`x-amzn-query-error`).
    pub query_compatible: bool,
    /// The operations that were generated, sorted by name.
    pub operations: &'static [&'static OperationSchema],
    /// The names of all operations of the model, generated or not, sorted.
    pub all_operations: &'static [&'static str],
}

/// An operation.
#[derive(Debug)]
pub struct OperationSchema {
    /// Its name.
    pub name: &'static str,
    /// The HTTP method.
    pub method: &'static str,
    /// The template of path and query string.
    pub uri: &'static str,
    /// The HTTP status of success.
    pub status: u16,
    /// What it takes.
    pub input: &'static StructSchema,
    /// What it gives.
    pub output: &'static StructSchema,
    /// The element around the result in the query protocol.
    pub result_wrapper: Option<&'static str>,
    /// The errors that the model names.
    pub errors: &'static [&'static StructSchema],
    /// Whether calls are signed.
    pub auth: Auth,
}

impl ServiceSchema {
    /// A generated operation by its name.
    pub fn operation(&self, name: &str) -> Option<&'static OperationSchema> {
        let index = self
            .operations
            .binary_search_by(|operation| operation.name.cmp(name))
            .ok()?;
        Some(self.operations[index])
    }

    /// Whether clients may speak this protocol with the service. Those whose model is of CBOR have kept the protocols
    /// of older clients: JSON where there is a target, query where there is a namespace of XML.
    pub fn speaks(&self, protocol: Protocol) -> bool {
        let kept = match protocol {
            Protocol::Json => self.target_prefix.is_some(),
            Protocol::Query => self.xml_namespace.is_some(),
            _ => false,
        };
        self.protocol == protocol || (self.protocol == Protocol::Cbor && kept)
    }

    /// Whether the model has an operation of this name, generated or not.
    pub fn knows(&self, name: &str) -> bool {
        self.all_operations.binary_search(&name).is_ok()
    }
}

impl OperationSchema {
    /// `POST /` with input and output and a signature.
    pub const fn new(
        name: &'static str,
        input: &'static StructSchema,
        output: &'static StructSchema,
    ) -> Self {
        Self {
            name,
            method: "POST",
            uri: "/",
            status: 200,
            input,
            output,
            result_wrapper: None,
            errors: &[],
            auth: Auth::SigV4,
        }
    }

    /// The HTTP binding.
    pub const fn http(mut self, method: &'static str, uri: &'static str, status: u16) -> Self {
        self.method = method;
        self.uri = uri;
        self.status = status;
        self
    }

    /// The element around the result.
    pub const fn result_wrapper(mut self, name: &'static str) -> Self {
        self.result_wrapper = Some(name);
        self
    }

    /// The errors.
    pub const fn errors(mut self, errors: &'static [&'static StructSchema]) -> Self {
        self.errors = errors;
        self
    }

    /// Calls are not signed.
    pub const fn unsigned(mut self) -> Self {
        self.auth = Auth::None;
        self
    }
}
