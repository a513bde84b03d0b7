//! ReplaceNetworkAclAssociation: a subnet always has one network ACL of its VPC; it can get another.

use std::sync::Arc;

use haechi_api_ec2 as api;
use haechi_core::{Call, Failure};

use crate::model::network_acl::{Guarded, NetworkAcl};
use crate::model::subnet::AclTie;
use crate::noun::{Noun, save};
use crate::{Ec2, error, ids};

pub(crate) async fn replace_association(
    ec2: Arc<Ec2>,
    call: Arc<Call>,
    input: api::ReplaceNetworkAclAssociationRequest,
) -> Result<api::ReplaceNetworkAclAssociationResult, Failure> {
    let association = &input.association_id.unwrap_or_default();
    let id = &input.network_acl_id.unwrap_or_default();
    let (_, own) = ec2.network_acl(&call, id).await?;
    ec2.may_change(&call, NetworkAcl::KIND, id, &own, input.dry_run)
        .await?;
    let (call, fresh) = (&call, &ids::fresh(&*ec2.platform.random, "aclassoc"));
    ec2.platform
        .write(call, |txn| async move {
            let around = Guarded::read(&txn, call).await?;
            let acl = around.acl(id)?;
            let subnet = around
                .subnets
                .iter()
                .find(|subnet| subnet.acl_association() == *association);
            let missing = || error::missing("InvalidAssociationID.NotFound", "association", association);
            let mut subnet = subnet.ok_or_else(missing)?.as_ref().clone();
            if subnet.vpc != acl.vpc {
                let message = format!(
                    "network acl {id} and subnet {} belong to different networks",
                    subnet.id
                );
                return Err(error::refuse("InvalidParameterValue", message));
            }
            subnet.network_acl = Some(AclTie {
                acl: acl.id,
                association: fresh.clone(),
            });
            save(&txn, call, &subnet).await?;
            Ok(api::ReplaceNetworkAclAssociationResult {
                new_association_id: Some(fresh.clone()),
            })
        })
        .await
}
