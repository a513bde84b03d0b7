//! The groups' files: what AWS publishes is there as AWS has it, and the patterns find what they are for.

use std::collections::HashMap;

use haechi_managed::{FEEDS, GROUPS, ManagedGroup, feed, find};
use regex::bytes::{Regex, RegexBuilder};
use serde_json::Value;

fn document(group: &ManagedGroup) -> Value {
    serde_json::from_str(group.json).unwrap_or_else(|error| panic!("{}: {error}", group.name))
}

fn rules(document: &Value) -> &Vec<Value> {
    document["Rules"].as_array().expect("a group has rules")
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

/// Every member of this name, wherever it is.
fn members<'a>(value: &'a Value, name: &str, found: &mut Vec<&'a str>) {
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                match value {
                    Value::String(text) if key == name => found.push(text),
                    value => members(value, name, found),
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| members(value, name, found)),
        _ => {}
    }
}

fn patterns(rule: &Value) -> Vec<Regex> {
    let mut found = Vec::new();
    members(rule, "RegexString", &mut found);
    let compile = |pattern: &str| {
        RegexBuilder::new(pattern)
            .unicode(false)
            .build()
            .unwrap_or_else(|error| panic!("{pattern}: {error}"))
    };
    found.into_iter().map(compile).collect()
}

/// Group, rule, action and label as the developer guide lists them, in its order.
#[test]
fn rules_have_awss_names_order_actions_and_labels() {
    let expected: Vec<&str> = include_str!("data/rules.txt").lines().collect();
    let mut actual = Vec::new();
    for group in GROUPS {
        let document = document(group);
        for (place, rule) in rules(&document).iter().enumerate() {
            assert_eq!(rule["Priority"], place, "{}", group.name);
            let action = rule["Action"]
                .as_object()
                .and_then(|action| action.keys().next())
                .expect("an action");
            let short = group.name.trim_start_matches("AWSManagedRules");
            let label = text(&rule["RuleLabels"][0]["Name"]);
            actual.push(format!("{short} {} {action} {label}", text(&rule["Name"])));
        }
    }
    assert_eq!(actual, expected);
}

#[test]
fn the_index_says_what_the_files_say() {
    for group in GROUPS {
        let document = document(group);
        assert_eq!(text(&document["Name"]), group.name);
        assert_eq!(text(&document["Description"]), group.description);
        assert_eq!(document["Capacity"], group.capacity);
        assert_eq!(text(&document["LabelNamespace"]), group.label_namespace);
        let labels = document["AvailableLabels"]
            .as_array()
            .expect("a group has labels");
        let labels: Vec<&str> = labels.iter().map(|label| text(&label["Name"])).collect();
        assert_eq!(group.available_labels().collect::<Vec<_>>(), labels);
        for rule in rules(&document) {
            for label in rule["RuleLabels"].as_array().expect("a rule has labels") {
                let label = format!("{}{}", group.label_namespace, text(&label["Name"]));
                assert!(labels.contains(&label.as_str()), "{label}");
            }
        }
    }
}

#[test]
fn a_group_is_found_by_vendor_and_name() {
    let group = find("AWS", "AWSManagedRulesUnixRuleSet").expect("a group");
    assert!(group.has_version("Version_3.0") && !group.has_version("Version_99.0"));
    assert_eq!(group.default_version(), group.versions.last().copied());
    assert!(find("Acme", "AWSManagedRulesUnixRuleSet").is_none());
    assert!(find("AWS", "AWSManagedRulesNothing").is_none());
}

/// The API's limit for a pattern is 512 characters.
#[test]
fn every_pattern_compiles_and_fits_the_api() {
    for group in GROUPS {
        let document = document(group);
        let mut found = Vec::new();
        members(&document, "RegexString", &mut found);
        for pattern in found {
            assert!(pattern.chars().count() <= 512, "{}: {pattern}", group.name);
        }
        assert!(rules(&document).iter().all(|rule| patterns(rule).len() < 200));
    }
}

#[test]
fn every_address_list_that_a_rule_names_is_a_feed() {
    for group in GROUPS {
        let document = document(group);
        let mut arns = Vec::new();
        members(&document, "ARN", &mut arns);
        assert!(
            arns.iter().all(|arn| feed(arn).is_some()),
            "{}: {arns:?}",
            group.name
        );
    }
    for feed in FEEDS {
        for address in feed.addresses() {
            let (address, length) = address.split_once('/').expect("a network");
            let address: std::net::IpAddr = address.parse().expect("an address");
            let most = if address.is_ipv4() { 32 } else { 128 };
            assert!((1..=most).contains(&length.parse::<u8>().expect("a length")));
        }
    }
}

/// `data/attacks.txt` has a rule and a text, as the rule's transformations leave it, per line.
#[test]
fn patterns_find_what_they_are_for() {
    let mut by_rule: HashMap<String, Vec<Regex>> = HashMap::new();
    for group in GROUPS {
        for rule in rules(&document(group)) {
            by_rule.insert(text(&rule["Name"]).to_owned(), patterns(rule));
        }
    }
    for line in include_str!("data/attacks.txt").lines() {
        let (rule, attack) = line.split_once(' ').expect("a rule and a text");
        let patterns = by_rule.get(rule).unwrap_or_else(|| panic!("no rule {rule}"));
        assert!(
            patterns.iter().any(|pattern| pattern.is_match(attack.as_bytes())),
            "{rule}: {attack}"
        );
    }
}

/// No rule on arguments, bodies or cookies minds what people write.
#[test]
fn patterns_let_ordinary_values_through() {
    let lines: Vec<String> = include_str!("data/ordinary.txt")
        .lines()
        .map(str::to_lowercase)
        .collect();
    for group in GROUPS {
        for rule in rules(&document(group)) {
            let name = text(&rule["Name"]);
            if !["_QUERYARGUMENTS", "_QUERYSTRING", "_BODY", "_COOKIE"]
                .iter()
                .any(|field| name.ends_with(field))
            {
                continue;
            }
            for pattern in patterns(rule) {
                for line in &lines {
                    assert!(!pattern.is_match(line.as_bytes()), "{name}: {line}: {pattern}");
                }
            }
        }
    }
}
