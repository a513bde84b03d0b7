//! What the gateway serves of GraphQL APIs.
//!
//! An API is asked at `HOST.appsync-api.REGION.amazonaws.com/graphql`. There are no schemas and resolvers: a request
//! with a valid key goes to the API's HTTP data source as it is, if it has one; without one it is answered with a
//! GraphQL error. A request without a valid key, and every request of an API with another way of authentication, is
//! refused as AppSync refuses it: who asks can't be told, so that nobody is let in.

use async_trait::async_trait;
use haechi_api_appsync as api;
use haechi_core::{AccountId, Arn, Failure, Region};
use haechi_dataplane::front::{Action, Condition, FrontSettings, Listener, Patterns, Rule, TargetGroup};
use haechi_dataplane::{Front, Fronts, ResourceKind};
use haechi_store::{ALL, Scope};

use crate::AppSync;
use crate::model::{Api, arn, hosts};
use crate::ops::api_keys::binding;
use crate::store::APIS;

/// How long a data source may take, in milliseconds.
const TIMEOUT: u32 = 30_000;

#[async_trait]
impl Fronts for AppSync {
    async fn fronts(&self) -> Result<(Vec<Front>, Vec<TargetGroup>), Failure> {
        let now = self.platform.now().as_seconds();
        let mut fronts = Vec::new();
        for (scope, _, api) in self.platform.store.list_everywhere(&APIS, None, ALL).await? {
            let Some((account, region)) = owner(&scope) else {
                continue;
            };
            let mut keys = Vec::new();
            for key in api.value.keys.iter().filter(|key| now < key.expires) {
                let opened = self
                    .keyring
                    .open(&account, &region, &binding(&api.value.id), &key.secret)
                    .await
                    .map_err(Failure::internal)?;
                keys.push(String::from_utf8_lossy(opened.expose()).into_owned());
            }
            fronts.push(front(&account, &region, &api.value, keys));
        }
        Ok((fronts, Vec::new()))
    }

    async fn protectable(&self, resource: &Arn) -> Result<Option<(ResourceKind, AccountId)>, Failure> {
        let id = resource.resource().strip_prefix("apis/");
        let (Some(id), "appsync", Ok(account)) =
            (id, resource.service(), AccountId::parse(resource.account()))
        else {
            return Ok(None);
        };
        let scope = Scope::new(resource.partition(), account.as_str(), resource.region());
        let found = self.platform.store.get(&APIS, &scope, id).await?;
        Ok(found.map(|_| (ResourceKind::AppSyncApi, account)))
    }
}

fn owner(scope: &Scope) -> Option<(AccountId, Region)> {
    Some((
        AccountId::parse(&scope.account).ok()?,
        Region::parse(&scope.region).ok()?,
    ))
}

fn front(account: &AccountId, region: &Region, api: &Api, keys: Vec<String>) -> Front {
    let [host, _] = hosts(&api.host, region);
    let at_graphql = Condition::PathTemplate(vec!["/graphql".to_owned()]);
    let mut rules = Vec::new();
    if by_key(api) && !keys.is_empty() {
        let with_key = Condition::Header {
            name: "x-api-key".to_owned(),
            values: Patterns::Wildcards(keys),
        };
        let post = Condition::Method(vec!["POST".to_owned(), "GET".to_owned()]);
        rules.push(rule(vec![at_graphql.clone(), post, with_key], answer(api)));
    }
    rules.push(rule(vec![at_graphql], unauthorized()));
    Front {
        resource: arn(region.partition(), region, account, &api.id),
        kind: ResourceKind::AppSyncApi,
        account: account.to_string(),
        region: region.to_string(),
        host_names: vec![host],
        base_path: None,
        listeners: [(443, true), (80, false)]
            .map(|(port, tls)| Listener {
                arn: None,
                port,
                tls,
                certificates: Vec::new(),
                rules: rules.clone(),
                default_action: refusal(404, "NotFoundException", "Not Found"),
            })
            .to_vec(),
        settings: FrontSettings::default(),
    }
}

fn rule(conditions: Vec<Condition>, action: Action) -> Rule {
    Rule {
        arn: None,
        conditions,
        transforms: Vec::new(),
        action,
    }
}

/// Whether keys open the API.
fn by_key(api: &Api) -> bool {
    let others = api.shown.additional_authentication_providers.iter().flatten();
    api.shown
        .authentication_type
        .iter()
        .chain(others.filter_map(|it| it.authentication_type.as_ref()))
        .any(|kind| *kind == api::AuthenticationType::ApiKey)
}

fn answer(api: &Api) -> Action {
    let endpoint = api
        .sources
        .values()
        .find_map(|source| source.http_config.as_ref()?.endpoint.clone());
    match endpoint {
        Some(url) => Action::Proxy {
            url,
            append_path: false,
            method: None,
            headers: Vec::new(),
            timeout: TIMEOUT,
        },
        None => refusal(
            501,
            "NotImplementedException",
            "This API has no HTTP data source, and schemas and resolvers are not there",
        ),
    }
}

fn unauthorized() -> Action {
    refusal(
        401,
        "UnauthorizedException",
        "You are not authorized to make this call.",
    )
}

/// An error in GraphQL's form.
fn refusal(status: u16, kind: &str, message: &str) -> Action {
    Action::Fixed {
        status,
        headers: vec![
            (
                "content-type".to_owned(),
                "application/json;charset=UTF-8".to_owned(),
            ),
            ("x-amzn-ErrorType".to_owned(), kind.to_owned()),
        ],
        body: serde_json::json!({ "errors": [{ "errorType": kind, "message": message }] }).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use haechi_wire::Stored;

    use super::*;

    fn rules(kind: api::AuthenticationType, endpoint: Option<&str>, keys: &[&str]) -> Vec<Rule> {
        let source = |url: &str| {
            Stored(api::DataSource {
                http_config: Some(api::HttpDataSourceConfig {
                    endpoint: Some(url.into()),
                    authorization_config: None,
                }),
                ..Default::default()
            })
        };
        let api = Api {
            id: "a".into(),
            shown: Stored(api::GraphqlApi {
                authentication_type: Some(kind),
                ..Default::default()
            }),
            keys: Vec::new(),
            sources: endpoint
                .map(|url| ("s".to_owned(), source(url)))
                .into_iter()
                .collect::<BTreeMap<_, _>>(),
            host: "h".into(),
        };
        let account = AccountId::parse("111122223333").unwrap();
        let region = Region::parse("us-east-1").unwrap();
        let keys = keys.iter().map(|key| (*key).to_owned()).collect();
        front(&account, &region, &api, keys).listeners[0].rules.clone()
    }

    fn status(rule: &Rule) -> Option<u16> {
        match rule.action {
            Action::Fixed { status, .. } => Some(status),
            _ => None,
        }
    }

    #[test]
    fn a_request_with_a_key_goes_to_the_http_data_source() {
        let rules = rules(api::AuthenticationType::ApiKey, Some("http://app/"), &["da2-x"]);
        assert!(matches!(rules[0].action, Action::Proxy { .. }));
        assert_eq!(rules[0].conditions.len(), 3, "path, method and key");
        assert_eq!(status(&rules[1]), Some(401));
    }

    #[test]
    fn without_a_data_source_the_answer_says_so() {
        let rules = rules(api::AuthenticationType::ApiKey, None, &["da2-x"]);
        assert_eq!(status(&rules[0]), Some(501));
    }

    #[test]
    fn whoever_cannot_be_known_is_not_let_in() {
        for kind in [
            api::AuthenticationType::AwsIam,
            api::AuthenticationType::OpenidConnect,
        ] {
            let rules = rules(kind, Some("http://app/"), &["da2-x"]);
            assert_eq!((rules.len(), status(&rules[0])), (1, Some(401)));
        }
        assert_eq!(
            rules(api::AuthenticationType::ApiKey, Some("http://app/"), &[]).len(),
            1
        );
    }
}
