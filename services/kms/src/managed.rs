//! AWS managed keys: `alias/aws/<service>`, made when a service first needs one.
//!
//! Their policy lets everyone in the account use them, but only through the service; nobody can change or delete
//! them; they rotate every year. Source: KMS developer guide, "AWS managed keys".

use std::collections::BTreeMap;

use haechi_core::{AccountId, Call, Failure, Region};
use haechi_crypto::KeySpec;

use crate::Kms;
use crate::model::alias::{Alias, AliasName};
use crate::model::key::{Key, KeyManager, KeyOrigin};
use crate::model::key_id::KeyId;
use crate::model::rotation::{AutomaticRotation, DEFAULT_PERIOD_DAYS, Rotation};
use crate::model::state::KeyState;
use crate::model::usage::KeyUsage;
use crate::store::{ALIASES, insert_key, put_alias};

/// A day in milliseconds.
const DAY_MS: i64 = 86_400_000;

/// Services that have an AWS managed key, with the name that the key's description gives them.
const SERVICES: [(&str, &str); 24] = [
    ("acm", "ACM"),
    ("backup", "Backup"),
    ("codeartifact", "CodeArtifact"),
    ("codecommit", "CodeCommit"),
    ("dms", "DMS"),
    ("dynamodb", "DynamoDB"),
    ("ebs", "EBS"),
    ("elasticfilesystem", "EFS"),
    ("es", "OpenSearch"),
    ("fsx", "FSx"),
    ("glue", "Glue"),
    ("kinesis", "Kinesis"),
    ("lambda", "Lambda"),
    ("lightsail", "Lightsail"),
    ("mq", "MQ"),
    ("rds", "RDS"),
    ("redshift", "Redshift"),
    ("s3", "S3"),
    ("secretsmanager", "Secrets Manager"),
    ("ses", "SES"),
    ("sns", "SNS"),
    ("sqs", "SQS"),
    ("ssm", "SSM"),
    ("workspaces", "WorkSpaces"),
];

/// The service that calls KMS for resources of another: EBS volumes are EC2's.
fn calling_service(service: &str) -> &str {
    match service {
        "ebs" => "ec2",
        own => own,
    }
}

/// Whether the call may bring the service's key into being: the service itself, or anyone by DescribeKey.
pub(crate) fn may_make(call: &Call, service: &str) -> bool {
    let known = SERVICES.iter().any(|(name, _)| *name == service);
    let by_service = call
        .origin
        .via_service()
        .and_then(|via| via.strip_suffix(".amazonaws.com"))
        == Some(calling_service(service));
    known && (by_service || call.operation.name == "DescribeKey")
}

/// Makes the service's key and alias, unless another call was quicker.
pub(crate) async fn make(
    kms: &Kms,
    account: &AccountId,
    region: &Region,
    service: &str,
) -> Result<KeyId, Failure> {
    let name = AliasName::parse(&format!("alias/aws/{service}"))
        .ok_or_else(|| Failure::internal("a known service has an impossible alias"))?;
    let id = KeyId::fresh(&*kms.platform.random, false);
    let material = kms
        .generate_material(account, region, &id, KeySpec::Symmetric)
        .await?;
    let now = kms.platform.now().as_millis();
    let title = SERVICES
        .iter()
        .find(|(known, _)| *known == service)
        .map_or(service, |(_, title)| title);
    let next_ms = now + DEFAULT_PERIOD_DAYS * DAY_MS;
    let key = Key {
        id: id.clone(),
        account: account.clone(),
        region: region.clone(),
        created_ms: now,
        description: format!("Default key that protects my {title} resources when no other key is defined"),
        state: KeyState::Enabled,
        manager: KeyManager::Aws {
            service: service.to_owned(),
        },
        spec: KeySpec::Symmetric,
        usage: KeyUsage::EncryptDecrypt,
        origin: KeyOrigin::AwsKms,
        policy: policy(account, region, service, title),
        principals: BTreeMap::new(),
        tags: Default::default(),
        multi_region: None,
        materials: vec![material],
        rotation: Rotation {
            automatic: Some(AutomaticRotation {
                period_days: DEFAULT_PERIOD_DAYS,
                next_ms,
            }),
            ..Rotation::default()
        },
        deletion: None,
        custom_store: None,
    };
    let alias = Alias {
        name: name.clone(),
        target: id,
        created_ms: now,
        updated_ms: now,
    };
    let scope = region.scope(account);
    let (key, alias, scope, name) = (&key, &alias, &scope, &name);
    kms.platform
        .store
        .txn(|txn| async move {
            if let Some(there) = txn.get(&ALIASES, scope, name.as_str()).await? {
                return Ok(there.target.clone());
            }
            insert_key(&txn, key).await?;
            crate::timers::follow(&txn, key).await?;
            put_alias(&txn, scope, alias, None).await?;
            Ok::<KeyId, Failure>(alias.target.clone())
        })
        .await
}

fn policy(account: &AccountId, region: &Region, service: &str, title: &str) -> String {
    let partition = region.partition();
    let caller = calling_service(service);
    format!(
        r#"{{
  "Version" : "2012-10-17",
  "Id" : "auto-{service}-1",
  "Statement" : [ {{
    "Sid" : "Allow access through {title} for all principals in the account that are authorized to use {title}",
    "Effect" : "Allow",
    "Principal" : {{
      "AWS" : "*"
    }},
    "Action" : [ "kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:CreateGrant", "kms:DescribeKey" ],
    "Resource" : "*",
    "Condition" : {{
      "StringEquals" : {{
        "kms:CallerAccount" : "{account}",
        "kms:ViaService" : "{caller}.{region}.amazonaws.com"
      }}
    }}
  }}, {{
    "Sid" : "Allow direct access to key metadata to the account",
    "Effect" : "Allow",
    "Principal" : {{
      "AWS" : "arn:{partition}:iam::{account}:root"
    }},
    "Action" : [ "kms:Describe*", "kms:Get*", "kms:List*", "kms:RevokeGrant" ],
    "Resource" : "*"
  }} ]
}}"#
    )
}
