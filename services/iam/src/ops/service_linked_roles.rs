//! Service-linked roles: made for an AWS service, whose trust alone they have.
//!
//! The name is `AWSServiceRoleFor` and the service's own; AWS keeps the list of those names to itself, so that names of
//! services which are not listed here are made from the service principal.

use std::collections::BTreeMap;
use std::sync::Arc;

use haechi_api_iam as api;
use haechi_core::{Call, Failure};
use haechi_policy::Context;

use super::roles::put_new_role;
use crate::access::{arn, current, remove, required};
use crate::attachment::{self, Usage};
use crate::aws_managed;
use crate::entity::Entity;
use crate::model::permissions::Permissions;
use crate::model::role::Role;
use crate::store::{ROLE_USES, ROLES, UNIQUE_IDS, scope};
use crate::{Iam, error, unique_id};

/// Service principal, the end of the role's name, and its policy. Source: the services' own pages on their roles.
const KNOWN: [(&str, &str, &str); 15] = [
    (
        "access-analyzer.amazonaws.com",
        "AccessAnalyzer",
        "AccessAnalyzerServiceRolePolicy",
    ),
    (
        "autoscaling.amazonaws.com",
        "AutoScaling",
        "AutoScalingServiceRolePolicy",
    ),
    (
        "cks.kms.amazonaws.com",
        "KeyManagementServiceCustomKeyStores",
        "AWSKeyManagementServiceCustomKeyStoresServiceRolePolicy",
    ),
    ("config.amazonaws.com", "Config", "AWSConfigServiceRolePolicy"),
    ("ecs.amazonaws.com", "ECS", "AmazonECSServiceRolePolicy"),
    ("eks.amazonaws.com", "AmazonEKS", "AmazonEKSServiceRolePolicy"),
    (
        "elasticache.amazonaws.com",
        "ElastiCache",
        "ElastiCacheServiceRolePolicy",
    ),
    (
        "elasticbeanstalk.amazonaws.com",
        "ElasticBeanstalk",
        "AWSElasticBeanstalkServiceRolePolicy",
    ),
    (
        "elasticloadbalancing.amazonaws.com",
        "ElasticLoadBalancing",
        "AWSElasticLoadBalancingServiceRolePolicy",
    ),
    (
        "guardduty.amazonaws.com",
        "AmazonGuardDuty",
        "AmazonGuardDutyServiceRolePolicy",
    ),
    (
        "mrk.kms.amazonaws.com",
        "KeyManagementServiceMultiRegionKeys",
        "AWSKeyManagementServiceMultiRegionKeysServiceRolePolicy",
    ),
    (
        "organizations.amazonaws.com",
        "Organizations",
        "AWSOrganizationsServiceTrustPolicy",
    ),
    ("rds.amazonaws.com", "RDS", "AmazonRDSServiceRolePolicy"),
    (
        "replicator.lambda.amazonaws.com",
        "LambdaReplicator",
        "AWSLambdaReplicator",
    ),
    ("spot.amazonaws.com", "EC2Spot", "AWSEC2SpotServiceRolePolicy"),
];

/// The name of a service's role, without its suffix, and its policy where AWS has published it.
fn role_of(service: &str) -> (String, Option<String>) {
    if let Some((_, name, policy)) = KNOWN.iter().find(|(principal, ..)| *principal == service) {
        let arn = format!("{}aws-service-role/{policy}", aws_managed::PREFIX);
        return (
            format!("AWSServiceRoleFor{name}"),
            aws_managed::find(&arn).map(|_| arn),
        );
    }
    let short = service.split('.').next().unwrap_or(service);
    let capitals = short.split('-').map(|word| {
        let mut letters = word.chars();
        letters
            .next()
            .map(|first| first.to_ascii_uppercase())
            .into_iter()
            .chain(letters)
            .collect::<String>()
    });
    (format!("AWSServiceRoleFor{}", capitals.collect::<String>()), None)
}

pub(crate) async fn create_service_linked_role(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::CreateServiceLinkedRoleRequest,
) -> Result<api::CreateServiceLinkedRoleResponse, Failure> {
    let service = required(input.aws_service_name);
    let (mut name, policy) = role_of(&service);
    let path = format!("/aws-service-role/{service}/");
    if let Some(suffix) = &input.custom_suffix {
        name = format!("{name}_{suffix}");
    }
    let context = Context::new().with("iam:awsservicename", service.as_str());
    iam.authorize(&call, &arn(&call.account, "role", &path, &name), context)
        .await?;
    if !service.ends_with(".amazonaws.com") {
        return Err(error::invalid_input(format!(
            "Service principal {service} is not valid."
        )));
    }
    if iam.find::<Role>(&call.account, &name).await?.is_some() {
        let message = format!(
            "Service role name {name} has been taken in this account, please try a different suffix."
        );
        return Err(error::invalid_input(message));
    }
    let trust_policy = serde_json::json!({
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"Service": [service]}, "Action": ["sts:AssumeRole"]}],
    });
    let role = Role {
        name,
        path,
        id: unique_id::fresh(&*iam.platform.random, unique_id::ROLE),
        created_ms: call.time.as_millis(),
        description: input.description,
        max_session_seconds: 3600,
        trust_policy: trust_policy.to_string(),
        trusted: BTreeMap::new(),
        tags: BTreeMap::new(),
        permissions: Permissions {
            attached: policy.into_iter().collect(),
            ..Permissions::default()
        },
    };
    put_new_role(&iam, &call, &role, |role| api::CreateServiceLinkedRoleResponse {
        role: Some(role),
    })
    .await
}

pub(crate) async fn delete_service_linked_role(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::DeleteServiceLinkedRoleRequest,
) -> Result<api::DeleteServiceLinkedRoleResponse, Failure> {
    let name = &required(input.role_name);
    let role = iam.open::<Role>(&call, name).await?;
    if !role.is_service_linked() {
        return Err(error::invalid_input(format!(
            "The role {name} is not a service-linked role."
        )));
    }
    let random = &*iam.platform.random;
    let task = &format!("task{}{}/{}", role.path, role.name, random.uuid());
    let account = &call.account;
    iam.platform
        .write(&call, |txn| async move {
            let role = current::<Role>(&txn, account, name).await?;
            for arn in &role.permissions.attached {
                attachment::forget(&txn, account, &role, arn, Usage::Policy).await?;
            }
            txn.delete(&UNIQUE_IDS, &scope(account), role.id.as_str()).await?;
            txn.delete(&ROLE_USES, &scope(account), role.id.as_str()).await?;
            remove(&txn, account, &role).await?;
            Ok(api::DeleteServiceLinkedRoleResponse {
                deletion_task_id: Some(task.clone()),
            })
        })
        .await
}

/// Deletions are done at once; a task's id tells which role it deleted.
pub(crate) async fn get_service_linked_role_deletion_status(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::GetServiceLinkedRoleDeletionStatusRequest,
) -> Result<api::GetServiceLinkedRoleDeletionStatusResponse, Failure> {
    let task = required(input.deletion_task_id);
    let named = task
        .strip_prefix("task/")
        .and_then(|rest| rest.rsplit_once('/'))
        .map(|(role, _)| role);
    let path = named.unwrap_or_default();
    iam.authorize(&call, &arn(&call.account, "role", "/", path), Context::new())
        .await?;
    if named.is_none_or(|role| !role.starts_with("aws-service-role/")) {
        return Err(error::no_such_entity(format!(
            "Deletion Task Id {task} cannot be found."
        )));
    }
    let id = Role::id_of(path.rsplit('/').next().unwrap_or(path));
    let there = iam
        .platform
        .store
        .get(&ROLES, &scope(&call.account), id.as_str())
        .await?
        .is_some();
    let status = if there {
        api::DeletionTaskStatusType::Failed
    } else {
        api::DeletionTaskStatusType::Succeeded
    };
    Ok(api::GetServiceLinkedRoleDeletionStatusResponse {
        status: Some(status),
        reason: None,
    })
}
