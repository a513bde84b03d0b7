//! CreateGrant: permission to use a key, handed to a principal without a change of policy.
//!
//! Order of errors: Validation of members against each other, NotFound, AccessDenied, Disabled/InvalidState, Validation
//! of the operations for the kind of key, InvalidArn of principals that do not exist, DryRunOperation, LimitExceeded.
//! A name makes a repeated request return the grant that it made before, with another token. Follows the KMS API
//! reference, "CreateGrant", and the developer guide, "Grants in AWS KMS".

use std::collections::BTreeMap;
use std::sync::Arc;

use haechi_api_kms as api;
use haechi_api_kms::error::ErrorCode;
use haechi_core::ports::PrincipalLookup;
use haechi_core::{Call, Failure};
use haechi_crypto::KeySpec;
use haechi_store::{StoreError, Txn};

use crate::Kms;
use crate::authz::Wish;
use crate::error::{self, state_error};
use crate::loaded::LoadedKey;
use crate::model::grant::{Constraint, Grant, GrantOperation, MAX_GRANTS_PER_KEY, fits};
use crate::model::grant_token::GrantToken;
use crate::model::key::Key;
use crate::model::state::OperationClass;
use crate::resolve::Forms;
use crate::store::{GRANT_COUNTS, GRANTS, GRANTS_OF_GRANTEE, KEYS, put_grant};

/// Pairs in a constraint, and characters in each of them (KMS developer guide, "Grant constraints").
const MAX_PAIRS: usize = 8;
const MAX_PAIR_TEXT: usize = 384;

pub(crate) async fn create_grant(
    kms: Arc<Kms>,
    call: Arc<Call>,
    input: api::CreateGrantRequest,
) -> Result<api::CreateGrantResponse, Failure> {
    let key_id = input.key_id.clone().unwrap_or_default();
    let tokens = input.grant_tokens.clone().unwrap_or_default();
    let dry_run = input.dry_run == Some(true);
    let terms = Terms::read(input)?;
    let named = kms.resolve(&call, &key_id, Forms::KeysOnly).await?;
    let grant = terms.grant(&kms, &call, &named.loaded.key);
    let wish = wish(&call, &grant, &tokens);
    let loaded = kms.release(&call, named, wish).await?;
    loaded.require_state(OperationClass::Grant)?;
    require_fit(&loaded, &grant)?;
    let grantee_id = unique_id(&kms, &grant.grantee).await?;
    let retiring_id = match &grant.retiring {
        Some(retiring) => unique_id(&kms, retiring).await?,
        None => None,
    };
    if dry_run {
        return Err(error::dry_run().into());
    }
    let grant = Grant {
        grantee_id,
        retiring_id,
        ..grant
    };
    write(&kms, &call, &loaded, &grant).await
}

/// What a request asks for, in itself without contradiction.
struct Terms {
    grantee: String,
    retiring: Option<String>,
    operations: Vec<GrantOperation>,
    constraint: Option<Constraint>,
    source_arn: Option<String>,
    name: Option<String>,
}

impl Terms {
    fn read(input: api::CreateGrantRequest) -> Result<Self, Failure> {
        let by_service = input.grantee_service_principal.is_some();
        let grantee = one_of(
            input.grantee_principal,
            input.grantee_service_principal,
            "GranteePrincipal",
        )?;
        let Some(grantee) = grantee else {
            let message = "You must specify either GranteePrincipal or GranteeServicePrincipal.";
            return Err(error::validation(message).into());
        };
        let retiring = one_of(
            input.retiring_principal,
            input.retiring_service_principal,
            "RetiringPrincipal",
        )?;
        let constraints = input.constraints.unwrap_or_default();
        if by_service && (constraints.source_arn.is_none() || retiring.is_none()) {
            let message =
                "A grant to a service principal needs a SourceArn constraint and a retiring principal.";
            return Err(error::validation(message).into());
        }
        let mut operations = Vec::new();
        for name in input.operations.unwrap_or_default() {
            let operation = GrantOperation::parse(name.as_str())
                .ok_or_else(|| Failure::internal("the model names an operation that grants do not know"))?;
            if !operations.contains(&operation) {
                operations.push(operation);
            }
        }
        if operations.is_empty() {
            return Err(error::validation("A grant must permit at least one operation.").into());
        }
        Ok(Self {
            grantee,
            retiring,
            operations,
            constraint: constraint(
                constraints.encryption_context_subset,
                constraints.encryption_context_equals,
            )?,
            source_arn: constraints.source_arn,
            name: input.name,
        })
    }

    fn grant(self, kms: &Kms, call: &Call, key: &Key) -> Grant {
        Grant {
            id: kms.platform.random.hex(64),
            key: key.id.clone(),
            grantee: self.grantee,
            grantee_id: None,
            retiring: self.retiring,
            retiring_id: None,
            operations: self.operations,
            constraint: self.constraint,
            source_arn: self.source_arn,
            name: self.name,
            issuing_account: format!("arn:{}:iam::{}:root", call.partition(), call.account),
            created_ms: call.time.as_millis(),
        }
    }
}

/// A principal can be named in one of two members.
fn one_of(
    principal: Option<String>,
    service: Option<String>,
    member: &str,
) -> Result<Option<String>, Failure> {
    if principal.is_some() && service.is_some() {
        let other = member.replace("Principal", "ServicePrincipal");
        let message = format!("You can specify either {member} or {other}, but not both.");
        return Err(error::validation(message).into());
    }
    Ok(principal.or(service))
}

fn constraint(
    subset: Option<BTreeMap<String, String>>,
    equals: Option<BTreeMap<String, String>>,
) -> Result<Option<Constraint>, Failure> {
    // Terraform's provider sends both members and leaves the one that it does not mean empty.
    let given = |pairs: &BTreeMap<String, String>| !pairs.is_empty();
    let constraint = match (subset.filter(given), equals.filter(given)) {
        (None, None) => return Ok(None),
        (Some(_), Some(_)) => {
            let message =
                "You can specify either EncryptionContextEquals or EncryptionContextSubset, but not both.";
            return Err(error::validation(message).into());
        }
        (Some(pairs), None) => Constraint::Subset(pairs),
        (None, Some(pairs)) => Constraint::Equals(pairs),
    };
    let pairs = constraint.pairs();
    let too_long = pairs
        .iter()
        .any(|(key, value)| key.chars().count() > MAX_PAIR_TEXT || value.chars().count() > MAX_PAIR_TEXT);
    if pairs.len() > MAX_PAIRS || too_long {
        let message = format!(
            "A grant constraint holds at most {MAX_PAIRS} pairs of at most {MAX_PAIR_TEXT} characters each."
        );
        return Err(error::validation(message).into());
    }
    Ok(Some(constraint))
}

fn wish<'a>(call: &Call, grant: &'a Grant, tokens: &'a [String]) -> Wish<'a> {
    let names = grant.operations.iter().map(|o| o.name().to_owned()).collect();
    let mut wish = Wish::with_grant("CreateGrant", GrantOperation::CreateGrant, tokens)
        .child(grant)
        .context(grant.constraint.as_ref().map(Constraint::pairs))
        .condition("kms:granteeprincipal", grant.grantee.as_str())
        .condition_list("kms:grantoperations", names);
    wish = wish.condition("kms:grantisforawsresource", for_aws_resource(call));
    if let Some(retiring) = &grant.retiring {
        wish = wish.condition("kms:retiringprincipal", retiring.as_str());
    }
    if let Some(constraint) = &grant.constraint {
        wish = wish.condition("kms:grantconstrainttype", constraint.kind());
    }
    wish
}

/// `kms:GrantIsForAWSResource`: a service of AWS manages the grant for the caller.
pub(crate) fn for_aws_resource(call: &Call) -> &'static str {
    if call.origin.via_service().is_some() {
        "true"
    } else {
        "false"
    }
}

fn require_fit(loaded: &LoadedKey, grant: &Grant) -> Result<(), Failure> {
    let key = &loaded.key;
    let unfit: Vec<&str> = grant
        .operations
        .iter()
        .filter(|operation| !fits(**operation, key.usage, key.spec))
        .map(|operation| operation.name())
        .collect();
    if !unfit.is_empty() {
        let message = format!(
            "Operations [{}] are not valid for {}: its key spec is {} and its key usage is {}.",
            unfit.join(", "),
            loaded.arn,
            key.spec,
            key.usage.name()
        );
        return Err(error::validation(message).into());
    }
    if grant.constraint.is_some() && key.spec != KeySpec::Symmetric {
        let message = "Encryption context constraints are valid for symmetric encryption KMS keys only.";
        return Err(error::validation(message).into());
    }
    Ok(())
}

/// The unique id of a principal, which must exist. Accounts and sessions have none; services are taken at their word.
async fn unique_id(kms: &Kms, principal: &str) -> Result<Option<String>, Failure> {
    if principal.ends_with(".amazonaws.com") && !principal.contains(':') {
        return Ok(None);
    }
    if !principal.starts_with("arn:") {
        return Err(invalid_principal(principal));
    }
    let identities = kms.platform.gate.identities()?;
    match identities.principal_exists(principal).await? {
        PrincipalLookup::Exists(id) => Ok(id),
        PrincipalLookup::Missing => Err(invalid_principal(principal)),
    }
}

pub(crate) fn invalid_principal(principal: &str) -> Failure {
    ErrorCode::InvalidArnException
        .with(format!("ARN does not refer to a valid principal: {principal}"))
        .into()
}

async fn write(
    kms: &Kms,
    call: &Call,
    loaded: &LoadedKey,
    grant: &Grant,
) -> Result<api::CreateGrantResponse, Failure> {
    let scope = &loaded.key.region.scope(&loaded.key.account);
    let id = loaded.key.id.as_str();
    kms.platform
        .write(call, |txn| async move {
            let Some(key) = txn.get(&KEYS, scope, id).await? else {
                return Err(error::key_not_found(&loaded.arn).into());
            };
            if let Some(error) = state_error(&loaded.arn, key.state, OperationClass::Grant) {
                return Err(error.into());
            }
            if let Some(before) = same_as_before(&txn, &key, grant).await? {
                return Ok(answer(kms, call, loaded, &before));
            }
            let there = txn.get(&GRANT_COUNTS, scope, id).await?.map_or(0, |count| *count);
            if there >= MAX_GRANTS_PER_KEY as u64 {
                let message = format!("The key {} has {there} grants, which is its limit.", loaded.arn);
                return Err(ErrorCode::LimitExceededException.with(message).into());
            }
            put_grant(&txn, &key, grant).await?;
            Ok(answer(kms, call, loaded, &grant.id))
        })
        .await
}

/// The id of the grant that the same request under the same name has made before.
async fn same_as_before(txn: &Txn, key: &Key, grant: &Grant) -> Result<Option<String>, StoreError> {
    if grant.name.is_none() {
        return Ok(None);
    }
    let scope = key.region.scope(&key.account);
    // Of two equal requests at once one must see the other's grant.
    txn.depend_on_epoch(&GRANTS, &scope).await?;
    let of_grantee = (key.id.as_str(), grant.grantee.as_str());
    for (_, id) in txn
        .list_under(&GRANTS_OF_GRANTEE, &scope, of_grantee, None, MAX_GRANTS_PER_KEY)
        .await?
    {
        if let Some(before) = txn.get(&GRANTS, &scope, (key.id.as_str(), id.as_str())).await? {
            if before.is_same_request(grant) {
                return Ok(Some(before.id.clone()));
            }
        }
    }
    Ok(None)
}

fn answer(kms: &Kms, call: &Call, loaded: &LoadedKey, id: &str) -> api::CreateGrantResponse {
    // The token stays out of the audit record.
    call.audit_response(serde_json::json!({ "grantId": id, "keyId": loaded.arn }));
    let token = GrantToken {
        account: loaded.key.account.clone(),
        region: loaded.key.region.clone(),
        key: loaded.key.id.clone(),
        grant: id.to_owned(),
    };
    api::CreateGrantResponse {
        grant_token: Some(token.issue(&*kms.platform.random)),
        grant_id: Some(id.to_owned()),
    }
}
