//! The case files.

use std::fs;
use std::path::Path;

use haechi_wire::{OperationSchema, ServiceSchema, model};
use serde_json::{Value as Json, json};

/// Which way the client sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    Input,
    Output,
}

/// One case with the schema that it is about.
pub(crate) struct Case {
    pub(crate) file: String,
    pub(crate) suite: String,
    pub(crate) index: usize,
    pub(crate) json: Json,
    pub(crate) service: &'static ServiceSchema,
    pub(crate) operation: &'static OperationSchema,
}

impl Case {
    /// `output/query.json / Test cases for X / id`.
    pub(crate) fn name(&self) -> String {
        format!("{} / {} / {}", self.file, self.suite, self.id())
    }

    /// The case's id; older cases only have a number.
    pub(crate) fn id(&self) -> String {
        self.json["id"]
            .as_str()
            .map_or_else(|| format!("#{}", self.index), Into::into)
    }
}

/// All cases of a direction. Of the older ones (`legacy`) only the requests: their responses are what a
/// parser must bear, not what a service sends.
pub(crate) fn load(folder: &Path, direction: Direction) -> Vec<Case> {
    let name = if direction == Direction::Input {
        "input"
    } else {
        "output"
    };
    let mut cases = Vec::new();
    let legacy = (direction == Direction::Input).then(|| "legacy/input".to_owned());
    for sub in [name.to_owned()].into_iter().chain(legacy) {
        let mut files: Vec<_> = fs::read_dir(folder.join(&sub))
            .unwrap_or_else(|error| panic!("{}/{sub}: {error}", folder.display()))
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        files.sort();
        for file in files {
            let text = fs::read_to_string(folder.join(&sub).join(&file)).unwrap();
            let suites: Json = serde_json::from_str(&text).unwrap();
            for suite in suites.as_array().unwrap() {
                cases.extend(of_suite(&format!("{sub}/{file}"), suite));
            }
        }
    }
    cases
}

fn of_suite(file: &str, suite: &Json) -> Vec<Case> {
    let cases = suite["cases"].as_array().unwrap().iter().enumerate();
    cases
        .map(|(index, case)| of_case(file, suite, index, case))
        .collect()
}

fn of_case(file: &str, suite: &Json, index: usize, case: &Json) -> Case {
    let given = &case["given"];
    let name = given["name"].as_str().unwrap_or("OperationName").to_owned();
    let mut operation = given.clone();
    // The errors of a case are found by their code, as a client does.
    if case.get("error").is_some() {
        let errors = suite["shapes"].as_object().unwrap().iter();
        let is_error = |shape: &Json| shape["exception"] == true || shape.get("error").is_some();
        operation["errors"] = errors
            .filter(|(_, shape)| is_error(shape))
            .map(|(name, _)| json!({ "shape": name }))
            .collect();
    }
    // A query service wraps its result; the cases leave that to the test, as botocore's own does.
    let has_output = suite["shapes"][given["output"]["shape"].as_str().unwrap_or_default()]["members"]
        .as_object()
        .is_some_and(|members| !members.is_empty());
    if suite["metadata"]["protocol"] == "query" && has_output {
        operation["output"]["resultWrapper"] = format!("{name}Result").into();
    }
    let model = json!({
        "metadata": suite["metadata"],
        "operations": { name.clone(): operation },
        "shapes": suite["shapes"],
    });
    let service = model::load("case", &model, None).unwrap_or_else(|error| panic!("{file}: {error}"));
    Case {
        file: file.to_owned(),
        suite: suite["description"].as_str().unwrap_or_default().to_owned(),
        index,
        json: case.clone(),
        service,
        operation: service.operation(&name).unwrap(),
    }
}
