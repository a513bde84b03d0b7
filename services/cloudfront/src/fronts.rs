//! What the gateway serves of distributions.
//!
//! An enabled distribution is reached at its own host name and its alternate ones. Its rules are its cache behaviors
//! in their order, the default one last; custom origins are proxied. Buckets are answered with 502 until there is
//! something behind them.

mod behaviors;

use async_trait::async_trait;
use haechi_core::{AccountId, Arn, Failure, Region};
use haechi_dataplane::front::{FrontSettings, Listener, TargetGroup};
use haechi_dataplane::{Front, Fronts, ResourceKind};
use haechi_store::ALL;

use crate::CloudFront;
use crate::model::distribution::Distribution;
use crate::store::{DISTRIBUTIONS, scope};

/// Seconds for which CloudFront keeps a viewer's connection open.
const IDLE: u32 = 610;

#[async_trait]
impl Fronts for CloudFront {
    async fn fronts(&self) -> Result<(Vec<Front>, Vec<TargetGroup>), Failure> {
        let store = &self.platform.store;
        let all = store.list_everywhere(&DISTRIBUTIONS, None, ALL).await?;
        let enabled = all
            .iter()
            .map(|(_, _, it)| &it.value)
            .filter(|it| it.is_enabled());
        Ok((enabled.map(|it| front(it)).collect(), Vec::new()))
    }

    async fn protectable(&self, resource: &Arn) -> Result<Option<(ResourceKind, AccountId)>, Failure> {
        let id = resource.resource().strip_prefix("distribution/");
        let (Some(id), "cloudfront", Ok(account)) =
            (id, resource.service(), AccountId::parse(resource.account()))
        else {
            return Ok(None);
        };
        let found = self
            .platform
            .store
            .get(&DISTRIBUTIONS, &scope(&account), id)
            .await?;
        Ok(found.map(|_| (ResourceKind::CloudFrontDistribution, account)))
    }
}

fn front(distribution: &Distribution) -> Front {
    let config = &distribution.config;
    let certificate = config
        .viewer_certificate
        .as_ref()
        .and_then(|it| it.acm_certificate_arn.clone());
    let mut host_names = vec![distribution.domain_name.clone()];
    host_names.extend(
        distribution
            .aliases()
            .iter()
            .map(|alias| alias.to_ascii_lowercase()),
    );
    let listener = |port: u16, tls: bool| {
        let (rules, default_action) = behaviors::rules(config, tls);
        Listener {
            arn: None,
            port,
            tls,
            certificates: certificate.iter().filter(|_| tls).cloned().collect(),
            rules,
            default_action,
        }
    };
    let via = format!("1.1 {} (CloudFront)", distribution.domain_name);
    Front {
        resource: distribution.arn(),
        kind: ResourceKind::CloudFrontDistribution,
        account: distribution.account.to_string(),
        region: Region::global().to_string(),
        host_names,
        base_path: None,
        listeners: vec![listener(443, true), listener(80, false)],
        settings: FrontSettings {
            idle_timeout: IDLE,
            preserve_host: behaviors::passes_host(config),
            response_headers: vec![("via".to_owned(), via)],
            ..FrontSettings::default()
        },
    }
}

#[cfg(test)]
mod tests;
