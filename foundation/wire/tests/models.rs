//! What holds for every service whose model is in the repository.

use std::fs;
use std::path::Path;

use haechi_wire::{
    Blob, Fields, Kind, Location, Member, Protocol, ServiceSchema, StructSchema, Timestamp, Value, WireReply,
    WireRequest, decode, encode, model,
};
use http::HeaderMap;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

fn services() -> Vec<&'static ServiceSchema> {
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models");
    let folders = fs::read_dir(models).unwrap().map(|entry| entry.unwrap().path());
    let services: Vec<_> = folders
        .filter(|folder| folder.is_dir())
        .map(|folder| {
            let text = fs::read_to_string(folder.join("service-2.json")).unwrap();
            let name = folder.file_name().unwrap().to_str().unwrap();
            model::load(name, &serde_json::from_str(&text).unwrap(), None).unwrap()
        })
        .collect();
    assert!(!services.is_empty());
    services
}

fn members(
    schema: &'static StructSchema,
    seen: &mut Vec<&'static str>,
    visit: &mut impl FnMut(&'static Member),
) {
    if seen.contains(&schema.name) {
        return;
    }
    seen.push(schema.name);
    for member in schema.members {
        walk(member, seen, visit);
    }
}

fn walk(member: &'static Member, seen: &mut Vec<&'static str>, visit: &mut impl FnMut(&'static Member)) {
    visit(member);
    match &member.target.kind {
        Kind::Struct(schema) => members(schema.schema(), seen, visit),
        Kind::List { member } => walk(member, seen, visit),
        Kind::Map { key, value } => {
            walk(key, seen, visit);
            walk(value, seen, visit);
        }
        _ => {}
    }
}

#[test]
fn every_pattern_can_be_run_but_those_with_look_around() {
    for service in services() {
        let mut seen = Vec::new();
        for operation in service.operations {
            members(operation.input, &mut seen, &mut |member| {
                if let Some(pattern) = member.target.constraints.pattern {
                    let has_look_around = ["(?!", "(?=", "(?<"]
                        .iter()
                        .any(|mark| pattern.source.contains(mark));
                    assert_eq!(
                        pattern.is_supported(),
                        !has_look_around,
                        "{}: {}",
                        service.name,
                        pattern.source
                    );
                }
            });
        }
    }
}

/// Any value of a member, nested no deeper than `depth` structures.
fn any_value(member: &'static Member, depth: u32) -> BoxedStrategy<Value> {
    match &member.target.kind {
        Kind::Boolean => any::<bool>().prop_map(Value::Bool).boxed(),
        Kind::Integer(64) => any::<i64>().prop_map(Value::Integer).boxed(),
        Kind::Integer(_) => any::<i32>()
            .prop_map(|number| Value::Integer(number.into()))
            .boxed(),
        Kind::Float => any::<i16>()
            .prop_map(|number| Value::Float(f64::from(number) / 4.0))
            .boxed(),
        Kind::Double => proptest::num::f64::NORMAL.prop_map(Value::Float).boxed(),
        // No control characters: XML can't hold them.
        Kind::String => "[^\\p{C}]{0,12}|\"\\\\&<>'é漢😀".prop_map(Value::String).boxed(),
        Kind::Blob => prop::collection::vec(any::<u8>(), 0..12)
            .prop_map(|bytes| Value::Blob(Blob::from(bytes)))
            .boxed(),
        Kind::Timestamp => (0..4_102_444_800_000_i64)
            .prop_map(|at| Value::Timestamp(Timestamp::from_millis(at)))
            .boxed(),
        Kind::List { member } => prop::collection::vec(any_value(member, depth), 1..3)
            .prop_map(Value::List)
            .boxed(),
        Kind::Map { value, .. } => prop::collection::btree_map("[a-z]{1,4}", any_value(value, depth), 1..3)
            .prop_map(|map| Value::Map(map.into_iter().collect()))
            .boxed(),
        Kind::Struct(schema) => any_fields(schema.schema(), depth.saturating_sub(1))
            .prop_map(Value::Struct)
            .boxed(),
        Kind::Document => Just(Value::Json(serde_json::json!({"a": [1, "b"]}))).boxed(),
    }
}

fn any_fields(schema: &'static StructSchema, depth: u32) -> BoxedStrategy<Fields> {
    if schema.is_union() {
        any_union(schema, depth)
    } else {
        slots(schema, depth).prop_map(Fields).boxed()
    }
}

/// Exactly one member is set: a plain one where depth is used up and there is one.
fn any_union(schema: &'static StructSchema, depth: u32) -> BoxedStrategy<Fields> {
    let count = schema.members.len();
    let plain: Vec<usize> = (0..count)
        .filter(|index| !is_nested(&schema.members[*index]))
        .collect();
    let choices = if depth == 0 && !plain.is_empty() {
        plain
    } else {
        (0..count).collect()
    };
    prop::sample::select(choices)
        .prop_flat_map(move |chosen| {
            any_value(&schema.members[chosen], depth).prop_map(move |value| {
                let mut slots = vec![None; count];
                slots[chosen] = Some(value);
                Fields(slots)
            })
        })
        .boxed()
}

fn is_nested(member: &Member) -> bool {
    matches!(
        member.target.kind,
        Kind::Struct(_) | Kind::List { .. } | Kind::Map { .. }
    )
}

fn slots(schema: &'static StructSchema, depth: u32) -> BoxedStrategy<Vec<Option<Value>>> {
    schema
        .members
        .iter()
        .map(|member| {
            if depth == 0 && is_nested(member) {
                Just(None).boxed()
            } else {
                prop::option::of(any_value(member, depth)).boxed()
            }
        })
        .collect::<Vec<_>>()
        .boxed()
}

/// A structure that is written as the output of an awsJson operation and read as the input of one is
/// the same structure.
#[test]
fn every_json_structure_survives_being_written_and_read() {
    for service in services()
        .into_iter()
        .filter(|service| service.protocol == Protocol::Json)
    {
        for operation in service.operations {
            let mut runner = TestRunner::new(Config {
                cases: 16,
                failure_persistence: None,
                ..Config::default()
            });
            let mirror =
                haechi_wire::OperationSchema::new(operation.name, operation.output, operation.output);
            let outcome = runner.run(&any_fields(operation.output, 3), |fields| {
                let reply: WireReply = encode(service, &mirror, &fields, "id");
                let headers = HeaderMap::new();
                let request = WireRequest {
                    method: "POST",
                    path: "/",
                    query: "",
                    headers: &headers,
                    body: &reply.body,
                };
                let read = decode(service, &mirror, &request)
                    .map_err(|error| TestCaseError::fail(error.to_string()))?;
                prop_assert!(read == fields, "{}", String::from_utf8_lossy(&reply.body));
                Ok(())
            });
            outcome.unwrap_or_else(|error| panic!("{}.{}: {error}", service.name, operation.name));
        }
    }
}

/// No body, however broken, makes a decoder panic.
#[test]
fn broken_bodies_are_errors_and_never_panics() {
    let services = services();
    let mut runner = TestRunner::new(Config {
        cases: 2000,
        failure_persistence: None,
        ..Config::default()
    });
    let text = prop_oneof![
        "\\PC{0,40}",
        "[\\[\\]{}\":,0-9a-z\\\\u. -]{0,60}",
        "(KeyId|Tags|PolicyInputList|Filters)(\\.(member|entry|[0-9]{1,3}|Key)){0,5}=[a-z%0-9&+]{0,20}",
    ];
    runner
        .run(&(text, any::<prop::sample::Index>()), |(text, index)| {
            let headers = HeaderMap::new();
            for service in &services {
                let operation = index.get(service.operations);
                let request = WireRequest {
                    method: "POST",
                    path: "/",
                    query: "",
                    headers: &headers,
                    body: text.as_bytes(),
                };
                let _ = decode(service, operation, &request);
            }
            Ok(())
        })
        .unwrap();
}

#[test]
fn members_of_the_services_here_all_stand_in_the_body() {
    for service in services()
        .into_iter()
        .filter(|service| matches!(service.protocol, Protocol::Json | Protocol::Query))
    {
        for operation in service.operations {
            let elsewhere = operation
                .input
                .members
                .iter()
                .find(|member| member.location != Location::Body);
            assert!(elsewhere.is_none(), "{}.{}", service.name, operation.name);
        }
    }
}
