//! ListGrants: the grants on a key. ListRetirableGrants: those that a principal may retire, on whatever key.
//!
//! Follows the KMS API reference, "ListGrants" and "ListRetirableGrants".

use std::sync::Arc;

use haechi_api_kms as api;
use haechi_core::{Arn, Ask, Call, Failure, Timestamp};
use haechi_store::Id;

use crate::Kms;
use crate::authz::Wish;
use crate::error;
use crate::model::grant::{Constraint, Grant};
use crate::model::key::Key;
use crate::model::key_ref::KeyRef;
use crate::ops::create_grant::{for_aws_resource, invalid_principal};
use crate::paging::{page, read_marker};
use crate::resolve::Forms;
use crate::store::{GRANTS, GRANTS_OF_GRANTEE, GRANTS_OF_RETIRER};

/// Grants on a page where no limit is given.
const DEFAULT_LIMIT: usize = 50;
/// How many retirable grants are read at most.
const ALL: usize = 1_000_000;

pub(crate) async fn list_grants(
    kms: Arc<Kms>,
    call: Arc<Call>,
    input: api::ListGrantsRequest,
) -> Result<api::ListGrantsResponse, Failure> {
    let key_id = input.key_id.unwrap_or_default();
    let wish = Wish::new("ListGrants").condition("kms:grantisforawsresource", for_aws_resource(&call));
    let loaded = kms.key_for(&call, &key_id, Forms::KeysOnly, wish).await?;
    if input.grantee_principal.is_some() && input.grantee_service_principal.is_some() {
        let message = "You can specify either GranteePrincipal or GranteeServicePrincipal, but not both.";
        return Err(error::validation(message).into());
    }
    let limit = input.limit.map_or(DEFAULT_LIMIT, |limit| limit as usize);
    let filter = Filter {
        grant: input.grant_id,
        grantee: input.grantee_principal.or(input.grantee_service_principal),
        after: read_marker(input.marker.as_deref())?,
    };
    // One more than the page tells whether another follows.
    let found = filter.find(&kms, &loaded.key, limit + 1).await?;
    let page = page(found, None, limit, |grant| grant.id.clone())?;
    Ok(api::ListGrantsResponse {
        truncated: page.truncated(),
        next_marker: page.next_marker,
        grants: Some(page.items.iter().map(|grant| entry(&loaded.arn, grant)).collect()),
    })
}

/// Which grants of a key are asked for.
struct Filter {
    grant: Option<String>,
    grantee: Option<String>,
    after: Option<String>,
}

impl Filter {
    async fn find(&self, kms: &Kms, key: &Key, limit: usize) -> Result<Vec<Arc<Grant>>, Failure> {
        let (store, id) = (&kms.platform.store, key.id.as_str());
        let scope = key.region.scope(&key.account);
        if let Some(grant) = &self.grant {
            let found = store.get(&GRANTS, &scope, (id, grant.as_str())).await?;
            let wanted = |grant: &Arc<Grant>| self.grantee.as_ref().is_none_or(|g| *g == grant.grantee);
            return Ok(found.into_iter().filter(wanted).collect());
        }
        let Some(grantee) = &self.grantee else {
            let after = self.after.as_ref().map(|after| Id::of(&(id, after.as_str())));
            let found = store
                .list_under(&GRANTS, &scope, id, after.as_ref(), limit)
                .await?;
            return Ok(found.into_iter().map(|(_, grant)| grant).collect());
        };
        let after = self
            .after
            .as_ref()
            .map(|after| Id::of(&(id, grantee.as_str(), after.as_str())));
        let ids = store
            .list_under(
                &GRANTS_OF_GRANTEE,
                &scope,
                (id, grantee.as_str()),
                after.as_ref(),
                limit,
            )
            .await?;
        let mut found = Vec::with_capacity(ids.len());
        for (_, grant) in ids {
            found.extend(store.get(&GRANTS, &scope, (id, grant.as_str())).await?);
        }
        Ok(found)
    }
}

pub(crate) async fn list_retirable_grants(
    kms: Arc<Kms>,
    call: Arc<Call>,
    input: api::ListRetirableGrantsRequest,
) -> Result<api::ListGrantsResponse, Failure> {
    let ask = Ask::new("kms:ListRetirableGrants", "*", &call.account);
    kms.platform.gate.authorize(&call, ask, ()).await?;
    let Some(retirer) = input.retiring_principal.or(input.retiring_service_principal) else {
        let message = "You must specify either RetiringPrincipal or RetiringServicePrincipal.";
        return Err(error::validation(message).into());
    };
    // The principal must be of the caller's account.
    let account = Arn::parse(&retirer).map(|arn| arn.account().to_owned());
    if account.is_some_and(|account| account != call.account.as_str()) {
        return Err(invalid_principal(&retirer));
    }
    let theirs = call.scope();
    let store = &kms.platform.store;
    let places = store
        .list_under(&GRANTS_OF_RETIRER, &theirs, retirer.as_str(), None, ALL)
        .await?;
    let limit = input.limit.map_or(DEFAULT_LIMIT, |limit| limit as usize);
    let mut places: Vec<_> = places
        .into_iter()
        .filter_map(|(id, arn)| Some((id.str(2)?.to_owned(), arn)))
        .collect();
    places.sort();
    let page = page(places, input.marker.as_deref(), limit, |(grant, _)| grant.clone())?;
    let mut grants = Vec::with_capacity(page.items.len());
    for (id, arn) in &page.items {
        if let Some(KeyRef::Arn {
            account,
            region,
            id: key,
        }) = KeyRef::parse(arn)
        {
            let place = (key.as_str(), id.as_str());
            let found = store.get(&GRANTS, &region.scope(&account), place).await?;
            grants.extend(found.map(|grant| entry(arn, &grant)));
        }
    }
    Ok(api::ListGrantsResponse {
        truncated: page.truncated(),
        next_marker: page.next_marker,
        grants: Some(grants),
    })
}

fn entry(key_arn: &str, grant: &Grant) -> api::GrantListEntry {
    let is_arn = |name: &&String| name.starts_with("arn:");
    let is_service = |name: &&String| !name.starts_with("arn:");
    let grantee = Some(&grant.grantee);
    let retiring = grant.retiring.as_ref();
    api::GrantListEntry {
        key_id: Some(key_arn.to_owned()),
        grant_id: Some(grant.id.clone()),
        name: grant.name.clone(),
        creation_date: Some(Timestamp::from_millis(grant.created_ms)),
        grantee_principal: grantee.filter(is_arn).cloned(),
        grantee_service_principal: grantee.filter(is_service).cloned(),
        retiring_principal: retiring.filter(is_arn).cloned(),
        retiring_service_principal: retiring.filter(is_service).cloned(),
        issuing_account: Some(grant.issuing_account.clone()),
        operations: Some(grant.operations.iter().map(|o| o.name().into()).collect()),
        constraints: constraints(grant),
    }
}

fn constraints(grant: &Grant) -> Option<api::GrantConstraints> {
    if grant.constraint.is_none() && grant.source_arn.is_none() {
        return None;
    }
    let (subset, equals) = match &grant.constraint {
        Some(Constraint::Subset(pairs)) => (Some(pairs.clone()), None),
        Some(Constraint::Equals(pairs)) => (None, Some(pairs.clone())),
        None => (None, None),
    };
    Some(api::GrantConstraints {
        encryption_context_subset: subset,
        encryption_context_equals: equals,
        source_arn: grant.source_arn.clone(),
    })
}
