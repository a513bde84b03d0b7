//! The web ACL of a distribution: it must be there, and the association follows the configuration.

use haechi_api_cloudfront::error::ErrorCode;
use haechi_core::{Arn, Failure, Region};
use haechi_dataplane::associations;
use haechi_store::Txn;

use crate::model::distribution::Distribution;
use crate::{CloudFront, error};

impl CloudFront {
    /// Records which web ACL guards the distribution, or that none does.
    ///
    /// It must be one of the scope `CLOUDFRONT`, whose ARN says `global` and `us-east-1`, and of the same account.
    pub(crate) async fn guard(&self, txn: &Txn, distribution: &Distribution) -> Result<(), Failure> {
        let region = Region::global();
        let resource = distribution.arn();
        let Some(web_acl) = distribution.web_acl() else {
            associations::disassociate(txn, &region, &resource).await?;
            return Ok(());
        };
        let invalid = || error::refused(ErrorCode::InvalidWebACLId);
        let arn = Arn::parse(web_acl).ok_or_else(invalid)?;
        let fits = arn.service() == "wafv2"
            && arn.region() == region.as_str()
            && arn.account() == distribution.account.as_str()
            && arn.resource().starts_with("global/webacl/");
        let Some(known) = self.web_acls.get().filter(|_| fits) else {
            return Err(invalid());
        };
        if !known.exists(txn, &arn).await? {
            return Err(invalid());
        }
        associations::associate(txn, &region, &resource, web_acl).await?;
        Ok(())
    }
}
