//! ImportKeyMaterial and DeleteImportedKeyMaterial.
//!
//! Order of errors of ImportKeyMaterial: Validation (expiry and import type against each other), NotFound, AccessDenied,
//! UnsupportedOperation (the key's origin), InvalidState, InvalidImportToken, ExpiredImportToken, Validation (a length
//! that the wrapping can't have), InvalidCiphertext (what does not unwrap), IncorrectKeyMaterial. Follows the KMS API
//! reference; the rules of which material a key takes are in [`crate::model::import`].

use std::sync::Arc;

use haechi_api_kms as api;
use haechi_api_kms::error::ErrorCode;
use haechi_core::{Authorized, Call, Failure, Timestamp};
use haechi_crypto::{KeyMaterial, KeySpec, MaterialId, WrappingAlgorithm};
use haechi_wire::Blob;

use crate::Kms;
use crate::authz::Wish;
use crate::error::{self, state_error};
use crate::import_token::{ImportToken, TokenOwner};
use crate::loaded::LoadedKey;
use crate::model::import::{Arrival, ImportRefusal, ImportType};
use crate::model::state::OperationClass;

/// The farthest expiry: 365 days ahead.
const MAX_VALIDITY_MS: i64 = 365 * 24 * 60 * 60 * 1_000;

pub(crate) async fn import_key_material(
    kms: Arc<Kms>,
    call: Arc<Call>,
    input: api::ImportKeyMaterialRequest,
) -> Result<api::ImportKeyMaterialResponse, Failure> {
    let terms = Terms::read(&call, &input)?;
    let mut wish = Wish::new("ImportKeyMaterial").condition("kms:expirationmodel", terms.model);
    if let Some(valid_to) = input.valid_to {
        wish = wish.condition("kms:validto", valid_to.iso8601());
    }
    let key_id = input.key_id.unwrap_or_default();
    let loaded = kms.own_key_for(&call, &key_id, wish).await?;
    loaded.require_external()?;
    loaded.require_state(OperationClass::Import)?;
    terms.require_fit(loaded.key.spec)?;

    let token = input.import_token.unwrap_or_default();
    let wrapped = input.encrypted_key_material.unwrap_or_default();
    let material = kms.unwrap_material(&call, &loaded, &token, wrapped).await?;
    let key = &loaded.key;
    let sealed = kms
        .seal_material(&key.account, &key.region, &key.id, &material)
        .await?;
    if terms.id.is_some_and(|id| id != sealed.id) {
        return Err(incorrect_material(
            "The key material is not that of the specified KeyMaterialId.",
        ));
    }
    let arrival = Arrival {
        id: sealed.id,
        sealed: sealed
            .sealed
            .ok_or_else(|| Failure::internal("sealed material without its seal"))?,
        import_type: terms.import_type,
        now_ms: call.time.as_millis(),
        expires_ms: terms.expires_ms,
        description: terms.description,
    };
    let arn = &loaded.arn;
    kms.change_family(&call, &loaded, |key| {
        if let Some(error) = state_error(arn, key.state, OperationClass::Import) {
            return Err(error.into());
        }
        key.accept(arrival.clone())
            .map_err(|refusal| refused(refusal, &arrival.id, arn))?;
        Ok(api::ImportKeyMaterialResponse {
            key_id: Some(arn.clone()),
            key_material_id: shown_id(key.spec, &arrival.id),
        })
    })
    .await
}

pub(crate) async fn delete_imported_key_material(
    kms: Arc<Kms>,
    call: Arc<Call>,
    input: api::DeleteImportedKeyMaterialRequest,
) -> Result<api::DeleteImportedKeyMaterialResponse, Failure> {
    let named = parse_id(input.key_material_id.as_deref())?;
    let key_id = input.key_id.unwrap_or_default();
    let loaded = kms
        .own_key_for(&call, &key_id, Wish::new("DeleteImportedKeyMaterial"))
        .await?;
    loaded.require_external()?;
    let arn = &loaded.arn;
    kms.change_family(&call, &loaded, |key| {
        if let Some(error) = state_error(arn, key.state, OperationClass::DeleteMaterial) {
            return Err(error.into());
        }
        // A key that has never had material has nothing to lose, and that is no error.
        let lost = match named {
            Some(id) if key.material(&id).is_none() => {
                let message = format!("Key material {id} is not associated with {arn}.");
                return Err(ErrorCode::NotFoundException.with(message).into());
            }
            Some(id) => Some(id),
            None => key.current_material().map(|m| m.id),
        };
        if let Some(id) = &lost {
            key.lose_material(id);
        }
        Ok(api::DeleteImportedKeyMaterialResponse {
            key_id: Some(arn.clone()),
            key_material_id: lost.and_then(|id| shown_id(key.spec, &id)),
        })
    })
    .await
}

/// What a request says of the material beside the material.
struct Terms {
    model: &'static str,
    expires_ms: Option<i64>,
    import_type: Option<ImportType>,
    description: Option<String>,
    id: Option<MaterialId>,
}

impl Terms {
    fn read(call: &Call, input: &api::ImportKeyMaterialRequest) -> Result<Self, Failure> {
        let refuse = |message: &str| Err(error::validation(message).into());
        let now = call.time.as_millis();
        let expires_ms = input.valid_to.map(Timestamp::as_millis);
        let model = match input
            .expiration_model
            .as_ref()
            .map(api::ExpirationModelType::as_str)
        {
            Some("KEY_MATERIAL_DOES_NOT_EXPIRE") => "KEY_MATERIAL_DOES_NOT_EXPIRE",
            _ => "KEY_MATERIAL_EXPIRES",
        };
        match (model, expires_ms) {
            ("KEY_MATERIAL_EXPIRES", None) => {
                return refuse("A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES");
            }
            ("KEY_MATERIAL_DOES_NOT_EXPIRE", Some(_)) => {
                return refuse(
                    "A validTo date must not be set if the ExpirationModel is KEY_MATERIAL_DOES_NOT_EXPIRE",
                );
            }
            (_, Some(end)) if end <= now => return refuse("ValidTo must be in the future"),
            (_, Some(end)) if end > now + MAX_VALIDITY_MS => {
                return refuse("ValidTo must be at most 365 days in the future");
            }
            _ => {}
        }
        let import_type = input.import_type.as_ref().map(|named| match named.as_str() {
            "NEW_KEY_MATERIAL" => ImportType::New,
            _ => ImportType::Existing,
        });
        let id = parse_id(input.key_material_id.as_deref())?;
        if id.is_some() && import_type == Some(ImportType::New) {
            return refuse("KeyMaterialId cannot be specified with ImportType NEW_KEY_MATERIAL");
        }
        let description = input.key_material_description.clone();
        Ok(Self {
            model,
            expires_ms,
            import_type,
            description,
            id,
        })
    }

    /// Only symmetric encryption keys have more than one material, to be told apart.
    fn require_fit(&self, spec: KeySpec) -> Result<(), Failure> {
        let tells_apart = self.import_type.is_some() || self.description.is_some() || self.id.is_some();
        if spec == KeySpec::Symmetric || !tells_apart {
            return Ok(());
        }
        let message = format!(
            "ImportType, KeyMaterialDescription and KeyMaterialId are not supported for keys with key spec {spec}."
        );
        Err(error::validation(message).into())
    }
}

impl Kms {
    /// The material that was wrapped for a token of this key.
    async fn unwrap_material(
        &self,
        call: &Call,
        loaded: &Authorized<Arc<LoadedKey>>,
        token: &[u8],
        wrapped: Blob,
    ) -> Result<KeyMaterial, Failure> {
        let key = &loaded.key;
        let domain = self
            .keyring
            .domain(&key.account, &key.region)
            .await
            .map_err(Failure::internal)?;
        let owner = TokenOwner {
            account: &key.account,
            region: &key.region,
            key: &key.id,
        };
        let token = ImportToken::open(token, &domain, &owner)
            .ok_or_else(|| ErrorCode::InvalidImportTokenException.with("The import token is invalid."))?;
        if token.valid_to <= call.time {
            return Err(ErrorCode::ExpiredImportTokenException
                .with("The import token has expired.")
                .into());
        }
        let block = token.block_len();
        let direct = matches!(
            token.algorithm,
            WrappingAlgorithm::RsaesOaepSha1 | WrappingAlgorithm::RsaesOaepSha256
        );
        if (direct && wrapped.len() != block) || wrapped.len() < block {
            return Err(error::validation("Invalid encrypted key size.").into());
        }
        let spec = key.spec;
        // An RSA decryption and the parsing of a private key: milliseconds.
        let working = tokio::task::spawn_blocking(move || {
            let bytes = token.wrapping_key.unwrap(token.algorithm, &wrapped);
            bytes.map(|bytes| KeyMaterial::from_bytes(spec, bytes.expose()))
        });
        working
            .await
            .map_err(Failure::internal)?
            .map_err(|_| error::invalid_ciphertext())?
            .map_err(|cause| {
                incorrect_material(format!("The key material does not fit the KMS key: {cause}."))
            })
    }
}

fn refused(refusal: ImportRefusal, id: &MaterialId, arn: &str) -> Failure {
    match refusal {
        ImportRefusal::AlreadyKnown => incorrect_material(format!(
            "Key material (id: {id}) is already associated with KMS key {arn}."
        )),
        ImportRefusal::Unknown => incorrect_material(format!(
            "The key material is not one that was previously imported into KMS key {arn}."
        )),
        ImportRefusal::AnotherPending(pending) => error::invalid_state(format!(
            "New key material (id: {id}) cannot be imported into KMS key {arn}, because another key material (id: \
             {pending}) is pending rotation."
        ))
        .into(),
        ImportRefusal::ReplicaTakesNoNew => ErrorCode::UnsupportedOperationException
            .with(format!("{arn} is a replica key: new key material must be imported into its primary key."))
            .into(),
    }
}

fn incorrect_material(message: impl Into<String>) -> Failure {
    ErrorCode::IncorrectKeyMaterialException.with(message).into()
}

fn parse_id(id: Option<&str>) -> Result<Option<MaterialId>, Failure> {
    // The model's pattern lets only 64 hexadecimal digits through.
    id.map(|id| id.parse().map_err(Failure::internal)).transpose()
}

/// Ids of material are shown for symmetric encryption keys alone.
fn shown_id(spec: KeySpec, id: &MaterialId) -> Option<String> {
    (spec == KeySpec::Symmetric).then(|| id.to_string())
}
