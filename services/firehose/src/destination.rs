//! What a client wants of an HTTP endpoint, checked: what is not carried out is refused rather than ignored.

use haechi_api_firehose as api;
use haechi_core::Failure;

use crate::error;

/// A destination's description, and the access key that descriptions leave out.
pub(crate) struct Wanted {
    pub(crate) shown: api::HttpEndpointDestinationDescription,
    pub(crate) access_key: Option<String>,
}

/// What creating and updating have in common.
pub(crate) struct Given {
    pub(crate) endpoint: Option<api::HttpEndpointConfiguration>,
    pub(crate) hints: Option<api::HttpEndpointBufferingHints>,
    pub(crate) logging: Option<api::CloudWatchLoggingOptions>,
    pub(crate) request: Option<api::HttpEndpointRequestConfiguration>,
    pub(crate) processing: Option<api::ProcessingConfiguration>,
    pub(crate) role: Option<String>,
    pub(crate) retry: Option<api::HttpEndpointRetryOptions>,
    pub(crate) backup: Option<api::HttpEndpointS3BackupMode>,
    pub(crate) secrets: Option<api::SecretsManagerConfiguration>,
}

impl Given {
    /// Puts what was given over what was there before.
    pub(crate) fn over(self, before: api::HttpEndpointDestinationDescription) -> Result<Wanted, Failure> {
        if self
            .processing
            .as_ref()
            .is_some_and(|processing| processing.enabled == Some(true))
        {
            return Err(error::invalid(
                "Processing of records is not there: leave ProcessingConfiguration out.",
            ));
        }
        if self
            .secrets
            .as_ref()
            .is_some_and(|secrets| secrets.enabled == Some(true))
        {
            return Err(error::invalid(
                "Secrets Manager is not there: give the AccessKey itself.",
            ));
        }
        if self.backup == Some(api::HttpEndpointS3BackupMode::AllData) {
            return Err(error::invalid(
                "Backup of all data to S3 is not there: use FailedDataOnly.",
            ));
        }
        let endpoint = self.endpoint.unwrap_or_default();
        let described = before.endpoint_configuration.unwrap_or_default();
        let endpoint_configuration = api::HttpEndpointDescription {
            url: endpoint.url.or(described.url),
            name: endpoint.name.or(described.name),
        };
        let hints = self.hints.unwrap_or_default();
        let known = before.buffering_hints.unwrap_or_default();
        let retry = self.retry.and_then(|retry| retry.duration_in_seconds);
        let known_retry = before.retry_options.and_then(|retry| retry.duration_in_seconds);
        let nothing = api::HttpEndpointRequestConfiguration {
            content_encoding: Some(api::ContentEncoding::None),
            common_attributes: Some(Vec::new()),
        };
        let shown = api::HttpEndpointDestinationDescription {
            endpoint_configuration: Some(endpoint_configuration),
            buffering_hints: Some(api::HttpEndpointBufferingHints {
                size_in_m_bs: hints.size_in_m_bs.or(known.size_in_m_bs).or(Some(5)),
                interval_in_seconds: hints
                    .interval_in_seconds
                    .or(known.interval_in_seconds)
                    .or(Some(300)),
            }),
            cloud_watch_logging_options: self.logging.or(before.cloud_watch_logging_options),
            request_configuration: self.request.or(before.request_configuration).or(Some(nothing)),
            processing_configuration: self.processing.or(before.processing_configuration),
            role_arn: self.role.or(before.role_arn),
            retry_options: Some(api::HttpEndpointRetryOptions {
                duration_in_seconds: retry.or(known_retry).or(Some(300)),
            }),
            s3_backup_mode: Some(api::HttpEndpointS3BackupMode::FailedDataOnly),
            s3_destination_description: before.s3_destination_description,
            secrets_manager_configuration: None,
        };
        Ok(Wanted {
            shown,
            access_key: endpoint.access_key,
        })
    }
}

/// The destination of a new stream.
pub(crate) fn of_configuration(given: api::HttpEndpointDestinationConfiguration) -> Result<Wanted, Failure> {
    let s3 = given.s3_configuration.unwrap_or_default();
    let before = api::HttpEndpointDestinationDescription {
        s3_destination_description: Some(api::S3DestinationDescription {
            role_arn: s3.role_arn,
            bucket_arn: s3.bucket_arn,
            prefix: s3.prefix,
            error_output_prefix: s3.error_output_prefix,
            buffering_hints: s3.buffering_hints,
            compression_format: s3.compression_format.or_else(|| Some("UNCOMPRESSED".into())),
            encryption_configuration: s3.encryption_configuration,
            cloud_watch_logging_options: s3.cloud_watch_logging_options,
        }),
        ..Default::default()
    };
    Given {
        endpoint: given.endpoint_configuration,
        hints: given.buffering_hints,
        logging: given.cloud_watch_logging_options,
        request: given.request_configuration,
        processing: given.processing_configuration,
        role: given.role_arn,
        retry: given.retry_options,
        backup: given.s3_backup_mode,
        secrets: given.secrets_manager_configuration,
    }
    .over(before)
}
