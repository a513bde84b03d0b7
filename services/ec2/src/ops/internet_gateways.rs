//! Internet gateways: a VPC has one at most.

use std::sync::Arc;

use haechi_api_ec2 as api;
use haechi_core::{Call, Failure};
use haechi_wire::Empty;

use crate::model::internet_gateway::InternetGateway;
use crate::model::nat_gateway::NatGateway;
use crate::model::vpc::Vpc;
use crate::noun::{Noun, Selection, current, current_all, remove, save};
use crate::tags::{self, Tags};
use crate::{Ec2, error, ids};

pub(crate) async fn create_internet_gateway(
    ec2: Arc<Ec2>,
    call: Arc<Call>,
    input: api::CreateInternetGatewayRequest,
) -> Result<api::CreateInternetGatewayResult, Failure> {
    let new = tags::of_new(input.tag_specifications, InternetGateway::KIND)?;
    ec2.may_make(&call, InternetGateway::KIND, &new, None, input.dry_run)
        .await?;
    let gateway = InternetGateway {
        id: ids::fresh(&*ec2.platform.random, "igw"),
        vpc: None,
        owner: call.account.to_string(),
    };
    let (gateway, new, call) = (&gateway, &new, &call);
    ec2.platform
        .write(call, |txn| async move {
            save(&txn, call, gateway).await?;
            tags::add(&txn, &call.scope(), &gateway.id, new).await?;
            Ok(api::CreateInternetGatewayResult {
                internet_gateway: Some(answer(gateway, new)),
            })
        })
        .await
}

pub(crate) async fn attach_internet_gateway(
    ec2: Arc<Ec2>,
    call: Arc<Call>,
    input: api::AttachInternetGatewayRequest,
) -> Result<Empty, Failure> {
    let (id, vpc) = (
        &input.internet_gateway_id.unwrap_or_default(),
        &input.vpc_id.unwrap_or_default(),
    );
    let (_, own) = ec2.find::<InternetGateway>(&call, id).await?;
    ec2.may_change(&call, InternetGateway::KIND, id, &own, input.dry_run)
        .await?;
    let call = &call;
    ec2.platform
        .write(call, |txn| async move {
            let mut gateway = current::<InternetGateway>(&txn, call, id).await?;
            current::<Vpc>(&txn, call, vpc).await?;
            let others = current_all::<InternetGateway>(&txn, call).await?;
            if let Some(present) = &gateway.vpc {
                let message = format!("resource {id} is already attached to network {present}");
                return Err(error::refuse("Resource.AlreadyAssociated", message));
            }
            if others.iter().any(|other| other.vpc.as_ref() == Some(vpc)) {
                let message = format!("Network {vpc} already has an internet gateway attached");
                return Err(error::refuse("InvalidParameterValue", message));
            }
            gateway.vpc = Some(vpc.clone());
            save(&txn, call, &gateway).await?;
            Ok(Empty::default())
        })
        .await
}

pub(crate) async fn detach_internet_gateway(
    ec2: Arc<Ec2>,
    call: Arc<Call>,
    input: api::DetachInternetGatewayRequest,
) -> Result<Empty, Failure> {
    let (id, vpc) = (
        &input.internet_gateway_id.unwrap_or_default(),
        &input.vpc_id.unwrap_or_default(),
    );
    let (_, own) = ec2.find::<InternetGateway>(&call, id).await?;
    ec2.may_change(&call, InternetGateway::KIND, id, &own, input.dry_run)
        .await?;
    let call = &call;
    ec2.platform
        .write(call, |txn| async move {
            let mut gateway = current::<InternetGateway>(&txn, call, id).await?;
            if gateway.vpc.as_ref() != Some(vpc) {
                let message = format!("resource {id} is not attached to network {vpc}");
                return Err(error::refuse("Gateway.NotAttached", message));
            }
            // A NAT gateway's public address is reached through the internet gateway.
            let translators = current_all::<NatGateway>(&txn, call).await?;
            if translators
                .iter()
                .any(|translator| translator.vpc == *vpc && translator.allocation.is_some())
            {
                return Err(error::dependency(format!(
                    "Network {vpc} has some mapped public address(es). Please unmap those public address(es) before \
                     detaching the gateway."
                )));
            }
            gateway.vpc = None;
            save(&txn, call, &gateway).await?;
            Ok(Empty::default())
        })
        .await
}

pub(crate) async fn delete_internet_gateway(
    ec2: Arc<Ec2>,
    call: Arc<Call>,
    input: api::DeleteInternetGatewayRequest,
) -> Result<Empty, Failure> {
    let id = &input.internet_gateway_id.unwrap_or_default();
    let (_, own) = ec2.find::<InternetGateway>(&call, id).await?;
    ec2.may_change(&call, InternetGateway::KIND, id, &own, input.dry_run)
        .await?;
    let call = &call;
    ec2.platform
        .write(call, |txn| async move {
            if current::<InternetGateway>(&txn, call, id).await?.vpc.is_some() {
                return Err(error::dependency(format!(
                    "The internetGateway '{id}' has dependencies and cannot be deleted."
                )));
            }
            remove::<InternetGateway>(&txn, call, id).await?;
            Ok(Empty::default())
        })
        .await
}

pub(crate) async fn describe_internet_gateways(
    ec2: Arc<Ec2>,
    call: Arc<Call>,
    input: api::DescribeInternetGatewaysRequest,
) -> Result<api::DescribeInternetGatewaysResult, Failure> {
    ec2.may_read(&call, input.dry_run).await?;
    let selection = Selection::new(
        input.internet_gateway_ids,
        input.filters,
        input.next_token.as_deref(),
        input.max_results,
    )?;
    let (found, next_token) = ec2.select::<InternetGateway>(&call, selection).await?;
    Ok(api::DescribeInternetGatewaysResult {
        internet_gateways: Some(
            found
                .iter()
                .map(|(gateway, tags)| answer(gateway, tags))
                .collect(),
        ),
        next_token,
    })
}

fn answer(gateway: &InternetGateway, tags: &Tags) -> api::InternetGateway {
    let attachment = gateway.vpc.as_ref().map(|vpc| api::InternetGatewayAttachment {
        // The model knows no `available`; the service says it.
        state: Some(api::AttachmentStatus::Unknown("available".to_owned())),
        vpc_id: Some(vpc.clone()),
    });
    api::InternetGateway {
        attachments: Some(attachment.into_iter().collect()),
        internet_gateway_id: Some(gateway.id.clone()),
        owner_id: Some(gateway.owner.clone()),
        tags: tags::answer(tags),
    }
}
