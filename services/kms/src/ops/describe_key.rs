//! DescribeKey: a key's metadata, in every state.
//!
//! Takes all four forms of a key's name. The alias of an AWS managed key that does not exist yet brings it into
//! being, as on AWS. Errors: NotFound, then AccessDenied.

use std::sync::Arc;

use haechi_api_kms as api;
use haechi_core::{Call, Failure};

use crate::Kms;
use crate::authz::Wish;
use crate::metadata::key_metadata;
use crate::model::grant::GrantOperation;
use crate::resolve::Forms;

pub(crate) async fn describe_key(
    kms: Arc<Kms>,
    call: Arc<Call>,
    input: api::DescribeKeyRequest,
) -> Result<api::DescribeKeyResponse, Failure> {
    let tokens = input.grant_tokens.unwrap_or_default();
    let wish = Wish::with_grant("DescribeKey", GrantOperation::DescribeKey, &tokens);
    let key_id = input.key_id.unwrap_or_default();
    let loaded = kms.key_for(&call, &key_id, Forms::KeysAndAliases, wish).await?;
    let mut metadata = key_metadata(&loaded.key);
    kms.show_connection(&loaded.key, &mut metadata).await?;
    Ok(api::DescribeKeyResponse {
        key_metadata: Some(metadata),
    })
}
