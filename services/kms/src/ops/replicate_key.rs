//! ReplicateKey: a multi-Region primary gets a replica in another Region of its partition.
//!
//! Two permissions: `kms:ReplicateKey` on the primary in its Region, and `kms:CreateKey` in the replica's, which is
//! IAM's to give. The replica has the primary's id, material and rotation, and a policy, tags and a description of its
//! own. Imported material does not travel. Order of errors: Validation of the Region, NotFound, AccessDenied,
//! UnsupportedOperation (not a primary), Disabled/InvalidState, tags, AccessDenied of CreateKey, AlreadyExists, the
//! policy's own faults. Follows the KMS API reference, "ReplicateKey".

use std::collections::BTreeMap;
use std::sync::Arc;

use haechi_api_kms as api;
use haechi_api_kms::error::ErrorCode;
use haechi_core::{Ask, Call, Failure, Region};
use haechi_policy::Context;

use crate::authz::Wish;
use crate::error::{self, state_error};
use crate::metadata::key_metadata;
use crate::model::key::{Key, KeyOrigin, arn};
use crate::model::multi_region::{MultiRegion, MultiRegionRole};
use crate::model::state::{KeyState, OperationClass};
use crate::policy::default_policy;
use crate::store::{KEYS, insert_key};
use crate::{Kms, tags, timers};

pub(crate) async fn replicate_key(
    kms: Arc<Kms>,
    call: Arc<Call>,
    input: api::ReplicateKeyRequest,
) -> Result<api::ReplicateKeyResponse, Failure> {
    let region = parse_region(&call, input.replica_region.as_deref().unwrap_or_default())?;
    let wish = Wish::new("ReplicateKey").condition("kms:replicaregion", region.as_str());
    let key_id = input.key_id.unwrap_or_default();
    let loaded = kms.own_key_for(&call, &key_id, wish).await?;
    primary_family(&loaded.key)?;
    loaded.require_state(OperationClass::Replicate)?;
    let tags = tags::from_request(input.tags.unwrap_or_default())?;
    let bypass = input.bypass_policy_lockout_safety_check.unwrap_or(false);
    authorize_creation(&kms, &call, &loaded.key, &tags, bypass).await?;
    let replica_arn = arn(&loaded.key.account, &region, &loaded.key.id);
    let (policy, principals) = match input.policy {
        Some(policy) => {
            let principals = kms.check_policy(&call, &policy, &replica_arn, bypass).await?;
            (policy, principals)
        }
        None => (default_policy(&call.account, &region), BTreeMap::new()),
    };
    call.audit_resource(replica_arn.as_str(), "AWS::KMS::Key", &call.account);
    let own = Own {
        region,
        description: input.description.unwrap_or_default(),
        policy,
        principals,
        tags,
        created_ms: call.time.as_millis(),
    };
    write(&kms, &call, &loaded.key, &own).await
}

fn parse_region(call: &Call, name: &str) -> Result<Region, Failure> {
    Region::parse(name)
        .ok()
        .filter(|region| region.partition() == call.partition())
        .ok_or_else(|| error::validation(format!("Invalid ReplicaRegion {name}")).into())
}

/// The family that the key leads.
fn primary_family(key: &Key) -> Result<&MultiRegion, Failure> {
    let family = key.multi_region.as_ref().filter(|family| !family.is_replica());
    family.ok_or_else(|| error::not_a_primary(&key.arn()).into())
}

/// `kms:CreateKey` for the replica, and `kms:TagResource` if it has tags.
async fn authorize_creation(
    kms: &Kms,
    call: &Call,
    primary: &Key,
    tags: &BTreeMap<String, String>,
    bypass: bool,
) -> Result<(), Failure> {
    let mut context = Context::new();
    context.set("kms:keyspec", primary.spec.name());
    context.set("kms:customermasterkeyspec", primary.spec.name());
    context.set("kms:keyusage", primary.usage.name());
    context.set("kms:customermasterkeyusage", primary.usage.name());
    context.set("kms:keyorigin", primary.origin.name());
    context.set("kms:multiregion", true);
    context.set("kms:multiregionkeytype", MultiRegionRole::Replica.name());
    context.set("kms:calleraccount", call.account.as_str());
    context.set("kms:bypasspolicylockoutsafetycheck", bypass);
    tags::describe_request(tags, &mut context);
    let ask = Ask::new("kms:CreateKey", "*", &call.account).with_context(context.clone());
    kms.platform.gate.authorize(call, ask, ()).await?;
    if !tags.is_empty() {
        let ask = Ask::new("kms:TagResource", "*", &call.account).with_context(context);
        kms.platform.gate.authorize(call, ask, ()).await?;
    }
    Ok(())
}

/// What a replica has of its own.
struct Own {
    region: Region,
    description: String,
    policy: String,
    principals: BTreeMap<String, String>,
    tags: BTreeMap<String, String>,
    created_ms: i64,
}

async fn write(
    kms: &Kms,
    call: &Call,
    primary: &Key,
    own: &Own,
) -> Result<api::ReplicateKeyResponse, Failure> {
    let here = &primary.region.scope(&primary.account);
    let there = &own.region.scope(&primary.account);
    let id = primary.id.as_str();
    kms.platform
        .write(call, |txn| async move {
            let Some(record) = txn.get(&KEYS, here, id).await? else {
                return Err(error::key_not_found(&primary.arn()).into());
            };
            let mut primary = record.as_ref().clone();
            let mut family = primary_family(&primary)?.clone();
            if let Some(error) = state_error(&primary.arn(), primary.state, OperationClass::Replicate) {
                return Err(error.into());
            }
            if family.regions().any(|region| *region == own.region) {
                return Err(already_there(&primary, &own.region));
            }
            family.replicas.push(own.region.clone());
            primary.multi_region = Some(family);
            if !insert_key(&txn, &replica_of(&primary, own)).await? {
                return Err(already_there(&primary, &own.region));
            }
            txn.put(&KEYS, here, id, &primary).await?;
            timers::follow(&txn, &primary).await?;
            kms.synchronize(&txn, &primary).await?;
            let Some(replica) = txn.get(&KEYS, there, id).await? else {
                return Err(Failure::internal("a replica vanished while it was made"));
            };
            Ok(answer(&replica))
        })
        .await
}

/// The replica before it has its material.
fn replica_of(primary: &Key, own: &Own) -> Key {
    Key {
        region: own.region.clone(),
        created_ms: own.created_ms,
        description: own.description.clone(),
        state: if primary.origin == KeyOrigin::External {
            KeyState::PendingImport
        } else {
            KeyState::Enabled
        },
        policy: own.policy.clone(),
        principals: own.principals.clone(),
        tags: own.tags.clone(),
        multi_region: primary.multi_region.clone().map(|family| MultiRegion {
            role: MultiRegionRole::Replica,
            ..family
        }),
        materials: Vec::new(),
        deletion: None,
        ..primary.clone()
    }
}

fn already_there(key: &Key, region: &Region) -> Failure {
    let message = format!(
        "Unable to replicate key {} to region {region}, as the key already exist there",
        key.arn()
    );
    ErrorCode::AlreadyExistsException.with(message).into()
}

/// The replica as it was while the transaction made it: AWS answers with a key that is still being created, whatever
/// its state will be. Here the copying is over when the answer leaves, so that the next read finds the replica ready.
fn answer(replica: &Key) -> api::ReplicateKeyResponse {
    let creating = Key {
        state: KeyState::Creating,
        ..replica.clone()
    };
    let tags = replica.tags.iter().map(|(name, value)| api::Tag {
        tag_key: Some(name.clone()),
        tag_value: Some(value.clone()),
    });
    api::ReplicateKeyResponse {
        replica_key_metadata: Some(key_metadata(&creating)),
        replica_policy: Some(replica.policy.clone()),
        replica_tags: Some(tags.collect()).filter(|tags: &Vec<_>| !tags.is_empty()),
    }
}
