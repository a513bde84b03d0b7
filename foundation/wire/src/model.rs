//! Builds schema tables at run time from a model in the format of botocore's `service-2.json`.
//!
//! Codegen writes its statics by walking these tables, and the protocol tests load their cases with
//! it, so that there is one reading of AWS's models. Tables live as long as the process: they are
//! leaked, for they are made once.

use std::collections::HashMap;
use std::sync::OnceLock;

use serde_json::{Map, Value as Json};

use crate::schema::{
    Auth, Kind, Location, Member, OperationSchema, Pattern, Protocol, ServiceSchema, StructRef, StructSchema,
    TimestampFormat, TypeSchema, XmlNamespace,
};

/// Why a model can't be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ModelError {
    /// A part that every model has is missing or of another type.
    #[error("the model has no usable {0}")]
    Missing(String),
    /// A shape of a type, or a trait of a value, that this program does not know.
    #[error("shape {shape}: {what} is not known to the model loader")]
    Unknown {
        /// The shape.
        shape: String,
        /// What is unknown.
        what: String,
    },
}

/// Reads a model. `name` is the service's short name; `operations` are those to load, or all.
pub fn load(
    name: &str,
    model: &Json,
    operations: Option<&[String]>,
) -> Result<&'static ServiceSchema, ModelError> {
    let mut loader = Loader::new(model)?;
    let all = object(&model["operations"], "operations")?;
    let mut names: Vec<&'static str> = all.keys().map(|name| leak_str(name)).collect();
    names.sort_unstable();

    let mut loaded: Vec<&'static OperationSchema> = Vec::new();
    for name in &names {
        if operations.is_none_or(|chosen| chosen.iter().any(|chosen| chosen == name)) {
            loaded.push(loader.operation(name, &all[*name])?);
        }
    }
    if let Some(missing) = operations.and_then(|chosen| chosen.iter().find(|name| !all.contains_key(*name))) {
        return Err(ModelError::Missing(format!("operation {missing}")));
    }

    let metadata = &model["metadata"];
    let optional = |key: &str| metadata[key].as_str().map(leak_str);
    let endpoint_prefix = optional("endpointPrefix").unwrap_or_default();
    Ok(leak(ServiceSchema {
        name: leak_str(name),
        service_id: optional("serviceId").unwrap_or_default(),
        endpoint_prefix,
        signing_name: optional("signingName").unwrap_or(endpoint_prefix),
        api_version: optional("apiVersion").unwrap_or_default(),
        protocol: loader.protocol,
        target_prefix: optional("targetPrefix"),
        json_version: optional("jsonVersion").unwrap_or("1.1"),
        xml_namespace: optional("xmlNamespace")
            .or_else(|| metadata["xmlNamespace"]["uri"].as_str().map(leak_str)),
        global: false,
        query_compatible: loader.query_compatible,
        operations: loaded.leak(),
        all_operations: names.leak(),
    }))
}

fn protocol(metadata: &Json) -> Result<Protocol, ModelError> {
    match metadata["protocol"].as_str() {
        Some("json") => Ok(Protocol::Json),
        Some("rest-json") => Ok(Protocol::RestJson),
        Some("query") => Ok(Protocol::Query),
        Some("ec2") => Ok(Protocol::Ec2),
        Some("rest-xml") => Ok(Protocol::RestXml),
        Some("smithy-rpc-v2-cbor") => Ok(Protocol::Cbor),
        _ => Err(ModelError::Missing("metadata.protocol".into())),
    }
}

static NO_MEMBERS: StructSchema = StructSchema::new("Empty", &[]);

struct Loader<'a> {
    shapes: &'a Map<String, Json>,
    protocol: Protocol,
    query_compatible: bool,
    types: HashMap<String, &'static TypeSchema>,
    structures: HashMap<String, &'static OnceLock<&'static StructSchema>>,
}

impl<'a> Loader<'a> {
    fn new(model: &'a Json) -> Result<Self, ModelError> {
        let metadata = &model["metadata"];
        Ok(Self {
            shapes: object(&model["shapes"], "shapes")?,
            protocol: protocol(metadata)?,
            query_compatible: metadata.get("awsQueryCompatible").is_some(),
            types: HashMap::new(),
            structures: HashMap::new(),
        })
    }

    fn operation(
        &mut self,
        name: &'static str,
        operation: &Json,
    ) -> Result<&'static OperationSchema, ModelError> {
        let mut errors = Vec::new();
        for error in operation["errors"].as_array().into_iter().flatten() {
            errors.push(self.structure(text(&error["shape"], "errors.shape")?)?);
        }
        let http = &operation["http"];
        let unsigned = operation["authtype"] == "none" || operation["auth"][0] == "smithy.api#noAuth";
        let output = &operation["output"];
        Ok(leak(OperationSchema {
            name,
            method: http["method"].as_str().map_or("POST", leak_str),
            uri: http["requestUri"].as_str().map_or("/", leak_str),
            status: http["responseCode"]
                .as_u64()
                .and_then(|code| code.try_into().ok())
                .unwrap_or(200),
            input: self.root(&operation["input"])?,
            output: self.root(output)?,
            result_wrapper: output["resultWrapper"].as_str().map(leak_str),
            errors: errors.leak(),
            auth: if unsigned { Auth::None } else { Auth::SigV4 },
        }))
    }

    /// The structure of an input or output; the reference may name the payload in the shape's stead.
    fn root(&mut self, reference: &Json) -> Result<&'static StructSchema, ModelError> {
        let Some(name) = reference["shape"].as_str() else {
            return Ok(&NO_MEMBERS);
        };
        let schema = self.structure(name)?;
        let Some(payload) = reference["payload"].as_str() else {
            return Ok(schema);
        };
        Ok(leak(StructSchema {
            payload: schema.index_of(payload),
            xml_name: schema.xml_name,
            xml_namespace: schema.xml_namespace,
            ..StructSchema::new(schema.name, schema.members)
        }))
    }

    fn structure(&mut self, name: &str) -> Result<&'static StructSchema, ModelError> {
        let cell = self.structure_cell(name)?;
        cell.get()
            .copied()
            .ok_or_else(|| ModelError::Missing(format!("shape {name}")))
    }

    fn structure_cell(&mut self, name: &str) -> Result<&'static OnceLock<&'static StructSchema>, ModelError> {
        if let Some(cell) = self.structures.get(name) {
            return Ok(cell);
        }
        let cell: &'static OnceLock<_> = leak(OnceLock::new());
        self.structures.insert(name.to_owned(), cell);
        let shape = self.shape(name)?;
        let required: Vec<&str> = shape["required"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Json::as_str)
            .collect();
        let mut members = Vec::new();
        for (member_name, reference) in shape["members"].as_object().into_iter().flatten() {
            let mut member = self.member(member_name, reference)?;
            member.required = required.contains(&member_name.as_str());
            members.push(member);
        }
        let mut schema = StructSchema::new(leak_str(name), members.leak());
        schema.sensitive = flag(shape, "sensitive");
        schema.xml_name = shape["locationName"].as_str().map(leak_str);
        schema.xml_namespace = namespace(&shape["xmlNamespace"]);
        schema.payload = shape["payload"]
            .as_str()
            .and_then(|payload| schema.index_of(payload));
        if flag(shape, "union") {
            schema = schema.union();
        } else if flag(shape, "exception") || flag(shape, "fault") || shape.get("error").is_some() {
            schema = self.error(schema, shape);
        }
        let _ = cell.set(leak(schema));
        Ok(cell)
    }

    /// Code and status: query and XML services answer with `error.code`, JSON services with the name
    /// of the shape and give the code to former query clients only.
    fn error(&self, schema: StructSchema, shape: &Json) -> StructSchema {
        let fault = flag(shape, "fault");
        let error = &shape["error"];
        let code = error["code"].as_str().map(leak_str);
        let status = error["httpStatusCode"]
            .as_u64()
            .and_then(|status| status.try_into().ok());
        // The modelled status of a query-compatible service is that of its former query protocol.
        let status = status
            .filter(|_| !self.query_compatible)
            .unwrap_or(if fault { 500 } else { 400 });
        let sender_fault = error["senderFault"].as_bool().unwrap_or(status < 500);
        let by_name = matches!(
            self.protocol,
            Protocol::Json | Protocol::RestJson | Protocol::Cbor
        );
        let on_wire = if by_name {
            schema.name
        } else {
            code.unwrap_or(schema.name)
        };
        let query_code = if self.query_compatible { code } else { None };
        schema.error(on_wire, query_code, status, sender_fault)
    }

    /// A member: the reference's traits, and the shape's where the reference has none.
    fn member(&mut self, name: &str, reference: &Json) -> Result<Member, ModelError> {
        let shape_name = text(&reference["shape"], "member.shape")?;
        let shape = self.shape(shape_name)?;
        let is_structure = shape["type"] == "structure";
        let of = |key: &str| match reference.get(key) {
            Some(own) => own,
            // A structure's own name and namespace are those of a root element, not of a member; but
            // a prefix that its attributes use must be declared wherever it stands.
            None if is_structure && !(key == "xmlNamespace" && shape[key]["prefix"].is_string()) => {
                &Json::Null
            }
            None => &shape[key],
        };
        let mut member = Member::new(leak_str(name), self.type_schema(shape_name)?);
        member.location_name = of("locationName").as_str().map(leak_str);
        member.query_name = of("queryName").as_str().map(leak_str);
        member.location = match of("location").as_str() {
            None => Location::Body,
            Some("header") => Location::Header,
            Some("headers") => Location::Headers,
            Some("querystring") => Location::QueryString,
            Some("uri") => Location::Uri,
            Some("statusCode") => Location::StatusCode,
            Some(other) => return Err(unknown(shape_name, &format!("location {other}"))),
        };
        member.flattened = of("flattened") == true;
        if flag(shape, "flattened") && member.location_name.is_none() {
            // The items of a list that is always flattened carry their own name if they have one.
            member.location_name = shape["member"]["locationName"].as_str().map(leak_str);
        }
        member.xml_attribute = of("xmlAttribute") == true;
        member.xml_namespace = namespace(of("xmlNamespace"));
        member.timestamp_format = match of("timestampFormat").as_str() {
            None => None,
            Some("iso8601") => Some(TimestampFormat::Iso8601),
            Some("unixTimestamp") => Some(TimestampFormat::UnixTimestamp),
            Some("rfc822") => Some(TimestampFormat::Rfc822),
            Some(other) => return Err(unknown(shape_name, &format!("timestamp format {other}"))),
        };
        member.idempotency_token = of("idempotencyToken") == true;
        member.streaming = of("streaming") == true;
        member.json_value = of("jsonvalue") == true;
        Ok(member)
    }

    fn type_schema(&mut self, name: &str) -> Result<&'static TypeSchema, ModelError> {
        if let Some(known) = self.types.get(name) {
            return Ok(known);
        }
        let shape = self.shape(name)?;
        let mut schema = TypeSchema::new(leak_str(name), self.kind(name, shape)?);
        schema.constraints.min = bound(&shape["min"]);
        schema.constraints.max = bound(&shape["max"]);
        schema.constraints.pattern = shape["pattern"]
            .as_str()
            .map(|source| &*leak(Pattern::new(leak_str(source))));
        let values: Vec<&'static str> = shape["enum"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Json::as_str)
            .map(leak_str)
            .collect();
        schema.constraints.values = values.leak();
        schema.sensitive = flag(shape, "sensitive");
        let schema = &*leak(schema);
        self.types.insert(name.to_owned(), schema);
        Ok(schema)
    }

    fn kind(&mut self, name: &str, shape: &Json) -> Result<Kind, ModelError> {
        Ok(match text(&shape["type"], "shape.type")? {
            "boolean" => Kind::Boolean,
            "byte" => Kind::Integer(8),
            "short" => Kind::Integer(16),
            "integer" => Kind::Integer(32),
            "long" | "biginteger" => Kind::Integer(64),
            "float" => Kind::Float,
            "double" | "bigdecimal" => Kind::Double,
            "string" | "character" => Kind::String,
            "blob" => Kind::Blob,
            "timestamp" => Kind::Timestamp,
            "list" => Kind::List {
                member: leak(self.member("member", &shape["member"])?),
            },
            "map" => Kind::Map {
                key: leak(self.member("key", &shape["key"])?),
                value: leak(self.member("value", &shape["value"])?),
            },
            "structure" if flag(shape, "document") => Kind::Document,
            "structure" => Kind::Struct(StructRef::late(self.structure_cell(name)?)),
            other => return Err(unknown(name, other)),
        })
    }

    fn shape(&self, name: &str) -> Result<&'a Json, ModelError> {
        self.shapes
            .get(name)
            .ok_or_else(|| ModelError::Missing(format!("shape {name}")))
    }
}

fn object<'a>(json: &'a Json, what: &str) -> Result<&'a Map<String, Json>, ModelError> {
    json.as_object().ok_or_else(|| ModelError::Missing(what.into()))
}

fn text<'a>(json: &'a Json, what: &str) -> Result<&'a str, ModelError> {
    json.as_str().ok_or_else(|| ModelError::Missing(what.into()))
}

fn unknown(shape: &str, what: &str) -> ModelError {
    ModelError::Unknown {
        shape: shape.into(),
        what: what.into(),
    }
}

fn flag(shape: &Json, key: &str) -> bool {
    shape[key] == true
}

fn bound(json: &Json) -> Option<i64> {
    json.as_i64().or_else(|| json.as_f64().map(|bound| bound as i64))
}

/// A namespace: its URI alone, or with a prefix.
fn namespace(json: &Json) -> Option<XmlNamespace> {
    let uri = json.as_str().or_else(|| json["uri"].as_str())?;
    Some(XmlNamespace {
        uri: leak_str(uri),
        prefix: json["prefix"].as_str().map(leak_str),
    })
}

fn leak<T>(value: T) -> &'static mut T {
    Box::leak(Box::new(value))
}

fn leak_str(text: &str) -> &'static str {
    Box::leak(text.into())
}
