//! What an integration makes of a request.
//!
//! - `HTTP_PROXY` and `HTTP` go to their URL, path parameters and stage variables filled in, headers with literal
//!   values set. The backend's answer goes back as it is; selection patterns, response mappings and mapping templates
//!   of `HTTP` are not carried out.
//! - `MOCK` answers with the status that its request template names and what the integration response of that status
//!   says in literal text. A template with expressions of the template language is answered with 501.
//! - `AWS` and `AWS_PROXY` are answered with 501: there is nothing behind them to invoke.

use std::collections::BTreeMap;

use haechi_api_apigateway as api;
use haechi_dataplane::front::Action;

use super::methods::refusal;
use crate::model::stage::Stage;

const DEFAULT_TIMEOUT: u32 = 29_000;

/// The action of an integration.
pub(super) fn action(integration: &api::Integration, stage: &Stage) -> Action {
    match integration.r#type {
        Some(api::IntegrationType::Http | api::IntegrationType::HttpProxy) => proxy(integration, stage),
        Some(api::IntegrationType::Mock) => mock(integration),
        _ => not_carried("Integrations of this type are not carried out by this gateway"),
    }
}

fn not_carried(message: &str) -> Action {
    refusal(501, "NotImplementedException", "message", message)
}

fn proxy(integration: &api::Integration, stage: &Stage) -> Action {
    let empty = BTreeMap::new();
    let parameters = integration.request_parameters.as_ref().unwrap_or(&empty);
    let variables = stage.shown.variables.as_ref().unwrap_or(&empty);
    let mut url = with_variables(integration.uri.as_deref().unwrap_or_default(), variables);
    let mut headers = Vec::new();
    for (target, source) in parameters {
        let literal = source.strip_prefix('\'').and_then(|it| it.strip_suffix('\''));
        if let Some(name) = target.strip_prefix("integration.request.path.") {
            let value = match (literal, source.strip_prefix("method.request.path.")) {
                (Some(text), _) => text.to_owned(),
                (None, Some(label)) => format!("{{{label}}}"),
                (None, None) => continue,
            };
            url = url.replace(&format!("{{{name}}}"), &value);
        } else if let (Some(name), Some(text)) = (target.strip_prefix("integration.request.header."), literal)
        {
            headers.push((name.to_owned(), text.to_owned()));
        }
    }
    let method = integration.http_method.clone().filter(|method| method != "ANY");
    let timeout = integration
        .timeout_in_millis
        .and_then(|it| u32::try_from(it).ok());
    Action::Proxy {
        url,
        append_path: false,
        method,
        headers,
        timeout: timeout.unwrap_or(DEFAULT_TIMEOUT),
    }
}

/// A URL with its `${stageVariables.name}`.
fn with_variables(text: &str, variables: &BTreeMap<String, String>) -> String {
    variables.iter().fold(text.to_owned(), |text, (name, value)| {
        text.replace(&format!("${{stageVariables.{name}}}"), value)
    })
}

fn mock(integration: &api::Integration) -> Action {
    let templates = integration.request_templates.as_ref();
    let template = templates.and_then(|all| all.get("application/json"));
    let Some(status) = template.map_or(Some(200), |template| wanted_status(template)) else {
        return not_carried("This request template is not carried out by this gateway");
    };
    let Some(response) = response_for(integration, status) else {
        return refusal(
            500,
            "InternalServerErrorException",
            "message",
            "Internal server error",
        );
    };
    let templates = response.response_templates.iter().flatten();
    let body = match templates
        .clone()
        .find(|(content, _)| *content == "application/json")
    {
        Some(found) => Some(found),
        None => templates.clone().next(),
    };
    let (content_type, body) = body.map_or(("application/json", ""), |(kind, text)| {
        (kind.as_str(), text.as_str())
    });
    if is_expression(body) {
        return not_carried("This response template is not carried out by this gateway");
    }
    let mut headers = vec![("content-type".to_owned(), content_type.to_owned())];
    for (target, source) in response.response_parameters.iter().flatten() {
        let literal = source.strip_prefix('\'').and_then(|it| it.strip_suffix('\''));
        if let (Some(name), Some(text)) = (target.strip_prefix("method.response.header."), literal) {
            headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
            headers.push((name.to_owned(), text.to_owned()));
        }
    }
    let status = response.status_code.as_deref().and_then(|code| code.parse().ok());
    Action::Fixed {
        status: status.unwrap_or(200),
        headers,
        body: body.to_owned(),
    }
}

/// The integration response whose pattern fits a status, or the default one.
fn response_for(integration: &api::Integration, status: i64) -> Option<&api::IntegrationResponse> {
    let responses = integration.integration_responses.as_ref()?;
    let fits = |it: &&api::IntegrationResponse| it.selection_pattern.as_deref() == Some(&status.to_string());
    let default = |it: &&api::IntegrationResponse| it.selection_pattern.is_none();
    responses
        .values()
        .find(fits)
        .or_else(|| responses.values().find(default))
}

/// The `statusCode` of a mock's request template. The template is JSON that may lack quotes around its keys.
fn wanted_status(template: &str) -> Option<i64> {
    if is_expression(template) {
        return None;
    }
    let after = template.split("statusCode").nth(1)?;
    let digits = after.trim_start_matches(['"', '\'', ':', ' ', '\t', '\r', '\n']);
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    digits[..end].parse().ok()
}

/// Whether a template has more than literal text.
fn is_expression(template: &str) -> bool {
    template.contains('$')
        || template.contains("#set")
        || template.contains("#if")
        || template.contains("#foreach")
}
