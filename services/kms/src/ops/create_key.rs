//! CreateKey: a key of any spec, with material of ours, with material to come, or as a multi-Region primary.
//!
//! Order of errors: parameters that contradict each other, tags, AccessDenied (IAM alone decides: there is no key
//! policy yet), the policy's own faults with the lock-out check. Follows the KMS API reference, "CreateKey".

use std::collections::BTreeMap;
use std::sync::Arc;

use haechi_api_kms as api;
use haechi_api_kms::error::ErrorCode;
use haechi_core::{Ask, Call, Failure};
use haechi_crypto::{CryptoError, KeySpec};
use haechi_policy::Context;

use crate::metadata::key_metadata;
use crate::model::key::{CustomStoreKey, Key, KeyManager, KeyOrigin, arn};
use crate::model::key_id::KeyId;
use crate::model::multi_region::{MultiRegion, MultiRegionRole};
use crate::model::rotation::Rotation;
use crate::model::state::KeyState;
use crate::model::usage::KeyUsage;
use crate::policy::default_policy;
use crate::store::insert_key;
use crate::{Kms, custom_id, custom_store, error, tags};

pub(crate) async fn create_key(
    kms: Arc<Kms>,
    call: Arc<Call>,
    input: api::CreateKeyRequest,
) -> Result<api::CreateKeyResponse, Failure> {
    custom_id::hide_material(&call, input.tags.as_deref().unwrap_or_default());
    let request = Request::parse(&kms, input)?;
    authorize(&kms, &call, &request).await?;
    if let Some(place) = &request.custom_store {
        kms.check_external_key(&call, request.origin, place).await?;
    }

    let id = match request.custom.as_ref().and_then(|custom| custom.id.clone()) {
        Some(id) => id,
        None => KeyId::fresh(&*kms.platform.random, request.multi_region),
    };
    let key_arn = arn(&call.account, &call.region, &id);
    let (policy, principals) = match request.policy.clone() {
        Some(policy) => {
            let principals = kms
                .check_policy(&call, &policy, &key_arn, request.bypass_lockout_check)
                .await?;
            (policy, principals)
        }
        None => (default_policy(&call.account, &call.region), BTreeMap::new()),
    };
    call.audit_resource(key_arn.as_str(), "AWS::KMS::Key", &call.account);
    let key = make(&kms, &call, &request, id, policy, principals).await?;
    let key = &key;
    kms.platform
        .write(&call, |txn| async move {
            if !insert_key(&txn, key).await? {
                let message = format!("{} already exists", key.arn());
                return Err(ErrorCode::AlreadyExistsException.with(message).into());
            }
            custom_store::enter(&txn, key).await?;
            crate::timers::follow(&txn, key).await?;
            Ok(api::CreateKeyResponse {
                key_metadata: Some(key_metadata(key)),
            })
        })
        .await
}

/// A request whose parameters fit together.
struct Request {
    description: String,
    spec: KeySpec,
    usage: KeyUsage,
    origin: KeyOrigin,
    multi_region: bool,
    policy: Option<String>,
    bypass_lockout_check: bool,
    tags: BTreeMap<String, String>,
    custom: Option<custom_id::CustomKey>,
    custom_store: Option<CustomStoreKey>,
}

impl Request {
    fn parse(kms: &Kms, input: api::CreateKeyRequest) -> Result<Self, Failure> {
        let named = input.key_spec.as_ref().map(api::KeySpec::as_str);
        let old_name = input
            .customer_master_key_spec
            .as_ref()
            .map(api::CustomerMasterKeySpec::as_str);
        if named.is_some() && old_name.is_some() {
            let message = "You cannot specify KeySpec and CustomerMasterKeySpec in the same request. CustomerMasterKeySpec is deprecated.";
            return Err(error::validation(message).into());
        }
        let spec = parse_spec(named.or(old_name).unwrap_or("SYMMETRIC_DEFAULT"))?;
        let usage = parse_usage(spec, input.key_usage.as_ref().map(api::KeyUsageType::as_str))?;
        let origin = match input.origin.as_ref().map_or("AWS_KMS", api::OriginType::as_str) {
            "EXTERNAL" => KeyOrigin::External,
            "AWS_CLOUDHSM" => KeyOrigin::CloudHsm,
            "EXTERNAL_KEY_STORE" => KeyOrigin::ExternalKeyStore,
            _ => KeyOrigin::AwsKms,
        };
        let multi_region = input.multi_region.unwrap_or(false);
        let (store_id, xks_key_id) = (input.custom_key_store_id, input.xks_key_id);
        let custom_store = custom_store::requested(origin, spec, multi_region, store_id, xks_key_id)?;
        let mut tags = tags::from_request(input.tags.unwrap_or_default())?;
        let custom = if kms.config.allow_custom_ids {
            custom_id::take(&mut tags, spec)?
        } else {
            None
        };
        Ok(Self {
            description: input.description.unwrap_or_default(),
            spec,
            usage,
            origin,
            multi_region,
            policy: input.policy,
            bypass_lockout_check: input.bypass_policy_lockout_safety_check.unwrap_or(false),
            tags,
            custom,
            custom_store,
        })
    }
}

fn parse_spec(name: &str) -> Result<KeySpec, Failure> {
    name.parse().map_err(|error| match error {
        CryptoError::Unsupported(_) => ErrorCode::UnsupportedOperationException
            .with(format!("KeySpec {name} is not supported in this Region."))
            .into(),
        other => Failure::internal(other),
    })
}

fn parse_usage(spec: KeySpec, name: Option<&str>) -> Result<KeyUsage, Failure> {
    let Some(name) = name else {
        if spec == KeySpec::Symmetric {
            return Ok(KeyUsage::EncryptDecrypt);
        }
        return Err(error::validation(
            "You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.",
        )
        .into());
    };
    KeyUsage::parse(name)
        .filter(|usage| KeyUsage::of(spec).contains(usage))
        .ok_or_else(|| {
            error::validation(format!("KeyUsage {name} is not compatible with KeySpec {spec}")).into()
        })
}

/// CreateKey is for IAM alone: there is no key whose policy could be asked.
async fn authorize(kms: &Kms, call: &Call, request: &Request) -> Result<(), Failure> {
    let mut context = Context::new();
    context.set("kms:keyspec", request.spec.name());
    context.set("kms:customermasterkeyspec", request.spec.name());
    context.set("kms:keyusage", request.usage.name());
    context.set("kms:customermasterkeyusage", request.usage.name());
    context.set("kms:keyorigin", request.origin.name());
    context.set("kms:multiregion", request.multi_region);
    context.set("kms:calleraccount", call.account.as_str());
    context.set("kms:bypasspolicylockoutsafetycheck", request.bypass_lockout_check);
    if request.multi_region {
        context.set("kms:multiregionkeytype", "PRIMARY");
    }
    tags::describe_request(&request.tags, &mut context);
    let ask = Ask::new("kms:CreateKey", "*", &call.account).with_context(context.clone());
    kms.platform.gate.authorize(call, ask, ()).await?;
    if !request.tags.is_empty() {
        let ask = Ask::new("kms:TagResource", "*", &call.account).with_context(context);
        kms.platform.gate.authorize(call, ask, ()).await?;
    }
    Ok(())
}

async fn make(
    kms: &Kms,
    call: &Call,
    request: &Request,
    id: KeyId,
    policy: String,
    principals: BTreeMap<String, String>,
) -> Result<Key, Failure> {
    let (state, materials) = match (request.origin, &request.custom) {
        (
            KeyOrigin::AwsKms,
            Some(custom_id::CustomKey {
                material: Some(material),
                ..
            }),
        ) => (
            KeyState::Enabled,
            vec![
                kms.seal_material(&call.account, &call.region, &id, material)
                    .await?,
            ],
        ),
        // Under the external key's layer lies one of ours.
        (KeyOrigin::AwsKms | KeyOrigin::ExternalKeyStore, _) => {
            let material = kms
                .generate_material(&call.account, &call.region, &id, request.spec)
                .await?;
            (KeyState::Enabled, vec![material])
        }
        (KeyOrigin::External, _) => (KeyState::PendingImport, Vec::new()),
        (KeyOrigin::CloudHsm, _) => {
            return Err(error::validation("There are no AWS CloudHSM key stores here.").into());
        }
    };
    let multi_region = request.multi_region.then(|| MultiRegion {
        role: MultiRegionRole::Primary,
        primary: call.region.clone(),
        replicas: Vec::new(),
    });
    Ok(Key {
        id,
        account: call.account.clone(),
        region: call.region.clone(),
        created_ms: call.time.as_millis(),
        description: request.description.clone(),
        state,
        manager: KeyManager::Customer,
        spec: request.spec,
        usage: request.usage,
        origin: request.origin,
        policy,
        principals,
        tags: request.tags.clone(),
        multi_region,
        materials,
        rotation: Rotation::default(),
        deletion: None,
        custom_store: request.custom_store.clone(),
    })
}
