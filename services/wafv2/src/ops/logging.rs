//! PutLoggingConfiguration, GetLoggingConfiguration, ListLoggingConfigurations, DeleteLoggingConfiguration.
//!
//! A web ACL has one destination: a log group of CloudWatch Logs or a Firehose stream, whose name begins with
//! `aws-waf-logs-`. (There are no S3 buckets here, so that one is never found.) Order of errors: ARN, permission,
//! existence, the configuration's form, the caller's permissions for the destination, whether the destination is
//! there. Follows the developer guide, "Sending protection pack (web ACL) traffic logs to …".

use std::sync::Arc;

use haechi_api_wafv2 as api;
use haechi_api_wafv2::error::ErrorCode;
use haechi_core::{Arn, Ask, Call, Failure};
use haechi_waf::record::LoggingConfiguration;

use crate::logging::CONFIGURATIONS;
use crate::model::name::FullName;
use crate::model::web_scope::WebScope;
use crate::protections::web_acl_name;
use crate::{Waf, choices, documents, error, paging, store};

/// What a destination's name begins with.
const PREFIX: &str = "aws-waf-logs-";
/// What a caller must be allowed to do for log groups.
const LOG_GROUP_ACTIONS: &[&str] = &[
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:PutResourcePolicy",
    "logs:DescribeResourcePolicies",
    "logs:DescribeLogGroups",
];
/// What a caller must be allowed to do for Firehose streams.
const STREAM_ACTIONS: &[&str] = &["iam:CreateServiceLinkedRole", "firehose:ListDeliveryStreams"];
/// Records that are read at once.
const MANY: usize = 10_000;

pub(crate) async fn put_logging_configuration(
    waf: Arc<Waf>,
    call: Arc<Call>,
    input: api::PutLoggingConfigurationRequest,
) -> Result<api::PutLoggingConfigurationResponse, Failure> {
    let given = input.logging_configuration.unwrap_or_default();
    let name = named(&call, given.resource_arn.clone())?;
    waf.own(&call, &name).await?;
    check(&given)?;
    let destination = destination(&given, &name)?;
    waf.require_destination(&call, &destination).await?;
    let kept = api::LoggingConfiguration {
        managed_by_firewall_manager: Some(false),
        log_type: Some(api::LogType::WafLogs),
        log_scope: Some(api::LogScope::Customer),
        ..given
    };
    let json = &documents::write(kept.clone());
    // What the gateways can't read must not be kept.
    LoggingConfiguration::from_json(json.as_bytes())
        .map_err(|fault| error::invalid("LOGGING_FILTER", fault, error::FORMAT))?;
    let (scope, name, kept) = (&name.region.scope(&name.account), &name, &kept);
    waf.platform
        .write(&call, |txn| async move {
            store::present(&txn, name).await?;
            txn.put(&CONFIGURATIONS, scope, name.arn().as_str(), json).await?;
            haechi_dataplane::touch(&txn).await?;
            Ok(api::PutLoggingConfigurationResponse {
                logging_configuration: Some(kept.clone()),
            })
        })
        .await
}

pub(crate) async fn get_logging_configuration(
    waf: Arc<Waf>,
    call: Arc<Call>,
    input: api::GetLoggingConfigurationRequest,
) -> Result<api::GetLoggingConfigurationResponse, Failure> {
    let name = named(&call, input.resource_arn)?;
    waf.own(&call, &name).await?;
    let found = crate::logging::configuration(&waf, &name).await?;
    let found = found.filter(|_| is_customers(input.log_scope.as_ref()));
    let json = found.ok_or_else(error::nonexistent)?;
    Ok(api::GetLoggingConfigurationResponse {
        logging_configuration: Some(read(&json)?),
    })
}

pub(crate) async fn list_logging_configurations(
    waf: Arc<Waf>,
    call: Arc<Call>,
    input: api::ListLoggingConfigurationsRequest,
) -> Result<api::ListLoggingConfigurationsResponse, Failure> {
    let web_scope = WebScope::of(&call, input.scope.as_ref())?;
    waf.permit(&call).await?;
    let scope = call.scope();
    let rows = waf
        .platform
        .store
        .list(&CONFIGURATIONS, &scope, None, MANY)
        .await?;
    let mut all = Vec::new();
    for (_, json) in rows {
        let configuration = read(&json)?;
        let arn = configuration.resource_arn.clone().unwrap_or_default();
        let wanted = web_acl_name(&arn).is_some_and(|name| name.scope == web_scope);
        if wanted && is_customers(input.log_scope.as_ref()) {
            all.push((arn, configuration));
        }
    }
    let (page, next_marker) = paging::page(
        all,
        |(arn, _)| marker(arn),
        input.next_marker.as_deref(),
        input.limit,
    );
    Ok(api::ListLoggingConfigurationsResponse {
        logging_configurations: Some(page.into_iter().map(|(_, configuration)| configuration).collect()),
        next_marker,
    })
}

pub(crate) async fn delete_logging_configuration(
    waf: Arc<Waf>,
    call: Arc<Call>,
    input: api::DeleteLoggingConfigurationRequest,
) -> Result<api::DeleteLoggingConfigurationResponse, Failure> {
    let name = named(&call, input.resource_arn)?;
    waf.own(&call, &name).await?;
    let customers = is_customers(input.log_scope.as_ref());
    let (scope, arn) = (&name.region.scope(&name.account), &name.arn());
    waf.platform
        .write(&call, |txn| async move {
            let found = txn.get(&CONFIGURATIONS, scope, arn.as_str()).await?;
            if found.is_none() || !customers {
                return Err(error::nonexistent().into());
            }
            txn.delete(&CONFIGURATIONS, scope, arn.as_str()).await?;
            haechi_dataplane::touch(&txn).await?;
            Ok(api::DeleteLoggingConfigurationResponse::default())
        })
        .await
}

/// The web ACL that a request names.
fn named(call: &Call, arn: Option<String>) -> Result<FullName, Failure> {
    let arn = arn.unwrap_or_default();
    web_acl_name(&arn)
        .filter(|name| name.region == call.region)
        .ok_or_else(|| error::bad_arn(&arn).into())
}

/// Markers have at most 256 characters: the web ACL's id, which ends its ARN.
fn marker(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}

/// The configurations of other scopes are those of services that are not here.
fn is_customers(scope: Option<&api::LogScope>) -> bool {
    scope.is_none_or(|scope| *scope == api::LogScope::Customer)
}

fn read(json: &str) -> Result<api::LoggingConfiguration, Failure> {
    let request = format!(r#"{{"LoggingConfiguration":{json}}}"#);
    let read = documents::read::<api::op::PutLoggingConfiguration>(&request)?;
    Ok(read.logging_configuration.unwrap_or_default())
}

/// The form of a configuration, beyond what the model says.
fn check(given: &api::LoggingConfiguration) -> Result<(), Failure> {
    choices::check(given)?;
    if let Some(scope) = given
        .log_scope
        .as_ref()
        .filter(|scope| **scope != api::LogScope::Customer)
    {
        return Err(error::invalid(
            "LOG_DESTINATION",
            scope.as_str(),
            "The log scope must be CUSTOMER.",
        )
        .into());
    }
    for field in given.redacted_fields.iter().flatten() {
        let allowed = field.uri_path.is_some()
            || field.query_string.is_some()
            || field.single_header.is_some()
            || field.method.is_some();
        if !allowed {
            let reason = "You can specify only UriPath, QueryString, SingleHeader and Method for redaction.";
            return Err(error::invalid("FIELD_TO_MATCH", "RedactedFields", reason).into());
        }
    }
    let filters = given
        .logging_filter
        .iter()
        .flat_map(|filter| filter.filters.iter().flatten());
    for condition in filters.flat_map(|filter| filter.conditions.iter().flatten()) {
        if condition.action_condition.is_some() == condition.label_name_condition.is_some() {
            return Err(error::invalid("LOGGING_FILTER", "Condition", error::EXACTLY_ONE).into());
        }
    }
    Ok(())
}

/// The one destination, if its ARN can be one.
fn destination(given: &api::LoggingConfiguration, web_acl: &FullName) -> Result<Arn, Failure> {
    let [text] = given.log_destination_configs.as_deref().unwrap_or_default() else {
        return Err(error::limits_exceeded().into());
    };
    let bad = || error::invalid("LOG_DESTINATION", text, error::BAD_ARN);
    let arn = Arn::parse(text).ok_or_else(bad)?;
    let (own, resource) = (arn.region() == web_acl.region.as_str(), arn.resource());
    let name = match arn.service() {
        "logs" if own => resource.strip_prefix("log-group:"),
        "firehose" if own => resource.strip_prefix("deliverystream/"),
        "s3" => Some(resource),
        _ => None,
    };
    match name {
        Some(name) if name.starts_with(PREFIX) && arn.partition() == web_acl.region.partition().as_str() => {
            Ok(arn)
        }
        _ => Err(bad().into()),
    }
}

impl Waf {
    /// The caller may have logs delivered there, and it is there.
    async fn require_destination(&self, call: &Call, destination: &Arn) -> Result<(), Failure> {
        let actions = match destination.service() {
            "logs" => LOG_GROUP_ACTIONS,
            "firehose" => STREAM_ACTIONS,
            _ => &[],
        };
        for action in actions {
            let ask = Ask::new(action, "*", &call.account);
            if self.platform.gate.consider(call, ask).await?.release(()).is_err() {
                let text = "You don't have the permissions that are required to perform this operation.";
                return Err(ErrorCode::WAFLogDestinationPermissionIssueException
                    .with(text)
                    .into());
            }
        }
        if destination.account() == call.account.as_str()
            && let Some(delivery) = self.telemetry.delivery(destination.as_str())
            && delivery.exists(destination.as_str()).await?
        {
            return Ok(());
        }
        let text = "Unable to deliver logs to the configured destination. You might need to grant log delivery permissions for the destination. If you're using S3 as your log destination, you might have exceeded your bucket limit.";
        Err(ErrorCode::WAFLogDestinationPermissionIssueException
            .with(text)
            .into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn destination_of(text: &str) -> bool {
        let acl = "arn:aws:wafv2:eu-north-1:111122223333:regional/webacl/n/i";
        let given = api::LoggingConfiguration {
            log_destination_configs: Some(vec![text.to_owned()]),
            ..Default::default()
        };
        destination(&given, &web_acl_name(acl).unwrap()).is_ok()
    }

    #[test]
    fn a_destination_is_of_a_known_kind_and_its_name_begins_as_it_must() {
        assert!(destination_of(
            "arn:aws:logs:eu-north-1:111122223333:log-group:aws-waf-logs-a"
        ));
        assert!(destination_of(
            "arn:aws:firehose:eu-north-1:111122223333:deliverystream/aws-waf-logs-a"
        ));
        assert!(destination_of("arn:aws:s3:::aws-waf-logs-a"));
        for bad in [
            "arn:aws:logs:eu-north-1:111122223333:log-group:a",
            "arn:aws:logs:us-east-1:111122223333:log-group:aws-waf-logs-a",
            "arn:aws:sqs:eu-north-1:111122223333:aws-waf-logs-a",
            "arn:aws-cn:s3:::aws-waf-logs-a",
            "aws-waf-logs-a",
        ] {
            assert!(!destination_of(bad), "{bad}");
        }
    }
}
