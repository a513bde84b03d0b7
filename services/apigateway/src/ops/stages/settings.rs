//! The settings of a stage, changed by path.

use haechi_api_apigateway as api;
use haechi_core::Failure;

use crate::error;
use crate::patch::Patch;

/// What may be changed of a stage.
const PATHS: [&str; 29] = [
    "/deploymentId",
    "/description",
    "/cacheClusterEnabled",
    "/cacheClusterSize",
    "/clientCertificateId",
    "/accessLogSettings",
    "/accessLogSettings/destinationArn",
    "/accessLogSettings/format",
    "/{resourcePath}/{httpMethod}/metrics/enabled",
    "/{resourcePath}/{httpMethod}/logging/dataTrace",
    "/{resourcePath}/{httpMethod}/logging/loglevel",
    "/{resourcePath}/{httpMethod}/throttling/burstLimit",
    "/{resourcePath}/{httpMethod}/throttling/rateLimit",
    "/{resourcePath}/{httpMethod}/caching/ttlInSeconds",
    "/{resourcePath}/{httpMethod}/caching/enabled",
    "/{resourcePath}/{httpMethod}/caching/dataEncrypted",
    "/{resourcePath}/{httpMethod}/caching/requireAuthorizationForCacheControl",
    "/{resourcePath}/{httpMethod}/caching/unauthorizedCacheControlHeaderStrategy",
    "/*/*/metrics/enabled",
    "/*/*/logging/dataTrace",
    "/*/*/logging/loglevel",
    "/*/*/throttling/burstLimit",
    "/*/*/throttling/rateLimit",
    "/*/*/caching/ttlInSeconds",
    "/*/*/caching/enabled",
    "/variables/{variable_name}",
    "/documentationVersion",
    "/canarySettings",
    "/tracingEnabled",
];

pub(super) fn apply(patch: &Patch, stage: &mut api::Stage) -> Result<(), Failure> {
    match patch.segments().as_slice() {
        ["deploymentId"] => stage.deployment_id = Some(patch.required()?),
        ["description"] => stage.description = patch.text(),
        ["cacheClusterEnabled"] => {
            let size = stage.cache_cluster_size.take();
            set_cache(stage, Some(patch.boolean()?), size);
        }
        ["cacheClusterSize"] => {
            let enabled = stage.cache_cluster_enabled;
            set_cache(stage, enabled, patch.text().map(Into::into));
        }
        ["clientCertificateId"] => stage.client_certificate_id = patch.text(),
        ["documentationVersion"] => stage.documentation_version = patch.text(),
        ["tracingEnabled"] => stage.tracing_enabled = Some(patch.boolean()?),
        ["variables", name] => patch.entry(&mut stage.variables, name)?,
        ["accessLogSettings"] if patch.is_remove() => stage.access_log_settings = None,
        ["accessLogSettings", "destinationArn"] => {
            stage.access_log_settings.get_or_insert_default().destination_arn = patch.text();
        }
        ["accessLogSettings", "format"] => {
            stage.access_log_settings.get_or_insert_default().format = patch.text();
        }
        ["canarySettings"] if patch.is_remove() => stage.canary_settings = None,
        ["canarySettings", rest @ ..] => apply_canary(patch, rest, stage)?,
        // All settings of a method at once.
        [resource, method] if patch.is_remove() => {
            let key = format!("{resource}/{method}");
            let settings = stage.method_settings.get_or_insert_default();
            if settings.remove(&key).is_none() {
                return Err(error::bad_request(format!(
                    "Cannot remove method setting {key} because there is no method setting for this method "
                )));
            }
        }
        [resource, method, group, setting] => {
            let settings = stage.method_settings.get_or_insert_default();
            let setting_of = settings
                .entry(format!("{resource}/{method}"))
                .or_insert_with(untouched);
            apply_method_setting(patch, group, setting, setting_of)?;
        }
        _ => return Err(patch.refused(&PATHS)),
    }
    Ok(())
}

fn apply_canary(patch: &Patch, rest: &[&str], stage: &mut api::Stage) -> Result<(), Failure> {
    let canary = stage.canary_settings.get_or_insert_default();
    match rest {
        ["deploymentId"] => canary.deployment_id = patch.text(),
        ["percentTraffic"] => canary.percent_traffic = patch.number()?,
        ["useStageCache"] => canary.use_stage_cache = Some(patch.boolean()?),
        ["stageVariableOverrides", name] => patch.entry(&mut canary.stage_variable_overrides, name)?,
        _ => return Err(patch.refused(&PATHS)),
    }
    Ok(())
}

fn apply_method_setting(
    patch: &Patch,
    group: &str,
    setting: &str,
    of: &mut api::MethodSetting,
) -> Result<(), Failure> {
    match (group, setting) {
        ("metrics", "enabled") => of.metrics_enabled = Some(patch.boolean()?),
        ("logging", "dataTrace") => of.data_trace_enabled = Some(patch.boolean()?),
        ("logging", "loglevel") => {
            let level = patch.required()?;
            if !["OFF", "ERROR", "INFO"].contains(&level.as_str()) {
                return Err(patch.bad_value(&level, "Must be one of: [OFF, ERROR, INFO]"));
            }
            of.logging_level = Some(level);
        }
        ("throttling", "burstLimit") => of.throttling_burst_limit = patch.number()?,
        ("throttling", "rateLimit") => of.throttling_rate_limit = patch.number()?,
        ("caching", "enabled") => of.caching_enabled = Some(patch.boolean()?),
        ("caching", "ttlInSeconds") => of.cache_ttl_in_seconds = patch.number()?,
        ("caching", "dataEncrypted") => of.cache_data_encrypted = Some(patch.boolean()?),
        ("caching", "requireAuthorizationForCacheControl") => {
            of.require_authorization_for_cache_control = Some(patch.boolean()?);
        }
        ("caching", "unauthorizedCacheControlHeaderStrategy") => {
            of.unauthorized_cache_control_header_strategy = Some(patch.required()?.into());
        }
        _ => return Err(patch.refused(&PATHS)),
    }
    Ok(())
}

/// What AWS shows of a method of which only another setting was changed.
fn untouched() -> api::MethodSetting {
    api::MethodSetting {
        metrics_enabled: Some(false),
        logging_level: Some("OFF".to_owned()),
        data_trace_enabled: Some(false),
        throttling_burst_limit: Some(5_000),
        throttling_rate_limit: Some(10_000.0),
        caching_enabled: Some(false),
        cache_ttl_in_seconds: Some(300),
        cache_data_encrypted: Some(false),
        require_authorization_for_cache_control: Some(true),
        unauthorized_cache_control_header_strategy: Some(
            api::UnauthorizedCacheControlHeaderStrategy::SucceedWithResponseHeader,
        ),
    }
}

/// A cluster that is wanted is there at once.
pub(super) fn set_cache(stage: &mut api::Stage, enabled: Option<bool>, size: Option<api::CacheClusterSize>) {
    let enabled = enabled.unwrap_or(false);
    stage.cache_cluster_enabled = Some(enabled);
    stage.cache_cluster_status = Some(if enabled {
        api::CacheClusterStatus::Available
    } else {
        api::CacheClusterStatus::NotAvailable
    });
    stage.cache_cluster_size = match size {
        None if enabled => Some(api::CacheClusterSize::V05),
        size => size,
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patched(op: &str, path: &str, value: &str, stage: &mut api::Stage) -> Result<(), Failure> {
        let operation = api::PatchOperation {
            op: Some(op.into()),
            path: Some(path.into()),
            value: Some(value.into()),
            from: None,
        };
        Patch::all(Some(vec![operation]))?
            .iter()
            .try_for_each(|patch| apply(patch, stage))
    }

    #[test]
    fn a_method_setting_leaves_the_others_as_they_are() {
        let mut stage = api::Stage::default();
        patched("replace", "/*/*/logging/loglevel", "INFO", &mut stage).unwrap();
        let settings = &stage.method_settings.as_ref().unwrap()["*/*"];
        assert_eq!(settings.logging_level.as_deref(), Some("INFO"));
        assert_eq!(settings.cache_ttl_in_seconds, Some(300));
        patched("remove", "/*/*", "", &mut stage).unwrap();
        assert!(stage.method_settings.unwrap().is_empty());
    }

    #[test]
    fn what_is_no_setting_is_refused() {
        let mut stage = api::Stage::default();
        for path in ["/webAclArn", "/a/GET/b/c", "/canarySettings/x"] {
            assert!(patched("replace", path, "x", &mut stage).is_err(), "{path}");
        }
        assert!(patched("replace", "/*/*/logging/loglevel", "LOUD", &mut stage).is_err());
    }
}
