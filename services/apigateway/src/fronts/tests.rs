//! What a stage's front does with requests.

use std::collections::BTreeMap;

use haechi_dataplane::front::{Action, Condition};
use haechi_wire::Stored;

use super::*;
use crate::model::rest_api::Resource;

fn owner() -> Owner {
    Owner {
        account: AccountId::parse("111122223333").unwrap(),
        region: Region::parse("ap-northeast-2").unwrap(),
    }
}

fn stage() -> Stage {
    Stage {
        api: "abc".into(),
        name: "prod".into(),
        shown: Stored(api::Stage {
            variables: Some([("host".to_owned(), "backend:8000".to_owned())].into()),
            ..Default::default()
        }),
    }
}

fn method(integration: api::Integration) -> Stored<api::Method> {
    Stored(api::Method {
        authorization_type: Some("NONE".into()),
        method_integration: Some(integration),
        ..Default::default()
    })
}

fn deployed(path: &str, name: &str, method: Stored<api::Method>) -> Deployment {
    Deployment {
        id: "d".into(),
        description: None,
        created_ms: 0,
        resources: vec![Resource {
            id: "r".into(),
            parent: None,
            part: String::new(),
            path: path.into(),
            methods: BTreeMap::from([(name.to_owned(), method)]),
        }],
        api: Stored::default(),
    }
}

fn proxy() -> api::Integration {
    api::Integration {
        r#type: Some(api::IntegrationType::HttpProxy),
        http_method: Some("ANY".into()),
        uri: Some("http://${stageVariables.host}/{rest}".into()),
        request_parameters: Some(
            [
                ("integration.request.path.rest", "method.request.path.proxy"),
                ("integration.request.header.X-Key", "'secret'"),
            ]
            .map(|(k, v)| (k.to_owned(), v.to_owned()))
            .into(),
        ),
        ..Default::default()
    }
}

fn only_action(deployment: &Deployment) -> Action {
    let fronts = of_stage(&owner(), &stage(), deployment, &[]);
    fronts[0].listeners[0].rules[0].action.clone()
}

#[test]
fn a_stage_is_reached_at_its_own_host_name_and_where_domains_lead() {
    let place = |stage: Option<&str>, base_path: Option<&str>| Place {
        host: "api.example.com".into(),
        certificate: Some("arn:cert".into()),
        base_path: base_path.map(Into::into),
        stage: stage.map(Into::into),
    };
    let places = [
        place(Some("prod"), Some("/v1")),
        place(Some("test"), Some("/v2")),
        place(None, None),
    ];
    let fronts = of_stage(
        &owner(),
        &stage(),
        &deployed("/", "GET", method(proxy())),
        &places,
    );
    let reached: Vec<_> = fronts
        .iter()
        .map(|front| (front.host_names[0].as_str(), front.base_path.as_deref()))
        .collect();
    assert_eq!(
        reached,
        [
            ("abc.execute-api.ap-northeast-2.amazonaws.com", Some("/prod")),
            ("api.example.com", Some("/v1")),
            ("api.example.com", Some("/prod")),
        ]
    );
    assert_eq!(
        fronts[0].resource,
        "arn:aws:apigateway:ap-northeast-2::/restapis/abc/stages/prod"
    );
    assert_eq!(fronts[1].listeners[0].certificates, ["arn:cert"]);
}

#[test]
fn a_proxy_integration_takes_path_parameters_and_stage_variables() {
    let fronts = of_stage(
        &owner(),
        &stage(),
        &deployed("/{proxy+}", "ANY", method(proxy())),
        &[],
    );
    let rule = &fronts[0].listeners[0].rules[0];
    assert_eq!(
        rule.conditions,
        [Condition::PathTemplate(vec!["/{proxy+}".into()])]
    );
    let Action::Proxy {
        url, method, headers, ..
    } = &rule.action
    else {
        panic!("{:?}", rule.action)
    };
    assert_eq!(url, "http://backend:8000/{proxy}");
    assert_eq!(*method, None);
    assert_eq!(headers, &[("X-Key".to_owned(), "secret".to_owned())]);
}

#[test]
fn a_mock_answers_with_the_response_of_its_status() {
    let response = |status: &str, pattern: Option<&str>, body: &str| api::IntegrationResponse {
        status_code: Some(status.into()),
        selection_pattern: pattern.map(Into::into),
        response_templates: Some([("application/json".to_owned(), body.to_owned())].into()),
        response_parameters: Some([("method.response.header.X-A".to_owned(), "'b'".to_owned())].into()),
        ..Default::default()
    };
    let mock = |template: &str| api::Integration {
        r#type: Some(api::IntegrationType::Mock),
        request_templates: Some([("application/json".to_owned(), template.to_owned())].into()),
        integration_responses: Some(
            [
                ("200".to_owned(), response("200", None, "ok")),
                ("418".to_owned(), response("418", Some("418"), "teapot")),
            ]
            .into(),
        ),
        ..Default::default()
    };
    let answered = |template: &str| match only_action(&deployed("/", "GET", method(mock(template)))) {
        Action::Fixed {
            status,
            headers,
            body,
        } => (status, headers.len(), body),
        other => panic!("{other:?}"),
    };
    assert_eq!(answered("{\"statusCode\": 418}"), (418, 2, "teapot".to_owned()));
    assert_eq!(answered("{statusCode: 200}"), (200, 2, "ok".to_owned()));
    assert_eq!(answered("#set($a = 1)").0, 501);
}

#[test]
fn whoever_cannot_be_known_is_not_let_in() {
    let status = |action: Action| match action {
        Action::Fixed { status, .. } => Some(status),
        _ => None,
    };
    let mut signed = method(proxy());
    signed.authorization_type = Some("AWS_IAM".into());
    assert_eq!(status(only_action(&deployed("/", "GET", signed))), Some(403));
    let mut keyed = method(proxy());
    keyed.api_key_required = Some(true);
    assert_eq!(status(only_action(&deployed("/", "GET", keyed))), Some(403));
    let mut closed = deployed("/", "GET", method(proxy()));
    closed.api.policy = Some(r#"{"Version":"2012-10-17","Statement":[]}"#.into());
    assert_eq!(status(only_action(&closed)), Some(403));
    assert_eq!(status(only_action(&deployed("/", "GET", method(proxy())))), None);
}

#[test]
fn what_cannot_be_invoked_is_not_pretended() {
    let lambda = api::Integration {
        r#type: Some(api::IntegrationType::AwsProxy),
        ..Default::default()
    };
    let Action::Fixed { status, .. } = only_action(&deployed("/", "GET", method(lambda))) else {
        panic!("answered by something else")
    };
    assert_eq!(status, 501);
}
