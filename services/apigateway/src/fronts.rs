//! What the gateway serves of REST APIs.
//!
//! A stage is reached at `ID.execute-api.REGION.amazonaws.com/STAGE`, and where a custom domain name leads to it. Its
//! rules are the methods of its deployment, more specific paths first, `ANY` last; what no method takes is answered
//! as API Gateway does, with 403 `Missing Authentication Token`. Private APIs are reached from within a VPC alone and
//! have no front. AWS speaks TLS only; here plain HTTP is taken too, since where TLS ends is the operator's choice.

mod integration;
mod methods;

use std::collections::HashMap;

use async_trait::async_trait;
use haechi_api_apigateway as api;
use haechi_core::{AccountId, Arn, Failure, Region};
use haechi_dataplane::front::{FrontSettings, Listener, TargetGroup};
use haechi_dataplane::{Front, Fronts, ResourceKind};
use haechi_store::{ALL, Scope};

use crate::ApiGateway;
use crate::model::deployment::Deployment;
use crate::model::domain::{Domain, NO_PATH};
use crate::model::stage::{Stage, stage_arn};
use crate::store::{DEPLOYMENTS, DOMAINS, STAGES};

#[async_trait]
impl Fronts for ApiGateway {
    async fn fronts(&self) -> Result<(Vec<Front>, Vec<TargetGroup>), Failure> {
        let store = &self.platform.store;
        let mut places = places(&store.list_everywhere(&DOMAINS, None, ALL).await?);
        let mut fronts = Vec::new();
        for (scope, _, stage) in store.list_everywhere(&STAGES, None, ALL).await? {
            let stage = &stage.value;
            let id = (stage.api.as_str(), stage.deployment());
            let (Some(deployment), Some(owner)) =
                (store.get(&DEPLOYMENTS, &scope, id).await?, Owner::of(&scope))
            else {
                continue;
            };
            if is_private(&deployment) {
                continue;
            }
            let custom = places
                .remove(&(scope.account.clone(), scope.region.clone(), stage.api.clone()))
                .unwrap_or_default();
            fronts.extend(of_stage(&owner, stage, &deployment, &custom));
            places.insert((scope.account, scope.region, stage.api.clone()), custom);
        }
        Ok((fronts, Vec::new()))
    }

    async fn protectable(&self, resource: &Arn) -> Result<Option<(ResourceKind, AccountId)>, Failure> {
        if resource.service() != "apigateway" {
            return Ok(None);
        }
        let parts: Vec<&str> = resource.resource().split('/').collect();
        let ["", "restapis", api, "stages", name] = parts.as_slice() else {
            return Ok(None);
        };
        // The ARN names no account: ids are unique in practice, and the first that has this one is meant.
        let stages = self.platform.store.list_everywhere(&STAGES, None, ALL).await?;
        let found = stages.into_iter().find(|(scope, _, stage)| {
            scope.region == resource.region() && stage.value.api == *api && stage.value.name == *name
        });
        Ok(found
            .and_then(|(scope, ..)| AccountId::parse(&scope.account).ok())
            .map(|account| (ResourceKind::ApiGatewayStage, account)))
    }
}

/// Where a custom domain name leads.
struct Place {
    host: String,
    certificate: Option<String>,
    base_path: Option<String>,
    /// None: the stage is the next segment of the path.
    stage: Option<String>,
}

/// Account, Region and API → the places that lead there.
type Places = HashMap<(String, String, String), Vec<Place>>;

fn places(domains: &[(Scope, haechi_store::Id, haechi_store::Cached<Domain>)]) -> Places {
    let mut places = Places::new();
    for (scope, _, domain) in domains {
        let shown = &domain.value.shown;
        for (base_path, mapping) in &domain.value.mappings {
            let key = (scope.account.clone(), scope.region.clone(), mapping.api.clone());
            places.entry(key).or_default().push(Place {
                host: domain.value.name().to_owned(),
                certificate: shown
                    .regional_certificate_arn
                    .clone()
                    .or(shown.certificate_arn.clone()),
                base_path: (base_path != NO_PATH).then(|| format!("/{base_path}")),
                stage: mapping.stage.clone(),
            });
        }
    }
    places
}

/// Who owns a stage, and where.
struct Owner {
    account: AccountId,
    region: Region,
}

impl Owner {
    fn of(scope: &Scope) -> Option<Self> {
        Some(Self {
            account: AccountId::parse(&scope.account).ok()?,
            region: Region::parse(&scope.region).ok()?,
        })
    }
}

fn is_private(deployment: &Deployment) -> bool {
    let types = deployment
        .api
        .endpoint_configuration
        .as_ref()
        .and_then(|it| it.types.as_ref());
    types.is_some_and(|types| types.contains(&api::EndpointType::Private))
}

/// The fronts of a stage: one for the API's own host name, one for each place of a custom one.
fn of_stage(owner: &Owner, stage: &Stage, deployment: &Deployment, places: &[Place]) -> Vec<Front> {
    let partition = owner.region.partition();
    let resource = stage_arn(partition, &owner.region, &stage.api, &stage.name);
    let rules = methods::rules(&owner.account, &owner.region, stage, deployment);
    let front = |host: String, base_path: Option<String>, certificate: Option<String>| Front {
        resource: resource.clone(),
        kind: ResourceKind::ApiGatewayStage,
        account: owner.account.to_string(),
        region: owner.region.to_string(),
        host_names: vec![host],
        base_path,
        listeners: [(443, true), (80, false)]
            .map(|(port, tls)| Listener {
                arn: None,
                port,
                tls,
                certificates: certificate.iter().filter(|_| tls).cloned().collect(),
                rules: rules.clone(),
                default_action: methods::missing_authentication_token(),
            })
            .to_vec(),
        settings: FrontSettings {
            idle_timeout: 310,
            ..FrontSettings::default()
        },
    };
    let mut fronts = Vec::new();
    if deployment.api.disable_execute_api_endpoint != Some(true) {
        let host = format!(
            "{}.execute-api.{}.{}",
            stage.api,
            owner.region,
            partition.dns_suffix()
        );
        fronts.push(front(host, Some(format!("/{}", stage.name)), None));
    }
    for place in places {
        let base_path = match &place.stage {
            Some(name) if *name != stage.name => continue,
            Some(_) => place.base_path.clone(),
            None => Some(format!(
                "{}/{}",
                place.base_path.as_deref().unwrap_or_default(),
                stage.name
            )),
        };
        fronts.push(front(place.host.clone(), base_path, place.certificate.clone()));
    }
    fronts
}

#[cfg(test)]
mod tests;
