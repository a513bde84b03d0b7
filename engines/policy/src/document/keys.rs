//! The condition keys that a document reads: what IAM's GetContextKeysFor… answers.

use serde_json::Value;

use super::parse::{CURRENT_VERSION, statement_values, strings};
use crate::variable::keys_in;

/// The keys of conditions and variables, as written, each once (case folded), in order of appearance.
pub(super) fn of(document: &Value) -> Vec<String> {
    let variables = document["Version"] == CURRENT_VERSION;
    let mut keys: Vec<String> = Vec::new();
    let mut add = |key: &str| {
        if !keys.iter().any(|known| known.eq_ignore_ascii_case(key)) {
            keys.push(key.to_owned());
        }
    };
    for statement in statement_values(document) {
        let resources = ["Resource", "NotResource"]
            .into_iter()
            .filter_map(|name| statement.get(name));
        if variables {
            resources.flat_map(strings).flat_map(keys_in).for_each(&mut add);
        }
        let operators = statement
            .get("Condition")
            .and_then(Value::as_object)
            .into_iter()
            .flatten();
        for (key, values) in operators.filter_map(|(_, keys)| keys.as_object()).flatten() {
            add(key);
            if variables {
                strings(values).flat_map(keys_in).for_each(&mut add);
            }
        }
    }
    keys
}
