//! CreateDistribution, CreateDistributionWithTags.
//!
//! A caller reference is used once: the same request again shows the distribution that it made, another one with the
//! same reference is refused. Follows the CloudFront API reference, "CreateDistribution".

use std::sync::Arc;

use haechi_api_cloudfront as api;
use haechi_api_cloudfront::error::ErrorCode;
use haechi_core::{Call, Failure};
use haechi_dataplane::touch;
use haechi_store::Txn;
use haechi_wire::{Shape, Stored};

use crate::model::distribution::{Distribution, Status, arn};
use crate::store::{ALIASES, DISTRIBUTIONS, REFERENCES, scope};
use crate::tags::{self, Tags};
use crate::{CloudFront, config, error, identifiers};

pub(crate) async fn create_distribution(
    cloudfront: Arc<CloudFront>,
    call: Arc<Call>,
    input: api::CreateDistributionRequest,
) -> Result<api::CreateDistributionResult, Failure> {
    let given = input.distribution_config.unwrap_or_default();
    cloudfront
        .create(&call, given, Tags::new(), |made| api::CreateDistributionResult {
            distribution: Some(made.shown(Status::InProgress)),
            location: Some(location(&made.id)),
            e_tag: Some(made.etag.clone()),
        })
        .await
}

pub(crate) async fn create_distribution_with_tags(
    cloudfront: Arc<CloudFront>,
    call: Arc<Call>,
    input: api::CreateDistributionWithTagsRequest,
) -> Result<api::CreateDistributionWithTagsResult, Failure> {
    let given = input.distribution_config_with_tags.unwrap_or_default();
    let tags = tags::from_request(given.tags)?;
    let given = given.distribution_config.unwrap_or_default();
    cloudfront
        .create(&call, given, tags, |made| api::CreateDistributionWithTagsResult {
            distribution: Some(made.shown(Status::InProgress)),
            location: Some(location(&made.id)),
            e_tag: Some(made.etag.clone()),
        })
        .await
}

fn location(id: &str) -> String {
    format!("https://cloudfront.amazonaws.com/2020-05-31/distribution/{id}")
}

impl CloudFront {
    async fn create<O: Shape>(
        &self,
        call: &Call,
        given: api::DistributionConfig,
        tags: Tags,
        answer: impl Fn(&Distribution) -> O + Send + Sync,
    ) -> Result<O, Failure> {
        let any = arn(&call.account, "*");
        let context = || tags::context(&tags, &[], None);
        self.authorize(call, "cloudfront:CreateDistribution", &any, context())
            .await?;
        if !tags.is_empty() {
            self.authorize(call, "cloudfront:TagResource", &any, context())
                .await?;
        }
        let config = config::accept(given)?;
        let random = &*self.platform.random;
        let distribution = &Distribution {
            id: identifiers::distribution(random),
            account: call.account.clone(),
            domain_name: identifiers::domain_name(random),
            etag: identifiers::distribution(random),
            modified_ms: call.time.as_millis(),
            config: Stored(config),
            tags,
        };
        let answer = &answer;
        self.platform
            .write(call, |txn| async move {
                if let Some(before) = made_before(&txn, distribution).await? {
                    return Ok(answer(&before));
                }
                claim_aliases(&txn, distribution, &[]).await?;
                let scope = scope(&distribution.account);
                let reference = distribution
                    .config
                    .caller_reference
                    .as_deref()
                    .unwrap_or_default();
                txn.put(&REFERENCES, &scope, reference, &distribution.id).await?;
                txn.put(&DISTRIBUTIONS, &scope, &distribution.id, distribution)
                    .await?;
                self.guard(&txn, distribution).await?;
                touch(&txn).await?;
                Ok(answer(distribution))
            })
            .await
    }
}

/// The distribution that the same request made before.
async fn made_before(txn: &Txn, wanted: &Distribution) -> Result<Option<Distribution>, Failure> {
    let scope = scope(&wanted.account);
    let reference = wanted.config.caller_reference.as_deref().unwrap_or_default();
    let Some(id) = txn.get(&REFERENCES, &scope, reference).await? else {
        return Ok(None);
    };
    let before = txn.get(&DISTRIBUTIONS, &scope, id.as_str()).await?;
    match before {
        Some(before) if before.config == wanted.config => Ok(Some(before.as_ref().clone())),
        _ => Err(ErrorCode::DistributionAlreadyExists
            .with(format!(
                "The caller reference that you are using to create a distribution is associated with another \
                 distribution. Already exists: {id}"
            ))
            .into()),
    }
}

/// Takes the distribution's alternate domain names, which must be free, and gives up those that it no longer has.
pub(crate) async fn claim_aliases(
    txn: &Txn,
    distribution: &Distribution,
    before: &[String],
) -> Result<(), Failure> {
    let deployment = haechi_store::Scope::deployment();
    let own = distribution.arn();
    for alias in before {
        txn.delete(&ALIASES, &deployment, alias.to_ascii_lowercase())
            .await?;
    }
    for alias in distribution.aliases() {
        let name = alias.to_ascii_lowercase();
        let taken = txn.get(&ALIASES, &deployment, &name).await?;
        if taken.is_some_and(|by| *by != own) {
            return Err(error::refused(ErrorCode::CNAMEAlreadyExists));
        }
        txn.put(&ALIASES, &deployment, &name, &own).await?;
    }
    Ok(())
}
