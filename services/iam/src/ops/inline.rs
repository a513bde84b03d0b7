//! Inline policies of users, groups and roles: the same four operations over any holder.

use std::sync::Arc;

use haechi_api_iam as api;
use haechi_core::{Call, Failure};
use haechi_policy::policy_size;
use haechi_wire::Empty;

use crate::access::{current, required, save};
use crate::documents;
use crate::entity::Holder;
use crate::model::group::Group;
use crate::model::role::Role;
use crate::model::user::User;
use crate::paging::{Page, PageRequest};
use crate::{Iam, error};

fn missing<H: Holder>(policy: &str) -> Failure {
    error::no_such_entity(format!(
        "The {} policy with name {policy} cannot be found.",
        H::KIND
    ))
}

async fn put<H: Holder>(
    iam: &Iam,
    call: &Call,
    name: &str,
    policy: &str,
    document: &str,
) -> Result<Empty, Failure> {
    iam.open::<H>(call, name).await?;
    documents::check_identity(document)?;
    let account = &call.account;
    iam.platform
        .write(call, |txn| async move {
            let mut holder = current::<H>(&txn, account, name).await?;
            holder.guard()?;
            let inline = &mut holder.permissions_mut().inline;
            inline.insert(policy.to_owned(), document.to_owned());
            let size: usize = inline.values().map(|document| policy_size(document)).sum();
            if size > H::INLINE_SIZE {
                let (size, kind, name) = (H::INLINE_SIZE, H::KIND, holder.name());
                let message = format!("Maximum policy size of {size} bytes exceeded for {kind} {name}");
                return Err(error::limit_exceeded(message));
            }
            save(&txn, account, &holder).await?;
            Ok(Empty::default())
        })
        .await
}

async fn get<H: Holder>(
    iam: &Iam,
    call: &Call,
    name: &str,
    policy: &str,
) -> Result<(String, String), Failure> {
    let holder = iam.open::<H>(call, name).await?;
    let document = holder
        .permissions()
        .inline
        .get(policy)
        .ok_or_else(|| missing::<H>(policy))?;
    Ok((holder.name().to_owned(), documents::encoded(document)))
}

async fn delete<H: Holder>(iam: &Iam, call: &Call, name: &str, policy: &str) -> Result<Empty, Failure> {
    iam.open::<H>(call, name).await?;
    let account = &call.account;
    iam.platform
        .write(call, |txn| async move {
            let mut holder = current::<H>(&txn, account, name).await?;
            holder.guard()?;
            if holder.permissions_mut().inline.remove(policy).is_none() {
                return Err(missing::<H>(policy));
            }
            save(&txn, account, &holder).await?;
            Ok(Empty::default())
        })
        .await
}

async fn list<H: Holder>(
    iam: &Iam,
    call: &Call,
    name: &str,
    page: &PageRequest,
) -> Result<Page<String>, Failure> {
    let holder = iam.open::<H>(call, name).await?;
    Ok(page.of(holder.permissions().inline.keys().cloned(), Clone::clone))
}

macro_rules! inline_operations {
    ($holder:ty, $name:ident: $put:ident($put_in:ident), $get:ident($get_in:ident) -> $get_out:ident,
     $delete:ident($delete_in:ident), $list:ident($list_in:ident) -> $list_out:ident) => {
        pub(crate) async fn $put(
            iam: Arc<Iam>,
            call: Arc<Call>,
            input: api::$put_in,
        ) -> Result<Empty, Failure> {
            let (policy, document) = (required(input.policy_name), required(input.policy_document));
            put::<$holder>(&iam, &call, &required(input.$name), &policy, &document).await
        }

        pub(crate) async fn $get(
            iam: Arc<Iam>,
            call: Arc<Call>,
            input: api::$get_in,
        ) -> Result<api::$get_out, Failure> {
            let policy = required(input.policy_name);
            let (name, document) = get::<$holder>(&iam, &call, &required(input.$name), &policy).await?;
            Ok(api::$get_out {
                $name: Some(name),
                policy_name: Some(policy),
                policy_document: Some(document),
            })
        }

        pub(crate) async fn $delete(
            iam: Arc<Iam>,
            call: Arc<Call>,
            input: api::$delete_in,
        ) -> Result<Empty, Failure> {
            delete::<$holder>(
                &iam,
                &call,
                &required(input.$name),
                &required(input.policy_name),
            )
            .await
        }

        pub(crate) async fn $list(
            iam: Arc<Iam>,
            call: Arc<Call>,
            input: api::$list_in,
        ) -> Result<api::$list_out, Failure> {
            let page = PageRequest::parse(input.marker.as_deref(), input.max_items)?;
            let page = list::<$holder>(&iam, &call, &required(input.$name), &page).await?;
            Ok(api::$list_out {
                is_truncated: Some(page.is_truncated()),
                policy_names: Some(page.items),
                marker: page.marker,
            })
        }
    };
}

inline_operations!(User, user_name: put_user_policy(PutUserPolicyRequest),
    get_user_policy(GetUserPolicyRequest) -> GetUserPolicyResponse,
    delete_user_policy(DeleteUserPolicyRequest),
    list_user_policies(ListUserPoliciesRequest) -> ListUserPoliciesResponse);
inline_operations!(Group, group_name: put_group_policy(PutGroupPolicyRequest),
    get_group_policy(GetGroupPolicyRequest) -> GetGroupPolicyResponse,
    delete_group_policy(DeleteGroupPolicyRequest),
    list_group_policies(ListGroupPoliciesRequest) -> ListGroupPoliciesResponse);
inline_operations!(Role, role_name: put_role_policy(PutRolePolicyRequest),
    get_role_policy(GetRolePolicyRequest) -> GetRolePolicyResponse,
    delete_role_policy(DeleteRolePolicyRequest),
    list_role_policies(ListRolePoliciesRequest) -> ListRolePoliciesResponse);
