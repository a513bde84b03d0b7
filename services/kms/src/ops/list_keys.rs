//! ListKeys: all keys of the account in the Region, by IAM's leave alone.

use std::sync::Arc;

use haechi_api_kms as api;
use haechi_core::{Ask, Call, Failure};
use haechi_store::Id;

use crate::Kms;
use crate::paging::{Page, page, read_marker};
use crate::store::KEYS;

/// Keys on a page where no limit is given.
const DEFAULT_LIMIT: usize = 100;

pub(crate) async fn list_keys(
    kms: Arc<Kms>,
    call: Arc<Call>,
    input: api::ListKeysRequest,
) -> Result<api::ListKeysResponse, Failure> {
    let ask = Ask::new("kms:ListKeys", "*", &call.account);
    kms.platform.gate.authorize(&call, ask, ()).await?;
    let limit = input.limit.map_or(DEFAULT_LIMIT, |limit| limit as usize);
    let after = read_marker(input.marker.as_deref())?.map(|id| Id::of(&id.as_str()));
    let scope = call.scope();
    // One more than the page tells whether another follows.
    let found = kms
        .platform
        .store
        .list(&KEYS, &scope, after.as_ref(), limit + 1)
        .await?;
    let keys: Vec<_> = found.into_iter().map(|(_, key)| key).collect();
    let page: Page<_> = page(keys, None, limit, |key| key.id.to_string())?;
    Ok(api::ListKeysResponse {
        truncated: page.truncated(),
        next_marker: page.next_marker,
        keys: Some(
            page.items
                .iter()
                .map(|key| api::KeyListEntry {
                    key_id: Some(key.id.to_string()),
                    key_arn: Some(key.arn()),
                })
                .collect(),
        ),
    })
}
