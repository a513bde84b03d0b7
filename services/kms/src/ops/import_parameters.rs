//! GetParametersForImport: a fresh wrapping key, and a token for a day.
//!
//! Order of errors: NotFound, AccessDenied, UnsupportedOperation (a key whose material is not imported; a wrapping that
//! is not offered), InvalidState, Validation (a wrapping that can't hold the key's material). Follows the KMS API
//! reference, "GetParametersForImport", and the developer guide, "Select a wrapping algorithm".

use std::sync::Arc;

use haechi_api_kms as api;
use haechi_api_kms::error::ErrorCode;
use haechi_core::{Call, Failure, Timestamp};
use haechi_crypto::{KeyPairSpec, KeySpec, WrappingAlgorithm, WrappingKey, WrappingKeySpec};

use crate::Kms;
use crate::authz::Wish;
use crate::error;
use crate::import_token::{ImportToken, TokenOwner};
use crate::model::state::OperationClass;

/// How long a wrapping key and its token are good.
const VALIDITY_MS: i64 = 24 * 60 * 60 * 1_000;

pub(crate) async fn get_parameters_for_import(
    kms: Arc<Kms>,
    call: Arc<Call>,
    input: api::GetParametersForImportRequest,
) -> Result<api::GetParametersForImportResponse, Failure> {
    let algorithm = input.wrapping_algorithm.unwrap_or_else(|| "".into());
    let spec = input.wrapping_key_spec.unwrap_or_else(|| "".into());
    let wish = Wish::new("GetParametersForImport")
        .condition("kms:wrappingalgorithm", algorithm.as_str())
        .condition("kms:wrappingkeyspec", spec.as_str());
    let key_id = input.key_id.unwrap_or_default();
    let loaded = kms.own_key_for(&call, &key_id, wish).await?;
    loaded.require_external()?;
    loaded.require_state(OperationClass::Import)?;
    let (algorithm, spec) = wrapping(algorithm.as_str(), spec.as_str(), loaded.key.spec)?;

    let wrapping_key = tokio::task::spawn_blocking(move || WrappingKey::generate(spec))
        .await
        .map_err(Failure::internal)?
        .map_err(Failure::internal)?;
    let public_key = wrapping_key.public_key_der().into();
    let valid_to = Timestamp::from_millis(call.time.as_millis() + VALIDITY_MS);
    let token = ImportToken {
        algorithm,
        wrapping_key,
        spec,
        valid_to,
    };
    let key = &loaded.key;
    let owner = TokenOwner {
        account: &key.account,
        region: &key.region,
        key: &key.id,
    };
    let domain = kms
        .keyring
        .domain(&key.account, &key.region)
        .await
        .map_err(Failure::internal)?;
    Ok(api::GetParametersForImportResponse {
        key_id: Some(loaded.arn.clone()),
        import_token: Some(token.seal(&domain, &owner)?.into()),
        public_key: Some(public_key),
        parameters_valid_to: Some(valid_to),
    })
}

/// The wrapping that was asked for, if it is offered and can hold material of the key's spec.
fn wrapping(
    algorithm: &str,
    wrapping_spec: &str,
    spec: KeySpec,
) -> Result<(WrappingAlgorithm, WrappingKeySpec), Failure> {
    let unsupported =
        |what: &str| ErrorCode::UnsupportedOperationException.with(format!("{what} is not supported."));
    // SM2 is for China; PKCS#1 v1.5 went in October 2023, since it gives whoever holds a wrapped key an oracle.
    let parsed = algorithm.parse().map_err(|_| unsupported(algorithm))?;
    let parsed_spec = wrapping_spec.parse().map_err(|_| unsupported(wrapping_spec))?;
    if parsed == WrappingAlgorithm::RsaesPkcs1V15 {
        return Err(unsupported(algorithm).into());
    }
    let direct = matches!(
        parsed,
        WrappingAlgorithm::RsaesOaepSha1 | WrappingAlgorithm::RsaesOaepSha256
    );
    let too_long = match spec {
        KeySpec::Symmetric | KeySpec::Hmac(_) => false,
        KeySpec::Pair(pair) if pair.is_rsa() => true,
        KeySpec::Pair(KeyPairSpec::P521) => wrapping_spec == "RSA_2048",
        KeySpec::Pair(_) => false,
    };
    if direct && too_long {
        let message = format!(
            "Wrapping algorithm {algorithm} with a wrapping key {wrapping_spec} can't wrap {spec} key material."
        );
        return Err(error::validation(message).into());
    }
    Ok((parsed, parsed_spec))
}

#[cfg(test)]
mod tests {
    use super::*;
    use haechi_crypto::HmacSpec;

    fn code(algorithm: &str, wrapping_spec: &str, spec: KeySpec) -> Option<String> {
        wrapping(algorithm, wrapping_spec, spec)
            .err()
            .map(|failure| failure.into_api().code.to_string())
    }

    #[test]
    fn what_aws_no_longer_or_nowhere_else_offers_is_unsupported() {
        let unsupported = Some("UnsupportedOperationException".to_owned());
        assert_eq!(
            code("RSAES_PKCS1_V1_5", "RSA_2048", KeySpec::Symmetric),
            unsupported
        );
        assert_eq!(code("SM2PKE", "SM2", KeySpec::Symmetric), unsupported);
    }

    #[test]
    fn private_keys_that_do_not_fit_into_oaep_need_an_aes_key_between() {
        let p521 = KeySpec::Pair(KeyPairSpec::P521);
        let refused = Some("ValidationException".to_owned());
        assert_eq!(
            code(
                "RSAES_OAEP_SHA_256",
                "RSA_4096",
                KeySpec::Pair(KeyPairSpec::Rsa2048)
            ),
            refused
        );
        assert_eq!(code("RSAES_OAEP_SHA_256", "RSA_2048", p521), refused);
        assert_eq!(code("RSAES_OAEP_SHA_256", "RSA_3072", p521), None);
        assert_eq!(
            code(
                "RSA_AES_KEY_WRAP_SHA_1",
                "RSA_2048",
                KeySpec::Pair(KeyPairSpec::Rsa4096)
            ),
            None
        );
        assert_eq!(
            code("RSAES_OAEP_SHA_1", "RSA_2048", KeySpec::Hmac(HmacSpec::Sha512)),
            None
        );
    }
}
