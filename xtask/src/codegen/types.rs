//! Structures, enumerations, errors and operations as lists for haechi-wire's macros.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use anyhow::Result;
use haechi_wire::{Kind, ServiceSchema, StructSchema, TypeSchema};

use super::reach::{Reach, is_absent, is_enumeration, is_plain_error};
use super::tables::{operation_name, structure_path};
use super::{heading, names};

/// The module `types`.
pub(crate) fn structures(service: &ServiceSchema, reach: &Reach) -> Result<String> {
    let mut out = heading(&format!("The structures of {}.", service.service_id));
    out += "\nuse std::collections::BTreeMap;\n\n\
            use haechi_wire::{Blob, Timestamp, shape};\n\n\
            use crate::enums::*;\n";
    for structure in reach.typed() {
        write!(
            out,
            "\nshape! {{\n    {} = {}; {{\n",
            names::type_name(structure.name),
            structure_path(structure)
        )?;
        let mut fields = BTreeSet::new();
        for member in structure.members {
            let mut field = names::field(member.name);
            while !fields.insert(field.clone()) {
                field.push('_');
            }
            let mut rust_type = rust_type(member.target);
            if contains_directly(member.target, structure, &mut BTreeSet::new()) {
                rust_type = format!("Box<{rust_type}>");
            }
            writeln!(out, "        {field}: {rust_type},")?;
        }
        out += "    }\n}\n";
    }
    Ok(out)
}

/// The module `enums`.
pub(crate) fn enumerations(service: &ServiceSchema, reach: &Reach) -> Result<String> {
    let mut out = heading(&format!("The enumerations of {}.", service.service_id));
    out += "\nuse haechi_wire::wire_enum;\n";
    for schema in reach.enumerations() {
        write!(out, "\nwire_enum! {{\n    {} {{\n", names::type_name(schema.name))?;
        let mut variants = BTreeSet::new();
        for value in schema.constraints.values {
            let mut variant = names::variant(value);
            while !variants.insert(variant.clone()) {
                variant.push('_');
            }
            writeln!(out, "        {variant} = {value:?},")?;
        }
        out += "    }\n}\n";
    }
    Ok(out)
}

/// The module `error`.
pub(crate) fn errors(service: &ServiceSchema, reach: &Reach) -> Result<String> {
    let mut out = heading(&format!("The errors of {}.", service.service_id));
    out += "\nhaechi_wire::error_codes! {\n";
    for (name, structure) in &reach.errors {
        writeln!(
            out,
            "    {} = {},",
            names::type_name(name),
            structure_path(structure)
        )?;
    }
    out += "}\n";
    let typed: Vec<String> = reach
        .errors
        .values()
        .filter(|structure| !is_plain_error(structure))
        .map(|structure| names::type_name(structure.name))
        .collect();
    if !typed.is_empty() {
        write!(
            out,
            "\nuse crate::types::{{{}}};\n\nhaechi_wire::typed_errors! {{\n    {},\n}}\n",
            typed.join(", "),
            typed.join(",\n    ")
        )?;
    }
    Ok(out)
}

/// The module `op`.
pub(crate) fn operations(service: &ServiceSchema) -> Result<String> {
    let mut out = heading(&format!(
        "The operations of {}, a marker type each.",
        service.service_id
    ));
    out += "\nhaechi_wire::operations! {\n    &crate::schema::SERVICE;\n";
    for operation in service.operations {
        writeln!(
            out,
            "    {}({}) -> {} = &crate::schema::{};",
            names::type_name(operation.name),
            root_type(operation.input),
            root_type(operation.output),
            operation_name(operation)
        )?;
    }
    out += "}\n";
    Ok(out)
}

fn root_type(structure: &StructSchema) -> String {
    if is_absent(structure) {
        "haechi_wire::Empty".into()
    } else {
        format!("crate::{}", names::type_name(structure.name))
    }
}

fn rust_type(schema: &TypeSchema) -> String {
    match &schema.kind {
        Kind::Boolean => "bool".into(),
        Kind::Integer(64) => "i64".into(),
        Kind::Integer(_) => "i32".into(),
        Kind::Float => "f32".into(),
        Kind::Double => "f64".into(),
        Kind::String if is_enumeration(schema) => names::type_name(schema.name),
        Kind::String => "String".into(),
        Kind::Blob => "Blob".into(),
        Kind::Timestamp => "Timestamp".into(),
        Kind::Document => "haechi_wire::Json".into(),
        Kind::List { member } => format!("Vec<{}>", rust_type(member.target)),
        Kind::Map { value, .. } => format!("BTreeMap<String, {}>", rust_type(value.target)),
        Kind::Struct(structure) => names::type_name(structure.name),
    }
}

/// Whether `schema` holds `wanted` with nothing on the heap between: such a member is boxed.
fn contains_directly(schema: &TypeSchema, wanted: &StructSchema, seen: &mut BTreeSet<&'static str>) -> bool {
    let Kind::Struct(structure) = &schema.kind else {
        return false;
    };
    if structure.name == wanted.name {
        return true;
    }
    seen.insert(structure.schema().name)
        && structure
            .members
            .iter()
            .any(|member| contains_directly(member.target, wanted, seen))
}
