//! Conditions of a request.
//!
//! Source: API reference, `RuleCondition` and what it holds; user guide, "Condition types for listener rules": one
//! host-header, http-request-method, path-pattern and source-ip each, at most 5 values and 5 wildcards in a rule.

use haechi_api_elbv2 as api;
use haechi_core::Failure;

use crate::error;
use crate::model::condition::{Condition, Pair, Values};

const MOST_VALUES: usize = 5;
const MOST_WILDCARDS: usize = 5;
const LONGEST_VALUE: usize = 128;
const LONGEST_HEADER_NAME: usize = 40;
const FIELDS: &str = "[path-pattern, http-request-method, host-header, query-string, http-header, source-ip]";

/// Reads the conditions of a rule.
pub(crate) fn read(given: Vec<api::RuleCondition>) -> Result<Vec<Condition>, Failure> {
    if given.is_empty() {
        return Err(error::validation("A condition must be specified"));
    }
    let conditions = given.into_iter().map(one).collect::<Result<Vec<_>, _>>()?;
    for once in ["host-header", "http-request-method", "path-pattern", "source-ip"] {
        if conditions
            .iter()
            .filter(|condition| condition.field() == once)
            .count()
            > 1
        {
            let message = format!("A rule can only have one '{once}' condition");
            return Err(error::validation(message));
        }
    }
    if conditions.iter().map(Condition::count).sum::<usize>() > MOST_VALUES {
        let message = format!("Rules cannot have more than '{MOST_VALUES}' condition values");
        return Err(error::validation(message));
    }
    if conditions.iter().map(Condition::wildcards).sum::<usize>() > MOST_WILDCARDS {
        let message = format!("Rules cannot have more than '{MOST_WILDCARDS}' condition wildcards");
        return Err(error::validation(message));
    }
    Ok(conditions)
}

fn one(given: api::RuleCondition) -> Result<Condition, Failure> {
    let field = given.field.clone().unwrap_or_default();
    let takes_values = matches!(field.as_str(), "host-header" | "path-pattern");
    if given.values.is_some() && !takes_values && !field.is_empty() && FIELDS.contains(field.as_str()) {
        let message = format!("The 'Values' field is not compatible with '{field}'");
        return Err(error::validation(message));
    }
    let without = |config: &str| error::validation(format!("A '{config}' must be specified with '{field}'"));
    match field.as_str() {
        "host-header" => {
            let config = given
                .host_header_config
                .map(|config| (config.values, config.regex_values));
            let values = patterns(
                &field,
                "HostHeaderConfig",
                given.values,
                given.regex_values,
                config,
            )?;
            Ok(Condition::HostHeader(values))
        }
        "path-pattern" => {
            let config = given
                .path_pattern_config
                .map(|config| (config.values, config.regex_values));
            let values = patterns(
                &field,
                "PathPatternConfig",
                given.values,
                given.regex_values,
                config,
            )?;
            Ok(Condition::PathPattern(values))
        }
        "http-header" => header(
            given
                .http_header_config
                .ok_or_else(|| without("HttpHeaderConfig"))?,
        ),
        "http-request-method" => methods(
            given
                .http_request_method_config
                .ok_or_else(|| without("HttpRequestMethodConfig"))?,
        ),
        "query-string" => query(
            given
                .query_string_config
                .ok_or_else(|| without("QueryStringConfig"))?,
        ),
        "source-ip" => source(given.source_ip_config.ok_or_else(|| without("SourceIpConfig"))?),
        other => Err(error::validation(format!(
            "Condition field '{other}' must be one of '{FIELDS}'"
        ))),
    }
}

type Given = (Option<Vec<String>>, Option<Vec<String>>);

/// The values of a host or a path: in the older form, in its configuration, or as regular expressions.
fn patterns(
    field: &str,
    config_name: &str,
    values: Option<Vec<String>>,
    regexes: Option<Vec<String>>,
    config: Option<Given>,
) -> Result<Values, Failure> {
    let (in_config, regexes_in_config) = config.unwrap_or_default();
    if values.is_some() && in_config.is_some() && values != in_config {
        return Err(error::validation(format!(
            "You cannot provide both Values and '{config_name}' for a condition of type '{field}'"
        )));
    }
    let values = in_config.or(values).filter(|values| !values.is_empty());
    let regexes = regexes_in_config.or(regexes).filter(|values| !values.is_empty());
    chosen(field, values, regexes)
}

fn chosen(field: &str, values: Option<Vec<String>>, regexes: Option<Vec<String>>) -> Result<Values, Failure> {
    match (values, regexes) {
        (Some(_), Some(_)) => Err(error::validation(format!(
            "You cannot provide both Values and RegexValues for a condition of type '{field}'"
        ))),
        (Some(values), None) => {
            for value in &values {
                check_text(field, value)?;
                if field == "path-pattern" && !value.chars().all(is_path_character) {
                    return Err(error::validation(format!(
                        "The path pattern '{value}' is not valid"
                    )));
                }
                if field == "host-header" && !value.chars().all(is_host_character) {
                    return Err(error::validation(format!(
                        "The host header '{value}' is not valid"
                    )));
                }
            }
            Ok(Values::Wildcards(values))
        }
        (None, Some(regexes)) => {
            for regex in &regexes {
                check_text(field, regex)?;
                check_regex(regex)?;
            }
            Ok(Values::Regexes(regexes))
        }
        (None, None) => Err(error::validation("A condition value must be specified")),
    }
}

/// A regular expression that the gateway can follow.
pub(super) fn check_regex(text: &str) -> Result<(), Failure> {
    regex::Regex::new(text)
        .map(drop)
        .map_err(|_| error::validation(format!("The regular expression '{text}' is not valid")))
}

fn check_text(field: &str, value: &str) -> Result<(), Failure> {
    if value.is_empty() {
        return Err(error::validation("A condition value must be specified"));
    }
    if value.chars().count() > LONGEST_VALUE {
        return Err(error::validation(format!(
            "The '{field}' value is too long; the limit is '{LONGEST_VALUE}'"
        )));
    }
    Ok(())
}

/// Source: API reference, `PathPatternConditionConfig` and its kin.
fn is_path_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_-.$/~\"'@:+&()!,;=%*?#[]".contains(c)
}

fn is_host_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-.*?_:".contains(c)
}

fn header(config: api::HttpHeaderConditionConfig) -> Result<Condition, Failure> {
    let name = config
        .http_header_name
        .filter(|name| !name.is_empty())
        .ok_or_else(|| error::validation("A 'HttpHeaderName' must be specified"))?;
    if name.len() > LONGEST_HEADER_NAME {
        return Err(error::validation(format!(
            "The 'HttpHeaderName' value is too long; the limit is '{LONGEST_HEADER_NAME}'"
        )));
    }
    if name.eq_ignore_ascii_case("host") {
        let message = "The 'Host' header cannot be specified with 'http-header'; use 'host-header' instead";
        return Err(error::validation(message));
    }
    let is_token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
    if !name.bytes().all(is_token) {
        return Err(error::validation(format!(
            "The 'HttpHeaderName' value '{name}' is not valid"
        )));
    }
    let values = config.values.filter(|values| !values.is_empty());
    let regexes = config.regex_values.filter(|values| !values.is_empty());
    Ok(Condition::HttpHeader {
        name,
        values: chosen("http-header", values, regexes)?,
    })
}

fn methods(config: api::HttpRequestMethodConditionConfig) -> Result<Condition, Failure> {
    let values = config.values.unwrap_or_default();
    if values.is_empty() {
        return Err(error::validation("A condition value must be specified"));
    }
    for value in &values {
        if value.len() > 40 {
            let message = "The 'http-request-method' value is too long; the limit is '40'";
            return Err(error::validation(message));
        }
        if !value
            .bytes()
            .all(|b| b.is_ascii_uppercase() || b == b'-' || b == b'_')
            || value.is_empty()
        {
            let message = "The 'http-request-method' value is invalid; the allowed characters are A-Z, hyphen and \
                           underscore";
            return Err(error::validation(message));
        }
    }
    Ok(Condition::Method(values))
}

fn query(config: api::QueryStringConditionConfig) -> Result<Condition, Failure> {
    let mut pairs = Vec::new();
    for pair in config.values.unwrap_or_default() {
        let value = pair
            .value
            .ok_or_else(|| error::validation("A 'Value' must be specified in 'QueryStringKeyValuePair'"))?;
        let too_long = |what: &str| {
            error::validation(format!(
                "The '{what}' value is too long; the limit is '{LONGEST_VALUE}'"
            ))
        };
        if pair.key.as_ref().is_some_and(|key| key.len() > LONGEST_VALUE) {
            return Err(too_long("Key"));
        }
        if value.len() > LONGEST_VALUE {
            return Err(too_long("Value"));
        }
        pairs.push(Pair {
            key: pair.key.filter(|key| !key.is_empty()),
            value,
        });
    }
    if pairs.is_empty() {
        return Err(error::validation("A condition value must be specified"));
    }
    Ok(Condition::Query(pairs))
}

fn source(config: api::SourceIpConditionConfig) -> Result<Condition, Failure> {
    let values = config.values.unwrap_or_default();
    if values.is_empty() {
        return Err(error::validation("A 'source-ip' value must be specified"));
    }
    for value in &values {
        if !is_range(value) {
            return Err(error::validation(format!(
                "The 'source-ip' value '{value}' must be in CIDR format"
            )));
        }
    }
    Ok(Condition::SourceIp(values))
}

fn is_range(text: &str) -> bool {
    let Some((address, bits)) = text.split_once('/') else {
        return false;
    };
    let most = match address.parse() {
        Ok(std::net::IpAddr::V4(_)) => 32,
        Ok(std::net::IpAddr::V6(_)) => 128,
        Err(_) => return false,
    };
    bits.parse().is_ok_and(|bits: u8| bits <= most)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(values: &[&str]) -> api::RuleCondition {
        api::RuleCondition {
            field: Some("path-pattern".into()),
            values: Some(values.iter().map(|value| (*value).to_owned()).collect()),
            ..api::RuleCondition::default()
        }
    }

    fn refusal(given: Vec<api::RuleCondition>) -> String {
        read(given).unwrap_err().into_api().message
    }

    #[test]
    fn values_stand_for_the_configuration_of_paths_and_hosts() {
        assert_eq!(
            read(vec![path(&["/a/*"])]).unwrap(),
            [Condition::PathPattern(Values::Wildcards(vec!["/a/*".into()]))]
        );
        let mut other = path(&["/a"]);
        other.field = Some("source-ip".into());
        assert_eq!(
            refusal(vec![other]),
            "The 'Values' field is not compatible with 'source-ip'"
        );
    }

    #[test]
    fn a_rule_has_five_values_and_five_wildcards_at_most() {
        assert_eq!(
            refusal(vec![path(&["/1", "/2", "/3", "/4", "/5", "/6"])]),
            "Rules cannot have more than '5' condition values"
        );
        assert_eq!(
            refusal(vec![path(&["/******"])]),
            "Rules cannot have more than '5' condition wildcards"
        );
        assert_eq!(
            refusal(vec![path(&["/a"]), path(&["/b"])]),
            "A rule can only have one 'path-pattern' condition"
        );
    }

    #[test]
    fn what_is_no_field_or_no_regex_or_no_range_is_refused() {
        let mut unknown = path(&["/a"]);
        unknown.field = Some("colour".into());
        assert!(refusal(vec![unknown]).starts_with("Condition field 'colour' must be one of"));
        let regex = api::RuleCondition {
            field: Some("host-header".into()),
            regex_values: Some(vec!["(".into()]),
            ..api::RuleCondition::default()
        };
        assert_eq!(refusal(vec![regex]), "The regular expression '(' is not valid");
        assert!(is_range("10.0.0.0/8") && is_range("::/0"));
        assert!(!is_range("10.0.0.0") && !is_range("10.0.0.0/33") && !is_range("x/1"));
    }
}
