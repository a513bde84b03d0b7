//! The static schema tables as Rust text.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::Result;
use haechi_wire::{
    Auth, Kind, Location, Member, OperationSchema, ServiceSchema, StructKind, StructSchema, TypeSchema,
};

use super::reach::{Reach, is_absent};
use super::{heading, names};

/// The module `schema`.
pub(crate) fn schema(service: &ServiceSchema, reach: &Reach, global: bool) -> Result<String> {
    let patterns: BTreeMap<&str, String> = reach
        .patterns
        .iter()
        .enumerate()
        .map(|(index, source)| (*source, format!("PATTERN_{index}")))
        .collect();
    let mut out = heading(&format!("The schema tables of {}.", service.service_id));
    out += "\nuse haechi_wire::{Kind, Location, Member, OperationSchema, Pattern, Protocol, ServiceSchema, \
            StructRef, StructSchema, TimestampFormat, TypeSchema};\n\n";
    write_service(&mut out, service, global)?;
    for operation in service.operations {
        write_operation(&mut out, operation)?;
    }
    for structure in reach.structures.values() {
        write_structure(&mut out, structure)?;
    }
    for schema in reach.types.values() {
        write_type(&mut out, schema, &patterns)?;
    }
    for (source, name) in &patterns {
        writeln!(out, "static {name}: Pattern = Pattern::new({source:?});")?;
    }
    Ok(out)
}

/// The path of a structure's table, from any module of the crate.
pub(crate) fn structure_path(structure: &StructSchema) -> String {
    if is_absent(structure) {
        "<haechi_wire::Empty as haechi_wire::Shape>::SCHEMA".into()
    } else {
        format!("&crate::schema::{}", structure_name(structure))
    }
}

/// The name of a structure's table.
fn structure_name(structure: &StructSchema) -> String {
    format!("SHAPE_{}", names::constant(structure.name))
}

/// The name of an operation's table.
pub(crate) fn operation_name(operation: &OperationSchema) -> String {
    format!("OP_{}", names::constant(operation.name))
}

fn type_static(schema: &TypeSchema) -> String {
    format!("TYPE_{}", names::constant(schema.name))
}

fn write_service(out: &mut String, service: &ServiceSchema, global: bool) -> Result<()> {
    let operations: Vec<String> = service
        .operations
        .iter()
        .map(|operation| format!("&{}", operation_name(operation)))
        .collect();
    write!(
        out,
        "/// The service.\npub static SERVICE: ServiceSchema = ServiceSchema {{ name: {:?}, service_id: {:?}, \
         endpoint_prefix: {:?}, signing_name: {:?}, api_version: {:?}, protocol: Protocol::{:?}, \
         target_prefix: {:?}, json_version: {:?}, xml_namespace: {:?}, global: {:?}, query_compatible: {:?}, \
         operations: &[{}], all_operations: &{:?} }};\n\n",
        service.name,
        service.service_id,
        service.endpoint_prefix,
        service.signing_name,
        service.api_version,
        service.protocol,
        service.target_prefix,
        service.json_version,
        service.xml_namespace,
        global,
        service.query_compatible,
        operations.join(", "),
        service.all_operations,
    )?;
    Ok(())
}

fn write_operation(out: &mut String, operation: &OperationSchema) -> Result<()> {
    write!(
        out,
        "pub static {}: OperationSchema = OperationSchema::new({:?}, {}, {})",
        operation_name(operation),
        operation.name,
        structure_path(operation.input),
        structure_path(operation.output),
    )?;
    if (operation.method, operation.uri, operation.status) != ("POST", "/", 200) {
        write!(
            out,
            ".http({:?}, {:?}, {})",
            operation.method, operation.uri, operation.status
        )?;
    }
    if let Some(wrapper) = operation.result_wrapper {
        write!(out, ".result_wrapper({wrapper:?})")?;
    }
    if !operation.errors.is_empty() {
        let errors: Vec<String> = operation
            .errors
            .iter()
            .map(|error| format!("&{}", structure_name(error)))
            .collect();
        write!(out, ".errors(&[{}])", errors.join(", "))?;
    }
    if operation.auth == Auth::None {
        write!(out, ".unsigned()")?;
    }
    writeln!(out, ";\n")?;
    Ok(())
}

fn write_structure(out: &mut String, structure: &StructSchema) -> Result<()> {
    let mut members = Vec::new();
    for member in structure.members {
        members.push(member_expression(member)?);
    }
    write!(
        out,
        "pub static {}: StructSchema = StructSchema::new({:?}, &[{}])",
        structure_name(structure),
        structure.name,
        members.join(", ")
    )?;
    match &structure.kind {
        StructKind::Structure => {}
        StructKind::Union => write!(out, ".union()")?,
        StructKind::Error(error) => write!(
            out,
            ".error({:?}, {:?}, {}, {})",
            error.code, error.query_code, error.status, error.sender_fault
        )?,
    }
    if structure.sensitive {
        write!(out, ".sensitive()")?;
    }
    if let Some(name) = structure.xml_name {
        write!(out, ".xml_name({name:?})")?;
    }
    if let Some(namespace) = structure.xml_namespace {
        write!(out, ".xml_namespace({:?}, {:?})", namespace.uri, namespace.prefix)?;
    }
    if let Some(payload) = structure.payload {
        write!(out, ".payload({payload})")?;
    }
    writeln!(out, ";\n")?;
    Ok(())
}

fn member_expression(member: &Member) -> Result<String> {
    let mut out = format!("Member::new({:?}, &{})", member.name, type_static(member.target));
    if member.required {
        out += ".required()";
    }
    if let Some(name) = member.location_name {
        write!(out, ".named({name:?})")?;
    }
    if let Some(name) = member.query_name {
        write!(out, ".query_named({name:?})")?;
    }
    if member.location != Location::Body {
        write!(out, ".at(Location::{:?})", member.location)?;
    }
    if member.flattened {
        out += ".flattened()";
    }
    if member.xml_attribute {
        out += ".xml_attribute()";
    }
    if let Some(namespace) = member.xml_namespace {
        write!(out, ".xml_namespace({:?}, {:?})", namespace.uri, namespace.prefix)?;
    }
    if let Some(format) = member.timestamp_format {
        write!(out, ".timestamp_format(TimestampFormat::{format:?})")?;
    }
    if member.idempotency_token {
        out += ".idempotency_token()";
    }
    if member.streaming {
        out += ".streaming()";
    }
    if member.json_value {
        out += ".json_value()";
    }
    Ok(out)
}

fn write_type(out: &mut String, schema: &TypeSchema, patterns: &BTreeMap<&str, String>) -> Result<()> {
    let kind = match &schema.kind {
        Kind::Boolean => "Kind::Boolean".into(),
        Kind::Integer(bits) => format!("Kind::Integer({bits})"),
        Kind::Float => "Kind::Float".into(),
        Kind::Double => "Kind::Double".into(),
        Kind::String => "Kind::String".into(),
        Kind::Blob => "Kind::Blob".into(),
        Kind::Timestamp => "Kind::Timestamp".into(),
        Kind::Document => "Kind::Document".into(),
        Kind::List { member } => format!("Kind::List {{ member: &{} }}", member_expression(member)?),
        Kind::Map { key, value } => {
            format!(
                "Kind::Map {{ key: &{}, value: &{} }}",
                member_expression(key)?,
                member_expression(value)?
            )
        }
        Kind::Struct(structure) => format!("Kind::Struct(StructRef::new(&{}))", structure_name(structure)),
    };
    write!(
        out,
        "static {}: TypeSchema = TypeSchema::new({:?}, {kind})",
        type_static(schema),
        schema.name
    )?;
    let constraints = &schema.constraints;
    if constraints.min.is_some() || constraints.max.is_some() {
        write!(out, ".range({:?}, {:?})", constraints.min, constraints.max)?;
    }
    if let Some(pattern) = constraints.pattern {
        write!(out, ".pattern(&{})", patterns[pattern.source])?;
    }
    if !constraints.values.is_empty() {
        write!(out, ".values(&{:?})", constraints.values)?;
    }
    if schema.sensitive {
        write!(out, ".sensitive()")?;
    }
    writeln!(out, ";\n")?;
    Ok(())
}
