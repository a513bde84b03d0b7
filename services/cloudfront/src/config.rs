//! The configuration of a distribution: completed with CloudFront's defaults, checked for what the model can't say.
//!
//! Answers show every list with its quantity and every setting with its default, whatever the request left out.

mod behavior;
mod check;
mod defaults;
mod managed_policies;
mod quantities;

use haechi_api_cloudfront as api;
use haechi_core::Failure;
use haechi_wire::Shape;

pub(crate) use behavior::Behavior;
pub(crate) use managed_policies::WITH_HOST;

/// The configuration of a request, ready to be kept.
pub(crate) fn accept(config: api::DistributionConfig) -> Result<api::DistributionConfig, Failure> {
    quantities::check(api::DistributionConfig::SCHEMA, &config.clone().into_fields())?;
    check::check(&config)?;
    Ok(defaults::complete(config))
}

#[cfg(test)]
pub(crate) mod tests;
