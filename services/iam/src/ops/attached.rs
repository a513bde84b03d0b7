//! Managed policies of users, groups and roles: the same three operations over any holder.

use std::sync::Arc;

use haechi_api_iam as api;
use haechi_core::{Call, Failure};
use haechi_policy::Context;
use haechi_wire::Empty;

use super::policies::{check_arn, path_in};
use crate::access::{current, required, save};
use crate::attachment::{self, Usage};
use crate::entity::Holder;
use crate::model::group::Group;
use crate::model::role::Role;
use crate::model::user::User;
use crate::paging::{Page, PageRequest};
use crate::{Iam, answer, error};

/// The most managed policies of one holder.
const MAX_ATTACHED: usize = 10;

fn about(arn: &str) -> Context {
    Context::new().with("iam:policyarn", arn)
}

async fn attach<H: Holder>(iam: &Iam, call: &Call, name: &str, arn: &str) -> Result<Empty, Failure> {
    check_arn(arn)?;
    iam.open_with::<H>(call, name, about(arn)).await?;
    let account = &call.account;
    iam.platform
        .write(call, |txn| async move {
            let mut holder = current::<H>(&txn, account, name).await?;
            holder.guard()?;
            if !attachment::exists(&txn, account, arn).await? {
                let message = format!("Policy {arn} does not exist or is not attachable.");
                return Err(error::no_such_entity(message));
            }
            let attached = &mut holder.permissions_mut().attached;
            if attached.iter().any(|known| known == arn) {
                return Ok(Empty::default());
            }
            if attached.len() >= MAX_ATTACHED {
                return Err(error::quota(H::ATTACHED_QUOTA, MAX_ATTACHED));
            }
            attached.push(arn.to_owned());
            attachment::note(&txn, account, &holder, arn, Usage::Policy).await?;
            save(&txn, account, &holder).await?;
            Ok(Empty::default())
        })
        .await
}

async fn detach<H: Holder>(iam: &Iam, call: &Call, name: &str, arn: &str) -> Result<Empty, Failure> {
    check_arn(arn)?;
    iam.open_with::<H>(call, name, about(arn)).await?;
    let account = &call.account;
    iam.platform
        .write(call, |txn| async move {
            let mut holder = current::<H>(&txn, account, name).await?;
            holder.guard()?;
            let attached = &mut holder.permissions_mut().attached;
            let Some(at) = attached.iter().position(|known| known == arn) else {
                return Err(error::no_such_policy(arn));
            };
            attached.remove(at);
            attachment::forget(&txn, account, &holder, arn, Usage::Policy).await?;
            save(&txn, account, &holder).await?;
            Ok(Empty::default())
        })
        .await
}

async fn list<H: Holder>(
    iam: &Iam,
    call: &Call,
    name: &str,
    prefix: Option<String>,
    page: &PageRequest,
) -> Result<Page<api::AttachedPolicy>, Failure> {
    let holder = iam.open::<H>(call, name).await?;
    let mut arns = holder.permissions().attached.clone();
    arns.retain(|arn| {
        prefix
            .as_deref()
            .is_none_or(|prefix| path_in(arn).starts_with(prefix))
    });
    arns.sort();
    let page = page.of(arns, Clone::clone);
    Ok(Page {
        items: page.items.iter().map(|arn| answer::attached(arn)).collect(),
        marker: page.marker,
    })
}

macro_rules! attachment_operations {
    ($holder:ty, $name:ident: $attach:ident($attach_in:ident), $detach:ident($detach_in:ident),
     $list:ident($list_in:ident) -> $list_out:ident) => {
        pub(crate) async fn $attach(
            iam: Arc<Iam>,
            call: Arc<Call>,
            input: api::$attach_in,
        ) -> Result<Empty, Failure> {
            attach::<$holder>(
                &iam,
                &call,
                &required(input.$name),
                &required(input.policy_arn),
            )
            .await
        }

        pub(crate) async fn $detach(
            iam: Arc<Iam>,
            call: Arc<Call>,
            input: api::$detach_in,
        ) -> Result<Empty, Failure> {
            detach::<$holder>(
                &iam,
                &call,
                &required(input.$name),
                &required(input.policy_arn),
            )
            .await
        }

        pub(crate) async fn $list(
            iam: Arc<Iam>,
            call: Arc<Call>,
            input: api::$list_in,
        ) -> Result<api::$list_out, Failure> {
            let page = PageRequest::parse(input.marker.as_deref(), input.max_items)?;
            let page = list::<$holder>(
                &iam,
                &call,
                &required(input.$name),
                input.path_prefix,
                &page,
            )
            .await?;
            Ok(api::$list_out {
                is_truncated: Some(page.is_truncated()),
                attached_policies: Some(page.items),
                marker: page.marker,
            })
        }
    };
}

attachment_operations!(User, user_name:
    attach_user_policy(AttachUserPolicyRequest), detach_user_policy(DetachUserPolicyRequest),
    list_attached_user_policies(ListAttachedUserPoliciesRequest) -> ListAttachedUserPoliciesResponse);
attachment_operations!(Group, group_name:
    attach_group_policy(AttachGroupPolicyRequest), detach_group_policy(DetachGroupPolicyRequest),
    list_attached_group_policies(ListAttachedGroupPoliciesRequest) -> ListAttachedGroupPoliciesResponse);
attachment_operations!(Role, role_name:
    attach_role_policy(AttachRolePolicyRequest), detach_role_policy(DetachRolePolicyRequest),
    list_attached_role_policies(ListAttachedRolePoliciesRequest) -> ListAttachedRolePoliciesResponse);
