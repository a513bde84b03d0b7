//! The form of `Resource` values in IAM's own policies.

use super::error::PolicyError;

const PARTITIONS: [&str; 9] = [
    "*",
    "aws",
    "aws-cn",
    "aws-us-gov",
    "aws-iso",
    "aws-iso-b",
    "aws-iso-e",
    "aws-iso-f",
    "aws-eusc",
];

/// What the path of an IAM ARN may start with, in AWS's order.
const IAM_PATHS: [&str; 13] = [
    "user/",
    "federated-user/",
    "role/",
    "group/",
    "instance-profile/",
    "mfa/",
    "server-certificate/",
    "policy/",
    "sms-mfa/",
    "saml-provider/",
    "oidc-provider/",
    "report/",
    "access-report/",
];

/// S3's resources that live in a Region.
const S3_REGIONAL: [&str; 6] = [
    "accesspoint/",
    "access-grants/",
    "async-request/",
    "job/",
    "storage-lens/",
    "storage-lens-group/",
];

/// Checks one value as IAM does when it stores a policy.
pub(super) fn check(resource: &str) -> Result<(), PolicyError> {
    if resource == "*" {
        return Ok(());
    }
    let Some((_, rest)) = resource.split_once(':') else {
        return Err(PolicyError::ResourceNotArn {
            resource: resource.to_owned(),
        });
    };
    let (partition, rest) = match rest.split_once(':') {
        Some((partition, rest)) => (partition, Some(rest)),
        None => (rest, None),
    };
    if !PARTITIONS.contains(&partition) {
        return Err(PolicyError::InvalidPartition {
            partition: partition.to_owned(),
            resource: completed(partition, rest.unwrap_or_default()),
        });
    }
    let Some(rest) = rest else {
        return Err(PolicyError::ResourceVendor);
    };
    let (service, rest) = rest.split_once(':').unwrap_or((rest, ""));
    let (region, rest) = rest.split_once(':').unwrap_or((rest, ""));
    let id = rest.split_once(':').map_or("", |(_, id)| id);
    match service {
        "iam" => iam(resource, region, id),
        "s3" if !region.is_empty() && !S3_REGIONAL.iter().any(|start| id.starts_with(start)) => {
            Err(PolicyError::ResourceRegion {
                resource: resource.to_owned(),
            })
        }
        _ => Ok(()),
    }
}

fn iam(resource: &str, region: &str, id: &str) -> Result<(), PolicyError> {
    if !region.is_empty() {
        return Err(PolicyError::IamResourceRegion {
            resource: resource.to_owned(),
        });
    }
    // `root` came with AssumeRoot, after the message was written.
    if matches!(id, "*" | "root") || IAM_PATHS.iter().any(|start| id.starts_with(start)) {
        return Ok(());
    }
    Err(PolicyError::IamResourcePath {
        expected: IAM_PATHS.join(", "),
    })
}

/// The ARN as AWS prints it in the message about its partition: parts that are missing show as `*`.
fn completed(partition: &str, rest: &str) -> String {
    let parts: Vec<_> = rest.splitn(4, ':').collect();
    let part = |index: usize| match parts.get(index) {
        Some(&"") if index == 0 && parts.len() == 1 => "*",
        Some(part) => part,
        None => "*",
    };
    format!("arn:{partition}:{}:{}:{}:{}", part(0), part(1), part(2), part(3))
}

/// What the older parser wants of an ARN: all six parts once it leaves one empty, and a service.
pub(super) fn legacy(resource: &str) -> Result<(), PolicyError> {
    if resource == "*" || resource.is_empty() {
        return Ok(());
    }
    let complete = resource.matches(':').count() >= 5 || !resource.contains("::");
    let service = resource.split(':').nth(2).unwrap_or_default();
    if complete && !service.is_empty() {
        return Ok(());
    }
    Err(PolicyError::legacy(format!(
        "resource {resource} is not a whole ARN"
    )))
}
