//! Tags of everything that has them: the same three operations, over any kind of entity.

use std::sync::Arc;

use haechi_api_iam as api;
use haechi_core::{Call, Failure};
use haechi_policy::Context;
use haechi_wire::Empty;

use crate::Iam;
use crate::access::{current, required, save};
use crate::entity::Entity;
use crate::model::instance_profile::InstanceProfile;
use crate::model::managed_policy::ManagedPolicy;
use crate::model::mfa_device::MfaDevice;
use crate::model::oidc_provider::OidcProvider;
use crate::model::role::Role;
use crate::model::saml_provider::SamlProvider;
use crate::model::server_certificate::ServerCertificate;
use crate::model::user::User;
use crate::paging::{Page, PageRequest};
use crate::tags::{self, Tags};

async fn tag<E: Entity>(
    iam: &Iam,
    call: &Call,
    given: &str,
    new: Option<Vec<api::Tag>>,
) -> Result<Empty, Failure> {
    let new = &tags::from_request(new, E::TAG_CASE)?;
    let mut context = Context::new();
    tags::describe_request(new, &mut context);
    iam.open_with::<E>(call, given, context).await?;
    change::<E>(iam, call, given, |own| tags::add(own, new, E::TAG_CASE)).await
}

async fn untag<E: Entity>(iam: &Iam, call: &Call, given: &str, keys: Vec<String>) -> Result<Empty, Failure> {
    let mut context = Context::new();
    tags::describe_keys(&keys, &mut context);
    iam.open_with::<E>(call, given, context).await?;
    change::<E>(iam, call, given, |own| {
        tags::remove(own, &keys, E::TAG_CASE);
        Ok(())
    })
    .await
}

async fn change<E: Entity>(
    iam: &Iam,
    call: &Call,
    given: &str,
    change: impl Fn(&mut Tags) -> Result<(), Failure> + Send + Sync,
) -> Result<Empty, Failure> {
    let (account, change) = (&call.account, &change);
    iam.platform
        .write(call, |txn| async move {
            let mut entity = current::<E>(&txn, account, given).await?;
            if let Some(own) = entity.tags_mut() {
                change(own)?;
            }
            save(&txn, account, &entity).await?;
            Ok(Empty::default())
        })
        .await
}

async fn list<E: Entity>(
    iam: &Iam,
    call: &Call,
    given: &str,
    page: (Option<String>, Option<i32>),
) -> Result<Page<api::Tag>, Failure> {
    let entity = iam.open::<E>(call, given).await?;
    let place = |tag: &api::Tag| E::tag_place(tag.key.as_deref().unwrap_or_default());
    let mut all = entity.tags().map(tags::answer).unwrap_or_default();
    all.sort_by_cached_key(place);
    Ok(PageRequest::parse(page.0.as_deref(), page.1)?.of(all, place))
}

macro_rules! tag_operations {
    ($entity:ty, $given:ident:
     $tag:ident($tag_in:ident), $untag:ident($untag_in:ident), $list:ident($list_in:ident) -> $list_out:ident) => {
        pub(crate) async fn $tag(
            iam: Arc<Iam>,
            call: Arc<Call>,
            input: api::$tag_in,
        ) -> Result<Empty, Failure> {
            tag::<$entity>(&iam, &call, &required(input.$given), input.tags).await
        }

        pub(crate) async fn $untag(
            iam: Arc<Iam>,
            call: Arc<Call>,
            input: api::$untag_in,
        ) -> Result<Empty, Failure> {
            untag::<$entity>(
                &iam,
                &call,
                &required(input.$given),
                input.tag_keys.unwrap_or_default(),
            )
            .await
        }

        pub(crate) async fn $list(
            iam: Arc<Iam>,
            call: Arc<Call>,
            input: api::$list_in,
        ) -> Result<api::$list_out, Failure> {
            let page = list::<$entity>(
                &iam,
                &call,
                &required(input.$given),
                (input.marker, input.max_items),
            )
            .await?;
            Ok(api::$list_out {
                is_truncated: Some(page.is_truncated()),
                tags: Some(page.items),
                marker: page.marker,
            })
        }
    };
}

tag_operations!(User, user_name: tag_user(TagUserRequest), untag_user(UntagUserRequest),
    list_user_tags(ListUserTagsRequest) -> ListUserTagsResponse);
tag_operations!(Role, role_name: tag_role(TagRoleRequest), untag_role(UntagRoleRequest),
    list_role_tags(ListRoleTagsRequest) -> ListRoleTagsResponse);
tag_operations!(ManagedPolicy, policy_arn: tag_policy(TagPolicyRequest), untag_policy(UntagPolicyRequest),
    list_policy_tags(ListPolicyTagsRequest) -> ListPolicyTagsResponse);
tag_operations!(InstanceProfile, instance_profile_name:
    tag_instance_profile(TagInstanceProfileRequest), untag_instance_profile(UntagInstanceProfileRequest),
    list_instance_profile_tags(ListInstanceProfileTagsRequest) -> ListInstanceProfileTagsResponse);
tag_operations!(OidcProvider, open_id_connect_provider_arn:
    tag_open_id_connect_provider(TagOpenIDConnectProviderRequest),
    untag_open_id_connect_provider(UntagOpenIDConnectProviderRequest),
    list_open_id_connect_provider_tags(ListOpenIDConnectProviderTagsRequest)
        -> ListOpenIDConnectProviderTagsResponse);
tag_operations!(ServerCertificate, server_certificate_name:
    tag_server_certificate(TagServerCertificateRequest), untag_server_certificate(UntagServerCertificateRequest),
    list_server_certificate_tags(ListServerCertificateTagsRequest) -> ListServerCertificateTagsResponse);
tag_operations!(SamlProvider, saml_provider_arn:
    tag_saml_provider(TagSAMLProviderRequest), untag_saml_provider(UntagSAMLProviderRequest),
    list_saml_provider_tags(ListSAMLProviderTagsRequest) -> ListSAMLProviderTagsResponse);
tag_operations!(MfaDevice, serial_number:
    tag_mfa_device(TagMFADeviceRequest), untag_mfa_device(UntagMFADeviceRequest),
    list_mfa_device_tags(ListMFADeviceTagsRequest) -> ListMFADeviceTagsResponse);
