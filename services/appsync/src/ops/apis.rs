//! CreateGraphqlApi, GetGraphqlApi, ListGraphqlApis, UpdateGraphqlApi, DeleteGraphqlApi.
//!
//! Follows the AppSync API reference, "CreateGraphqlApi" and "UpdateGraphqlApi".

use std::collections::BTreeMap;
use std::sync::Arc;

use haechi_api_appsync as api;
use haechi_core::{Call, Failure};
use haechi_dataplane::{associations, touch};
use haechi_policy::Context;
use haechi_store::{ALL, Txn};
use haechi_wire::Stored;

use crate::access::current;
use crate::model::{Api, arn, hosts};
use crate::paging::page;
use crate::store::APIS;
use crate::{AppSync, error, identifiers, tags};

pub(crate) async fn create_graphql_api(
    appsync: Arc<AppSync>,
    call: Arc<Call>,
    input: api::CreateGraphqlApiRequest,
) -> Result<api::CreateGraphqlApiResponse, Failure> {
    let tags = tags::from_request(input.tags)?;
    let context = tags::context(&tags, &[], None);
    let any = arn(call.partition(), &call.region, &call.account, "*");
    let gate = &appsync.platform.gate;
    gate.authorize_own(&call, &any, context, ()).await?;
    let random = &*appsync.platform.random;
    let (id, host) = (identifiers::api(random), identifiers::api(random));
    let [graphql, realtime] = hosts(&host, &call.region);
    let named = |one: String, other: String| {
        BTreeMap::from([("GRAPHQL".to_owned(), one), ("REALTIME".to_owned(), other)])
    };
    let shown = api::GraphqlApi {
        name: input.name,
        api_id: Some(id.clone()),
        authentication_type: input.authentication_type,
        log_config: input.log_config,
        user_pool_config: input.user_pool_config,
        open_id_connect_config: input.open_id_connect_config,
        arn: Some(arn(call.partition(), &call.region, &call.account, &id)),
        uris: Some(named(
            format!("https://{graphql}/graphql"),
            format!("wss://{realtime}/graphql"),
        )),
        dns: Some(named(graphql, realtime)),
        tags: Some(tags),
        additional_authentication_providers: input.additional_authentication_providers,
        xray_enabled: Some(input.xray_enabled.unwrap_or(false)),
        waf_web_acl_arn: None,
        lambda_authorizer_config: input.lambda_authorizer_config,
        visibility: Some(input.visibility.unwrap_or(api::GraphQLApiVisibility::Global)),
        api_type: Some(input.api_type.unwrap_or(api::GraphQLApiType::Graphql)),
        merged_api_execution_role_arn: input.merged_api_execution_role_arn,
        owner: Some(call.account.to_string()),
        owner_contact: input.owner_contact,
        introspection_config: Some(
            input
                .introspection_config
                .unwrap_or(api::GraphQLApiIntrospectionConfig::Enabled),
        ),
        query_depth_limit: Some(input.query_depth_limit.unwrap_or(0)),
        resolver_count_limit: Some(input.resolver_count_limit.unwrap_or(0)),
        enhanced_metrics_config: input.enhanced_metrics_config,
    };
    check(&shown)?;
    let made = &Api {
        id,
        shown: Stored(shown),
        keys: Vec::new(),
        sources: BTreeMap::new(),
        host,
    };
    let call = &call;
    appsync
        .platform
        .write(call, |txn| async move {
            txn.put(&APIS, &call.scope(), &made.id, made).await?;
            touch(&txn).await?;
            Ok(api::CreateGraphqlApiResponse {
                graphql_api: Some(made.shown.0.clone()),
            })
        })
        .await
}

pub(crate) async fn graphql_api(
    appsync: Arc<AppSync>,
    call: Arc<Call>,
    input: api::GetGraphqlApiRequest,
) -> Result<api::GetGraphqlApiResponse, Failure> {
    let id = &input.api_id.unwrap_or_default();
    appsync.open(&call, id, "").await?;
    let call = &call;
    let shown = appsync
        .platform
        .store
        .txn(|txn| async move { answer(&txn, call, &current(&txn, call, id).await?).await })
        .await?;
    Ok(api::GetGraphqlApiResponse {
        graphql_api: Some(shown),
    })
}

pub(crate) async fn list_graphql_apis(
    appsync: Arc<AppSync>,
    call: Arc<Call>,
    input: api::ListGraphqlApisRequest,
) -> Result<api::ListGraphqlApisResponse, Failure> {
    let gate = &appsync.platform.gate;
    gate.authorize_own(&call, "*", Context::new(), ()).await?;
    let all = appsync
        .platform
        .store
        .list(&APIS, &call.scope(), None, ALL)
        .await?;
    let wanted = input.api_type.as_ref();
    let all = all
        .into_iter()
        .map(|(_, it)| it)
        .filter(|it| wanted.is_none() || it.shown.api_type.as_ref() == wanted);
    let (items, next_token) = page(
        all,
        |it| it.id.clone(),
        input.next_token.as_deref(),
        input.max_results,
    )?;
    let (call, items) = (&call, &items);
    let graphql_apis = appsync
        .platform
        .store
        .txn(|txn| async move {
            let mut shown = Vec::with_capacity(items.len());
            for item in items {
                shown.push(answer(&txn, call, item).await?);
            }
            Ok::<_, Failure>(shown)
        })
        .await?;
    Ok(api::ListGraphqlApisResponse {
        graphql_apis: Some(graphql_apis),
        next_token,
    })
}

pub(crate) async fn update_graphql_api(
    appsync: Arc<AppSync>,
    call: Arc<Call>,
    input: api::UpdateGraphqlApiRequest,
) -> Result<api::UpdateGraphqlApiResponse, Failure> {
    let id = &input.api_id.clone().unwrap_or_default();
    appsync.open(&call, id, "").await?;
    let (call, input) = (&call, &input);
    appsync
        .platform
        .write(call, |txn| async move {
            let mut api = current(&txn, call, id).await?;
            update(&mut api.shown.0, input.clone());
            check(&api.shown)?;
            txn.put(&APIS, &call.scope(), id, &api).await?;
            touch(&txn).await?;
            Ok(api::UpdateGraphqlApiResponse {
                graphql_api: Some(answer(&txn, call, &api).await?),
            })
        })
        .await
}

fn update(shown: &mut api::GraphqlApi, input: api::UpdateGraphqlApiRequest) {
    shown.name = input.name.or(shown.name.take());
    shown.log_config = input.log_config;
    shown.authentication_type = input.authentication_type.or(shown.authentication_type.take());
    shown.user_pool_config = input.user_pool_config;
    shown.open_id_connect_config = input.open_id_connect_config;
    shown.additional_authentication_providers = input.additional_authentication_providers;
    shown.xray_enabled = input.xray_enabled.or(shown.xray_enabled);
    shown.lambda_authorizer_config = input.lambda_authorizer_config;
    shown.merged_api_execution_role_arn = input.merged_api_execution_role_arn;
    shown.owner_contact = input.owner_contact.or(shown.owner_contact.take());
    shown.introspection_config = input.introspection_config.or(shown.introspection_config.take());
    shown.query_depth_limit = input.query_depth_limit.or(shown.query_depth_limit);
    shown.resolver_count_limit = input.resolver_count_limit.or(shown.resolver_count_limit);
    shown.enhanced_metrics_config = input
        .enhanced_metrics_config
        .or(shown.enhanced_metrics_config.take());
}

pub(crate) async fn delete_graphql_api(
    appsync: Arc<AppSync>,
    call: Arc<Call>,
    input: api::DeleteGraphqlApiRequest,
) -> Result<api::DeleteGraphqlApiResponse, Failure> {
    let id = &input.api_id.unwrap_or_default();
    appsync.open(&call, id, "").await?;
    let call = &call;
    appsync
        .platform
        .write(call, |txn| async move {
            current(&txn, call, id).await?;
            let arn = arn(call.partition(), &call.region, &call.account, id);
            associations::disassociate(&txn, &call.region, &arn).await?;
            txn.delete(&APIS, &call.scope(), id).await?;
            touch(&txn).await?;
            Ok(api::DeleteGraphqlApiResponse::default())
        })
        .await
}

/// What each way of authentication needs.
fn check(shown: &api::GraphqlApi) -> Result<(), Failure> {
    let missing = match shown.authentication_type {
        Some(api::AuthenticationType::AmazonCognitoUserPools) => shown.user_pool_config.is_none(),
        Some(api::AuthenticationType::OpenidConnect) => shown.open_id_connect_config.is_none(),
        Some(api::AuthenticationType::AwsLambda) => shown.lambda_authorizer_config.is_none(),
        _ => false,
    };
    if missing {
        return Err(error::bad_request(
            "The configuration of the authentication type is missing.",
        ));
    }
    Ok(())
}

/// The API as it is shown, with the web ACL that guards it.
async fn answer(txn: &Txn, call: &Call, api: &Api) -> Result<api::GraphqlApi, Failure> {
    let arn = arn(call.partition(), &call.region, &call.account, &api.id);
    let waf_web_acl_arn = associations::web_acl_of(txn, &call.region, &arn).await?;
    Ok(api::GraphqlApi {
        waf_web_acl_arn,
        ..api.shown.0.clone()
    })
}
