//! Which web ACL guards which resource. WAF writes it for most kinds; CloudFront for its distributions; all read it.

use haechi_core::Region;
use haechi_store::{ALL, StoreError, Table, Txn};

/// Resource ARN → web ACL ARN.
const OF_RESOURCE: Table<String> = Table::new("dataplane", "web-acl-of-resource", 1).guarded();

/// `(web ACL ARN, resource ARN)` → the resource's ARN again.
const OF_WEB_ACL: Table<String> = Table::new("dataplane", "resources-of-web-acl", 1).guarded();

/// The web ACL of a resource.
pub async fn web_acl_of(txn: &Txn, region: &Region, resource: &str) -> Result<Option<String>, StoreError> {
    let found = txn.get(&OF_RESOURCE, &region.shared_scope(), resource).await?;
    Ok(found.map(|arn| arn.as_ref().clone()))
}

/// The resources of a web ACL, by ARN.
pub async fn resources_of(txn: &Txn, region: &Region, web_acl: &str) -> Result<Vec<String>, StoreError> {
    let rows = txn
        .list_under(&OF_WEB_ACL, &region.shared_scope(), web_acl, None, ALL)
        .await?;
    Ok(rows.into_iter().map(|(_, arn)| arn.as_ref().clone()).collect())
}

/// Puts a resource under a web ACL, whatever it was under before.
pub async fn associate(txn: &Txn, region: &Region, resource: &str, web_acl: &str) -> Result<(), StoreError> {
    disassociate(txn, region, resource).await?;
    txn.put(
        &OF_RESOURCE,
        &region.shared_scope(),
        resource,
        &web_acl.to_owned(),
    )
    .await?;
    txn.put(
        &OF_WEB_ACL,
        &region.shared_scope(),
        &(web_acl, resource),
        &resource.to_owned(),
    )
    .await?;
    crate::touch(txn).await
}

/// Takes a resource from its web ACL; returns what it was under. Whoever deletes a resource calls this.
pub async fn disassociate(txn: &Txn, region: &Region, resource: &str) -> Result<Option<String>, StoreError> {
    let Some(web_acl) = web_acl_of(txn, region, resource).await? else {
        return Ok(None);
    };
    txn.delete(&OF_RESOURCE, &region.shared_scope(), resource).await?;
    txn.delete(&OF_WEB_ACL, &region.shared_scope(), &(web_acl.as_str(), resource))
        .await?;
    crate::touch(txn).await?;
    Ok(Some(web_acl))
}
